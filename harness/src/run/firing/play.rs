//! One flow, played: steps in order, each in a cookie jar of its own; then the question who is signed in.

use std::{collections::BTreeMap, sync::Arc};

use mock_idp::server::TICKET_COOKIE;
use scenarios::{
    Base, Fault, Message, Persona, Recipe, Step, Take,
    flow::{Begin, Login, Mint, Send, Together, Visit as VisitStep},
    recipe::Start,
};

use crate::{
    driver::{Driver, Session, Visit},
    judge::observation::{Journey, Observation, Probe},
    run::publish::Published,
    run::stage::{Abilities, Stage},
    run::{
        answers::{Done, Task},
        forging::{Kept, Order},
    },
};

/// A flow that was played.
#[derive(Debug, Default)]
pub(crate) struct Played {
    /// What was seen.
    pub(crate) observation: Observation,
    /// The judged message.
    pub(crate) message: Option<Arc<Message>>,
    /// Why it could not be played to its end.
    pub(crate) broke: Option<Broke>,
    /// The judged recipe with everything filled in that a later run needs.
    pub(crate) recipe: Recipe,
    /// What the SP's clock said in its last AuthnRequest.
    pub(crate) sp_instant: Option<String>,
}

/// Why a flow could not be played to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Broke {
    /// The message is not what its recipe claims, or cannot be made: our fault.
    Fault(Fault),
    /// A step before the judged one did not come out.
    Precondition(String),
    /// The driver failed: our fault.
    Driver(String),
}

impl std::fmt::Display for Broke {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Fault(fault) => write!(f, "the harness's own fault: {fault}"),
            Self::Precondition(why) | Self::Driver(why) => f.write_str(why),
        }
    }
}

/// Plays a take with a base; the scenario's `judge` says which jar decides.
pub(crate) async fn play(
    stage: &Stage,
    driver: &Driver,
    abilities: &Abilities,
    take: &Take,
    base: Base,
    judge: Option<&str>,
) -> Played {
    let mut flow = Flow::new(stage, driver, abilities, take, base);
    let limit = stage.patience;
    let outcome = tokio::time::timeout(limit, flow.run(judge)).await;
    let broke = match outcome {
        Ok(Ok(())) => None,
        Ok(Err(broke)) => Some(broke),
        Err(_) => Some(Broke::Precondition(format!(
            "the flow took longer than {} s",
            limit.as_secs()
        ))),
    };
    let Flow {
        jars,
        judged,
        recipe,
        observation,
        published,
        sp_instant,
        ..
    } = flow;
    for (_, session) in jars {
        session.close().await;
    }
    drop(published);
    stage.count_requests(observation.journey.hops.len());
    Played {
        observation,
        message: judged,
        broke,
        recipe,
        sp_instant,
    }
}

struct Flow<'a> {
    stage: &'a Stage,
    driver: &'a Driver,
    abilities: &'a Abilities,
    take: &'a Take,
    base: Base,
    jars: BTreeMap<String, Session>,
    messages: BTreeMap<String, Arc<Message>>,
    requests: BTreeMap<String, Kept>,
    values: BTreeMap<String, String>,
    token: String,
    judged: Option<Arc<Message>>,
    recipe: Recipe,
    observation: Observation,
    published: Option<Published>,
    sp_instant: Option<String>,
}

/// What one step came to.
#[derive(Default)]
struct Came {
    journey: Option<Journey>,
    message: Option<Arc<Message>>,
    keep: Option<String>,
    request: Option<(String, Kept)>,
    sp_instant: Option<String>,
}

impl<'a> Flow<'a> {
    fn new(
        stage: &'a Stage,
        driver: &'a Driver,
        abilities: &'a Abilities,
        take: &'a Take,
        base: Base,
    ) -> Self {
        Self {
            stage,
            driver,
            abilities,
            take,
            base,
            jars: BTreeMap::new(),
            messages: BTreeMap::new(),
            requests: BTreeMap::new(),
            values: BTreeMap::new(),
            token: format!("f{}", stage.next_firing()),
            judged: None,
            recipe: take.recipe.clone(),
            observation: Observation::default(),
            published: None,
            sp_instant: None,
        }
    }

    async fn run(&mut self, judge: Option<&str>) -> Result<(), Broke> {
        let Some((last, before)) = self.take.steps.split_last() else {
            return Err(Broke::Precondition("the flow has no steps".to_owned()));
        };
        for step in before {
            self.step(step, false).await?;
        }
        self.step(last, true).await?;
        let jar = judge.unwrap_or_else(|| jar_of(last)).to_owned();
        self.observation.probe = self.ask(&jar).await?;
        if let Some(oob) = &self.stage.oob {
            self.observation.out_of_band = oob.hits(&self.token);
        }
        Ok(())
    }

    async fn step(&mut self, step: &Step, judged: bool) -> Result<(), Broke> {
        match step {
            Step::Wait(verb) => {
                tokio::time::sleep(std::time::Duration::from_secs(verb.wait.min(600).into())).await;
            }
            Step::Publish(verb) => {
                let published = Published::change(&self.stage.forge, &verb.publish)
                    .map_err(|why| Broke::Precondition(format!("publish: {why}")))?;
                self.published.get_or_insert(published);
            }
            Step::Refresh(_) => self.command("refresh").await?,
            Step::Restart(_) => self.command("restart").await?,
            Step::Probe(verb) => {
                let seen = self.ask(&verb.probe).await?;
                self.must_be(&seen, verb.is)?;
            }
            Step::Mint(verb) => self.mint(verb)?,
            Step::Together(Together { together }) => {
                let mut sessions = Vec::new();
                for step in together {
                    sessions.push(self.take_jar(jar_of(step)).await?);
                }
                let played = together
                    .iter()
                    .zip(sessions.iter_mut())
                    .map(|(step, session)| self.travel(step, session, judged));
                let came = futures_util::future::join_all(played).await;
                for (step, session) in together.iter().zip(sessions) {
                    self.jars.insert(jar_of(step).to_owned(), session);
                }
                for came in came {
                    self.settle(came?, judged);
                }
            }
            travelling => {
                let jar = jar_of(travelling).to_owned();
                let mut session = self.take_jar(&jar).await?;
                let came = self.travel(travelling, &mut session, judged).await;
                self.jars.insert(jar.clone(), session);
                let came = came?;
                let who = came.message.as_ref().map(|message| message.name_id.clone());
                self.settle(came, judged);
                if let (false, Step::Login(_), Some(name)) = (judged, travelling, who) {
                    let seen = self.ask(&jar).await?;
                    self.must_be_named(&seen, &name)?;
                }
            }
        }
        Ok(())
    }

    /// One step that goes somewhere, in its own session.
    async fn travel(&self, step: &Step, session: &mut Session, judged: bool) -> Result<Came, Broke> {
        match step {
            Step::Login(verb) => self.login(verb, session, judged).await,
            Step::Begin(verb) => self.begin(verb, session).await,
            Step::Send(verb) => self.send(verb, session).await,
            Step::Visit(verb) => self.visit(verb, session).await,
            Step::Logout(_) => {
                let Some(url) = &self.stage.subject.logout else {
                    return Err(Broke::Precondition("logout: no logout URL is known".to_owned()));
                };
                let journey = session.travel(Visit::Get(url)).await;
                Ok(Came {
                    journey: Some(journey),
                    ..Came::default()
                })
            }
            other => Err(Broke::Precondition(format!(
                "{} cannot happen together with others",
                other.verb()
            ))),
        }
    }

    async fn login(&self, verb: &Login, session: &mut Session, judged: bool) -> Result<Came, Broke> {
        let recipe = self.recipe_of(verb.recipe.as_ref(), verb.login.0, judged);
        let order = self.order(recipe, judged);
        let task = match &verb.request {
            None => Task::Forge(order.clone()),
            Some(name) => Task::ForgeFor(order.clone(), Box::new(self.request(name)?.clone())),
        };
        let asked = verb.start.or(order.recipe.deliver.as_ref().and_then(|d| d.start));
        let start = asked.or(self.abilities.start).unwrap_or(Start::Idp);
        let (mut journey, done) = self.sign_in(session, task, start, verb.login.0).await?;
        let sp_instant = done.live.and_then(|live| live.request?.issue_instant);
        let message = match done.message {
            Some(Ok(message)) => message,
            Some(Err(fault)) => return Err(Broke::Fault(fault)),
            None => {
                let rested = journey.page.as_ref().map_or_else(
                    || format!("it {}", journey.ended),
                    |page| format!("it rested at {}", page.url),
                );
                return Err(Broke::Precondition(format!(
                    "{} did not send the browser to the IdP: {rested}",
                    if start == Start::Sp {
                        "the SP"
                    } else {
                        "the launch link"
                    },
                )));
            }
        };
        if !message.wire.headers.is_empty() {
            let headers: Vec<(String, String)> = message.wire.headers.clone().into_iter().collect();
            let visit = Visit::Post {
                url: &message.wire.url,
                fields: &message.wire.fields,
                from: Some(self.stage.idp.origin()),
                headers: &headers,
            };
            let posted = session.travel(visit).await;
            journey.hops.extend(posted.hops.clone());
            journey = Journey {
                hops: journey.hops,
                ..posted
            };
        }
        Ok(Came {
            journey: Some(journey),
            message: Some(message),
            keep: verb.keep.clone(),
            sp_instant,
            request: None,
        })
    }

    async fn begin(&self, verb: &Begin, session: &mut Session) -> Result<Came, Broke> {
        let (journey, done) = self
            .sign_in(session, Task::Hold, Start::Sp, Persona::Alice)
            .await?;
        let kept = done.live.and_then(|live| {
            Some(Kept {
                request: live.request?,
                relay_state: live.relay_state,
            })
        });
        let kept = kept.ok_or_else(|| {
            Broke::Precondition(
                "begin: the SP did not send the browser to the IdP with an AuthnRequest".to_owned(),
            )
        })?;
        Ok(Came {
            journey: Some(journey),
            request: Some((verb.begin.clone(), kept)),
            ..Came::default()
        })
    }

    async fn send(&self, verb: &Send, session: &mut Session) -> Result<Came, Broke> {
        let kept = self.messages.get(&verb.send).ok_or_else(|| {
            Broke::Precondition(format!("send: nothing was kept under the name {}", verb.send))
        })?;
        let relay_state = kept
            .wire
            .fields
            .iter()
            .find(|(name, _)| name == "RelayState")
            .map(|(_, value)| value.as_str());
        let order = self.order(Recipe::default(), false);
        let message = self
            .stage
            .forge
            .with_context(&order, None, relay_state, |context| {
                scenarios::forge::reforge(kept, &verb.forge, verb.deliver.as_ref(), context)
            })
            .map_err(Broke::Fault)?;
        let (journey, done) = self
            .sign_in(
                session,
                Task::Send(message.wire.clone()),
                Start::Idp,
                message.persona,
            )
            .await?;
        if done.arrivals == 0 {
            return Err(Broke::Driver("the browser did not reach the IdP".to_owned()));
        }
        Ok(Came {
            journey: Some(journey),
            message: Some(Arc::new(message)),
            keep: verb.keep.clone(),
            ..Came::default()
        })
    }

    async fn visit(&self, verb: &VisitStep, session: &mut Session) -> Result<Came, Broke> {
        let acs = self
            .stage
            .forge
            .sp
            .default_acs()
            .map_or("", |acs| acs.location.as_str());
        let login = self.stage.subject.login.as_deref().unwrap_or_default();
        let url = verb
            .visit
            .replace("{acs}", acs)
            .replace("{login}", login)
            .replace("{probe}", &self.stage.subject.probe);
        let journey = match &verb.post {
            None => session.peek(&url).await,
            Some(fields) => {
                session
                    .travel(Visit::Post {
                        url: &url,
                        fields,
                        from: None,
                        headers: &[],
                    })
                    .await
            }
        };
        Ok(Came {
            journey: Some(journey),
            ..Came::default()
        })
    }

    /// A sign-in that is answered by its ticket.
    async fn sign_in(
        &self,
        session: &mut Session,
        task: Task,
        start: Start,
        persona: Persona,
    ) -> Result<(Journey, Done), Broke> {
        let ticket = format!("{}-{}", self.token, self.stage.next_firing());
        self.stage.answers.expect(&ticket, task);
        session
            .plant(self.stage.idp.origin(), TICKET_COOKIE, &ticket)
            .await
            .map_err(|error| Broke::Driver(error.to_string()))?;
        let journey = match (start, &self.stage.subject.login) {
            (Start::Sp, Some(login)) => session.travel(Visit::Get(login)).await,
            (Start::Sp, None) => {
                return Err(Broke::Precondition("the SP begins no login itself".to_owned()));
            }
            (Start::Idp, _) => session.travel(Visit::Get(&self.stage.launch_url(persona))).await,
        };
        Ok((journey, self.stage.answers.take(&ticket)))
    }

    fn mint(&mut self, verb: &Mint) -> Result<(), Broke> {
        let recipe = self.recipe_of(verb.recipe.as_ref(), verb.mint, false);
        let order = self.order(recipe, false);
        let kept = verb
            .request
            .as_ref()
            .map(|name| self.request(name).cloned())
            .transpose()?;
        let message = self
            .stage
            .forge
            .make(
                &order,
                kept.as_ref().map(|kept| &kept.request),
                kept.as_ref().and_then(|kept| kept.relay_state.as_deref()),
            )
            .map_err(Broke::Fault)?;
        self.values.extend(message.values.clone());
        self.messages.insert(verb.keep.clone(), Arc::new(message));
        Ok(())
    }

    fn settle(&mut self, came: Came, judged: bool) {
        if let Some(message) = &came.message {
            self.values.extend(message.values.clone());
            if let Some(name) = came.keep {
                self.messages.insert(name, message.clone());
            }
        }
        self.sp_instant = came.sp_instant.or(self.sp_instant.take());
        if let Some((name, request)) = came.request {
            self.requests.insert(name, request);
        }
        if judged || came.message.is_some() {
            self.judged = came.message.or(self.judged.take());
        }
        if let Some(journey) = came.journey {
            if judged {
                self.observation.journey = journey;
            } else {
                self.stage.count_requests(journey.hops.len());
            }
        }
    }

    async fn ask(&mut self, jar: &str) -> Result<Probe, Broke> {
        let mut session = self.take_jar(jar).await?;
        let seen = self.stage.prober().ask(&mut session).await;
        self.stage.count_requests(1);
        self.jars.insert(jar.to_owned(), session);
        Ok(seen)
    }

    fn must_be(&self, seen: &Probe, is: Option<Persona>) -> Result<(), Broke> {
        match is {
            Some(persona) => {
                let name = self
                    .stage
                    .people
                    .iter()
                    .find(|(p, _)| *p == persona)
                    .map_or("", |(_, name)| name);
                self.must_be_named(seen, name)
            }
            None if *seen == Probe::SignedOut => Ok(()),
            None => Err(Broke::Precondition(format!(
                "nobody should be signed in here, and the SP shows {seen}"
            ))),
        }
    }

    fn must_be_named(&self, seen: &Probe, name: &str) -> Result<(), Broke> {
        match seen {
            Probe::SignedIn { identity, .. } if identity.trim().eq_ignore_ascii_case(name) => Ok(()),
            other => Err(Broke::Precondition(format!(
                "{name} should be signed in here, and the SP shows {other}"
            ))),
        }
    }

    async fn take_jar(&mut self, jar: &str) -> Result<Session, Broke> {
        match self.jars.remove(jar) {
            Some(session) => Ok(session),
            None => self
                .driver
                .session()
                .await
                .map_err(|error| Broke::Driver(error.to_string())),
        }
    }

    fn recipe_of(&self, own: Option<&Recipe>, persona: Persona, judged: bool) -> Recipe {
        let mut recipe = match own {
            Some(recipe) => recipe.clone(),
            None if judged => self.take.recipe.clone(),
            None => Recipe::default(),
        };
        recipe.persona.get_or_insert(persona);
        recipe
    }

    fn order(&self, recipe: Recipe, judged: bool) -> Order {
        let accepted = &self.abilities.bases;
        // A step that prepares must come out: it is signed as this SP wants it, whatever the judged one is.
        let base = match accepted.first() {
            Some(first) if !judged && !accepted.contains(&self.base) => *first,
            _ => self.base,
        };
        Order {
            recipe,
            base: Some(base),
            each: self.take.each.clone(),
            values: self.values.clone(),
            out_of_band: self.stage.oob.as_ref().map(|oob| oob.url(&self.token)),
        }
    }

    fn request(&self, name: &str) -> Result<&Kept, Broke> {
        self.requests
            .get(name)
            .ok_or_else(|| Broke::Precondition(format!("no AuthnRequest was kept under the name {name}")))
    }

    async fn command(&self, name: &'static str) -> Result<(), Broke> {
        let Some(command) = self.stage.subject.commands.get(name) else {
            return Err(Broke::Precondition(format!("there is no [sp] {name} command")));
        };
        crate::subject::process::shell(command, &self.stage.subject.folder)
            .await
            .map_err(|why| Broke::Precondition(format!("[sp] {name}: {why}")))
    }
}

/// The jar that a step acts in.
fn jar_of(step: &Step) -> &str {
    let named = match step {
        Step::Login(verb) => verb.jar.as_deref(),
        Step::Begin(verb) => verb.jar.as_deref(),
        Step::Send(verb) => verb.jar.as_deref(),
        Step::Visit(verb) => verb.jar.as_deref(),
        Step::Logout(verb) => Some(verb.logout.as_str()),
        Step::Probe(verb) => Some(verb.probe.as_str()),
        Step::Together(verb) => verb.together.last().map(jar_of),
        _ => None,
    };
    named.unwrap_or("main")
}
