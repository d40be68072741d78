//! Access tokens: JSON Web Tokens under a key of the tenant (RFC 7519; RS256 of RFC 7518).

use base64::prelude::*;
use jiff::Timestamp;
use openssl::hash::MessageDigest;
use openssl::sign::{Signer, Verifier};
use saml::key::{Certificate, SigningKey};
use serde_json::{Value, json};

use crate::{Directory, Tenant, guid};

/// What Graph calls itself in tokens.
pub(super) const AUDIENCE: &str = "https://graph.microsoft.com";
/// Graph's application id.
pub(super) const GRAPH: &str = "00000003-0000-0000-c000-000000000000";
/// How long a token is good for, in seconds, beyond its first one.
pub(super) const LIFETIME: i64 = 3599;
/// How much a client's clock may be ahead, in seconds.
const SKEW: i64 = 300;
/// The longest token that is looked at.
const LONGEST: usize = 16 * 1024;

/// Whom a token is for, and what it may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bearer {
    pub(super) tenant: String,
    pub(super) roles: Vec<String>,
}

/// A new token for a client of this tenant.
pub(super) fn issue(
    tenant: &Tenant,
    client: &str,
    name: &str,
    now: Timestamp,
) -> Result<String, openssl::error::ErrorStack> {
    let key = &tenant.keys.k1;
    let id = key_id(key.certificate());
    let now = now.as_second();
    let header = json!({ "typ": "JWT", "alg": "RS256", "x5t": id, "kid": id });
    let claims = json!({
        "aud": AUDIENCE, "iss": tenant.entity_id(), "iat": now, "nbf": now, "exp": now + LIFETIME + 1,
        "app_displayname": name, "appid": client, "appidacr": "1", "idp": tenant.entity_id(), "idtyp": "app",
        "oid": guid::derived(&format!("client {client}")), "sub": guid::derived(&format!("client {client}")),
        "roles": ROLES, "tid": tenant.id, "uti": BASE64_URL_SAFE_NO_PAD.encode(guid::random::<16>()), "ver": "1.0",
    });
    let signed = format!("{}.{}", encoded(&header), encoded(&claims));
    let signature =
        Signer::new(MessageDigest::sha256(), key.private())?.sign_oneshot_to_vec(signed.as_bytes())?;
    Ok(format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature)))
}

/// Whose token this is; a sentence where it is nobody's.
pub(super) fn verify(directory: &Directory, token: &str, now: Timestamp) -> Result<Bearer, &'static str> {
    const MALFORMED: &str = "CompactToken parsing failed with error code: 80049217";
    if token.len() > LONGEST {
        return Err(MALFORMED);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(MALFORMED)?;
    let (header, claims) = signed.split_once('.').ok_or(MALFORMED)?;
    let (header, claims) = (
        decoded(header).ok_or(MALFORMED)?,
        decoded(claims).ok_or(MALFORMED)?,
    );
    let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).map_err(|_| MALFORMED)?;
    if header["alg"] != "RS256" {
        return Err("IDX10511: Signature validation failed. The algorithm is not RS256.");
    }
    let tenant = claims["tid"].as_str().and_then(|id| directory.tenant(id));
    let tenant = tenant.filter(|tenant| claims["iss"] == tenant.entity_id());
    let tenant = tenant.ok_or("Access token validation failure. Invalid issuer.")?;
    let kid = header["kid"].as_str().unwrap_or_default();
    let mut keys = keys(tenant).into_iter();
    let key = keys.find(|key| key_id(key.certificate()) == kid);
    let valid = key.is_some_and(|key| is_signed(key, signed.as_bytes(), &signature));
    if !valid {
        return Err("Signature is invalid.");
    }
    let audiences = [AUDIENCE, "https://graph.microsoft.com/", GRAPH];
    if !audiences.iter().any(|audience| claims["aud"] == *audience) {
        return Err("Access token validation failure. Invalid audience.");
    }
    let now = now.as_second();
    let (Some(from), Some(until)) = (claims["nbf"].as_i64(), claims["exp"].as_i64()) else {
        return Err("Lifetime validation failed, the token has none.");
    };
    if now >= until || from.saturating_sub(SKEW) > now {
        return Err("Lifetime validation failed, the token is expired.");
    }
    let roles = claims["roles"].as_array().into_iter().flatten();
    Ok(Bearer {
        tenant: tenant.id.clone(),
        roles: roles.filter_map(Value::as_str).map(ToOwned::to_owned).collect(),
    })
}

/// The keys that tokens of this tenant may be signed with.
pub(super) fn keys(tenant: &Tenant) -> [&SigningKey; 2] {
    [&tenant.keys.k1, &tenant.keys.k2]
}

/// `kid` and `x5t`: the thumbprint of the certificate (RFC 7515, 4.1.7).
pub(super) fn key_id(certificate: &Certificate) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(openssl::sha::sha1(certificate.der()))
}

/// What a client of the mock may do unless its token says less.
pub(super) const ROLES: [&str; 10] = [
    "Application.ReadWrite.All",
    "AppRoleAssignment.ReadWrite.All",
    "DelegatedPermissionGrant.ReadWrite.All",
    "Directory.ReadWrite.All",
    "Domain.Read.All",
    "Group.ReadWrite.All",
    "Organization.Read.All",
    "Policy.Read.All",
    "Policy.ReadWrite.ApplicationConfiguration",
    "User.ReadWrite.All",
];

fn is_signed(key: &SigningKey, signed: &[u8], signature: &[u8]) -> bool {
    let public = key.certificate().public_key();
    let verified = Verifier::new(MessageDigest::sha256(), &public)
        .and_then(|mut verifier| verifier.verify_oneshot(signature, signed));
    verified.unwrap_or(false)
}

fn encoded(value: &Value) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(value.to_string())
}

fn decoded(text: &str) -> Option<Value> {
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn directory() -> &'static Directory {
        static DIRECTORY: std::sync::LazyLock<Directory> =
            std::sync::LazyLock::new(|| Directory::ephemeral().unwrap());
        &DIRECTORY
    }

    #[test]
    fn a_token_is_good_for_its_tenant_and_its_hour() {
        let (directory, now) = (directory(), Timestamp::now());
        let tenant = directory.contoso();
        let token = issue(tenant, "c", "n", now).unwrap();
        let bearer = verify(directory, &token, now).unwrap();
        assert_eq!(bearer.tenant, tenant.id);
        let later = |seconds| Timestamp::from_second(now.as_second() + seconds).unwrap();
        assert!(verify(directory, &token, later(LIFETIME)).is_ok());
        assert!(
            verify(directory, &token, later(LIFETIME + 1))
                .unwrap_err()
                .contains("expired")
        );
        assert!(verify(directory, &token, later(-SKEW - 1)).is_err());
        let elsewhere = Directory {
            tenants: vec![directory.fabrikam().clone()],
            templates: Vec::new(),
        };
        assert!(verify(&elsewhere, &token, now).is_err());
    }

    #[test]
    fn whoever_changes_a_letter_or_the_algorithm_has_no_token() {
        let (directory, now) = (directory(), Timestamp::now());
        let token = issue(directory.contoso(), "c", "n", now).unwrap();
        let parts: Vec<&str> = token.split('.').collect();
        let mut claims = decoded(parts[1]).unwrap();
        claims["tid"] = directory.fabrikam().id.clone().into();
        claims["iss"] = directory.fabrikam().entity_id().into();
        let stolen = format!("{}.{}.{}", parts[0], encoded(&claims), parts[2]);
        assert_eq!(verify(directory, &stolen, now), Err("Signature is invalid."));
        let none = encoded(&json!({ "alg": "none" }));
        assert!(verify(directory, &format!("{none}.{}.", parts[1]), now).is_err());
    }

    proptest! {
        #[test]
        fn garbage_is_no_token(token in "[A-Za-z0-9_.-]{0,120}") {
            prop_assert!(verify(directory(), &token, Timestamp::now()).is_err());
        }
    }
}
