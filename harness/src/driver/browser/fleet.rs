//! Sessions of one browser, which is started again where it dies.

use std::sync::Arc;

use tokio::sync::Mutex;

use super::{
    bidi::Refused,
    engine::Browser,
    ready::{Fresh, Ready},
    session::BrowserSession,
};
use crate::driver::{error::DriverError, setup::Setup};

/// Chromium through ChromeDriver: started once, shared by all sessions, started again if it dies.
#[derive(Debug)]
pub struct BrowserDriver {
    setup: Arc<Setup>,
    ready: Arc<Ready>,
    browser: Mutex<Arc<Browser>>,
}

impl Drop for BrowserDriver {
    fn drop(&mut self) {
        self.ready.close();
    }
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
        let browser = Arc::new(Browser::start(&setup).await?);
        let ready = Arc::<Ready>::default();
        ready.refill(&browser, setup.limits().command);
        Ok(Self {
            setup: Arc::new(setup),
            ready,
            browser: Mutex::new(browser),
        })
    }

    /// An isolated user context with one empty tab: one that was made ahead, where there is one.
    ///
    /// # Errors
    ///
    /// [`DriverError::Browser`] where the browser does not open one, [`DriverError::Start`] where it had died and
    /// does not come back.
    pub async fn session(&self) -> Result<BrowserSession, DriverError> {
        let browser = self.running().await?;
        let fresh = match self.fresh(&browser).await {
            Ok(fresh) => fresh,
            Err(refused) => {
                if refused.is_silence() {
                    browser.bidi.abandon();
                }
                self.fresh(&self.running().await?).await?
            }
        };
        Ok(BrowserSession::new(Arc::clone(&self.setup), fresh))
    }

    async fn fresh(&self, browser: &Arc<Browser>) -> Result<Fresh, Refused> {
        let limit = self.setup.limits().command;
        let fresh = match self.ready.take(browser) {
            Some(fresh) => fresh,
            None => Fresh::make(browser, limit).await?,
        };
        self.ready.refill(browser, limit);
        Ok(fresh)
    }

    async fn running(&self) -> Result<Arc<Browser>, DriverError> {
        let mut browser = self.browser.lock().await;
        if !browser.bidi.is_open() {
            *browser = Arc::new(Browser::start(&self.setup).await?);
        }
        Ok(Arc::clone(&browser))
    }
}
