//! The attribute statement.

mod configured;
mod groups;
mod mapping;
mod restricted;
mod rules;
mod transformation;
mod value;
mod written;

use saml::assertion::Attribute;

pub(super) use configured::Configured;

pub use restricted::is_restricted;
pub use rules::check_claims;
pub(super) use rules::check_mapping;
pub(super) use value::{Evaluated, evaluate, inputs};

use written::{ROLE, plain};

use super::SignIn;

/// Azure's core set, which no administrator can remove, with the groups in it, and then the application's claims in their
/// order, or its claims mapping policy's. The roles end it, unless a configured claim has their name. A claim without a
/// value is left out.
pub fn attributes(sign_in: &SignIn<'_>) -> Vec<Attribute> {
    let configured = Configured::or_default(sign_in.tenant, sign_in.application);
    let groups = groups::claims(sign_in);
    let mut all = core(sign_in, groups.claims);
    let roles = match groups.roles {
        Some(values) => values,
        None => sign_in.tenant.roles_of(sign_in.user, sign_in.application),
    };
    let mut has_roles = roles.is_empty();
    for claim in configured.claims.iter() {
        let name = claim.wire_name();
        let values = evaluate(&claim.value, &claim.conditions, sign_in.subject()).values;
        has_roles |= name == ROLE;
        if !values.is_empty() {
            all.push(Attribute {
                name,
                name_format: claim.name_format.map(|format| format.uri().to_owned()),
                values,
            });
        }
    }
    if !has_roles {
        all.push(plain(ROLE, roles));
    }
    all
}

/// What stands in every assertion, in Azure's order, with the groups after the display name.
fn core(sign_in: &SignIn<'_>, groups: Vec<Attribute>) -> Vec<Attribute> {
    let SignIn { tenant, user, .. } = sign_in;
    let guest = user.guest.as_ref().filter(|_| user.is_guest());
    let provider = guest.map_or_else(|| tenant.entity_id(), |guest| guest.identity_provider.clone());
    let references = sign_in.method.references();
    let one = |name: &str, value: String| plain(name, vec![value]);
    let mut all = Vec::with_capacity(12);
    all.push(one(
        "http://schemas.microsoft.com/identity/claims/tenantid",
        tenant.id.clone(),
    ));
    all.push(one(
        "http://schemas.microsoft.com/identity/claims/objectidentifier",
        user.object_id.clone(),
    ));
    all.push(one(
        "http://schemas.microsoft.com/identity/claims/displayname",
        user.display_name.clone(),
    ));
    all.extend(groups);
    all.push(one(
        "http://schemas.microsoft.com/identity/claims/identityprovider",
        provider,
    ));
    all.push(plain(
        "http://schemas.microsoft.com/claims/authnmethodsreferences",
        references.into_iter().map(str::to_owned).collect(),
    ));
    all
}
