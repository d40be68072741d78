//! Responses, golden under every signing option.

use mock_idp::{Signing, SigningOption, issue, no_passive};
use saml::signature::{signatures, verify};

use super::{DIRECTORY, NOW, SIGNATURE, masked, one_line, request, sign_in, tenant};

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
