//! `end`: the IdP sends the browser to the SP's single logout service, with a logout message, or by SOAP comes itself.

use std::{collections::BTreeMap, sync::Arc};

use scenarios::{Carriage, Kind, Message, Recipe, flow::End, recipe::Start};

use super::{
    body,
    played::Broke,
    scene::{Came, Scene},
    way::{SignIn, sign_in},
};
use crate::{driver::Session, run::answers::Task};

pub(super) async fn end(
    scene: &Scene<'_>,
    verb: &End,
    session: &mut Session,
    judged: bool,
) -> Result<Came, Broke> {
    if let Some(name) = &verb.again {
        return again(scene, name, verb, session).await;
    }
    let plain = Recipe {
        message: Some(Kind::LogoutRequest),
        ..Recipe::default()
    };
    let own = verb.recipe.as_ref().or((!judged).then_some(&plain));
    let mut recipe = scene.recipe_of(own, verb.end, judged);
    recipe.message.get_or_insert(Kind::LogoutRequest);
    let order = scene.order(recipe, judged);
    if order.recipe.logout_by() == Some(Carriage::Soap) {
        let made = scene.stage.forge.make(&order, None, None);
        let came = without_a_browser(scene, Arc::new(made.map_err(Broke::Fault)?)).await?;
        return Ok(Came {
            keep: verb.keep.clone(),
            ..came
        });
    }
    let SignIn {
        journey, done, rest, ..
    } = sign_in(scene, session, Task::Forge(order), Start::Idp, verb.end).await?;
    rest.forget(scene);
    match done.message {
        Some(Ok(message)) => Ok(Came {
            journey: Some(journey),
            message: Some(message),
            keep: verb.keep.clone(),
            left: done.left,
            ..Came::default()
        }),
        Some(Err(fault)) => Err(Broke::Fault(fault)),
        None => Err(Broke::Driver(format!(
            "the browser did not reach the IdP: {}",
            journey.told()
        ))),
    }
}

/// By SOAP the IdP comes itself: in a jar of nobody's, from no page.
async fn without_a_browser(scene: &Scene<'_>, message: Arc<Message>) -> Result<Came, Broke> {
    let mut headers: Vec<(String, String)> = message.wire.headers.clone().into_iter().collect();
    headers.push(("SOAPAction".to_owned(), format!("\"{}\"", saml::soap::ACTION)));
    let session = scene.stage.session_with(&BTreeMap::new());
    let mut session = session.map_err(|why| Broke::Driver(why.to_string()))?;
    let journey = body::send(&message.wire, &mut session, headers, None).await;
    session.close().await;
    Ok(Came {
        journey: Some(journey),
        message: Some(message),
        ..Came::default()
    })
}

/// What was kept, sent as it was.
async fn again(scene: &Scene<'_>, name: &str, verb: &End, session: &mut Session) -> Result<Came, Broke> {
    let kept = scene
        .shelf
        .messages
        .get(name)
        .cloned()
        .ok_or_else(|| Broke::Precondition(format!("end: nothing was kept under the name {name}")))?;
    if kept.wire.by == Carriage::Soap {
        return without_a_browser(scene, kept).await;
    }
    let task = Task::Send(scene.order(Recipe::default(), false), kept.clone());
    let SignIn {
        journey, done, rest, ..
    } = sign_in(scene, session, task, Start::Idp, verb.end).await?;
    rest.forget(scene);
    match done.arrivals {
        0 => Err(Broke::Driver(format!(
            "the browser did not reach the IdP: {}",
            journey.told()
        ))),
        _ => Ok(Came {
            journey: Some(journey),
            message: Some(kept),
            ..Came::default()
        }),
    }
}
