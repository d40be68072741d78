//! What every firing stands on: the driver, the live IdP with its answers, the probe, the SP's addresses.

use std::{
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use mock_idp::server::MockIdp;
use scenarios::{Base, Need, Persona, Scenario, recipe::Start};

use crate::{
    driver::Driver,
    run::oob::Oob,
    run::{answers::Answers, forging::Forge},
    subject::address::Subject,
    subject::probe::Prober,
};

/// Everything that firings share.
pub(crate) struct Stage {
    pub(crate) driver: Driver,
    /// The other kind of driver, for scenarios that only it can play.
    pub(crate) other: Option<Driver>,
    pub(crate) idp: MockIdp,
    pub(crate) forge: Arc<Forge>,
    pub(crate) answers: Arc<Answers>,
    pub(crate) prober: RwLock<Arc<Prober>>,
    pub(crate) subject: Subject,
    pub(crate) people: Vec<(Persona, String)>,
    pub(crate) oob: Option<Oob>,
    /// No firing takes longer, whatever its steps do.
    pub(crate) patience: Duration,
    firing: AtomicU64,
    requests: AtomicU64,
}

/// What the SP turned out to be able to do.
#[derive(Clone, Debug, Default)]
pub(crate) struct Abilities {
    /// The bases that sign a user in.
    pub(crate) bases: Vec<Base>,
    /// Who begins, where a recipe does not say.
    pub(crate) start: Option<Start>,
    /// What it can do beyond.
    pub(crate) can: Vec<Need>,
    /// The fingerprint of a refusal that comes as a 5xx.
    pub(crate) refusal: Option<String>,
}

impl Abilities {
    /// The base of controls for a scenario: its own where the SP accepts it, the first accepted otherwise.
    pub(crate) fn control_base(&self, base: Base) -> Option<Base> {
        if self.bases.contains(&base) {
            Some(base)
        } else {
            self.bases.first().copied()
        }
    }
}

impl Stage {
    #[expect(
        clippy::too_many_arguments,
        reason = "each is one piece of the stage; a builder would only rename them"
    )]
    pub(crate) fn new(
        driver: Driver,
        other: Option<Driver>,
        idp: MockIdp,
        forge: Arc<Forge>,
        answers: Arc<Answers>,
        prober: Prober,
        subject: Subject,
        people: Vec<(Persona, String)>,
        oob: Option<Oob>,
        patience: Duration,
    ) -> Self {
        Self {
            driver,
            other,
            idp,
            forge,
            answers,
            prober: RwLock::new(Arc::new(prober)),
            subject,
            people,
            oob,
            patience,
            firing: AtomicU64::new(0),
            requests: AtomicU64::new(0),
        }
    }

    /// The driver of a scenario: the browser where it needs one, plain HTTP where it sends headers that no
    /// browser would.
    pub(crate) fn driver_for(&self, scenario: &Scenario) -> &Driver {
        let headers = scenario
            .deliver
            .as_ref()
            .is_some_and(|deliver| !deliver.headers.is_empty());
        let fits = |driver: &Driver| match driver {
            Driver::Browser(_) => !headers,
            Driver::Http(_) => !scenario.needs.contains(&Need::Browser),
        };
        match &self.other {
            Some(other) if !fits(&self.driver) && fits(other) => other,
            _ => &self.driver,
        }
    }

    /// Whether a browser is there.
    pub(crate) fn has_browser(&self) -> bool {
        [Some(&self.driver), self.other.as_ref()]
            .into_iter()
            .flatten()
            .any(|d| matches!(d, Driver::Browser(_)))
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

    /// Looks at the probe's page with an empty jar, so that it is known again.
    pub(crate) async fn learn_anonymous(&self) {
        let Ok(mut session) = self.driver.session().await else {
            return;
        };
        let journey = session.peek(&self.subject.probe).await;
        session.close().await;
        let mut prober = self.prober.write().unwrap_or_else(PoisonError::into_inner);
        let known = Prober::clone(&prober).with_anonymous(&journey);
        *prober = Arc::new(known);
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
