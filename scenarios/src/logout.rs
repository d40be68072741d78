//! The logout messages that the IdP would send, before anything is done to them.

use saml::{
    assertion::NameId,
    logout::{LogoutRequest, LogoutResponse},
    names::status,
};

use crate::{context::Context, fault::Fault, fill::fresh_id, kind::Kind, persona::Persona};

/// Who is to be signed out, as the Assertion of his login had it.
pub(crate) struct SignedIn<'a> {
    name_id: &'a str,
    format: Option<&'a str>,
    session_index: &'a str,
}

impl<'a> SignedIn<'a> {
    /// Whose login a flow did last.
    pub(crate) fn last(context: &Context<'a>) -> Option<Self> {
        let value = |name: &str| context.values.get(name).map(String::as_str);
        Some(Self {
            name_id: value("name_id")?,
            format: value("name_id_format"),
            session_index: value("session_index")?,
        })
    }
}

/// A logout message of this kind, unsigned.
pub(crate) fn text(
    kind: Kind,
    persona: Persona,
    session: Option<SignedIn<'_>>,
    destination: Option<String>,
    context: &Context<'_>,
) -> Result<String, Fault> {
    let tenant = context.tenant(persona);
    let issue_instant = Some(saml::instant::format(context.now));
    let issuer = Some(tenant.entity_id());
    if kind == Kind::LogoutResponse {
        return Ok(LogoutResponse {
            id: fresh_id()?,
            in_response_to: Some(asked(context)?),
            issue_instant,
            destination,
            issuer,
            status: vec![status::SUCCESS.to_owned()],
            status_message: None,
        }
        .to_xml());
    }
    // Who is meant is called as in his Assertion (Core 3.7.3.2).
    let (value, format, index) = match session {
        Some(session) => (
            session.name_id.to_owned(),
            session.format.map(str::to_owned),
            session.session_index.to_owned(),
        ),
        None => (context.claims(persona)?.name_id, None, fresh_id()?),
    };
    Ok(LogoutRequest {
        id: fresh_id()?,
        version: "2.0".to_owned(),
        issue_instant,
        destination,
        issuer,
        name_id: Some(NameId {
            value,
            format,
            ..NameId::default()
        }),
        session_indexes: vec![index],
        ..LogoutRequest::default()
    }
    .to_xml())
}

/// The ID of the SP's LogoutRequest that this flow saw; of one that nobody sent where it saw none.
fn asked(context: &Context<'_>) -> Result<String, Fault> {
    match context.values.get("logout_request") {
        Some(id) => Ok(id.clone()),
        None => fresh_id(),
    }
}
