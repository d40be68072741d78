//! The JSON texts in policies, as Graph takes them.

use std::str::FromStr as _;

use serde_json::{Map, Value};

use super::error::GraphError;
use super::policy_names::names;
use crate::directory::{Attribute, PolicyKind};

/// Whether a text is a definition of this kind. Its keys count letter for letter.
pub(super) fn check(kind: PolicyKind, text: &str) -> Result<(), GraphError> {
    let wrong = |why: &str| GraphError::property("definition", why);
    let (_, _, key) = names(kind);
    let whole: Value =
        serde_json::from_str(text).map_err(|error| wrong(&format!("It is no JSON: {error}.")))?;
    let inner = whole.get(key).and_then(Value::as_object);
    let inner = inner.ok_or_else(|| wrong(&format!("It must hold one object, '{key}', written so.")))?;
    if inner
        .get("Version")
        .is_none_or(|version| version != 1 && version != "1")
    {
        return Err(wrong("Its 'Version' must be 1."));
    }
    match kind {
        PolicyKind::ClaimsMapping => check_claims(inner),
        PolicyKind::TokenIssuance => check_issuance(inner),
        PolicyKind::TokenLifetime => Ok(()),
    }
}

fn check_claims(policy: &Map<String, Value>) -> Result<(), GraphError> {
    let wrong = |why: String| GraphError::property("definition", why);
    for (name, _) in policy {
        if ![
            "Version",
            "IncludeBasicClaimSet",
            "ClaimsSchema",
            "ClaimsTransformation",
            "ClaimsTransformations",
        ]
        .contains(&name.as_str())
        {
            return Err(wrong(format!("'{name}' is no part of a ClaimsMappingPolicy.")));
        }
    }
    for entry in policy
        .get("ClaimsSchema")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let text = |name: &str| entry.get(name).and_then(Value::as_str);
        match (text("Source"), text("ID")) {
            (Some(source @ ("user" | "application" | "resource" | "audience" | "company")), Some(id)) => {
                let owner = if matches!(source, "resource" | "audience") {
                    "application"
                } else {
                    source
                };
                let known = Attribute::from_str(&format!("{owner}.{id}"));
                known
                    .map_err(|_| wrong(format!("There is no attribute '{id}' of the source '{source}'.")))?;
            }
            (Some("transformation"), Some(_))
                if text("TransformationId").or(text("TransformationID")).is_some() => {}
            (Some("transformation"), _) => {
                return Err(wrong(
                    "A claim of a transformation has an ID and a TransformationId.".to_owned(),
                ));
            }
            (Some(source), _) => return Err(wrong(format!("'{source}' is no source with an ID."))),
            (None, _) if text("Value").is_some() => {}
            (None, _) => return Err(wrong("A claim has a Source and an ID, or a Value.".to_owned())),
        }
    }
    Ok(())
}

fn check_issuance(policy: &Map<String, Value>) -> Result<(), GraphError> {
    let wrong = |why: &str| Err(GraphError::property("definition", why));
    let text = |name: &str| policy.get(name).and_then(Value::as_str);
    match text("TokenResponseSigningPolicy") {
        None | Some("TokenOnly" | "ResponseOnly" | "ResponseAndToken") => {}
        Some(_) => {
            return wrong("TokenResponseSigningPolicy is TokenOnly, ResponseOnly or ResponseAndToken.");
        }
    }
    match text("SamlTokenVersion") {
        None | Some("1.1" | "2.0") => {}
        Some(_) => return wrong("SamlTokenVersion is 1.1 or 2.0."),
    }
    match text("SigningAlgorithm") {
        None
        | Some(
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
            | "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
        ) => Ok(()),
        Some(_) => wrong("SigningAlgorithm is the URI of rsa-sha256 or rsa-sha1."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_is_taken_letter_for_letter_or_refused_with_its_reason() {
        let kind = PolicyKind::ClaimsMapping;
        let schema = |entry: &str| {
            format!(
                r#"{{"ClaimsMappingPolicy":{{"Version":1,"IncludeBasicClaimSet":"true","ClaimsSchema":[{entry}]}}}}"#
            )
        };
        for good in [
            r#"{"Source":"user","ID":"mail","SamlClaimType":"mail"}"#,
            r#"{"Source":"user","ID":"extensionattribute7","SamlClaimType":"x"}"#,
            r#"{"Value":"fixed","SamlClaimType":"x"}"#,
            r#"{"Source":"transformation","ID":"a","TransformationId":"t","SamlClaimType":"x"}"#,
        ] {
            assert_eq!(check(kind, &schema(good)), Ok(()), "{good}");
        }
        for (bad, why) in [
            ("no json".to_owned(), "no JSON"),
            ("{}".to_owned(), "'ClaimsMappingPolicy'"),
            (
                r#"{"claimsMappingPolicy":{"Version":1}}"#.to_owned(),
                "'ClaimsMappingPolicy'",
            ),
            (r#"{"ClaimsMappingPolicy":{"Version":2}}"#.to_owned(), "Version"),
            (
                r#"{"ClaimsMappingPolicy":{"Version":1,"claimsSchema":[]}}"#.to_owned(),
                "claimsSchema",
            ),
            (schema(r#"{"Source":"user","ID":"shoesize"}"#), "shoesize"),
            (schema(r#"{"Source":"moon","ID":"mail"}"#), "moon"),
            (schema("7"), "Source"),
        ] {
            let error = check(kind, &bad).unwrap_err();
            let (_, _, detail) = error.detail.unwrap();
            assert!(detail.contains(why), "{bad}: {detail}");
        }
        let issuance = |of: &str| format!(r#"{{"TokenIssuancePolicy":{{"Version":1,{of}}}}}"#);
        assert!(
            check(
                PolicyKind::TokenIssuance,
                &issuance(r#""TokenResponseSigningPolicy":"ResponseAndToken""#)
            )
            .is_ok()
        );
        assert!(
            check(
                PolicyKind::TokenIssuance,
                &issuance(r#""TokenResponseSigningPolicy":"All""#)
            )
            .is_err()
        );
    }
}
