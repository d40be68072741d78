//! The way of a session: hop by hop, as Chromium would walk it, so that each is seen.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{
    client::HttpSession, connect::is_bad_port, exchange::Next, failure::forgiven, outbound::Outbound,
};
use crate::{
    driver::{
        setup::{OURS, TOO_BUSY},
        site::place,
    },
    judge::observation::{Ended, Journey, Party},
};

impl HttpSession {
    pub(super) async fn walk(&mut self, first: Result<Outbound, String>, even_to_idp: bool) -> Journey {
        let begun = Instant::now();
        // What is no time of the SP's: the mock's own, and what a page lets one wait for.
        let mut others = Duration::ZERO;
        let shared = Arc::clone(&self.shared);
        let (site, limits) = (&shared.setup.site, &shared.setup.limits());
        let mut journey = Journey::default();
        let mut next = match first {
            Ok(first) => Some(first),
            Err(why) => {
                journey.ended = Ended::Harness(why);
                None
            }
        };
        while let Some(request) = next.take() {
            let request = self.secured(request, &mut journey);
            if !shared.setup.guard.permits(&request.url) {
                journey.ended = Ended::NotAllowed(place(&request.url));
                break;
            }
            if journey.hops.len() >= limits.hops {
                journey.ended = Ended::Limit(format!("the way goes on after {} requests", limits.hops));
                break;
            }
            journey.hops.push(request.hop(site.party(&request.url)));
            if !even_to_idp && site.party(&request.url) == Party::Idp {
                break;
            }
            if is_bad_port(&request.url) {
                journey.ended = Ended::Unreachable(format!(
                    "no browser asks port {}",
                    request.url.port().unwrap_or_default()
                ));
                break;
            }
            let hop_begun = Instant::now();
            let ours = site.party(&request.url) == Party::Idp;
            let deadline = if ours {
                hop_begun + OURS
            } else {
                (hop_begun + limits.request).min(begun + others + limits.journey)
            };
            let answer = self.ask(request, deadline, &mut journey).await;
            let elapsed = hop_begun.elapsed();
            if ours {
                others += elapsed;
            }
            if let Some(hop) = journey.hops.last_mut() {
                hop.elapsed = elapsed;
            }
            match answer {
                Ok(Next::Rests) => {}
                Ok(Next::Asks(request)) => next = Some(*request),
                Ok(Next::AsksAfter(request, after)) => {
                    tokio::time::sleep(after).await;
                    others += after;
                    next = Some(*request);
                }
                Err(ended) => {
                    journey.rules.extend(forgiven(&ended));
                    journey.ended = match ended {
                        Ended::TimedOut if ours => Ended::Harness(TOO_BUSY.to_owned()),
                        ended => ended,
                    };
                }
            }
        }
        if journey.ended != Ended::Answered {
            // What a browser shows then is a page of its own.
            self.page = None;
        }
        journey.elapsed = begun.elapsed();
        journey
    }

    /// The request over https where the host has asked for that before.
    fn secured(&self, mut request: Outbound, journey: &mut Journey) -> Outbound {
        if self.jar().hsts.wants(&request.url) {
            let host = place(&request.url);
            super::policy::upgrade(&mut request.url);
            journey
                .rules
                .push(format!("Strict-Transport-Security of {host}: asked over https"));
        }
        request
    }
}
