//! Claim types that nobody may configure (Microsoft: "claims customization reference", restricted SAML claims).

use crate::directory::{Attribute, Claim, Value};

/// Exact names.
const NAMES: &[&str] = &[
    "http://schemas.microsoft.com/2014/03/psso",
    "http://schemas.microsoft.com/claims/authnmethodsreferences",
    "http://schemas.microsoft.com/claims/groups.link",
    "http://schemas.xmlsoap.org/ws/2009/09/identity/claims/actor",
];
/// A family, and the last parts of names in it; a `*` at the end stands for anything.
const FAMILIES: &[(&str, &[&str])] = &[
    (
        "http://schemas.microsoft.com/identity/claims/",
        &[
            "accesstoken",
            "acct",
            "agegroup",
            "aio",
            "identityprovider",
            "objectidentifier",
            "openid2_id",
            "puid",
            "scope",
            "tenantid",
            "xms_et",
        ],
    ),
    (
        "http://schemas.microsoft.com/ws/2008/06/identity/claims/",
        &[
            "authenticationinstant",
            "authenticationmethod",
            "confirmationkey",
            "denyonly*",
            "expiration",
            "expired",
            "groups",
            "groupsid",
            "ispersistent",
            "primarygroupsid",
            "primarysid",
            "role",
            "samlissuername",
            "wids",
            "windows*",
        ],
    ),
    (
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/",
        &[
            "authentication",
            "authorizationdecision",
            "denyonlysid",
            "privatepersonalidentifier",
            "sid",
            "spn",
            "upn",
            "x500distinguishedname",
        ],
    ),
];
/// Last parts of names that an application with a certificate of its own may configure.
const FREED: [&str; 7] = [
    "windowsaccountname",
    "primarysid",
    "primarygroupsid",
    "sid",
    "x500distinguishedname",
    "upn",
    "role",
];

/// Whether Azure refuses a claim of this name. An application that signs with a certificate of its own may have some
/// that others may not.
pub fn is_restricted(wire_name: &str, own_certificate: bool) -> bool {
    let last = wire_name.rsplit('/').next().unwrap_or(wire_name);
    let listed = NAMES.contains(&wire_name)
        || (wire_name.contains("devicecontext/claims/")
            && ["ismanaged", "isknown", "iscompliant"].contains(&last))
        || FAMILIES.iter().any(|(family, names)| {
            let rest = wire_name.strip_prefix(family);
            rest.is_some_and(|rest| names.iter().any(|name| fits(name, rest)))
        });
    listed && !(own_certificate && FREED.contains(&last))
}

/// Whether this claim is refused. The roles of the application may stand under Azure's name for them.
pub(super) fn is_refused(claim: &Claim, own_certificate: bool) -> bool {
    let name = claim.wire_name();
    let roles = name == super::written::ROLE && claim.value == Value::Attribute(Attribute::ASSIGNED_ROLES);
    !roles && is_restricted(&name, own_certificate)
}

fn fits(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    }
}
