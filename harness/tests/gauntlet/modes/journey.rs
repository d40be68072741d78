//! How one gets to the IdP and back: cookies, redirects, pages that never end.

use super::mode::{Mode, mode};
use crate::sp::{Acs, Cookie, Login, Page};

/// What is said where a request took too long.
const LATE: &[&str] = &["time|answer"];

/// The modes.
pub(crate) fn modes() -> Vec<Mode> {
    let mut modes = logins();
    modes.extend(cookies());
    modes.extend(answers());
    modes
}

/// How the SP begins. One that is configured and does not work is never dropped, though the IdP can begin.
fn logins() -> Vec<Mode> {
    vec![
        mode("idp-initiated", "nobody configured where the SP begins", |_| {})
            .idp_initiated()
            .green()
            .flawed_red(),
        mode(
            "login-refreshes",
            "the login is a page that refreshes to the IdP",
            |sp| {
                sp.login = Login::MetaRefresh;
            },
        )
        .green()
        .flawed_red(),
        mode("login-posts", "the login is a form that submits itself", |sp| {
            sp.login = Login::Post
        })
        .green()
        .flawed_red(),
        mode("login-long-way", "the login leads through six pages", |sp| {
            sp.login = Login::LongWay
        })
        .green()
        .flawed_red(),
        mode(
            "login-stumbles",
            "every so many sign-ins the page of the login breaks",
            |sp| sp.login = Login::Stumbles(31),
        )
        .green()
        .flawed_red(),
        mode(
            "login-deflated",
            "the AuthnRequest is posted, and deflated",
            |sp| sp.login = Login::DeflatedPost,
        )
        .unjudged(&["deflate"]),
        // Plain HTTP runs no scripts: it says so, or what it saw.
        mode("login-scripted", "a script leads to the IdP", |sp| {
            sp.login = Login::Script
        })
        .unjudged(&["login", "script|browser|http://127.0.0.1"]),
        mode("login-missing", "the login answers 404", |sp| {
            sp.login = Login::Missing
        })
        .unjudged(&["login", "404"])
        .flawed_not_green(),
        mode("login-breaks", "the login answers 500", |sp| {
            sp.login = Login::Breaks
        })
        .unjudged(&["login", "500"])
        .flawed_not_green(),
        mode(
            "login-away",
            "the login leads to a host that may not be visited",
            |sp| sp.login = Login::Away,
        )
        .unjudged(&["app.elsewhere.example"])
        .flawed_not_green(),
        mode("login-loops", "the login leads to itself", |sp| {
            sp.login = Login::Loop
        })
        .unjudged(&["login", "redirect|goes on|loop|requests"]),
        mode("login-hangs", "the login never answers", |sp| {
            sp.login = Login::Hangs
        })
        .timeout("2s")
        .unjudged(&["login", "time|answer"]),
        mode("login-asks", "the login asks for a mail address first", |sp| {
            sp.login = Login::AsksMail
        })
        .unjudged(&["login"]),
    ]
}

fn cookies() -> Vec<Mode> {
    vec![
        mode("cookie-strict", "the session's cookie is SameSite=Strict", |sp| {
            sp.cookie = Cookie::Strict
        })
        .green()
        .flawed_red(),
        mode(
            "wants-lax",
            "a SameSite=Lax cookie of the login is wanted at the ACS",
            |sp| {
                sp.cookie = Cookie::WantsLax;
            },
        )
        .unjudged(&["samesite=lax"])
        .flawed_blind(&["samesite=lax"]),
        mode(
            "wants-strict",
            "a SameSite=Strict cookie of the login is wanted at the ACS",
            |sp| {
                sp.cookie = Cookie::WantsStrict;
            },
        )
        .unjudged(&["samesite=strict"]),
        mode(
            "cookie-insecure",
            "the session's cookie is SameSite=None and not Secure",
            |sp| {
                sp.cookie = Cookie::NoneInsecure;
            },
        )
        .unjudged(&["cookie", "samesite=none|secure"]),
        mode(
            "cookie-elsewhere",
            "the session's cookie is for another domain",
            |sp| {
                sp.cookie = Cookie::OtherDomain;
            },
        )
        .unjudged(&["cookie", "domain"]),
        mode(
            "cookie-path",
            "the session's cookie is for a path where the page is not",
            |sp| {
                sp.cookie = Cookie::OtherPath;
            },
        )
        .unjudged(&["cookie", "path"]),
    ]
}

fn answers() -> Vec<Mode> {
    vec![
        mode("acs-hangs", "the ACS never answers", |sp| sp.acs = Acs::Hangs)
            .timeout("2s")
            .unjudged(LATE)
            .flawed_blind(LATE),
        mode("acs-drips", "the ACS answers a byte at a time", |sp| {
            sp.acs = Acs::Drips
        })
        .timeout("2s")
        .unjudged(LATE),
        mode("acs-endless", "the ACS answers without end", |sp| {
            sp.acs = Acs::Endless
        })
        .unjudged(&["longer than|without end|bytes"]),
        mode(
            "acs-loops",
            "nobody is signed in, and pages lead to each other",
            |sp| sp.acs = Acs::LoopInstead,
        )
        .unjudged(&["redirect|goes on|loop|requests"]),
        // From here on somebody is signed in by a landing page that is no good. Identity decides, so the SP can be
        // judged; a harness that calls such a sign-in failed says what it saw.
        mode(
            "lands-on-bomb",
            "signed in, on a page that inflates to gigabytes",
            |sp| sp.acs = Acs::Bomb,
        )
        .green_or(&["inflate|bytes|longer"])
        .flawed_not_green(),
        mode(
            "lands-in-loop",
            "signed in, on pages that lead to each other",
            |sp| sp.acs = Acs::LoopAfter,
        )
        .green_or(&["redirect|goes on|loop|requests"])
        .flawed_not_green(),
        mode("lands-on-half", "signed in, and the answer breaks off", |sp| {
            sp.acs = Acs::Half
        })
        .green_or(&["connection|closed|broke|end"])
        .flawed_not_green(),
        mode("lands-on-endless", "signed in, on a page without end", |sp| {
            sp.acs = Acs::EndlessAfter
        })
        .green_or(&["longer than|without end|bytes"])
        .flawed_not_green(),
        mode(
            "lands-away",
            "signed in, and led to a host that may not be visited",
            |sp| {
                sp.acs = Acs::AwayAfter;
            },
        )
        .green_or(&["app.elsewhere.example"])
        .flawed_not_green(),
        mode("lands-on-hang", "signed in, on a page that never answers", |sp| {
            sp.acs = Acs::HangsAfter
        })
        .timeout("1s")
        .green_or(LATE)
        .flawed_not_green(),
        mode(
            "closes-used",
            "a connection that was used is closed when a GET comes in on it",
            |sp| {
                sp.acs = Acs::ClosesUsed;
            },
        )
        .green()
        .flawed_red(),
        mode(
            "lands-and-waits",
            "signed in, on a page that goes on after ten seconds",
            |sp| {
                sp.acs = Acs::RefreshAfter;
                sp.page = Page::Html;
            },
        )
        .rule("css:#user")
        .green()
        .flawed_red(),
    ]
}
