//! `visit` and `logout`: a page of the SP, asked for or posted to.

use scenarios::{Kind, Persona, flow::Visit as Verb};

use super::{
    played::Broke,
    scene::{Came, Scene},
    way::{Planned, expect, planned, walk},
};
use crate::{
    driver::{Session, Visit},
    run::answers::Task,
};

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

pub(super) async fn logout(scene: &Scene<'_>, session: &mut Session, judged: bool) -> Result<Came, Broke> {
    let Some(way) = &scene.stage.subject.logout else {
        return Err(Broke::Precondition(
            "logout: [sp] logout is not configured".to_owned(),
        ));
    };
    let planned = planned(way, &scene.stage.guest(Persona::Alice))?;
    if judged {
        return answered(scene, session, planned).await;
    }
    Ok(Came {
        journey: Some(walk(session, "logout", planned).await?),
        ..Came::default()
    })
}

/// The sign-out that is judged: the IdP answers the SP's LogoutRequest with the scenario's message, or with nothing.
async fn answered(scene: &Scene<'_>, session: &mut Session, planned: Vec<Planned>) -> Result<Came, Broke> {
    let task = match scene.take.recipe.kind() {
        Kind::Response => Task::Hold,
        _ => Task::Forge(scene.order(scene.take.recipe.clone(), true)),
    };
    let ticket = expect(scene, session, task).await?;
    let walked = walk(session, "logout", planned).await;
    let done = scene.stage.answers.take(&ticket);
    let message = done.message.transpose().map_err(Broke::Fault)?;
    Ok(Came {
        journey: Some(walked?),
        message,
        left: done.left,
        ..Came::default()
    })
}
