//! Those who can be members or be assigned: users and groups.

use crate::directory::{Group, GroupKind, Principal, Tenant};

/// The user or group with this object id.
pub(crate) fn principal(tenant: &Tenant, id: &str) -> Option<Principal> {
    let user = tenant
        .user_by_id(id)
        .map(|user| Principal::User(user.object_id.clone()));
    user.or_else(|| {
        let mut groups = real_groups(tenant);
        let group = groups.find(|group| group.object_id.eq_ignore_ascii_case(id))?;
        Some(Principal::Group(group.object_id.clone()))
    })
}

/// The name of a user or group, and what it is.
pub(crate) fn named(tenant: &Tenant, principal: &Principal) -> (String, &'static str) {
    match principal {
        Principal::User(id) => {
            let user = tenant.user_by_id(id);
            (
                user.map_or_else(|| id.clone(), |user| user.display_name.clone()),
                "User",
            )
        }
        Principal::Group(id) => {
            let group = tenant.group(id);
            (
                group.map_or_else(|| id.clone(), |group| group.display_name.clone()),
                "Group",
            )
        }
    }
}

/// The groups that are no directory roles.
pub(crate) fn real_groups(tenant: &Tenant) -> impl Iterator<Item = &Group> {
    let is_role = |group: &&Group| matches!(group.kind, GroupKind::DirectoryRole(_));
    tenant.groups.iter().filter(move |group| !is_role(group))
}
