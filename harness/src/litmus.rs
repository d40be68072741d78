//! A whole run: the IdP up, the SP up, calibration, all scenarios, everything down again.

use std::{
    future::Future,
    path::PathBuf,
    pin::Pin,
    sync::{
        Arc, Mutex, OnceLock, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};
use mock_idp::{
    Application,
    server::{Answer, Live, MockIdp, Options as IdpOptions, Reply},
};
use saml::SpMetadata;
use scenarios::{KeyRing, Need, Scenario};
use url::Url;

use crate::{
    answers::{Answers, Forge},
    calibration::{Hopeless, calibrate},
    driver::{BrowserDriver, Driver, Guard, HttpDriver, Limits, Session, Setup, Site},
    event::{Event, RunInfo, RunSummary, VerdictKind},
    lanes::plan,
    observation::Ended,
    oob::Oob,
    probe::{PersonaMarkers, Prober},
    runner::{Finished, Runner},
    snapshot::Snapshots,
    stage::{Abilities, Stage},
    subject::Started,
    summary::{Circumstances, Tally},
    target::{MetadataOf, Target, markers, names, trust},
    waiver::Waivers,
};

/// Which driver fires.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DriverKind {
    /// Plain HTTP, and Chromium for scenarios that need it, where there is one.
    #[default]
    Auto,
    /// Plain HTTP.
    Http,
    /// Chromium.
    Browser,
}

/// How a run goes.
pub struct Options {
    /// Which driver.
    pub driver: DriverKind,
    /// So many flows at once.
    pub jobs: usize,
    /// The time limit of one request to the SP.
    pub timeout: Duration,
    /// Decides everything random.
    pub seed: u64,
    /// A warning is a failure.
    pub fail_on_warn: bool,
    /// A missing snapshot is a deviation, and nothing is written.
    pub locked: bool,
    /// Where accepted behaviour is kept; none: not compared.
    pub snapshots: Option<PathBuf>,
    /// Known deviations.
    pub waivers: Waivers,
    /// Set to end the run after the firings under way.
    pub stop: Arc<AtomicBool>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            driver: DriverKind::Http,
            jobs: 8,
            timeout: Duration::from_secs(10),
            seed: 0,
            fail_on_warn: false,
            locked: false,
            snapshots: None,
            waivers: Waivers::default(),
            stop: Arc::default(),
        }
    }
}

/// A run that cannot begin: the user's mistake (exit 2) or nothing to judge with (exit 3).
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum CannotRun {
    /// Something in the configuration or on this machine is to be mended.
    #[error("{0}")]
    Configuration(String),
    /// The SP does not do what is needed to judge it.
    #[error("{0}")]
    NotJudged(String),
}

/// Fires scenarios at a target and tells what happens.
///
/// # Errors
/// The run could not begin. From the first event on, everything ends in a summary.
pub async fn run(
    target: Target,
    scenarios: &[Arc<Scenario>],
    mut options: Options,
    mut tell: impl FnMut(&Event),
) -> Result<RunSummary, CannotRun> {
    let begun = Instant::now();
    let mut info = RunInfo {
        sp: target.name.clone(),
        driver: match options.driver {
            DriverKind::Auto => "auto".to_owned(),
            DriverKind::Http => "http".to_owned(),
            DriverKind::Browser => "browser".to_owned(),
        },
        seed: options.seed,
        planned: scenarios.iter().map(|s| s.bases.len()).sum(),
        started: Timestamp::now().to_string(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        catalogue: scenarios::catalogue::VERSION.to_owned(),
    };
    let (stage, mut running) = match prepare(target, scenarios, &options).await {
        Ok(prepared) => prepared,
        Err(CannotRun::NotJudged(why)) => {
            // Nothing was fired, and a report says so: a gate that reads it must not be green.
            info.planned = 0;
            tell(&Event::Started(Arc::new(info)));
            let around = Circumstances {
                hopeless: Some(why),
                ..Circumstances::default()
            };
            let summary = Arc::new(RunSummary {
                duration: begun.elapsed(),
                ..Tally::default().finish(&around)
            });
            tell(&Event::Finished(summary.clone()));
            return Ok(Arc::unwrap_or_clone(summary));
        }
        Err(error) => return Err(error),
    };
    let stage = Arc::new(stage);
    tell(&Event::Started(Arc::new(info)));

    let mut tally = Tally::default();
    let mut around = Circumstances {
        fail_on_warn: options.fail_on_warn,
        locked: options.locked,
        warnings: running.warnings.clone(),
        ..Circumstances::default()
    };
    let calibrated = calibrate(&stage).await;
    // What answers is not what was started where that has failed: another program holds its port.
    let calibrated = match running.failed() {
        Some(failed) => Err(Hopeless(failed)),
        None => calibrated,
    };
    match calibrated {
        Err(Hopeless(why)) => around.hopeless = Some(why),
        Ok((learned, abilities)) => {
            around.warnings.extend(learned.notes.iter().cloned());
            tell(&Event::Calibrated(Arc::new(learned)));
            let snapshots = options
                .snapshots
                .as_ref()
                .map(|at| Snapshots::new(at, &running.name, options.locked));
            fire(
                &stage,
                abilities,
                scenarios,
                &mut options,
                snapshots,
                &mut tally,
                &mut tell,
            )
            .await;
        }
    }
    around.hopeless = around.hopeless.or_else(|| running.failed());
    around.waivers = options.waivers.complaints();
    around.interrupted = options.stop.load(Ordering::Relaxed);
    if let Err(why) = running.end().await {
        around.warnings.push(why);
    }
    let mut summary = tally.finish(&around);
    summary.duration = begun.elapsed();
    summary.requests = stage.requests();
    for warning in &summary.warnings {
        tell(&Event::Warning(warning.clone()));
    }
    let summary = Arc::new(summary);
    tell(&Event::Finished(summary.clone()));
    Ok(Arc::unwrap_or_clone(summary))
}

/// Everything between calibration and the end.
async fn fire(
    stage: &Arc<Stage>,
    abilities: Abilities,
    scenarios: &[Arc<Scenario>],
    options: &mut Options,
    snapshots: Option<Snapshots>,
    tally: &mut Tally,
    tell: &mut impl FnMut(&Event),
) {
    // Flows share one browser; more than a few at once only wait for each other.
    let workers = match options.driver {
        DriverKind::Auto | DriverKind::Http => options.jobs,
        DriverKind::Browser => options.jobs.min(4),
    };
    let plan = plan(scenarios, &abilities, workers);
    let (events, mut told) = tokio::sync::mpsc::unbounded_channel();
    let (done, mut finished) = tokio::sync::mpsc::unbounded_channel();
    let runner = Arc::new(Runner::new(
        stage.clone(),
        Arc::new(abilities),
        events,
        done,
        options.stop.clone(),
    ));
    let firing = tokio::spawn(async move {
        runner.run(plan, workers).await;
    });
    loop {
        tokio::select! {
            biased;
            Some(event) = told.recv() => tell(&event),
            one = finished.recv() => match one {
                None => break,
                Some(Finished { mut result, by_server_error }) => {
                    match snapshots.as_ref().map(|snapshots| snapshots.compare(&result)) {
                        None => {}
                        Some(Ok(state)) => result.snapshot = state,
                        Some(Err(error)) => tell(&Event::Warning(error.to_string())),
                    }
                    if let Some(reason) = options.waivers.apply(&result.scenario.id, result.verdict) {
                        result.verdict = VerdictKind::Waived;
                        result.reason = format!("{}; waived: {reason}", result.reason);
                    }
                    tally.add(&result, by_server_error);
                    tell(&Event::ScenarioFinished(Arc::new(result)));
                }
            },
        }
    }
    if let Err(error) = firing.await {
        tell(&Event::Warning(format!("a worker of the harness broke: {error}")));
    }
}

/// What lives as long as the run.
struct Running {
    name: String,
    started: Option<Started>,
    reference: Option<reference_sp::ReferenceSp>,
    warnings: Vec<String>,
}

impl Running {
    /// Why the SP that was started is not there. It explains more than what failed because of it.
    fn failed(&mut self) -> Option<String> {
        self.started.as_mut().and_then(Started::failed)
    }

    async fn end(self) -> Result<(), String> {
        if let Some(sp) = self.reference {
            sp.shutdown().await;
        }
        match self.started {
            Some(started) => started.stop().await,
            None => Ok(()),
        }
    }
}

async fn prepare(
    target: Target,
    scenarios: &[Arc<Scenario>],
    options: &Options,
) -> Result<(Stage, Running), CannotRun> {
    let wrong = |error: &dyn std::fmt::Display| CannotRun::Configuration(error.to_string());
    let probe = Url::parse(&target.subject.probe).map_err(|e| wrong(&format!("[sp.probe] url: {e}")))?;
    let warnings = expiring(&target)?;

    let late = Arc::new(Late::default());
    let mut idp_options = IdpOptions::new(target.directory.clone());
    idp_options.listen = target.listen;
    idp_options.url = target.idp_url.clone();
    idp_options.sp = Some(target.subject.probe.clone());
    idp_options.answer = Some(late.clone());
    let idp = MockIdp::start(idp_options).await.map_err(|e| wrong(&e))?;

    let origin = Url::parse(idp.origin()).map_err(|e| wrong(&e))?;
    let guard = Guard::new(&target.allow, &target.resolve).map_err(|e| wrong(&e))?;
    let mut setup = Setup::new(guard, Site::new(&probe, &origin));
    setup.limits = Limits::of(options.timeout);
    setup.headers = target.headers.clone();
    setup.ca = target.ca.clone();
    let http = HttpDriver::new(setup.clone()).map_err(|e| wrong(&e))?;

    let mut running = Running {
        name: target.name.clone(),
        started: None,
        reference: target.reference,
        warnings,
    };
    if let Some(sp) = &running.reference {
        sp.set_trust(trust(&target.directory, |tenant| idp.sso_url(tenant)));
    }
    if let Some(start) = &target.start {
        let tenant = target.directory.contoso();
        let metadata = mock_idp::federation_metadata(tenant, idp.origin(), None).map_err(|e| wrong(&e))?;
        std::fs::write(&start.metadata, metadata)
            .map_err(|e| wrong(&format!("{} cannot be written: {e}", start.metadata.display())))?;
        let path = std::path::absolute(&start.metadata).unwrap_or_else(|_| start.metadata.clone());
        let started = Started::start(
            &start.command,
            &path,
            &target.subject.folder,
            &start.log,
            start.stop.as_deref(),
        )
        .map_err(|e| wrong(&e))?;
        running.started = Some(started);
        if let Some(ready) = &start.ready {
            wait_until(ready, &http, &mut running).await?;
        }
    }
    let sp = metadata(&target.metadata, &http).await?;
    let directory = idp.directory().clone();
    {
        let mut directory = directory
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        for tenant in &mut directory.tenants {
            tenant.applications.push(Application::from_sp_metadata(&sp));
        }
    }
    let people = names(&target.directory);
    if let Some(command) = &target.provision {
        for (_, name) in &people {
            let command = command.replace("{name_id}", &crate::subject::quoted(name));
            crate::subject::shell(&command, &target.subject.folder)
                .await
                .map_err(|why| CannotRun::NotJudged(format!("[sp] provision: {why}")))?;
        }
    }
    let known = people.iter().filter_map(|(persona, name)| {
        let (_, user) = target.directory.user(persona.name())?;
        Some(PersonaMarkers {
            name: persona.name().to_owned(),
            name_id: name.clone(),
            markers: markers(user),
        })
    });
    let prober = Prober::new(&target.subject.probe, target.identity.as_deref(), known.collect())
        .map_err(|e| wrong(&e))?;
    let forge = Arc::new(Forge {
        directory,
        sp,
        keys: KeyRing::default(),
        origin: RwLock::new(idp.origin().to_owned()),
        offset: Mutex::new(SignedDuration::ZERO),
    });
    let answers = Arc::new(Answers::new(forge.clone()));
    late.set(answers.clone());
    let needed = scenarios
        .iter()
        .any(|scenario| scenario.needs.contains(&Need::Browser));
    let (driver, other) = match options.driver {
        DriverKind::Browser => (
            Driver::Browser(BrowserDriver::start(setup).await.map_err(|e| wrong(&e))?),
            Some(Driver::Http(http)),
        ),
        DriverKind::Auto if needed => match BrowserDriver::start(setup).await {
            Ok(browser) => (Driver::Http(http), Some(Driver::Browser(browser))),
            Err(error) => {
                running
                    .warnings
                    .push(format!("scenarios that need a browser were left out: {error}"));
                (Driver::Http(http), None)
            }
        },
        DriverKind::Auto | DriverKind::Http => (Driver::Http(http), None),
    };
    let oob = match &target.oob {
        Some(oob) => Some(Oob::start(oob).await.map_err(|e| wrong(&e))?),
        None => None,
    };
    let patience = options.timeout.saturating_mul(12).max(Duration::from_secs(60));
    let stage = Stage::new(
        driver,
        other,
        idp,
        forge,
        answers,
        prober,
        target.subject,
        people,
        oob,
        patience,
    );
    stage.learn_anonymous().await;

    Ok((stage, running))
}

/// Refuses to begin with certificates that every SP may rightly refuse.
fn expiring(target: &Target) -> Result<Vec<String>, CannotRun> {
    let certificate = target.directory.contoso().keys.active.certificate();
    let left = certificate.not_after().duration_since(Timestamp::now());
    if left.is_negative() {
        return Err(CannotRun::Configuration(format!(
            "the IdP's signing certificate expired on {}: make a new one with `samlitmus idp --reset`, and give the SP the new metadata",
            certificate.not_after()
        )));
    }
    let days = left.as_hours() / 24;
    Ok(if days < 30 {
        vec![format!("the IdP's signing certificate expires in {days} days")]
    } else {
        Vec::new()
    })
}

/// Waits until the SP answers with a success, at most a minute.
async fn wait_until(url: &str, http: &HttpDriver, running: &mut Running) -> Result<(), CannotRun> {
    let begun = Instant::now();
    loop {
        if let Some(failed) = running.failed() {
            return Err(CannotRun::NotJudged(failed));
        }
        let journey = Session::Http(http.session()).peek(url).await;
        if let Ended::NotAllowed(host) = &journey.ended {
            return Err(CannotRun::Configuration(format!(
                "[sp] ready leads to {host}, which is not in [sp] allow"
            )));
        }
        if journey.page.is_some_and(|page| (200..300).contains(&page.status)) {
            return Ok(());
        }
        if begun.elapsed() > Duration::from_secs(60) {
            return Err(CannotRun::NotJudged(format!(
                "the SP was started and is not ready after a minute: {url} does not answer with a success ({:?})",
                journey.ended
            )));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn metadata(of: &MetadataOf, http: &HttpDriver) -> Result<SpMetadata, CannotRun> {
    let (from, bytes) = match of {
        MetadataOf::Given(metadata) => return Ok((**metadata).clone()),
        MetadataOf::File(path) => {
            let bytes = std::fs::read(path).map_err(|error| {
                CannotRun::Configuration(format!(
                    "[sp] metadata: {} cannot be read: {error}",
                    path.display()
                ))
            })?;
            (path.display().to_string(), bytes)
        }
        MetadataOf::Url(url) => {
            let journey = Session::Http(http.session()).peek(url).await;
            match (journey.ended, journey.page) {
                (Ended::Answered, Some(page)) if page.status == 200 => (url.clone(), page.body.into_bytes()),
                (Ended::Answered, Some(page)) => {
                    return Err(CannotRun::NotJudged(format!(
                        "[sp] metadata: {url} answers {}",
                        page.status
                    )));
                }
                (Ended::NotAllowed(host), _) => {
                    return Err(CannotRun::Configuration(format!(
                        "[sp] metadata: {url} leads to {host}, which is not in [sp] allow"
                    )));
                }
                (Ended::Unreachable(why) | Ended::Reset(why), _) => {
                    return Err(CannotRun::NotJudged(format!(
                        "the SP does not answer at {url} ({why}): start it, or mend [sp] metadata"
                    )));
                }
                (ended, _) => {
                    return Err(CannotRun::NotJudged(format!(
                        "the SP does not answer at {url}: {ended:?}"
                    )));
                }
            }
        }
    };
    let metadata = SpMetadata::parse(&bytes)
        .map_err(|error| CannotRun::Configuration(format!("[sp] metadata ({from}): {error}")))?;
    if metadata.default_acs().is_none() {
        return Err(CannotRun::Configuration(format!(
            "[sp] metadata ({from}): it names no HTTP-POST AssertionConsumerService, and Azure sends by no other binding"
        )));
    }
    Ok(metadata)
}

/// Answers that come to be known only after the IdP is up, since the SP needs its address first.
#[derive(Default)]
struct Late(OnceLock<Arc<Answers>>);

impl Late {
    fn set(&self, answers: Arc<Answers>) {
        // Set once by construction.
        let _ = self.0.set(answers);
    }
}

impl Answer for Late {
    fn answer(&self, ticket: &str, live: Live) -> Pin<Box<dyn Future<Output = Reply> + Send + '_>> {
        match self.0.get() {
            Some(answers) => answers.answer(ticket, live),
            None => Box::pin(std::future::ready(Reply::SignIn)),
        }
    }
}
