//! The checks that Azure makes once it knows who is there.

use super::claims::Configured;
use super::method::described;
use super::received::shown;
use super::{SignIn, name_id};
use crate::Aadsts;
use crate::directory::{Attribute, ConditionalAccess, StrongAuthentication};

/// The directory role "Global Administrator", by the id of its template.
pub const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";

/// Whether Azure would issue a response to this person.
///
/// In Azure's order: the account and its session, assignment, conditional access, the method that the request asks for,
/// claims, then what signing and encrypting need.
///
/// # Errors
///
/// In this order: 50057, 50133, 50105, 53000, 53001, 53002, 53003; where a second factor is required 50072 and 50076, or for a
/// passive request 50079, 50078 and 50076; 75011, 50146, 50124, 501241, 50003, 50007.
pub fn check_user(sign_in: &SignIn<'_>) -> Result<(), Aadsts> {
    check_account(sign_in)?;
    check_assignment(sign_in)?;
    check_access(sign_in)?;
    check_method(sign_in)?;
    check_claims(sign_in)?;
    check_keys(sign_in)
}

fn check_account(sign_in: &SignIn<'_>) -> Result<(), Aadsts> {
    let user = sign_in.user;
    if !user.enabled {
        return Err(Aadsts::UserDisabled);
    }
    let changed = user.profile.attributes.get("lastpasswordchangedatetime");
    let changed = changed.and_then(|text| saml::instant::parse(text).ok());
    match changed.is_some_and(|changed| changed > sign_in.authn_instant) {
        true => Err(Aadsts::SessionRevoked),
        false => Ok(()),
    }
}

fn check_assignment(sign_in: &SignIn<'_>) -> Result<(), Aadsts> {
    let SignIn {
        tenant,
        application,
        user,
        ..
    } = *sign_in;
    let free = !application.assignment_required
        || !tenant.assignments_of(user, application).is_empty()
        || (tenant.directory_roles_of(user).iter())
            .any(|role| role.eq_ignore_ascii_case(GLOBAL_ADMINISTRATOR));
    match free {
        true => Ok(()),
        false => Err(Aadsts::NotAssigned {
            application: application.display_name.clone(),
            app_id: application.app_id.clone(),
            account: user.user_principal_name.clone(),
        }),
    }
}

fn check_access(sign_in: &SignIn<'_>) -> Result<(), Aadsts> {
    match sign_in.application.conditional_access {
        None => Ok(()),
        Some(ConditionalAccess::RequireCompliantDevice) => Err(Aadsts::DeviceNotCompliant),
        Some(ConditionalAccess::RequireDomainJoinedDevice) => Err(Aadsts::DeviceNotDomainJoined),
        Some(ConditionalAccess::RequireApprovedClient) => Err(Aadsts::ClientNotApproved),
        Some(ConditionalAccess::Block) => Err(Aadsts::BlockedByConditionalAccess),
        Some(ConditionalAccess::RequireMfa) if sign_in.method.is_multi_factor() => Ok(()),
        Some(ConditionalAccess::RequireMfa) => {
            let passive = sign_in.request.is_some_and(|request| request.is_passive);
            Err(match (sign_in.user.strong_authentication, passive) {
                (StrongAuthentication::NotRegistered, false) => Aadsts::MfaEnrollment,
                (StrongAuthentication::NotRegistered, true) => Aadsts::MfaEnrollmentRequired,
                (StrongAuthentication::Expired, true) => Aadsts::MfaExpired,
                (StrongAuthentication::Registered | StrongAuthentication::Expired, _) => Aadsts::MfaRequired,
            })
        }
    }
}

fn check_method(sign_in: &SignIn<'_>) -> Result<(), Aadsts> {
    let context = sign_in
        .request
        .and_then(|request| request.requested_context.as_ref());
    let classes = context.map_or(&[][..], |context| context.classes.as_slice());
    if classes.is_empty() || classes.iter().any(|class| sign_in.method.satisfies(class)) {
        return Ok(());
    }
    let requested: Vec<&str> = classes.iter().map(|class| described(class)).collect();
    Err(Aadsts::AuthnContextMismatch {
        actual: sign_in.method.described().to_owned(),
        requested: shown(&requested.join(", ")),
        application: sign_in.application.display_name.clone(),
    })
}

fn check_claims(sign_in: &SignIn<'_>) -> Result<(), Aadsts> {
    let configured = Configured::of(sign_in.tenant, sign_in.application);
    let invalid = |detail: String| Aadsts::InvalidTransformation { detail };
    let configured = configured.map_err(|error| invalid(error.to_string()))?;
    if configured.needs_own_key() && sign_in.application.own_key().is_none() {
        return Err(Aadsts::NoCustomSigningKey {
            app_id: sign_in.application.app_id.clone(),
        });
    }
    configured
        .check(sign_in.application)
        .map_err(|error| invalid(error.to_string()))?;
    match name_id::missing_input(&configured, sign_in) {
        Some((parameter, transformation)) => Err(Aadsts::TransformationInputMissing {
            parameter: Attribute::id(parameter).to_owned(),
            transformation,
        }),
        None => Ok(()),
    }
}

fn check_keys(sign_in: &SignIn<'_>) -> Result<(), Aadsts> {
    let application = sign_in.application;
    let name = || application.display_name.clone();
    if !application.certificates.is_empty() && application.own_key().is_none() {
        return Err(Aadsts::NoSigningKey { application: name() });
    }
    if application.token_encryption_key_id.is_none() {
        return Ok(());
    }
    let certificate = application.encryption_certificate();
    let usable =
        certificate.is_some_and(|known| known.certificate.public_key().id() == openssl::pkey::Id::RSA);
    match usable {
        true => Ok(()),
        false => Err(Aadsts::NoEncryptionCertificate { application: name() }),
    }
}
