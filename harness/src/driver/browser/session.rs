//! One person's tab: goes where it is told and says what it saw.

use std::{sync::Arc, time::Instant};

use serde_json::json;
use url::Url;

use super::{
    bidi::Refused,
    cookies,
    engine::User,
    follow::{Follower, GLANCE, Rested},
    plan::Plan,
    ready::Fresh,
    tab::Tab,
};
use crate::{
    driver::{
        bearer::Bearer, error::DriverError, http::SetCookie, setup::Setup, site::trustworthy,
        storage::Storage, stored_cookie::StoredCookie, visit::Visit,
    },
    judge::observation::{Ended, Journey},
};

/// One tab of one user context.
#[derive(Debug)]
pub struct BrowserSession {
    pub(super) setup: Arc<Setup>,
    // Dropped before the user context, which it belongs to.
    pub(super) tab: Tab,
    /// Windows that its pages have opened, oldest first; gone with the next visit of an address.
    pub(super) windows: Vec<Tab>,
    pub(super) user: Arc<User>,
    pub(in crate::driver) bearer: Bearer,
    /// The page in the tab lets nobody in any more: the next journey needs another tab.
    pub(super) spent: bool,
    /// Nobody has been at the IdP since the last visit of an address.
    pub(super) begins: bool,
}

impl Drop for BrowserSession {
    fn drop(&mut self) {
        if Arc::strong_count(&self.user) > 1 {
            self.tab.close();
        }
    }
}

impl BrowserSession {
    pub(super) fn new(setup: Arc<Setup>, fresh: Fresh) -> Self {
        Self {
            bearer: Bearer::new(&setup),
            setup,
            tab: fresh.tab,
            windows: Vec::new(),
            user: Arc::new(fresh.user),
            spent: false,
            begins: true,
        }
    }

    pub(in crate::driver) async fn tab(&self) -> Result<Self, DriverError> {
        Ok(Self {
            setup: Arc::clone(&self.setup),
            tab: self.another_tab().await?,
            windows: Vec::new(),
            user: Arc::clone(&self.user),
            bearer: self.bearer.tab(),
            spent: false,
            begins: true,
        })
    }

    /// Begins to remove the context, where this is its last tab.
    pub(in crate::driver) async fn close(self) {
        if Arc::strong_count(&self.user) == 1 {
            let doors = &self.user.browser.doors;
            self.user.context.leave(doors, self.setup.limits().command).await;
        }
    }

    pub(in crate::driver) async fn plant(
        &mut self,
        origin: &str,
        name: &str,
        value: &str,
    ) -> Result<(), DriverError> {
        let wrong = || DriverError::Origin(origin.to_owned());
        let url = Url::parse(origin).map_err(|_| wrong())?;
        SetCookie::parse(format!("{name}={value}").as_bytes())
            .ok_or_else(|| DriverError::Header(name.to_owned()))?;
        let safe = trustworthy(&url);
        let cookie = json!({
            "name": name, "value": {"type": "string", "value": value},
            "domain": url.host_str().ok_or_else(wrong)?, "path": "/", "httpOnly": true,
            "secure": safe, "sameSite": if safe { "none" } else { "default" },
        });
        let params = json!({"cookie": cookie, "partition": cookies::partition(&self.user)});
        let bidi = &self.user.browser.bidi;
        bidi.send("storage.setCookie", params, self.setup.limits().command)
            .await?;
        Ok(())
    }

    pub(in crate::driver) async fn travel(&mut self, visit: Visit<'_>) -> Journey {
        self.journey(&visit, true).await
    }

    pub(in crate::driver) async fn peek(&mut self, visit: Visit<'_>) -> Journey {
        self.journey(&visit, false).await
    }

    pub(in crate::driver) async fn stored(&self, area: Storage, key: &str) -> Option<String> {
        let limit = self.setup.limits().request.max(2 * GLANCE);
        self.shown().stored(area, key, limit).await.ok().flatten()
    }

    /// The value of a cookie that one of these URLs has, and the first that has one.
    pub(in crate::driver) async fn cookie(&self, name: &str, of: &[Url]) -> Option<(String, Url)> {
        cookies::value(&self.user, name, of, self.setup.limits().command).await
    }

    /// The cookies of a URL's host, whatever their paths.
    pub(in crate::driver) async fn cookies(&self, of: &Url) -> Vec<StoredCookie> {
        cookies::of(&self.user, of, self.setup.limits().command).await
    }

    /// Keeps a cookie as another session has it.
    pub(in crate::driver) async fn put(&mut self, cookie: &StoredCookie) -> Result<(), DriverError> {
        let kept = cookies::put(&self.user, cookie, self.setup.limits().command).await;
        Ok(kept?)
    }

    /// Deletes the cookies of a name.
    pub(in crate::driver) async fn drop_cookie(&mut self, name: &str) {
        cookies::delete(&self.user, name, self.setup.limits().command).await;
    }

    async fn journey(&mut self, visit: &Visit<'_>, even_to_idp: bool) -> Journey {
        let plan = match Plan::of(visit, even_to_idp, &self.setup) {
            Ok(plan) => Arc::new(plan),
            Err(ended) => {
                return Journey {
                    ended,
                    ..Journey::default()
                };
            }
        };
        // What the IdP sends has been there.
        self.begins = matches!(visit, Visit::Get(_));
        let mut journey = Journey::default();
        match self.set_out(&plan).await {
            Err(refused) => journey.ended = Ended::Harness(refused.message),
            Ok(rested) => {
                // A question that would lead to the IdP has left the page as it was.
                if matches!(&rested, Rested::Ended(ended) if *ended != Ended::Answered) {
                    self.stop().await;
                }
                self.arrive(rested, &mut journey);
            }
        }
        self.describe(&mut journey, Some(visit), &plan);
        journey
    }

    /// How the journey ended, and the page where it did.
    pub(super) fn arrive(&mut self, rested: Rested, journey: &mut Journey) {
        (journey.ended, journey.page, journey.screenshot) = match rested {
            Rested::Ended(ended) => (ended, None, None),
            Rested::At(page, picture) => (Ended::Answered, page, picture),
            Rested::Hung(page) => {
                self.spent = true;
                (Ended::Answered, page, None)
            }
        };
    }

    async fn set_out(&mut self, plan: &Arc<Plan>) -> Result<Rested, Refused> {
        if self.spent {
            let fresh = self.another_tab().await?;
            std::mem::replace(&mut self.tab, fresh).close();
            self.spent = false;
        }
        self.windows.drain(..).for_each(|window| window.close());
        self.tab.trace.windows();
        self.tab.trace.begin(Arc::clone(plan));
        let Some(beyond) = plan.beyond() else {
            return Ok(self.follow(plan).await);
        };
        // Beside the intercept that always stands this one changes nothing in any tab, so that none is asked.
        let bidi = self.user.browser.bidi.clone();
        let params = json!({
            "phases": ["beforeRequestSent"], "contexts": [self.tab.context], "urlPatterns": [beyond],
        });
        let made = bidi
            .send("network.addIntercept", params, self.setup.limits().command)
            .await?;
        self.tab.hold_up(plan.own(), self.setup.limits().command).await?;
        let came = self.follow(plan).await;
        bidi.tell("network.removeIntercept", json!({"intercept": made["intercept"]}));
        Ok(came)
    }

    async fn another_tab(&self) -> Result<Tab, Refused> {
        let User { browser, context } = &*self.user;
        Tab::open(
            &browser.bidi,
            &browser.traces,
            context,
            self.setup.limits().command,
        )
        .await
    }

    /// Navigates, and goes along until a page rests or something ends the journey.
    async fn follow(&self, plan: &Plan) -> Rested {
        let limits = self.setup.limits();
        let patience = limits.command.saturating_add(limits.journey);
        // The command is answered when the page is there, which is what `rest` watches for.
        let navigate = self.tab.navigate(&plan.start, patience);
        let follower = self.follower(&self.tab, plan);
        let mut navigate = std::pin::pin!(navigate);
        let mut rest = std::pin::pin!(follower.rest(Instant::now()));
        let mut under_way = true;
        loop {
            tokio::select! {
                came = &mut rest => return came,
                answer = &mut navigate, if under_way => {
                    under_way = false;
                    // How a navigation fails is told by events; other errors mean that there was none.
                    if let Err(refused) = answer
                        && !matches!(refused.code.as_str(), "unknown error" | "timeout")
                    {
                        return Rested::Ended(Ended::Harness(refused.message));
                    }
                }
            }
        }
    }

    pub(super) fn follower<'a>(&'a self, tab: &'a Tab, plan: &'a Plan) -> Follower<'a> {
        Follower {
            setup: &self.setup,
            browser: &self.user.browser,
            tab,
            plan,
            begins: self.begins,
            patient: None,
        }
    }

    /// Leaves a page that would otherwise go on.
    async fn stop(&mut self) {
        let left = self.tab.navigate("about:blank", GLANCE).await;
        self.spent |= left.is_err_and(|refused| refused.is_silence());
    }
}
