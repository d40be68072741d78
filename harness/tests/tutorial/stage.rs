//! Who takes part: a mock IdP, a reference SP that trusts nobody yet, and ChromeDriver.

use std::sync::Arc;

use mock_idp::{
    Application, Directory, Shared,
    server::{MockIdp, Options},
};
use reference_sp::{Config, ReferenceSp};
use samlitmus::driver::{ChromeDriver, DriverError};

use crate::browser::Browser;

/// The application's name in the gallery and on its tile.
pub(crate) const PRODUCT: &str = "Endpoint Backup";
/// The tutorial's user, in the tenant contoso.example.
pub(crate) const B_SIMON: &str = "B.Simon@contoso.example";

pub(crate) struct Stage {
    pub(crate) sp: ReferenceSp,
    pub(crate) idp: MockIdp,
    driver: ChromeDriver,
}

impl Stage {
    /// None where there is no browser, after saying why.
    pub(crate) async fn set(sp: Config) -> Option<Self> {
        let driver = match ChromeDriver::start().await {
            Ok(driver) => driver,
            Err(DriverError::NoBrowser(why)) => {
                eprintln!("skipped: {why}");
                return None;
            }
            Err(error) => panic!("{error}"),
        };
        let sp = ReferenceSp::start(sp).await.unwrap();
        let idp = Self::another_idp(&sp).await;
        Some(Self { sp, idp, driver })
    }

    /// An IdP whose directory has nobody called B.Simon yet.
    pub(crate) async fn another_idp(sp: &ReferenceSp) -> MockIdp {
        let mut directory = Directory::ephemeral().unwrap();
        directory.tenants[0]
            .users
            .retain(|user| user.user_principal_name != B_SIMON);
        let mut options = Options::new(Shared::from(directory));
        options.sp = Some(sp.url());
        MockIdp::start(options).await.unwrap()
    }

    /// A browser that nobody has used, for whoever has this name.
    pub(crate) async fn browser(&self, name: &str) -> Browser {
        Browser::start(&self.driver, name).await
    }

    /// Ends everything.
    pub(crate) async fn clear(self) {
        self.idp.shutdown().await;
        self.sp.shutdown().await;
    }
}

/// The only application of the IdP's first tenant, and the directory that it is in.
pub(crate) fn application(idp: &MockIdp) -> (Arc<Directory>, Application) {
    let directory = idp.directory().read();
    let [application] = directory.tenants[0].applications.as_slice() else {
        panic!("there is not one application");
    };
    let application = application.clone();
    (directory, application)
}
