//! The directory as one file that a team commits next to its tests.

use mock_idp::directory::{
    Attribute, Claim, Condition, Group, GroupClaims, GroupFilter, GroupValue, Matches, On, Principal,
    PublicCertificate, Transformation, UserKind, Value, WhichGroups,
};
use mock_idp::{Application, Directory};

/// A directory with something in every corner.
fn furnished() -> Directory {
    let mut directory = Directory::ephemeral().unwrap();
    let tenant = &mut directory.tenants[0];
    let mut group = Group::new("Staff");
    group
        .members
        .push(Principal::User(tenant.users[0].object_id.clone()));
    let mut application = Application::from_template("Backup", Some("endpoint-backup"));
    application.enable_saml(jiff::Timestamp::now()).unwrap();
    application
        .identifiers
        .push("https://acme.example/metadata".to_owned());
    application.claims.push(Claim {
        name: "Label".to_owned(),
        namespace: None,
        name_format: None,
        value: Value::Transformation(vec![
            Transformation::ExtractMailPrefix {
                input: On::Attribute(Attribute::MAIL),
            },
            Transformation::ToUppercase { input: On::Previous },
        ]),
        conditions: vec![Condition {
            users: UserKind::AllGuests,
            groups: vec![group.object_id.clone()],
            value: Value::Constant("guest".to_owned()),
        }],
    });
    application.group_claims = Some(GroupClaims {
        groups: WhichGroups::Assigned,
        value: GroupValue::CloudDisplayName,
        filter: Some(GroupFilter {
            sam_account_name: false,
            how: Matches::StartsWith,
            text: "S".to_owned(),
        }),
        name: None,
        namespace: None,
        emit_as_roles: true,
        replace: None,
        cloud_display_names: false,
    });
    let certificate = tenant.keys.k2.certificate().clone();
    application
        .verification
        .certificates
        .push(PublicCertificate::new(certificate));
    tenant.groups.push(group);
    let app_id = application.app_id.clone();
    tenant.applications.push(application);
    let nina = Principal::User(tenant.users[1].object_id.clone());
    tenant.assign(&app_id, nina, None).unwrap();
    tenant.users[1]
        .profile
        .attributes
        .insert("department".to_owned(), "R&D \"north\"".to_owned());
    directory
}

#[test]
fn what_is_exported_comes_back_and_holds_no_private_key() {
    let mut directory = furnished();
    let text = directory.to_toml();
    assert!(!text.contains("PRIVATE KEY"), "{text}");
    let own = directory.tenants[0].applications[0].certificates[0]
        .certificate
        .clone();
    directory.import(&text).unwrap();
    assert_eq!(directory.to_toml(), text);
    let key = directory.tenants[0].applications[0].certificates[0].key.as_ref();
    assert_eq!(key.unwrap().certificate(), &own, "keys that are at hand are kept");
}

#[test]
fn elsewhere_it_gets_new_keys_and_the_same_ids() {
    let directory = furnished();
    let mut elsewhere = Directory::ephemeral().unwrap();
    elsewhere.import(&directory.to_toml()).unwrap();
    let (here, there) = (
        &directory.tenants[0].applications[0],
        &elsewhere.tenants[0].applications[0],
    );
    assert_eq!(
        (&here.app_id, &here.certificates[0].key_id),
        (&there.app_id, &there.certificates[0].key_id)
    );
    assert_ne!(
        here.certificates[0].certificate,
        there.certificates[0].certificate
    );
    assert!(there.certificates[0].active && there.certificates[0].key.is_some());
    assert_eq!(elsewhere.tenants[0].users, directory.tenants[0].users);
}

#[test]
fn a_file_that_breaks_a_rule_changes_nothing_and_says_which() {
    let mut directory = furnished();
    let text = directory.to_toml();
    let id = directory.tenants[0].id.clone();
    for (broken, says) in [
        ("tenants = 7".to_owned(), "no directory"),
        (text.replace("version = 1", "version = 8"), "version 8"),
        (
            text.replace("alice@contoso.example", "alice@elsewhere.example"),
            "alice@elsewhere.example",
        ),
        (text.replace(&id, "7"), "`7`"),
        (
            text.replace("https://acme.example/metadata", "two words"),
            "white space",
        ),
        (
            text.replace(
                "display_name = \"Backup\"",
                "display_name = \"Backup\"\ncolour = 1",
            ),
            "colour",
        ),
        ("version = 1\ntenants = []".to_owned(), "no tenant"),
    ] {
        let said = directory.import(&broken).unwrap_err().to_string();
        let says = says.replace("no directory", "not a directory");
        assert!(said.contains(&says), "{says}: {said}");
        assert_eq!(directory.to_toml(), text);
    }
}
