//! How the page answers that only a signed-in user sees.

use super::mode::{Mode, mode};
use crate::sp::{Page, Probe};

/// What is said of a page that shows somebody to nobody.
const EMPTY_JAR: &[&str] = &[
    "probe|/me",
    "nobody|empty|anonymous|without a session|no session|no cookie",
];

/// The modes.
pub(crate) fn modes() -> Vec<Mode> {
    vec![
        mode(
            "shows-last-visitor",
            "the last visitor is shown to everybody, session or not",
            |sp| {
                sp.probe = Probe::LastVisitor;
            },
        )
        .unjudged(EMPTY_JAR)
        .flawed_not_green(),
        mode(
            "shows-cached",
            "what the first visitor saw is shown to everybody",
            |sp| sp.probe = Probe::Cached,
        )
        .unjudged(&["probe|/me"])
        .flawed_not_green(),
        mode("alternates", "every second answer names alice", |sp| {
            sp.probe = Probe::Alternates
        })
        .unjudged(&["probe|/me"])
        .flawed_not_green(),
        mode(
            "reflects",
            "cookies are repeated, and one holds the name that was last tried",
            |sp| {
                sp.probe = Probe::Reflects;
                sp.page = Page::Html;
            },
        )
        .rule("css:#user")
        .green()
        .flawed_red(),
        mode(
            "reflects-found",
            "the same, and nobody says where the identity stands",
            |sp| {
                sp.probe = Probe::Reflects;
                sp.page = Page::Html;
            },
        )
        .finds_by_itself()
        .green_or(&["probe|identity"])
        .flawed_not_green(),
        mode("unavailable", "every seventh answer is a 503", |sp| {
            sp.probe = Probe::Unavailable(7)
        })
        .green_or(&["503"])
        .flawed_not_green(),
        mode(
            "redirects",
            "the page leads to another one, which names the user",
            |sp| {
                sp.probe = Probe::Elsewhere;
            },
        )
        .green()
        .flawed_red(),
        mode(
            "redirects-away",
            "the page leads to a host that may not be visited",
            |sp| sp.probe = Probe::Away,
        )
        .unjudged(&["app.elsewhere.example"])
        .flawed_blind(&["app.elsewhere.example"]),
        mode("nameless", "the page names nobody", |sp| sp.page = Page::Nameless)
            .unjudged(&["identity"])
            .flawed_blind(&["identity"]),
        mode(
            "nameless-found",
            "the same, and nobody says where the identity stands",
            |sp| {
                sp.page = Page::Nameless;
            },
        )
        .finds_by_itself()
        .unjudged(&["identity"])
        .flawed_blind(&["identity"]),
        mode("probe-hangs", "the page never answers who is signed in", |sp| {
            sp.probe = Probe::Hangs
        })
        .timeout("2s")
        .unjudged(&["/me|probe", "answer|time"])
        .flawed_blind(&["/me|probe"]),
        mode("probe-slow", "the page takes its time", |sp| {
            sp.probe = Probe::Slow(400)
        })
        .green()
        .flawed_red(),
        mode("probe-breaks", "the page answers 500 to nobody", |sp| {
            sp.probe = Probe::Broken
        })
        .green()
        .flawed_red(),
        mode("guest", "who is not signed in is called Guest", |sp| {
            sp.probe = Probe::Guest
        })
        .green()
        .flawed_red(),
    ]
}
