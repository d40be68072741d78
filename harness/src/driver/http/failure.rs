//! How a request failed.

use crate::{judge::observation::Ended, text::clip};

/// How a journey ends with a request that failed.
pub(super) fn classified(error: &reqwest::Error) -> Ended {
    let why = chain(error);
    if error.is_timeout() {
        Ended::TimedOut
    } else if error.is_connect() && why.contains("unexpected EOF") {
        // Somebody was there, and closed in the middle of TLS.
        Ended::Reset(why)
    } else if error.is_connect() || error.is_dns() {
        Ended::Unreachable(why)
    } else if error.is_builder() {
        Ended::Harness(why)
    } else {
        Ended::Reset(why)
    }
}

/// What is to be said of an answer that a browser might have forgiven: browsers read heads that break RFC 9112.
pub(super) fn forgiven(ended: &Ended) -> Option<String> {
    let Ended::Reset(why) = ended else { return None };
    ["parsed", "message head", "before message completed"]
        .iter()
        .any(|word| why.contains(word))
        .then(|| format!("the answer's head breaks RFC 9112 ({why}), which a browser may forgive and this driver does not"))
}

/// The innermost reason, which is the one that a person can act on.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut inner = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    clip(&inner.to_string(), 400).to_owned()
}
