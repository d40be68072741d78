//! "Group claims".

use mock_idp::directory::{
    Group, GroupClaims, GroupFilter, GroupKind, GroupOnPremises, GroupValue, Matches, Principal, Replacement,
    WhichGroups,
};
use mock_idp::issuance::{attributes, check_claims};
use mock_idp::{Application, Tenant};
use saml::assertion::Attribute;

use super::{alice, tenant, values};

pub(super) const GROUPS: &str = "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups";
const LINK: &str = "http://schemas.microsoft.com/claims/groups.link";
const WIDS: &str = "http://schemas.microsoft.com/ws/2008/06/identity/claims/wids";
const ROLE: &str = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role";

pub(super) fn config(groups: WhichGroups) -> GroupClaims {
    GroupClaims {
        groups,
        value: GroupValue::default(),
        filter: None,
        name: None,
        namespace: None,
        emit_as_roles: false,
        replace: None,
        cloud_display_names: false,
    }
}

/// Alice is in `cloud`, in `premises`, in the mail group `mail` and in a directory role; `premises` is in `outer`. `premises`
/// and `outer` are assigned to the application.
fn stage(config: GroupClaims) -> Tenant {
    let mut tenant = tenant().clone();
    let alice = Principal::User(tenant.user("alice").unwrap().object_id.clone());
    let mut groups = ["cloud", "premises", "mail", "admins", "outer"].map(|name| Group {
        object_id: format!("id-{name}"),
        members: vec![alice.clone()],
        ..Group::new(name)
    });
    groups[1].on_premises = Some(GroupOnPremises {
        sam_account_name: "prem".to_owned(),
        netbios_name: "CORP".to_owned(),
        dns_domain_name: "corp.example".to_owned(),
        security_identifier: "S-1-5-21".to_owned(),
    });
    groups[2].kind = GroupKind::Mail;
    groups[3].kind = GroupKind::DirectoryRole("template".to_owned());
    groups[4].members = vec![Principal::Group("id-premises".to_owned())];
    tenant.groups.extend(groups);
    let app = tenant.applications[0].app_id.clone();
    for assigned in ["id-premises", "id-outer"] {
        tenant.assign(&app, Principal::Group(assigned.to_owned()), None);
    }
    tenant.applications[0].group_claims = Some(config);
    tenant
}

fn claims(change: impl FnOnce(&mut GroupClaims)) -> Vec<Attribute> {
    let mut config = config(WhichGroups::All);
    change(&mut config);
    attributes(&alice(&stage(config)))
}

fn groups(change: impl FnOnce(&mut GroupClaims)) -> Vec<String> {
    let all = claims(change);
    values(&all, GROUPS)
        .unwrap_or_default()
        .into_iter()
        .map(str::to_owned)
        .collect()
}

#[test]
fn which_groups_are_listed_is_configured() {
    let listed = |which| groups(|config| config.groups = which);
    assert_eq!(
        listed(WhichGroups::All),
        ["id-cloud", "id-premises", "id-mail", "id-outer"]
    );
    assert_eq!(
        listed(WhichGroups::Security),
        ["id-cloud", "id-premises", "id-outer"]
    );
    assert_eq!(
        listed(WhichGroups::Assigned),
        ["id-premises"],
        "nested ones do not count"
    );
    assert_eq!(listed(WhichGroups::DirectoryRoles), Vec::<String>::new());
}

#[test]
fn directory_roles_have_a_claim_of_their_own() {
    let wids = |which| {
        let all = claims(|config| config.groups = which);
        values(&all, WIDS).map(|values| values.join(","))
    };
    assert_eq!(wids(WhichGroups::All).as_deref(), Some("template"));
    assert_eq!(wids(WhichGroups::DirectoryRoles).as_deref(), Some("template"));
    assert_eq!(wids(WhichGroups::Security), None);
}

#[test]
fn groups_stand_between_the_display_name_and_the_identity_provider() {
    let all = claims(|_| {});
    let at = |name: &str| all.iter().position(|attribute| attribute.name.ends_with(name));
    assert_eq!(
        [
            at("/displayname"),
            at("/groups"),
            at("/wids"),
            at("/identityprovider")
        ]
        .map(Option::unwrap),
        [2, 3, 4, 5]
    );
}

#[test]
fn what_stands_for_a_group_is_configured_and_groups_of_the_cloud_lack_what_is_of_the_premises() {
    let by = |value, names| {
        groups(|config| {
            config.groups = WhichGroups::Security;
            config.value = value;
            config.cloud_display_names = names;
        })
    };
    assert_eq!(by(GroupValue::SamAccountName, false), ["prem"]);
    assert_eq!(by(GroupValue::NetbiosAndSam, false), [r"CORP\prem"]);
    assert_eq!(by(GroupValue::DnsAndSam, false), [r"corp.example\prem"]);
    assert_eq!(by(GroupValue::SecurityIdentifier, false), ["S-1-5-21"]);
    assert_eq!(by(GroupValue::SamAccountName, true), ["cloud", "prem", "outer"]);
}

#[test]
fn a_filter_looks_at_the_display_name_or_at_the_account_name() {
    let by = |sam_account_name, how, text: &str| {
        groups(|config| {
            config.filter = Some(GroupFilter {
                sam_account_name,
                how,
                text: text.to_owned(),
            });
        })
    };
    assert_eq!(by(false, Matches::StartsWith, "cl"), ["id-cloud"]);
    assert_eq!(by(false, Matches::EndsWith, "er"), ["id-outer"]);
    assert_eq!(by(false, Matches::Contains, "ou"), ["id-cloud", "id-outer"]);
    assert_eq!(by(true, Matches::StartsWith, "prem"), ["id-premises"]);
}

#[test]
fn name_namespace_and_values_can_be_changed() {
    let all = claims(|config| {
        config.name = Some("teams".to_owned());
        config.namespace = Some("https://sp.example/".to_owned());
        config.replace = Some(Replacement {
            pattern: "^id-(?<rest>.*)$".to_owned(),
            with: "{rest}!".to_owned(),
        });
    });
    assert_eq!(
        values(&all, "https://sp.example/teams").unwrap(),
        ["cloud!", "premises!", "mail!", "outer!"]
    );
    assert_eq!(values(&all, GROUPS), None);
}

#[test]
fn groups_as_roles_take_the_place_of_application_roles() {
    let plain = claims(|_| {});
    assert_eq!(values(&plain, ROLE).unwrap(), ["user"]);
    let all = claims(|config| {
        config.groups = WhichGroups::Assigned;
        config.emit_as_roles = true;
    });
    assert_eq!(values(&all, ROLE).unwrap(), ["id-premises"]);
    assert_eq!(values(&all, GROUPS), None);
}

/// Alice is in so many groups, half of them by another group.
pub(super) fn many(count: usize) -> Tenant {
    let mut tenant = tenant().clone();
    let user = Principal::User(tenant.user("alice").unwrap().object_id.clone());
    for number in 0..count {
        let id = format!("00000000-0000-4000-8000-{number:012}");
        let through = format!("00000000-0000-4000-8000-{:012}", 0);
        let member = match number % 2 {
            0 => user.clone(),
            _ => Principal::Group(through),
        };
        tenant.groups.push(Group {
            object_id: id,
            members: vec![member],
            ..Group::new(&format!("group {number}"))
        });
    }
    tenant.applications[0].group_claims = Some(config(WhichGroups::Security));
    tenant
}

#[test]
fn more_than_a_hundred_and_fifty_groups_are_a_link_and_a_filter_may_bring_them_below() {
    let with = |count: usize, change: fn(&mut Application)| {
        let mut tenant = many(count);
        change(&mut tenant.applications[0]);
        let all = attributes(&alice(&tenant));
        let link = values(&all, LINK).map(|values| values[0].to_owned());
        (values(&all, GROUPS).map(|values| values.len()), link)
    };
    let user = tenant().user("alice").unwrap();
    let link = format!(
        "https://graph.windows.net/{}/users/{}/getMemberObjects",
        tenant().id,
        user.object_id
    );
    assert_eq!(with(150, |_| {}), (Some(150), None));
    assert_eq!(with(151, |_| {}), (None, Some(link.clone())));
    let filter = |application: &mut Application| {
        application.group_claims.as_mut().unwrap().filter = Some(GroupFilter {
            sam_account_name: false,
            how: Matches::EndsWith,
            text: "7".to_owned(),
        });
    };
    assert_eq!(with(151, filter), (Some(15), None));
    assert_eq!(
        with(1_001, filter),
        (None, Some(link)),
        "a filter looks at a thousand"
    );
}

#[test]
fn display_names_of_the_cloud_are_for_assigned_groups_only() {
    let check = |which| {
        let mut config = config(which);
        config.value = GroupValue::CloudDisplayName;
        check_claims(&stage(config).applications[0]).is_ok()
    };
    assert!(check(WhichGroups::Assigned));
    assert!(!check(WhichGroups::Security));
}
