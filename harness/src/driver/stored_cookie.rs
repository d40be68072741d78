//! A cookie as a browser holds it, taken out of one session to be put into another.

/// What `SameSite` comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// Never with what another site leads to.
    Strict,
    /// With what reads only.
    Lax,
    /// Always.
    None,
    /// Absent, or a word that nobody knows: Lax, but for two minutes sent with cross-site POSTs too.
    Unspecified,
}

/// A cookie as a jar keeps it (RFC 6265bis, section 5.7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCookie {
    /// Its name; empty where its line had none.
    pub name: String,
    /// Its value.
    pub value: String,
    /// The host, or the domain whose hosts all get it; no dot before it.
    pub domain: String,
    /// Only that host gets it.
    pub host_only: bool,
    /// The path below which it is sent.
    pub path: String,
    /// Over HTTPS alone.
    pub secure: bool,
    /// Out of the reach of scripts.
    pub http_only: bool,
    /// With which cross-site requests it goes.
    pub same_site: SameSite,
    /// Seconds since 1970; none at the end of the session.
    pub ends: Option<i64>,
}
