//! The driver that is a real browser: one Chromium, one isolated user context a session.

use std::{sync::Arc, time::Duration};

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::{
    BrowserSession, DriverError, Setup,
    bidi::{Bidi, Refused},
    plan::header,
    process::ChromeDriver,
    trace::{EVENTS, Traces},
};

/// A command to the browser that needs nobody else is answered within this.
const COMMAND: Duration = Duration::from_secs(10);

/// Chromium through ChromeDriver: started once, shared by all sessions, started again if it dies.
#[derive(Debug)]
pub struct BrowserDriver {
    setup: Arc<Setup>,
    browser: Mutex<Arc<Browser>>,
}

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

impl BrowserDriver {
    /// Starts ChromeDriver and Chromium.
    ///
    /// # Errors
    ///
    /// [`DriverError::NoBrowser`] where one of them is not installed, [`DriverError::Start`] where it does not
    /// come up, [`DriverError::Header`] for a header that cannot be sent.
    pub async fn start(setup: Setup) -> Result<Self, DriverError> {
        for (name, value) in &setup.headers {
            if reqwest::header::HeaderName::from_bytes(name.as_bytes()).is_err()
                || reqwest::header::HeaderValue::from_str(value).is_err()
            {
                return Err(DriverError::Header(name.clone()));
            }
        }
        let browser = Browser::start(&setup).await?;
        Ok(Self {
            setup: Arc::new(setup),
            browser: Mutex::new(Arc::new(browser)),
        })
    }

    /// An isolated user context with one empty tab.
    ///
    /// # Errors
    ///
    /// [`DriverError::Browser`] where the browser does not open one, [`DriverError::Start`] where it had died and
    /// does not come back.
    pub async fn session(&self) -> Result<BrowserSession, DriverError> {
        let browser = {
            let mut browser = self.browser.lock().await;
            if !browser.bidi.is_open() {
                *browser = Arc::new(Browser::start(&self.setup).await?);
            }
            Arc::clone(&browser)
        };
        let made = browser.command("browser.createUserContext", json!({})).await?;
        let id = word(&made, "userContext")?;
        let user = Arc::new(User { browser, id });
        if !self.setup.headers.is_empty() {
            let headers: Vec<Value> = self
                .setup
                .headers
                .iter()
                .map(|(name, value)| header(name, value))
                .collect();
            let params = json!({"headers": headers, "userContexts": [user.id]});
            user.browser.command("network.setExtraHeaders", params).await?;
        }
        BrowserSession::open(Arc::clone(&self.setup), user).await
    }
}

impl Browser {
    async fn start(setup: &Setup) -> Result<Self, DriverError> {
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
