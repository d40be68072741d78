//! How a sign-in begins and ends.

use super::{Row, row};
use crate::sp::SignIn;

/// What is said where plain HTTP does not do.
const SCRIPT: &[&str] = &["script", "--driver auto or browser"];

/// The rows.
pub(super) fn rows() -> Vec<Row> {
    let mut rows = plain();
    rows.extend(steps());
    rows.extend(scripts());
    rows
}

/// What leads to the IdP by itself, or by one thing that is found.
fn plain() -> Vec<Row> {
    let of = |name, what, sign_in| row(name, what, |sp| sp.sign_in = sign_in);
    vec![
        of("redirect", "the login redirects by 302", SignIn::Redirect(302)),
        of("see-other", "the login redirects by 303", SignIn::Redirect(303)),
        of(
            "auto-post",
            "the AuthnRequest is posted by a form that submits itself",
            SignIn::AutoPost,
        ),
        of(
            "bare-post",
            "the same without a script: a button is pressed",
            SignIn::BarePost,
        )
        .notes(&[
            "login = [{ open = \"http://127.0.0.1:",
            "{ click = \"text:Continue\" }]",
        ]),
        of(
            "token-form",
            "a page asks to go on by a POST form with a token against forgery",
            SignIn::TokenForm,
        )
        .notes(&["{ click = \"text:Continue\" }"]),
        of("button", "a page with the one button", SignIn::Button).notes(&["{ click = \"text:Sign in\" }"]),
        of(
            "link",
            "a page with the one link, and others that lead elsewhere",
            SignIn::Link,
        )
        .notes(&["{ click = \"text:Company account\" }"]),
        of("json", "the login answers JSON that names the URL", SignIn::Json)
            .notes(&["{ open = \"json:/data/redirect\" }"]),
        of(
            "mail-first",
            "the mail address decides where one is sent",
            SignIn::MailFirst,
        )
        .notes(&["{ fill = \"#mail\", with = \"{mail}\" }, { click = \"text:Next\" }"]),
        of(
            "refresh-0",
            "a page refreshes to the IdP at once",
            SignIn::Refresh(0),
        ),
        of(
            "refresh-1",
            "a page refreshes to the IdP after 1 s",
            SignIn::Refresh(1),
        ),
        of(
            "refresh-3",
            "a page refreshes to the IdP after 3 s",
            SignIn::Refresh(3),
        ),
    ]
}

/// What is configured, since nobody could find it.
fn steps() -> Vec<Row> {
    vec![
        row(
            "interstitial",
            "behind the ACS a page wants terms to be accepted",
            |sp| sp.sign_in = SignIn::Interstitial,
        )
        .login("[{ open = \"{sp}/login\" }, { click = \"[name=agree]\" }, { submit = \"#terms\" }]"),
        row(
            "mail-and-token",
            "the same steps as are found, written down",
            |sp| sp.sign_in = SignIn::MailFirst,
        )
        .login(
            "[{ open = \"{sp}/login\" }, { wait-for = \"#mail\" }, { fill = \"text:Your e-mail\", with = \"{name_id}\" }, { submit = \"form\" }]",
        ),
    ]
}

/// What only a script does.
fn scripts() -> Vec<Row> {
    let of = |name, what, sign_in| row(name, what, |sp| sp.sign_in = sign_in).only_browser(SCRIPT);
    vec![
        of("script-0", "a script leads to the IdP at once", SignIn::Script(0)),
        of(
            "script-300",
            "a script leads to the IdP after 300 ms",
            SignIn::Script(300),
        ),
        of(
            "script-1500",
            "a script leads to the IdP after 1,500 ms",
            SignIn::Script(1500),
        ),
        of(
            "popup",
            "a button opens the IdP in a window of its own",
            SignIn::Popup,
        )
        .login("[{ open = \"{sp}/login\" }, { click = \"text:Sign in\" }]"),
    ]
}
