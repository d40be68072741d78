//! Who may use an application, and as what.

use mock_idp::directory::{AppRole, DEFAULT_ACCESS, Group, Principal};
use mock_idp::{Application, Directory, Tenant};

/// Contoso with an application that has a role `Reader`, and a group `Staff` that holds a group `Interns` that holds alice.
fn staffed() -> (Tenant, String, [String; 2]) {
    let mut tenant = Directory::ephemeral().unwrap().tenants.remove(0);
    let mut application = Application::from_template("Backup", None);
    application.app_roles.push(AppRole::new(
        "11111111-2222-4333-8444-555555555555",
        "Reader",
        Some("reader"),
    ));
    let app = application.app_id.clone();
    let alice = tenant.user("alice").unwrap().object_id.clone();
    let mut interns = Group::new("Interns");
    interns.members.push(Principal::User(alice));
    let mut staff = Group::new("Staff");
    staff.members.push(Principal::Group(interns.object_id.clone()));
    let ids = [staff.object_id.clone(), interns.object_id.clone()];
    tenant.groups.extend([staff, interns]);
    tenant.applications.push(application);
    (tenant, app, ids)
}

#[test]
fn access_by_a_group_reaches_its_direct_members_only() {
    let (mut tenant, app, [staff, interns]) = staffed();
    let alice = tenant.user("alice").unwrap().clone();
    tenant.assign(&app, Principal::Group(staff), None).unwrap();
    let granted = |tenant: &Tenant| {
        !tenant
            .assignments_of(&alice, tenant.application_by_id(&app).unwrap())
            .is_empty()
    };
    assert!(!granted(&tenant), "a group within a group does not count");
    tenant
        .assign(&app, Principal::Group(interns.clone()), None)
        .unwrap();
    assert!(granted(&tenant));
    tenant.forget(&interns);
    assert!(!granted(&tenant) && tenant.groups[0].members.is_empty());
}

#[test]
fn nested_groups_are_groups_of_the_user_even_where_they_hold_one_another() {
    let (mut tenant, _, [staff, interns]) = staffed();
    let alice = tenant.user("alice").unwrap().clone();
    let second = tenant.groups.iter_mut().find(|group| group.object_id == interns);
    second.unwrap().members.push(Principal::Group(staff.clone()));
    let ids = |nested| {
        tenant
            .groups_of(&alice, nested)
            .iter()
            .map(|group| group.object_id.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(false), std::slice::from_ref(&interns));
    assert_eq!(ids(true), [staff, interns]);
}

#[test]
fn a_role_claims_its_value_while_it_is_enabled_and_default_access_claims_none() {
    let (mut tenant, app, _) = staffed();
    let alice = tenant.user("alice").unwrap().clone();
    let principal = Principal::User(alice.object_id.clone());
    let roles = |tenant: &Tenant| tenant.roles_of(&alice, tenant.application_by_id(&app).unwrap());
    let first = tenant.assign(&app, principal.clone(), None).unwrap();
    assert_eq!((first.role.as_str(), roles(&tenant).len()), (DEFAULT_ACCESS, 0));
    let reader = "11111111-2222-4333-8444-555555555555";
    tenant.assign(&app, principal.clone(), Some(reader)).unwrap();
    let again = tenant.assign(&app, principal, Some(reader)).unwrap();
    assert_eq!(roles(&tenant), ["reader"], "an assignment stands once");
    assert_eq!(again.id.len(), 43);
    let application = tenant.application_by_id_mut(&app).unwrap();
    application
        .app_roles
        .iter_mut()
        .for_each(|role| role.enabled = false);
    assert!(roles(&tenant).is_empty());
}

#[test]
fn the_service_provider_under_test_takes_the_place_of_its_namesake_and_knows_the_people() {
    let mut tenant = Directory::ephemeral().unwrap().tenants.remove(0);
    let metadata = saml::SpMetadata {
        entity_id: "https://sp.example".to_owned(),
        ..saml::SpMetadata::default()
    };
    tenant.applications.push(Application::new("https://sp.example"));
    let adopted = tenant.adopt(&metadata).clone();
    assert_eq!(tenant.applications.len(), 1);
    for (name, role) in [("alice", "user"), ("attacker", "user"), ("victim", "admin")] {
        assert_eq!(tenant.roles_of(tenant.user(name).unwrap(), &adopted), [role]);
    }
}
