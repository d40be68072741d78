//! What a new directory begins with.

use super::people::{CONTOSO, FABRIKAM, people};
use super::{Keys, Tenant};
use crate::guid;

/// Domain, display name and country of each tenant.
const TENANTS: [(&str, &str, &str); 2] = [(CONTOSO, "Contoso", "US"), (FABRIKAM, "Fabrikam", "DE")];

/// The two tenants with their people, each with new ids and keys.
pub(super) fn tenants(
    mut keys: impl FnMut() -> Result<Keys, saml::key::KeyError>,
) -> Result<Vec<Tenant>, saml::key::KeyError> {
    let tenant = |(domain, display_name, country): (&str, &str, &str)| {
        Ok(Tenant {
            id: guid::fresh(),
            domain: domain.to_owned(),
            domains: vec![format!(
                "{}.onmicrosoft.example",
                display_name.to_ascii_lowercase()
            )],
            display_name: display_name.to_owned(),
            country: country.to_owned(),
            users: people(domain),
            groups: Vec::new(),
            applications: Vec::new(),
            policies: Vec::new(),
            keys: keys()?,
        })
    };
    TENANTS.into_iter().map(tenant).collect()
}
