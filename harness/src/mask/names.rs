//! Which names bear secrets.

/// How sure it is that what stands under a name is a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bears {
    /// It is one, wherever it stands.
    Secret,
    /// In a query or a form it is one; in JSON and in prose the same name tells an error (`"code": "E17"`).
    Perhaps,
    /// Credentials with their scheme.
    Credentials,
}

/// Whether a name in a query, a form, a cookie, JSON or a header bears a secret.
pub(super) fn bears(name: &str) -> Option<Bears> {
    let plain: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    if HARMLESS.contains(&plain.as_str()) {
        return None;
    }
    if PERHAPS.contains(&plain.as_str()) {
        return Some(Bears::Perhaps);
    }
    if plain.ends_with("authorization") {
        return Some(Bears::Credentials);
    }
    let secret = SECRET.contains(&plain.as_str()) || PARTS.iter().any(|part| plain.contains(part));
    secret.then_some(Bears::Secret)
}

/// Whether this is the name of a header that carries cookies.
pub(super) fn is_cookies(name: &str) -> bool {
    ["cookie", "set-cookie", "set-cookie2"]
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known))
}

/// Whether this is no cookie, but says something of one (RFC 6265 4.1.1, RFC 2965 3.2.2).
pub(super) fn is_attribute_of_cookies(name: &str) -> bool {
    [
        "expires", "max-age", "domain", "path", "samesite", "priority", "version", "comment",
    ]
    .iter()
    .any(|known| name.eq_ignore_ascii_case(known))
}

/// Without case and punctuation.
const PERHAPS: [&str; 7] = ["code", "state", "session", "sid", "ticket", "assertion", "nonce"];
const SECRET: [&str; 5] = ["pwd", "pass", "otp", "jwt", "bearer"];
const PARTS: [&str; 14] = [
    "token",
    "secret",
    "passw",
    "csrf",
    "xsrf",
    "samlresponse",
    "samlrequest",
    "samlart",
    "relaystate",
    "sessionid",
    "sessid",
    "apikey",
    "authcode",
    "codeverifier",
];
/// Names that only sound like it.
const HARMLESS: [&str; 6] = [
    "tokentype",
    "tokenendpoint",
    "tokenurl",
    "authorizationendpoint",
    "authorizationurl",
    "tokens",
];
