//! What is told of a journey when it is over.

use std::time::{Duration, Instant};

use url::Url;

use super::{plan::Plan, seen::Seen, session::BrowserSession, tab::Tab};
use crate::{
    driver::visit::Visit,
    judge::observation::{Ended, Journey, Party},
};

impl BrowserSession {
    /// Writes the hops and the console into the journey.
    pub(super) fn describe(&mut self, journey: &mut Journey, visit: Option<&Visit<'_>>, plan: &Plan) {
        let (guard, site) = (&self.setup.guard, &self.setup.site);
        let mut seen: Vec<Seen> = self.tabs().flat_map(Tab::hops).collect();
        seen.sort_by_key(|hop| hop.begun);
        let foreign = seen
            .iter()
            .position(|hop| !Url::parse(&hop.url).is_ok_and(|url| guard.permits(&url)));
        seen.truncate(foreign.unwrap_or(seen.len()).min(self.setup.limits().hops));
        journey.elapsed = time(&seen);
        let party = |url: &str| Url::parse(url).map_or(Party::Other, |url| site.party(&url));
        let hop = |seen: Seen| match party(&seen.url) {
            Party::Idp if !plan.even_to_idp => seen.unsent(Party::Idp),
            party => seen.hop(party),
        };
        journey.hops = seen.into_iter().map(hop).collect();
        if let (Some(Visit::Post { fields, .. }), Some(first)) = (visit, journey.hops.first_mut()) {
            first.fields = fields.iter().map(|(name, _)| name.clone()).collect();
        }
        self.begins &= journey.hops.iter().all(|hop| hop.party != Party::Idp);
        journey.console = self.tabs().flat_map(|tab| tab.trace.console()).collect();
        if matches!(journey.ended, Ended::Harness(_)) {
            tracing::warn!(ended = ?journey.ended, "the browser did not travel");
        }
    }
}

/// From the first request to the last answer, or until now where that did not come.
fn time(seen: &[Seen]) -> Duration {
    let (Some(first), Some(last)) = (seen.first(), seen.last()) else {
        return Duration::ZERO;
    };
    let end = last
        .elapsed
        .map_or_else(Instant::now, |elapsed| last.begun + elapsed);
    end.saturating_duration_since(first.begun)
}
