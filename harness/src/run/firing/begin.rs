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
    let mut own = match verb.headers.is_empty() {
        true => None,
        false => Some(
            scene
                .stage
                .session_with(&verb.headers)
                .map_err(|why| Broke::Driver(why.to_string()))?,
        ),
    };
    let session = own.as_mut().unwrap_or(session);
    let mut all = once(scene, verb, session).await?;
    for _ in 1..verb.times() {
        let mut last = once(scene, verb, session).await?;
        all.arrivals.append(&mut last.arrivals);
        all = Came {
            arrivals: all.arrivals,
            ..last
        };
    }
    Ok(all)
}

async fn once(scene: &Scene<'_>, verb: &Begin, session: &mut Session) -> Result<Came, Broke> {
    let SignIn { journey, done, .. } = sign_in(scene, session, Task::Hold, Start::Sp, Persona::Alice).await?;
    let arrivals: Vec<_> = done.live.iter().cloned().collect();
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
        arrivals,
        ..Came::default()
    })
}
