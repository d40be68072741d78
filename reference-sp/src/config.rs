//! What a reference SP is told before it starts.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::str::FromStr;

use jiff::SignedDuration;
use saml::authn_request::RequestedContext;
use saml::{Certificate, IdpMetadata};

use crate::account::Account;
use crate::flaw::Flaws;

/// How the service provider is set up. [`Config::default`] is hardened, listens on a random port of
/// `127.0.0.1` and trusts nobody yet.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// The origin that browsers see, without a path (`https://sp.example`), when it is not the address listened on.
    pub url: Option<String>,
    /// The tenants it trusts. [`ReferenceSp::set_trust`](crate::ReferenceSp::set_trust) changes them later.
    pub trust: Vec<Trusted>,
    /// Where their metadata is read again when somebody asks for it (`/test/refresh`).
    pub sources: Vec<Source>,
    /// The users. Nobody else is signed in, however good his Assertion is: the administrator creates and activates
    /// further accounts at `/admin`.
    pub accounts: Vec<Account>,
    /// Create an active account for whoever signs in first, instead of refusing him.
    pub create_users: bool,
    /// Publish an encryption certificate and take encrypted Assertions, beside those in the clear.
    pub encryption: bool,
    /// The key that opens them; a new one otherwise.
    pub encryption_key: Option<saml::SigningKey>,
    /// Publish another one, as while keys are replaced: what is encrypted for either is read.
    pub next_encryption_key: bool,
    /// Publish a single logout service (HTTP-Redirect, HTTP-POST, SOAP), and let `/logout` end the IdP's session too.
    pub slo: bool,
    /// Publish a second assertion consumer service, for HTTP-POST-SimpleSign.
    pub simple_sign: bool,
    /// Publish another assertion consumer service, for HTTP-Artifact.
    pub artifact: bool,
    /// Publish a signing certificate, and sign what is sent: AuthnRequests, logout messages, what exchanges artifacts.
    pub sign_requests: bool,
    /// The key that signs them; a new one otherwise.
    pub signing_key: Option<saml::SigningKey>,
    /// The password of `/admin`; a random one otherwise. The start page shows it, as this protects nothing.
    pub admin_password: Option<String>,
    /// The switches that are on.
    pub flaws: Flaws,
    /// What a refused message is answered with.
    pub refuse_with: Refusal,
    /// Whether it judges messages at all.
    pub manner: Manner,
    /// Refuse what answers no request of ours (IdP-initiated sign-in).
    pub sp_initiated_only: bool,
    /// Ask for a fresh sign-in each time (ForceAuthn), and refuse an older one.
    pub force_authn: bool,
    /// Demand a signature on the Response and one on its Assertion, as some libraries do by default.
    pub both_signed: bool,
    /// How users must have signed in: AuthnRequests ask for it (RequestedAuthnContext), and answers are held against it.
    pub requested_context: Option<RequestedContext>,
    /// How far its clock is ahead of the machine's (negative: behind).
    pub clock_offset: SignedDuration,
    /// Offer `/test/…`: flaws and manner of refusal by HTTP, forgetting, and reading metadata again. Never for anything but tests.
    pub test_endpoint: bool,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            url: None,
            trust: Vec::new(),
            sources: Vec::new(),
            accounts: Vec::new(),
            create_users: false,
            encryption: false,
            encryption_key: None,
            next_encryption_key: false,
            slo: false,
            simple_sign: false,
            artifact: false,
            sign_requests: false,
            signing_key: None,
            admin_password: None,
            flaws: Flaws::NONE,
            refuse_with: Refusal::default(),
            manner: Manner::default(),
            sp_initiated_only: false,
            force_authn: false,
            both_signed: false,
            requested_context: None,
            clock_offset: SignedDuration::ZERO,
            test_endpoint: false,
        }
    }
}

/// One tenant: an IdP, and the domains that it may speak for.
#[derive(Debug, Clone)]
pub struct Trusted {
    /// Its entity ID, signing certificates and sign-in address.
    pub metadata: IdpMetadata,
    /// The mail or UPN domains of its users. A NameID `user@elsewhere` is refused. Empty: any domain that no
    /// other trusted tenant lists.
    pub domains: Vec<String>,
}

/// Where an IdP publishes its metadata.
#[derive(Debug, Clone)]
pub struct Source {
    /// The entity ID of the trusted tenant.
    pub entity_id: String,
    /// The URL, by http or https. Redirects are followed.
    pub url: String,
    /// The certificates whose keys may have signed it. A document that none of them signed is refused; any will do where there
    /// are none.
    pub signers: Vec<Certificate>,
}

/// What the service provider answers when it refuses a message. Nothing of the reason is shown: it is logged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// 403 with a page.
    #[default]
    Forbidden,
    /// 500 with one constant page.
    ServerErrorConstant,
    /// 500 with a page that is never twice the same.
    ServerErrorVarying,
    /// 302 to `/error`.
    Redirect,
    /// 200 with a page.
    Page,
    /// The connection stays open and no answer comes.
    Silence,
    /// The worker dies: the connection is closed without an answer.
    Die,
}

impl Refusal {
    /// Every manner of refusing.
    pub const ALL: &'static [Refusal] = &[
        Refusal::Forbidden,
        Refusal::ServerErrorConstant,
        Refusal::ServerErrorVarying,
        Refusal::Redirect,
        Refusal::Page,
        Refusal::Silence,
        Refusal::Die,
    ];

    /// The name on a command line: `403`, `500`, `500-varying`, `redirect`, `page`, `silence`, `die`.
    pub const fn name(self) -> &'static str {
        match self {
            Refusal::Forbidden => "403",
            Refusal::ServerErrorConstant => "500",
            Refusal::ServerErrorVarying => "500-varying",
            Refusal::Redirect => "redirect",
            Refusal::Page => "page",
            Refusal::Silence => "silence",
            Refusal::Die => "die",
        }
    }
}

/// Whether messages are judged at all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Manner {
    /// Judged as the profile asks, save for the flaws.
    #[default]
    Normal,
    /// Verifies nothing and signs in whatever NameID comes first, in any shape.
    AcceptEverything,
    /// Signs nobody in.
    RefuseEverything,
}

impl Manner {
    /// Every manner.
    pub const ALL: &'static [Manner] = &[Manner::Normal, Manner::AcceptEverything, Manner::RefuseEverything];

    /// The name on a command line: `normal`, `accept-everything`, `refuse-everything`.
    pub const fn name(self) -> &'static str {
        match self {
            Manner::Normal => "normal",
            Manner::AcceptEverything => "accept-everything",
            Manner::RefuseEverything => "refuse-everything",
        }
    }
}

/// A word on the command line that names no [`Refusal`] or [`Manner`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not a {kind}: use one of {choices}")]
pub struct UnknownChoice {
    given: String,
    kind: &'static str,
    choices: String,
}

macro_rules! named {
    ($type:ty, $kind:literal) => {
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }

        impl FromStr for $type {
            type Err = UnknownChoice;

            fn from_str(s: &str) -> Result<Self, UnknownChoice> {
                Self::ALL
                    .iter()
                    .copied()
                    .find(|choice| choice.name() == s)
                    .ok_or_else(|| UnknownChoice {
                        given: s.to_owned(),
                        kind: $kind,
                        choices: Self::ALL
                            .iter()
                            .map(|choice| choice.name())
                            .collect::<Vec<_>>()
                            .join(", "),
                    })
            }
        }
    };
}

named!(Refusal, "manner of refusing");
named!(Manner, "manner of judging");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_is_read_back_from_its_name() {
        for &refusal in Refusal::ALL {
            assert_eq!(refusal.to_string().parse(), Ok(refusal));
        }
        for &manner in Manner::ALL {
            assert_eq!(manner.to_string().parse(), Ok(manner));
        }
    }

    #[test]
    fn a_misspelt_choice_is_told_the_right_ones() {
        let error = "404".parse::<Refusal>().unwrap_err().to_string();
        assert_eq!(
            error,
            "\"404\" is not a manner of refusing: use one of 403, 500, 500-varying, redirect, page, silence, die"
        );
    }
}
