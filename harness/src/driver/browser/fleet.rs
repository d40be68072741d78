//! Sessions of one browser, which is started again where it dies.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::{
    engine::{Browser, User, word},
    plan::header,
    tab::BrowserSession,
};
use crate::driver::{error::DriverError, setup::Setup};

/// Chromium through ChromeDriver: started once, shared by all sessions, started again if it dies.
#[derive(Debug)]
pub struct BrowserDriver {
    setup: Arc<Setup>,
    browser: Mutex<Arc<Browser>>,
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
