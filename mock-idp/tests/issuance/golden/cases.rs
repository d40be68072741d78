//! Responses.

use mock_idp::directory::{Guest, PublicCertificate, SigningCertificate, UserType};
use mock_idp::issuance::TEST_REQUEST_ID;
use mock_idp::{Application, Encryption, SignIn, Signing, SigningOption, Tenant, User, respond};
use saml::AuthnRequest;
use saml::encryption::{Allowed, decrypt};
use saml::names::{alg, enc};

use super::shape::{CBC, Shape};
use super::{golden, verified};
use crate::groups::many;
use crate::{DIRECTORY, alice, between, changed, request, tenant};

/// The response to alice at this tenant's application, compared and verified.
fn alices(name: &str, tenant: &Tenant, shape: &Shape) {
    let request = request("", "");
    let sign_in = SignIn {
        request: Some(&request).filter(|_| shape.in_response_to),
        ..alice(tenant)
    };
    compare(name, &sign_in, shape);
}

fn compare(name: &str, sign_in: &SignIn<'_>, shape: &Shape) {
    let SignIn {
        tenant, application, ..
    } = *sign_in;
    mock_idp::check_user(sign_in).unwrap();
    let issued = respond(sign_in).unwrap();
    golden(name, tenant, &issued.xml, &shape.response());
    assert!(
        issued
            .xml
            .contains(&format!(r#" SessionIndex="{}""#, issued.session_index))
    );
    let key = tenant.keys_of(application).active;
    let count = if shape.signing.option == SigningOption::Both {
        2
    } else {
        1
    };
    verified(&issued.xml, key.certificate(), count);
}

#[test]
fn a_response_under_each_signing_option_and_algorithm() {
    for (option, named) in [
        (SigningOption::Assertion, "assertion"),
        (SigningOption::Response, "response"),
        (SigningOption::Both, "both"),
    ] {
        for (sha1, algorithm) in [(false, "sha256"), (true, "sha1")] {
            let signing = Signing { option, sha1 };
            let tenant = changed(|application| application.signing = signing);
            let shape = Shape {
                signing,
                ..Shape::default()
            };
            alices(&format!("response-{named}-{algorithm}"), &tenant, &shape);
        }
    }
}

#[test]
fn idp_initiated_and_test_button_answer_no_request() {
    let unsolicited = Shape {
        in_response_to: false,
        ..Shape::default()
    };
    alices("idp-initiated", tenant(), &unsolicited);
    let test = AuthnRequest {
        id: TEST_REQUEST_ID.to_owned(),
        ..request(r#"IsPassive="false" ForceAuthn="false""#, "")
    };
    let sign_in = SignIn {
        request: Some(&test),
        ..alice(tenant())
    };
    compare("test-button", &sign_in, &unsolicited);
}

#[test]
fn a_guest() {
    let name_id = "x_y.com#EXT#@contoso.onmicrosoft.example";
    let user = User {
        user_type: UserType::Guest,
        guest: Some(Guest {
            identity_provider: "live.com".to_owned(),
        }),
        user_principal_name: name_id.to_owned(),
        ..tenant().user("alice").unwrap().clone()
    };
    let request = request("", "");
    let sign_in = SignIn {
        user: &user,
        request: Some(&request),
        ..alice(tenant())
    };
    let shape = Shape {
        name_id,
        provider: "live.com",
        ..Shape::default()
    };
    compare("guest", &sign_in, &shape);
}

#[test]
fn a_hundred_and_forty_nine_fifty_and_fifty_one_groups() {
    let attribute = |name: &str, values: &str| format!(r#"<Attribute Name="{name}">{values}</Attribute>"#);
    let value = |text: &str| format!("<AttributeValue>{text}</AttributeValue>");
    for count in [149, 150, 151] {
        let listed: String = (0..count)
            .map(|number| value(&format!("00000000-0000-4000-8000-{number:012}")))
            .collect();
        let groups = match count {
            151 => attribute(
                "http://schemas.microsoft.com/claims/groups.link",
                &value("https://graph.windows.net/TID/users/OID/getMemberObjects"),
            ),
            _ => attribute(
                "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups",
                &listed,
            ),
        };
        let shape = Shape {
            groups,
            ..Shape::default()
        };
        alices(&format!("groups-{count}"), &many(count), &shape);
    }
}

/// The application with token encryption to the other tenant's key.
fn encrypting(application: &mut Application) {
    let key = &DIRECTORY.fabrikam().keys.k1;
    let certificate = PublicCertificate::new(key.certificate().clone());
    application.token_encryption_key_id = Some(certificate.key_id.clone());
    application.encryption_certificates = vec![certificate];
}

#[test]
fn an_encrypted_assertion_is_signed_inside_and_the_response_around_it() {
    for (option, named) in [
        (SigningOption::Assertion, "assertion"),
        (SigningOption::Response, "response"),
        (SigningOption::Both, "both"),
    ] {
        let signing = Signing { option, sha1: false };
        let tenant = changed(|application| {
            encrypting(application);
            application.signing = signing;
        });
        let request = request("", "");
        let sign_in = SignIn {
            request: Some(&request),
            ..alice(&tenant)
        };
        let shape = Shape {
            signing,
            encrypted: Some(CBC),
            ..Shape::default()
        };
        let xml = respond(&sign_in).unwrap().xml;
        let hidden = ["e:CipherValue", "xenc:CipherValue", "X509SerialNumber"]
            .iter()
            .fold(xml.clone(), |text, tag| {
                between(&text, &format!("<{tag}>"), &format!("</{tag}>"), "…")
            });
        golden(&format!("encrypted-{named}"), &tenant, &hidden, &shape.response());
        let certificate = tenant.keys.active.certificate();
        verified(&xml, certificate, usize::from(option != SigningOption::Assertion));

        let assertion = decrypted(&xml);
        golden(
            &format!("encrypted-{named}-inside"),
            &tenant,
            &assertion,
            &shape.assertion("ID-1"),
        );
        verified(
            &assertion,
            certificate,
            usize::from(option != SigningOption::Response),
        );
    }
}

#[test]
fn encryption_may_be_authenticated_where_a_switch_says_so() {
    let tenant = changed(encrypting);
    let mut sign_in = alice(&tenant);
    sign_in.azure.encryption = Encryption::Gcm;
    let xml = respond(&sign_in).unwrap().xml;
    assert!(xml.contains(enc::AES256_GCM) && xml.contains(enc::RSA_OAEP) && xml.contains(alg::SHA256));
    let assertion = decrypted(&xml);
    verified(&assertion, tenant.keys.active.certificate(), 1);
}

fn decrypted(xml: &str) -> String {
    let start = xml.find("<EncryptedAssertion").unwrap();
    let end = xml.find("</samlp:Response>").unwrap();
    decrypt(&xml[start..end], &DIRECTORY.fabrikam().keys.k1, Allowed::CAREFUL).unwrap()
}

/// The application before a rollover, with the new certificate still inactive, and after it.
pub(super) fn rollover() -> [(&'static str, &'static str, Tenant); 3] {
    let keys = &DIRECTORY.fabrikam().keys;
    let [mut old, new] = [&keys.k1, &keys.k2].map(|key| SigningCertificate::of(key.clone(), false));
    old.active = true;
    let before = changed(|application| application.certificates = vec![old]);
    let mut added = before.clone();
    added.applications[0].certificates.push(new.clone());
    let mut after = added.clone();
    assert!(after.applications[0].activate(&new.key_id));
    [
        ("before", "CERT-1", before),
        ("added", "CERT-1", added),
        ("after", "CERT-2", after),
    ]
}

#[test]
fn a_rollover_switches_at_once_and_only_when_the_new_certificate_is_made_active() {
    for (when, signer, tenant) in rollover() {
        let shape = Shape {
            signer,
            ..Shape::default()
        };
        alices(&format!("rollover-{when}"), &tenant, &shape);
    }
}
