//! How an SP refuses: what does not vary in it is how a refusal is known again.

use super::mode::{Mode, mode};
use crate::sp::{Acs, Refusal, Trigger};

/// What is said of a connection that ended without an answer.
const DROPPED: &[&str] = &["connection|dropped|closed|died"];

/// The modes.
pub(crate) fn modes() -> Vec<Mode> {
    vec![
        mode("refuses-empty", "403 without a body", |sp| {
            sp.refusal = Refusal::Empty
        })
        .green()
        .flawed_red(),
        mode("refuses-500", "500, always the same", |sp| {
            sp.refusal = Refusal::Error
        })
        .green()
        .flawed_red(),
        mode(
            "refuses-reference",
            "500 with a random reference in base 36",
            |sp| {
                sp.refusal = Refusal::Reference;
            },
        )
        .green()
        .flawed_red(),
        mode(
            "refuses-trace",
            "500 with a stack trace that names the kind of error",
            |sp| {
                sp.refusal = Refusal::Trace;
            },
        )
        .green()
        .flawed_red(),
        mode(
            "refuses-by-kind",
            "403 with a page for each kind of error",
            |sp| sp.refusal = Refusal::ByKind,
        )
        .green()
        .flawed_red(),
        mode(
            "refuses-to-login",
            "to the login page, which says the kind",
            |sp| sp.refusal = Refusal::ToLogin,
        )
        .green()
        .flawed_red(),
        mode("refuses-200", "200 with a page that says so", |sp| {
            sp.refusal = Refusal::Page
        })
        .green()
        .flawed_red(),
        mode("refuses-to-idp", "to the IdP again", |sp| {
            sp.refusal = Refusal::ToIdp
        })
        .green()
        .flawed_red(),
        mode("refuses-in-words", "200 with random words", |sp| {
            sp.refusal = Refusal::Words
        })
        .green()
        .flawed_red(),
        mode(
            "refuses-variably",
            "403 with a page that is another one each time",
            |sp| {
                sp.refusal = Refusal::Varies;
            },
        )
        .green()
        .flawed_red(),
        mode(
            "refuses-mixed",
            "400 where nothing is signed, 500 otherwise",
            |sp| sp.refusal = Refusal::Mixed,
        )
        .green()
        .flawed_red(),
        mode("refuses-away", "to a host that may not be visited", |sp| {
            sp.refusal = Refusal::Away
        })
        .green()
        .flawed_red(),
        // A 5xx of another shape than its refusals is nobody's refusal: amber, and few enough to be judged.
        mode(
            "odd-for-some",
            "a proxy answers 502 to messages with CDATA",
            |sp| {
                sp.refusal = Refusal::OddFor(Trigger::Cdata);
            },
        )
        .green()
        .ambers(1)
        .flawed_red(),
        // The same for half of all attacks: more than a tenth, and nobody knows what they would have done.
        mode(
            "odd-for-many",
            "a proxy answers 502 to messages with two Assertions",
            |sp| {
                sp.refusal = Refusal::OddFor(Trigger::TwoAssertions);
            },
        )
        .unjudged(&["502|5xx|server error|server-error"])
        .ambers(1)
        .flawed_not_green(),
        mode("dies-for-some", "the worker dies of messages with CDATA", |sp| {
            sp.refusal = Refusal::DiesFor(Trigger::Cdata);
        })
        .red(&["identity/cdata-split"], DROPPED)
        .flawed_red(),
        mode(
            "dies-for-many",
            "the worker dies of messages with two Assertions",
            |sp| {
                sp.refusal = Refusal::DiesFor(Trigger::TwoAssertions);
            },
        )
        .red_or_unjudged(&["signature/xsw-"], DROPPED)
        .flawed_not_green(),
        mode(
            "draws-lots",
            "two AuthnStatements are taken every other time, five times in all",
            |sp| sp.acs = Acs::DrawsLots(5),
        )
        .green(),
        mode("hangs-for-some", "messages with CDATA are never answered", |sp| {
            sp.refusal = Refusal::HangsFor(Trigger::Cdata);
        })
        .timeout("2s")
        .red(&["identity/cdata-split"], &["answer|hang|timed out"])
        .flawed_red(),
        // Two sentences apply: a connection that is dropped three times is red; and where all refusals are so,
        // more than a tenth is, and nothing can be judged. Green it is not.
        mode("drops", "the connection is dropped for every refusal", |sp| {
            sp.refusal = Refusal::Drops
        })
        .red_or_unjudged(&[""], DROPPED)
        .flawed_not_green(),
        mode("silent", "a refusal is no answer, ever", |sp| {
            sp.refusal = Refusal::Silence
        })
        .timeout("1s")
        .red_or_unjudged(&[""], &["answer|hang|timed out"])
        .flawed_not_green(),
    ]
}
