//! The running browser: started through ChromeDriver, spoken to over BiDi.

use std::{path::Path, sync::Arc};

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use super::{
    bidi::Bidi,
    mapper,
    plan::{everywhere, header},
    process::{ChromeDriver, START},
    tab::{Doors, UserContext},
    timers::{NAME, PRELOAD},
    traces::{EVENTS, Traces},
    vain::Vain,
};
use crate::driver::{error::DriverError, setup::Setup};

/// The running browser. Fields are dropped in order: the connection, then the processes.
#[derive(Debug)]
pub(super) struct Browser {
    pub(super) bidi: Bidi,
    pub(super) traces: Arc<Traces>,
    pub(super) doors: Doors,
    pub(super) vain: Vain,
    _session: Client,
    _processes: ChromeDriver,
}

/// A user context and its browser; the context and its cookies end when its last tab is dropped.
#[derive(Debug)]
pub(super) struct User {
    pub(super) context: UserContext,
    pub(super) browser: Arc<Browser>,
}

impl Browser {
    pub(super) async fn start(setup: &Setup) -> Result<Self, DriverError> {
        let processes = ChromeDriver::start().await?;
        let session = session(setup, &processes).await?;
        let socket = session
            .capabilities()
            .and_then(|granted| granted.get("webSocketUrl")?.as_str().map(str::to_owned))
            .ok_or_else(|| {
                DriverError::Start("this ChromeDriver is too old, it has no WebDriver BiDi".to_owned())
            })?;
        mapper::hide(session.capabilities()).await;
        let traces = Arc::new(Traces::new(setup.site.clone()));
        let listener = Arc::clone(&traces);
        let bidi = Bidi::connect(&socket, move |method, params| listener.event(method, params)).await?;
        let browser = Self {
            bidi,
            traces,
            doors: Doors::default(),
            vain: Vain::default(),
            _session: session,
            _processes: processes,
        };
        browser
            .command("session.subscribe", json!({"events": EVENTS}))
            .await?;
        let params = json!({"phases": ["beforeRequestSent"], "urlPatterns": everywhere(&setup.site)});
        browser.command("network.addIntercept", params).await?;
        let params = json!({"functionDeclaration": format!("() => {{ ({PRELOAD})({}) }}", json!(*NAME))});
        browser.command("script.addPreloadScript", params).await?;
        if !setup.headers.is_empty() {
            let headers = setup.headers.iter().map(|(name, value)| header(name, value));
            let params = json!({"headers": headers.collect::<Vec<Value>>()});
            browser.command("network.setExtraHeaders", params).await?;
        }
        Ok(browser)
    }

    async fn command(&self, method: &'static str, params: Value) -> Result<(), DriverError> {
        self.bidi.send(method, params, START).await?;
        Ok(())
    }
}

/// Starts the browser: the first of those that are there which goes with this ChromeDriver.
async fn session(setup: &Setup, processes: &ChromeDriver) -> Result<Client, DriverError> {
    let mut why = "no browser is there".to_owned();
    for browser in processes.browsers() {
        let capabilities = capabilities(setup, processes.profile(), browser);
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities.as_object().cloned().unwrap_or_default());
        let url = processes.url();
        match tokio::time::timeout(START, builder.connect(&url)).await {
            Ok(Ok(session)) => return Ok(session),
            Ok(Err(error)) => {
                let text = error.to_string();
                let first = text.lines().next().unwrap_or_default();
                why = format!("{}: {first}", browser.display());
            }
            Err(_) => {
                let limit = START.as_secs();
                why = format!("{} did not come up within {limit} s", browser.display());
            }
        }
        tracing::debug!(why, "a browser does not start");
    }
    Err(DriverError::Start(why))
}

fn capabilities(setup: &Setup, profile: &Path, browser: &Path) -> Value {
    let own = [
        format!("--user-data-dir={}", profile.display()),
        format!("--host-resolver-rules={}", setup.guard.resolver_rules()),
        "--window-size=1000,750".to_owned(),
    ];
    let arguments: Vec<String> = ChromeDriver::arguments().into_iter().chain(own).collect();
    json!({
        "webSocketUrl": true,
        "acceptInsecureCerts": setup.ca.is_some(),
        "unhandledPromptBehavior": "dismiss",
        "goog:chromeOptions": {
            "binary": browser,
            "args": arguments,
            "excludeSwitches": ["disable-popup-blocking"],
            "prefs": {"download_restrictions": 3, "credentials_enable_service": false},
        },
    })
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::driver::{guard::Guard, site::Site};

    #[tokio::test]
    async fn what_nobody_sees_of_the_browser_is_not_painted() {
        let url = |text: &str| Url::parse(text).unwrap();
        let site = Site::new(&url("http://127.0.0.1:9"), &url("http://localhost:9"));
        let browser = Browser::start(&Setup::new(Guard::default(), site)).await.unwrap();
        let display = "getComputedStyle(document.documentElement).display";
        let said = mapper::said(browser._session.capabilities(), display).await;
        assert_eq!(said.as_deref(), Ok("none"));
    }
}
