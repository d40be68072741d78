//! What a run needs on this machine: a browser, and the mock IdP's address and keys.

use std::net::{SocketAddr, TcpListener};

use jiff::Timestamp;

use super::model::{Check, Part};
use crate::{
    driver::{BrowserDriver, DriverError, Setup},
    run::options::DriverKind,
    subject::target::Target,
};

/// Whether the browser is there and starts, where it may be needed; an error where this run cannot do without.
pub(super) async fn browser(driver: DriverKind, setup: &Setup) -> (Check, Option<DriverError>) {
    if driver == DriverKind::Http {
        let told = "not looked for: --driver http does without one";
        return (Check::unknown(Part::Browser, told), None);
    }
    match BrowserDriver::start(setup.clone()).await {
        Ok(started) => {
            drop(started);
            let told = "Chromium and ChromeDriver are there and start";
            (Check::good(Part::Browser, told), None)
        }
        Err(error) if driver == DriverKind::Auto => {
            let told = "there is none that starts: scenarios that need a browser are left out";
            (Check::note(Part::Browser, told, &error.to_string()), None)
        }
        Err(error) => {
            let told = "--driver browser, and there is none that starts";
            (
                Check::broken(Part::Browser, told, &error.to_string()),
                Some(error),
            )
        }
    }
}

/// Whether the IdP can listen where it is told to, and whether its certificate holds.
pub(super) fn idp(target: &Target) -> Vec<Check> {
    vec![address(target.listen), certificate(target)]
}

fn address(listen: SocketAddr) -> Check {
    match TcpListener::bind(listen) {
        Ok(_) => Check::good(Part::Idp, format!("it can listen at {listen}")),
        Err(why) => Check::broken(
            Part::Idp,
            format!("it cannot listen at {listen}: {why}"),
            "end what listens there (a `samlitmus idp`, another run), or name another address in [idp] listen",
        ),
    }
}

fn certificate(target: &Target) -> Check {
    let certificate = target.directory.contoso().keys.active.certificate();
    let until = certificate.not_after();
    let day = until.strftime("%Y-%m-%d");
    let mend = "make new keys with `samlitmus idp --reset`, and give the SP the metadata that `samlitmus idp metadata` then writes";
    match until.duration_since(Timestamp::now()) {
        left if left.is_negative() => {
            let told = format!("its signing certificate expired on {day}");
            Check::broken(Part::Idp, told, mend)
        }
        _ => Check::good(Part::Idp, format!("its signing certificate is good until {day}")),
    }
}
