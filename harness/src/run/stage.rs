//! What every firing stands on: the driver, the live IdP with its answers, the probe, the SP's addresses.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use mock_idp::server::MockIdp;
use scenarios::{Need, Persona, Scenario, recipe::Delivery};

use super::{answers::Answers, clues::Clues, forging::Forge, oob::Oob, pace::Pace, swiftest::Swiftest};
use crate::{
    driver::{BrowserDriver, Driver, DriverError, HttpDriver, Session, Setup},
    judge::{
        emitted::Document,
        observation::{Ended, Journey},
        people::People,
    },
    subject::{
        address::Subject,
        log::Log,
        probe::{IdentityRule, Prober},
        sign_in::Guest,
    },
};

/// The SP's metadata as it stands, and where.
#[derive(Debug)]
pub(crate) struct Published {
    pub(crate) document: Document,
    /// None for a file.
    pub(crate) url: Option<String>,
}

/// More patience than usual, until it goes.
struct Patience<'a>(&'a Setup);

impl Drop for Patience<'_> {
    fn drop(&mut self) {
        self.0.be_patient(1);
    }
}

/// Everything that firings share.
pub(crate) struct Stage {
    setup: Setup,
    /// Nobody is signed in here without scripts.
    scripted: bool,
    pub(crate) driver: Driver,
    /// The other kind of driver, for scenarios that only it can play.
    pub(crate) other: Option<Driver>,
    pub(crate) idp: Arc<MockIdp>,
    pub(crate) forge: Arc<Forge>,
    pub(crate) answers: Arc<Answers>,
    pub(crate) prober: RwLock<Arc<Prober>>,
    pub(crate) subject: Subject,
    /// Everybody, before anybody has been seen.
    pub(crate) people: People,
    pub(crate) oob: Option<Oob>,
    /// So long one request to the SP may take.
    pub(crate) request: Duration,
    /// No firing takes longer, whatever its steps do, as long as nobody is more patient than usual.
    patience: Duration,
    /// How long flawless logins took.
    pub(crate) swiftest: Swiftest,
    /// Whether the SP's application, as it is configured in the state folder, requires signed requests.
    pub(crate) requires_signed: bool,
    /// What the SP says of itself.
    pub(crate) log: Arc<Log>,
    /// The SP's metadata as it stands; none where the configuration describes it.
    pub(crate) document: Option<Published>,
    /// How fast the SP may be asked.
    pub(crate) pace: Pace,
    /// What calibration saw.
    pub(crate) clues: Mutex<Clues>,
    /// Nobody listens at the SP any more, and nobody came back.
    lost: AtomicBool,
    absences: AtomicUsize,
    /// The SP may hold other metadata than the IdP usually publishes.
    pub(super) unsettled: AtomicBool,
    firing: AtomicU64,
    requests: AtomicU64,
}

impl Stage {
    #[expect(
        clippy::too_many_arguments,
        reason = "each is one piece of the stage; a builder would only rename them"
    )]
    pub(crate) fn new(
        setup: Setup,
        driver: Driver,
        other: Option<Driver>,
        idp: Arc<MockIdp>,
        forge: Arc<Forge>,
        answers: Arc<Answers>,
        prober: Prober,
        subject: Subject,
        people: People,
        oob: Option<Oob>,
        request: Duration,
    ) -> Self {
        Self {
            setup,
            scripted: false,
            driver,
            other,
            idp,
            forge,
            answers,
            prober: RwLock::new(Arc::new(prober)),
            subject,
            people,
            oob,
            request,
            patience: request.saturating_mul(12).max(Duration::from_secs(60)),
            swiftest: Swiftest::default(),
            requires_signed: false,
            log: Arc::default(),
            document: None,
            pace: Pace::default(),
            clues: Mutex::default(),
            lost: AtomicBool::new(false),
            absences: AtomicUsize::new(0),
            unsettled: AtomicBool::new(false),
            firing: AtomicU64::new(0),
            requests: AtomicU64::new(0),
        }
    }

    /// Ends the IdP, unless it is somebody else's: whoever listens there next finds the address free.
    pub(crate) async fn end(self) {
        let Self {
            driver,
            other,
            idp,
            answers,
            ..
        } = self;
        // Their connections to it end first.
        drop((driver, other, answers));
        if let Some(idp) = Arc::into_inner(idp) {
            idp.shutdown().await;
        }
    }

    /// Does everything in the browser from now on, and starts it where it is not there.
    ///
    /// # Errors
    /// It cannot be started.
    pub(crate) async fn take_browser(&mut self) -> Result<(), DriverError> {
        if matches!(self.driver, Driver::Browser(_)) {
            return Ok(());
        }
        let browser = match self.other.take() {
            Some(other @ Driver::Browser(_)) => other,
            _ => Driver::Browser(BrowserDriver::start(self.setup.clone()).await?),
        };
        self.other = Some(std::mem::replace(&mut self.driver, browser));
        self.scripted = true;
        self.clues = Mutex::default();
        self.swiftest = Swiftest::default();
        Ok(())
    }

    /// The driver of a scenario: the browser where it needs one, plain HTTP where it sends what no
    /// browser would.
    pub(crate) fn driver_for(&self, scenario: &Scenario) -> &Driver {
        let delivers = |deliver: Option<&Delivery>| deliver.is_some_and(Delivery::is_the_runners);
        let runners = delivers(scenario.deliver.as_ref())
            || scenario
                .variants
                .values()
                .any(|recipe| delivers(recipe.deliver.as_ref()));
        let fits = |driver: &Driver| match driver {
            Driver::Browser(_) => !runners,
            Driver::Http(_) => !self.scripted && !scenario.needs.contains(&Need::Browser),
        };
        match &self.other {
            Some(other) if !fits(&self.driver) && fits(other) => other,
            _ => &self.driver,
        }
    }

    /// A client of its own over plain HTTP, each of whose requests to the SP carries these headers.
    ///
    /// # Errors
    /// It cannot be made.
    pub(crate) fn session_with(&self, headers: &BTreeMap<String, String>) -> Result<Session, DriverError> {
        let mut setup = self.setup.clone();
        setup.headers.extend(headers.clone());
        Ok(Session::Http(HttpDriver::new(setup)?.session()))
    }

    /// Whether plain HTTP signs people in here, and does so in this run.
    pub(crate) fn is_plain(&self) -> bool {
        !self.scripted && matches!(self.driver, Driver::Http(_))
    }

    /// Whether a browser is there.
    pub(crate) fn has_browser(&self) -> bool {
        [Some(&self.driver), self.other.as_ref()]
            .into_iter()
            .flatten()
            .any(|d| matches!(d, Driver::Browser(_)))
    }

    /// No firing takes longer, whatever its steps do.
    pub(crate) fn patience(&self) -> Duration {
        self.patience.saturating_mul(self.setup.patience())
    }

    /// So many times as patient with the SP as usual, until what is returned goes.
    pub(crate) fn be_patient(&self, times: u32) -> impl Drop + '_ {
        self.setup.be_patient(times);
        Patience(&self.setup)
    }

    /// The number of a new firing.
    pub(crate) fn next_firing(&self) -> u64 {
        self.firing.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(crate) fn count_requests(&self, requests: usize) {
        self.requests
            .fetch_add(u64::try_from(requests).unwrap_or(0), Ordering::Relaxed);
    }

    pub(crate) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    pub(crate) fn prober(&self) -> Arc<Prober> {
        self.prober.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks who is signed in in an empty jar.
    pub(crate) async fn look_as_nobody(&self) -> Journey {
        let prober = self.prober();
        self.as_nobody(async |session| prober.look(session).await).await
    }

    /// Looks at a page of the SP with an empty jar.
    pub(crate) async fn visit_as_nobody(&self, url: &str) -> Journey {
        self.as_nobody(async |session| session.peek(url).await).await
    }

    async fn as_nobody(&self, look: impl AsyncFnOnce(&mut Session) -> Journey) -> Journey {
        match self.driver.session().await {
            Ok(mut session) => {
                let journey = look(&mut session).await;
                session.close().await;
                journey
            }
            Err(error) => Journey {
                ended: Ended::Harness(error.to_string()),
                ..Journey::default()
            },
        }
    }

    /// Knows the probe's page from now on as nobody sees it.
    pub(crate) fn learn_anonymous(&self, journey: &Journey) {
        self.change_prober(|prober| prober.with_anonymous(journey));
    }

    /// Looks for the identity there from now on.
    pub(crate) fn learn_rule(&self, rule: &IdentityRule, anonymous: &Journey) {
        self.change_prober(|prober| prober.with_rule(rule.clone(), anonymous.page.as_ref()));
    }

    fn change_prober(&self, change: impl FnOnce(Prober) -> Prober) {
        let mut prober = self.prober.write().unwrap_or_else(PoisonError::into_inner);
        *prober = Arc::new(change(Prober::clone(&prober)));
    }

    /// Whether the SP went away for good.
    pub(crate) fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Relaxed)
    }

    /// Somebody found nobody listening at the SP.
    pub(crate) fn was_absent(&self) {
        self.absences.fetch_add(1, Ordering::Relaxed);
    }

    /// How often somebody found nobody listening at the SP.
    pub(crate) fn absences(&self) -> usize {
        self.absences.load(Ordering::Relaxed)
    }

    /// Waits until somebody listens at the SP again; says whether somebody does.
    pub(crate) async fn back_within(&self, limit: Duration) -> bool {
        let begun = tokio::time::Instant::now();
        while begun.elapsed() < limit {
            let journey = self.visit_as_nobody(&self.subject.home).await;
            if !matches!(journey.ended, Ended::Unreachable(_) | Ended::Reset(_)) {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        self.lost.store(true, Ordering::Relaxed);
        false
    }

    /// What stands for a persona in the steps of a sign-in.
    pub(crate) fn guest(&self, persona: Persona) -> Guest {
        let directory = self.forge.directory.read();
        let Some((tenant, user)) = directory.user(persona.name()) else {
            return Guest::default();
        };
        let mail = user.mail.as_ref().unwrap_or(&user.user_principal_name);
        let domain = mail
            .rsplit_once('@')
            .map_or(tenant.domain.as_str(), |(_, domain)| domain);
        Guest {
            name_id: user.user_principal_name.clone(),
            domain: domain.to_owned(),
            mail: mail.clone(),
        }
    }

    /// The link that starts IdP-initiated sign-in for a persona.
    pub(crate) fn launch_url(&self, persona: Persona) -> String {
        let directory = self.forge.directory.read();
        let tenant = match persona {
            Persona::Outsider => directory.fabrikam(),
            _ => directory.contoso(),
        };
        let app = tenant
            .application(&self.forge.sp.entity_id)
            .map_or("", |app| app.app_id.as_str())
            .to_owned();
        self.idp.launch_url(&app, &tenant.id)
    }
}
