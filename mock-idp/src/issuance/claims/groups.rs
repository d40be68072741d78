//! Group claims (Microsoft: "configure group claims for applications").

use saml::assertion::Attribute;

use super::transformation;
use super::written::{ROLE, WS08, plain};
use crate::directory::{
    Group, GroupClaims, GroupFilter, GroupKind, GroupOnPremises, GroupValue, Principal, WhichGroups,
};
use crate::issuance::SignIn;

/// Azure's name for it.
pub(super) const GROUPS: &str = "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups";
/// So many groups an assertion may list.
const MOST: usize = 150;
/// So many groups a filter looks at.
const FILTERED: usize = 1_000;

/// What becomes of a person's groups.
#[derive(Default)]
pub(super) struct Claims {
    /// Attributes that follow the display name.
    pub(super) claims: Vec<Attribute>,
    /// What stands in the role claim in place of application roles.
    pub(super) roles: Option<Vec<String>>,
}

/// The claims by the application's configuration.
pub(super) fn claims(sign_in: &SignIn<'_>) -> Claims {
    let Some(config) = &sign_in.application.group_claims else {
        return Claims::default();
    };
    let mut out = Claims::default();
    if config.groups != WhichGroups::DirectoryRoles {
        match listed(config, sign_in) {
            None => {
                out.claims.push(link(sign_in));
                out.roles = config.emit_as_roles.then(Vec::new);
            }
            Some(values) if config.emit_as_roles => out.roles = Some(values),
            Some(values) if values.is_empty() => {}
            Some(values) => out.claims.push(plain(&name(config), values)),
        }
    }
    if matches!(config.groups, WhichGroups::All | WhichGroups::DirectoryRoles) {
        let roles = sign_in.tenant.directory_roles_of(sign_in.user);
        if !roles.is_empty() {
            out.claims.push(plain(&format!("{WS08}/wids"), roles));
        }
    }
    out
}

/// The name of the attribute.
pub(super) fn name(config: &GroupClaims) -> String {
    if config.emit_as_roles {
        return ROLE.to_owned();
    }
    let name = config.name.as_deref().filter(|name| !name.is_empty());
    let namespace = config
        .namespace
        .as_deref()
        .filter(|namespace| !namespace.is_empty());
    match (namespace, name) {
        (None, None) => GROUPS.to_owned(),
        (None, Some(name)) => name.to_owned(),
        (Some(namespace), name) => {
            format!("{}/{}", namespace.trim_end_matches('/'), name.unwrap_or("groups"))
        }
    }
}

/// The values; none where they are too many.
fn listed(config: &GroupClaims, sign_in: &SignIn<'_>) -> Option<Vec<String>> {
    let groups = chosen(config.groups, sign_in);
    let groups: Vec<&Group> = match &config.filter {
        Some(_) if groups.len() > FILTERED => return None,
        Some(filter) => groups.into_iter().filter(|group| passes(filter, group)).collect(),
        None => groups,
    };
    if groups.len() > MOST {
        return None;
    }
    let value = |group: &&Group| {
        let value = value(config, group)?;
        match &config.replace {
            Some(replace) => transformation::replaced(replace, &value, &|_| None),
            None => Some(value),
        }
    };
    Some(
        groups
            .iter()
            .filter_map(value)
            .filter(|value| !value.is_empty())
            .collect(),
    )
}

fn chosen<'a>(which: WhichGroups, sign_in: &SignIn<'a>) -> Vec<&'a Group> {
    let direct = which == WhichGroups::Assigned;
    let assigned = |group: &Group| {
        let mut all = sign_in.application.assignments.iter();
        all.any(|assignment| matches!(&assignment.principal, Principal::Group(id) if *id == group.object_id))
    };
    let wanted = |group: &&Group| match (&group.kind, which) {
        (GroupKind::DirectoryRole(_), _) | (_, WhichGroups::DirectoryRoles) => false,
        (_, WhichGroups::All) => true,
        (kind, WhichGroups::Security) => *kind == GroupKind::Security,
        (_, WhichGroups::Assigned) => assigned(group),
    };
    let groups = sign_in.tenant.groups_of(sign_in.user, !direct);
    groups.into_iter().filter(wanted).collect()
}

fn passes(filter: &GroupFilter, group: &Group) -> bool {
    let text = match (filter.sam_account_name, &group.on_premises) {
        (false, _) => &group.display_name,
        (true, Some(known)) => &known.sam_account_name,
        (true, None) => return false,
    };
    filter.how.holds(text, &filter.text)
}

/// What stands for a group. One of the cloud has nothing of the premises, but its name may take the place of that.
fn value(config: &GroupClaims, group: &Group) -> Option<String> {
    let of: fn(&GroupOnPremises) -> String = match config.value {
        GroupValue::ObjectId => return Some(group.object_id.clone()),
        GroupValue::CloudDisplayName => |known| known.sam_account_name.clone(),
        GroupValue::SamAccountName => |known| known.sam_account_name.clone(),
        GroupValue::NetbiosAndSam => |known| format!("{}\\{}", known.netbios_name, known.sam_account_name),
        GroupValue::DnsAndSam => |known| format!("{}\\{}", known.dns_domain_name, known.sam_account_name),
        GroupValue::SecurityIdentifier => |known| known.security_identifier.clone(),
    };
    let by_name = config.cloud_display_names || config.value == GroupValue::CloudDisplayName;
    match &group.on_premises {
        Some(known) => Some(of(known)),
        None => by_name.then(|| group.display_name.clone()),
    }
}

/// Where to ask for them, in place of too many.
fn link(sign_in: &SignIn<'_>) -> Attribute {
    let (tenant, user) = (&sign_in.tenant.id, &sign_in.user.object_id);
    plain(
        "http://schemas.microsoft.com/claims/groups.link",
        vec![format!(
            "https://graph.windows.net/{tenant}/users/{user}/getMemberObjects"
        )],
    )
}
