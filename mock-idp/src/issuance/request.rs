//! The checks that Azure makes before it asks anybody for a password.

use saml::AuthnRequest;
use saml::names::binding;

use super::NAME_ID_FORMATS;
use crate::{Aadsts, Application, Tenant};

/// The application that this request comes from, if Azure would go on with it.
///
/// In Azure's order: ID and version, issuer, reply URL, then the properties that it does not support. Not
/// checked, as in Azure: IssueInstant, Destination, Scoping, and a signature that nobody asked for.
///
/// # Errors
///
/// What Azure shows in place of its sign-in page: 75005, 7500529, 700016, 50011, 900971, 750161, 900236,
/// 750032.
pub fn check_request<'a>(tenant: &'a Tenant, request: &AuthnRequest) -> Result<&'a Application, Aadsts> {
    check_id(&request.id)?;
    if request.version != "2.0" {
        return Err(Aadsts::InvalidMessage {
            detail: format!("its version is '{}', not '2.0'", request.version),
        });
    }
    let issuer = request
        .issuer
        .as_deref()
        .filter(|issuer| !issuer.is_empty())
        .ok_or_else(|| Aadsts::InvalidMessage {
            detail: "it has no Issuer".to_owned(),
        })?;
    let application = tenant
        .application(issuer)
        .ok_or_else(|| Aadsts::ApplicationNotFound {
            identifier: issuer.to_owned(),
            tenant: tenant.display_name.clone(),
        })?;
    reply_url(application, Some(request))?;
    check_properties(request)?;
    Ok(application)
}

/// Where the response goes: what the request names, by URL or else by index, if the application has it; the
/// application's default where there is no request, or where it names nothing.
///
/// # Errors
///
/// 50011 for a URL or index that is none of the application's, 900971 where the application has no reply URL.
pub fn reply_url<'a>(
    application: &'a Application,
    request: Option<&AuthnRequest>,
) -> Result<&'a str, Aadsts> {
    let mismatch = |asked: String| Aadsts::ReplyUrlMismatch {
        asked,
        identifier: request
            .and_then(|request| request.issuer.clone())
            .unwrap_or_default(),
    };
    let replies = &application.reply_urls;
    let asked_url = request.and_then(|request| request.acs_url.as_deref());
    let asked_index = request.and_then(|request| request.acs_index);
    match (asked_url, asked_index) {
        (Some(url), _) => replies
            .iter()
            .find(|reply| reply.url == url)
            .map(|reply| reply.url.as_str())
            .ok_or_else(|| mismatch(url.to_owned())),
        (None, Some(index)) => replies
            .iter()
            .find(|reply| reply.index == Some(index))
            .map(|reply| reply.url.as_str())
            .ok_or_else(|| mismatch(format!("with index {index}"))),
        (None, None) => application.default_reply_url().ok_or(Aadsts::NoReplyUrl),
    }
}

/// An ID is an NCName (Core 1.3.4); most that are none begin with a digit.
fn check_id(id: &str) -> Result<(), Aadsts> {
    let mut characters = id.chars();
    let starts = characters
        .next()
        .is_some_and(|first| first.is_alphabetic() || first == '_');
    let goes_on = characters.all(|next| next.is_alphanumeric() || matches!(next, '_' | '-' | '.'));
    match (id.is_empty(), starts && goes_on) {
        (true, _) => Err(Aadsts::InvalidMessage {
            detail: "it has no ID".to_owned(),
        }),
        (_, false) => Err(Aadsts::InvalidId { id: id.to_owned() }),
        (_, true) => Ok(()),
    }
}

fn check_properties(request: &AuthnRequest) -> Result<(), Aadsts> {
    let format = request
        .name_id_policy
        .as_ref()
        .and_then(|policy| policy.format.as_deref());
    if let Some(format) = format.filter(|format| !NAME_ID_FORMATS.contains(format)) {
        return Err(Aadsts::UnsupportedNameIdFormat {
            format: format.to_owned(),
        });
    }
    if request.has_subject {
        return Err(Aadsts::SubjectNotSupported);
    }
    match request.protocol_binding.as_deref() {
        None | Some(binding::POST) => Ok(()),
        Some(other) => Err(Aadsts::UnsupportedBinding {
            binding: other.to_owned(),
        }),
    }
}
