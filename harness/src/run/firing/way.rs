//! The way to the IdP and behind it: the steps of a sign-in in order, as one journey.

use mock_idp::server::TICKET_COOKIE;
use scenarios::{Persona, recipe::Start};

use super::{
    played::{Broke, Stopped},
    scene::Scene,
};
use crate::{
    config::{Step, Steps},
    driver::{ActError, Session, Visit},
    judge::observation::{Ended, Journey},
    run::answers::{Done, Task},
    subject::sign_in::{Deed, Guest, deeds},
};

/// A sign-in that came as far as the IdP, or did not.
pub(super) struct SignIn {
    pub(super) journey: Journey,
    pub(super) done: Done,
    /// After so many steps the browser was at the IdP.
    pub(super) arrived: Option<usize>,
    /// What is left to do behind it.
    pub(super) rest: Rest,
}

/// The steps behind the IdP. Its ticket is forgotten with it.
pub(super) struct Rest {
    ticket: String,
    planned: Vec<Planned>,
}

/// One step of a way, as it is written and as it is done.
pub(super) struct Planned {
    /// Its number, and what stands there; none for the IdP's launch link.
    written: Option<(usize, Step)>,
    deed: Deed,
}

/// A sign-in that is answered by its ticket, till the browser has been at the IdP.
pub(super) async fn sign_in(
    scene: &Scene<'_>,
    session: &mut Session,
    task: Task,
    start: Start,
    persona: Persona,
) -> Result<SignIn, Broke> {
    let planned = plan(scene, start, persona)?;
    Box::pin(go(scene, session, task, planned)).await
}

/// The same, begun at this address.
pub(super) async fn sign_in_from(
    scene: &Scene<'_>,
    session: &mut Session,
    task: Task,
    url: String,
    post: Option<&[(String, String)]>,
) -> Result<SignIn, Broke> {
    let deed = match post {
        None => Deed::Open(url),
        Some(fields) => Deed::Post(url, fields.to_vec()),
    };
    let open = Planned { written: None, deed };
    Box::pin(go(scene, session, task, vec![open])).await
}

async fn go(
    scene: &Scene<'_>,
    session: &mut Session,
    task: Task,
    planned: Vec<Planned>,
) -> Result<SignIn, Broke> {
    let mut planned = planned.into_iter();
    let answers = &scene.stage.answers;
    let ticket = expect(scene, session, task).await?;
    let (mut journey, mut count, mut arrived) = (Journey::default(), 0, None);
    for step in planned.by_ref() {
        journey = match step.play(session, &journey).await {
            Ok(next) => journey.then(next),
            Err(error) => {
                answers.take(&ticket);
                let why = broken(error, &step.told("login"), &journey);
                return Err(scene.led_nowhere(journey, why));
            }
        };
        count += 1;
        if answers.so_far(&ticket).arrivals > 0 {
            arrived = Some(count);
            break;
        }
        if journey.ended != Ended::Answered {
            break;
        }
    }
    let done = answers.so_far(&ticket);
    match journey.ended {
        Ended::Harness(why) if done.arrivals == 0 => {
            answers.take(&ticket);
            Err(Broke::Driver(why))
        }
        _ => Ok(SignIn {
            journey,
            done,
            arrived,
            rest: Rest {
                ticket,
                planned: planned.collect(),
            },
        }),
    }
}

/// Marks this browser at the IdP by a new ticket, which is answered with this.
pub(super) async fn expect(scene: &Scene<'_>, session: &mut Session, task: Task) -> Result<String, Broke> {
    let ticket = format!("{}-{}", scene.token, scene.stage.next_firing());
    session
        .plant(scene.stage.idp.origin(), TICKET_COOKIE, &ticket)
        .await
        .map_err(|error| Broke::Driver(error.to_string()))?;
    scene.stage.answers.expect(&ticket, task);
    Ok(ticket)
}

fn plan(scene: &Scene<'_>, start: Start, persona: Persona) -> Result<Vec<Planned>, Broke> {
    let way = scene.learned.way.as_ref().or(scene.stage.subject.login.as_ref());
    let steps = |way: &Steps| planned(way, &scene.stage.guest(persona));
    match (start, way) {
        (Start::Sp, Some(way)) => steps(way),
        (Start::Sp, None) => Err(Broke::Precondition("the SP begins no login itself".to_owned())),
        (Start::Idp, way) => {
            let launch = Planned {
                written: None,
                deed: Deed::Open(scene.stage.launch_url(persona)),
            };
            // What lies behind the IdP lies there whoever began.
            let behind = match (way, scene.learned.arrives) {
                (Some(way), Some(before)) => steps(way)?.into_iter().skip(before).collect(),
                _ => Vec::new(),
            };
            Ok(std::iter::once(launch).chain(behind).collect())
        }
    }
}

/// A way as this person goes it.
pub(super) fn planned(way: &Steps, guest: &Guest) -> Result<Vec<Planned>, Broke> {
    let deeds = deeds(way, guest).map_err(Broke::Precondition)?;
    let numbered = way.0.iter().cloned().enumerate();
    Ok(numbered
        .zip(deeds)
        .map(|((at, step), deed)| Planned {
            written: Some((at + 1, step)),
            deed,
        })
        .collect())
}

impl Planned {
    /// Does it where the journey came to rest, and says how it went on.
    pub(super) async fn play(&self, session: &mut Session, before: &Journey) -> Result<Journey, ActError> {
        self.deed.play(session, before).await
    }

    /// Which step it is.
    fn told(&self, key: &str) -> String {
        match &self.written {
            Some((number, step)) => format!("step {number} of [sp] {key}, {step}"),
            None => "the IdP's launch link".to_owned(),
        }
    }
}

impl Rest {
    /// Leaves it at that: nothing behind the IdP is to be done.
    pub(super) fn forget(self, scene: &Scene<'_>) {
        scene.stage.answers.take(&self.ticket);
    }

    /// Plays what lies behind the IdP. A step that finds nothing ends it: the SP refused, or asks nothing this time; which
    /// step that was is told.
    pub(super) async fn play(
        self,
        scene: &Scene<'_>,
        session: &mut Session,
        mut journey: Journey,
    ) -> Result<(Journey, Option<Stopped>), Broke> {
        let mut stopped = None;
        for step in &self.planned {
            let refused = journey.page.as_ref().is_some_and(|page| page.status >= 400);
            if journey.ended != Ended::Answered || refused {
                break;
            }
            let (why, needs_browser) = match step.play(session, &journey).await {
                Ok(next) => {
                    journey = journey.then(next);
                    continue;
                }
                Err(ActError::Missing(why)) => (why, false),
                Err(ActError::NeedsBrowser(why)) => (why, true),
                Err(error) => {
                    scene.stage.answers.take(&self.ticket);
                    let why = broken(error, &step.told("login"), &journey);
                    return Err(scene.led_nowhere(journey, why));
                }
            };
            stopped = Some(Stopped {
                why: format!("{}: {why}", step.told("login")),
                needs_browser,
            });
            break;
        }
        scene.stage.answers.take(&self.ticket);
        Ok((journey, stopped))
    }
}

/// Plays a whole way of this key, where every step must find what it is about.
pub(super) async fn walk(session: &mut Session, key: &str, planned: Vec<Planned>) -> Result<Journey, Broke> {
    let mut journey = Journey::default();
    for step in planned {
        journey = match step.play(session, &journey).await {
            Ok(next) => journey.then(next),
            Err(error) => return Err(broken(error, &step.told(key), &journey)),
        };
        if journey.ended != Ended::Answered {
            break;
        }
    }
    Ok(journey)
}

impl Deed {
    /// Does it where the journey came to rest, and says how it went on.
    async fn play(&self, session: &mut Session, before: &Journey) -> Result<Journey, ActError> {
        Ok(match self {
            Self::Open(url) => session.travel(Visit::Get(url)).await,
            Self::Post(url, fields) => {
                let post = Visit::Post {
                    url,
                    fields,
                    from: None,
                    headers: &[],
                };
                session.travel(post).await
            }
            Self::OpenNamed(pointer) => {
                let page = before.page.as_ref();
                let page = page.ok_or_else(|| ActError::Missing("nothing was answered".to_owned()))?;
                let url = pointer.find(&page.url, &page.body).map_err(ActError::Missing)?;
                session.travel(Visit::Get(&url)).await
            }
            Self::Act(act) => session.act(act).await?,
            Self::Forget => {
                session.forget().await;
                Journey::default()
            }
        })
    }
}

fn broken(error: ActError, step: &str, journey: &Journey) -> Broke {
    let told = |why: String| format!("{step}: {why}; {}", journey.told());
    match error {
        ActError::Missing(why) => Broke::Precondition(told(why)),
        ActError::NeedsBrowser(why) => Broke::NeedsBrowser(told(why)),
        ActError::Harness(why) => Broke::Driver(why),
    }
}
