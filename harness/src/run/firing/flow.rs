//! One flow, played: steps in order, each in a cookie jar of its own; then the question who is signed in.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use jiff::SignedDuration;
use mock_idp::server::{Live, LogoutCame};
use scenarios::{Base, Fault, Message, Persona, Property, Recipe, Step, Take, flow::Together};

use super::{
    begin::begin,
    cookies::carry,
    end::end,
    login::login,
    mint::mint,
    played::{Broke, Played, Stopped, issued},
    scene::{Came, Scene, Shelf},
    send::send,
    visit::{logout, visit},
};
use crate::{
    driver::{Driver, Session},
    judge::{
        emitted::{self, Emitted, Held},
        left::{self, Known},
        observation::{Journey, Observation, Probe},
        people::{Issued, Owner},
    },
    run::{learned::Learned, pace::Obstacle, publish::Published, refresh::Took, stage::Stage},
    subject::process::shell,
    text::locked,
};

/// So many sign-ins are begun in the time that any other flow has: in a browser each is a page.
const BEGUN_MEANWHILE: u32 = 50;

/// So often the probe is asked again where the SP asks for patience.
const PATIENCE: usize = 4;

/// Plays a take with a base; `judge` says which jar decides.
pub(super) async fn play(
    stage: &Stage,
    driver: &Driver,
    learned: &Learned,
    take: &Take,
    base: Base,
    judge: Option<&str>,
) -> Played {
    let mut flow = Flow {
        scene: Scene {
            stage,
            driver,
            learned,
            take,
            base,
            token: format!("f{}", stage.next_firing()),
            shelf: Shelf::default(),
            stray: Mutex::default(),
        },
        jars: BTreeMap::new(),
        judged: None,
        issued: BTreeMap::new(),
        recipe: take.recipe.clone(),
        observation: Observation::default(),
        journeys: Vec::new(),
        looked: None,
        published: None,
        choked: None,
        sp_ahead: None,
        obstacle: None,
        arrived: None,
        stopped: None,
        left: None,
        arrivals: Vec::new(),
        begun: None,
        were: BTreeMap::new(),
    };
    let absences = stage.absences();
    let limit = stage.patience() * (1 + take.begun() / BEGUN_MEANWHILE);
    let broke = match tokio::time::timeout(limit, Box::pin(flow.run(judge))).await {
        Ok(Ok(())) => None,
        Ok(Err(broke)) => Some(broke),
        Err(_) => Some(Broke::Precondition(format!(
            "the flow took longer than {} s",
            limit.as_secs()
        ))),
    };
    let stray = locked(&flow.scene.stray).take();
    if let Some(stray) = stray {
        // Who was not there when the sign-in began was not there.
        flow.obstacle = flow.obstacle.or(Obstacle::of(&stray));
        if flow.observation.journey.hops.is_empty() {
            flow.observation.journey = stray;
        }
    }
    for (_, session) in std::mem::take(&mut flow.jars) {
        session.close().await;
    }
    if let Some(published) = flow.published.take() {
        drop(published);
        stage.settle().await;
    }
    stage.count_requests(flow.observation.journey.hops.len());
    let held = take.holds.map(|property| flow.held(property));
    Played {
        held,
        observation: flow.observation,
        looked: flow.looked,
        issued_to: flow.issued,
        message: flow.judged,
        broke,
        recipe: flow.recipe,
        sp_ahead: flow.sp_ahead,
        absences,
        obstacle: flow.obstacle,
        arrived: flow.arrived,
        stopped: flow.stopped,
        left: flow.left,
        was: judge
            .or_else(|| take.steps.last().map(jar_of))
            .and_then(|jar| flow.were.get(jar).copied()),
        leads_to: take.leads_to().map(|to| flow.scene.address(to)),
    }
}

struct Flow<'a> {
    scene: Scene<'a>,
    jars: BTreeMap<String, Session>,
    judged: Option<Arc<Message>>,
    /// What the flow's logins issued, by person.
    issued: BTreeMap<Persona, Vec<String>>,
    recipe: Recipe,
    observation: Observation,
    /// What was made together, and is judged, in the order of the steps.
    journeys: Vec<Journey>,
    looked: Option<Journey>,
    published: Option<Published>,
    /// How it went where the SP gave no answer when it was to read metadata.
    choked: Option<Journey>,
    sp_ahead: Option<SignedDuration>,
    obstacle: Option<Obstacle>,
    arrived: Option<usize>,
    stopped: Option<Stopped>,
    left: Option<LogoutCame>,
    /// The sign-ins that came to the IdP.
    arrivals: Vec<Live>,
    begun: Option<String>,
    /// Who was seen to be signed in, by jar.
    were: BTreeMap<String, Persona>,
}

impl Flow<'_> {
    async fn run(&mut self, judge: Option<&str>) -> Result<(), Broke> {
        let Some((last, before)) = self.scene.take.steps.split_last() else {
            return Err(Broke::Precondition("the flow has no steps".to_owned()));
        };
        for (at, step) in before.iter().enumerate() {
            self.step(step, false).await?;
            if let Step::Login(_) = step {
                // Where the flow itself asks next, it need not be asked twice: a session may be good for few pages.
                let jar = jar_of(step);
                let asks = matches!(before.get(at + 1), Some(Step::Probe(verb)) if verb.probe == jar);
                let who = self.judged.as_ref().map(|message| message.persona);
                if let Some(persona) = who {
                    self.were.insert(jar.to_owned(), persona);
                }
                if let (false, Some(persona)) = (asks, who) {
                    let seen = self.ask(jar).await?;
                    self.must_be(&seen, Some(persona))?;
                }
            }
        }
        if let Step::Probe(verb) = last
            && judge.is_none_or(|jar| jar == verb.probe)
        {
            // The question itself is what is judged.
            let seen = self.ask_with(&verb.probe, &self.scene.headers(verb)).await?;
            self.observation.journey = self.looked.clone().unwrap_or_default();
            let page = self.observation.journey.page.as_ref();
            self.observation.probe = match seen {
                // An error page shows nobody; that it is one is another matter.
                Probe::Unclear { .. } if page.is_some_and(|page| page.status >= 500) => Probe::SignedOut,
                seen => seen,
            };
        } else {
            self.step(last, true).await?;
            self.observation.probe = match (judge, last) {
                (None, Step::Together(verb)) => self.second_of(&verb.together).await?,
                (jar, last) => {
                    let jar = jar.unwrap_or_else(|| jar_of(last)).to_owned();
                    self.ask(&jar).await?
                }
            };
        }
        if let Some(journey) = self.choked.take()
            && self.observation.probe == Probe::SignedOut
        {
            self.observation.probe = Probe::Unclear {
                why: format!("it gave no answer over the metadata: {}", journey.told()),
                differs_from_anonymous: false,
            };
            self.observation.journey = journey;
        }
        if let Some(oob) = &self.scene.stage.oob {
            self.observation.out_of_band = oob.hits(&self.scene.token);
        }
        Ok(())
    }

    async fn step(&mut self, step: &Step, judged: bool) -> Result<(), Broke> {
        match step {
            Step::Wait(verb) => {
                tokio::time::sleep(Duration::from_secs(verb.wait.min(600).into())).await;
            }
            Step::Publish(verb) => {
                let stage = self.scene.stage;
                let order = self.scene.order(Recipe::default(), false);
                let published = self
                    .published
                    .get_or_insert_with(|| Published::begin(&stage.forge, &stage.answers));
                stage.unsettle();
                published
                    .publish(&verb.publish, &order)
                    .map_err(|why| Broke::Fault(Fault::Recipe(format!("publish: {why}"))))?;
            }
            Step::Refresh(_) => {
                let took = self.scene.stage.refresh().await;
                match took {
                    Ok(Took::Silently(journey)) => self.choked = Some(*journey),
                    // What it says of a document that is no good is its own affair.
                    Ok(Took::Said(_)) if self.published.is_some() => {}
                    Ok(Took::Said(why)) | Err(why) => {
                        return Err(Broke::Precondition(format!("[sp] refresh: {why}")));
                    }
                    Ok(Took::Well) => {}
                }
            }
            Step::Restart(_) => self.command("restart").await?,
            Step::Probe(verb) => {
                let seen = self.ask_with(&verb.probe, &self.scene.headers(verb)).await?;
                self.must_be(&seen, verb.is)?;
            }
            Step::Cookies(verb) => {
                let from = self.take_jar(&verb.cookies).await?;
                let mut into = self.take_jar(&verb.into).await?;
                let carried = Box::pin(carry(&self.scene, verb, &from, &mut into)).await;
                self.jars.insert(verb.cookies.clone(), from);
                self.jars.insert(verb.into.clone(), into);
                carried?;
            }
            Step::Mint(verb) => mint(&mut self.scene, verb)?,
            Step::Together(Together { together }) => self.together(together, judged).await?,
            travelling => {
                let jar = jar_of(travelling).to_owned();
                let mut session = self.take_jar(&jar).await?;
                let came = travel(&self.scene, travelling, &mut session, judged).await;
                self.jars.insert(jar.clone(), session);
                self.settle(came?, judged);
            }
        }
        Ok(())
    }

    async fn together(&mut self, steps: &[Step], judged: bool) -> Result<(), Broke> {
        let mut sessions = Vec::new();
        for step in steps {
            sessions.push(self.take_jar(jar_of(step)).await?);
        }
        let scene = &self.scene;
        let played = steps
            .iter()
            .zip(sessions.iter_mut())
            .map(|(step, session)| travel(scene, step, session, judged));
        let came = futures_util::future::join_all(played).await;
        for (step, session) in steps.iter().zip(sessions) {
            self.jars.insert(jar_of(step).to_owned(), session);
        }
        for came in came {
            self.settle(came?, judged);
            if judged {
                self.journeys.push(self.observation.journey.clone());
            }
        }
        Ok(())
    }

    /// Whether what the SP itself sent has this property.
    fn held(&self, property: Property) -> Held {
        if property.is_of_what_was_seen() {
            let emitted = Emitted {
                requests: self.arrivals.clone(),
                journey: Some((self.begun.clone(), self.observation.journey.clone())),
                ..Emitted::clone(&self.scene.learned.emitted)
            };
            return emitted::holds(property, &emitted);
        }
        let stage = self.scene.stage;
        let Some(came) = &self.left else {
            return Held::Lacks("no logout message of the SP's came to the IdP".to_owned());
        };
        let tenant = stage.forge.directory.read().contoso().id.clone();
        let known = Known {
            sp: &stage.forge.sp,
            idp: &format!("{}/{tenant}/saml2", stage.idp.origin()),
            values: &self.scene.shelf.values,
        };
        match left::holds(property, came, &known) {
            Ok(()) => Held::Holds,
            Err(why) => Held::Lacks(why),
        }
    }

    fn settle(&mut self, came: Came, judged: bool) {
        let shelf = &mut self.scene.shelf;
        if let Some(message) = &came.message {
            self.issued
                .entry(message.persona)
                .or_default()
                .extend(issued(message));
            shelf.values.extend(message.values.clone());
            if let Some(name) = came.keep {
                shelf.messages.insert(name, message.clone());
            }
        }
        self.sp_ahead = came.sp_ahead.or(self.sp_ahead);
        self.arrived = came.arrived.or(self.arrived);
        self.stopped = came.stopped;
        self.left = came.left.or(self.left.take());
        self.arrivals.extend(came.arrivals);
        self.begun = came.begun.or(self.begun.take());
        if let Some((name, request)) = came.request {
            let state = request.relay_state.clone().unwrap_or_default();
            shelf.values.insert("relay_state".to_owned(), state);
            shelf.requests.insert(name, request);
        }
        if judged || came.message.is_some() {
            self.judged = came.message.or(self.judged.take());
        }
        if let Some(journey) = came.journey {
            self.obstacle = self.obstacle.or(Obstacle::of(&journey));
            if judged {
                self.observation.journey = journey;
            } else {
                self.scene.stage.count_requests(journey.hops.len());
            }
        }
    }

    /// Who is signed in in a jar.
    async fn ask(&mut self, jar: &str) -> Result<Probe, Broke> {
        self.ask_with(jar, &[]).await
    }

    /// The same, asked with these headers. An SP that asks for patience gets it.
    async fn ask_with(&mut self, jar: &str, headers: &[(String, String)]) -> Result<Probe, Broke> {
        let stage = self.scene.stage;
        let mut session = self.take_jar(jar).await?;
        let prober = stage.prober();
        let mut journey = prober.look_with(&mut session, headers).await;
        for _ in 0..PATIENCE {
            let Some(Obstacle::Patience(time)) = Obstacle::of(&journey) else {
                break;
            };
            stage.pace.hold(time);
            stage.pace.wait().await;
            journey = prober.look_with(&mut session, headers).await;
        }
        stage.count_requests(journey.hops.len());
        self.obstacle = self.obstacle.or(Obstacle::of(&journey));
        self.jars.insert(jar.to_owned(), session);
        let issued = self
            .judged
            .as_ref()
            .map_or_else(Vec::new, |message| issued(message));
        let probe = prober.judge(&journey, &issued);
        self.looked = Some(journey);
        Ok(probe)
    }

    /// Who is signed in where somebody else is already: one may be, of all in whose jars this happened. What is observed is what
    /// happened in the jar that decides.
    async fn second_of(&mut self, steps: &[Step]) -> Result<Probe, Broke> {
        let (mut one_is, mut decides) = (false, (0, Probe::SignedOut));
        for (at, step) in steps.iter().enumerate() {
            let seen = self.ask(jar_of(step)).await?;
            match seen {
                Probe::SignedIn { .. } if !one_is => one_is = true,
                Probe::SignedIn { .. } => {
                    decides = (at, seen);
                    break;
                }
                Probe::SignedOut if decides.1 != Probe::SignedOut => {}
                other => decides = (at, other),
            }
        }
        let (at, probe) = decides;
        if let Some(journey) = self.journeys.get(at) {
            self.observation.journey = journey.clone();
        }
        Ok(probe)
    }

    fn must_be(&self, seen: &Probe, is: Option<Persona>) -> Result<(), Broke> {
        match is {
            Some(persona) => self.must_show(seen, persona),
            None if *seen == Probe::SignedOut => Ok(()),
            None => Err(Broke::Session(format!(
                "nobody should be signed in here, and the SP shows {seen}"
            ))),
        }
    }

    fn must_show(&self, seen: &Probe, persona: Persona) -> Result<(), Broke> {
        let values = self.issued.get(&persona).map_or(&[][..], Vec::as_slice);
        let people = &self.scene.learned.people;
        match seen {
            Probe::SignedIn { identity, .. }
                if people.owner(identity, &Issued { persona, values }) == Owner::Person(persona) =>
            {
                Ok(())
            }
            other => {
                let lacked = self.looked.as_ref().and_then(|looked| looked.lacked.as_ref());
                let lacked = lacked.map_or_else(String::new, |lacked| format!(" ({lacked})"));
                let who = match persona {
                    Persona::Alice => "alice".to_owned(),
                    other => format!("the {}", other.name()),
                };
                Err(Broke::Session(format!(
                    "{who} should be signed in here, and the SP shows {other}{lacked}"
                )))
            }
        }
    }

    async fn take_jar(&mut self, jar: &str) -> Result<Session, Broke> {
        match self.jars.remove(jar) {
            Some(session) => Ok(session),
            None => self
                .scene
                .driver
                .session()
                .await
                .map_err(|error| Broke::Driver(error.to_string())),
        }
    }

    async fn command(&self, name: &'static str) -> Result<(), Broke> {
        let subject = &self.scene.stage.subject;
        let Some(command) = subject.commands.get(name) else {
            return Err(Broke::Precondition(format!("there is no [sp] {name} command")));
        };
        shell(command, &subject.folder)
            .await
            .map_err(|why| Broke::Precondition(format!("[sp] {name}: {why}")))
    }
}

/// One step that goes somewhere, in its own session. Boxed, since each holds all that a driver does: unoptimised, the frames of those who
/// wait for it would fill the stack of a test's thread.
async fn travel(scene: &Scene<'_>, step: &Step, session: &mut Session, judged: bool) -> Result<Came, Broke> {
    match step {
        Step::Login(verb) => Box::pin(login(scene, verb, session, judged)).await,
        Step::Begin(verb) => Box::pin(begin(scene, verb, session)).await,
        Step::Send(verb) => Box::pin(send(scene, verb, session)).await,
        Step::Visit(verb) => Box::pin(visit(scene, verb, session)).await,
        Step::Logout(_) => Box::pin(logout(scene, session, judged)).await,
        Step::End(verb) => Box::pin(end(scene, verb, session, judged)).await,
        other => Err(Broke::Precondition(format!(
            "{} cannot happen together with others",
            other.verb()
        ))),
    }
}

/// The jar that a step acts in.
fn jar_of(step: &Step) -> &str {
    let named = match step {
        Step::Login(verb) => verb.jar.as_deref(),
        Step::Begin(verb) => verb.jar.as_deref(),
        Step::Send(verb) => verb.jar.as_deref(),
        Step::Visit(verb) => verb.jar.as_deref(),
        Step::End(verb) => verb.jar.as_deref(),
        Step::Logout(verb) => Some(verb.logout.as_str()),
        Step::Probe(verb) => Some(verb.probe.as_str()),
        Step::Together(verb) => verb.together.last().map(jar_of),
        _ => None,
    };
    named.unwrap_or("main")
}
