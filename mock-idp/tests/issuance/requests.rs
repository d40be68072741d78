//! What Azure looks at before it asks anybody for a password.

use mock_idp::directory::{PublicCertificate, SsoMode};
use mock_idp::issuance::answer_to;
use mock_idp::{
    Aadsts, Application, Azure, By, PassiveAnswer, Received, check_launch, check_request, reply_url,
};
use saml::AuthnRequest;
use saml::response::Response;

use super::{ACS, changed, checked, now, request, tenant};

/// The code for a request that is changed so.
fn code(change: impl FnOnce(&mut AuthnRequest)) -> Option<u32> {
    code_with(Azure::default(), change)
}

fn code_with(azure: Azure, change: impl FnOnce(&mut AuthnRequest)) -> Option<u32> {
    let mut request = request("", "");
    change(&mut request);
    checked(tenant(), &request, &azure)
        .err()
        .map(|error| error.code())
}

#[test]
fn id_version_instant_and_issuer_must_be_there_and_a_wrong_id_is_named() {
    assert_eq!(code(|_| {}), None);
    for id in ["6f1c", "a/b", "a=b", "-a", ".a", "a b"] {
        let bad = AuthnRequest {
            id: id.to_owned(),
            ..request("", "")
        };
        let error = checked(tenant(), &bad, &Azure::default()).err();
        assert_eq!(error, Some(Aadsts::InvalidId { id: id.to_owned() }));
    }
    assert_eq!(code(|request| request.id.clear()), Some(75005));
    assert_eq!(code(|request| request.version = "1.1".to_owned()), Some(75005));
    assert_eq!(code(|request| request.version.clear()), Some(75005));
    assert_eq!(code(|request| request.issue_instant = None), Some(75005));
    assert_eq!(code(|request| request.issuer = None), Some(75005));
    assert_eq!(code(|request| request.issuer = Some(String::new())), Some(75005));
}

#[test]
fn an_issuer_is_compared_exactly_and_may_be_the_application_id() {
    let issuer = |text: &str| code(|request| request.issuer = Some(text.to_owned()));
    assert_eq!(issuer("https://sp.example/Metadata"), Some(700016));
    assert_eq!(issuer("https://sp.example/metadata/"), Some(700016));
    assert_eq!(issuer(&tenant().applications[0].app_id), None);
}

#[test]
fn a_disabled_application_and_one_without_saml_go_no_further() {
    let code = |change: fn(&mut Application)| {
        let tenant = changed(change);
        checked(&tenant, &request("", ""), &Azure::default())
            .err()
            .map(|error| error.code())
    };
    assert_eq!(code(|application| application.enabled = false), Some(7000112));
    assert_eq!(code(|application| application.sso_mode = None), Some(650056));
    assert_eq!(
        code(|application| application.sso_mode = Some(SsoMode::Linked)),
        Some(650056)
    );
}

#[test]
fn a_service_principal_in_the_path_decides_in_place_of_the_issuer() {
    let check = |tenant: &mock_idp::Tenant, id: &str| {
        let request = AuthnRequest {
            issuer: Some("https://another.example".to_owned()),
            ..request("", "")
        };
        let received = Received {
            request: &request,
            by: By::Redirect("SAMLRequest=x"),
            url: "",
            service_principal: Some(id),
        };
        let found = check_request(tenant, &received, &Azure::default(), now());
        found
            .map(|application| application.app_id.clone())
            .map_err(|error| error.code())
    };
    let application = &tenant().applications[0];
    let id = application.service_principal_id.as_str();
    assert_eq!(check(tenant(), id), Ok(application.app_id.clone()));
    assert_eq!(check(tenant(), &application.app_id), Err(500011));
    assert_eq!(
        check(&changed(|application| application.enabled = false), id),
        Err(500014)
    );
    assert_eq!(
        check(
            &changed(|application| application.verification.required = true),
            id
        ),
        Err(76021)
    );
}

#[test]
fn the_reply_url_is_one_of_the_applications_by_url_or_else_by_index() {
    let by = |url: Option<&str>, index, azure: Azure| {
        let request = AuthnRequest {
            acs_url: url.map(str::to_owned),
            acs_index: index,
            ..request("", "")
        };
        let found = reply_url(&tenant().applications[0], Some(&request), &azure);
        found.map(str::to_owned).map_err(|error| error.code())
    };
    let ignoring = Azure {
        ignore_acs_index: true,
        ..Azure::default()
    };
    assert_eq!(
        by(None, Some(1), Azure::default()).unwrap(),
        "https://sp.example/other"
    );
    assert_eq!(by(None, Some(1), ignoring).unwrap(), ACS);
    assert_eq!(by(Some(ACS), Some(1), Azure::default()).unwrap(), ACS);
    assert_eq!(by(None, None, Azure::default()).unwrap(), ACS);
    assert_eq!(
        by(Some("https://sp.example/ACS"), None, Azure::default()),
        Err(50011)
    );
    assert_eq!(by(None, Some(7), Azure::default()), Err(50011));
    assert_eq!(code(|request| request.acs_index_unreadable = true), Some(50011));
    let none = Application::new("https://sp.example");
    assert_eq!(reply_url(&none, None, &ignoring), Err(Aadsts::NoReplyUrl));
}

#[test]
fn age_and_destination_are_looked_at_only_where_a_switch_says_so() {
    let old = |request: &mut AuthnRequest| request.issue_instant = Some("1999-01-01T00:00:00Z".to_owned());
    let away =
        |request: &mut AuthnRequest| request.destination = Some("https://elsewhere.example".to_owned());
    let here = |request: &mut AuthnRequest| {
        request.destination = Some("https://login.example/T/saml2".to_owned());
    };
    assert_eq!(code(old), None);
    assert_eq!(code(away), None);
    let strict = Azure {
        check_destination: true,
        signed_request_max_age: 300,
        ..Azure::default()
    };
    assert_eq!(code_with(strict, away), Some(75008));
    assert_eq!(code_with(strict, here), None);
    assert_eq!(code_with(strict, old), None, "it is not signed");
}

#[test]
fn four_name_id_formats_may_be_asked_for() {
    let format = |format: &str| {
        let element = format!(r#"<samlp:NameIDPolicy Format="{format}"/>"#);
        let error = checked(tenant(), &request("", &element), &Azure::default()).err();
        error.map(|error| error.code())
    };
    for good in mock_idp::issuance::NAME_ID_FORMATS {
        assert_eq!(format(good), None);
    }
    for bad in [
        "urn:oasis:names:tc:SAML:2.0:nameid-format:entity",
        "urn:oasis:names:tc:SAML:2.0:nameid-format:emailAddress",
        "urn:oasis:names:tc:SAML:1.1:nameid-format:WindowsDomainQualifiedName",
    ] {
        assert_eq!(format(bad), Some(750161), "{bad}");
    }
    assert_eq!(format(""), Some(75016));
    assert_eq!(format("email"), Some(75016));
}

#[test]
fn what_azure_does_not_support_is_refused_and_what_it_ignores_is_not() {
    assert_eq!(code(|request| request.has_subject = true), Some(900236));
    assert_eq!(code(|request| request.has_scoping = true), None);
    assert_eq!(code(|request| request.scoping.has_idp_list = true), Some(900236));
    assert_eq!(
        code(|request| request.scoping.has_proxy_count = true),
        Some(900236)
    );
    assert_eq!(
        code(|request| request.scoping.has_requester_id = true),
        Some(900236)
    );
    assert_eq!(code(|request| request.has_conditions = true), None);
    assert_eq!(code(|request| request.has_signature = true), None);
    let artifact = |request: &mut AuthnRequest| request.protocol_binding = Some("urn:x:artifact".to_owned());
    assert_eq!(code(artifact), Some(750032));
}

#[test]
fn a_requested_context_is_exact_and_names_a_class_that_azure_knows() {
    let context = |comparison: &str, class: &str| {
        let element = format!(
            r#"<samlp:RequestedAuthnContext {comparison}><AuthnContextClassRef xmlns="urn:oasis:names:tc:SAML:2.0:assertion">{class}</AuthnContextClassRef></samlp:RequestedAuthnContext>"#
        );
        checked(tenant(), &request("", &element), &Azure::default()).err()
    };
    let password = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport";
    assert_eq!(context("", password), None);
    assert_eq!(
        context(r#"Comparison="exact""#, "urn:federation:authentication:windows"),
        None
    );
    let minimum = context(r#"Comparison="minimum""#, password).unwrap();
    assert_eq!(
        minimum.to_string(),
        "AADSTS900235: SAML authentication request's RequestedAuthenticationContext Comparison value must be \
         'exact'. Received value: 'Minimum'."
    );
    assert_eq!(context("", "urn:x").map(|error| error.code()), Some(900236));
}

#[test]
fn a_launch_needs_a_reply_url_an_identifier_and_no_signed_requests() {
    let launch = |change: fn(&mut Application)| {
        let tenant = changed(change);
        let id = tenant.applications[0].app_id.clone();
        check_launch(&tenant, &id).err().map(|error| error.code())
    };
    assert_eq!(launch(|_| {}), None);
    assert_eq!(launch(|application| application.enabled = false), Some(7000112));
    assert_eq!(launch(|application| application.reply_urls.clear()), Some(900971));
    assert_eq!(launch(|application| application.identifiers.clear()), Some(50010));
    assert_eq!(
        launch(|application| application.verification.required = true),
        Some(76021)
    );
    assert_eq!(
        check_launch(tenant(), "x").err().map(|error| error.code()),
        Some(700016)
    );
}

#[test]
fn only_three_errors_reach_the_service_provider() {
    let passive = AuthnRequest {
        is_passive: true,
        ..request("", "")
    };
    let told = |error: Aadsts, azure: Azure| -> Option<(Vec<String>, String)> {
        let answer: Response = answer_to(tenant(), &passive, &error, &azure, now())?;
        assert_eq!(answer.in_response_to.as_deref(), Some("id6f1c"));
        assert_eq!(answer.destination, None);
        let last = |uri: String| uri.rsplit(':').next().unwrap().to_owned();
        Some((
            answer.status.into_iter().map(last).collect(),
            answer.status_message.unwrap(),
        ))
    };
    let binding = || Aadsts::UnsupportedBinding {
        binding: "b".to_owned(),
    };
    let qualifier = Aadsts::SpNameQualifierNotSupported {
        qualifier: "q".to_owned(),
    };
    assert_eq!(told(Aadsts::UserDisabled, Azure::default()), None);
    assert_eq!(told(binding(), Azure::default()), None);
    let (codes, text) = told(Aadsts::MfaExpired, Azure::default()).unwrap();
    assert_eq!(codes, ["Responder", "NoPassive"]);
    assert!(text.starts_with("AADSTS50078: "), "{text}");
    let page = Azure {
        passive_without_session: PassiveAnswer::ErrorPage,
        unsupported_binding: mock_idp::BindingAnswer::SamlResponse,
        ..Azure::default()
    };
    assert_eq!(told(Aadsts::NoSession, page), None);
    assert_eq!(
        told(binding(), page).unwrap().0,
        ["Requester", "UnsupportedBinding"]
    );
    let (codes, text) = told(qualifier, Azure::default()).unwrap();
    assert_eq!(codes, ["Requester", "RequestUnsupported"]);
    let lines: Vec<_> = text.lines().collect();
    assert!(
        lines[0].starts_with("AADSTS75006: ") && lines[0].contains(" AADSTS90011: "),
        "{text}"
    );
    assert!(lines[1].starts_with("Trace ID: "), "{text}");
    assert_eq!(lines[2], "Timestamp: 2026-01-05 10:00:05Z");
}

#[test]
fn an_sp_name_qualifier_is_refused_only_where_a_switch_says_so() {
    let element = r#"<samlp:NameIDPolicy SPNameQualifier="q"/>"#;
    let strict = Azure {
        refuse_sp_name_qualifier: true,
        ..Azure::default()
    };
    let code = |azure| {
        checked(tenant(), &request("", element), &azure)
            .err()
            .map(|error| error.code())
    };
    assert_eq!(code(Azure::default()), None);
    assert_eq!(code(strict), Some(90011));
}

#[test]
fn verification_certificates_that_are_not_required_are_not_looked_at() {
    let tenant = changed(|application| {
        let certificate = tenant().keys.k1.certificate().clone();
        application.verification.certificates = vec![PublicCertificate::new(certificate)];
    });
    let request = AuthnRequest {
        has_signature: true,
        ..request("", "")
    };
    assert!(checked(&tenant, &request, &Azure::default()).is_ok());
}
