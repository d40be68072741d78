//! Programs that ask for tokens, and how they prove who they are.

use axum::http::{HeaderMap, header};
use base64::prelude::*;
use jiff::Timestamp;

use super::oauth_error::OAuthError;
use super::receive::pairs;
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

/// The name of the client whose secret this is.
pub(super) fn authenticated(
    tenant: &Tenant,
    client: &str,
    secret: Option<&str>,
) -> Result<String, OAuthError> {
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

/// Client and secret of the header (RFC 6749, 2.3.1).
pub(super) fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, value) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(BASE64_STANDARD.decode(value.trim()).ok()?).ok()?;
    let (client, secret) = text.split_once(':')?;
    // Both are encoded as in a form (RFC 6749, 2.3.1).
    let decode = |text: &str| pairs(&format!("v={text}")).pop().map(|(_, value)| value);
    Some((decode(client)?, decode(secret)?))
}
