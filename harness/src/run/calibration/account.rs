//! What one account and one SP bear: several logins at once, several sessions, refusals in a row.

use futures_util::future::join_all;
use scenarios::{Base, Persona, recipe::Start};

use super::logins::patient;
use crate::{
    event::Calibration,
    run::{
        firing::{failure, flawless},
        learned::Learned,
        stage::Stage,
    },
};

/// So many logins of one person at once show whether an account bears that.
const AT_ONCE: usize = 4;

/// Finds out, says so and plans for it.
pub(super) async fn account(stage: &Stage, learned: &mut Learned, told: &mut Calibration, base: Base) {
    let start = learned.start.unwrap_or(Start::Idp);
    let known = &*learned;
    let together = join_all((0..AT_ONCE).map(|_| flawless(stage, known, Persona::Alice, base, start))).await;
    let failed = together
        .iter()
        .find(|played| !played.is(&known.people, Persona::Alice))
        .map(|played| failure(Persona::Alice, played));
    let after_refusals = patient(stage, known, Persona::Attacker, base, start).await;
    let locked = !after_refusals.is(&known.people, Persona::Attacker)
        && !learned.unseen.contains_key(&Persona::Attacker);
    if let Some(why) = failed {
        learned.jobs = Some(1);
        told.notes.push(format!(
            "{AT_ONCE} logins of one person at once do not all come out ({why}): one flow at a time from now on"
        ));
    }
    if locked {
        learned.batch = Some(1);
        told.notes.push(format!(
            "after {} refusals in a row the attacker's own login does not come out any more ({}): a lock? Every refusal stands between two flawless logins from now on",
            5,
            failure(Persona::Attacker, &after_refusals)
        ));
    }
}
