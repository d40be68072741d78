//! From what was seen to one word. Pure; identity decides, never a status alone.

use scenarios::Persona;

use super::{
    landing::Landing,
    led,
    observation::{Ended, Observation, Page, Probe},
    outcome::Outcome,
    people::{Issued, Owner, People},
    refusal::Refusals,
};

/// What the words depend on.
#[derive(Clone, Debug)]
pub(crate) struct Expectations<'a> {
    /// What the judged message issued, and to whom.
    pub(crate) issued: Issued<'a>,
    /// Everybody whom a session could belong to.
    pub(crate) people: &'a People,
    /// People whose values stand on everybody's page.
    pub(crate) bystanders: &'a [String],
    /// How this SP refuses.
    pub(crate) refusals: &'a Refusals,
    /// Where an accepted login comes to rest, and nobody else does.
    pub(crate) landing: Option<&'a Landing>,
    /// The RelayState that went with the message.
    pub(crate) relay_state: Option<String>,
    /// Where it should have led.
    pub(crate) leads_to: Option<String>,
    /// The message was to end a session, not to begin one.
    pub(crate) ends_a_session: bool,
    /// Who was signed in already in that browser.
    pub(crate) was: Option<Persona>,
}

/// An outcome, with the detail that its sentence needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Classified {
    pub(crate) outcome: Outcome,
    pub(crate) detail: String,
    /// `nobody`, a persona, `mixed`, `other`: what a snapshot holds of an identity.
    pub(crate) identity: String,
    /// The refusal came as a 5xx of the calibrated kind.
    pub(crate) by_server_error: bool,
    /// The connection was dropped before a whole answer.
    pub(crate) dropped: bool,
}

impl Classified {
    /// An outcome without a session.
    pub(crate) fn new(outcome: Outcome, detail: impl Into<String>) -> Self {
        Self {
            outcome,
            detail: detail.into(),
            identity: "nobody".to_owned(),
            by_server_error: false,
            dropped: false,
        }
    }

    fn of(outcome: Outcome, detail: &str, identity: &str) -> Self {
        Self {
            identity: identity.to_owned(),
            ..Self::new(outcome, detail)
        }
    }

    fn dropped(why: String) -> Self {
        Self {
            dropped: true,
            ..Self::new(Outcome::ServerError, why)
        }
    }
}

/// The word for an observation.
pub(crate) fn classify(seen: &Observation, wanted: &Expectations<'_>) -> Classified {
    let relay_state = wanted.relay_state.as_deref();
    if let Some(what) = relay_state.and_then(|state| led::astray(&seen.journey, state)) {
        return Classified::new(Outcome::Strayed, what);
    }
    if let Some(hit) = seen.out_of_band.first() {
        return Classified::new(Outcome::OutOfBand, hit.clone());
    }
    if let Some(to) = led::scripted(&seen.journey) {
        return Classified::new(Outcome::Strayed, to);
    }
    let found = whose(seen, wanted);
    let leads_to = wanted.leads_to.as_deref().filter(|_| found.outcome.is_session());
    if let Some(why) = leads_to.and_then(|to| led::elsewhere(&seen.journey, to)) {
        return Classified {
            detail: why,
            outcome: Outcome::Violated,
            ..found
        };
    }
    if wanted.ends_a_session {
        return ended(found, seen, wanted);
    }
    found
}

/// What became of a session that was asked to end: it is its user's still, or nobody's.
fn ended(found: Classified, seen: &Observation, wanted: &Expectations<'_>) -> Classified {
    let broke = match &seen.journey.ended {
        Ended::Answered => seen.journey.page.as_ref().is_some_and(|page| page.status >= 500),
        _ => true,
    };
    match found.outcome {
        outcome if outcome.is_session() && found.identity == wanted.issued.persona.name() => {
            // It may have gone wrong, and the session is there all the same.
            let how = match broke {
                true => refusal(seen, wanted),
                false => Classified::new(Outcome::Rejected, found.detail),
            };
            Classified {
                outcome: match how.outcome {
                    Outcome::Rejected => Outcome::Survives,
                    other => other,
                },
                identity: found.identity,
                ..how
            }
        }
        Outcome::Rejected => Classified {
            outcome: Outcome::Terminated,
            ..found
        },
        _ => found,
    }
}

fn whose(seen: &Observation, wanted: &Expectations<'_>) -> Classified {
    match &seen.probe {
        Probe::SignedIn { identity, markers } => session(identity, markers, wanted),
        Probe::SignedOut if !seen.new_accounts.is_empty() => {
            Classified::new(Outcome::SideEffect, seen.new_accounts.join(", "))
        }
        Probe::SignedOut => refusal(seen, wanted),
        Probe::Unclear { why, .. } => match &seen.journey.ended {
            Ended::TimedOut => Classified::new(Outcome::Hang, place(seen)),
            Ended::Reset(how) => Classified::dropped(how.clone()),
            _ => Classified::new(Outcome::Unobserved, why.clone()),
        },
        Probe::NotAsked => match &seen.journey.ended {
            Ended::TimedOut => Classified::new(Outcome::Hang, place(seen)),
            _ => Classified::new(Outcome::Unobserved, "nobody asked who is signed in"),
        },
    }
}

fn session(identity: &str, markers: &[String], wanted: &Expectations<'_>) -> Classified {
    let who = match wanted.people.owner(identity, &wanted.issued) {
        Owner::Person(who) => who,
        Owner::Stranger => {
            let detail = format!("{identity}, which stands in no byte that the IdP signed");
            return Classified::of(Outcome::SessionOther, &detail, "other");
        }
        Owner::Ambiguous(other) => {
            return Classified::new(
                Outcome::Unobserved,
                format!(
                    "the probe shows `{identity}`, which the {} and this message's own name are both called: set [sp.probe] identity to where the whole name stands",
                    other.name()
                ),
            );
        }
    };
    let persona = wanted.issued.persona;
    let foreign = markers
        .iter()
        .filter(|marker| **marker != who.name() && !wanted.bystanders.contains(marker))
        .find(|marker| !issued_to(marker, wanted));
    if let Some(other) = foreign.filter(|_| who == persona) {
        let detail = format!("{identity} with values of {other}");
        return Classified::of(Outcome::SessionMixed, &detail, "mixed");
    }
    if who != persona && wanted.was == Some(who) && !wanted.ends_a_session {
        if markers
            .iter()
            .any(|marker| marker == persona.name() && !wanted.bystanders.contains(marker))
        {
            let detail = format!("{identity} with values of {}", persona.name());
            return Classified::of(Outcome::SessionMixed, &detail, "mixed");
        }
        let detail = format!("and {identity} is signed in as before");
        return Classified::of(Outcome::Rejected, &detail, who.name());
    }
    let outcome = match who {
        Persona::Victim => Outcome::SessionVictim,
        Persona::Attacker => Outcome::SessionAttacker,
        who if who == persona => Outcome::SessionExpected,
        _ => Outcome::SessionOther,
    };
    let shown = if identity.is_empty() {
        "by a blank name"
    } else {
        identity
    };
    Classified::of(outcome, shown, who.name())
}

/// Whether the message gave its own person a value by which the other one is known.
fn issued_to(marker: &str, wanted: &Expectations<'_>) -> bool {
    let Ok(other) = marker.parse::<Persona>() else {
        return false;
    };
    wanted.people.values(other).iter().any(|value| {
        wanted
            .issued
            .values
            .iter()
            .any(|issued| super::marker::stands_alone(issued, value))
    })
}

fn refusal(seen: &Observation, wanted: &Expectations<'_>) -> Classified {
    match &seen.journey.ended {
        Ended::TimedOut => Classified::new(Outcome::Hang, place(seen)),
        Ended::Reset(how) => Classified::dropped(how.clone()),
        Ended::Unreachable(how) | Ended::Harness(how) => Classified::new(Outcome::Unobserved, how.clone()),
        Ended::Limit(how) => Classified::new(Outcome::ServerError, how.clone()),
        Ended::NotAllowed(host) => Classified::new(
            Outcome::Rejected,
            format!("and sent the browser to {host}, which is not on the allow-list"),
        ),
        Ended::Answered => match &seen.journey.page {
            Some(page) if page.status == 429 => Classified::new(Outcome::Blocked, "429 Too Many Requests"),
            Some(page) if page.status >= 500 => server_error(page, wanted),
            Some(page) if wanted.landing.is_some_and(|landing| landing.is(&seen.journey)) => Classified::new(
                Outcome::Unobserved,
                format!(
                    "it came to rest at {}, as only an accepted login does, and the probe shows nobody",
                    page.url
                ),
            ),
            _ => Classified::new(Outcome::Rejected, ""),
        },
    }
}

fn server_error(page: &Page, wanted: &Expectations<'_>) -> Classified {
    let detail = format!("{} {}", page.status, page.title).trim_end().to_owned();
    if wanted.refusals.knows(page) {
        return Classified {
            by_server_error: true,
            ..Classified::new(Outcome::Rejected, detail)
        };
    }
    Classified::new(Outcome::ServerError, detail)
}

/// Where it was waited for.
fn place(seen: &Observation) -> String {
    seen.journey
        .hops
        .last()
        .map_or_else(String::new, |hop| format!("at {}", hop.url))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::{observation::Journey, people::Person};

    fn people() -> People {
        let person = |persona: Persona| Person {
            persona,
            values: vec![format!("{}@contoso.example", persona.name())],
            shown: Vec::new(),
        };
        People::new(Persona::ALL.map(person).into())
    }

    fn pages(bodies: &[&str]) -> Refusals {
        let pages: Vec<Page> = bodies.iter().map(|body| body_of(500, body)).collect();
        Refusals::learn(&pages, None)
    }

    fn body_of(status: u16, body: &str) -> Page {
        Page {
            status,
            url: "http://sp.example/acs".to_owned(),
            body: body.to_owned(),
            ..Page::default()
        }
    }

    fn seen(probe: Probe, page: Page) -> Observation {
        Observation {
            probe,
            journey: Journey {
                page: Some(page),
                ..Journey::default()
            },
            ..Observation::default()
        }
    }

    fn word(seen: &Observation, persona: Persona, name: &str, refusals: &Refusals) -> Classified {
        classify(seen, &wanted(persona, &[name.to_owned()], &people(), refusals))
    }

    fn wanted<'a>(
        persona: Persona,
        values: &'a [String],
        people: &'a People,
        refusals: &'a Refusals,
    ) -> Expectations<'a> {
        Expectations {
            issued: Issued { persona, values },
            people,
            bystanders: &[],
            refusals,
            landing: None,
            relay_state: None,
            leads_to: None,
            ends_a_session: false,
            was: None,
        }
    }

    fn signed_in(identity: &str, markers: &[&str]) -> Probe {
        Probe::SignedIn {
            identity: identity.to_owned(),
            markers: markers.iter().map(|m| (*m).to_owned()).collect(),
        }
    }

    const ATTACKER: &str = "attacker@contoso.example";

    #[test]
    fn who_was_signed_in_before_and_still_is_was_not_signed_in_by_the_message() {
        let after = |was: Option<Persona>, markers: &[&str]| {
            let probe = signed_in("alice@contoso.example", markers);
            let (values, people, refusals) = ([ATTACKER.to_owned()], people(), Refusals::default());
            let wanted = Expectations {
                was,
                ..wanted(Persona::Attacker, &values, &people, &refusals)
            };
            classify(&seen(probe, body_of(200, "alice@contoso.example")), &wanted).outcome
        };
        assert_eq!(after(None, &["alice"]), Outcome::SessionOther);
        assert_eq!(after(Some(Persona::Alice), &["alice"]), Outcome::Rejected);
        assert_eq!(
            after(Some(Persona::Alice), &["alice", "attacker"]),
            Outcome::SessionMixed
        );
    }

    #[test]
    fn identity_decides_whatever_the_status() {
        let seen = seen(
            signed_in("victim@contoso.example", &["victim"]),
            body_of(500, "broken"),
        );
        let word = word(&seen, Persona::Attacker, ATTACKER, &Refusals::default());
        assert_eq!(word.outcome, Outcome::SessionVictim);
    }

    #[test]
    fn a_name_that_only_begins_like_the_victims_is_the_attackers_own() {
        let issued = "victim@contoso.example.evil.example";
        let seen = seen(signed_in(issued, &[]), Page::default());
        let word = word(&seen, Persona::Attacker, issued, &Refusals::default());
        assert_eq!(word.outcome, Outcome::SessionAttacker);
    }

    #[test]
    fn one_persons_name_with_anothers_values_is_mixed() {
        let seen = seen(signed_in(ATTACKER, &["attacker", "victim"]), Page::default());
        let word = word(&seen, Persona::Attacker, ATTACKER, &Refusals::default());
        assert_eq!(word.outcome, Outcome::SessionMixed);
    }

    #[test]
    fn who_stands_on_everybodys_page_makes_no_session_mixed() {
        let wanted = Expectations {
            issued: Issued {
                persona: Persona::Attacker,
                values: &[ATTACKER.to_owned()],
            },
            people: &people(),
            bystanders: &["victim".to_owned()],
            refusals: &Refusals::default(),
            landing: None,
            relay_state: None,
            leads_to: None,
            ends_a_session: false,
            was: None,
        };
        let seen = seen(signed_in(ATTACKER, &["attacker", "victim"]), Page::default());
        assert_eq!(classify(&seen, &wanted).outcome, Outcome::SessionAttacker);
    }

    #[test]
    fn a_5xx_is_a_refusal_only_where_this_sp_refuses_so() {
        let known = pages(&["no entry for you", "no entry for you"]);
        let of = |body: &str| {
            let seen = seen(Probe::SignedOut, body_of(500, body));
            word(&seen, Persona::Alice, "alice@contoso.example", &known).outcome
        };
        assert_eq!(of("no entry for you"), Outcome::Rejected);
        assert_eq!(of("Traceback most recent call last"), Outcome::ServerError);
    }

    #[test]
    fn a_dropped_connection_is_no_page_of_any_shape() {
        let reset = Observation {
            probe: Probe::SignedOut,
            journey: Journey {
                ended: Ended::Reset("closed".to_owned()),
                ..Journey::default()
            },
            ..Observation::default()
        };
        let word = word(
            &reset,
            Persona::Attacker,
            ATTACKER,
            &pages(&["no entry", "no entry"]),
        );
        assert_eq!((word.outcome, word.dropped), (Outcome::ServerError, true));
    }

    #[test]
    fn who_is_asked_to_end_a_session_ends_it_or_does_not() {
        let word = |probe: Probe, status: u16| {
            let values = ["victim@contoso.example".to_owned()];
            let (people, refusals) = (people(), Refusals::default());
            let wanted = Expectations {
                ends_a_session: true,
                ..wanted(Persona::Victim, &values, &people, &refusals)
            };
            classify(&seen(probe, body_of(status, "x")), &wanted).outcome
        };
        let there = || signed_in("victim@contoso.example", &[]);
        assert_eq!(word(there(), 403), Outcome::Survives);
        assert_eq!(word(there(), 500), Outcome::ServerError);
        assert_eq!(word(Probe::SignedOut, 200), Outcome::Terminated);
        assert_eq!(word(signed_in(ATTACKER, &[]), 200), Outcome::SessionAttacker);
    }

    #[test]
    fn redirect_page_and_403_are_the_same_refusal() {
        for status in [200, 302, 400, 403] {
            let seen = seen(Probe::SignedOut, body_of(status, "x"));
            let word = word(&seen, Persona::Alice, "a@b.example", &Refusals::default());
            assert_eq!(word.outcome, Outcome::Rejected, "{status}");
        }
    }
}
