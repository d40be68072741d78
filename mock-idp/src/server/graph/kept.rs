//! Properties that Graph takes and gives back, and that nothing in a sign-in depends on.

use serde_json::{Value, json};

use super::call::Side;
use super::error::GraphError;
use crate::Application;

/// Name and initial value of each; its type is that of the initial value, or any where that is null.
fn defaults(side: Side) -> Value {
    match side {
        Side::Application => json!({
            "description": "", "uniqueName": "", "serviceManagementReference": "",
            "signInAudience": "AzureADMyOrg", "isDeviceOnlyAuthSupported": false, "isFallbackPublicClient": false,
            "nativeAuthenticationApisEnabled": "", "samlMetadataUrl": "",
            "addIns": [], "requiredResourceAccess": [], "optionalClaims": {},
            "servicePrincipalLockConfiguration": {},
            "api": {
                "acceptMappedClaims": null, "knownClientApplications": [], "requestedAccessTokenVersion": null,
                "oauth2PermissionScopes": [], "preAuthorizedApplications": []
            },
            "info": info(),
            "parentalControlSettings": { "countriesBlockedForMinors": [], "legalAgeGroupRule": "Allow" },
            "publicClient": { "redirectUris": [] },
            "spa": { "redirectUris": [] },
            "web": {
                "homePageUrl": null,
                "implicitGrantSettings": { "enableAccessTokenIssuance": false, "enableIdTokenIssuance": false }
            },
        }),
        Side::ServicePrincipal => json!({
            "description": "", "homepage": "", "appDescription": "",
            "alternativeNames": [], "addIns": [], "info": info(),
        }),
    }
}

fn info() -> Value {
    json!({
        "logoUrl": null, "marketingUrl": null, "privacyStatementUrl": null, "supportUrl": null, "termsOfServiceUrl": null
    })
}

/// The value of a kept property.
pub(super) fn get(application: &Application, side: Side, name: &str) -> Value {
    let kept = application.graph.get(&key(side, name));
    let kept = kept.and_then(|text| serde_json::from_str(text).ok());
    kept.unwrap_or_else(|| match defaults(side)[name].take() {
        Value::String(text) if text.is_empty() => Value::Null,
        Value::Object(object) if object.is_empty() => Value::Null,
        value => value,
    })
}

/// Keeps a value; none where there is no such property to keep.
pub(super) fn set(
    application: &mut Application,
    side: Side,
    name: &str,
    value: &Value,
) -> Option<Result<(), GraphError>> {
    let default = defaults(side).get(name)?.clone();
    // Anything may be null, and what begins as null may be anything.
    let is_null = default.is_null() || value.is_null();
    let fits = is_null || std::mem::discriminant(&default) == std::mem::discriminant(value);
    if !fits {
        return Some(Err(GraphError::property(
            name,
            "A value of another type is expected.",
        )));
    }
    let stored = match (&default, value) {
        (Value::Object(known), Value::Object(given)) if !known.is_empty() => {
            let strange = given
                .keys()
                .find(|name| !known.contains_key(*name) && !name.contains("@odata."));
            if let Some(strange) = strange {
                return Some(Err(GraphError::unknown(&format!("{name}/{strange}"))));
            }
            let mut merged = get(application, side, name);
            for (name, value) in given.iter().filter(|(name, _)| known.contains_key(*name)) {
                merged[name] = value.clone();
            }
            merged
        }
        _ => value.clone(),
    };
    let key = key(side, name);
    match stored {
        Value::Null => drop(application.graph.remove(&key)),
        stored => drop(application.graph.insert(key, stored.to_string())),
    }
    Some(Ok(()))
}

fn key(side: Side, name: &str) -> String {
    match side {
        Side::Application => format!("application.{name}"),
        Side::ServicePrincipal => format!("servicePrincipal.{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_back_and_an_object_keeps_what_is_not_spoken_of() {
        let mut application = Application::new("https://sp.example");
        let side = Side::Application;
        assert_eq!(get(&application, side, "description"), Value::Null);
        set(&mut application, side, "description", &json!("x"))
            .unwrap()
            .unwrap();
        set(
            &mut application,
            side,
            "info",
            &json!({ "supportUrl": "https://s" }),
        )
        .unwrap()
        .unwrap();
        set(
            &mut application,
            side,
            "info",
            &json!({ "marketingUrl": "https://m" }),
        )
        .unwrap()
        .unwrap();
        assert_eq!(get(&application, side, "description"), "x");
        assert_eq!(get(&application, side, "info")["supportUrl"], "https://s");
        assert_eq!(
            get(&application, Side::ServicePrincipal, "info")["supportUrl"],
            Value::Null
        );
        set(&mut application, side, "description", &Value::Null)
            .unwrap()
            .unwrap();
        assert_eq!(get(&application, side, "description"), Value::Null);
    }

    #[test]
    fn what_has_another_type_or_nobody_knows_is_refused() {
        let mut application = Application::new("https://sp.example");
        let side = Side::Application;
        assert!(set(&mut application, side, "shoeSize", &json!(7)).is_none());
        assert!(
            set(&mut application, side, "addIns", &json!("x"))
                .unwrap()
                .is_err()
        );
        assert!(
            set(&mut application, side, "info", &json!({ "shoeSize": 7 }))
                .unwrap()
                .is_err()
        );
        assert!(application.graph.is_empty());
    }
}
