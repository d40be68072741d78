//! Policies that Microsoft Graph assigns.

use mock_idp::directory::{Policy, PolicyKind, SigningCertificate};
use mock_idp::issuance::{attributes, check_policy};
use mock_idp::{Signing, SigningOption, Tenant, draft, name_id_for, signing_of};
use proptest::prelude::*;
use saml::names::name_id;

use super::users::mapped;
use super::{alice, changed, tenant, values};

/// The application under this policy, with a certificate of its own.
fn under(kind: PolicyKind, definition: &str) -> Tenant {
    let mut tenant = mapped(true);
    tenant.policies[0].kind = kind;
    tenant.policies[0].definition = vec![definition.to_owned()];
    tenant
}

fn mapping(basic: &str, rest: &str) -> String {
    format!(r#"{{"ClaimsMappingPolicy":{{"Version":1,"IncludeBasicClaimSet":{basic},{rest}}}}}"#)
}

fn names(tenant: &Tenant) -> Vec<String> {
    let all = attributes(&alice(tenant)).into_iter();
    all.skip(5).map(|attribute| attribute.name).collect()
}

#[test]
fn a_claims_mapping_policy_takes_the_place_of_the_portals_claims() {
    let schema = r#""ClaimsSchema":[
        {"Source":"user","ID":"mail","SamlClaimType":"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress","SAMLNameForm":"urn:oasis:names:tc:SAML:2.0:attrname-format:uri"},
        {"Source":"user","ID":"givenname","JwtClaimType":"given"},
        {"Value":"sandbox","SamlClaimType":"stage"},
        {"Source":"company","ID":"tenantcountry","SamlClaimType":"country"},
        {"Source":"transformation","ID":"joined","TransformationID":"join","SamlClaimType":"joined"}],
        "ClaimsTransformations":[{"ID":"join","TransformationMethod":"Join",
            "InputClaims":[{"ClaimTypeReferenceId":"givenname","TransformationClaimType":"string1"}],
            "InputParameters":[{"ID":"string2","Value":"x"},{"ID":"separator","Value":"."}]}]"#;
    let basic = under(PolicyKind::ClaimsMapping, &mapping(r#""true""#, schema));
    let soap = |name: &str| format!("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/{name}");
    let own = ["stage", "country", "joined"];
    let role = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role";
    let mut expected: Vec<String> = ["givenname", "surname", "name", "emailaddress"]
        .map(soap)
        .to_vec();
    expected.extend(own.into_iter().chain([role]).map(str::to_owned));
    assert_eq!(names(&basic), expected);
    let all = attributes(&alice(&basic));
    assert_eq!(values(&all, "joined").unwrap(), ["Alice-a19c.x"]);
    assert_eq!(values(&all, "stage").unwrap(), ["sandbox"]);
    assert_eq!(values(&all, "country").unwrap(), ["US"]);
    let mail = all
        .iter()
        .find(|attribute| attribute.name.ends_with("emailaddress"))
        .unwrap();
    assert_eq!(
        mail.name_format.as_deref(),
        Some("urn:oasis:names:tc:SAML:2.0:attrname-format:uri")
    );

    let bare = under(PolicyKind::ClaimsMapping, &mapping("false", schema));
    assert_eq!(
        names(&bare),
        [soap("emailaddress").as_str(), own[0], own[1], own[2], role]
    );
}

#[test]
fn a_policys_name_id_is_made_by_its_transformation() {
    let tenant = mapped(true);
    let name = name_id_for(&alice(&tenant));
    assert_eq!(name.value, "alice");
    assert_eq!(name.format.as_deref(), Some(name_id::UNSPECIFIED));
    let account = under(
        PolicyKind::ClaimsMapping,
        &mapping(
            "true",
            r#""ClaimsSchema":[{"Source":"user","ID":"mail","SamlClaimType":"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier"}]"#,
        ),
    );
    let name = name_id_for(&alice(&account));
    assert_eq!(name.value, "alice@contoso.example");
    assert_eq!(name.format.as_deref(), Some(name_id::EMAIL), "that of the source");
}

#[test]
fn a_claims_mapping_policy_that_cannot_be_one_is_refused_with_the_reason() {
    let problem = |rest: &str| {
        let error = check_policy(PolicyKind::ClaimsMapping, &[mapping("true", rest)]);
        error.map_err(|error| error.to_string())
    };
    assert_eq!(problem(r#""ClaimsSchema":[]"#), Ok(()));
    for (rest, reason) in [
        (
            r#""ClaimsSchema":[{"Source":"user","ID":"shoesize","SamlClaimType":"x"}]"#,
            "user.shoesize",
        ),
        (r#""ClaimsSchema":[{"SamlClaimType":"x"}]"#, "needs a Value"),
        (
            r#""ClaimsSchema":[{"Source":"transformation","ID":"a","TransformationID":"b","SamlClaimType":"x"}]"#,
            "no transformation `b`",
        ),
        (
            r#""ClaimsSchema":[{"Value":"1","SamlClaimType":"http://schemas.microsoft.com/identity/claims/tenantid"}]"#,
            "restricted",
        ),
        (
            r#""ClaimsSchema":[{"Value":"1","SamlClaimType":"a b"}]"#,
            "white space",
        ),
        (
            r#""ClaimsSchema":[{"Value":"1","SamlClaimType":"x","SAMLNameForm":"y"}]"#,
            "SAMLNameForm",
        ),
        (
            r#""ClaimsSchema":[{"ID":"a","TransformationID":"t"}],"ClaimsTransformations":[{"ID":"t","TransformationMethod":"Split"}]"#,
            "`Split`",
        ),
        (
            r#""ClaimsSchema":[{"ID":"a","TransformationID":"t"}],"ClaimsTransformations":[{"ID":"t","TransformationMethod":"ExtractMailPrefix"}]"#,
            "no input `mail`",
        ),
    ] {
        let error = problem(rest).unwrap_err();
        assert!(error.contains(reason), "{error}");
    }
    assert!(check_policy(PolicyKind::ClaimsMapping, &[]).is_err());
    assert!(
        check_policy(
            PolicyKind::ClaimsMapping,
            &["{\"claimsMappingPolicy\":{}}".to_owned()]
        )
        .is_err()
    );
}

fn issuance(signing: &str, algorithm: &str) -> String {
    format!(
        r#"{{"TokenIssuancePolicy":{{"Version":1,"SigningAlgorithm":"{algorithm}","TokenResponseSigningPolicy":"{signing}","SamlTokenVersion":"2.0"}}}}"#
    )
}

#[test]
fn a_token_issuance_policy_chooses_option_and_algorithm() {
    let sha1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1";
    let sha256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
    for (policy, algorithm, expected) in [
        ("TokenOnly", sha256, (SigningOption::Assertion, false)),
        ("ResponseOnly", sha1, (SigningOption::Response, true)),
        ("ResponseAndToken", sha256, (SigningOption::Both, false)),
    ] {
        let definition = issuance(policy, algorithm);
        assert_eq!(
            check_policy(PolicyKind::TokenIssuance, std::slice::from_ref(&definition)),
            Ok(())
        );
        let tenant = under(PolicyKind::TokenIssuance, &definition);
        let (option, sha1) = expected;
        assert_eq!(
            signing_of(&tenant, &tenant.applications[0]),
            Signing { option, sha1 }
        );
    }
    let other = changed(|application| application.signing.sha1 = true);
    assert!(
        signing_of(&other, &other.applications[0]).sha1,
        "without a policy the portal's settings hold"
    );
    assert!(check_policy(PolicyKind::TokenIssuance, &[issuance("TokenOnly", "urn:x")]).is_err());
    assert!(check_policy(PolicyKind::TokenIssuance, &[issuance("Nothing", sha1)]).is_err());
}

#[test]
fn a_policy_of_the_organisation_holds_for_whom_has_none_of_his_own() {
    let mut tenant = tenant().clone();
    tenant.policies.push(Policy {
        id: "o".to_owned(),
        kind: PolicyKind::TokenIssuance,
        display_name: "o".to_owned(),
        definition: vec![issuance(
            "ResponseOnly",
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        )],
        is_organization_default: true,
    });
    assert_eq!(
        signing_of(&tenant, &tenant.applications[0]).option,
        SigningOption::Response
    );
}

#[test]
fn a_token_lifetime_policy_moves_the_end_of_conditions_and_of_nothing_else() {
    let until = |span: &str| {
        let definition =
            format!(r#"{{"TokenLifetimePolicy":{{"Version":1,"AccessTokenLifetime":"{span}"}}}}"#);
        let taken = check_policy(PolicyKind::TokenLifetime, std::slice::from_ref(&definition)).is_ok();
        let tenant = under(PolicyKind::TokenLifetime, &definition);
        let assertion = draft(&alice(&tenant)).assertions.remove(0);
        let confirmed = assertion.subject.confirmations[0].not_on_or_after.clone();
        assert_eq!(confirmed.as_deref(), Some("2026-01-05T11:00:05.003Z"));
        (taken, assertion.conditions.unwrap().not_on_or_after.unwrap())
    };
    assert_eq!(until("02:00:00"), (true, "2026-01-05T12:05:05.003Z".to_owned()));
    assert_eq!(until("1.00:00:00"), (true, "2026-01-06T10:05:05.003Z".to_owned()));
    assert_eq!(until("0:10:00"), (true, "2026-01-05T10:15:05.003Z".to_owned()));
    for bad in ["00:09:59", "1.00:00:01", "soon", "1:60:00", "4294967295.00:00:00"] {
        assert_eq!(
            until(bad),
            (false, "2026-01-05T11:00:05.003Z".to_owned()),
            "{bad}"
        );
    }
}

#[test]
fn own_certificates_free_issuer_and_audience() {
    let with = |own: bool| {
        let tenant = changed(|application| {
            application.issuer_with_application_id = true;
            application.audience_override = Some("urn:other".to_owned());
            if own {
                application.certificates = vec![SigningCertificate::of(tenant().keys.k2.clone(), false)];
            }
        });
        let response = draft(&alice(&tenant));
        let assertion = &response.assertions[0];
        assert_eq!(response.issuer, assertion.issuer);
        let audiences = assertion.conditions.clone().unwrap().audiences;
        (response.issuer.unwrap().value, audiences[0][0].clone())
    };
    let entity_id = tenant().entity_id();
    let app_id = &tenant().applications[0].app_id;
    assert_eq!(
        with(false),
        (entity_id.clone(), "https://sp.example/metadata".to_owned())
    );
    assert_eq!(
        with(true),
        (format!("{entity_id}{app_id}"), "urn:other".to_owned())
    );
}

proptest! {
    #[test]
    fn no_definition_makes_a_check_panic(text in "\\PC{0,80}", rest in "[\\[\\]{}\":,A-Za-z0-9]{0,80}") {
        for kind in [PolicyKind::ClaimsMapping, PolicyKind::TokenIssuance, PolicyKind::TokenLifetime] {
            let _ = check_policy(kind, std::slice::from_ref(&text));
            let _ = check_policy(kind, &[mapping("true", &rest)]);
        }
    }
}
