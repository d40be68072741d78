//! A request as it arrives.

use saml::AuthnRequest;

/// A request as it arrived.
#[derive(Clone, Copy, Debug)]
pub struct Received<'a> {
    /// What it says.
    pub request: &'a AuthnRequest,
    /// How it came.
    pub by: By<'a>,
    /// The URL that it came to, without the query.
    pub url: &'a str,
    /// The id at the end of `/{tenant}/saml2/{id}`, which decides the application in place of the Issuer (Microsoft:
    /// "configure app multi-instancing").
    pub service_principal: Option<&'a str>,
}

/// By which binding a message came, with what its signature is over.
#[derive(Clone, Copy, Debug)]
pub enum By<'a> {
    /// HTTP-Redirect, with the query as it was sent, percent-encoded.
    Redirect(&'a str),
    /// HTTP-POST, with the decoded message.
    Post(&'a str),
}

/// As much of a request's text as an error repeats.
pub(super) fn shown(text: &str) -> String {
    text.chars().take(256).collect()
}
