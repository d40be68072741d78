//! `visit` and `logout`: a page of the SP, asked for or posted to.

use scenarios::flow::Visit as Verb;

use super::{
    played::Broke,
    scene::{Came, Scene},
};
use crate::driver::{Session, Visit};

pub(super) async fn visit(scene: &Scene<'_>, verb: &Verb, session: &mut Session) -> Result<Came, Broke> {
    let subject = &scene.stage.subject;
    let acs = scene.stage.forge.sp.default_acs();
    let url = verb
        .visit
        .replace("{acs}", acs.map_or("", |acs| acs.location.as_str()))
        .replace("{login}", subject.login.as_deref().unwrap_or_default())
        .replace("{probe}", &subject.home);
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
    let Some(url) = &scene.stage.subject.logout else {
        return Err(Broke::Precondition("logout: no logout URL is known".to_owned()));
    };
    let journey = session.travel(Visit::Get(url)).await;
    Ok(Came {
        journey: Some(journey),
        ..Came::default()
    })
}
