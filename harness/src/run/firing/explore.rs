//! A way tried out, to see whether it leads to the IdP: nothing is answered there.

use mock_idp::server::TICKET_COOKIE;
use scenarios::Persona;

use super::way::planned;
use crate::{
    config::Steps,
    driver::ActError,
    judge::observation::{Ended, Journey},
    run::{answers::Task, stage::Stage},
};

/// What came of it.
pub(crate) struct Explored {
    pub(crate) journey: Journey,
    /// The browser came to the IdP.
    pub(crate) arrived: bool,
    /// Why a step could not be done.
    pub(crate) error: Option<ActError>,
}

/// Goes a way as alice, in a jar of its own, till it leads to the IdP.
pub(crate) async fn explore(stage: &Stage, way: &Steps) -> Explored {
    let mut explored = Explored {
        journey: Journey::default(),
        arrived: false,
        error: None,
    };
    let failed = |why: String| Some(ActError::Harness(why));
    let steps = match planned(way, &stage.guest(Persona::Alice)) {
        Ok(steps) => steps,
        Err(broke) => {
            explored.error = failed(broke.to_string());
            return explored;
        }
    };
    let mut session = match stage.driver.session().await {
        Ok(session) => session,
        Err(error) => {
            explored.error = failed(error.to_string());
            return explored;
        }
    };
    let ticket = format!("way-{}", stage.next_firing());
    stage.answers.expect(&ticket, Task::Hold);
    if let Err(error) = session.plant(stage.idp.origin(), TICKET_COOKIE, &ticket).await {
        explored.error = failed(error.to_string());
    }
    for step in steps {
        if explored.error.is_some() || explored.arrived || explored.journey.ended != Ended::Answered {
            break;
        }
        match step.play(&mut session, &explored.journey).await {
            Ok(next) => explored.journey = explored.journey.then(next),
            Err(error) => explored.error = Some(error),
        }
        explored.arrived = stage.answers.so_far(&ticket).arrivals > 0;
    }
    stage.answers.take(&ticket);
    session.close().await;
    stage.count_requests(explored.journey.hops.len());
    explored
}
