//! `addPassword`, `removePassword` and `passwordCredentials`: secrets by which an application asks for tokens.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::call::{Answer, Answered, Call, Side};
use super::error::GraphError;
use super::{body, credential};
use crate::directory::{Application, ClientSecret};

const TWO_YEARS: SignedDuration = SignedDuration::from_hours(24 * 730);
/// The most secrets of an application.
const MOST: usize = 100;

/// Makes a secret; this answer is the only one that shows it.
pub(super) fn add(call: &Call, side: Side, id: &str) -> Answered {
    let now = Timestamp::now();
    let (mut name, mut start, mut end) = (String::new(), now, None);
    if let Some(value) = call
        .body
        .get("passwordCredential")
        .filter(|value| !value.is_null())
    {
        for (property, value) in body::properties(body::object("passwordCredential", value)?) {
            match property {
                "displayName" => name = body::optional(property, value)?.unwrap_or_default(),
                "startDateTime" if !value.is_null() => start = body::instant(property, value)?,
                "endDateTime" if !value.is_null() => end = Some(body::instant(property, value)?),
                "startDateTime" | "endDateTime" | "customKeyIdentifier" | "hint" | "keyId" | "secretText"
                    if value.is_null() => {}
                property => return Err(GraphError::unknown(property)),
            }
        }
    }
    let end = end.or_else(|| start.checked_add(TWO_YEARS).ok()).unwrap_or(start);
    if end <= start {
        return Err(GraphError::property(
            "endDateTime",
            "It lies after startDateTime.",
        ));
    }
    let (mut secret, text) = ClientSecret::generate(&name, start, end);
    secret.of_service_principal = side == Side::ServicePrincipal;
    let mut value = one(&secret);
    value["secretText"] = text.into();
    call.change_application(side, id, |_, application| {
        if application.client_secrets.len() >= MOST {
            return Err(GraphError::property(
                "passwordCredentials",
                "There are too many; remove one first.",
            ));
        }
        application.client_secrets.push(secret);
        Ok(())
    })?;
    call.result("microsoft.graph.passwordCredential", value)
}

/// Forgets a secret.
pub(super) fn remove(call: &Call, side: Side, id: &str) -> Answered {
    let key = call
        .body
        .get("keyId")
        .ok_or_else(|| GraphError::required("keyId", "removePassword"))?;
    let key = body::guid("keyId", key)?;
    call.change_application(side, id, |_, application| {
        let before = application.client_secrets.len();
        application.client_secrets.retain(|secret| secret.key_id != key);
        match application.client_secrets.len() == before {
            true => Err(GraphError::bad(format!(
                "No password credential found with keyId '{key}'."
            ))),
            false => Ok(Answer::Done),
        }
    })
}

/// Only removal: a new secret is the service's to choose. The password of a `.pfx` goes with its key.
pub(super) fn patch(
    application: &mut Application,
    side: Side,
    whole: &Map<String, Value>,
    value: &Value,
) -> Result<(), GraphError> {
    const NAME: &str = "passwordCredentials";
    let mut kept = Vec::new();
    for one in body::list(NAME, value)? {
        let one = body::object(NAME, one)?;
        let id = one
            .get("keyId")
            .filter(|id| !id.is_null())
            .map(|id| body::guid("keyId", id))
            .transpose()?;
        let is_new = one.get("secretText").is_some_and(|text| !text.is_null());
        if is_new && !(side == Side::ServicePrincipal && whole.contains_key("keyCredentials")) {
            return Err(GraphError::property(
                NAME,
                "A new password is made by addPassword.",
            ));
        }
        kept.extend(id);
    }
    let of_this = |secret: &ClientSecret| secret.of_service_principal == (side == Side::ServicePrincipal);
    application
        .client_secrets
        .retain(|secret| !of_this(secret) || kept.contains(&secret.key_id));
    Ok(())
}

/// The secrets without their texts; at the service principal those of signing keys too.
pub(super) fn shown(application: &Application, side: Side) -> Value {
    let at_principal = side == Side::ServicePrincipal;
    let own = application.client_secrets.iter();
    let own = own
        .filter(|secret| secret.of_service_principal == at_principal)
        .map(one);
    let of_keys = application
        .certificates
        .iter()
        .filter(|_| at_principal)
        .map(|own| {
            json!({
                "customKeyIdentifier": credential::custom_id(&own.certificate),
                "displayName": null,
                "endDateTime": body::written(own.certificate.not_after()),
                "hint": null,
                "keyId": credential::private_id(own),
                "secretText": null,
                "startDateTime": body::written(own.certificate.not_before()),
            })
        });
    own.chain(of_keys).collect()
}

fn one(secret: &ClientSecret) -> Value {
    json!({
        "customKeyIdentifier": null,
        "displayName": Some(&secret.display_name).filter(|name| !name.is_empty()),
        "endDateTime": body::written(secret.end),
        "hint": secret.hint,
        "keyId": secret.key_id,
        "secretText": null,
        "startDateTime": body::written(secret.start),
    })
}
