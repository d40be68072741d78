//! What a new directory begins with.

use super::people::{CONTOSO, FABRIKAM, people};
use super::{Keys, Tenant};
use crate::guid;

/// Domain, display name and country of each tenant.
const TENANTS: [(&str, &str, &str); 2] = [(CONTOSO, "Contoso", "US"), (FABRIKAM, "Fabrikam", "DE")];

/// The two tenants with their people, each with new ids and with these keys.
pub(super) fn tenants(keys: [Keys; 2]) -> Vec<Tenant> {
    let tenant = |((domain, display_name, country), keys): ((&str, &str, &str), Keys)| Tenant {
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
        keys,
        artifact_resolution: false,
    };
    TENANTS.into_iter().zip(keys).map(tenant).collect()
}
