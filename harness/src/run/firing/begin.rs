//! `begin`: a sign-in that the SP starts and nobody answers.

use scenarios::{Persona, flow::Begin, recipe::Start};

use super::{
    played::Broke,
    scene::{Came, Scene},
    way::{SignIn, sign_in},
};
use crate::{
    driver::Session,
    run::{answers::Task, forging::Kept},
};

pub(super) async fn begin(scene: &Scene<'_>, verb: &Begin, session: &mut Session) -> Result<Came, Broke> {
    let SignIn { journey, done, .. } = sign_in(scene, session, Task::Hold, Start::Sp, Persona::Alice).await?;
    let kept = done.live.and_then(|live| {
        Some(Kept {
            request: live.request?,
            relay_state: live.relay_state,
        })
    });
    let kept = kept.ok_or_else(|| {
        Broke::Precondition(format!(
            "begin: the SP did not send the browser to the IdP with an AuthnRequest: {}",
            journey.told()
        ))
    })?;
    Ok(Came {
        journey: Some(journey),
        request: Some((verb.begin.clone(), kept)),
        ..Came::default()
    })
}
