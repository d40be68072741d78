//! What a request and an application choose: reply URL, audience, NameID, claims; and what is refused.

use mock_idp::{Application, SignIn, Signing, draft, issue, name_id_for};
use saml::AuthnRequest;
use saml::names::name_id;

use super::{request, sign_in, tenant};

#[test]
fn the_reply_url_that_the_request_names_is_escaped_where_it_stands() {
    let request = request(
        r#"AssertionConsumerServiceURL="https://sp.example/acs?a=1&amp;b=2""#,
        "",
    );
    let response = draft(&sign_in(Some(&request)));
    assert_eq!(
        response.destination.as_deref(),
        Some("https://sp.example/acs?a=1&b=2")
    );
    let xml = issue(
        &sign_in(Some(&request)),
        &Signing::default(),
        &tenant().keys.active,
    )
    .unwrap();
    assert_eq!(xml.matches("https://sp.example/acs?a=1&amp;b=2").count(), 2);
}

#[test]
fn the_audience_loses_its_suffix_and_an_application_id_is_marked_as_one() {
    let audience = |application: &Application, request: Option<&AuthnRequest>| {
        let response = draft(&SignIn {
            application,
            ..sign_in(request)
        });
        response.assertions[0].conditions.clone().unwrap().audiences
    };
    let suffixed = Application::new("https://signin.sp.example/saml#2");
    assert_eq!(audience(&suffixed, None), [["https://signin.sp.example/saml"]]);
    let plain = Application::new("Dropbox");
    assert_eq!(audience(&plain, None), [["Dropbox"]]);
    let by_id = AuthnRequest {
        issuer: Some(plain.app_id.clone()),
        ..request("", "")
    };
    assert_eq!(
        audience(&plain, Some(&by_id)),
        [[format!("spn:{}", plain.app_id)]]
    );
}

#[test]
fn a_claim_without_a_value_is_left_out() {
    let mut user = tenant().user("alice").unwrap().clone();
    user.mail = None;
    user.object_id = "nobody's".to_owned();
    let response = draft(&SignIn {
        user: &user,
        ..sign_in(None)
    });
    let names: Vec<_> = response.assertions[0]
        .attributes
        .iter()
        .map(|attribute| &attribute.name)
        .collect();
    assert_eq!(names.len(), 8);
    assert!(
        !names
            .iter()
            .any(|name| name.ends_with("emailaddress") || name.ends_with("role"))
    );
}

#[test]
fn the_name_id_follows_caller_then_request_then_application() {
    let named = |format: &str| {
        request(
            "",
            &format!(r#"<samlp:NameIDPolicy Format="{format}" SPNameQualifier="q"/>"#),
        )
    };
    let persistent = named(name_id::PERSISTENT);

    let pairwise = name_id_for(&sign_in(Some(&persistent)));
    assert_eq!(pairwise.format.as_deref(), Some(name_id::PERSISTENT));
    assert_eq!(pairwise.sp_name_qualifier.as_deref(), Some("q"));
    assert_eq!(pairwise.value.len(), 44);
    assert_eq!(pairwise.value, name_id_for(&sign_in(Some(&persistent))).value);
    let elsewhere = Application::new("https://other.example");
    let other = name_id_for(&SignIn {
        application: &elsewhere,
        ..sign_in(Some(&persistent))
    });
    assert_ne!(pairwise.value, other.value);

    let transient = named(name_id::TRANSIENT);
    let [one, two] = [0, 1].map(|_| name_id_for(&sign_in(Some(&transient))).value);
    assert_ne!(one, two);

    let unspecified = name_id_for(&sign_in(Some(&named(name_id::UNSPECIFIED))));
    assert_eq!(unspecified.format.as_deref(), Some(name_id::EMAIL));

    let ordered = SignIn {
        name_id_format: Some(name_id::UNSPECIFIED),
        ..sign_in(Some(&persistent))
    };
    assert_eq!(
        name_id_for(&ordered).format.as_deref(),
        Some(name_id::UNSPECIFIED)
    );
    assert_eq!(name_id_for(&ordered).value, "alice@contoso.example");
}

#[test]
fn an_application_takes_from_sp_metadata_what_azures_upload_takes() {
    let metadata = saml::metadata::SpMetadata::parse(
        br#"<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sp.example/metadata"><SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://sp.example/slo"/><AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact" Location="https://sp.example/artifact" index="0"/><AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://sp.example/one" index="1"/><AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://sp.example/two" index="2" isDefault="true"/></SPSSODescriptor></EntityDescriptor>"#,
    )
    .unwrap();
    let application = Application::from_sp_metadata(&metadata);
    let urls: Vec<_> = application
        .reply_urls
        .iter()
        .map(|reply| (reply.url.as_str(), reply.index))
        .collect();
    assert_eq!(
        urls,
        [
            ("https://sp.example/one", Some(1)),
            ("https://sp.example/two", Some(2))
        ]
    );
    assert_eq!(application.default_reply_url(), Some("https://sp.example/two"));
    assert_eq!(application.identifiers, ["https://sp.example/metadata"]);
    assert_eq!(application.logout_url.as_deref(), Some("https://sp.example/slo"));
    assert_eq!(
        application.app_id,
        Application::from_sp_metadata(&metadata).app_id
    );
}
