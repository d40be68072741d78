//! One firing, as it is judged.

use std::time::Duration;

use scenarios::{Persona, Scenario, Take};

use super::played::{Broke, Played};
use crate::{
    judge::{
        VerdictKind,
        classify::{Classified, Expectations, classify},
        emitted::Held,
        outcome::Outcome,
        people::Issued,
        verdict::{Control, Facts, Verdict, judge},
    },
    run::{learned::Learned, plan::Unit},
};

/// One firing.
pub(super) struct Shot {
    pub(super) firing: u64,
    pub(super) variant: Option<String>,
    pub(super) classified: Classified,
    pub(super) played: Played,
    pub(super) took: Duration,
    /// What the SP wrote into its log meanwhile, where that is known of this firing alone.
    pub(super) logged: Vec<String>,
}

impl Shot {
    /// A firing that was played.
    pub(super) fn of(firing: u64, take: &Take, played: Played, took: Duration, learned: &Learned) -> Self {
        Self {
            firing,
            variant: take.variant.clone(),
            classified: classified(take, &played, learned),
            played,
            took,
            logged: Vec::new(),
        }
    }

    /// A firing that was not made, and why.
    pub(super) fn none(scenario: &Scenario, take: Option<&Take>, why: impl Into<String>) -> Self {
        Self {
            firing: 0,
            variant: take.and_then(|take| take.variant.clone()),
            classified: Classified::new(Outcome::Unobserved, why),
            played: Played {
                recipe: take.map_or_else(|| scenario.recipe(), |take| take.recipe.clone()),
                ..Played::default()
            },
            took: Duration::ZERO,
            logged: Vec::new(),
        }
    }

    /// Whether nobody was signed in.
    pub(super) fn is_refused(&self) -> bool {
        self.classified.outcome == Outcome::Rejected
    }

    /// Whether it ended without an answer.
    pub(super) fn hung(&self) -> bool {
        self.classified.outcome == Outcome::Hang
    }

    /// Whether the SP broke over it, by its own word.
    pub(super) fn broke(&self) -> bool {
        let status = self.classified.outcome == Outcome::ServerError && !self.classified.dropped;
        let page = self.played.observation.journey.page.as_ref();
        status && page.is_some_and(|page| page.status >= 500)
    }

    /// Whether the SP had something else to show than its way to the IdP, so that no message was made.
    pub(super) fn strayed(&self) -> bool {
        let broke = matches!(self.played.broke, Some(Broke::Precondition(_)));
        let page = self.played.observation.journey.page.as_ref();
        broke && self.played.message.is_none() && page.is_some()
    }

    /// Whether somebody was signed in who did not sign in.
    pub(super) fn impersonates(&self) -> bool {
        matches!(
            self.classified.outcome,
            Outcome::SessionVictim | Outcome::SessionMixed | Outcome::SessionOther
        )
    }

    /// The judgement of this firing alone.
    pub(super) fn verdict(&self, unit: &Unit, control: Control, dropped: bool, learned: &Learned) -> Verdict {
        if let (None, Some(Held::CannotTell(why))) = (&self.played.broke, &self.played.held) {
            return Verdict {
                kind: VerdictKind::NotApplicable,
                severity: unit.scenario.severity,
                reason: why.clone(),
            };
        }
        let unseen = unit.names.iter().find_map(|persona| learned.unseen.get(persona));
        let facts = Facts {
            outcome: self.classified.outcome,
            detail: &self.classified.detail,
            control,
            strict: unit.strict,
            dropped,
            unseen: unseen.map(String::as_str),
        };
        judge(&unit.scenario, &facts)
    }
}

fn classified(take: &Take, played: &Played, learned: &Learned) -> Classified {
    match &played.broke {
        Some(Broke::Fault(fault)) => {
            return Classified::new(Outcome::Unobserved, format!("the harness's own fault: {fault}"));
        }
        Some(
            Broke::Driver(why) | Broke::Precondition(why) | Broke::Session(why) | Broke::NeedsBrowser(why),
        ) => {
            return Classified::new(Outcome::Unobserved, why.clone());
        }
        None => {}
    }
    if let Some(held) = &played.held {
        return match held {
            Held::Holds => Classified::new(Outcome::Holds, ""),
            Held::Lacks(why) => Classified::new(Outcome::Violated, why.clone()),
            Held::CannotTell(why) => Classified::new(Outcome::Unobserved, why.clone()),
        };
    }
    let sent = played.message.as_ref();
    let persona = sent.map_or(Persona::Alice, |message| message.persona);
    let values = played.issued();
    let wanted = Expectations {
        issued: Issued {
            persona,
            values: &values,
        },
        people: &learned.people,
        bystanders: &learned.bystanders,
        refusals: &learned.refusals,
        landing: learned.landing.as_ref().filter(|_| !take.ends_a_session()),
        relay_state: sent.and_then(|message| message.wire.relay_state()),
        leads_to: played.leads_to.clone(),
        ends_a_session: take.ends_a_session(),
        was: played.was,
    };
    classify(&played.observation, &wanted)
}
