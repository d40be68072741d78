//! "Require verification certificates": signed requests (Microsoft: "enforce signed SAML authentication requests").

use jiff::{SignedDuration, Timestamp};
use saml::binding::{BindingError, QueryAlgorithm, query_signature};
use saml::key::Certificate;
use saml::signature::{MessageSignatureError, verify_message};

use super::received::{By, Received, shown};
use crate::directory::{PublicCertificate, Verification};
use crate::{Aadsts, Application, Azure};

/// Of the certificates, so many are tried where the request names none.
const TRIED: usize = 2;

/// Whether the request is signed as the application wants it, and young enough, if it is signed.
pub(super) fn check(
    application: &Application,
    received: &Received<'_>,
    azure: &Azure,
    now: Timestamp,
) -> Result<(), Aadsts> {
    if application.verification.required {
        check_signature(application, received)?;
    }
    match is_signed(received) && is_old(received.request.issue_instant.as_deref(), azure, now) {
        true => Err(Aadsts::RequestExpired {
            issued: shown(received.request.issue_instant.as_deref().unwrap_or_default()),
        }),
        false => Ok(()),
    }
}

/// Whether a signed message is older than the switch has it.
pub(super) fn is_old(issue_instant: Option<&str>, azure: &Azure, now: Timestamp) -> bool {
    if azure.signed_request_max_age == 0 {
        return false;
    }
    let issued = issue_instant.and_then(|text| saml::instant::parse(text).ok());
    let oldest = SignedDuration::from_secs(i64::from(azure.signed_request_max_age));
    issued.is_none_or(|issued| now.duration_since(issued) > oldest)
}

/// Whether the query of a redirect carries a signature.
pub(super) fn has_query_signature(query: &str) -> bool {
    query.split('&').any(|part| part.starts_with("Signature="))
}

fn is_signed(received: &Received<'_>) -> bool {
    match received.by {
        By::Redirect(query) => has_query_signature(query),
        By::Post(_) => received.request.has_signature,
    }
}

/// A redirect is signed in its query, a posted message within its XML; each in the other's way is not signed.
fn check_signature(application: &Application, received: &Received<'_>) -> Result<(), Aadsts> {
    if !is_signed(received) {
        return Err(Aadsts::SignatureRequired {
            app_id: application.app_id.clone(),
        });
    }
    let verification = &application.verification;
    if verification.certificates.is_empty() {
        return Err(invalid("the application has no verification certificate"));
    }
    match received.by {
        By::Redirect(query) => check_query(verification, query),
        By::Post(xml) => check_message(verification, xml),
    }
}

fn check_query(verification: &Verification, query: &str) -> Result<(), Aadsts> {
    let wrong = |error: BindingError| invalid(&error.to_string());
    let signature = query_signature(query).map_err(wrong)?;
    let allowed = match signature.algorithm() {
        QueryAlgorithm::RsaSha256 => true,
        QueryAlgorithm::RsaSha1 => verification.allow_sha1,
        QueryAlgorithm::RsaSha384 | QueryAlgorithm::RsaSha512 => false,
    };
    if !allowed {
        return Err(invalid(&format!(
            "its algorithm {} is not allowed",
            signature.algorithm().uri()
        )));
    }
    for certificate in youngest(verification) {
        if signature.holds(&certificate.certificate).map_err(wrong)? {
            return Ok(());
        }
    }
    Err(invalid("none of the verification certificates fits it"))
}

fn check_message(verification: &Verification, xml: &str) -> Result<(), Aadsts> {
    // The certificate that KeyInfo names is tried however old it is; whether it holds is the signature's business.
    let bare: String = xml.split_ascii_whitespace().collect();
    let named = |certificate: &&PublicCertificate| bare.contains(&certificate.certificate.base64());
    let mut candidates: Vec<Certificate> = verification
        .certificates
        .iter()
        .filter(named)
        .map(|known| known.certificate.clone())
        .collect();
    if candidates.is_empty() {
        candidates = youngest(verification)
            .map(|known| known.certificate.clone())
            .collect();
    }
    match verify_message(xml, &candidates, verification.allow_sha1) {
        Ok(_) => Ok(()),
        Err(MessageSignatureError::NoKeyFits) => {
            Err(invalid("none of the verification certificates fits it"))
        }
        Err(error) => Err(invalid(&error.to_string())),
    }
}

fn youngest(verification: &Verification) -> impl Iterator<Item = &PublicCertificate> {
    let mut all: Vec<&PublicCertificate> = verification.certificates.iter().collect();
    all.sort_by_key(|certificate| std::cmp::Reverse(certificate.uploaded));
    all.into_iter().take(TRIED)
}

fn invalid(detail: &str) -> Aadsts {
    Aadsts::InvalidSignature {
        detail: shown(detail),
    }
}
