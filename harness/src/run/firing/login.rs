//! `login`: a whole sign-in, answered with a message.

use mock_idp::server::Live;
use scenarios::{Wire, flow::Login, recipe::Start};

use super::{
    body,
    played::Broke,
    scene::{Came, Scene},
    way::{SignIn, sign_in, sign_in_from},
};
use crate::{driver::Session, judge::observation::Journey, run::answers::Task};

pub(super) async fn login(
    scene: &Scene<'_>,
    verb: &Login,
    session: &mut Session,
    judged: bool,
) -> Result<Came, Broke> {
    let recipe = scene.recipe_of(verb.recipe.as_ref(), verb.login.0, judged);
    let order = scene.order(recipe, judged);
    // Who wants to know what a run sends listens here and in the HTTP driver (`benches/rates`).
    tracing::trace!(
        target: "samlitmus::messages",
        recipe = serde_json::to_string(&order.recipe).unwrap_or_default(),
        base = order.base.map_or("A", scenarios::Base::letter),
    );
    let task = match &verb.request {
        None => Task::Forge(order.clone()),
        Some(name) => Task::ForgeFor(order.clone(), Box::new(scene.request(name)?.clone())),
    };
    let asked = verb.start.or(order.recipe.deliver.as_ref().and_then(|d| d.start));
    let start = asked.or(scene.learned.start).unwrap_or(Start::Idp);
    let SignIn {
        journey,
        done,
        arrived,
        rest,
    } = match &verb.from {
        Some(from) => sign_in_from(scene, session, task, scene.address(from), verb.post.as_deref()).await?,
        None => sign_in(scene, session, task, start, verb.login.0).await?,
    };
    if let Some(why) = done.live.as_ref().and_then(|live| live.unreadable.clone()) {
        return Err(scene.led_nowhere(journey, Broke::Precondition(why)));
    }
    let sp_ahead = done.live.as_ref().and_then(Live::ahead);
    let message = match done.message {
        Some(Ok(message)) => message,
        Some(Err(fault)) => return Err(Broke::Fault(fault)),
        // Whether a form leads to the IdP is what is asked.
        None if verb.post.is_some() => {
            rest.forget(scene);
            return Ok(Came {
                journey: Some(journey),
                ..Came::default()
            });
        }
        None => {
            let why = astray(&journey, start);
            return Err(scene.led_nowhere(journey, Broke::Precondition(why)));
        }
    };
    let journey = if message.wire.is_the_runners() {
        post(scene, &message.wire, session, journey).await
    } else {
        journey
    };
    let (journey, stopped) = rest.play(scene, session, journey).await?;
    Ok(Came {
        journey: Some(journey),
        message: Some(message),
        keep: verb.keep.clone(),
        sp_ahead,
        request: None,
        arrived,
        left: None,
        arrivals: done.live.into_iter().collect(),
        begun: verb.from.as_deref().map(|from| scene.address(from)),
        stopped,
    })
}

/// What no browser would send is posted here.
async fn post(scene: &Scene<'_>, wire: &Wire, session: &mut Session, before: Journey) -> Journey {
    let from = Some(scene.stage.idp.origin());
    let headers = wire.headers.clone().into_iter().collect();
    before.then(body::send(wire, session, headers, from).await)
}

/// Why no message was made: how the journey ended decides the sentence.
fn astray(journey: &Journey, start: Start) -> String {
    let who = match start {
        Start::Sp => "[sp] login",
        Start::Idp => "the IdP's launch link",
    };
    format!("{who} did not bring the browser to the IdP: {}", journey.told())
}
