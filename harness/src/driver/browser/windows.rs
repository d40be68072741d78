//! A journey of several windows: the tab, and what its pages open when somebody clicks.

use std::{sync::Arc, time::Instant};

use super::{follow::Rested, plan::Plan, session::BrowserSession, tab::Tab};
use crate::driver::page::SOON;

impl BrowserSession {
    /// The page that a person sees: in the youngest window that is still open, or in the tab.
    pub(super) fn shown(&self) -> &Tab {
        let open = self.windows.iter().rev().find(|window| {
            let now = window.now();
            !now.gone && now.last.is_some()
        });
        open.unwrap_or(&self.tab)
    }

    /// Begins a journey from the pages that are there.
    pub(super) fn go_on(&self, plan: &Arc<Plan>) {
        for tab in self.tabs() {
            tab.trace.go_on(Arc::clone(plan));
        }
    }

    /// Goes along until all windows rest; with what the one shows that a person sees.
    pub(super) async fn rest_all(&mut self, plan: &Plan, begun: Instant) -> Rested {
        let (mut released, mut answered) = (0, 0);
        loop {
            let before = told(self.tabs());
            let mut shown = None;
            for window in &self.windows {
                let now = window.now();
                if !now.gone && (now.last.is_some() || released > 0) {
                    let rested = self.follower(window, plan).rest(begun).await;
                    shown = if window.now().gone { shown } else { Some(rested) };
                }
            }
            let mut follower = self.follower(&self.tab, plan);
            // A page often looks every now and then whether its window has done its work.
            let of_windows = told(self.windows.iter());
            if of_windows != answered {
                follower.patient = Some(Instant::now() + SOON);
                answered = of_windows;
            }
            let rested = follower.rest(begun).await;
            released = self.meet().await;
            // What one window does another may answer.
            let over = begun.elapsed() > self.setup.limits().journey;
            if over || (released == 0 && before == told(self.tabs())) {
                return self.pictured(shown.unwrap_or(rested)).await;
            }
        }
    }

    /// With a picture of what is shown.
    async fn pictured(&self, rested: Rested) -> Rested {
        match rested {
            Rested::At(page, None) if self.setup.pictures => {
                let picture = self.shown().picture(self.setup.limits().command).await;
                Rested::At(page, picture)
            }
            rested => rested,
        }
    }

    /// Takes in the windows that were opened, and lets them go where they are to go; how many.
    async fn meet(&mut self) -> u64 {
        let limit = self.setup.limits().command;
        let traces: Vec<_> = self.tabs().flat_map(|tab| tab.trace.windows()).collect();
        for trace in traces {
            let browser = &self.user.browser;
            if let Ok(window) = Tab::adopt(&browser.bidi, &browser.traces, trace, limit).await {
                self.windows.push(window);
            }
        }
        let mut released = 0;
        for tab in self.tabs().filter(|tab| !tab.now().gone) {
            released += tab.release(limit).await;
        }
        released
    }

    pub(super) fn tabs(&self) -> impl Iterator<Item = &Tab> {
        std::iter::once(&self.tab).chain(&self.windows)
    }
}

/// How much was told of these.
fn told<'a>(tabs: impl Iterator<Item = &'a Tab>) -> u64 {
    tabs.map(|tab| tab.now().told).sum()
}
