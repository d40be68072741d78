//! The switches of the SP.

/// One SP. As it comes its login redirects, and its session is a cookie.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sp {
    /// How a sign-in begins and ends.
    pub(crate) sign_in: SignIn,
    /// What is wrong with it; none where it is right.
    pub(crate) open: Option<Open>,
}

/// How an SP that is wrong is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(dead_code, reason = "the judge of messages knows both")]
pub(crate) enum Open {
    /// It asks whether the IdP made any signature in the message, never over what, and reads the first Assertion.
    Wrapping,
    /// It asks nothing, and reads the first Assertion.
    Unsigned,
}

/// How a sign-in begins at `/login`, and what lies behind the ACS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SignIn {
    /// A redirect with this status.
    Redirect(u16),
    /// A form that submits itself.
    AutoPost,
    /// The same form without a script.
    BarePost,
    /// A page with a POST form and a token that belongs to a cookie.
    TokenForm,
    /// A page with a form of one button.
    Button,
    /// A page with a few links.
    Link,
    /// JSON that names the URL.
    Json,
    /// A page that asks for the mail address.
    MailFirst,
    /// A page that refreshes after so many seconds.
    Refresh(u64),
    /// A script that goes on after so many milliseconds.
    Script(u64),
    /// A button that opens a window, in which the sign-in happens.
    Popup,
    /// A redirect; and behind the ACS a page that must be answered.
    Interstitial,
}

impl Default for SignIn {
    fn default() -> Self {
        Self::Redirect(302)
    }
}
