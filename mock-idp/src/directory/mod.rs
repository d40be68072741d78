//! What an administrator of the directory configures: tenants, users, groups, applications, policies and keys.
//!
//! [`Directory`] is plain data. [`Shared`] is the one that a server serves and others change; what is changed through it is
//! kept in a state folder where it was opened with one.

mod access;
mod application;
mod attribute;
mod certificate;
mod claim;
mod group;
mod keys;
mod people;
mod policy;
mod rules;
mod secret;
mod seed;
mod shared;
mod source;
mod store;
mod tenant;
mod user;

pub use access::{AppRole, Assignment, DEFAULT_ACCESS, Principal};
pub use application::{
    Application, ConditionalAccess, ReplyUrl, Signing, SigningOption, SsoMode, Verification,
};
pub use attribute::Attribute;
pub use certificate::{PublicCertificate, SigningCertificate};
pub use claim::{
    Claim, Condition, GroupClaims, GroupFilter, GroupValue, Matches, NameFormat, NameIdClaim, On,
    Replacement, Transformation, UserKind, Value, WhichGroups,
};
pub use group::{Group, GroupKind, GroupOnPremises};
pub use keys::{Keys, SigningKeys};
pub use people::{CONTOSO, FABRIKAM};
pub use policy::{Policy, PolicyKind};
pub use rules::RuleError;
#[cfg(feature = "server")]
pub(crate) use rules::name as check_name;
pub use secret::ClientSecret;
pub use shared::{ChangeError, Shared};
pub use source::Subject;
pub use store::{ImportError, StoreError, make_state_folder};
pub use tenant::Tenant;
pub use user::{AuthMethod, Guest, OnPremises, Profile, SignInState, StrongAuthentication, User, UserType};

use crate::gallery::Template;

/// Every tenant that the mock identity provider serves.
#[derive(Clone)]
pub struct Directory {
    /// The tenants; the first is the default.
    pub tenants: Vec<Tenant>,
    /// The gallery's templates that were imported or written; those that come along are in [`crate::gallery::builtin`].
    pub templates: Vec<Template>,
}

impl Directory {
    /// The template with this id or name, in any case: of those that were imported before those that come along.
    pub fn template(&self, id_or_name: &str) -> Option<Template> {
        let is = |template: &Template| {
            template.id.eq_ignore_ascii_case(id_or_name) || template.name.eq_ignore_ascii_case(id_or_name)
        };
        let own = self.templates.iter().find(|template| is(template)).cloned();
        own.or_else(|| {
            crate::gallery::builtin()
                .iter()
                .find(|template| is(template))
                .cloned()
        })
    }

    /// The gallery: templates that were imported or written, then those that come along and that none of them replaces.
    pub fn gallery(&self) -> impl Iterator<Item = &Template> {
        let own = |template: &&Template| self.templates.iter().any(|other| other.id == template.id);
        let along = crate::gallery::builtin()
            .iter()
            .filter(move |template| !own(template));
        self.templates.iter().chain(along)
    }

    /// Keeps a template, in the place of the one with its id where there is one. True where there was.
    pub fn put_template(&mut self, template: Template) -> bool {
        match self.templates.iter_mut().find(|known| known.id == template.id) {
            Some(known) => {
                *known = template;
                true
            }
            None => {
                self.templates.push(template);
                false
            }
        }
    }

    /// The tenant named by its id or one of its domains, in any case.
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

    /// The tenant and the application with this application id, in whichever tenant.
    pub fn application(&self, app_id: &str) -> Option<(&Tenant, &Application)> {
        self.tenants.iter().find_map(|tenant| {
            let known = tenant
                .applications
                .iter()
                .find(|known| known.app_id.eq_ignore_ascii_case(app_id));
            Some((tenant, known?))
        })
    }
}
