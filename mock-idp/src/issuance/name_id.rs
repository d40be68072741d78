//! What the SP will call this person.

use openssl::base64::encode_block;
use openssl::sha::sha256;
use saml::assertion::NameId;
use saml::names::name_id;

use super::SignIn;
use crate::guid;

/// The formats that a request may ask for (others are AADSTS750161).
pub const FORMATS: [&str; 4] = [
    name_id::EMAIL,
    name_id::PERSISTENT,
    name_id::TRANSIENT,
    name_id::UNSPECIFIED,
];

/// The NameID of this sign-in.
///
/// The format is the one that the caller orders, else the one that the request asks for, else the
/// application's; `unspecified` in a request leaves the choice to the application. Persistent values are
/// opaque and differ from application to application, transient ones are new each time, all others are the
/// account name.
pub fn name_id_for(sign_in: &SignIn<'_>) -> NameId {
    let policy = sign_in
        .request
        .and_then(|request| request.name_id_policy.as_ref());
    let asked = policy
        .and_then(|policy| policy.format.as_deref())
        .filter(|format| *format != name_id::UNSPECIFIED);
    let format = sign_in
        .name_id_format
        .or(asked)
        .unwrap_or(&sign_in.application.name_id.format);
    NameId {
        value: match format {
            name_id::PERSISTENT => pairwise(sign_in),
            name_id::TRANSIENT => encode_block(&guid::random::<32>()),
            _ => sign_in.user.user_principal_name.clone(),
        },
        format: Some(format.to_owned()),
        sp_name_qualifier: policy.and_then(|policy| policy.sp_name_qualifier.clone()),
        name_qualifier: None,
    }
}

/// The same for one person at one application, and telling nothing about either.
fn pairwise(sign_in: &SignIn<'_>) -> String {
    let (tenant, application, user) = (
        &sign_in.tenant.id,
        &sign_in.application.app_id,
        &sign_in.user.object_id,
    );
    encode_block(&sha256(format!("{tenant}\n{application}\n{user}").as_bytes()))
}
