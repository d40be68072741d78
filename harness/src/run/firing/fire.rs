//! A flow played, and played again where the SP asked for patience or was not there.

use std::time::{Duration, Instant};

use scenarios::{Base, Take};

use super::{
    flow::play,
    played::{Broke, Played},
};
use crate::{
    driver::Driver,
    judge::{emitted, observation::Probe},
    run::{learned::Learned, pace::Obstacle, stage::Stage},
};

/// So often a flow is played again for one of these reasons.
const AGAIN: usize = 8;
/// So long one flow is patient with an SP that asks for it.
const PATIENCE: Duration = Duration::from_secs(40);
/// So long an SP may take to come back.
const RESTART: Duration = Duration::from_secs(30);

/// Plays a take with a base; `judge` says which jar decides.
pub(crate) async fn fire(
    stage: &Stage,
    driver: &Driver,
    learned: &Learned,
    take: &Take,
    base: Base,
    judge: Option<&str>,
) -> Played {
    if let (true, Some(property)) = (take.steps.is_empty(), take.holds) {
        // Nothing is sent for it: calibration has seen all.
        return Played {
            held: Some(emitted::holds(property, &learned.emitted)),
            recipe: take.recipe.clone(),
            ..Played::default()
        };
    }
    let begun = Instant::now();
    let mut left = AGAIN;
    let mut forgotten = false;
    loop {
        if stage.is_lost() {
            let why = "nobody listens at the SP any more, and nobody came back".to_owned();
            return Played {
                broke: Some(Broke::Precondition(why)),
                ..Played::default()
            };
        }
        stage.pace.wait().await;
        let played = play(stage, driver, learned, take, base, judge).await;
        left -= 1;
        // Who refuses so every time asks nobody for patience.
        let refused = |played: &Played| {
            let page = played.observation.journey.page.as_ref();
            page.is_some_and(|page| learned.refusals.knows(page))
        };
        match played.obstacle {
            _ if left == 0 || begun.elapsed() > PATIENCE => return played,
            // What this one began with may have been forgotten: another flow found nobody there meanwhile, or a session that this
            // one rests on is not what it should be. Once, since it may be the message that brings the SP down.
            None if !forgotten && may_be_forgotten(stage, &played) => {
                forgotten = true;
                stage.back_within(RESTART).await;
            }
            None => return played,
            _ if refused(&played) => return played,
            Some(Obstacle::Patience(time)) => stage.pace.hold(time),
            Some(Obstacle::Gone) => {
                stage.was_absent();
                if !stage.back_within(RESTART).await {
                    return played;
                }
            }
        }
    }
}

fn may_be_forgotten(stage: &Stage, played: &Played) -> bool {
    let nobody = played.observation.probe == Probe::SignedOut;
    let absent = stage.absences() != played.absences;
    matches!(played.broke, Some(Broke::Session(_))) || (absent && nobody)
}
