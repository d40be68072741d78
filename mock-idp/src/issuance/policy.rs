//! Policies that Microsoft Graph assigns: what those for tokens say.

use jiff::SignedDuration;
use saml::names::alg;
use serde::Deserialize;

use super::assigned::assigned;
use super::claims::check_mapping;
use crate::directory::{PolicyKind, RuleError};
use crate::{Application, Signing, SigningOption, Tenant};

/// What is signed, and how: by the token issuance policy where one is assigned, else as the portal's settings say.
pub fn signing_of(tenant: &Tenant, application: &Application) -> Signing {
    let issuance = assigned(tenant, application, PolicyKind::TokenIssuance)
        .and_then(|policy| read::<TokenIssuance>(&policy.definition).ok());
    match issuance {
        None => application.signing,
        Some(TokenIssuance { policy }) => Signing {
            option: policy.response.unwrap_or(ResponseSigning::TokenOnly).into(),
            sha1: policy.algorithm.is_some_and(|uri| uri == alg::RSA_SHA1),
        },
    }
}

/// Whether this is a policy of that kind: the same question for all who write one.
///
/// # Errors
///
/// What is wrong with the definition.
pub fn check_policy(kind: PolicyKind, definition: &[String]) -> Result<(), RuleError> {
    match kind {
        PolicyKind::ClaimsMapping => check_mapping(definition),
        PolicyKind::TokenIssuance => {
            let TokenIssuance { policy } = read(definition).map_err(|error| wrong(kind, &error))?;
            check_version(kind, policy.version)?;
            let algorithms = [alg::RSA_SHA256, alg::RSA_SHA1];
            match policy.algorithm {
                Some(uri) if !algorithms.contains(&uri.as_str()) => Err(wrong(
                    kind,
                    &format!("SigningAlgorithm is {} or {}", alg::RSA_SHA256, alg::RSA_SHA1),
                )),
                _ => Ok(()),
            }
        }
        PolicyKind::TokenLifetime => {
            let TokenLifetime { policy } = read(definition).map_err(|error| wrong(kind, &error))?;
            check_version(kind, policy.version)?;
            match policy.access.as_deref().map(span) {
                Some(None) => Err(wrong(
                    kind,
                    "AccessTokenLifetime is between 00:10:00 and 1.00:00:00, as days.hours:minutes:seconds",
                )),
                _ => Ok(()),
            }
        }
    }
}

/// How long a token lifetime policy has an assertion live; none without one.
pub(super) fn lifetime(tenant: &Tenant, application: &Application) -> Option<SignedDuration> {
    let policy = assigned(tenant, application, PolicyKind::TokenLifetime)?;
    let TokenLifetime { policy } = read(&policy.definition).ok()?;
    policy.access.as_deref().and_then(span)
}

#[derive(Deserialize)]
struct TokenIssuance {
    #[serde(rename = "TokenIssuancePolicy")]
    policy: Issuance,
}

#[derive(Deserialize)]
struct Issuance {
    #[serde(rename = "Version")]
    version: u32,
    #[serde(rename = "SigningAlgorithm")]
    algorithm: Option<String>,
    #[serde(rename = "TokenResponseSigningPolicy")]
    response: Option<ResponseSigning>,
}

#[derive(Clone, Copy, Deserialize)]
enum ResponseSigning {
    TokenOnly,
    ResponseOnly,
    ResponseAndToken,
}

impl From<ResponseSigning> for SigningOption {
    fn from(signing: ResponseSigning) -> Self {
        match signing {
            ResponseSigning::TokenOnly => Self::Assertion,
            ResponseSigning::ResponseOnly => Self::Response,
            ResponseSigning::ResponseAndToken => Self::Both,
        }
    }
}

#[derive(Deserialize)]
struct TokenLifetime {
    #[serde(rename = "TokenLifetimePolicy")]
    policy: Lifetime,
}

#[derive(Deserialize)]
struct Lifetime {
    #[serde(rename = "Version")]
    version: u32,
    #[serde(rename = "AccessTokenLifetime")]
    access: Option<String>,
}

fn read<'a, T: Deserialize<'a>>(definition: &'a [String]) -> Result<T, String> {
    match definition {
        [text] => serde_json::from_str(text).map_err(|error| error.to_string()),
        _ => Err("it must have one definition".to_owned()),
    }
}

/// `hours:minutes:seconds`, with `days.` before it or not, between ten minutes and a day.
fn span(text: &str) -> Option<SignedDuration> {
    let (days, clock) = text.split_once('.').unwrap_or(("0", text));
    let days: u32 = days.parse().ok()?;
    let parts: Vec<u32> = clock
        .split(':')
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    let [hours, minutes @ 0..60, seconds @ 0..60] = parts[..] else {
        return None;
    };
    let hours = i64::from(days) * 24 + i64::from(hours);
    let span = SignedDuration::from_secs(hours * 3_600 + i64::from(minutes) * 60 + i64::from(seconds));
    let allowed = SignedDuration::from_mins(10)..=SignedDuration::from_hours(24);
    allowed.contains(&span).then_some(span)
}

fn check_version(kind: PolicyKind, version: u32) -> Result<(), RuleError> {
    match version {
        1 => Ok(()),
        _ => Err(wrong(kind, "its Version must be 1")),
    }
}

fn wrong(kind: PolicyKind, problem: &str) -> RuleError {
    let field = match kind {
        PolicyKind::ClaimsMapping => "Claims mapping policy",
        PolicyKind::TokenIssuance => "Token issuance policy",
        PolicyKind::TokenLifetime => "Token lifetime policy",
    };
    RuleError::new(field, problem)
}
