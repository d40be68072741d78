//! How the mock identity provider is to be served.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use super::answer::Answer;
use super::tls::Tls;
use crate::{Azure, Shared};

/// How a [`MockIdp`](super::MockIdp) is to be served.
pub struct Options {
    /// The address to listen on: loopback, or the one address that containers reach. Port 0 means any.
    pub listen: SocketAddr,
    /// The origin that browsers and the service provider know it by; none: [`origin_for`](super::origin_for) chooses.
    pub url: Option<String>,
    /// Any URL of the service provider, so that the chosen origin is not same-site with it.
    pub sp: Option<String>,
    /// What it serves.
    pub directory: Shared,
    /// What the documentation leaves open.
    pub azure: Azure,
    /// Who decides the answer to sign-ins that carry a ticket ([`TICKET_COOKIE`](super::TICKET_COOKIE)).
    pub answer: Option<Arc<dyn Answer>>,
    /// How long a client may take to send the head of a request; twice as long for its body, four times for one with a file, eight
    /// times between two requests of a connection.
    pub patience: Duration,
    /// A second listener, which speaks https, and the authority that vouches for it. Port 0 means any.
    pub https: Option<(SocketAddr, Tls)>,
}

impl Options {
    /// Any free port of 127.0.0.1, and Azure's own behaviour only.
    pub fn new(directory: impl Into<Shared>) -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            url: None,
            sp: None,
            directory: directory.into(),
            azure: Azure::default(),
            answer: None,
            patience: Duration::from_secs(15),
            https: None,
        }
    }
}
