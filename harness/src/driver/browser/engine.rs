//! The running browser: started through ChromeDriver, spoken to over BiDi.

use std::{sync::Arc, time::Duration};

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use super::{
    bidi::{Bidi, Refused},
    process::ChromeDriver,
    trace::{EVENTS, Traces},
};
use crate::driver::{error::DriverError, setup::Setup};

/// A command to the browser that needs nobody else is answered within this.
const COMMAND: Duration = Duration::from_secs(10);

/// The running browser. Fields are dropped in order: the connection, then the processes.
#[derive(Debug)]
pub(super) struct Browser {
    pub(super) bidi: Bidi,
    pub(super) traces: Arc<Traces>,
    _session: Client,
    _processes: ChromeDriver,
}

/// A user context; it and its cookies end when its last tab is dropped.
#[derive(Debug)]
pub(super) struct User {
    pub(super) browser: Arc<Browser>,
    pub(super) id: String,
}

impl Browser {
    pub(super) async fn start(setup: &Setup) -> Result<Self, DriverError> {
        let processes = ChromeDriver::start().await?;
        let capabilities = capabilities(setup, &processes);
        let driver = processes.url();
        let session = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities.as_object().cloned().unwrap_or_default())
            .connect(&driver)
            .await
            .map_err(|error| {
                DriverError::Start(error.to_string().lines().next().unwrap_or_default().to_owned())
            })?;
        let socket = session
            .capabilities()
            .and_then(|granted| granted.get("webSocketUrl")?.as_str().map(str::to_owned))
            .ok_or_else(|| {
                DriverError::Start("this ChromeDriver is too old, it has no WebDriver BiDi".to_owned())
            })?;
        let traces = Arc::<Traces>::default();
        let listener = Arc::clone(&traces);
        let bidi = Bidi::connect(&socket, move |method, params| listener.event(method, params)).await?;
        let browser = Self {
            bidi,
            traces,
            _session: session,
            _processes: processes,
        };
        browser
            .command("session.subscribe", json!({"events": EVENTS}))
            .await?;
        Ok(browser)
    }

    pub(super) async fn command(&self, method: &'static str, params: Value) -> Result<Value, Refused> {
        self.bidi.send(method, params, COMMAND).await
    }
}

impl Drop for User {
    fn drop(&mut self) {
        self.browser
            .bidi
            .tell("browser.removeUserContext", json!({"userContext": self.id}));
    }
}

fn capabilities(setup: &Setup, processes: &ChromeDriver) -> Value {
    let own = [
        format!("--user-data-dir={}", processes.profile().display()),
        format!("--host-resolver-rules={}", setup.guard.resolver_rules()),
        "--window-size=1000,750".to_owned(),
    ];
    let arguments: Vec<String> = ChromeDriver::arguments().into_iter().chain(own).collect();
    json!({
        "webSocketUrl": true,
        "acceptInsecureCerts": setup.ca.is_some(),
        "unhandledPromptBehavior": "dismiss",
        "goog:chromeOptions": {
            "binary": processes.browser(),
            "args": arguments,
            "prefs": {"download_restrictions": 3, "credentials_enable_service": false},
        },
    })
}

pub(super) fn word(answer: &Value, key: &str) -> Result<String, DriverError> {
    let found = answer[key].as_str().map(str::to_owned);
    found.ok_or_else(|| DriverError::Browser(format!("its answer has no `{key}`")))
}
