//! The directory attributes that a claim may carry ("Source attribute").

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

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
