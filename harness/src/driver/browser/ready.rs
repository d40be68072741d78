//! Tabs made ahead: a user context with one empty tab each, made while others are used, and each used once.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, Weak},
    time::Duration,
};

use super::{
    bidi::{Bidi, Refused},
    engine::{Browser, User},
    tab::{Tab, UserContext},
    traces::Traces,
};
use crate::text::locked;

/// Tabs that wait to be used.
const READY: usize = 4;

/// A user context with one empty tab.
#[derive(Debug)]
pub(super) struct Fresh {
    // Dropped before the user context, which it belongs to.
    pub(super) tab: Tab,
    pub(super) user: User,
}

impl Fresh {
    /// Makes one; each of its commands gets so long.
    pub(super) async fn make(browser: &Arc<Browser>, limit: Duration) -> Result<Self, Refused> {
        let (tab, context) = parts(&browser.bidi, &browser.traces, limit).await?;
        let browser = Arc::clone(browser);
        Ok(Self {
            tab,
            user: User { context, browser },
        })
    }
}

async fn parts(bidi: &Bidi, traces: &Arc<Traces>, limit: Duration) -> Result<(Tab, UserContext), Refused> {
    let context = UserContext::create(bidi, limit).await?;
    let tab = Tab::open(bidi, traces, &context, limit).await?;
    Ok((tab, context))
}

/// The tabs that are ready.
#[derive(Debug, Default)]
pub(super) struct Ready(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    fresh: VecDeque<Fresh>,
    making: bool,
    closed: bool,
}

impl Ready {
    /// One of this browser, if there is one.
    pub(super) fn take(&self, browser: &Arc<Browser>) -> Option<Fresh> {
        let mut state = locked(&self.0);
        // Those of a browser that has died are of no use.
        state
            .fresh
            .retain(|fresh| Arc::ptr_eq(&fresh.user.browser, browser));
        state.fresh.pop_front()
    }

    /// Makes more in the background, one after the other, until enough are ready.
    pub(super) fn refill(self: &Arc<Self>, browser: &Arc<Browser>, limit: Duration) {
        let mut state = locked(&self.0);
        if state.making || state.closed || state.fresh.len() >= READY {
            return;
        }
        state.making = true;
        let (ready, browser) = (Arc::clone(self), Arc::downgrade(browser));
        tokio::spawn(async move { while ready.one_more(&browser, limit).await.is_some() {} });
    }

    /// Makes one more, and says whether another is wanted. The browser is held only under the lock, and never once this
    /// is closed: whoever drops the driver ends the browser then and there.
    async fn one_more(&self, browser: &Weak<Browser>, limit: Duration) -> Option<()> {
        let (bidi, traces) = {
            let state = locked(&self.0);
            let held = browser.upgrade().filter(|_| !state.closed)?;
            (held.bidi.clone(), Arc::clone(&held.traces))
        };
        let made = parts(&bidi, &traces, limit).await.ok();
        let mut state = locked(&self.0);
        state.making = false;
        let (tab, context) = made.filter(|_| !state.closed)?;
        let user = User {
            context,
            browser: browser.upgrade()?,
        };
        state.fresh.push_back(Fresh { tab, user });
        state.making = state.fresh.len() < READY;
        state.making.then_some(())
    }

    /// Drops what there is; nothing is made any more.
    pub(super) fn close(&self) {
        let mut state = locked(&self.0);
        state.closed = true;
        let fresh = std::mem::take(&mut state.fresh);
        drop(state);
        drop(fresh);
    }
}
