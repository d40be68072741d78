//! One organisation.

use super::{Application, Keys, User};

/// One organisation with its people, its applications and its signing keys.
#[derive(Clone)]
pub struct Tenant {
    /// The tenant id, a GUID.
    pub id: String,
    /// Its verified domain, which may stand for the id in URLs.
    pub domain: String,
    /// The organisation's name, as people read it.
    pub display_name: String,
    /// The people in it.
    pub users: Vec<User>,
    /// The applications that its administrator set up.
    pub applications: Vec<Application>,
    /// The keys that sign for every application that has none of its own.
    pub keys: Keys,
}

impl Tenant {
    /// The identity provider's entity ID, `https://sts.windows.net/<tenant id>/` with its trailing slash.
    pub fn entity_id(&self) -> String {
        format!("https://sts.windows.net/{}/", self.id)
    }

    /// The user of that name: alice, attacker, victim, outsider.
    pub fn user(&self, name: &str) -> Option<&User> {
        self.users.iter().find(|user| user.name == name)
    }

    /// The user who signs in with this account name; case does not matter.
    pub fn account(&self, user_principal_name: &str) -> Option<&User> {
        self.users
            .iter()
            .find(|user| user.user_principal_name.eq_ignore_ascii_case(user_principal_name))
    }

    /// The application that a request's Issuer means: an Identifier, compared exactly, or the application id.
    pub fn application(&self, issuer: &str) -> Option<&Application> {
        self.applications.iter().find(|application| {
            application.app_id == issuer
                || application
                    .identifiers
                    .iter()
                    .any(|identifier| identifier == issuer)
        })
    }

    /// The keys that sign for this application: its own, or the tenant's.
    pub fn keys_of<'a>(&'a self, application: &'a Application) -> &'a Keys {
        application.keys.as_ref().unwrap_or(&self.keys)
    }

    pub(super) fn is(&self, id_or_domain: &str) -> bool {
        self.id.eq_ignore_ascii_case(id_or_domain) || self.domain.eq_ignore_ascii_case(id_or_domain)
    }
}
