//! The directory as one readable TOML file: what a team commits next to its tests. No private key is in it.

use jiff::Timestamp;
use saml::key::SigningKey;
use serde::{Deserialize, Serialize};

use crate::directory::{
    Application, Directory, Group, Keys, Policy, RuleError, SigningCertificate, Tenant, User,
};
use crate::gallery::{Template, TemplateError};
use crate::guid;

const VERSION: u32 = 1;
const HEADER: &str = "\
# The directory of a samlitmus mock identity provider: `samlitmus idp export` wrote it, `samlitmus idp import FILE` reads it.
# Passwords in it protect nothing. Private keys are not in it: whoever imports it keeps the keys that are at hand, and is
# given new ones for the rest.

";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    tenants: Vec<Portable>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    templates: Vec<Template>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Portable {
    id: String,
    domain: String,
    #[serde(default)]
    domains: Vec<String>,
    display_name: String,
    #[serde(default)]
    country: String,
    #[serde(default)]
    users: Vec<User>,
    #[serde(default)]
    groups: Vec<Group>,
    #[serde(default)]
    policies: Vec<Policy>,
    #[serde(default)]
    applications: Vec<Application>,
}

/// Why a file is no directory.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Not the TOML of a directory.
    #[error("this is not a directory that `samlitmus idp export` wrote: {0}")]
    Toml(#[from] toml::de::Error),
    /// A file of another version.
    #[error("this file has version {0}, and version {VERSION} is read; export it anew")]
    Version(u32),
    /// Something that Azure would not let anybody write.
    #[error("{whose}: {rule}")]
    Rule {
        /// The user or application.
        whose: String,
        /// What is wrong with it.
        rule: RuleError,
    },
    /// Ids that are none, or that stand twice.
    #[error("the id `{0}` is no GUID, or stands more than once")]
    Id(String),
    /// No tenant.
    #[error("the file has no tenant")]
    Empty,
    /// A template of the gallery that is none.
    #[error("a template of the gallery cannot be used: {0}")]
    Template(#[from] TemplateError),
    /// OpenSSL made no key.
    #[error("cannot make a signing key: {0}; check the machine's OpenSSL")]
    Key(#[from] saml::key::KeyError),
}

impl Directory {
    /// The whole directory as TOML, without private keys.
    pub fn to_toml(&self) -> String {
        let document = Document {
            version: VERSION,
            tenants: self.tenants.iter().map(portable).collect(),
            templates: self.templates.clone(),
        };
        let text =
            toml::to_string_pretty(&document).expect("everything in the directory has string keys only");
        format!("{HEADER}{text}")
    }

    /// Takes the place of what is here with what a file says that [`Directory::to_toml`] wrote. Keys whose certificates it names
    /// are kept where they are at hand; for the others new ones are made. A file that breaks a rule changes nothing.
    ///
    /// # Errors
    ///
    /// Not such a file, or one with values that Azure would refuse.
    pub fn import(&mut self, text: &str) -> Result<(), ImportError> {
        let document: Document = toml::from_str(text)?;
        if document.version != VERSION {
            return Err(ImportError::Version(document.version));
        }
        let mut tenants = Vec::new();
        for portable in document.tenants {
            tenants.push(self.restore(portable)?);
        }
        check(&tenants)?;
        for (at, template) in document.templates.iter().enumerate() {
            template.check()?;
            if document.templates[..at]
                .iter()
                .any(|other| other.id == template.id)
            {
                return Err(ImportError::Id(template.id.clone()));
            }
        }
        self.tenants = tenants;
        self.templates = document.templates;
        Ok(())
    }

    fn restore(&self, portable: Portable) -> Result<Tenant, ImportError> {
        let known = self.tenants.iter().find(|tenant| tenant.id == portable.id);
        let keys = match known {
            Some(tenant) => tenant.keys.clone(),
            None => Keys::generate(Timestamp::now())?,
        };
        let mut tenant = Tenant {
            id: portable.id,
            domain: portable.domain,
            domains: portable.domains,
            display_name: portable.display_name,
            country: portable.country,
            users: portable.users,
            groups: portable.groups,
            applications: portable.applications,
            policies: portable.policies,
            keys,
            artifact_resolution: known.is_some_and(|tenant| tenant.artifact_resolution),
        };
        for certificate in tenant
            .applications
            .iter_mut()
            .flat_map(|known| &mut known.certificates)
        {
            certificate.key = self.key(&certificate.certificate.thumbprint_sha1());
            if certificate.key.is_none() {
                *certificate = SigningCertificate {
                    key_id: certificate.key_id.clone(),
                    active: certificate.active,
                    ..SigningCertificate::generate(
                        certificate.certificate.subject_cn().as_deref(),
                        Timestamp::now(),
                        None,
                    )?
                };
            }
        }
        Ok(tenant)
    }

    fn key(&self, thumbprint: &str) -> Option<SigningKey> {
        let applications = self.tenants.iter().flat_map(|tenant| &tenant.applications);
        let mut held = applications
            .flat_map(|known| &known.certificates)
            .filter_map(|certificate| certificate.key.as_ref());
        held.find(|key| key.certificate().thumbprint_sha1() == thumbprint)
            .cloned()
    }
}

fn portable(tenant: &Tenant) -> Portable {
    Portable {
        id: tenant.id.clone(),
        domain: tenant.domain.clone(),
        domains: tenant.domains.clone(),
        display_name: tenant.display_name.clone(),
        country: tenant.country.clone(),
        users: tenant.users.clone(),
        groups: tenant.groups.clone(),
        policies: tenant.policies.clone(),
        applications: tenant.applications.clone(),
    }
}

/// Ids are GUIDs and stand once; users and applications keep Azure's rules.
fn check(tenants: &[Tenant]) -> Result<(), ImportError> {
    if tenants.is_empty() {
        return Err(ImportError::Empty);
    }
    let mut seen = std::collections::HashSet::new();
    for tenant in tenants {
        let own = std::iter::once(&tenant.id);
        let users = tenant.users.iter().map(|user| &user.object_id);
        let groups = tenant.groups.iter().map(|group| &group.object_id);
        let applications = tenant
            .applications
            .iter()
            .flat_map(|known| [&known.app_id, &known.object_id, &known.service_principal_id]);
        let policies = tenant.policies.iter().map(|policy| &policy.id);
        for id in own.chain(users).chain(groups).chain(applications).chain(policies) {
            if !guid::is_guid(id) || !seen.insert(id.to_ascii_lowercase()) {
                return Err(ImportError::Id(id.clone()));
            }
        }
        for user in &tenant.users {
            tenant.check_user(user).map_err(|rule| ImportError::Rule {
                whose: user.user_principal_name.clone(),
                rule,
            })?;
        }
        for application in &tenant.applications {
            tenant
                .check_application(application)
                .map_err(|rule| ImportError::Rule {
                    whose: application.display_name.clone(),
                    rule,
                })?;
        }
    }
    Ok(())
}
