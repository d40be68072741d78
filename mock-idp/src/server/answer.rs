//! The harness's way in: who decides what one sign-in is answered.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use saml::{ArtifactResolve, AuthnRequest};

use crate::Aadsts;

/// The cookie by which a test's driver marks a browser, or a jar, as its own on the mock's origin. A sign-in that
/// carries it is answered by [`Answer`], every other one as Azure would: never by order of arrival, because many
/// browsers sign in at once.
pub const TICKET_COOKIE: &str = "samlitmus-ticket";

/// Decides what sign-ins with a ticket are answered.
pub trait Answer: Send + Sync + 'static {
    /// The reply to this sign-in. It may take its time: only this one browser waits.
    fn answer(&self, ticket: &str, live: Live) -> Pin<Box<dyn Future<Output = Reply> + Send + '_>>;

    /// The reply to a logout message of the application's; none where Azure is to answer it.
    fn sign_out(&self, ticket: &str, came: LogoutCame) -> Option<Reply> {
        let _nobody = (ticket, came);
        None
    }

    /// The ArtifactResponse with the message for which an artifact stands; none where nobody handed such an artifact out, or it is
    /// not for who asks.
    fn resolve(&self, tenant_id: &str, asked: &ArtifactResolve) -> Option<String> {
        let _nobody = (tenant_id, asked);
        None
    }

    /// What is served in the stead of a tenant's federation metadata; none where it is Azure's document. `place` is the path that was
    /// asked for, with its query.
    fn metadata(&self, tenant_id: &str, place: &str) -> Option<Metadata> {
        let _nobody = (tenant_id, place);
        None
    }
}

/// What is served as a tenant's federation metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// The HTTP status.
    pub status: u16,
    /// Where a redirect leads.
    pub location: Option<String>,
    /// The document, whatever it is.
    pub body: Arc<[u8]>,
}

/// A logout message that arrived, whatever is wrong with it.
#[derive(Clone, Debug)]
pub struct LogoutCame {
    /// It answers a LogoutRequest of ours; otherwise it is one.
    pub answers: bool,
    /// The decoded message.
    pub xml: String,
    /// The query string of a redirect, byte for byte, for its signature. None where it came in a form.
    pub raw_query: Option<String>,
}

/// One sign-in that arrived. It is handed over whatever is wrong with it; `refusals` says what is.
#[derive(Clone, Debug)]
pub struct Live {
    /// The tenant's id; where the request names no tenant of the directory, what it named instead.
    pub tenant_id: String,
    /// The id of the application: whose identifier the request's Issuer is, or whose launch link was followed.
    /// None where the tenant has no such application.
    pub application: Option<String>,
    /// The request, where one came that could be read.
    pub request: Option<AuthnRequest>,
    /// Why the request that came could not be read, in a sentence without a full stop: "the SP's AuthnRequest cannot be read: it is
    /// deflated, which HTTP-POST does not do (SAML Bindings 3.5.4)". None where it was read, and for a launch link.
    pub unreadable: Option<String>,
    /// All for which Azure would show an error in place of its sign-in page, the first first (see
    /// [`refusals`](crate::issuance::refusals)). Empty where it would go on, and for a launch link.
    pub refusals: Vec<Aadsts>,
    /// What came as SAMLRequest and could not be read, percent-decoded: at most its first 2,000 characters.
    pub parameter: Option<String>,
    /// The decoded SAMLRequest, whatever it is, where one came that could be decoded.
    pub request_xml: Option<String>,
    /// The RelayState, as sent.
    pub relay_state: Option<String>,
    /// The query string of a redirect, byte for byte, for its signature.
    pub raw_query: Option<String>,
    /// How it came.
    pub binding: Binding,
    /// What the browser says that it is for (`Sec-Fetch-Dest`): `document` for a whole window, `iframe` for a frame.
    pub fetched_for: Option<String>,
    /// When it came, by our clock.
    pub came: Timestamp,
}

impl Live {
    /// How far the SP's clock is ahead of ours, by its request's IssueInstant (Core 3.2.1). None where no request tells.
    pub fn ahead(&self) -> Option<SignedDuration> {
        let theirs = saml::instant::parse(self.request.as_ref()?.issue_instant.as_deref()?).ok()?;
        Some(theirs.duration_since(self.came))
    }
}

/// How a sign-in came to the identity provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// A SAMLRequest in the query.
    Redirect,
    /// A SAMLRequest in a form.
    Post,
    /// A launch link: no request at all.
    IdpInitiated,
}

impl Binding {
    /// `redirect`, `post` or `idp-initiated`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Redirect => "redirect",
            Self::Post => "post",
            Self::IdpInitiated => "idp-initiated",
        }
    }
}

/// What a sign-in is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// As Azure would: checks, sign-in page, response.
    SignIn,
    /// Azure's page that submits itself, with these fields in this order.
    Post {
        /// Where the form goes.
        action: String,
        /// Names and values.
        fields: Vec<(String, String)>,
    },
    /// 302 to this URL.
    Redirect(String),
    /// This page.
    Page {
        /// The HTTP status.
        status: u16,
        /// The whole document.
        html: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_of_an_sp_is_read_when_its_request_comes_however_late_one_asks() {
        let live = |instant: Option<&str>| Live {
            tenant_id: String::new(),
            application: None,
            request: Some(AuthnRequest {
                issue_instant: instant.map(str::to_owned),
                ..AuthnRequest::default()
            }),
            unreadable: None,
            refusals: Vec::new(),
            parameter: None,
            request_xml: None,
            relay_state: None,
            raw_query: None,
            binding: Binding::Redirect,
            fetched_for: None,
            came: "2001-02-03T04:05:06Z".parse().unwrap(),
        };
        let ahead = |instant| live(Some(instant)).ahead().map(|ahead| ahead.as_secs());
        assert_eq!(ahead("2001-02-03T04:05:06Z"), Some(0));
        assert_eq!(ahead("2001-02-03T04:00:06Z"), Some(-300));
        assert_eq!(ahead("2001-02-03T06:05:06.5+01:00"), Some(3600));
        assert_eq!(ahead("yesterday"), None);
        assert_eq!(live(None).ahead(), None);
    }
}
