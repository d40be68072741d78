//! The attribute statement.

use saml::assertion::Attribute;

use super::SignIn;

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
    let configured = application.claims.iter().map(|claim| Attribute {
        name: claim.name.clone(),
        values: claim.source.values(user),
    });
    core.chain(configured.filter(|attribute| !attribute.values.is_empty()))
        .collect()
}
