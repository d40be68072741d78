//! An SP, an IdP on another site, and one browser for all tests.

use std::{collections::BTreeMap, sync::LazyLock, time::Duration};

use samlitmus::{
    driver::{BrowserDriver, Driver, DriverError, Guard, Limits, Session, Setup, Visit},
    judge::observation::Journey,
};
use tokio::{
    runtime::Runtime,
    sync::{Mutex, OnceCell},
};

use crate::{
    driver_support::{serve, setup},
    site::{idp, sp},
};

/// More than a busy machine needs to open a page.
const PATIENCE: Duration = Duration::from_secs(60);
/// The same where a test waits for the end of it.
pub(crate) const IMPATIENCE: Duration = Duration::from_secs(12);

pub(crate) static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());
static STAGE: OnceCell<Result<Stage, String>> = OnceCell::const_new();
/// Held while a browser is started, so that it is known which is whose.
pub(crate) static STARTING: Mutex<()> = Mutex::const_new(());
static IMPATIENT: OnceCell<Driver> = OnceCell::const_new();

/// An SP, an IdP on another site, and one browser for all tests.
pub(crate) struct Stage {
    pub(crate) browser: Driver,
    pub(crate) setup: Setup,
    pub(crate) sp: String,
    pub(crate) idp: String,
}

/// Runs a test on the stage, or says why not.
pub(crate) fn on_stage<R: Future<Output = ()>>(test: impl FnOnce(&'static Stage) -> R) {
    RUNTIME.block_on(async {
        match STAGE.get_or_init(Stage::build).await {
            Ok(stage) => test(stage).await,
            Err(why) => eprintln!("skipped: {why}"),
        }
    });
}

impl Stage {
    async fn build() -> Result<Self, String> {
        let port = serve("127.0.0.1", idp()).await.port();
        let idp = format!("http://localhost:{port}");
        let address = serve("127.0.0.1", sp(idp.clone())).await;
        let sp = format!("http://{address}");
        let names = [
            "a.sp.example",
            "b.sp.example",
            "sp.example",
            "other.example",
            "sp.co.uk",
        ];
        let resolve: BTreeMap<String, String> = names
            .map(|name| (name.to_owned(), address.to_string()))
            .into_iter()
            .collect();
        let mut setup = setup(&sp, &idp);
        setup.guard = Guard::new(&[], &resolve).unwrap();
        setup.limits = Limits::of(PATIENCE);
        setup.headers = vec![("X-Test".to_owned(), "yes".to_owned())];
        match BrowserDriver::start(setup.clone()).await {
            Ok(browser) => Ok(Self {
                browser: Driver::Browser(browser),
                setup,
                sp,
                idp,
            }),
            Err(DriverError::NoBrowser(why)) => Err(why),
            Err(error) => panic!("{error}"),
        }
    }

    pub(crate) async fn session(&self) -> Session {
        self.browser.session().await.unwrap()
    }

    /// A session of a browser that waits less.
    pub(crate) async fn impatient(&self) -> Session {
        let start = || async {
            let mut setup = self.setup.clone();
            setup.limits = Limits::of(IMPATIENCE);
            let _alone = STARTING.lock().await;
            Driver::Browser(BrowserDriver::start(setup).await.unwrap())
        };
        IMPATIENT.get_or_init(start).await.session().await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Journey {
        let mut session = self.session().await;
        let journey = session.travel(Visit::Get(&format!("{}{path}", self.sp))).await;
        session.close().await;
        journey
    }
}
