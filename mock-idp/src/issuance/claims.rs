//! The attribute statement.

use saml::assertion::Attribute;

use super::SignIn;
use crate::directory::{Subject, Value};

/// Azure's core set, which no administrator can remove, and then the application's claims in their order. A
/// claim without a value is left out.
pub fn attributes(sign_in: &SignIn<'_>) -> Vec<Attribute> {
    let SignIn {
        tenant,
        application,
        user,
        ..
    } = sign_in;
    let identity = "http://schemas.microsoft.com/identity/claims";
    let core = [
        (format!("{identity}/tenantid"), tenant.id.clone()),
        (format!("{identity}/objectidentifier"), user.object_id.clone()),
        (format!("{identity}/displayname"), user.display_name.clone()),
        (format!("{identity}/identityprovider"), tenant.entity_id()),
        (
            "http://schemas.microsoft.com/claims/authnmethodsreferences".to_owned(),
            "http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/password".to_owned(),
        ),
    ];
    let core = core.into_iter().map(|(name, value)| Attribute {
        name,
        values: vec![value],
    });
    let subject = Subject {
        tenant,
        application,
        user,
    };
    let configured = application.claims.iter().map(|claim| Attribute {
        name: claim.wire_name(),
        values: match &claim.value {
            Value::Attribute(source) => source.values(subject),
            Value::Constant(text) => vec![text.clone()],
            Value::Transformation(_) => Vec::new(),
        },
    });
    let roles = Attribute {
        name: "http://schemas.microsoft.com/ws/2008/06/identity/claims/role".to_owned(),
        values: tenant.roles_of(user, application),
    };
    core.chain(
        configured
            .chain([roles])
            .filter(|attribute| !attribute.values.is_empty()),
    )
    .collect()
}
