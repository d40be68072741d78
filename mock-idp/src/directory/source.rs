//! The directory attributes that a claim may carry ("Source attribute").

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

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

/// One of the attributes that Azure offers as a claim's source, such as `user.mail` (Microsoft: "customize app SAML token
/// claims", "claims customization reference").
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Attribute(&'static str);

/// An attribute that Azure does not offer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no attribute `{0}`; write user.mail, user.userprincipalname, user.extensionattribute1, … as the portal lists them"
)]
pub struct UnknownAttribute(String);

impl Attribute {
    /// `user.userprincipalname`
    pub const USER_PRINCIPAL_NAME: Self = Self("user.userprincipalname");
    /// `user.mail`
    pub const MAIL: Self = Self("user.mail");
    /// `user.givenname`
    pub const GIVEN_NAME: Self = Self("user.givenname");
    /// `user.surname`
    pub const SURNAME: Self = Self("user.surname");
    /// `user.displayname`
    pub const DISPLAY_NAME: Self = Self("user.displayname");
    /// `user.objectid`
    pub const OBJECT_ID: Self = Self("user.objectid");
    /// `user.assignedroles`
    pub const ASSIGNED_ROLES: Self = Self("user.assignedroles");

    /// All of them, as the portal lists them.
    pub fn all() -> impl Iterator<Item = Self> {
        ALL.iter().copied().map(Self)
    }

    /// Its id, such as `user.mail`.
    pub fn id(self) -> &'static str {
        self.0
    }

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
        let (owner, name) = self.0.split_once('.').unwrap_or(("user", self.0));
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

impl FromStr for Attribute {
    type Err = UnknownAttribute;

    fn from_str(text: &str) -> Result<Self, UnknownAttribute> {
        let wanted = text.trim().to_ascii_lowercase();
        let known = ALL.iter().find(|id| **id == wanted);
        known
            .map(|id| Self(id))
            .ok_or_else(|| UnknownAttribute(text.chars().take(64).collect()))
    }
}

impl Serialize for Attribute {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.0)
    }
}

impl<'de> Deserialize<'de> for Attribute {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

const ALL: [&str; 62] = [
    "user.userprincipalname",
    "user.mail",
    "user.givenname",
    "user.surname",
    "user.displayname",
    "user.objectid",
    "user.assignedroles",
    "user.mailnickname",
    "user.department",
    "user.jobtitle",
    "user.companyname",
    "user.employeeid",
    "user.officelocation",
    "user.streetaddress",
    "user.city",
    "user.state",
    "user.postalcode",
    "user.country",
    "user.preferredlanguage",
    "user.preferreddatalocation",
    "user.telephonenumber",
    "user.mobilephone",
    "user.facsimiletelephonenumber",
    "user.othermail",
    "user.proxyaddresses",
    "user.usertype",
    "user.accountenabled",
    "user.creationtype",
    "user.createddatetime",
    "user.lastpasswordchangedatetime",
    "user.consentprovidedforminor",
    "user.onpremisessamaccountname",
    "user.netbiosname",
    "user.dnsdomainname",
    "user.onpremisesecurityidentifier",
    "user.onpremisesimmutableid",
    "user.onpremisesuserprincipalname",
    "user.onpremisesdomainname",
    "user.onpremisesyncenabled",
    "user.onpremisessyncenabled",
    "user.extensionattribute1",
    "user.extensionattribute2",
    "user.extensionattribute3",
    "user.extensionattribute4",
    "user.extensionattribute5",
    "user.extensionattribute6",
    "user.extensionattribute7",
    "user.extensionattribute8",
    "user.extensionattribute9",
    "user.extensionattribute10",
    "user.extensionattribute11",
    "user.extensionattribute12",
    "user.extensionattribute13",
    "user.extensionattribute14",
    "user.extensionattribute15",
    "user.agegroup",
    "user.hiredate",
    "user.employeetype",
    "application.displayname",
    "application.objectid",
    "application.tags",
    "company.tenantcountry",
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_attribute_is_read_back_from_its_id_and_stands_once() {
        let ids: HashSet<_> = Attribute::all().map(Attribute::id).collect();
        assert_eq!(ids.len(), ALL.len());
        for attribute in Attribute::all() {
            assert_eq!(attribute.id().to_uppercase().parse(), Ok(attribute));
        }
    }

    #[test]
    fn an_attribute_that_azure_lacks_is_refused_by_name() {
        let error = "user.shoesize".parse::<Attribute>().unwrap_err().to_string();
        assert!(error.contains("`user.shoesize`"), "{error}");
    }
}
