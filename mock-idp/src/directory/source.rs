//! What the directory knows of a person under each attribute.

use super::attribute::Attribute;
use super::{Application, OnPremises, Tenant, User};

/// Whom the values are about.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// Whose directory it is.
    pub tenant: &'a Tenant,
    /// The application that is signed in to.
    pub application: &'a Application,
    /// Who signs in.
    pub user: &'a User,
}

impl Attribute {
    /// The values for this person; none where the directory knows none.
    pub fn values(self, subject: Subject<'_>) -> Vec<String> {
        let Subject {
            tenant,
            application,
            user,
        } = subject;
        let one = |value: &str| match value {
            "" => Vec::new(),
            value => vec![value.to_owned()],
        };
        let (owner, name) = self.id().split_once('.').unwrap_or(("user", self.id()));
        match (owner, name) {
            ("application", "displayname") => one(&application.display_name),
            ("application", "objectid") => one(&application.object_id),
            ("application", "tags") => application.tags.first().map_or_else(Vec::new, |tag| one(tag)),
            ("company", "tenantcountry") => one(&tenant.country),
            (_, "assignedroles") => tenant.roles_of(user, application),
            (_, "givenname") => user.given_name.iter().cloned().collect(),
            (_, "surname") => user.surname.iter().cloned().collect(),
            (_, "mail") => user.mail.iter().cloned().collect(),
            (_, "userprincipalname") => one(&user.user_principal_name),
            (_, "displayname") => one(&user.display_name),
            (_, "objectid") => one(&user.object_id),
            (_, "mailnickname") => one(&user.name),
            (_, "usertype") => one(if user.is_guest() { "Guest" } else { "Member" }),
            (_, "accountenabled") => one(if user.enabled { "True" } else { "False" }),
            (_, "createddatetime") => one(&saml::instant::format(user.created)),
            (_, "othermail") => user
                .profile
                .other_mails
                .first()
                .map_or_else(Vec::new, |mail| one(mail)),
            (_, "proxyaddresses") => user.profile.proxy_addresses.clone(),
            (_, "onpremisesyncenabled" | "onpremisessyncenabled") => one(if user.on_premises.is_some() {
                "True"
            } else {
                "False"
            }),
            (_, name) => match name.strip_prefix("extensionattribute") {
                Some(number) => {
                    let values = user.profile.extension_attributes.get(number);
                    values.cloned().unwrap_or_default()
                }
                None => match (on_premises(name), &user.on_premises) {
                    (Some(field), Some(known)) => one(field(known)),
                    (Some(_), None) => Vec::new(),
                    (None, _) => user
                        .profile
                        .attributes
                        .get(name)
                        .map_or_else(Vec::new, |value| one(value)),
                },
            },
        }
    }
}

fn on_premises(name: &str) -> Option<fn(&OnPremises) -> &str> {
    Some(match name {
        "onpremisessamaccountname" => |known| &known.sam_account_name,
        "netbiosname" => |known| &known.netbios_name,
        "dnsdomainname" => |known| &known.dns_domain_name,
        "onpremisesecurityidentifier" => |known| &known.security_identifier,
        "onpremisesimmutableid" => |known| &known.immutable_id,
        "onpremisesuserprincipalname" => |known| &known.user_principal_name,
        _ => return None,
    })
}
