//! A person.

use serde_json::{Map, Value, json};

use super::super::body;
use super::super::query::Kind;
use crate::directory::{OnPremises, User};

/// What version 1.0 shows unasked (Microsoft: "user resource type", list users).
pub(in crate::server::graph) const UNASKED: &[&str] = &[
    "businessPhones",
    "displayName",
    "givenName",
    "id",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
];
pub(in crate::server::graph) const KIND: Kind = Kind {
    set: "users",
    name: "microsoft.graph.user",
    unasked: Some(UNASKED),
    contains: false,
    specimen: || shown(&User::new("a@b", "c")),
};

/// Properties that are plain texts of the profile, and the attributes that claims know them by.
pub(in crate::server::graph) const PROFILE: [(&str, &str); 17] = [
    ("ageGroup", "agegroup"),
    ("city", "city"),
    ("companyName", "companyname"),
    ("consentProvidedForMinor", "consentprovidedforminor"),
    ("country", "country"),
    ("department", "department"),
    ("employeeId", "employeeid"),
    ("employeeType", "employeetype"),
    ("faxNumber", "facsimiletelephonenumber"),
    ("jobTitle", "jobtitle"),
    ("mobilePhone", "mobilephone"),
    ("officeLocation", "officelocation"),
    ("postalCode", "postalcode"),
    ("preferredDataLocation", "preferreddatalocation"),
    ("preferredLanguage", "preferredlanguage"),
    ("state", "state"),
    ("streetAddress", "streetaddress"),
];

/// A user as Graph shows it.
pub(in crate::server::graph) fn shown(user: &User) -> Value {
    let attribute = |name: &str| user.profile.attributes.get(name);
    let premises = |field: fn(&OnPremises) -> &String| {
        let text = user.on_premises.as_ref().map(field);
        text.filter(|text| !text.is_empty())
    };
    let extensions: Map<String, Value> = (1..=15)
        .map(|number| {
            let values = user.profile.extension_attributes.get(&number.to_string());
            (
                format!("extensionAttribute{number}"),
                json!(values.and_then(|values| values.first())),
            )
        })
        .collect();
    let mut value = json!({
        "id": user.object_id,
        "deletedDateTime": null,
        "accountEnabled": user.enabled,
        "businessPhones": attribute("telephonenumber").into_iter().collect::<Vec<_>>(),
        "createdDateTime": body::written(user.created),
        "creationType": user.is_guest().then_some("Invitation"),
        "displayName": user.display_name,
        "externalUserState": user.is_guest().then_some("Accepted"),
        "givenName": user.given_name,
        "identities": [],
        "imAddresses": [],
        "mail": user.mail,
        "mailNickname": user.name,
        "onPremisesDistinguishedName": null,
        "onPremisesDomainName": premises(|known| &known.dns_domain_name),
        "onPremisesExtensionAttributes": extensions,
        "onPremisesImmutableId": premises(|known| &known.immutable_id),
        "onPremisesLastSyncDateTime": null,
        "onPremisesSamAccountName": premises(|known| &known.sam_account_name),
        "onPremisesSecurityIdentifier": premises(|known| &known.security_identifier),
        "onPremisesSyncEnabled": user.on_premises.is_some().then_some(true),
        "onPremisesUserPrincipalName": premises(|known| &known.user_principal_name),
        "otherMails": user.profile.other_mails,
        "passwordPolicies": null,
        "passwordProfile": null,
        "proxyAddresses": user.profile.proxy_addresses,
        "surname": user.surname,
        "usageLocation": attribute("usagelocation"),
        "userPrincipalName": user.user_principal_name,
        "userType": if user.is_guest() { "Guest" } else { "Member" },
    });
    for (name, key) in PROFILE {
        value[name] = json!(attribute(key));
    }
    value
}
