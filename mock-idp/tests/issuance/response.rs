//! Responses: whose signature they carry, when and for whom they are valid. Their shapes are in `golden`.

use mock_idp::{
    Application, AudienceSpn, Azure, Lifetimes, SignIn, Signing, SigningOption, draft, issue, no_passive,
};
use saml::signature::{signatures, verify};

use super::{DIRECTORY, NOW, request, sign_in, tenant};

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

#[test]
fn an_assertion_lives_as_on_the_wire_or_as_the_documentation_says() {
    let times = |lifetimes| {
        let mut sign_in = sign_in(None);
        sign_in.azure.lifetimes = lifetimes;
        let assertion = draft(&sign_in).assertions.remove(0);
        let conditions = assertion.conditions.unwrap();
        let confirmed = assertion.subject.confirmations[0].not_on_or_after.clone();
        [conditions.not_before, conditions.not_on_or_after, confirmed]
            .map(|at| at.unwrap()[11..16].to_owned())
    };
    assert_eq!(times(Lifetimes::Wire), ["09:55", "11:00", "11:00"]);
    assert_eq!(times(Lifetimes::Doc2018), ["10:00", "11:10", "10:05"]);
}

#[test]
fn which_audiences_are_marked_as_service_principal_names_is_a_switch() {
    let audience = |identifier: &str, audience_spn| {
        let application = Application::new(identifier);
        let response = draft(&SignIn {
            application: &application,
            azure: Azure {
                audience_spn,
                ..Azure::default()
            },
            ..sign_in(None)
        });
        response.assertions[0].conditions.clone().unwrap().audiences[0][0].clone()
    };
    let guid = "8e5c0e0a-6a0e-4f0f-9a55-2a1f6b1d7c11";
    assert_eq!(audience(guid, AudienceSpn::GuidOnly), format!("spn:{guid}"));
    assert_eq!(audience("Dropbox", AudienceSpn::GuidOnly), "Dropbox");
    assert_eq!(audience("Dropbox", AudienceSpn::NonUri), "spn:Dropbox");
    assert_eq!(audience("urn:x", AudienceSpn::NonUri), "urn:x");
    assert_eq!(audience(guid, AudienceSpn::Never), guid);
}
