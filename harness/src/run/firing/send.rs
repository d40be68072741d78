//! `send`: what was kept, sent from the IdP's origin.

use std::sync::Arc;

use scenarios::{Recipe, flow::Send, recipe::Start};

use super::{
    played::Broke,
    scene::{Came, Scene},
    way::{SignIn, sign_in},
};
use crate::{driver::Session, run::answers::Task};

pub(super) async fn send(scene: &Scene<'_>, verb: &Send, session: &mut Session) -> Result<Came, Broke> {
    let kept =
        scene.shelf.messages.get(&verb.send).ok_or_else(|| {
            Broke::Precondition(format!("send: nothing was kept under the name {}", verb.send))
        })?;
    let relay_state = kept
        .wire
        .fields
        .iter()
        .find(|(name, _)| name == "RelayState")
        .map(|(_, value)| value.as_str());
    let order = scene.order(Recipe::default(), false);
    let message = scene
        .stage
        .forge
        .with_context(&order, None, relay_state, |context| {
            scenarios::forge::reforge(kept, &verb.forge, verb.deliver.as_ref(), context)
        })
        .map_err(Broke::Fault)?;
    let message = Arc::new(message);
    let task = Task::Send(order, message.clone());
    let SignIn {
        journey, done, rest, ..
    } = sign_in(scene, session, task, Start::Idp, message.persona).await?;
    if done.arrivals == 0 {
        return Err(Broke::Driver(format!(
            "the browser did not reach the IdP: {}",
            journey.told()
        )));
    }
    let (journey, stopped) = rest.play(scene, session, journey).await?;
    Ok(Came {
        journey: Some(journey),
        stopped,
        message: Some(message),
        keep: verb.keep.clone(),
        ..Came::default()
    })
}
