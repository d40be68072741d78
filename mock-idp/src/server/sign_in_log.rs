//! The sign-in log: what was attempted lately, by whom, and how it ended.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::answer::Binding;
use crate::Aadsts;

/// One attempt.
#[derive(Clone, Debug)]
pub(super) struct Attempt {
    /// The request id, a GUID: on the error page and in `x-ms-request-id`.
    pub(super) request_id: String,
    /// The same for all pages of one sign-in.
    pub(super) correlation_id: String,
    pub(super) at: Timestamp,
    /// The tenant's id; none where the request named no tenant of the directory.
    pub(super) tenant_id: Option<String>,
    /// Object id and account name, where a person was known.
    pub(super) user: Option<(String, String)>,
    /// Application id and name, where the application was known.
    pub(super) application: Option<(String, String)>,
    /// The request's Issuer.
    pub(super) issuer: Option<String>,
    pub(super) kind: Kind,
    pub(super) binding: Binding,
    /// Whether the query of a redirect carried a signature.
    pub(super) query_signature: bool,
    pub(super) outcome: Outcome,
    pub(super) ip: Option<IpAddr>,
    /// The browser, as [`super::csrf::Browser::id`] tells it from others; none where it keeps no cookie of ours.
    pub(super) browser: Option<String>,
    pub(super) request_xml: Option<Arc<str>>,
    pub(super) response_xml: Option<Arc<str>>,
    /// Where the response was sent.
    pub(super) destination: Option<String>,
    pub(super) relay_state: Option<Arc<str>>,
}

/// What was attempted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    SignIn,
    SignOut,
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Success,
    /// Refused, on a page or in a Response.
    Failure(Aadsts),
}

impl Attempt {
    /// The code of a refusal.
    pub(super) fn code(&self) -> Option<u32> {
        match &self.outcome {
            Outcome::Success => None,
            Outcome::Failure(error) => Some(error.code()),
        }
    }

    fn weight(&self) -> usize {
        let texts = [&self.request_xml, &self.response_xml, &self.relay_state];
        let texts = texts
            .into_iter()
            .map(|text| text.as_deref().map_or(0, str::len))
            .sum::<usize>();
        texts + self.issuer.as_deref().map_or(0, str::len) + 1024
    }
}

/// How many attempts are remembered, and how many bytes.
const MOST: usize = 500;
const MAX_WEIGHT: usize = 32 * 1024 * 1024;

/// The latest attempts.
#[derive(Default)]
pub(super) struct SignInLog(Mutex<Ring>);

#[derive(Default)]
struct Ring {
    attempts: VecDeque<Arc<Attempt>>,
    weight: usize,
}

impl SignInLog {
    /// Remembers an attempt, and forgets the oldest where there are too many.
    pub(super) fn record(&self, attempt: Attempt) {
        let mut ring = self.ring();
        ring.weight += attempt.weight();
        ring.attempts.push_front(Arc::new(attempt));
        while ring.attempts.len() > 1 && (ring.attempts.len() > MOST || ring.weight > MAX_WEIGHT) {
            if let Some(oldest) = ring.attempts.pop_back() {
                ring.weight -= oldest.weight();
            }
        }
    }

    /// The attempts in this tenant, and those that reached no tenant at all; the latest first.
    pub(super) fn of(&self, tenant_id: &str) -> Vec<Arc<Attempt>> {
        let shown = |attempt: &&Arc<Attempt>| {
            let known = attempt.tenant_id.as_deref();
            known.is_none_or(|known| known == tenant_id)
        };
        self.ring().attempts.iter().filter(shown).cloned().collect()
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(number: usize, bytes: usize) -> Attempt {
        Attempt {
            request_id: number.to_string(),
            correlation_id: String::new(),
            at: Timestamp::UNIX_EPOCH,
            tenant_id: number.is_multiple_of(2).then(|| "even".to_owned()),
            user: None,
            application: None,
            issuer: None,
            kind: Kind::SignIn,
            binding: Binding::Post,
            query_signature: false,
            outcome: Outcome::Success,
            ip: None,
            browser: None,
            request_xml: Some("x".repeat(bytes).into()),
            response_xml: None,
            destination: None,
            relay_state: None,
        }
    }

    #[test]
    fn the_latest_five_hundred_are_kept_the_latest_first() {
        let log = SignInLog::default();
        (0..2000).for_each(|number| log.record(attempt(number, 10)));
        let kept = log.of("even");
        assert_eq!(kept.len(), MOST);
        assert_eq!(kept[0].request_id, "1999");
        assert_eq!(log.of("odd").len(), MOST / 2, "those of no tenant");
    }

    #[test]
    fn large_messages_push_out_more() {
        let log = SignInLog::default();
        (0..100).for_each(|number| log.record(attempt(number, 1 << 20)));
        assert!(log.ring().weight <= MAX_WEIGHT);
        assert_eq!(log.ring().attempts.len(), 31);
        log.record(attempt(0, 64 << 20));
        assert_eq!(log.ring().attempts.len(), 1);
    }
}
