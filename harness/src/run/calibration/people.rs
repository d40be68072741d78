//! Everybody signs in, each alone and first of all: who can be seen by the probe, and where it shows them.

use scenarios::{
    Base, Persona, Recipe, Take,
    flow::{self, Login, LoginAs, Step},
    recipe::Start,
};

use super::{logins::patient, reach::Hopeless};
use crate::{
    judge::{
        observation::{Ended, Journey, Lack, Party, Probe},
        people::Owner,
    },
    run::{
        firing::{failure, fire, played::Played},
        learned::Learned,
        stage::Stage,
    },
    subject::probe::{Candidates, IdentityRule},
};

/// A genuine login, kept until it is known where the probe shows its person.
pub(super) struct Genuine {
    pub(super) persona: Persona,
    pub(super) played: Played,
}

/// Whether a login shows somebody, where nobody knows yet how the page shows whom: the page is another than nobody's.
pub(super) fn shows_somebody(stage: &Stage, played: &Played) -> bool {
    let looked = played.looked.as_ref();
    let unread = looked.is_some_and(|looked| matches!(looked.lacked, Some(Lack::Script(_))));
    if played.broke.is_some() || unread {
        return false;
    }
    match (&played.observation.probe, stage.prober().rule()) {
        (Probe::SignedIn { .. }, _) => true,
        (
            Probe::Unclear {
                differs_from_anonymous,
                ..
            },
            IdentityRule::Anywhere,
        ) => *differs_from_anonymous && rested(played).is_some_and(|page| page.status < 300),
        _ => false,
    }
}

fn rested(played: &Played) -> Option<&crate::judge::observation::Page> {
    let looked = played.looked.as_ref()?;
    let at_sp = looked.hops.last().is_some_and(|hop| hop.party == Party::Sp);
    looked
        .page
        .as_ref()
        .filter(|_| at_sp && looked.ended == Ended::Answered)
}

/// Signs the attacker, the victim and the outsider in after alice, one after the other, each who was not seen once more.
pub(super) async fn everybody(
    stage: &Stage,
    learned: &Learned,
    base: Base,
    alices: Vec<Played>,
) -> Vec<Genuine> {
    let start = learned.start.unwrap_or(Start::Idp);
    let mut genuine: Vec<Genuine> = alices
        .into_iter()
        .map(|played| Genuine {
            persona: Persona::Alice,
            played,
        })
        .collect();
    for (persona, start) in [
        (Persona::Alice, start),
        (Persona::Attacker, start),
        (Persona::Victim, start),
        (Persona::Outsider, Start::Idp),
    ] {
        let mut played = patient(stage, learned, persona, base, start).await;
        if persona != Persona::Outsider && !shows_somebody(stage, &played) {
            played = patient(stage, learned, persona, base, start).await;
        }
        genuine.push(Genuine { persona, played });
    }
    genuine
}

/// Where no rule was configured: the place that follows every login, the best first.
pub(super) fn places(
    stage: &Stage,
    anonymous: &Journey,
    genuine: &[Genuine],
    between: &Played,
) -> Vec<IdentityRule> {
    let mut candidates = Candidates::default();
    if let Some(page) = &anonymous.page {
        candidates.anonymous(page);
    }
    for login in genuine {
        let shown = shows_somebody(stage, &login.played) && login.persona != Persona::Outsider;
        if let Some(page) = rested(&login.played).filter(|_| shown) {
            candidates.saw(login.persona, page, &login.played.issued());
        }
    }
    // What shows the last who came follows whoever comes one after the other.
    let hers = between.issued_to.get(&Persona::Alice);
    if let (Some(page), Some(hers), None) = (rested(between), hers, &between.broke) {
        candidates.saw(Persona::Alice, page, hers);
    }
    candidates.following()
}

/// Alice signs in, then the attacker elsewhere, who looks at his page; the page that is seen then is alice's.
pub(super) async fn interleaved(stage: &Stage, learned: &Learned, base: Base) -> Played {
    let start = learned.start;
    let login = |persona: Persona, jar: &str| {
        Step::Login(Login {
            login: LoginAs(persona),
            jar: Some(jar.to_owned()),
            start,
            ..Login::default()
        })
    };
    let take = Take {
        variant: None,
        each: None,
        holds: None,
        recipe: Recipe::default(),
        steps: vec![
            login(Persona::Alice, "hers"),
            login(Persona::Attacker, "his"),
            Step::Probe(flow::Probe {
                probe: "his".to_owned(),
                is: Some(Persona::Attacker),
                ..flow::Probe::default()
            }),
        ],
    };
    fire(stage, &stage.driver, learned, &take, base, Some("hers")).await
}

/// Reads every genuine login again where the identity is known to stand, and learns from it whom the probe shows how, whose
/// values stand on everybody's page, and who cannot be seen.
pub(super) fn learn(stage: &Stage, genuine: &mut [Genuine], between: &Played, learned: &mut Learned) {
    let prober = stage.prober();
    for login in &mut *genuine {
        if let Some(looked) = &login.played.looked
            && login.played.broke.is_none()
        {
            login.played.observation.probe = prober.judge(looked, &login.played.issued());
        }
    }
    for login in &*genuine {
        if let Probe::SignedIn { identity, .. } = &login.played.observation.probe
            && (login.persona != Persona::Outsider)
        {
            learned
                .people
                .saw(login.persona, identity, &login.played.issued());
        }
    }
    for login in &*genuine {
        if let Probe::SignedIn { markers, .. } = &login.played.observation.probe {
            let others = markers.iter().filter(|marker| **marker != login.persona.name());
            learned.bystanders.extend(others.cloned());
        }
    }
    if let Some(page) = rested(between).filter(|_| between.broke.is_none()) {
        let hers = Persona::Alice.name();
        learned
            .bystanders
            .extend(prober.markers(page).into_iter().filter(|marker| marker != hers));
    }
    learned.bystanders.sort();
    learned.bystanders.dedup();
    if !learned.bystanders.is_empty() {
        // Whoever is there today may be another tomorrow: the last visitor, whoever was added to a list.
        learned.bystanders = Persona::ALL.map(|persona| persona.name().to_owned()).into();
    }
    for persona in [Persona::Attacker, Persona::Victim] {
        let last = genuine.iter().rev().find(|login| login.persona == persona);
        if let Some(login) = last.filter(|login| !login.played.is(&learned.people, persona)) {
            let name = stage
                .people
                .values(persona)
                .into_iter()
                .next()
                .unwrap_or_default();
            learned.unseen.insert(
                persona,
                format!(
                    "the {} ({name}) cannot be seen: {}",
                    persona.name(),
                    failure(persona, &login.played)
                ),
            );
        }
    }
}

/// The probe must tell two people apart, or nothing that it says means anything.
pub(super) fn tells_apart(stage: &Stage, genuine: &[Genuine], learned: &Learned) -> Result<(), Hopeless> {
    let of = |persona: Persona| genuine.iter().rev().find(|login| login.persona == persona);
    let (Some(alice), Some(attacker)) = (of(Persona::Alice), of(Persona::Attacker)) else {
        return Err(Hopeless("nobody was signed in".to_owned()));
    };
    let name = |persona: Persona| {
        stage
            .people
            .values(persona)
            .into_iter()
            .next()
            .unwrap_or_default()
    };
    for (login, persona) in [(alice, Persona::Alice), (attacker, Persona::Attacker)] {
        let shown = match &login.played.observation.probe {
            Probe::SignedIn { identity, .. } => identity,
            _ if persona == Persona::Attacker => continue,
            probe => {
                return Err(Hopeless(format!(
                    "{} seems to be signed in, but the probe shows no identity ({probe}): set [sp.probe] identity to where the name stands in {}",
                    name(persona),
                    stage.subject.probe
                )));
            }
        };
        if login.played.owner(&learned.people, persona) != Some(Owner::Person(persona)) {
            return Err(Hopeless(format!(
                "the probe cannot tell two users apart: after {}'s login it shows `{shown}`, and another time somebody else's name or another; set [sp.probe] identity to where the signed-in user's own name stands",
                name(persona)
            )));
        }
    }
    let shown = |login: &Genuine| match &login.played.observation.probe {
        Probe::SignedIn { identity, .. } => Some(identity.clone()),
        _ => None,
    };
    if shown(alice).is_some() && shown(alice) == shown(attacker) {
        return Err(Hopeless(format!(
            "the probe cannot tell two users apart: it shows `{}` whoever is signed in; set [sp.probe] identity to where the signed-in user's own name stands",
            shown(alice).unwrap_or_default()
        )));
    }
    Ok(())
}
