//! The messages have Azure's shape to the byte, and their signatures verify.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::LazyLock;

use jiff::{SignedDuration, Timestamp};
use mock_idp::{
    Aadsts, Application, Directory, ReplyUrl, SignIn, Signing, SigningOption, Tenant, check_request, draft,
    federation_metadata, issue, name_id_for, no_passive,
};
use saml::AuthnRequest;
use saml::names::name_id;
use saml::signature::{signatures, verify};

static DIRECTORY: LazyLock<Directory> = LazyLock::new(|| {
    let mut directory = Directory::ephemeral().unwrap();
    directory.tenants[0].applications.push(application());
    directory
});

const NOW: &str = "2026-01-05T10:00:05.003Z";
const ACS: &str = "https://sp.example/acs";

fn application() -> Application {
    let reply = |url: &str, index, is_default| ReplyUrl {
        url: url.to_owned(),
        index,
        is_default,
    };
    Application {
        reply_urls: vec![
            reply("https://sp.example/other", Some(1), false),
            reply(ACS, None, true),
            reply("https://sp.example/acs?a=1&b=2", None, false),
        ],
        ..Application::new("https://sp.example/metadata")
    }
}

fn tenant() -> &'static Tenant {
    DIRECTORY.contoso()
}

/// A request with these attributes and, after the Issuer, these elements.
fn request(attributes: &str, elements: &str) -> AuthnRequest {
    AuthnRequest::parse(&format!(
        r#"<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="id6f1c" Version="2.0" IssueInstant="2026-01-05T10:00:00Z" {attributes}><Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion">https://sp.example/metadata</Issuer>{elements}</samlp:AuthnRequest>"#
    ))
    .unwrap()
}

fn sign_in(request: Option<&AuthnRequest>) -> SignIn<'_> {
    let now: Timestamp = NOW.parse().unwrap();
    SignIn {
        tenant: tenant(),
        application: &tenant().applications[0],
        user: tenant().user("alice").unwrap(),
        request,
        now,
        authn_instant: now - SignedDuration::from_hours(2),
        name_id_format: None,
    }
}

/// Ids, digests, signature values and certificates made equal.
fn masked(text: &str) -> String {
    let alice = tenant().user("alice").unwrap();
    let mut text = text.replace(&tenant().id, "TID").replace(&alice.object_id, "OID");
    for tag in ["DigestValue", "SignatureValue", "X509Certificate"] {
        text = between(&text, &format!("<{tag}>"), &format!("</{tag}>"), "…");
    }
    let mut ids: Vec<String> = Vec::new();
    while let Some(at) = text.find("\"_").or_else(|| text.find("\"#_")) {
        let at = at + text[at..].find('_').unwrap();
        let id = text[at..at + 37].to_owned();
        ids.push(id.clone());
        text = text.replace(&id, &format!("ID-{}", ids.len()));
    }
    text
}

fn between(text: &str, start: &str, end: &str, with: &str) -> String {
    let mut parts = text.split(start);
    let mut out = parts.next().unwrap().to_owned();
    for part in parts {
        let (value, rest) = part.split_once(end).unwrap();
        assert!(!value.is_empty(), "{start}");
        // A Base64 value is in one line; other values are text.
        let base64 = !value.starts_with('<');
        assert!(!base64 || !value.contains(char::is_whitespace), "{start}{value}");
        out.push_str(&[start, with, end, rest].concat());
    }
    out
}

/// A golden text is written with one element a line.
fn one_line(text: &str) -> String {
    text.lines().map(str::trim).collect()
}

const RESPONSE: &str = r##"
<samlp:Response ID="ID-1" Version="2.0" IssueInstant="2026-01-05T10:00:05.003Z" Destination="https://sp.example/acs" InResponseTo="id6f1c" xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol">
 <Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion">https://sts.windows.net/TID/</Issuer>
 {response signature}
 <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
 <Assertion ID="ID-2" IssueInstant="2026-01-05T10:00:05.003Z" Version="2.0" xmlns="urn:oasis:names:tc:SAML:2.0:assertion">
  <Issuer>https://sts.windows.net/TID/</Issuer>
  {assertion signature}
  <Subject>
   <NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">alice@contoso.example</NameID>
   <SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
    <SubjectConfirmationData InResponseTo="id6f1c" NotOnOrAfter="2026-01-05T11:00:05.003Z" Recipient="https://sp.example/acs"/>
   </SubjectConfirmation>
  </Subject>
  <Conditions NotBefore="2026-01-05T09:55:05.003Z" NotOnOrAfter="2026-01-05T11:00:05.003Z">
   <AudienceRestriction><Audience>https://sp.example/metadata</Audience></AudienceRestriction>
  </Conditions>
  <AttributeStatement>
   <Attribute Name="http://schemas.microsoft.com/identity/claims/tenantid"><AttributeValue>TID</AttributeValue></Attribute>
   <Attribute Name="http://schemas.microsoft.com/identity/claims/objectidentifier"><AttributeValue>OID</AttributeValue></Attribute>
   <Attribute Name="http://schemas.microsoft.com/identity/claims/displayname"><AttributeValue>Alice Marker-7f3a</AttributeValue></Attribute>
   <Attribute Name="http://schemas.microsoft.com/identity/claims/identityprovider"><AttributeValue>https://sts.windows.net/TID/</AttributeValue></Attribute>
   <Attribute Name="http://schemas.microsoft.com/claims/authnmethodsreferences"><AttributeValue>http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/password</AttributeValue></Attribute>
   <Attribute Name="http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname"><AttributeValue>Alice-a19c</AttributeValue></Attribute>
   <Attribute Name="http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname"><AttributeValue>Marker-c4d8</AttributeValue></Attribute>
   <Attribute Name="http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"><AttributeValue>alice@contoso.example</AttributeValue></Attribute>
   <Attribute Name="http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name"><AttributeValue>alice@contoso.example</AttributeValue></Attribute>
   <Attribute Name="http://schemas.microsoft.com/ws/2008/06/identity/claims/role"><AttributeValue>user</AttributeValue></Attribute>
  </AttributeStatement>
  <AuthnStatement AuthnInstant="2026-01-05T08:00:05.003Z" SessionIndex="ID-2">
   <AuthnContext><AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</AuthnContextClassRef></AuthnContext>
  </AuthnStatement>
 </Assertion>
</samlp:Response>"##;

const SIGNATURE: &str = r##"
<Signature xmlns="http://www.w3.org/2000/09/xmldsig#">
 <SignedInfo>
  <CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>
  <SignatureMethod Algorithm="{method}"/>
  <Reference URI="#{id}">
   <Transforms>
    <Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>
    <Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>
   </Transforms>
   <DigestMethod Algorithm="{digest}"/>
   <DigestValue>…</DigestValue>
  </Reference>
 </SignedInfo>
 <SignatureValue>…</SignatureValue>
 <KeyInfo><X509Data><X509Certificate>…</X509Certificate></X509Data></KeyInfo>
</Signature>"##;

fn golden(signing: Signing) -> String {
    let (method, digest) = match signing.sha1 {
        false => (
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            "http://www.w3.org/2001/04/xmlenc#sha256",
        ),
        true => (
            "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
            "http://www.w3.org/2000/09/xmldsig#sha1",
        ),
    };
    let signature = |id: &str, on: &[SigningOption]| match on.contains(&signing.option) {
        true => SIGNATURE
            .replace("{method}", method)
            .replace("{digest}", digest)
            .replace("{id}", id),
        false => String::new(),
    };
    let response = signature("ID-1", &[SigningOption::Response, SigningOption::Both]);
    let assertion = signature("ID-2", &[SigningOption::Assertion, SigningOption::Both]);
    one_line(
        &RESPONSE
            .replace("{response signature}", &response)
            .replace("{assertion signature}", &assertion),
    )
}

const SIGNINGS: [Signing; 6] = {
    use SigningOption::{Assertion, Both, Response};
    [
        Signing {
            option: Assertion,
            sha1: false,
        },
        Signing {
            option: Response,
            sha1: false,
        },
        Signing {
            option: Both,
            sha1: false,
        },
        Signing {
            option: Assertion,
            sha1: true,
        },
        Signing {
            option: Response,
            sha1: true,
        },
        Signing {
            option: Both,
            sha1: true,
        },
    ]
};

#[test]
fn a_response_has_azures_shape_under_every_signing_option() {
    let request = request("", "");
    for signing in SIGNINGS {
        let response = issue(&sign_in(Some(&request)), &signing, &tenant().keys.active).unwrap();
        assert_eq!(masked(&response), golden(signing), "{signing:?}");
    }
}

#[test]
fn every_signature_verifies_with_the_tenants_key_and_with_no_other() {
    for signing in SIGNINGS {
        let response = issue(&sign_in(None), &signing, &tenant().keys.active).unwrap();
        let found = signatures(&response);
        assert_eq!(
            found.len(),
            if signing.option == SigningOption::Both {
                2
            } else {
                1
            }
        );
        for at in found {
            assert!(
                verify(&response, at, tenant().keys.active.certificate()).unwrap(),
                "{signing:?}"
            );
            assert!(!verify(&response, at, DIRECTORY.fabrikam().keys.active.certificate()).unwrap());
        }
    }
}

#[test]
fn xmlsec1_agrees_where_it_is_installed() {
    let folder = tempfile::tempdir().unwrap();
    let certificate = folder.path().join("idp.pem");
    std::fs::write(&certificate, tenant().keys.active.certificate().pem()).unwrap();
    let verifies = |text: &str, name: &str| {
        let message = folder.path().join("message.xml");
        std::fs::write(&message, text).unwrap();
        let path = format!("/descendant::*[local-name()='{name}'][1]/*[local-name()='Signature']");
        let output = std::process::Command::new("xmlsec1")
            .args([
                "--verify",
                "--id-attr:ID",
                name,
                "--node-xpath",
                &path,
                "--pubkey-cert-pem",
            ])
            .args([&certificate, &message])
            .output();
        output.map(|output| output.status.success())
    };
    for signing in SIGNINGS {
        let response = issue(&sign_in(None), &signing, &tenant().keys.active).unwrap();
        let name = if signing.option == SigningOption::Response {
            "Response"
        } else {
            "Assertion"
        };
        let Ok(genuine) = verifies(&response, name) else {
            eprintln!("xmlsec1 is not installed: nothing compared");
            return;
        };
        assert!(genuine, "{signing:?}");
        assert!(
            !verifies(&response.replace("alice@", "admin@"), name).unwrap(),
            "{signing:?}"
        );
    }
}

#[test]
fn an_unsolicited_response_answers_nothing() {
    let response = issue(&sign_in(None), &Signing::default(), &tenant().keys.active).unwrap();
    assert!(!response.contains("InResponseTo"));
    let unsolicited = golden(Signing::default()).replace(r#" InResponseTo="id6f1c""#, "");
    assert_eq!(masked(&response), unsolicited);
}

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
    user.roles.clear();
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
fn a_request_is_refused_as_azure_refuses_it() {
    let with = |change: fn(&mut AuthnRequest)| {
        let mut request = request("", "");
        change(&mut request);
        check_request(tenant(), &request).err().map(|error| error.code())
    };
    assert_eq!(with(|_| {}), None);
    assert_eq!(
        with(|request| request.destination = Some("https://elsewhere.example".to_owned())),
        None
    );
    assert_eq!(
        with(|request| request.issue_instant = Some("1999-01-01T00:00:00Z".to_owned())),
        None
    );
    for id in ["6f1c", "a/b", "a=b", "-a", ".a", "a b"] {
        let bad = AuthnRequest {
            id: id.to_owned(),
            ..request("", "")
        };
        assert_eq!(
            check_request(tenant(), &bad).err(),
            Some(Aadsts::InvalidId { id: id.to_owned() })
        );
    }
    assert_eq!(with(|request| request.id.clear()), Some(75005));
    assert_eq!(with(|request| request.version = "1.1".to_owned()), Some(75005));
    assert_eq!(with(|request| request.issuer = None), Some(75005));
    assert_eq!(
        with(|request| request.issuer = Some("https://sp.example/Metadata".to_owned())),
        Some(700016)
    );
    assert_eq!(
        with(|request| request.acs_url = Some("https://sp.example/ACS".to_owned())),
        Some(50011)
    );
    assert_eq!(with(|request| request.acs_index = Some(7)), Some(50011));
    assert_eq!(with(|request| request.acs_index = Some(1)), None);
    assert_eq!(with(|request| request.has_subject = true), Some(900236));
    let artifact = |request: &mut AuthnRequest| request.protocol_binding = Some("urn:x:artifact".to_owned());
    assert_eq!(with(artifact), Some(750032));
    let entity = request(
        "",
        r#"<samlp:NameIDPolicy Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity"/>"#,
    );
    assert_eq!(
        check_request(tenant(), &entity).err().map(|error| error.code()),
        Some(750161)
    );
}

#[test]
fn the_index_of_a_request_picks_its_reply_url_and_a_url_outranks_it() {
    let by = |url: Option<&str>, index| {
        let request = AuthnRequest {
            acs_url: url.map(str::to_owned),
            acs_index: index,
            ..request("", "")
        };
        mock_idp::reply_url(&tenant().applications[0], Some(&request))
            .unwrap()
            .to_owned()
    };
    assert_eq!(by(None, Some(1)), "https://sp.example/other");
    assert_eq!(by(Some(ACS), Some(1)), ACS);
    assert_eq!(by(None, None), ACS);
    let none = Application::new("https://sp.example");
    assert_eq!(mock_idp::reply_url(&none, None), Err(Aadsts::NoReplyUrl));
}

#[test]
fn nobody_signed_in_is_told_to_a_passive_request_without_an_assertion() {
    let xml = no_passive(tenant(), &request("", ""), NOW.parse().unwrap()).to_xml();
    let view = roxmltree::Document::parse(&xml).unwrap();
    let codes: Vec<_> = view
        .descendants()
        .filter_map(|node| node.attribute("Value"))
        .collect();
    assert_eq!(
        codes,
        [
            "urn:oasis:names:tc:SAML:2.0:status:Responder",
            "urn:oasis:names:tc:SAML:2.0:status:NoPassive"
        ]
    );
    let message = view
        .descendants()
        .find(|node| node.has_tag_name(("urn:oasis:names:tc:SAML:2.0:protocol", "StatusMessage")));
    let message = message.unwrap().text().unwrap();
    assert!(
        message.starts_with("AADSTS50058: ") && message.ends_with("\nTimestamp: 2026-01-05 10:00:05Z"),
        "{message}"
    );
    assert_eq!(view.root_element().attribute("InResponseTo"), Some("id6f1c"));
    assert_eq!(view.root_element().attribute("Destination"), None);
    assert!(!xml.contains("<Assertion"));
}

const METADATA: &str = r##"
<EntityDescriptor ID="ID-1" entityID="https://sts.windows.net/TID/" xmlns="urn:oasis:names:tc:SAML:2.0:metadata">
{signature}
<RoleDescriptor xsi:type="fed:SecurityTokenServiceType" protocolSupportEnumeration="http://docs.oasis-open.org/wsfed/federation/200706" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:fed="http://docs.oasis-open.org/wsfed/federation/200706">
{key}
<fed:ClaimTypesOffered>{claims}</fed:ClaimTypesOffered>
<fed:SecurityTokenServiceEndpoint>{passive}</fed:SecurityTokenServiceEndpoint>
<fed:PassiveRequestorEndpoint>{passive}</fed:PassiveRequestorEndpoint>
</RoleDescriptor>
<RoleDescriptor xsi:type="fed:ApplicationServiceType" protocolSupportEnumeration="http://docs.oasis-open.org/wsfed/federation/200706" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:fed="http://docs.oasis-open.org/wsfed/federation/200706">
{key}
<fed:TargetScopes><wsa:EndpointReference xmlns:wsa="http://www.w3.org/2005/08/addressing"><wsa:Address>https://sts.windows.net/TID/</wsa:Address></wsa:EndpointReference></fed:TargetScopes>
<fed:ApplicationServiceEndpoint>{passive}</fed:ApplicationServiceEndpoint>
<fed:PassiveRequestorEndpoint>{passive}</fed:PassiveRequestorEndpoint>
</RoleDescriptor>
<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
{key}
<SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="http://localhost:8400/TID/saml2"/>
<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="http://localhost:8400/TID/saml2"/>
<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="http://localhost:8400/TID/saml2"/>
</IDPSSODescriptor>
</EntityDescriptor>"##;

#[test]
fn federation_metadata_is_one_line_after_a_byte_order_mark_in_azures_order() {
    let bytes = federation_metadata(tenant(), "http://localhost:8400", None).unwrap();
    let text = std::str::from_utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap()).unwrap();
    let body = text
        .strip_prefix(r#"<?xml version="1.0" encoding="utf-8"?>"#)
        .unwrap();
    let signature = SIGNATURE
        .replace("{method}", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256")
        .replace("{digest}", "http://www.w3.org/2001/04/xmlenc#sha256")
        .replace("{id}", "ID-1");
    let key = r#"<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>…</X509Certificate></X509Data></KeyInfo></KeyDescriptor>"#;
    let passive = r#"<wsa:EndpointReference xmlns:wsa="http://www.w3.org/2005/08/addressing"><wsa:Address>http://localhost:8400/TID/wsfed</wsa:Address></wsa:EndpointReference>"#;
    let masked = between(
        &masked(body),
        "<fed:ClaimTypesOffered>",
        "</fed:ClaimTypesOffered>",
        "{claims}",
    );
    let golden = METADATA
        .replace("{signature}", &signature)
        .replace("{key}", key)
        .replace("{passive}", passive);
    assert_eq!(masked, one_line(&golden));
}

#[test]
fn federation_metadata_offers_the_nineteen_claim_types_in_order() {
    let bytes = federation_metadata(tenant(), "http://localhost:8400", None).unwrap();
    let text = std::str::from_utf8(&bytes[3..]).unwrap();
    let view = roxmltree::Document::parse(text).unwrap();
    let offered: Vec<_> = view
        .descendants()
        .filter(|node| node.tag_name().name() == "ClaimType")
        .map(|node| node.attribute("Uri").unwrap().rsplit('/').next().unwrap())
        .collect();
    assert_eq!(
        offered,
        [
            "name",
            "nameidentifier",
            "givenname",
            "surname",
            "displayname",
            "nickname",
            "authenticationinstant",
            "authenticationmethod",
            "objectidentifier",
            "tenantid",
            "identityprovider",
            "emailaddress",
            "groups",
            "accesstoken",
            "expiration",
            "openid2_id",
            "groups.link",
            "role",
            "wids"
        ]
    );
}

#[test]
fn federation_metadata_lists_every_published_key_and_is_signed_by_the_active_one() {
    let mut tenant = tenant().clone();
    tenant.keys.published = vec![tenant.keys.k2.clone(), tenant.keys.k1.clone()];
    tenant.keys.active = tenant.keys.k2.clone();
    let bytes = federation_metadata(&tenant, "http://localhost:8400/", None).unwrap();
    let text = std::str::from_utf8(&bytes[3..]).unwrap();
    let [one, two] = [&tenant.keys.k1, &tenant.keys.k2].map(|key| key.certificate().base64());
    assert_eq!(text.matches(&one).count(), 3);
    assert_eq!(text.matches(&two).count(), 3 + 1, "and once in the signature");
    assert!(text.find(&two) < text.find(&one));
    let at = signatures(text)[0];
    assert!(verify(text, at, tenant.keys.k2.certificate()).unwrap());

    let metadata = saml::metadata::IdpMetadata::parse(&bytes).unwrap();
    assert_eq!(metadata.entity_id, tenant.entity_id());
    assert_eq!(metadata.signing.len(), 2);
    assert_eq!(metadata.sso.len(), 2);
    assert!(
        metadata
            .sso
            .iter()
            .all(|sso| sso.location == format!("http://localhost:8400/{}/saml2", tenant.id))
    );
}

#[test]
fn an_application_with_keys_of_its_own_has_metadata_of_its_own() {
    let mut tenant = tenant().clone();
    let own = DIRECTORY.fabrikam().keys.clone();
    tenant.applications[0].keys = Some(own.clone());
    let bytes = federation_metadata(&tenant, "http://localhost:8400", Some(&tenant.applications[0])).unwrap();
    let text = std::str::from_utf8(&bytes[3..]).unwrap();
    assert!(text.contains(&own.active.certificate().base64()));
    assert!(!text.contains(&tenant.keys.active.certificate().base64()));
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
