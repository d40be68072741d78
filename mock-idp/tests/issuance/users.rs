//! What Azure looks at once it knows who is there.

use mock_idp::directory::{
    AuthMethod, ConditionalAccess, Group, GroupKind, Policy, PolicyKind, Principal, PublicCertificate,
    SigningCertificate, StrongAuthentication, Transformation, Value,
};
use mock_idp::issuance::GLOBAL_ADMINISTRATOR;
use mock_idp::{Application, ContextOf, SignIn, Tenant, User, check_user, draft};
use saml::AuthnRequest;
use saml::key::{Kind, SigningKey};

use super::{alice, changed, request, sign_in, tenant};

fn code(sign_in: &SignIn<'_>) -> Option<u32> {
    check_user(sign_in).err().map(|error| error.code())
}

/// The code for alice at the application, changed so.
fn at(change: impl FnOnce(&mut Application)) -> Option<u32> {
    code(&alice(&changed(change)))
}

/// The code for alice, changed so, where a second factor is required.
fn with_mfa(method: AuthMethod, registered: StrongAuthentication, is_passive: bool) -> Option<u32> {
    let tenant = changed(|application| application.conditional_access = Some(ConditionalAccess::RequireMfa));
    let user = User {
        strong_authentication: registered,
        ..tenant.user("alice").unwrap().clone()
    };
    let request = AuthnRequest {
        is_passive,
        ..request("", "")
    };
    code(&SignIn {
        user: &user,
        method,
        request: Some(&request),
        ..alice(&tenant)
    })
}

#[test]
fn a_disabled_account_and_a_session_older_than_the_password_end_the_sign_in() {
    let with = |change: fn(&mut User)| {
        let mut user = tenant().user("alice").unwrap().clone();
        change(&mut user);
        code(&SignIn {
            user: &user,
            ..sign_in(None)
        })
    };
    assert_eq!(with(|_| {}), None);
    assert_eq!(with(|user| user.enabled = false), Some(50057));
    assert_eq!(
        with(|user| {
            let at = "2026-01-05T09:00:00Z".to_owned();
            user.profile
                .attributes
                .insert("lastpasswordchangedatetime".to_owned(), at);
        }),
        Some(50133)
    );
    assert_eq!(
        with(|user| {
            let at = "2026-01-05T07:00:00Z".to_owned();
            user.profile
                .attributes
                .insert("lastpasswordchangedatetime".to_owned(), at);
        }),
        None
    );
}

/// The tenant with its application for assigned people only, alice in `inner`, which is in `outer`.
fn for_assigned(assign: impl FnOnce(&mut Tenant, &User, [&Group; 2])) -> Tenant {
    let mut tenant = changed(|application| {
        application.assignment_required = true;
        application.assignments.clear();
    });
    let user = tenant.user("alice").unwrap().clone();
    let mut groups = ["inner", "outer"].map(Group::new);
    groups[0].members = vec![Principal::User(user.object_id.clone())];
    groups[1].members = vec![Principal::Group(groups[0].object_id.clone())];
    tenant.groups.extend(groups.clone());
    let [inner, outer] = &groups;
    assign(&mut tenant, &user, [inner, outer]);
    tenant
}

#[test]
fn only_the_assigned_and_members_of_assigned_groups_pass_and_nested_groups_do_not_count() {
    let assign = |principal: fn(&User, [&Group; 2]) -> Option<Principal>| {
        let tenant = for_assigned(|tenant, user, groups| {
            let app = tenant.applications[0].app_id.clone();
            if let Some(principal) = principal(user, groups) {
                tenant.assign(&app, principal, None);
            }
        });
        code(&alice(&tenant))
    };
    assert_eq!(assign(|_, _| None), Some(50105));
    assert_eq!(
        assign(|user, _| Some(Principal::User(user.object_id.clone()))),
        None
    );
    assert_eq!(
        assign(|_, [inner, _]| Some(Principal::Group(inner.object_id.clone()))),
        None
    );
    assert_eq!(
        assign(|_, [_, outer]| Some(Principal::Group(outer.object_id.clone()))),
        Some(50105)
    );
    assert_eq!(
        at(|application| application.assignments.clear()),
        None,
        "no assignment is required"
    );
}

#[test]
fn a_global_administrator_needs_no_assignment() {
    let tenant = for_assigned(|tenant, user, _| {
        let role = Group {
            kind: GroupKind::DirectoryRole(GLOBAL_ADMINISTRATOR.to_owned()),
            members: vec![Principal::User(user.object_id.clone())],
            ..Group::new("Global Administrator")
        };
        tenant.groups.push(role);
    });
    assert_eq!(code(&alice(&tenant)), None);
}

#[test]
fn conditional_access_that_no_browser_meets_ends_the_sign_in() {
    let access = |access| at(|application| application.conditional_access = Some(access));
    assert_eq!(access(ConditionalAccess::RequireCompliantDevice), Some(53000));
    assert_eq!(access(ConditionalAccess::RequireDomainJoinedDevice), Some(53001));
    assert_eq!(access(ConditionalAccess::RequireApprovedClient), Some(53002));
    assert_eq!(access(ConditionalAccess::Block), Some(53003));
}

#[test]
fn a_second_factor_is_asked_for_or_missed_by_what_the_person_has() {
    use StrongAuthentication::{Expired, NotRegistered, Registered};
    assert_eq!(with_mfa(AuthMethod::PasswordAndPush, NotRegistered, false), None);
    assert_eq!(with_mfa(AuthMethod::Fido2, NotRegistered, true), None);
    assert_eq!(with_mfa(AuthMethod::Password, NotRegistered, false), Some(50072));
    assert_eq!(with_mfa(AuthMethod::Password, NotRegistered, true), Some(50079));
    assert_eq!(with_mfa(AuthMethod::Password, Registered, false), Some(50076));
    assert_eq!(with_mfa(AuthMethod::Certificate, Registered, true), Some(50076));
    assert_eq!(with_mfa(AuthMethod::Password, Expired, false), Some(50076));
    assert_eq!(with_mfa(AuthMethod::Password, Expired, true), Some(50078));
}

#[test]
fn a_requested_context_must_be_how_the_person_signed_in() {
    let by = |method, class: &str| {
        let element = format!(
            r#"<samlp:RequestedAuthnContext><AuthnContextClassRef xmlns="urn:oasis:names:tc:SAML:2.0:assertion">{class}</AuthnContextClassRef></samlp:RequestedAuthnContext>"#
        );
        let request = request("", &element);
        check_user(&SignIn {
            method,
            request: Some(&request),
            ..sign_in(None)
        })
    };
    let class = |name: &str| format!("urn:oasis:names:tc:SAML:2.0:ac:classes:{name}");
    let protected = class("PasswordProtectedTransport");
    assert_eq!(by(AuthMethod::Password, &protected), Ok(()));
    assert_eq!(by(AuthMethod::Password, &class("Password")), Ok(()));
    assert_eq!(by(AuthMethod::Certificate, &class("X509")), Ok(()));
    assert_eq!(
        by(
            AuthMethod::WindowsIntegrated,
            "urn:federation:authentication:windows"
        ),
        Ok(())
    );
    assert_eq!(by(AuthMethod::PasswordAndPush, &class("unspecified")), Ok(()));
    let error = by(AuthMethod::PasswordAndPush, &protected).unwrap_err();
    assert_eq!(
        error.to_string(),
        "AADSTS75011: Authentication method 'Password, MultiFactor' by which the user authenticated with the \
         service doesn't match requested authentication method 'Password, ProtectedTransport'. Contact the \
         https://sp.example/metadata application owner."
    );
    assert!(
        by(AuthMethod::WindowsIntegrated, &protected)
            .unwrap_err()
            .message()
            .contains("'WindowsIntegrated'")
    );
}

#[test]
fn the_class_in_the_response_is_password_or_by_the_table_where_a_switch_says_so() {
    let class = |method, authn_context| {
        let mut sign_in = SignIn {
            method,
            ..sign_in(None)
        };
        sign_in.azure.authn_context = authn_context;
        let class = draft(&sign_in).assertions[0]
            .authn
            .clone()
            .unwrap()
            .class
            .unwrap();
        class.rsplit(':').next().unwrap().to_owned()
    };
    assert_eq!(class(AuthMethod::Fido2, ContextOf::Password), "Password");
    for (method, expected) in [
        (AuthMethod::Password, "Password"),
        (AuthMethod::PasswordAndPush, "MobileTwoFactorContract"),
        (AuthMethod::PasswordAndOath, "TimeSyncToken"),
        (AuthMethod::PasswordAndVoice, "Telephony"),
        (AuthMethod::PhoneSignIn, "MobileTwoFactorContract"),
        (AuthMethod::Fido2, "SmartcardPKI"),
        (AuthMethod::SyncedPasskey, "SoftwarePKI"),
        (AuthMethod::Certificate, "X509"),
        (AuthMethod::TemporaryAccessPass, "unspecified"),
        (AuthMethod::WindowsIntegrated, "Kerberos"),
    ] {
        assert_eq!(class(method, ContextOf::Method), expected);
    }
}

#[test]
fn keys_and_certificates_that_are_not_there_are_named() {
    let key = || tenant().keys.k1.clone();
    let lost = |application: &mut Application| {
        let mut certificate = SigningCertificate::of(key(), true);
        certificate.key = None;
        application.certificates = vec![certificate];
    };
    assert_eq!(at(lost), Some(50003));
    let encrypts = |certificate: Option<PublicCertificate>| {
        at(|application| {
            application.token_encryption_key_id = Some("k".to_owned());
            application.encryption_certificates = certificate
                .map(|certificate| PublicCertificate {
                    key_id: "K".to_owned(),
                    ..certificate
                })
                .into_iter()
                .collect();
        })
    };
    let curve = SigningKey::generate(Kind::P256).unwrap().certificate().clone();
    assert_eq!(encrypts(None), Some(50007));
    assert_eq!(encrypts(Some(PublicCertificate::new(curve))), Some(50007));
    assert_eq!(
        encrypts(Some(PublicCertificate::new(key().certificate().clone()))),
        None
    );
}

/// The application under a claims mapping policy whose NameID is a prefix of the mail address.
pub(super) fn mapped(own_key: bool) -> Tenant {
    let definition = r#"{"ClaimsMappingPolicy":{"Version":1,"IncludeBasicClaimSet":"true",
        "ClaimsSchema":[{"Source":"user","ID":"mail"},
            {"Source":"transformation","ID":"out","TransformationId":"prefix","SamlClaimType":"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier"}],
        "ClaimsTransformations":[{"ID":"prefix","TransformationMethod":"ExtractMailPrefix",
            "InputClaims":[{"ClaimTypeReferenceId":"mail","TransformationClaimType":"mail"}],
            "OutputClaims":[{"ClaimTypeReferenceId":"out","TransformationClaimType":"outputClaim"}]}]}}"#;
    let mut tenant = changed(|application| {
        application.policies = vec!["p".to_owned()];
        if own_key {
            let key = SigningCertificate::of(tenant().keys.k2.clone(), false);
            application.certificates = vec![key];
        }
    });
    tenant.policies.push(Policy {
        id: "p".to_owned(),
        kind: PolicyKind::ClaimsMapping,
        display_name: "p".to_owned(),
        definition: vec![definition.to_owned()],
        is_organization_default: false,
    });
    tenant
}

#[test]
fn a_claims_mapping_policy_needs_an_own_certificate_and_its_name_id_an_input() {
    assert_eq!(code(&alice(&mapped(false))), Some(50146));
    let tenant = mapped(true);
    assert_eq!(code(&alice(&tenant)), None);
    let user = User {
        mail: None,
        ..tenant.user("alice").unwrap().clone()
    };
    let error = check_user(&SignIn {
        user: &user,
        ..alice(&tenant)
    });
    let error = error.unwrap_err();
    assert_eq!(error.code(), 501241);
    assert!(
        error.message().contains("'user.mail'") && error.message().contains("'prefix'"),
        "{error}"
    );
}

#[test]
fn a_transformation_that_cannot_be_done_ends_the_sign_in() {
    use mock_idp::directory::{Attribute, On, Replacement};
    let broken = at(|application| {
        application.claims[0].value = Value::Transformation(vec![Transformation::RegexReplace {
            input: On::Attribute(Attribute::MAIL),
            replace: Replacement {
                pattern: "(".to_owned(),
                with: String::new(),
            },
            parameters: Vec::new(),
        }]);
    });
    assert_eq!(broken, Some(50124));
    let mut unreadable = mapped(true);
    unreadable.policies[0].definition = vec!["{".to_owned()];
    assert_eq!(code(&alice(&unreadable)), Some(50124));
}
