//! What an administrator of the directory configures: tenants, users, applications and their keys.

mod application;
mod keys;
mod store;
mod tenant;
mod user;

pub use application::{Application, Claim, ReplyUrl, Signing, SigningOption, Source};
pub use keys::Keys;
pub use store::StoreError;
pub use tenant::Tenant;
pub use user::User;

/// The domain of the tenant that the service provider trusts.
pub const CONTOSO: &str = "contoso.example";
/// The domain of the other tenant: real keys, the wrong people.
pub const FABRIKAM: &str = "fabrikam.example";

/// Every tenant that the mock identity provider serves.
#[derive(Clone)]
pub struct Directory {
    /// The tenants; the first is the default.
    pub tenants: Vec<Tenant>,
}

impl Directory {
    /// The tenant named by its id or its domain, in any case.
    pub fn tenant(&self, id_or_domain: &str) -> Option<&Tenant> {
        self.tenants.iter().find(|tenant| tenant.is(id_or_domain))
    }

    /// The same, to change it.
    pub fn tenant_mut(&mut self, id_or_domain: &str) -> Option<&mut Tenant> {
        self.tenants.iter_mut().find(|tenant| tenant.is(id_or_domain))
    }

    /// The tenant of alice, attacker and victim, which the service provider trusts.
    ///
    /// # Panics
    ///
    /// Where somebody removed it from [`Directory::tenants`].
    pub fn contoso(&self) -> &Tenant {
        self.tenant(CONTOSO)
            .expect("every directory is made with this tenant")
    }

    /// The tenant of outsider.
    ///
    /// # Panics
    ///
    /// Where somebody removed it from [`Directory::tenants`].
    pub fn fabrikam(&self) -> &Tenant {
        self.tenant(FABRIKAM)
            .expect("every directory is made with this tenant")
    }

    /// The user of that name, in whichever tenant, with the tenant.
    pub fn user(&self, name: &str) -> Option<(&Tenant, &User)> {
        self.tenants
            .iter()
            .find_map(|tenant| Some((tenant, tenant.user(name)?)))
    }
}
