//! The ways in: which elements must be signed, and who may begin.

use std::time::Duration;

use scenarios::{Base, Persona, recipe::Start};

use crate::{
    judge::observation::{Ended, Journey, Probe},
    run::{
        firing::{flawless, played::Played},
        learned::Learned,
        stage::Stage,
    },
    text::locked,
};

/// So often a login is tried that ended as no refusal does.
const TRIES: u32 = 3;

/// A flawless login, repeated where it ended in a way that says nothing: a 5xx, no answer, a closed connection.
pub(super) async fn patient(
    stage: &Stage,
    learned: &Learned,
    persona: Persona,
    base: Base,
    start: Start,
) -> Played {
    let mut tried = 0;
    loop {
        let played = flawless(stage, learned, persona, base, start).await;
        tried += 1;
        if tried >= TRIES || !passing(&played) {
            return played;
        }
        tokio::time::sleep(Duration::from_millis(500) * tried).await;
    }
}

/// Whether a login may come out when it is tried again.
fn passing(played: &Played) -> bool {
    let broken = |journey: &Journey| match &journey.ended {
        Ended::TimedOut | Ended::Reset(_) | Ended::Unreachable(_) => true,
        Ended::Answered => journey
            .page
            .as_ref()
            .is_some_and(|page| page.status >= 500 || page.status == 429),
        Ended::Limit(_) | Ended::NotAllowed(_) | Ended::Harness(_) => false,
    };
    let signed_in = matches!(played.observation.probe, Probe::SignedIn { .. });
    let probed = played.looked.as_ref().is_some_and(&broken);
    !signed_in && (broken(&played.observation.journey) || probed)
}

/// What a try came to.
pub(super) struct Tried {
    pub(super) base: Base,
    pub(super) start: Start,
    pub(super) played: Played,
    /// Somebody is signed in: alice, or whoever an unknown page shows.
    pub(super) works: bool,
}

/// Signs alice in with each base, one after the other: the first login of an account is alone. Whether it works is told by
/// `works`, since nobody knows yet where the page shows whom.
pub(super) async fn by(
    stage: &Stage,
    learned: &Learned,
    start: Start,
    bases: &[Base],
    works: impl Fn(&Played) -> bool,
) -> Vec<Tried> {
    let mut tried = Vec::new();
    for (at, base) in bases.iter().enumerate() {
        let mut played = patient(stage, learned, Persona::Alice, *base, start).await;
        if at == 0 && !works(&played) {
            // The first of all may have made her account, and asked her to come again.
            played = patient(stage, learned, Persona::Alice, *base, start).await;
        }
        let works = works(&played);
        locked(&stage.clues).saw(start, *base, works, &played);
        tried.push(Tried {
            base: *base,
            start,
            works,
            played,
        });
    }
    tried
}
