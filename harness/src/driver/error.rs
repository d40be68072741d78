//! Why a driver cannot be had, or cannot go on.

use thiserror::Error;

/// Why a driver cannot be had, or cannot go on. Never the SP's fault.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum DriverError {
    /// There is no browser or no ChromeDriver.
    #[error("{0}")]
    NoBrowser(String),
    /// There is a browser, but it did not start.
    #[error("the browser did not start: {0}; try `chromium --headless=new --dump-dom about:blank` by hand")]
    Start(String),
    /// The browser ended or does not obey any more.
    #[error("the browser did not do as it was told: {0}; run again, or use the HTTP driver")]
    Browser(String),
    /// A name that the configuration resolves has no usable address.
    #[error("`resolve` maps {name} to `{value}`, which is no ADDRESS:PORT: write it like 127.0.0.1:8443")]
    Resolve {
        /// The name.
        name: String,
        /// What stands for its address.
        value: String,
    },
    /// An entry of the allow-list is no host.
    #[error("`{0}` on the allow-list is no host: write a name or an address, without scheme, port or path")]
    Host(String),
    /// The file with additional certificates cannot be used.
    #[error("the certificates in {path} cannot be used: {why}; give a PEM file")]
    Certificates {
        /// The file.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// A header of the configuration cannot be sent.
    #[error("the header `{0}` cannot be sent: its name or value has a character that HTTP does not allow")]
    Header(String),
    /// An origin is no URL.
    #[error("`{0}` is no origin: write it like http://localhost:8400")]
    Origin(String),
    /// The HTTP client could not be built.
    #[error("the HTTP client could not be built: {0}")]
    Client(String),
}
