//! Whether anybody is there at all, said before a dozen logins fail for that reason.

use crate::{
    judge::observation::{Ended, Journey},
    run::stage::Stage,
};

/// Why nothing can be judged: no user can be signed in by any means, or nobody can tell who is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hopeless(pub(crate) String);

/// The probe's page as nobody sees it.
pub(crate) async fn reach(stage: &Stage) -> Result<Journey, Hopeless> {
    let journey = stage.look_as_nobody().await;
    let url = &stage.subject.probe;
    match &journey.ended {
        Ended::Unreachable(_) => Err(Hopeless(format!(
            "the SP does not answer at {url} ({}): start it, or mend [sp.probe] url",
            journey.told()
        ))),
        Ended::NotAllowed(host) => Err(Hopeless(format!(
            "{url} leads to {host}, which is not on the allow-list: add it to [sp] allow if it is yours"
        ))),
        Ended::TimedOut => Err(Hopeless(format!(
            "the SP accepts connections at {url} and never answers: {}",
            journey.told()
        ))),
        Ended::Harness(why) => Err(Hopeless(why.clone())),
        Ended::Answered | Ended::Reset(_) | Ended::Limit(_) => Ok(journey),
    }
}
