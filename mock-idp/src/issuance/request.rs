//! The checks that Azure makes before it asks anybody for a password.

use jiff::Timestamp;
use saml::AuthnRequest;

use super::received::{Received, shown};
use super::{properties, verification};
use crate::directory::SsoMode;
use crate::{Aadsts, Application, Azure, Tenant};

/// The application that this request comes from, if Azure would go on with it and show its sign-in page.
///
/// In Azure's order: ID and version, application, whether it is enabled and in SAML mode, reply URL, signature where
/// the application requires one, then the properties that Azure does not support. Not checked, as in Azure: a
/// signature that nobody asked for; unless a switch says so, IssueInstant and Destination.
///
/// # Errors
///
/// What Azure shows in place of its sign-in page, in this order: 75005, 7500529, 500011, 76021, 700016, 500014, 7000112,
/// 650056, 50011, 900971, 76021, 50006, 76026, 75008, 90011, 75016, 750161, 900236, 900235, 750032.
pub fn check_request<'a>(
    tenant: &'a Tenant,
    received: &Received<'_>,
    azure: &Azure,
    now: Timestamp,
) -> Result<&'a Application, Aadsts> {
    match refusals(tenant, received, azure, now).into_iter().next() {
        Some(first) => Err(first),
        None => application_of(tenant, received),
    }
}

/// All for which Azure would not go on with this request, in the order of [`check_request`]: a person sees the first only, and
/// the next once that is mended. Empty where it goes on.
pub fn refusals(tenant: &Tenant, received: &Received<'_>, azure: &Azure, now: Timestamp) -> Vec<Aadsts> {
    let request = received.request;
    let head = check_head(&request.id, &request.version, request.issue_instant.as_deref());
    let mut all: Vec<Aadsts> = head.err().into_iter().collect();
    match application_of(tenant, received) {
        Err(error) => all.push(error),
        Ok(application) => all.extend(
            [
                check_mode(application).err(),
                reply_url(application, Some(request), azure).err(),
                verification::check(application, received, azure, now).err(),
            ]
            .into_iter()
            .flatten(),
        ),
    }
    all.extend(properties::refusals(received, azure));
    all
}

fn application_of<'a>(tenant: &'a Tenant, received: &Received<'_>) -> Result<&'a Application, Aadsts> {
    let issuer = issuer(received.request.issuer.as_deref())?;
    match received.service_principal {
        Some(id) => instance(tenant, id),
        None => named(tenant, issuer),
    }
}

/// The application of a launch link, by application id or service principal id, if IdP-initiated sign-in to it goes on.
///
/// # Errors
///
/// 700016, 7000112, 650056, 76021 where it requires signed requests, 900971 without a Reply URL, 50010 without an
/// Identifier.
pub fn check_launch<'a>(tenant: &'a Tenant, id: &str) -> Result<&'a Application, Aadsts> {
    let application = tenant
        .application_by_id(id)
        .ok_or_else(|| not_found(tenant, id))?;
    check_mode(application)?;
    if application.verification.required {
        return Err(Aadsts::SignatureRequired {
            app_id: application.app_id.clone(),
        });
    }
    if application.default_reply_url().is_none() {
        return Err(Aadsts::NoReplyUrl);
    }
    match application.identifiers.is_empty() {
        true => Err(Aadsts::NoAudience {
            application: application.display_name.clone(),
        }),
        false => Ok(application),
    }
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
    azure: &Azure,
) -> Result<&'a str, Aadsts> {
    let mismatch = |asked: String| Aadsts::ReplyUrlMismatch {
        asked,
        identifier: request
            .and_then(|request| request.issuer.clone())
            .unwrap_or_default(),
    };
    let mut replies = application.reply_urls.iter();
    let request = request.filter(|request| {
        let by_index = request.acs_index.is_some() || request.acs_index_unreadable;
        request.acs_url.is_some() || (by_index && !azure.ignore_acs_index)
    });
    let found = match request {
        None => return application.default_reply_url().ok_or(Aadsts::NoReplyUrl),
        Some(request) => match (&request.acs_url, request.acs_index) {
            (Some(url), _) => replies
                .find(|reply| &reply.url == url)
                .ok_or_else(|| mismatch(url.clone())),
            (None, Some(index)) => replies
                .find(|reply| reply.index == Some(index))
                .ok_or_else(|| mismatch(format!("with index {index}"))),
            (None, None) => Err(mismatch("with an index that is no number".to_owned())),
        },
    };
    found.map(|reply| reply.url.as_str())
}

/// ID, Version and IssueInstant of a message.
pub(super) fn check_head(id: &str, version: &str, issue_instant: Option<&str>) -> Result<(), Aadsts> {
    let invalid = |detail: &str| {
        Err(Aadsts::InvalidMessage {
            detail: detail.to_owned(),
        })
    };
    // An ID is an NCName (Core 1.3.4); most that are none begin with a digit.
    let mut characters = id.chars();
    let starts = characters
        .next()
        .is_some_and(|first| first.is_alphabetic() || first == '_');
    let goes_on = characters.all(|next| next.is_alphanumeric() || matches!(next, '_' | '-' | '.'));
    if id.is_empty() {
        return invalid("it has no ID");
    }
    if !(starts && goes_on) {
        return Err(Aadsts::InvalidId { id: shown(id) });
    }
    match version {
        "2.0" => {}
        "" => return invalid("it has no Version"),
        other => return invalid(&format!("its version is '{}', not '2.0'", shown(other))),
    }
    match issue_instant {
        None | Some("") => invalid("it has no IssueInstant"),
        Some(_) => Ok(()),
    }
}

pub(super) fn issuer(issuer: Option<&str>) -> Result<&str, Aadsts> {
    let issuer = issuer.filter(|issuer| !issuer.is_empty());
    issuer.ok_or_else(|| Aadsts::InvalidMessage {
        detail: "it has no Issuer".to_owned(),
    })
}

/// The application that an Issuer means.
pub(super) fn named<'a>(tenant: &'a Tenant, issuer: &str) -> Result<&'a Application, Aadsts> {
    tenant
        .application(issuer)
        .ok_or_else(|| not_found(tenant, issuer))
}

/// The application of `/{tenant}/saml2/{id}`.
fn instance<'a>(tenant: &'a Tenant, id: &str) -> Result<&'a Application, Aadsts> {
    let mut all = tenant.applications.iter();
    let found = all.find(|known| known.service_principal_id.eq_ignore_ascii_case(id));
    let application = found.ok_or_else(|| Aadsts::ServicePrincipalNotFound {
        principal: shown(id),
        tenant: tenant.display_name.clone(),
    })?;
    if application.verification.required {
        return Err(Aadsts::SignatureRequired {
            app_id: application.app_id.clone(),
        });
    }
    match application.enabled {
        true => Ok(application),
        false => Err(Aadsts::ServicePrincipalDisabled {
            principal: application.service_principal_id.clone(),
        }),
    }
}

/// Whether the application signs people in by SAML at all.
fn check_mode(application: &Application) -> Result<(), Aadsts> {
    let (app_id, application_name) = (application.app_id.clone(), application.display_name.clone());
    if !application.enabled {
        return Err(Aadsts::ApplicationDisabled {
            app_id,
            application: application_name,
        });
    }
    match application.sso_mode {
        Some(SsoMode::Saml) => Ok(()),
        None | Some(SsoMode::Linked) => Err(Aadsts::MisconfiguredApplication {
            application: application_name,
            app_id,
        }),
    }
}

fn not_found(tenant: &Tenant, identifier: &str) -> Aadsts {
    Aadsts::ApplicationNotFound {
        identifier: shown(identifier),
        tenant: tenant.display_name.clone(),
    }
}
