//! Tokens for programs: `/{tenant}/oauth2/v2.0/token`.

use std::sync::Arc;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::prelude::*;
use jiff::Timestamp;
use serde_json::json;

use super::super::{Idp, page};
use super::jwt;
use super::wire::Origin;
use crate::directory::{Application, SsoMode, Tenant};
use crate::guid;

/// A client that every tenant has from the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Its client id.
    pub id: String,
    /// Its secret.
    pub secret: String,
}

impl Client {
    /// The one of this tenant. Its secret is made of the tenant's key, so it lives as long.
    ///
    /// # Errors
    ///
    /// OpenSSL cannot write the key.
    pub fn of(tenant: &Tenant) -> Result<Self, openssl::error::ErrorStack> {
        let key = tenant.keys.k1.private().private_key_to_der()?;
        let digest = openssl::sha::sha256(&[b"client secret of ", tenant.id.as_bytes(), &key].concat());
        Ok(Self {
            id: guid::derived(&format!("graph client of {}", tenant.id)),
            secret: BASE64_URL_SAFE_NO_PAD.encode(digest),
        })
    }
}

/// The largest request for a token, in bytes.
const LARGEST: usize = 64 * 1024;

/// `client_credentials` (RFC 6749, 4.4), as Azure takes them.
pub(super) async fn token(
    State(idp): State<Arc<Idp>>,
    Path(tenant): Path<String>,
    origin: Origin,
    method: Method,
    headers: HeaderMap,
    body: Body,
) -> Response {
    if method != Method::POST {
        let why = format!("The endpoint only accepts POST requests. Received a {method} request.");
        return OAuthError::new(900_561, "invalid_request", 400, why).into_response();
    }
    let fields = match super::received(body, LARGEST).await {
        Ok(body) => fields(&headers, &body),
        Err(error) => {
            let why = "The request body is too large, or did not arrive in time.";
            return OAuthError::new(90_023, "invalid_request", error.status.as_u16(), why).into_response();
        }
    };
    match granted(&idp, &tenant, &origin, &headers, &fields) {
        Ok(body) => Json(body).into_response(),
        Err(error) => error.into_response(),
    }
}

fn fields(headers: &HeaderMap, body: &Bytes) -> Vec<(String, String)> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let is_form = kind.is_some_and(|kind| {
        kind.to_ascii_lowercase()
            .starts_with("application/x-www-form-urlencoded")
    });
    let text = std::str::from_utf8(body)
        .ok()
        .filter(|_| is_form)
        .unwrap_or_default();
    super::pairs(text)
}

fn granted(
    idp: &Idp,
    named: &str,
    origin: &Origin,
    headers: &HeaderMap,
    fields: &[(String, String)],
) -> Result<serde_json::Value, OAuthError> {
    let directory = idp.directory();
    let tenant = directory.tenant(named).ok_or_else(|| unknown_tenant(named))?;
    let field = |name: &str| page::field(fields, name).filter(|value| !value.is_empty());
    let required = |name: &str| {
        field(name).ok_or_else(|| {
            OAuthError::new(
                900_144,
                "invalid_request",
                400,
                format!("The request body must contain the following parameter: '{name}'."),
            )
        })
    };
    let grant = required("grant_type")?;
    if grant != "client_credentials" {
        let why = format!(
            "The app requested an unsupported grant type '{}'.",
            super::error::shortened(grant)
        );
        return Err(OAuthError::new(70_003, "unsupported_grant_type", 400, why));
    }
    let basic = basic(headers);
    let client = match &basic {
        Some((client, _)) => client.as_str(),
        None => required("client_id")?,
    };
    let secret = basic
        .as_ref()
        .map(|(_, secret)| secret.as_str())
        .or(field("client_secret"));
    let name = authenticated(tenant, client, secret)?;
    let scope = required("scope")?;
    check_scope(scope, origin)?;
    let token = jwt::issue(tenant, client, &name, Timestamp::now()).map_err(|error| {
        OAuthError::new(
            90_033,
            "temporarily_unavailable",
            503,
            format!("No token can be signed: {error}."),
        )
    })?;
    Ok(json!({
        "token_type": "Bearer",
        "expires_in": jwt::LIFETIME,
        "ext_expires_in": jwt::LIFETIME,
        "access_token": token,
    }))
}

/// The name of the client whose secret this is.
fn authenticated(tenant: &Tenant, client: &str, secret: Option<&str>) -> Result<String, OAuthError> {
    let missing = || {
        OAuthError::new(
            7_000_218,
            "invalid_client",
            401,
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        )
    };
    let wrong = || {
        OAuthError::new(
            7_000_215,
            "invalid_client",
            401,
            format!(
                "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{}'.",
                super::error::shortened(client)
            ),
        )
    };
    let built_in = Client::of(tenant).map_err(|_| wrong())?;
    if client.eq_ignore_ascii_case(&built_in.id) {
        return match secret.ok_or_else(missing)? == built_in.secret {
            true => Ok("Mock client".to_owned()),
            false => Err(wrong()),
        };
    }
    let mut applications = tenant.applications.iter();
    let application = applications.find(|known| known.app_id.eq_ignore_ascii_case(client));
    let application = application.ok_or_else(|| {
        OAuthError::new(
            700_016,
            "unauthorized_client",
            400,
            format!(
                "Application with identifier '{}' was not found in the directory '{}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.",
                super::error::shortened(client),
                tenant.display_name
            ),
        )
    })?;
    let secret = secret.ok_or_else(missing)?;
    let known = application.client_secrets.iter().find(|known| known.is(secret));
    let known = known.ok_or_else(wrong)?;
    let now = Timestamp::now();
    if now < known.start || now >= known.end {
        let why = format!(
            "The provided client secret keys for app '{}' are expired.",
            application.app_id
        );
        return Err(OAuthError::new(7_000_222, "invalid_client", 401, why));
    }
    usable(application)?;
    Ok(application.display_name.clone())
}

fn usable(application: &Application) -> Result<(), OAuthError> {
    if application.sso_mode == Some(SsoMode::Saml) {
        let why = format!(
            "The application '{}' is set up for SAML single sign-on and cannot ask for tokens.",
            application.app_id
        );
        return Err(OAuthError::new(399_274, "invalid_request", 400, why));
    }
    match application.enabled {
        true => Ok(()),
        false => Err(OAuthError::new(
            7_000_112,
            "unauthorized_client",
            400,
            format!(
                "Application '{}'({}) is disabled.",
                application.app_id, application.display_name
            ),
        )),
    }
}

/// One resource, Graph by any of its names, and everything that it allows.
fn check_scope(scope: &str, origin: &Origin) -> Result<(), OAuthError> {
    let resource = scope.trim().strip_suffix("/.default");
    let resource = resource.filter(|resource| !resource.contains(char::is_whitespace)).ok_or_else(|| {
        let why = format!(
            "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope {} is not valid; it must be a resource and /.default.",
            super::error::shortened(scope)
        );
        OAuthError::new(70_011, "invalid_scope", 400, why)
    })?;
    let resource = resource.trim_end_matches('/');
    if [jwt::AUDIENCE, jwt::GRAPH, &origin.0].contains(&resource) {
        return Ok(());
    }
    let why = format!(
        "The resource principal named {} was not found in the tenant.",
        super::error::shortened(resource)
    );
    Err(OAuthError::new(500_011, "invalid_resource", 400, why))
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, value) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(BASE64_STANDARD.decode(value.trim()).ok()?).ok()?;
    let (client, secret) = text.split_once(':')?;
    // Both are encoded as in a form (RFC 6749, 2.3.1).
    let decode = |text: &str| super::pairs(&format!("v={text}")).pop().map(|(_, value)| value);
    Some((decode(client)?, decode(secret)?))
}

pub(super) fn unknown_tenant(named: &str) -> OAuthError {
    let named = super::error::shortened(named);
    match guid::is_guid(&named) || named.contains('.') {
        true => OAuthError::new(
            90_002,
            "invalid_request",
            400,
            format!(
                "Tenant '{named}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant."
            ),
        ),
        false => OAuthError::new(
            900_023,
            "invalid_request",
            400,
            format!(
                "Specified tenant identifier '{named}' is neither a valid DNS name, nor a valid external domain."
            ),
        ),
    }
}

/// An error of the token endpoint, as JSON.
pub(super) struct OAuthError {
    code: u32,
    error: &'static str,
    status: u16,
    message: String,
}

impl OAuthError {
    pub(super) fn new(code: u32, error: &'static str, status: u16, message: impl Into<String>) -> Self {
        Self {
            code,
            error,
            status,
            message: message.into(),
        }
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let (trace, correlation) = (guid::fresh(), guid::fresh());
        let now = Timestamp::now().strftime("%Y-%m-%d %H:%M:%SZ").to_string();
        let body = json!({
            "error": self.error,
            "error_description": format!(
                "AADSTS{}: {}\r\nTrace ID: {trace}\r\nCorrelation ID: {correlation}\r\nTimestamp: {now}",
                self.code, self.message
            ),
            "error_codes": [self.code],
            "timestamp": now,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": format!("https://login.microsoftonline.com/error?code={}", self.code),
        });
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        (status, Json(body)).into_response()
    }
}
