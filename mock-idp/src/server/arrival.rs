//! What arrives at `/{tenant}/saml2`: decoded as far as it goes, judged not at all.

use std::sync::Arc;

use saml::AuthnRequest;
use saml::binding;
use saml::document::{self, XmlError};

use super::answer::Binding;
use super::page;
use super::unreadable::{self, Unreadable};
use crate::{Aadsts, guid};

/// A sign-in as it arrived.
#[derive(Clone)]
pub(super) struct Arrival {
    /// The tenant as the path, or the launch link, names it; `common` leaves it to the account.
    pub(super) tenant: String,
    pub(super) binding: Binding,
    /// None for IdP-initiated sign-in; the error that Azure shows for what is no request.
    pub(super) request: Result<Option<AuthnRequest>, Aadsts>,
    /// The same error in a sentence for whoever runs a test.
    pub(super) unreadable: Option<String>,
    /// The beginning of what came as SAMLRequest and could not be read.
    pub(super) parameter: Option<String>,
    pub(super) request_xml: Option<Arc<str>>,
    /// The application of a launch link.
    pub(super) app_id: Option<String>,
    /// The service principal in the path, `/{tenant}/saml2/{service principal}`.
    pub(super) service_principal: Option<String>,
    pub(super) relay_state: Option<Arc<str>>,
    pub(super) raw_query: Option<String>,
    /// `login_hint`: the account to go on with.
    pub(super) login_hint: Option<String>,
    /// `domain_hint` or `whr`: the domain whose accounts are meant.
    pub(super) domain_hint: Option<String>,
    /// `prompt=select_account`: the person chooses, also where one session would do.
    pub(super) pick_account: bool,
    /// The same for all pages of this sign-in.
    pub(super) correlation_id: String,
    /// What the person wants, where it is no application.
    pub(super) goal: Goal,
}

/// Where a sign-in leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goal {
    /// To an application.
    Application,
    /// To My Apps.
    MyApps,
}

/// What came in a message parameter.
pub(super) enum Message {
    /// A sign-in, or what was meant as one.
    SignIn(Box<Arrival>),
    /// A LogoutRequest, decoded.
    LogoutRequest(Arc<str>),
    /// A LogoutResponse, decoded.
    LogoutResponse(Arc<str>),
}

/// The path that means no tenant: the account decides.
pub(super) const COMMON: [&str; 2] = ["common", "organizations"];

/// As many characters of an unreadable parameter are kept.
const SHOWN: usize = 2_000;

impl Arrival {
    /// A sign-in without a request.
    pub(super) fn without_request(tenant: String, goal: Goal) -> Self {
        Self {
            tenant,
            binding: Binding::IdpInitiated,
            request: Ok(None),
            unreadable: None,
            parameter: None,
            request_xml: None,
            app_id: None,
            service_principal: None,
            relay_state: None,
            raw_query: None,
            login_hint: None,
            domain_hint: None,
            pick_account: false,
            correlation_id: guid::fresh(),
            goal,
        }
    }

    /// One whose query or form could not even be taken apart.
    pub(super) fn broken(tenant: String, binding: Binding, error: Aadsts, why: &str) -> Self {
        Self {
            binding,
            request: Err(error),
            unreadable: Some(unreadable::sentence(why)),
            ..Self::without_request(tenant, Goal::Application)
        }
    }

    /// About how many bytes it holds.
    pub(super) fn weight(&self) -> usize {
        let texts = [&self.request_xml, &self.relay_state];
        let texts: usize = texts
            .into_iter()
            .map(|text| text.as_deref().map_or(0, str::len))
            .sum();
        // What was parsed of the request is at most as long as the request.
        2 * texts + self.raw_query.as_deref().map_or(0, str::len) + 1024
    }

    /// The request, where one came that could be read.
    pub(super) fn authn_request(&self) -> Option<&AuthnRequest> {
        self.request.as_ref().ok().and_then(Option::as_ref)
    }

    /// Whether the query of a redirect carries a signature.
    pub(super) fn has_query_signature(&self) -> bool {
        let query = self.raw_query.as_deref().unwrap_or_default();
        query.split('&').any(|part| part.starts_with("Signature="))
    }

    pub(super) fn is_common(&self) -> bool {
        COMMON
            .iter()
            .any(|common| common.eq_ignore_ascii_case(&self.tenant))
    }
}

/// Reads the fields of a query or a form.
pub(super) fn read(
    tenant: String,
    service_principal: Option<String>,
    binding: Binding,
    fields: &[(String, String)],
) -> Message {
    let field = |name| page::field(fields, name);
    let parameter = field("SAMLRequest").or(field("SAMLResponse"));
    let (xml, request) = match text(fields, parameter, binding) {
        Err(error) => (None, Err(error)),
        Ok(xml) => {
            let request = match kind_of(&xml) {
                Err(error) => Err(Unreadable::Message(error.into())),
                Ok(Kind::LogoutRequest) => return Message::LogoutRequest(xml),
                Ok(Kind::LogoutResponse) => return Message::LogoutResponse(xml),
                Ok(Kind::Other) => AuthnRequest::parse(&xml).map_err(Unreadable::Message),
            };
            (Some(xml), request)
        }
    };
    let unreadable = request.as_ref().err();
    let beginning = unreadable
        .and(parameter)
        .map(|text| text.chars().take(SHOWN).collect());
    let unreadable = unreadable.map(|error| error.sentence(binding, parameter));
    let owned = |name| field(name).filter(|text| !text.is_empty()).map(ToOwned::to_owned);
    Message::SignIn(Box::new(Arrival {
        binding,
        request: request.map(Some).map_err(Unreadable::aadsts),
        unreadable,
        parameter: beginning,
        request_xml: xml,
        service_principal,
        relay_state: field("RelayState").map(Into::into),
        login_hint: owned("login_hint").or_else(|| owned("username")),
        domain_hint: owned("domain_hint").or_else(|| owned("whr")),
        pick_account: field("prompt") == Some("select_account"),
        ..Arrival::without_request(tenant, Goal::Application)
    }))
}

/// The text of the message.
fn text(
    fields: &[(String, String)],
    parameter: Option<&str>,
    binding: Binding,
) -> Result<Arc<str>, Unreadable> {
    if doubled(fields) {
        return Err(Unreadable::Doubled);
    }
    let parameter = parameter.ok_or(Unreadable::Missing)?;
    let decoded = match binding {
        Binding::Post => binding::decode_post(parameter),
        Binding::Redirect | Binding::IdpInitiated => binding::decode_redirect(parameter),
    };
    decoded.map(Into::into).map_err(Unreadable::Encoding)
}

/// Whether it is not clear which message is meant, or with what.
fn doubled(fields: &[(String, String)]) -> bool {
    let count = |name: &str| fields.iter().filter(|(key, _)| key == name).count();
    let messages = count("SAMLRequest") + count("SAMLResponse");
    messages > 1
        || ["RelayState", "SigAlg", "Signature"]
            .iter()
            .any(|name| count(name) > 1)
}

enum Kind {
    LogoutRequest,
    LogoutResponse,
    Other,
}

fn kind_of(xml: &str) -> Result<Kind, XmlError> {
    let view = document::parse(xml)?;
    Ok(match view.root_element().tag_name().name() {
        "LogoutRequest" => Kind::LogoutRequest,
        "LogoutResponse" => Kind::LogoutResponse,
        _ => Kind::Other,
    })
}
