//! The shapes, and how `samlitmus.toml` tells each. `@` stands for the SP's origin.

/// Where the front keeps its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    /// In a cookie.
    Cookie,
    /// In a cookie, and shown from the second request on.
    Second,
    /// In a token that the fragment of a URL brings.
    Fragment,
    /// In a token that the query of a URL brings, on the way.
    Query,
    /// In a token that the answer to the message brings.
    Json,
    /// In a token that a cookie holds.
    TokenCookie,
    /// In a token that is asked for with a cookie.
    Fetched,
    /// In a token that a script puts into `localStorage`.
    Local,
    /// In a token that a script puts into `sessionStorage`.
    Session,
    /// In a cookie; a script shows it late.
    Late,
}

/// One shape.
#[derive(Debug)]
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    pub(crate) kept: Kept,
    /// The table `[sp.probe]`.
    pub(crate) probe: &'static str,
    /// Where the identity is read.
    pub(crate) rule: &'static str,
    /// `[sp] logout`, as it stands there.
    pub(crate) logout: &'static str,
    /// Whether it can be played over HTTP.
    pub(crate) http: bool,
}

const PLAIN: &str = "\"@/logout\"";
const FORM: &str = "[{ open = \"@/bye\" }, { submit = \"#bye\" }]";
const FORGET: &str = "[{ forget = \"token\" }]";

/// All of them.
pub(crate) const ALL: &[Shape] = &[
    Shape {
        name: "cookie",
        kept: Kept::Cookie,
        probe: "url = \"@/account\"",
        rule: "css:#name-id",
        logout: PLAIN,
        http: true,
    },
    Shape {
        name: "second-request",
        kept: Kept::Second,
        probe: "url = \"@/me\"\nbefore = [\"@/me\"]",
        rule: "json:/user/nameId",
        logout: FORM,
        http: true,
    },
    Shape {
        name: "fragment-token",
        kept: Kept::Fragment,
        probe: "url = \"@/api/me\"\ntoken = \"url:#access_token\"",
        rule: "json:/user/nameId",
        logout: FORGET,
        http: true,
    },
    Shape {
        name: "query-token",
        kept: Kept::Query,
        probe: "url = \"@/api/me\"\ntoken = \"url:?t\"\nheader = \"X-Auth: {token}\"\nidentity = \"json:/user/nameId\"",
        rule: "json:/user/nameId",
        logout: FORGET,
        http: true,
    },
    Shape {
        name: "json-token",
        kept: Kept::Json,
        probe: "url = \"@/api/me\"\ntoken = \"json:/session/token\"",
        rule: "json:/user/nameId",
        logout: FORGET,
        http: true,
    },
    Shape {
        name: "cookie-token",
        kept: Kept::TokenCookie,
        probe: "url = \"@/api/me\"\ntoken = \"cookie:jwt\"",
        rule: "json:/user/nameId",
        logout: FORGET,
        http: true,
    },
    Shape {
        name: "fetched-token",
        kept: Kept::Fetched,
        probe: "url = \"@/api/me\"\ntoken = \"json:/token\"\nbefore = [\"@/api/session\"]",
        rule: "json:/user/nameId",
        logout: FORM,
        http: true,
    },
    Shape {
        name: "jwt-claim",
        kept: Kept::Fragment,
        probe: "token = \"url:#access_token\"\nidentity = \"jwt:/emails/0\"",
        rule: "jwt:/emails/0",
        logout: FORGET,
        http: true,
    },
    Shape {
        name: "jwt-claim-and-api",
        kept: Kept::Fragment,
        probe: "url = \"@/api/ping\"\ntoken = \"url:#access_token\"",
        rule: "jwt:sub",
        logout: FORGET,
        http: true,
    },
    Shape {
        name: "local-storage",
        kept: Kept::Local,
        probe: "url = \"@/api/me\"\ntoken = \"local-storage:auth#/state/token\"",
        rule: "json:/user/nameId",
        logout: FORGET,
        http: false,
    },
    Shape {
        name: "session-storage",
        kept: Kept::Session,
        probe: "url = \"@/api/me\"\ntoken = \"session-storage:auth#/state/token\"",
        rule: "json:/user/nameId",
        logout: "[{ open = \"@/app/out\" }]",
        http: false,
    },
    Shape {
        name: "late-text",
        kept: Kept::Late,
        probe: "url = \"@/late\"\nwait-for = \"#user, #nobody\"",
        rule: "css:#user",
        logout: FORM,
        http: false,
    },
];
