//! A group.

use serde_json::{Value, json};

use super::super::query::Kind;
use crate::directory::{Group, GroupKind};

pub(in crate::server::graph) const KIND: Kind = Kind {
    set: "groups",
    name: "microsoft.graph.group",
    unasked: None,
    contains: false,
    specimen: || shown(&Group::new("")),
};

/// A group as Graph shows it.
pub(in crate::server::graph) fn shown(group: &Group) -> Value {
    let mail = group.kind == GroupKind::Mail;
    let nickname: String = group
        .display_name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    let premises = group.on_premises.as_ref();
    json!({
        "id": group.object_id,
        "deletedDateTime": null,
        "classification": null,
        "createdDateTime": null,
        "description": Some(&group.description).filter(|text| !text.is_empty()),
        "displayName": group.display_name,
        "groupTypes": if mail { vec!["Unified"] } else { Vec::new() },
        "isAssignableToRole": null,
        "mail": null,
        "mailEnabled": mail,
        "mailNickname": nickname,
        "membershipRule": null,
        "onPremisesDomainName": premises.map(|known| &known.dns_domain_name),
        "onPremisesNetBiosName": premises.map(|known| &known.netbios_name),
        "onPremisesSamAccountName": premises.map(|known| &known.sam_account_name),
        "onPremisesSecurityIdentifier": premises.map(|known| &known.security_identifier),
        "onPremisesSyncEnabled": premises.map(|_| true),
        "proxyAddresses": [],
        "securityEnabled": !mail,
        "visibility": null,
    })
}
