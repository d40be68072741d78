//! `visit` and `logout`: a page of the SP, asked for or posted to.

use scenarios::{Persona, flow::Visit as Verb};

use super::{
    played::Broke,
    scene::{Came, Scene},
    way::{planned, walk},
};
use crate::driver::{Session, Visit};

pub(super) async fn visit(scene: &Scene<'_>, verb: &Verb, session: &mut Session) -> Result<Came, Broke> {
    let url = scene.address(&verb.visit);
    let journey = match &verb.post {
        None => session.peek(&url).await,
        Some(fields) => {
            let post = Visit::Post {
                url: &url,
                fields,
                from: None,
                headers: &[],
            };
            session.travel(post).await
        }
    };
    Ok(Came {
        journey: Some(journey),
        ..Came::default()
    })
}

pub(super) async fn logout(scene: &Scene<'_>, session: &mut Session) -> Result<Came, Broke> {
    let Some(way) = &scene.stage.subject.logout else {
        return Err(Broke::Precondition(
            "logout: [sp] logout is not configured".to_owned(),
        ));
    };
    let planned = planned(way, &scene.stage.guest(Persona::Alice))?;
    Ok(Came {
        journey: Some(walk(session, "logout", planned).await?),
        ..Came::default()
    })
}
