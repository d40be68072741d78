//! User contexts and tabs of the browser, and what a tab can be asked.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use url::Url;

use super::{
    bidi::{Bidi, Refused},
    capture::{SCRIPT, body},
    plan::no_more_than,
    seen::Seen,
    timers::NAME,
    trace::{Now, Trace},
    traces::Traces,
};
use crate::{
    driver::{setup::BODY, storage::Storage},
    text::clip,
};

/// User contexts that are being removed at the same time.
const LEAVING: usize = 8;

/// A user context: a cookie jar of the browser. It is removed when this is dropped.
#[derive(Debug)]
pub(super) struct UserContext {
    bidi: Bidi,
    pub(super) id: String,
    left: AtomicBool,
}

impl UserContext {
    pub(super) async fn create(bidi: &Bidi, limit: Duration) -> Result<Self, Refused> {
        let made = bidi.send("browser.createUserContext", json!({}), limit).await?;
        Ok(Self {
            id: word(&made, "userContext")?,
            bidi: bidi.clone(),
            left: AtomicBool::new(false),
        })
    }

    /// Begins to remove it, and waits only while many others are still being removed.
    pub(super) async fn leave(&self, doors: &Doors, limit: Duration) {
        let Ok(door) = Arc::clone(&doors.0).acquire_owned().await else {
            return;
        };
        if self.left.swap(true, Ordering::AcqRel) {
            return;
        }
        let (bidi, params) = (self.bidi.clone(), self.params());
        tokio::spawn(async move {
            let _ = bidi.send("browser.removeUserContext", params, limit).await;
            drop(door);
        });
    }

    fn params(&self) -> Value {
        json!({"userContext": self.id})
    }
}

impl Drop for UserContext {
    fn drop(&mut self) {
        if !self.left.load(Ordering::Acquire) {
            self.bidi.tell("browser.removeUserContext", self.params());
        }
    }
}

/// Through which user contexts leave the browser, so many at a time.
#[derive(Debug)]
pub(super) struct Doors(Arc<Semaphore>);

impl Default for Doors {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(LEAVING)))
    }
}

/// One tab. Its events are forgotten when this is dropped; the tab itself ends with its user context.
#[derive(Debug)]
pub(super) struct Tab {
    bidi: Bidi,
    traces: Arc<Traces>,
    pub(super) context: String,
    devtools: String,
    pub(super) trace: Arc<Trace>,
}

impl Drop for Tab {
    fn drop(&mut self) {
        self.traces.close(&self.trace);
    }
}

impl Tab {
    /// Opens a tab; each of the commands gets so long.
    pub(super) async fn open(
        bidi: &Bidi,
        traces: &Arc<Traces>,
        user: &UserContext,
        limit: Duration,
    ) -> Result<Self, Refused> {
        // A window of its own, not a tab of one: what is hidden is not drawn.
        let params = json!({"type": "window", "userContext": user.id});
        let made = bidi.send("browsingContext.create", params, limit).await?;
        let context = word(&made, "context")?;
        let params = json!({"context": context});
        let session = bidi.send("goog:cdp.getSession", params, limit).await?;
        let devtools = word(&session, "session")?;
        let tab = Self {
            bidi: bidi.clone(),
            traces: Arc::clone(traces),
            trace: traces.open(&context, &devtools),
            context,
            devtools,
        };
        // What the page did not log itself (a script that its policy forbids) only DevTools tell.
        let log = tab.devtools("Log.enable", json!({}), limit);
        tokio::try_join!(log, tab.hold_up(None, limit))?;
        Ok(tab)
    }

    /// Holds up in this tab what every plan may have something to say about, this address, and nothing else.
    pub(super) async fn hold_up(&self, own: Option<&Url>, limit: Duration) -> Result<Value, Refused> {
        let patterns = no_more_than(self.traces.site(), own);
        self.devtools("Fetch.enable", patterns, limit).await
    }

    /// A window that a page opened, as a tab.
    pub(super) async fn adopt(
        bidi: &Bidi,
        traces: &Arc<Traces>,
        trace: Arc<Trace>,
        limit: Duration,
    ) -> Result<Self, Refused> {
        let params = json!({"context": trace.tab});
        let session = bidi.send("goog:cdp.getSession", params, limit).await?;
        let devtools = word(&session, "session")?;
        traces.name(&trace, &devtools);
        let tab = Self {
            bidi: bidi.clone(),
            traces: Arc::clone(traces),
            context: trace.tab.clone(),
            trace,
            devtools,
        };
        tab.devtools("Log.enable", json!({}), limit).await?;
        Ok(tab)
    }

    /// Lets the windows that its page has opened ask for what they were opened for; how many.
    pub(super) async fn release(&self, limit: Duration) -> u64 {
        let script = "(name) => { let told = '{}'; \
                      performance.addEventListener(name + '-answer', (event) => told = event.detail, { once: true }); \
                      performance.dispatchEvent(new CustomEvent(name + '-go')); return told }";
        let told = self
            .call(script, &[json!(*NAME)], limit)
            .await
            .unwrap_or_default();
        let told: Value = told
            .as_str()
            .and_then(|told| serde_json::from_str(told).ok())
            .unwrap_or_default();
        told["windows"].as_u64().unwrap_or_default()
    }

    /// Closes it, without waiting for it.
    pub(super) fn close(&self) {
        self.bidi
            .tell("browsingContext.close", json!({"context": self.context}));
    }

    /// How far the journey is.
    pub(super) fn now(&self) -> Now {
        let mut now = self.trace.now();
        if let Some(last) = &mut now.last {
            self.traces.complete(last);
        }
        now
    }

    /// The navigation requests since the journey began.
    pub(super) fn hops(&self) -> Vec<Seen> {
        self.traces.hops(&self.trace)
    }

    pub(super) async fn navigate(&self, url: &str, limit: Duration) -> Result<Value, Refused> {
        let params = json!({"context": self.context, "url": url, "wait": "none"});
        self.bidi.send("browsingContext.navigate", params, limit).await
    }

    /// What [`SCRIPT`] finds.
    pub(super) async fn look(&self, limit: Duration) -> Result<Value, Refused> {
        self.call(SCRIPT, &[json!(*NAME)], limit).await
    }

    /// What its page keeps in a storage under a key.
    pub(super) async fn stored(
        &self,
        area: Storage,
        key: &str,
        limit: Duration,
    ) -> Result<Option<String>, Refused> {
        // An opaque origin has no storage, and says so by an exception.
        let area = match area {
            Storage::Local => "localStorage",
            Storage::Session => "sessionStorage",
        };
        let script = "(area, key) => { try { return window[area].getItem(key) } catch { return null } }";
        let told = self.call(script, &[json!(area), json!(key)], limit).await?;
        Ok(told.as_str().map(|value| clip(value, BODY).to_owned()))
    }

    /// Calls a function in its page, in a world of its own, with arguments as JSON has them; what it returns, if that is
    /// a text.
    pub(super) async fn call(
        &self,
        function: &str,
        arguments: &[Value],
        limit: Duration,
    ) -> Result<Value, Refused> {
        let literals: Vec<String> = arguments.iter().map(Value::to_string).collect();
        let params = json!({
            "expression": format!("({function})({})", literals.join(",")), "awaitPromise": false,
            "target": {"context": self.context, "sandbox": "samlitmus"},
        });
        let mut told = self.bidi.send("script.evaluate", params, limit).await?;
        Ok(told["result"]["value"].take())
    }

    /// Pointer and keys.
    pub(super) async fn perform(&self, actions: Value, limit: Duration) -> Result<Value, Refused> {
        let params = json!({"context": self.context, "actions": actions});
        self.bidi.send("input.performActions", params, limit).await
    }

    /// The body of a whole answer, as it came. The browser keeps it, so that no script of the page has a say.
    pub(super) async fn body(&self, seen: &Seen, limit: Duration) -> Option<String> {
        let params = json!({"requestId": seen.request});
        let told = self
            .devtools("Network.getResponseBody", params, limit)
            .await
            .ok()?;
        body(&told["result"], seen)
    }

    /// A PNG of what it shows.
    pub(super) async fn picture(&self, limit: Duration) -> Option<Vec<u8>> {
        let params = json!({"context": self.context});
        let shot = self.bidi.send("browsingContext.captureScreenshot", params, limit);
        BASE64_STANDARD.decode(shot.await.ok()?["data"].as_str()?).ok()
    }

    async fn devtools(&self, method: &str, params: Value, limit: Duration) -> Result<Value, Refused> {
        let params = json!({"method": method, "params": params, "session": self.devtools});
        self.bidi.send("goog:cdp.sendCommand", params, limit).await
    }
}

fn word(answer: &Value, key: &str) -> Result<String, Refused> {
    let found = answer[key].as_str().map(str::to_owned);
    found.ok_or_else(|| Refused {
        code: "unknown error".to_owned(),
        message: format!("its answer has no `{key}`"),
    })
}
