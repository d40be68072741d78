//! Whether what calibration did not find is still not there at the end: a 503 at the wrong moment must not make a scenario
//! inapplicable unnoticed.

use scenarios::{Base, Persona, recipe::Start};

use crate::{
    event::Calibration,
    run::{firing::flawless, learned::Learned, stage::Stage},
};

/// What was taken for missing and is there after all, one sentence each.
pub(crate) async fn recheck(stage: &Stage, told: &Calibration, learned: &Learned) -> Vec<String> {
    let Some(start) = learned.start else {
        return Vec::new();
    };
    let mut causes = Vec::new();
    for base in [Base::A, Base::B, Base::R] {
        if learned.bases.contains(&base) {
            continue;
        }
        let played = flawless(stage, learned, Persona::Alice, base, start).await;
        if played.is(&learned.people, Persona::Alice) {
            causes.push(format!(
                "calibration found that the SP takes no message of base {}, and at the end of the run it did: what rests on that base was left out, so run again",
                base.letter()
            ));
        }
    }
    if let (false, Some(base)) = (told.idp_initiated, learned.bases.first()) {
        let played = flawless(stage, learned, Persona::Alice, *base, Start::Idp).await;
        if played.is(&learned.people, Persona::Alice) {
            causes.push(
                "calibration found that the SP takes no unsolicited response, and at the end of the run it did: what rests on one was left out, so run again"
                    .to_owned(),
            );
        }
    }
    causes
}
