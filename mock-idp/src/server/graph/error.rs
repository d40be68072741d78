//! Graph's errors, in its shape (Microsoft: "Microsoft Graph error responses and resource types").

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::directory::{ChangeError, RuleError, StoreError};

/// Why a call is refused.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct GraphError {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) message: String,
    /// Code, target and message of what is wrong in particular.
    pub(super) detail: Option<(&'static str, String, String)>,
}

impl GraphError {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            detail: None,
        }
    }

    pub(super) fn bad(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "Request_BadRequest", message)
    }

    /// A property that is not known, or a value that it does not take.
    pub(super) fn property(name: &str, why: impl Into<String>) -> Self {
        Self {
            detail: Some(("InvalidValue", shortened(name), why.into())),
            ..Self::bad("One or more property values specified are invalid.")
        }
    }

    /// A property that nobody has.
    pub(super) fn unknown(name: &str) -> Self {
        Self::property(name, format!("There is no property '{}'.", shortened(name)))
    }

    /// A property that must be given.
    pub(super) fn required(name: &str, of: &str) -> Self {
        Self {
            detail: Some(("MissingProperty", name.to_owned(), "It must be given.".to_owned())),
            ..Self::bad(format!(
                "A value is required for property '{name}' of resource '{of}'."
            ))
        }
    }

    /// A value that another object has already.
    pub(super) fn conflict(name: &str) -> Self {
        let sentence = format!("Another object with the same value for property {name} already exists.");
        Self {
            detail: Some(("ObjectConflict", name.to_owned(), sentence.clone())),
            ..Self::bad(sentence)
        }
    }

    pub(super) fn not_found(id: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "Request_ResourceNotFound",
            format!(
                "Resource '{}' does not exist or one of its queried reference-property objects are not present.",
                shortened(id)
            ),
        )
    }

    /// A path that leads nowhere.
    pub(super) fn segment(segment: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "BadRequest",
            format!("Resource not found for the segment '{}'.", shortened(segment)),
        )
    }

    pub(super) fn method(allowed: &str) -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "Request_BadRequest",
            format!("Specified HTTP method is not allowed for the request target; it takes {allowed}."),
        )
    }

    pub(super) fn unsupported(why: &str) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "Request_UnsupportedQuery",
            format!("Unsupported Query. {why}"),
        )
    }

    pub(super) fn unauthenticated(why: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken", why)
    }

    pub(super) fn denied() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "Authorization_RequestDenied",
            "Insufficient privileges to complete the operation.",
        )
    }

    pub(super) fn failed(why: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailable", why)
    }

    /// The body, with the ids by which it is found again.
    pub(super) fn body(&self, request_id: &str, client_request_id: &str) -> Value {
        let now = saml::instant::format(jiff::Timestamp::now());
        let date = now.split('.').next().unwrap_or_default();
        let mut error = json!({
            "code": self.code,
            "message": self.message,
            "innerError": { "date": date, "request-id": request_id, "client-request-id": client_request_id },
        });
        if let Some((code, target, message)) = &self.detail {
            error["details"] = json!([{ "code": code, "target": target, "message": message }]);
        }
        json!({ "error": error })
    }
}

impl From<RuleError> for GraphError {
    fn from(rule: RuleError) -> Self {
        let property = match rule.field {
            "Identifier" => "identifierUris",
            "Reply URL" => "redirectUris",
            "Sign on URL" => "loginUrl",
            "Logout Url" => "logoutUrl",
            "Notification Email" => "notificationEmailAddresses",
            "User principal name" => "userPrincipalName",
            _ => "displayName",
        };
        match rule.problem.contains("already") {
            true => Self::conflict(property),
            false => Self::property(property, rule.problem),
        }
    }
}

impl From<StoreError> for GraphError {
    fn from(error: StoreError) -> Self {
        Self::failed(error.to_string())
    }
}

impl From<ChangeError<Self>> for GraphError {
    fn from(error: ChangeError<Self>) -> Self {
        match error {
            ChangeError::Refused(refused) => refused,
            ChangeError::NotKept(error) => error.into(),
        }
    }
}

impl From<saml::key::KeyError> for GraphError {
    fn from(error: saml::key::KeyError) -> Self {
        Self::failed(error.to_string())
    }
}

/// What somebody sent, as far as it belongs into a sentence.
pub(super) fn shortened(text: &str) -> String {
    text.chars().take(100).collect()
}
