//! One organisation.

use std::collections::HashSet;

use jiff::Timestamp;
use saml::SpMetadata;
use saml::key::SigningKey;

use super::{
    AppRole, Application, Assignment, DEFAULT_ACCESS, Group, GroupKind, Keys, Policy, Principal, SigningKeys,
    User, people,
};

/// One organisation with its people, its applications and its signing keys.
#[derive(Clone)]
pub struct Tenant {
    /// The tenant id, a GUID.
    pub id: String,
    /// Its default domain, which may stand for the id in URLs.
    pub domain: String,
    /// Its other verified domains.
    pub domains: Vec<String>,
    /// The organisation's name, as people read it.
    pub display_name: String,
    /// Its country, two letters (`company.tenantcountry`).
    pub country: String,
    /// The people in it.
    pub users: Vec<User>,
    /// Groups and directory roles.
    pub groups: Vec<Group>,
    /// The applications that its administrator set up.
    pub applications: Vec<Application>,
    /// Policies that Graph made.
    pub policies: Vec<Policy>,
    /// The keys that sign for every application that has none of its own.
    pub keys: Keys,
    /// Whether its metadata names where artifacts are exchanged for messages (HTTP-Artifact). Azure AD has no such service, and none
    /// is named unless somebody asks for it; it is not kept with the directory.
    pub artifact_resolution: bool,
}

impl Tenant {
    /// The identity provider's entity ID, `https://sts.windows.net/<tenant id>/` with its trailing slash.
    pub fn entity_id(&self) -> String {
        format!("https://sts.windows.net/{}/", self.id)
    }

    /// Whether the tenant owns this domain; case does not matter.
    pub fn owns(&self, domain: &str) -> bool {
        let mut all = std::iter::once(&self.domain).chain(&self.domains);
        all.any(|owned| owned.eq_ignore_ascii_case(domain))
    }

    /// The user of that mail nickname: alice, attacker, victim, outsider.
    pub fn user(&self, name: &str) -> Option<&User> {
        self.users.iter().find(|user| user.name == name)
    }

    /// The user with this object id.
    pub fn user_by_id(&self, object_id: &str) -> Option<&User> {
        self.users
            .iter()
            .find(|user| user.object_id.eq_ignore_ascii_case(object_id))
    }

    /// The user who signs in with this account name; case does not matter.
    pub fn account(&self, user_principal_name: &str) -> Option<&User> {
        self.users
            .iter()
            .find(|user| user.user_principal_name.eq_ignore_ascii_case(user_principal_name))
    }

    /// The group with this object id.
    pub fn group(&self, object_id: &str) -> Option<&Group> {
        self.groups
            .iter()
            .find(|group| group.object_id.eq_ignore_ascii_case(object_id))
    }

    /// The application that a request's Issuer means: an Identifier, compared exactly, or the application id.
    pub fn application(&self, issuer: &str) -> Option<&Application> {
        self.applications
            .iter()
            .find(|application| application.is_named(issuer))
    }

    /// The application with this application id, object id or service principal id.
    pub fn application_by_id(&self, id: &str) -> Option<&Application> {
        self.applications.iter().find(|known| has_id(known, id))
    }

    /// The same, to change it.
    pub fn application_by_id_mut(&mut self, id: &str) -> Option<&mut Application> {
        self.applications.iter_mut().find(|known| has_id(known, id))
    }

    /// The keys that sign for this application: its own active certificate's, or the tenant's. Of its own, an expired active
    /// one gives way to a valid inactive one; where there is none, the expired one signs on.
    pub fn keys_of<'a>(&'a self, application: &'a Application) -> SigningKeys<'a> {
        let now = Timestamp::now();
        let held: Vec<(&SigningKey, bool, bool)> = application
            .certificates
            .iter()
            .filter_map(|own| Some((own.key.as_ref()?, own.active, own.is_expired(now))))
            .collect();
        let active = held.iter().find(|(_, active, _)| *active).or(held.first());
        let valid = held.iter().find(|(_, _, expired)| !expired);
        match active {
            None => self.keys.as_signing(),
            Some((key, _, expired)) => SigningKeys {
                active: match (expired, valid) {
                    (true, Some((valid, ..))) => valid,
                    _ => key,
                },
                published: held.iter().map(|(key, ..)| *key).collect(),
            },
        }
    }

    /// The groups that this user is in: directly, or by groups within groups too.
    pub fn groups_of(&self, user: &User, nested: bool) -> Vec<&Group> {
        let mut reached: HashSet<&str> = HashSet::new();
        let mut wanted = vec![user.object_id.as_str()];
        while let Some(member) = wanted.pop() {
            for group in &self.groups {
                let holds = group.members.iter().any(|of| of.id() == member);
                if holds && reached.insert(&group.object_id) && nested {
                    wanted.push(&group.object_id);
                }
            }
        }
        self.groups
            .iter()
            .filter(|group| reached.contains(group.object_id.as_str()))
            .collect()
    }

    /// The assignments by which this user may use the application: the user's own, and those of groups that the user is a
    /// direct member of. Nested groups do not count.
    pub fn assignments_of<'a>(&'a self, user: &User, application: &'a Application) -> Vec<&'a Assignment> {
        let by_group = |assignment: &Assignment| matches!(assignment.principal, Principal::Group(_));
        let direct = match application.assignments.iter().any(by_group) {
            true => self.groups_of(user, false),
            false => Vec::new(),
        };
        let holds = |assignment: &&Assignment| match &assignment.principal {
            Principal::User(id) => id == &user.object_id,
            Principal::Group(id) => direct.iter().any(|group| &group.object_id == id),
        };
        application.assignments.iter().filter(holds).collect()
    }

    /// The values of the application roles assigned to this user, each once, in the order of the application's roles.
    pub fn roles_of(&self, user: &User, application: &Application) -> Vec<String> {
        let assignments = self.assignments_of(user, application);
        let given =
            |role: &&AppRole| role.enabled && assignments.iter().any(|assignment| assignment.role == role.id);
        let values = application.app_roles.iter().filter(given);
        values.filter_map(|role| role.value.clone()).collect()
    }

    /// Assigns somebody to an application; an assignment that is there already stays. None where there is no such application.
    pub fn assign(&mut self, app: &str, principal: Principal, role: Option<&str>) -> Option<Assignment> {
        let role = role.unwrap_or(DEFAULT_ACCESS);
        let application = self.application_by_id_mut(app)?;
        let same = |known: &&Assignment| known.principal == principal && known.role == role;
        if let Some(known) = application.assignments.iter().find(same) {
            return Some(known.clone());
        }
        let assignment = Assignment::new(principal, role);
        application.assignments.push(assignment.clone());
        Some(assignment)
    }

    /// The application of a service provider under test: made from its metadata, in place of any that has the same
    /// Identifier, for everybody, and with a role for each of the built-in people: `user`, or `admin` for the victim.
    pub fn adopt(&mut self, metadata: &SpMetadata) -> &Application {
        self.applications
            .retain(|known| !known.is_named(&metadata.entity_id));
        let mut application = Application::from_sp_metadata(metadata);
        application.app_roles = ["user", "admin"]
            .map(|value| {
                let id = crate::guid::derived(&format!("{} {value}", application.app_id));
                AppRole::new(id, value, Some(value))
            })
            .to_vec();
        for user in &self.users {
            let role = people::role(&user.name).and_then(|value| {
                let mut roles = application.app_roles.iter();
                roles.find(|role| role.value.as_deref() == Some(value))
            });
            if let Some(role) = role {
                let principal = Principal::User(user.object_id.clone());
                application.assignments.push(Assignment::new(principal, &role.id));
            }
        }
        self.applications.push(application);
        self.applications.last().expect("one was pushed just now")
    }

    /// Sets a new application up as its template says. An Identifier that the template fixes, and that another application has
    /// already, is left for the administrator to type.
    pub fn dress(&self, application: &mut Application, template: &crate::gallery::Template) {
        template.dress(application);
        if self.check_application(application).is_err() {
            application.identifiers.clear();
        }
    }

    /// Takes a user or group out of every group and every assignment.
    pub fn forget(&mut self, object_id: &str) {
        for group in &mut self.groups {
            group.members.retain(|member| member.id() != object_id);
        }
        for application in &mut self.applications {
            application
                .assignments
                .retain(|assignment| assignment.principal.id() != object_id);
        }
    }

    /// The template ids of the directory roles that this user has.
    pub fn directory_roles_of(&self, user: &User) -> Vec<String> {
        let roles = self.groups_of(user, true).into_iter();
        roles
            .filter_map(|group| match &group.kind {
                GroupKind::DirectoryRole(template) => Some(template.clone()),
                _ => None,
            })
            .collect()
    }

    pub(super) fn is(&self, id_or_domain: &str) -> bool {
        self.id.eq_ignore_ascii_case(id_or_domain) || self.owns(id_or_domain)
    }
}

fn has_id(application: &Application, id: &str) -> bool {
    [
        &application.app_id,
        &application.object_id,
        &application.service_principal_id,
    ]
    .iter()
    .any(|known| known.eq_ignore_ascii_case(id))
}
