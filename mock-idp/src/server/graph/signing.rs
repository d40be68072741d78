//! `addTokenSigningCertificate`

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::call::{Answered, Call, Side};
use super::error::GraphError;
use super::{body, credential};
use crate::directory::SigningCertificate;

/// How long a certificate may live (Microsoft: three years), with room for the clocks of clients.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * (3 * 365 + 2));

/// Makes a certificate, inactive until it is preferred.
pub(super) fn add(call: &Call, id: &str) -> Answered {
    let side = Side::ServicePrincipal;
    side.find(call.tenant(&call.directory.read())?, id)?;
    let (mut name, mut until) = (None, None);
    for (property, value) in body::properties(&call.body) {
        match property {
            "displayName" => name = body::optional(property, value)?,
            "endDateTime" if !value.is_null() => until = Some(body::instant(property, value)?),
            "endDateTime" => {}
            property => return Err(GraphError::unknown(property)),
        }
    }
    let name = match name {
        None => None,
        Some(name) => match name
            .strip_prefix("CN=")
            .filter(|name| (1..=64).contains(&name.chars().count()))
        {
            Some(name) => Some(name.to_owned()),
            None => {
                return Err(GraphError::property(
                    "displayName",
                    "It begins with CN= and has a name after it, of at most 64 characters.",
                ));
            }
        },
    };
    let now = Timestamp::now();
    if until.is_some_and(|until| until <= now || until.duration_since(now) > LONGEST) {
        return Err(GraphError::property(
            "endDateTime",
            "It lies in the future, and at most three years away.",
        ));
    }
    // Before the directory is held up: a key takes a tenth of a second.
    let made = SigningCertificate::generate(name.as_deref(), now, until)?;
    let value = shown(&made);
    call.change_application(side, id, |_, application| {
        application.certificates.push(made);
        Ok(())
    })?;
    call.result("microsoft.graph.selfSignedCertificate", value)
}

fn shown(made: &SigningCertificate) -> Value {
    let certificate = &made.certificate;
    json!({
        "customKeyIdentifier": credential::custom_id(certificate),
        "displayName": made.display_name,
        "endDateTime": body::written(certificate.not_after()),
        "key": certificate.base64(),
        "keyId": made.key_id,
        "startDateTime": body::written(certificate.not_before()),
        "thumbprint": certificate.thumbprint_sha1(),
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
    })
}
