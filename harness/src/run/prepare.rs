//! Before anything is fired: the IdP up, the SP up, its metadata read, the drivers ready.

use std::{
    collections::BTreeSet,
    path::Path,
    sync::{Arc, Mutex, RwLock, atomic::AtomicBool},
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};
use mock_idp::server::{MockIdp, Options as IdpOptions};
use saml::SpMetadata;
use scenarios::{KeyRing, Need, Scenario};
use url::Url;

use crate::{
    config::Steps,
    driver::{BrowserDriver, Driver, DriverError, Guard, HttpDriver, Limits, Session, Setup, Site},
    judge::{
        emitted::Document,
        observation::{Ended, mend},
        people::People,
    },
    run::oob::Oob,
    run::options::{CannotRun, DriverKind, Options},
    run::registered::register,
    run::served::Served,
    run::stage::{Published, Stage},
    run::{answers::Answers, forging::Forge},
    subject::files::Files,
    subject::log::Log,
    subject::probe::{PersonaMarkers, Prober},
    subject::process::Started,
    subject::target::{MetadataOf, Target, everybody, markers, sources, trust},
};

/// What lives as long as the run, and must be ended with it.
#[derive(Default)]
pub(crate) struct Running {
    pub(crate) name: String,
    pub(crate) warnings: Vec<String>,
    started: Option<Started>,
    reference: Option<reference_sp::ReferenceSp>,
    /// Ours in the state folder until the SP has ended.
    files: Option<Files>,
    log: Arc<Log>,
}

/// What came of ending what lived as long as the run.
#[derive(Default)]
pub(crate) struct Closed {
    /// What the SP said last.
    pub(crate) said: Vec<String>,
    /// Commands that failed.
    pub(crate) complaints: Vec<String>,
}

impl Running {
    /// Why the SP that was started is not there. It explains more than what failed because of it.
    pub(crate) fn failed(&mut self) -> Option<String> {
        self.started.as_mut().and_then(Started::failed)
    }

    /// Ends the SP that was started, once it was heard; within seconds from `hurry` on.
    pub(crate) async fn end(self, hurry: &AtomicBool) -> Closed {
        let mut closed = Closed::default();
        if let Some(sp) = self.reference {
            sp.shutdown().await;
        }
        match self.log.last(hurry).await {
            Ok(said) => closed.said = said,
            Err(why) => closed.complaints.push(why),
        }
        if let Some(started) = self.started
            && let Err(why) = started.stop(hurry).await
        {
            closed.complaints.push(why);
        }
        closed
    }
}

/// Sets the stage. What must be ended, however this goes, is left in `running`.
///
/// # Errors
/// The user's mistake, or an SP that does not come up.
pub(crate) async fn prepare(
    target: Target,
    scenarios: &[Arc<Scenario>],
    options: &Options,
    running: &mut Running,
) -> Result<Stage, CannotRun> {
    let wrong = |error: &dyn std::fmt::Display| CannotRun::Configuration(error.to_string());
    let home =
        Url::parse(&target.subject.home).map_err(|e| wrong(&format!("{}: {e}", target.subject.home)))?;
    let mut warnings = expiring(&target)?;
    let storage = storage(&target, options.driver)?;
    let scripts = storage.is_some();
    warnings.extend(storage);

    let mut idp_options = IdpOptions::new(target.directory.clone());
    idp_options.listen = target.listen;
    idp_options.url = target.idp_url.clone();
    idp_options.sp = Some(target.towards.clone());
    idp_options.azure = target.azure;
    let served = match &options.idp {
        Some(served) => served.clone(),
        None => Served::start(idp_options).await.map_err(|e| wrong(&e))?,
    };
    let idp = served.idp.clone();

    let origin = Url::parse(idp.origin()).map_err(|e| wrong(&e))?;
    let guard = guard(&target, &idp).map_err(|e| wrong(&e))?;
    let mut setup = Setup::new(guard, site(&home, &origin, &target));
    setup.limits = Limits::of(options.timeout);
    setup.headers = target.headers.clone();
    setup.ca = target.ca.clone();
    setup.token = target
        .question
        .token
        .as_ref()
        .map(|carried| carried.source.clone());
    let http = HttpDriver::new(setup.clone()).map_err(|e| wrong(&e))?;

    // Primes are looked for while the SP comes up, and never in the middle of a login.
    let keys = KeyRing::of_process();
    let warming = tokio::task::spawn_blocking({
        let (keys, directory) = (keys.clone(), idp.directory().read());
        let names = needed(scenarios);
        move || keys.warm(names, &directory)
    });
    running.name.clone_from(&target.name);
    running.warnings = warnings;
    running.reference = target.reference;
    running.log = Arc::new(Log {
        command: target.log,
        folder: target.subject.folder.clone(),
        file: target.start.as_ref().map(|start| start.files.log.clone()),
    });
    if let Some(sp) = &running.reference {
        sp.set_trust(trust(&target.directory, idp.origin()));
        sp.set_sources(sources(&target.directory, |tenant| idp.metadata_url(tenant)));
    }
    if let Some(start) = &target.start {
        let tenant = target.directory.contoso();
        let metadata = mock_idp::federation_metadata(tenant, idp.origin(), None).map_err(|e| wrong(&e))?;
        std::fs::write(&start.files.metadata, metadata).map_err(|e| {
            wrong(&format!(
                "{} cannot be written: {e}",
                start.files.metadata.display()
            ))
        })?;
        let path =
            std::path::absolute(&start.files.metadata).unwrap_or_else(|_| start.files.metadata.clone());
        let started = Started::start(
            &start.command,
            &path,
            &target.subject.folder,
            &start.files.log,
            start.stop.as_deref(),
        )
        .map_err(|e| wrong(&e))?;
        running.started = Some(started);
        if let Some(ready) = &start.ready {
            wait_until(ready, &start.files.log, &http, running).await?;
        }
        if let Some(started) = &mut running.started {
            started.up();
        }
    }
    running.files = target.start.map(|start| start.files);
    let (sp, document) = metadata(&target.metadata, &http).await?;
    let directory = idp.directory().clone();
    let requires_signed = directory
        .change(|directory| Ok::<_, std::convert::Infallible>(register(directory, &sp)))
        .map_err(|e| wrong(&e))?;
    let keys = match &target.own_key {
        None => keys,
        Some(own) => {
            let published = [sp.signing.as_slice(), &sp.encryption].concat();
            let key = own.with_certificate(&published);
            keys.with_sp(key.map_err(|e| wrong(&format!("[sp] key: {e}")))?)
        }
    };
    let people = everybody(&target.directory);
    if let Some(command) = &target.provision {
        for name in people.iter().filter_map(|person| person.values.first()) {
            let command = command.replace("{name_id}", &crate::subject::process::quoted(name));
            crate::subject::process::shell(&command, &target.subject.folder)
                .await
                .map_err(|why| CannotRun::NotJudged(format!("[sp] provision: {why}")))?;
        }
    }
    let known = people.iter().filter_map(|person| {
        let (_, user) = target.directory.user(person.persona.name())?;
        Some(PersonaMarkers {
            name: person.persona.name().to_owned(),
            name_id: user.user_principal_name.clone(),
            markers: markers(user),
        })
    });
    let prober = Prober::new(target.question, known.collect());
    let forge = Arc::new(Forge {
        directory,
        sp,
        keys,
        origin: RwLock::new(idp.origin().to_owned()),
        azure: target.azure,
        offset: Mutex::new(SignedDuration::ZERO),
        identity: Mutex::new(None),
        encryption: Mutex::new(None),
        flawless: Mutex::default(),
    });
    let answers = Arc::new(Answers::new(forge.clone()));
    served.answer_by(answers.clone());
    warming.await.map_err(|e| wrong(&e))?.map_err(|e| wrong(&e))?;
    let browser = scenarios
        .iter()
        .any(|scenario| scenario.needs.contains(&Need::Browser));
    let (driver, other) = match (options.driver, scripts) {
        (DriverKind::Browser, _) | (DriverKind::Auto, true) => (
            Driver::Browser(BrowserDriver::start(setup.clone()).await.map_err(browserless)?),
            Some(Driver::Http(http)),
        ),
        (DriverKind::Auto, false) if browser => match BrowserDriver::start(setup.clone()).await {
            Ok(browser) => (Driver::Http(http), Some(Driver::Browser(browser))),
            Err(error) => {
                running
                    .warnings
                    .push(format!("scenarios that need a browser were left out: {error}"));
                (Driver::Http(http), None)
            }
        },
        (DriverKind::Auto, false) | (DriverKind::Http, _) => (Driver::Http(http), None),
    };
    let oob = match &target.oob {
        Some(oob) => Some(Oob::start(oob).await.map_err(|e| wrong(&e))?),
        None => None,
    };
    let mut stage = Stage::new(
        setup,
        driver,
        other,
        idp,
        forge,
        answers,
        prober,
        target.subject,
        People::new(people),
        oob,
        options.timeout,
    );
    stage.requires_signed = requires_signed;
    stage.log = running.log.clone();
    stage.document = document;
    Ok(stage)
}

/// What is said where everything is played in the browser, since only it has what the probe needs.
///
/// # Errors
/// It is not wanted.
fn storage(target: &Target, driver: DriverKind) -> Result<Option<String>, CannotRun> {
    let Some(carried) = target
        .question
        .token
        .as_ref()
        .filter(|carried| carried.source.needs_browser())
    else {
        return Ok(None);
    };
    let why = format!(
        "[sp.probe] token = \"{}\" stands in a page's storage, which only a browser has",
        carried.source
    );
    match driver {
        DriverKind::Http => Err(CannotRun::Configuration(format!(
            "{why}: use --driver browser, or auto"
        ))),
        DriverKind::Auto => Ok(Some(format!("{why}: all is played in the browser"))),
        DriverKind::Browser => Ok(None),
    }
}

/// Whose servers are whose: the SP may show its pages on one origin and be asked on another.
fn site(home: &Url, idp: &Url, target: &Target) -> Site {
    let before = target.question.before.iter();
    let ways = target.subject.login.iter().chain(&target.subject.logout);
    let others = ways.flat_map(Steps::urls).chain(before.map(String::as_str));
    let others = others.filter_map(|url| Url::parse(url).ok());
    others.fold(Site::new(home, idp), |site, url| {
        match url.origin() == idp.origin() {
            true => site,
            false => site.with_sp(&url),
        }
    })
}

/// Whom the drivers may ask: what is allowed, and the IdP, which is ours. A name of its own that no DNS knows means the address that
/// it listens at.
fn guard(target: &Target, idp: &MockIdp) -> Result<Guard, DriverError> {
    let (mut allow, mut resolve) = (target.allow.clone(), target.resolve.clone());
    let at = idp.address();
    allow.push(at.ip().to_string());
    if let Ok(origin) = Url::parse(idp.origin())
        && let Some(url::Host::Domain(name)) = origin.host()
        && name != "localhost"
    {
        allow.push(name.to_owned());
        if origin.scheme() == "http" && !resolve.contains_key(name) {
            resolve.insert(name.to_owned(), at.to_string());
        }
    }
    Guard::new(&allow, &resolve)
}

/// The keys that these scenarios call by name, but for those that no SP trusts without being told so.
fn needed(scenarios: &[Arc<Scenario>]) -> BTreeSet<&'static str> {
    let untrusted = [Need::EcKeyTrusted, Need::Rsa4096Trusted, Need::SpKey];
    let fired = scenarios
        .iter()
        .filter(|scenario| !scenario.needs.iter().any(|need| untrusted.contains(need)));
    // Calibration asks how a message under nobody's key is refused.
    fired
        .flat_map(|scenario| scenario.keys())
        .chain(["rogue"])
        .collect()
}

/// A browser that is not there can be installed; one that does not obey leaves nothing to judge with.
pub(super) fn browserless(error: DriverError) -> CannotRun {
    match error {
        DriverError::Start(_) | DriverError::Browser(_) => CannotRun::NotJudged(error.to_string()),
        _ => CannotRun::Configuration(error.to_string()),
    }
}

/// Refuses to begin with certificates that every SP may rightly refuse.
fn expiring(target: &Target) -> Result<Vec<String>, CannotRun> {
    let certificate = target.directory.contoso().keys.active.certificate();
    let left = certificate.not_after().duration_since(Timestamp::now());
    if left.is_negative() {
        return Err(CannotRun::Configuration(format!(
            "the IdP's signing certificate expired on {}: make new keys with `samlitmus idp --reset`, and give the SP the metadata that `samlitmus idp metadata` then writes",
            certificate.not_after().strftime("%Y-%m-%d")
        )));
    }
    let days = left.as_hours() / 24;
    Ok(if days < 30 {
        vec![format!(
            "the IdP's signing certificate expires in {days} days: `samlitmus idp --reset` makes new keys, and the SP must then trust them"
        )]
    } else {
        Vec::new()
    })
}

/// So long a started SP may take: a Java server that builds itself first needs minutes on a slow machine. One whose process
/// ends with a failure is not waited for.
const READY: Duration = Duration::from_secs(300);

/// Waits until the SP answers with a success.
async fn wait_until(
    url: &str,
    log: &Path,
    http: &HttpDriver,
    running: &mut Running,
) -> Result<(), CannotRun> {
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
        let status = journey.page.map(|page| page.status);
        if status.is_some_and(|status| (200..300).contains(&status)) {
            return Ok(());
        }
        if begun.elapsed() > READY {
            let came = status.map_or_else(|| journey.ended.to_string(), |status| format!("answers {status}"));
            return Err(CannotRun::NotJudged(format!(
                "the SP was started and is not ready after five minutes, for {url} {came}; read what the SP says in {}, or mend [sp] ready",
                log.display()
            )));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn metadata(of: &MetadataOf, http: &HttpDriver) -> Result<(SpMetadata, Option<Published>), CannotRun> {
    let (from, bytes, served) = match of {
        MetadataOf::Given(metadata) => return Ok(((**metadata).clone(), None)),
        MetadataOf::File(path) => {
            let bytes = std::fs::read(path).map_err(|error| {
                CannotRun::Configuration(format!(
                    "[sp] metadata: {} cannot be read: {error}",
                    path.display()
                ))
            })?;
            (path.display().to_string(), bytes, None)
        }
        MetadataOf::Url(url) => {
            let journey = Session::Http(http.session()).peek(url).await;
            match (journey.ended, journey.page) {
                (Ended::Answered, Some(page)) if page.status == 200 => {
                    let served = Some((url.clone(), page.content_type));
                    (url.clone(), page.body.into_bytes(), served)
                }
                (Ended::Answered, Some(page)) => {
                    return Err(CannotRun::NotJudged(format!(
                        "the SP answers {} at {url}, and gives no metadata: wait until it is up, or mend [sp] metadata",
                        page.status
                    )));
                }
                (Ended::NotAllowed(host), _) => {
                    return Err(CannotRun::Configuration(format!(
                        "[sp] metadata: {url} leads to {host}, which is not in [sp] allow"
                    )));
                }
                (ended, _) => {
                    let cure = match &ended {
                        Ended::Unreachable(why) => mend(why).trim_start_matches(": "),
                        _ => "",
                    };
                    let cure = match cure {
                        "" => "start it, or mend [sp] metadata",
                        known => known,
                    };
                    return Err(CannotRun::NotJudged(format!(
                        "the SP gives no metadata, for {url} {ended}; {cure}"
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
    let published = Published {
        document: Document {
            xml: String::from_utf8_lossy(&bytes).into_owned(),
            content_type: served.as_ref().map(|(_, kind)| kind.clone()),
            again: None,
        },
        url: served.map(|(url, _)| url),
    };
    Ok((metadata, Some(published)))
}
