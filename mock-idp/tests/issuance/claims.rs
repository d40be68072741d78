//! "Attributes & Claims".

use mock_idp::directory::{
    Attribute, AuthMethod, Claim, Condition, Group, Guest, NameFormat, On, Principal, SigningCertificate,
    Transformation, UserKind, UserType, Value,
};
use mock_idp::issuance::{attributes, check_claims, is_restricted};
use mock_idp::{Application, SignIn, Tenant, User};
use saml::assertion;

use super::{alice, changed, sign_in, tenant, values};

const ROLE: &str = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role";
const REFERENCES: &str = "http://schemas.microsoft.com/claims/authnmethodsreferences";

/// Alice's attributes at the application, changed so.
fn at(change: impl FnOnce(&mut Application)) -> Vec<assertion::Attribute> {
    attributes(&alice(&changed(change)))
}

fn only(claim: Claim) -> Vec<assertion::Attribute> {
    at(|application| application.claims = vec![claim])
}

fn upper(attribute: Attribute) -> Value {
    Value::Transformation(vec![Transformation::ToUppercase {
        input: On::Attribute(attribute),
    }])
}

#[test]
fn the_methods_of_the_sign_in_are_listed_with_the_second_factor_last() {
    let by = |method| {
        let all = attributes(&SignIn {
            method,
            ..sign_in(None)
        });
        let last = |uri: &str| uri.rsplit('/').next().unwrap().to_owned();
        values(&all, REFERENCES)
            .unwrap()
            .into_iter()
            .map(last)
            .collect::<Vec<_>>()
    };
    assert_eq!(by(AuthMethod::Password), ["password"]);
    assert_eq!(by(AuthMethod::PasswordAndPush), ["password", "multipleauthn"]);
    assert_eq!(by(AuthMethod::Certificate), ["x509"]);
    assert_eq!(by(AuthMethod::Fido2), ["fido", "multipleauthn"]);
    assert_eq!(by(AuthMethod::WindowsIntegrated), ["windows"]);
}

#[test]
fn a_guest_comes_from_somewhere_else() {
    let provider = |user: &User| {
        let all = attributes(&SignIn {
            user,
            ..sign_in(None)
        });
        values(
            &all,
            "http://schemas.microsoft.com/identity/claims/identityprovider",
        )
        .unwrap()[0]
            .to_owned()
    };
    let alice = tenant().user("alice").unwrap();
    assert_eq!(provider(alice), tenant().entity_id());
    assert_eq!(provider(&guest("live.com")), "live.com");
}

fn guest(identity_provider: &str) -> User {
    User {
        user_type: UserType::Guest,
        guest: Some(Guest {
            identity_provider: identity_provider.to_owned(),
        }),
        ..tenant().user("alice").unwrap().clone()
    }
}

#[test]
fn a_name_format_is_written_only_where_it_is_configured() {
    let mut claim = Claim::new(None, "mail", Attribute::MAIL);
    assert_eq!(only(claim.clone())[5].name_format, None);
    claim.name_format = Some(NameFormat::Basic);
    let all = only(claim);
    assert_eq!(
        all[5].name_format.as_deref(),
        Some("urn:oasis:names:tc:SAML:2.0:attrname-format:basic")
    );
    let xml = saml::Assertion {
        attributes: vec![all[5].clone()],
        ..saml::Assertion::default()
    }
    .to_xml();
    let expected = r#"<Attribute Name="mail" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:basic"><AttributeValue>"#;
    assert!(xml.contains(expected), "{xml}");
}

#[test]
fn roles_end_the_statement_unless_a_claim_has_their_name() {
    let all = at(|_| {});
    assert_eq!(all.last().unwrap().name, ROLE);
    assert_eq!(values(&all, ROLE).unwrap(), ["user"]);
    let own = only(Claim::new(None, ROLE, Attribute::DISPLAY_NAME));
    assert_eq!(own.iter().filter(|attribute| attribute.name == ROLE).count(), 1);
    assert_eq!(values(&own, ROLE).unwrap(), ["Alice Marker-7f3a"]);
    let elsewhere = only(Claim::new(None, "Role", Attribute::ASSIGNED_ROLES));
    assert_eq!(values(&elsewhere, "Role"), values(&elsewhere, ROLE));
}

/// The value for this person of a claim that is `default` unless a condition fits.
fn conditional(conditions: Vec<Condition>, user: &User, tenant: &Tenant) -> String {
    let mut tenant = tenant.clone();
    let mut claim = Claim::new(None, "c", Attribute::MAIL);
    claim.value = Value::Constant("default".to_owned());
    claim.conditions = conditions;
    tenant.applications[0].claims = vec![claim];
    let all = attributes(&SignIn {
        user,
        ..alice(&tenant)
    });
    values(&all, "c").map_or("", |values| values[0]).to_owned()
}

fn condition(users: UserKind, groups: &[&Group], value: Value) -> Condition {
    Condition {
        users,
        groups: groups
            .iter()
            .map(|group| group.object_id.to_uppercase())
            .collect(),
        value,
    }
}

#[test]
fn the_last_condition_that_fits_decides_and_transformations_come_after_attributes() {
    let alice = tenant().user("alice").unwrap();
    let text = |text: &str| Value::Constant(text.to_owned());
    let any = |value| condition(UserKind::Any, &[], value);
    let decided = |conditions| conditional(conditions, alice, tenant());
    assert_eq!(decided(vec![]), "default");
    assert_eq!(decided(vec![any(text("one")), any(text("two"))]), "two");
    let transformed = vec![any(upper(Attribute::GIVEN_NAME)), any(text("two"))];
    assert_eq!(decided(transformed), "ALICE-A19C");
    let guests = condition(UserKind::AllGuests, &[], text("three"));
    assert_eq!(decided(vec![any(text("one")), guests]), "one");
    let null = any(Value::Attribute("user.department".parse().unwrap()));
    assert_eq!(
        decided(vec![null]),
        "",
        "a source without a value leaves the claim out"
    );
}

#[test]
fn conditions_tell_members_from_guests_and_guests_of_azure_from_others() {
    let fits = |users, user: &User| {
        let condition = condition(users, &[], Value::Constant("fits".to_owned()));
        conditional(vec![condition], user, tenant()) == "fits"
    };
    let member = tenant().user("alice").unwrap().clone();
    let (azure, mail) = (guest("https://sts.windows.net/1/"), guest("mail"));
    let table = [
        (UserKind::Any, [true, true, true]),
        (UserKind::Members, [true, false, false]),
        (UserKind::AllGuests, [false, true, true]),
        (UserKind::AadGuests, [false, true, false]),
        (UserKind::ExternalGuests, [false, false, true]),
    ];
    for (kind, expected) in table {
        assert_eq!(
            [&member, &azure, &mail].map(|user| fits(kind, user)),
            expected,
            "{kind:?}"
        );
    }
}

#[test]
fn a_condition_may_be_for_members_of_groups_only() {
    let mut tenant = tenant().clone();
    let user = tenant.user("alice").unwrap().clone();
    let mut groups = ["in", "out"].map(Group::new);
    groups[0].members = vec![Principal::User(user.object_id.clone())];
    tenant.groups.extend(groups.clone());
    let by = |groups: &[&Group]| {
        let condition = condition(UserKind::Any, groups, Value::Constant("fits".to_owned()));
        conditional(vec![condition], &user, &tenant)
    };
    assert_eq!(by(&[&groups[0], &groups[1]]), "fits");
    assert_eq!(by(&[&groups[1]]), "default");
}

#[test]
fn restricted_claims_are_refused_and_some_are_free_with_an_own_certificate() {
    let check = |name: &str, own: bool| {
        let tenant = changed(|application| {
            application.claims = vec![Claim::new(None, name, Attribute::MAIL)];
            if own {
                let key = SigningCertificate::of(tenant().keys.k2.clone(), false);
                application.certificates = vec![key];
            }
        });
        check_claims(&tenant.applications[0]).is_ok()
    };
    for never in [
        "http://schemas.microsoft.com/identity/claims/tenantid",
        "http://schemas.microsoft.com/ws/2008/06/identity/claims/denyonlyprimarysid",
        "http://schemas.microsoft.com/ws/2008/06/identity/claims/windowsdeviceclaim",
        "http://schemas.microsoft.com/2012/01/devicecontext/claims/ismanaged",
        "http://schemas.microsoft.com/claims/groups.link",
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/spn",
    ] {
        assert!(!check(never, false) && !check(never, true), "{never}");
    }
    for freed in [
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn",
        "http://schemas.microsoft.com/ws/2008/06/identity/claims/windowsaccountname",
        ROLE,
    ] {
        assert!(!check(freed, false) && check(freed, true), "{freed}");
    }
    for free in [
        "upn",
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
    ] {
        assert!(check(free, false) && !is_restricted(free, false), "{free}");
    }
}

#[test]
fn what_the_portal_does_not_let_through_says_which_field_and_why() {
    let error = |change: fn(&mut Application)| {
        let tenant = changed(change);
        check_claims(&tenant.applications[0]).map_err(|error| error.to_string())
    };
    assert_eq!(error(|_| {}), Ok(()));
    let twice = error(|application| application.claims.push(application.claims[0].clone()));
    assert!(twice.unwrap_err().starts_with("Name: there is a claim "));
    let assigned = |application: &mut Application| {
        application.claims = vec![Claim::new(None, ROLE, Attribute::ASSIGNED_ROLES)];
    };
    assert_eq!(error(assigned), Ok(()));
    let format = error(|application| application.name_id.format = "urn:x".to_owned());
    assert!(format.unwrap_err().starts_with("Name identifier format: "));
    let three = error(|application| {
        let step = Transformation::ToUppercase { input: On::Previous };
        application.claims[0].value = Value::Transformation(vec![step; 3]);
    });
    assert!(three.unwrap_err().contains("not 3"));
    let first = error(|application| {
        let step = Transformation::ToUppercase { input: On::Previous };
        application.claims[0].value = Value::Transformation(vec![step]);
    });
    assert!(first.unwrap_err().contains("none before it"));
    let groups = error(|application| {
        application.claims[0].conditions = vec![Condition {
            users: UserKind::Any,
            groups: (0..51).map(|id| id.to_string()).collect(),
            value: Value::Constant("x".to_owned()),
        }];
    });
    assert!(groups.unwrap_err().starts_with("Claim conditions: "));
}
