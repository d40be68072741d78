//! What frames a batch: flawless logins of those on whom its verdicts rest, and an empty jar that must stay empty.

use scenarios::{Base, Persona, recipe::Start};

use super::{flawless::flawless, played::Played};
use crate::{
    judge::observation::Probe,
    run::{learned::Learned, stage::Stage},
};

/// A frame: its number, and why it did not hold.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) firing: u64,
    pub(super) failed: Option<String>,
}

/// Signs everybody of `people` in, one after the other, and looks once with nobody's jar.
pub(super) async fn frame(stage: &Stage, learned: &Learned, base: Base, people: &[Persona]) -> Frame {
    let firing = stage.next_firing();
    let start = learned.start.unwrap_or(Start::Idp);
    for persona in people {
        let played = flawless(stage, learned, *persona, base, start).await;
        if !played.is(&learned.people, *persona) {
            return Frame {
                firing,
                failed: Some(failure(*persona, &played)),
            };
        }
    }
    let nobody = stage.look_as_nobody().await;
    let failed = match stage.prober().judge(&nobody, &[]) {
        Probe::SignedIn { identity, .. } => Some(format!("the probe shows `{identity}` to an empty jar")),
        _ => None,
    };
    Frame { firing, failed }
}

/// Why somebody's flawless login is none.
pub(crate) fn failure(persona: Persona, played: &Played) -> String {
    let who = persona.name();
    match (&played.broke, &played.observation.probe) {
        (Some(broke), _) => format!("the flawless login of {who} did not come out: {broke}"),
        (None, probe @ (Probe::SignedIn { .. } | Probe::Unclear { .. })) => format!(
            "after the flawless login of {who} the probe shows {probe}, and {}",
            played.observation.journey.told()
        ),
        (None, _) => format!(
            "the flawless login of {who} signed nobody in: {}{}",
            played.observation.journey.told(),
            played.lacked()
        ),
    }
}
