//! Where the SP is asked for what.

use std::collections::BTreeMap;

use crate::config::Steps;

/// The SP's addresses, and how to make it do what no browser can.
#[derive(Clone, Debug, Default)]
pub(crate) struct Subject {
    /// Starts a login; none if only the IdP can.
    pub(crate) login: Option<Steps>,
    /// Ends the session at the SP.
    pub(crate) logout: Option<Steps>,
    /// The page that only a signed-in user sees, or what else is asked, for people.
    pub(crate) probe: String,
    /// A URL of the SP: the probe's page, where it has one.
    pub(crate) home: String,
    /// Its accounts are created before a run; it creates none at first sign-in.
    pub(crate) provisioned: bool,
    /// It may be harmed.
    pub(crate) expendable: bool,
    /// It is said to take no metadata that the IdP's key did not sign.
    pub(crate) verifies_metadata: bool,
    /// Commands by name: `refresh`, `restart`; the first may be a URL.
    pub(crate) commands: BTreeMap<&'static str, String>,
    /// The folder that commands start in.
    pub(crate) folder: std::path::PathBuf,
}
