//! What the service provider calls a person.

use mock_idp::directory::{
    Attribute, Claim, Condition, NameIdClaim, On, OnPremises, Transformation, UserKind, UserType, Value,
};
use mock_idp::issuance::pairwise;
use mock_idp::{SignIn, User, name_id_for};
use saml::assertion::NameId;
use saml::names::name_id;

use super::{alice, changed, request, tenant};

const WINDOWS: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:WindowsDomainQualifiedName";

fn configured(format: &str, value: Value) -> NameIdClaim {
    NameIdClaim {
        format: format.to_owned(),
        value,
        conditions: Vec::new(),
    }
}

/// The NameID for this person, where a request asks for this format, or for none.
fn name(claim: NameIdClaim, asked: Option<&str>, user: &User) -> NameId {
    let tenant = changed(|application| application.name_id = claim);
    let policy = asked.map(|format| format!(r#"<samlp:NameIDPolicy Format="{format}"/>"#));
    let request = request("", &policy.unwrap_or_default());
    name_id_for(&SignIn {
        user,
        request: Some(&request),
        ..alice(&tenant)
    })
}

fn value_and_format(name: NameId) -> (String, String) {
    (name.value, name.format.unwrap())
}

fn person(change: impl FnOnce(&mut User)) -> User {
    let mut user = tenant().user("alice").unwrap().clone();
    user.mail = Some("a@mail.example".to_owned());
    change(&mut user);
    user
}

fn attribute(id: &str) -> Value {
    Value::Attribute(id.parse().unwrap())
}

fn opaque() -> String {
    let tenant = tenant();
    pairwise(tenant, &tenant.applications[0], tenant.user("alice").unwrap())
}

#[test]
fn the_format_is_the_requests_then_the_configured_then_the_sources() {
    let user = person(|_| {});
    let of = |format: &str, source: &str, asked| {
        value_and_format(name(configured(format, attribute(source)), asked, &user)).1
    };
    assert_eq!(
        of(name_id::EMAIL, "user.mail", Some(name_id::TRANSIENT)),
        name_id::TRANSIENT
    );
    assert_eq!(
        of(name_id::PERSISTENT, "user.mail", Some(name_id::EMAIL)),
        name_id::EMAIL
    );
    assert_eq!(
        of(name_id::PERSISTENT, "user.mail", Some(name_id::UNSPECIFIED)),
        name_id::PERSISTENT
    );
    assert_eq!(of(name_id::UNSPECIFIED, "user.mail", None), name_id::UNSPECIFIED);
    assert_eq!(of("", "user.mail", None), name_id::EMAIL);
    assert_eq!(of("", "user.objectid", None), name_id::UNSPECIFIED);
}

#[test]
fn a_persistent_name_is_opaque_unless_persistent_is_configured_with_a_source() {
    let user = person(|_| {});
    let asked = Some(name_id::PERSISTENT);
    let plain = name(NameIdClaim::default(), asked, &user);
    assert_eq!(
        value_and_format(plain),
        (opaque(), name_id::PERSISTENT.to_owned())
    );
    assert_eq!(opaque().len(), 44, "32 bytes in Base64");
    let own = name(
        configured(name_id::PERSISTENT, attribute("user.mail")),
        asked,
        &user,
    );
    assert_eq!(
        value_and_format(own),
        ("a@mail.example".to_owned(), name_id::PERSISTENT.to_owned())
    );
}

#[test]
fn a_transient_name_is_new_each_time_asked_for_or_configured() {
    let user = person(|_| {});
    let asked = || name(NameIdClaim::default(), Some(name_id::TRANSIENT), &user).value;
    assert_ne!(asked(), asked());
    let own = || {
        let claim = configured(name_id::TRANSIENT, attribute("user.mail"));
        name(claim, None, &user).value
    };
    assert_ne!(own(), own());
}

#[test]
fn a_source_without_a_value_gives_way_to_the_account_name() {
    let user = person(|user| user.mail = None);
    let claim = configured(name_id::EMAIL, attribute("user.mail"));
    let expected = ("alice@contoso.example".to_owned(), name_id::EMAIL.to_owned());
    assert_eq!(value_and_format(name(claim, None, &user)), expected);
}

fn joined(suffix: &str) -> NameIdClaim {
    let join = Transformation::Join {
        input: On::Attribute("user.mailnickname".parse().unwrap()),
        separator: "@".to_owned(),
        second: On::Constant(suffix.to_owned()),
    };
    configured(name_id::EMAIL, Value::Transformation(vec![join]))
}

#[test]
fn a_transformation_without_a_value_or_into_a_strange_domain_gives_way_to_the_opaque_value() {
    let user = person(|user| user.mail = None);
    let prefix = Transformation::ExtractMailPrefix {
        input: On::Attribute(Attribute::MAIL),
    };
    let prefix = configured(name_id::EMAIL, Value::Transformation(vec![prefix]));
    let opaque = (opaque(), name_id::PERSISTENT.to_owned());
    assert_eq!(value_and_format(name(prefix.clone(), None, &user)), opaque);
    assert_eq!(name(prefix, None, &person(|_| {})).value, "a");
    assert_eq!(
        value_and_format(name(joined("fabrikam.example"), None, &user)),
        opaque
    );
    assert_eq!(
        name(joined("contoso.example"), None, &user).value,
        "alice@contoso.example"
    );
    assert_eq!(
        name(joined("contoso.onmicrosoft.example"), None, &user).value,
        "alice@contoso.onmicrosoft.example"
    );
}

#[test]
fn a_windows_name_has_its_domain_where_the_account_comes_from_the_premises() {
    let user = person(|user| {
        user.on_premises = Some(OnPremises {
            sam_account_name: "al".to_owned(),
            netbios_name: "CORP".to_owned(),
            ..OnPremises::default()
        });
    });
    let source = || configured(WINDOWS, attribute("user.onpremisessamaccountname"));
    assert_eq!(
        value_and_format(name(source(), None, &user)),
        (r"CORP\al".to_owned(), WINDOWS.to_owned())
    );
    assert_eq!(name(source(), Some(name_id::EMAIL), &user).value, "al");
    let cloud = person(|_| {});
    assert_eq!(name(source(), None, &cloud).value, "alice@contoso.example");
}

#[test]
fn a_guests_name_is_the_account_name_in_this_tenant() {
    let guest = person(|user| {
        user.user_type = UserType::Guest;
        user.user_principal_name = "x_y.com#EXT#@contoso.onmicrosoft.example".to_owned();
    });
    let name = name(NameIdClaim::default(), None, &guest);
    assert_eq!(name.value, "x_y.com#EXT#@contoso.onmicrosoft.example");
}

#[test]
fn conditions_choose_the_source_of_the_name_too() {
    let user = person(|_| {});
    let claim = NameIdClaim {
        conditions: vec![Condition {
            users: UserKind::Members,
            groups: Vec::new(),
            value: attribute("user.mail"),
        }],
        ..NameIdClaim::default()
    };
    assert_eq!(name(claim, None, &user).value, "a@mail.example");
}

#[test]
fn no_claim_takes_the_place_of_the_name() {
    let tenant = changed(|application| {
        application.claims = vec![Claim::new(None, "nameidentifier", Attribute::MAIL)];
    });
    assert_eq!(name_id_for(&alice(&tenant)).value, "alice@contoso.example");
}
