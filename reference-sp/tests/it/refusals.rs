//! What the hardened service provider refuses, each for its own reason. Message by message, the reason is the
//! test: a message that is refused by accident proves nothing.

use saml::assertion::Confirmation;
use saml::names::{alg, method, name_id, status};
use saml::response::{Issuer, Response};

use crate::kit::browser::{Browser, deliver};
use crate::kit::*;
use reference_sp::{Config, ReferenceSp};

/// What a misbehaving IdP says, signed as it should be.
async fn says(sp: &ReferenceSp, because: &str, change: impl FnOnce(&mut Response)) {
    let mut message = response(sp, tenant(), ALICE);
    change(&mut message);
    let because_of = deliver(sp, &sign_assertion(&message.to_xml(), tenant())).await;
    because_of.is_refused(because);
}

/// A genuine message that somebody changed afterwards.
async fn tampered(sp: &ReferenceSp, because: &str, change: impl FnOnce(&str) -> String) {
    let genuine = flawless(sp, ATTACKER);
    let changed = change(&genuine);
    assert_ne!(genuine, changed, "nothing was changed");
    deliver(sp, &changed).await.is_refused(because);
}

/// A message in the shape of an attack, signed by the tenant after the change.
async fn written(sp: &ReferenceSp, because: &str, change: impl FnOnce(&str) -> String) {
    let plain = response(sp, tenant(), ALICE).to_xml();
    let changed = change(&plain);
    assert_ne!(plain, changed, "nothing was changed");
    deliver(sp, &sign_assertion(&changed, tenant()))
        .await
        .is_refused(because);
}

fn conditions(message: &mut Response) -> &mut saml::assertion::Conditions {
    message.assertions[0].conditions.as_mut().unwrap()
}

fn confirmation(message: &mut Response) -> &mut Confirmation {
    &mut message.assertions[0].subject.confirmations[0]
}

fn name(message: &mut Response) -> &mut saml::assertion::NameId {
    message.assertions[0].subject.name_id.as_mut().unwrap()
}

fn authn(message: &mut Response) -> &mut saml::assertion::Authn {
    message.assertions[0].authn.as_mut().unwrap()
}

#[tokio::test]
async fn what_is_no_message() {
    let sp = hardened().await;
    let browser = Browser::new(&sp);
    let post = async |body: &str, because: &str| {
        let answer = browser.post_form(body.to_owned()).await;
        assert_eq!(answer.status(), 403, "{body}");
        assert!(answer.headers().get("set-cookie").is_none());
        let denial = sp.denials().pop().unwrap();
        assert!(denial.contains(because), "{body}: {denial}");
    };
    post("", "exactly one SAMLResponse").await;
    post(
        "SAMLResponse=YQ%3D%3D&SAMLResponse=YQ%3D%3D",
        "exactly one SAMLResponse",
    )
    .await;
    post(
        "SAMLResponse=YQ%3D%3D&RelayState=a&RelayState=b",
        "at most one RelayState",
    )
    .await;
    post("SAMLRequest=YQ%3D%3D", "exactly one SAMLResponse").await;
    post("SAMLResponse[]=YQ%3D%3D", "exactly one SAMLResponse").await;
    post("SAMLResponse=%2A%2A", "not Base64").await;
    post("SAMLResponse=YQ*%3D%3D", "not Base64").await;
    post("SAMLResponse=YQ%3D%3D", "not acceptable XML").await;
    post("SAMLResponse=wK8%3D", "not UTF-8").await;
    post(
        &format!("SAMLResponse={}", "A".repeat((1 << 20) + 4)),
        "larger than",
    )
    .await;
    post(
        &format!("SAMLResponse={}", "A".repeat(4 << 20)),
        "of reasonable size",
    )
    .await;
}

#[tokio::test]
async fn what_is_no_response() {
    let sp = hardened().await;
    tampered(&sp, "not acceptable XML", |xml| format!("<!DOCTYPE r>{xml}")).await;
    tampered(&sp, "not acceptable XML", |xml| format!("{xml}{xml}")).await;
    tampered(&sp, "not acceptable XML", |xml| format!("{xml}garbage")).await;
    tampered(&sp, "not acceptable XML", |xml| xml[..xml.len() / 2].to_owned()).await;
    tampered(&sp, "not acceptable XML", |xml| {
        xml.replacen("<Assertion ", "<Assertion ID=\"_other\" ", 1)
    })
    .await;
    tampered(&sp, "not acceptable XML", |xml| {
        let deep = format!("{}{}", "<a>".repeat(5000), "</a>".repeat(5000));
        xml.replace(
            "<samlp:Status>",
            &format!("<samlp:Extensions>{deep}</samlp:Extensions><samlp:Status>"),
        )
    })
    .await;
    tampered(&sp, "only XML 1.0", |xml| format!("<?xml version=\"1.1\"?>{xml}")).await;
    tampered(&sp, "another encoding", |xml| {
        format!("<?xml version=\"1.0\" encoding='UTF-7'?>{xml}")
    })
    .await;
    tampered(&sp, "not a samlp:Response", |xml| assertion_of(xml).to_owned()).await;
    tampered(&sp, "not a samlp:Response", |xml| {
        xml.replace("SAML:2.0:protocol", "SAML:1.1:protocol")
    })
    .await;
    tampered(&sp, "not a samlp:Response", |xml| {
        xml.replace("samlp:Response", "samlp:response")
    })
    .await;
    tampered(&sp, "not of version 2.0", |xml| {
        xml.replacen("Version=\"2.0\"", "Version=\"1.1\"", 1)
    })
    .await;
    tampered(&sp, "no usable ID", |xml| xml.replacen(" ID=", " Id=", 1)).await;
    written(&sp, "not of version 2.0", |xml| {
        xml.replace("Version=\"2.0\" xmlns=\"", "Version=\"3.0\" xmlns=\"")
    })
    .await;
}

#[tokio::test]
async fn a_status_that_is_no_success() {
    let sp = hardened().await;
    says(&sp, "the IdP reports", |m| {
        m.status = vec![status::RESPONDER.to_owned()]
    })
    .await;
    says(&sp, "the IdP reports", |m| {
        m.status = vec![status::REQUESTER.to_owned(), status::SUCCESS.to_owned()]
    })
    .await;
    says(&sp, "the IdP reports", |m| {
        m.status = vec![format!("{}/x", status::SUCCESS)]
    })
    .await;
    tampered(&sp, "no status", |xml| {
        xml.replace(cut(xml, "<samlp:Status>", "</samlp:Status>"), "")
    })
    .await;
    tampered(&sp, "no status", |xml| {
        xml.replace(cut(xml, "<samlp:Status>", "</samlp:Status>"), "<samlp:Status/>")
    })
    .await;
}

#[tokio::test]
async fn another_number_of_assertions_than_one() {
    let sp = hardened().await;
    tampered(&sp, "holds 0", |xml| xml.replace(assertion_of(xml), "")).await;
    tampered(&sp, "holds 2", |xml| {
        xml.replace(
            assertion_of(xml),
            &format!("{}{}", evil(xml, false), assertion_of(xml)),
        )
    })
    .await;
    tampered(&sp, "EncryptedAssertion", |xml| {
        xml.replace(
            "</samlp:Response>",
            "<x:EncryptedAssertion xmlns:x=\"urn:oasis:names:tc:SAML:2.0:assertion\"/></samlp:Response>",
        )
    })
    .await;
    tampered(&sp, "stands on more than one", |xml| {
        xml.replace(
            "<samlp:Status>",
            &format!(
                "<samlp:Extensions>{}</samlp:Extensions><samlp:Status>",
                evil(xml, true)
            ),
        )
    })
    .await;
}

#[tokio::test]
async fn an_assertion_of_another_shape() {
    let sp = hardened().await;
    let two_subjects =
        |xml: &str| xml.replace("</Subject>", "</Subject><Subject><NameID>x</NameID></Subject>");
    written(&sp, "children are not those of the schema", two_subjects).await;
    written(&sp, "children are not those of the schema", |xml| {
        xml.replace("<Conditions", "<x:foo xmlns:x=\"urn:x\"/><Conditions")
    })
    .await;
    written(&sp, "children are not those of the schema", |xml| {
        let statement = cut(xml, "<AttributeStatement", "</AttributeStatement>");
        xml.replace(statement, "")
            .replace("<Subject>", &format!("{statement}<Subject>"))
    })
    .await;
    says(&sp, "no AuthnStatement", |m| m.assertions[0].authn = None).await;
    written(&sp, "an AttributeStatement is empty", |xml| {
        xml.replace(
            cut(xml, "<AttributeStatement", "</AttributeStatement>"),
            "<AttributeStatement/>",
        )
    })
    .await;
    written(&sp, "an Attribute has no Name", |xml| {
        xml.replacen("<Attribute Name=", "<Attribute FriendlyName=", 1)
    })
    .await;
    written(&sp, "no usable AuthnContext", |xml| {
        xml.replace(
            cut(xml, "<AuthnContextClassRef", "</AuthnContextClassRef>"),
            "<AuthnContextClassRef/>",
        )
    })
    .await;
}

#[tokio::test]
async fn a_signature_that_proves_nothing() {
    let sp = hardened().await;
    let plain = response(&sp, tenant(), ALICE).to_xml();
    deliver(&sp, &plain)
        .await
        .is_refused("neither the Response nor the Assertion is signed");
    tampered(&sp, "digest does not match", |xml| xml.replace(ATTACKER, VICTIM)).await;
    tampered(&sp, "digest does not match", |xml| {
        xml.replace("</Audience>", " </Audience>")
    })
    .await;
    tampered(&sp, "digest does not match", |xml| {
        xml.replacen("<Assertion ", "<Assertion xmlns:f=\"urn:f\" f:bar=\"1\" ", 1)
    })
    .await;
    tampered(&sp, "exactly one SignatureValue", |xml| {
        xml.replace(cut(xml, "<SignatureValue>", "</SignatureValue>"), "")
    })
    .await;
    tampered(&sp, "SignatureValue holds more", |xml| {
        xml.replace(
            cut(xml, "<SignatureValue>", "</SignatureValue>"),
            "<SignatureValue/>",
        )
    })
    .await;
    tampered(&sp, "no key of this Issuer", |xml| {
        let value = cut(xml, "<SignatureValue>", "</SignatureValue>");
        xml.replace(value, "<SignatureValue>AAAA</SignatureValue>")
    })
    .await;
    tampered(&sp, "exactly one SignedInfo", |xml| {
        xml.replace(
            signature_of(xml),
            "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"/>",
        )
    })
    .await;
    tampered(&sp, "exactly one SignedInfo", |xml| {
        let info = cut(xml, "<SignedInfo>", "</SignedInfo>");
        xml.replace(info, &info.repeat(2))
    })
    .await;
    tampered(&sp, "DigestValue holds more", |xml| {
        xml.replace("<DigestValue>", "<DigestValue><!--FORGED-->")
    })
    .await;
    tampered(&sp, "more than one Signature", |xml| {
        xml.replace(signature_of(xml), &signature_of(xml).repeat(2))
    })
    .await;
    tampered(&sp, "children are not those", |xml| {
        xml.replace(
            "<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"",
            "<Signature xmlns=\"urn:x\"",
        )
    })
    .await;
    tampered(&sp, "is not allowed", |xml| {
        xml.replace(alg::RSA_SHA256, "urn:none")
    })
    .await;
}

#[tokio::test]
async fn a_signature_of_a_kind_that_saml_does_not_allow() {
    let sp = hardened().await;
    let signed = async |because: &str, change: fn(&mut saml::signature::Template)| {
        let plain = response(&sp, tenant(), ALICE).to_xml();
        let mut template = saml::signature::Template::azure(
            &id_after(&plain, "<Assertion"),
            tenant().key.certificate(),
            false,
        );
        change(&mut template);
        let element = plain.find("<Assertion").unwrap();
        let at = element + plain[element..].find("</Issuer>").unwrap() + "</Issuer>".len();
        let unsigned = saml::document::splice(&plain, at..at, &template.to_xml());
        let message =
            saml::signature::sign_by_hand(&unsigned, at, saml::signature::Secret::Key(&tenant().key))
                .unwrap();
        deliver(&sp, &message).await.is_refused(because);
    };
    signed("is not allowed", |t| t.method = alg::RSA_SHA1.to_owned()).await;
    signed("is not allowed", |t| {
        t.references[0].digest_method = alg::SHA1.to_owned()
    })
    .await;
    signed("is not allowed", |t| {
        t.references[0].digest_method = alg::MD5.to_owned()
    })
    .await;
    signed("is not allowed", |t| t.method = alg::RSA_PSS_SHA256.to_owned()).await;
    signed("the transforms must be", |t| {
        t.references[0].transforms.truncate(0)
    })
    .await;
    signed("the transforms must be", |t| t.references[0].transforms.reverse()).await;
    signed("refers to \"\"", |t| t.references[0].uri = Some(String::new())).await;
    signed("refers to \"\"", |t| t.references[0].uri = None).await;
    signed("refers to \"#_absent\"", |t| {
        t.references[0].uri = Some("#_absent".to_owned())
    })
    .await;
    signed("exactly one Reference", |t| {
        t.references.push(t.references[0].clone())
    })
    .await;
    signed("exactly one Reference", |t| t.references.clear()).await;
}

#[tokio::test]
async fn a_key_that_is_not_this_issuers() {
    let sp = hardened().await;
    let by = async |idp: &'static Idp, because: &str| {
        let message = sign_assertion(&response(&sp, tenant(), VICTIM).to_xml(), idp);
        deliver(&sp, &message).await.is_refused(because);
        let message = sign_response(&response(&sp, tenant(), VICTIM).to_xml(), idp);
        deliver(&sp, &message).await.is_refused(because);
    };
    by(rogue(), "no key of this Issuer").await;
    by(other_tenant(), "no key of this Issuer").await;
    says(&sp, "is not trusted", |m| {
        let unknown = Some(Issuer {
            value: "https://unknown.example/".to_owned(),
            format: None,
        });
        (m.issuer, m.assertions[0].issuer) = (unknown.clone(), unknown);
    })
    .await;
    says(&sp, "is issued by", |m| {
        m.issuer.as_mut().unwrap().value = OTHER_ISSUER.to_owned()
    })
    .await;
    says(&sp, "is issued by", |m| {
        m.assertions[0].issuer.as_mut().unwrap().value = OTHER_ISSUER.to_owned()
    })
    .await;
    says(&sp, "no usable Issuer", |m| {
        m.assertions[0].issuer.as_mut().unwrap().value.clear()
    })
    .await;
    says(&sp, "no usable Issuer", |m| {
        m.assertions[0].issuer.as_mut().unwrap().format = Some("urn:x".to_owned())
    })
    .await;
}

#[tokio::test]
async fn a_signed_part_and_a_rogue_signature_beside_it() {
    let sp = hardened().await;
    let plain = response(&sp, tenant(), ALICE).to_xml();
    let both = sign_response(&sign_assertion(&plain, tenant()), rogue());
    deliver(&sp, &both).await.is_refused("no key of this Issuer");
    let plain = response(&sp, tenant(), ALICE).to_xml();
    let both = sign_response(&sign_assertion(&plain, rogue()), tenant());
    deliver(&sp, &both).await.is_refused("no key of this Issuer");
}

#[tokio::test]
async fn a_user_for_whom_the_tenant_may_not_speak() {
    let sp = hardened().await;
    let stranger = sign_assertion(&response(&sp, other_tenant(), VICTIM).to_xml(), other_tenant());
    deliver(&sp, &stranger)
        .await
        .is_refused("may not speak for the domain \"corp.example\"");
    says(&sp, "may not speak", |m| {
        name(m).value = "admin@corp.example.evil.example".to_owned()
    })
    .await;
    says(&sp, "is no mail address", |m| {
        name(m).value = "a@corp.example,admin@corp.example".to_owned()
    })
    .await;
    deliver(
        &sp,
        &sign_assertion(
            &response(&sp, other_tenant(), "opaque-1").to_xml(),
            other_tenant(),
        ),
    )
    .await
    .is("opaque-1");
}

#[tokio::test]
async fn a_name_that_is_none() {
    let sp = hardened().await;
    says(&sp, "exactly one NameID", |m| {
        m.assertions[0].subject.name_id = None
    })
    .await;
    says(&sp, "is empty", |m| name(m).value.clear()).await;
    says(&sp, "is empty", |m| name(m).value = "   ".to_owned()).await;
    says(&sp, "control characters", |m| name(m).value = "a\nb".to_owned()).await;
    says(&sp, "is not a NameID format", |m| {
        name(m).format = Some(name_id::ENTITY.to_owned())
    })
    .await;
    says(&sp, "is not a NameID format", |m| {
        name(m).format = Some(String::new())
    })
    .await;
    says(&sp, "qualified for somebody else", |m| {
        name(m).sp_name_qualifier = Some("https://other-sp.example".to_owned())
    })
    .await;
    says(&sp, "qualified for somebody else", |m| {
        name(m).name_qualifier = Some(OTHER_ISSUER.to_owned())
    })
    .await;
    written(&sp, "of plain text", |xml| {
        xml.replace(ALICE, "admin<x:y xmlns:x=\"urn:x\"/>@corp.example")
    })
    .await;
    written(&sp, "exactly one NameID", |xml| {
        xml.replace("</NameID>", "</NameID><NameID>admin@corp.example</NameID>")
    })
    .await;
}

#[tokio::test]
async fn a_message_of_another_time() {
    let sp = hardened().await;
    says(&sp, "NotOnOrAfter", |m| {
        conditions(m).not_on_or_after = Some(in_seconds(-240))
    })
    .await;
    says(&sp, "NotBefore", |m| {
        conditions(m).not_before = Some(in_seconds(240))
    })
    .await;
    says(&sp, "NotOnOrAfter", |m| {
        confirmation(m).not_on_or_after = Some(in_seconds(-240))
    })
    .await;
    says(&sp, "NotOnOrAfter is missing", |m| {
        confirmation(m).not_on_or_after = None
    })
    .await;
    says(&sp, "NotBefore", |m| {
        confirmation(m).not_before = Some(in_seconds(3000))
    })
    .await;
    says(&sp, "ends before it begins", |m| {
        let now = in_seconds(0);
        (conditions(m).not_before, conditions(m).not_on_or_after) = (Some(now.clone()), Some(now));
    })
    .await;
    says(&sp, "ends before it begins", |m| {
        (conditions(m).not_before, conditions(m).not_on_or_after) =
            (Some(in_seconds(600)), Some(in_seconds(-600)));
    })
    .await;
    for bad in [
        "tomorrow",
        "",
        "99999999999999",
        "2026-13-45T99:99:99Z",
        "2026-01-01",
    ] {
        says(&sp, "is not an instant", |m| {
            conditions(m).not_on_or_after = Some(bad.to_owned())
        })
        .await;
        says(&sp, "is not an instant", |m| {
            conditions(m).not_before = Some(bad.to_owned())
        })
        .await;
        says(&sp, "is not an instant", |m| {
            m.issue_instant = Some(bad.to_owned())
        })
        .await;
        says(&sp, "is not an instant", |m| {
            m.assertions[0].issue_instant = bad.to_owned()
        })
        .await;
    }
    // An hour ago, written as a clock five hours to the east shows it: in the future for who ignores the offset.
    let misread = in_seconds(4 * 3600).replace('Z', "+05:00");
    says(&sp, "NotOnOrAfter", |m| {
        (conditions(m).not_before, conditions(m).not_on_or_after) = (None, Some(misread));
    })
    .await;
    says(&sp, "IssueInstant", |m| m.issue_instant = Some(in_seconds(3600))).await;
    says(&sp, "IssueInstant is missing", |m| m.issue_instant = None).await;
    says(&sp, "IssueInstant", |m| {
        m.assertions[0].issue_instant = in_seconds(3600)
    })
    .await;
    says(&sp, "AuthnInstant", |m| authn(m).instant = in_seconds(3600)).await;
    let ended = format!(" SessionNotOnOrAfter=\"{}\"", in_seconds(-3600));
    written(&sp, "session ended", |xml| {
        xml.replacen("<AuthnStatement", &format!("<AuthnStatement{ended}"), 1)
    })
    .await;
    written(&sp, "exactly one Conditions, and it holds 0", |xml| {
        xml.replace(cut(xml, "<Conditions", "</Conditions>"), "")
    })
    .await;
    written(&sp, "exactly one Conditions, and it holds 2", |xml| {
        let conditions = cut(xml, "<Conditions", "</Conditions>");
        xml.replace(conditions, &conditions.repeat(2))
    })
    .await;
}

#[tokio::test]
async fn a_clock_that_is_an_hour_off() {
    let offset = jiff::SignedDuration::from_hours(2);
    let sp = start(Config {
        clock_offset: offset,
        ..Config::default()
    })
    .await;
    deliver(&sp, &flawless(&sp, ALICE))
        .await
        .is_refused("NotOnOrAfter");
    let sp = start(Config {
        clock_offset: -offset,
        ..Config::default()
    })
    .await;
    deliver(&sp, &flawless(&sp, ALICE))
        .await
        .is_refused("IssueInstant");
}

#[tokio::test]
async fn a_message_for_somebody_else() {
    let sp = hardened().await;
    let (id, acs) = (sp.metadata_url(), sp.acs_url());
    for other in [
        "https://other-sp.example",
        &format!("{id}.evil.example"),
        &format!("x{id}"),
        &format!("{id}/"),
        &id.to_uppercase(),
        "",
    ] {
        says(&sp, "is meant for", |m| {
            conditions(m).audiences = vec![vec![other.to_owned()]]
        })
        .await;
        says(&sp, "is meant for", |m| {
            conditions(m).audiences.push(vec![other.to_owned()])
        })
        .await;
    }
    says(&sp, "restricted to no audience", |m| {
        conditions(m).audiences.clear()
    })
    .await;
    written(&sp, "is not understood", |xml| {
        xml.replace("</Conditions>", "<Condition/></Conditions>")
    })
    .await;
    for other in [
        "https://other-sp.example/acs",
        &format!("{acs}.evil.example"),
        &format!("https://evil.example/?u={acs}"),
        "",
    ] {
        says(&sp, "may be presented at", |m| {
            confirmation(m).recipient = Some(other.to_owned())
        })
        .await;
        says(&sp, "was sent to", |m| m.destination = Some(other.to_owned())).await;
    }
    says(&sp, "may be presented at", |m| confirmation(m).recipient = None).await;
    let mut nowhere = response(&sp, tenant(), ALICE);
    nowhere.destination = None;
    deliver(&sp, &sign_response(&nowhere.to_xml(), tenant()))
        .await
        .is_refused("must name its Destination");
}

#[tokio::test]
async fn a_bearer_that_is_not_confirmed() {
    let sp = hardened().await;
    says(&sp, "of the method bearer", |m| {
        m.assertions[0].subject.confirmations.clear()
    })
    .await;
    for other in [method::HOLDER_OF_KEY, method::SENDER_VOUCHES, "urn:x", ""] {
        says(&sp, "of the method bearer", |m| {
            confirmation(m).method = other.to_owned()
        })
        .await;
    }
    written(&sp, "SubjectConfirmationData must occur", |xml| {
        let data =
            &xml[xml.find("<SubjectConfirmationData").unwrap()..xml.find("</SubjectConfirmation>").unwrap()];
        xml.replace(data, "")
    })
    .await;
}

#[tokio::test]
async fn two_confirmations_that_hold_only_together() {
    let sp = hardened().await;
    says(&sp, "may be presented at", |m| {
        let mut second = confirmation(m).clone();
        confirmation(m).not_on_or_after = Some(in_seconds(-3600));
        second.recipient = Some("https://other-sp.example/acs".to_owned());
        m.assertions[0].subject.confirmations.push(second);
    })
    .await;
}

#[tokio::test]
async fn an_answer_to_no_request_of_ours() {
    let sp = hardened().await;
    let browser = Browser::new(&sp);
    let id = browser.begin("").await;
    let answer = |id: &str| answering(response(&sp, tenant(), ALICE), id);
    let send = async |message: Response, because: &str| {
        browser
            .deliver(&sign_assertion(&message.to_xml(), tenant()))
            .await
            .is_refused(because);
    };
    send(answer("_deadbeef"), "no request").await;
    send(answer(&id.to_uppercase()), "no request").await;
    send(answer(&format!(" {id}")), "no request").await;
    send(answer(""), "InResponseTo is empty").await;
    let mut other = answer(&id);
    confirmation(&mut other).in_response_to = Some("_other".to_owned());
    send(other, "or differs").await;
    let mut stripped = answer(&id);
    stripped.in_response_to = None;
    send(stripped, "or differs").await;
    let mut stripped = answer(&id);
    confirmation(&mut stripped).in_response_to = None;
    send(stripped, "or differs").await;
    let message = answering(response(&sp, other_tenant(), "eve@other.example"), &id);
    browser
        .deliver(&sign_assertion(&message.to_xml(), other_tenant()))
        .await
        .is_refused("was sent to");

    browser
        .deliver(&sign_assertion(&answer(&id).to_xml(), tenant()))
        .await
        .is(ALICE);
    deliver(&sp, &sign_assertion(&answer(&id).to_xml(), tenant()))
        .await
        .is_refused("no request");
}

#[tokio::test]
async fn an_answer_in_another_browser() {
    let sp = hardened().await;
    let (attacker, victim) = (Browser::new(&sp), Browser::new(&sp));
    let id = attacker.begin("").await;
    victim.begin("").await;
    let message = sign_assertion(
        &answering(response(&sp, tenant(), ATTACKER), &id).to_xml(),
        tenant(),
    );
    victim
        .deliver(&message)
        .await
        .is_refused("did not start the sign-in");
    attacker.deliver(&message).await.is_refused("");
    attacker.get("/singlesignon/saml/finish?ticket=guess").await;
    assert_eq!(attacker.whoami().await, None);
}

#[tokio::test]
async fn an_unsolicited_answer_where_none_is_wanted() {
    let sp = start(Config {
        sp_initiated_only: true,
        ..Config::default()
    })
    .await;
    deliver(&sp, &flawless(&sp, ALICE))
        .await
        .is_refused("only answers to our own requests");
    let browser = Browser::new(&sp);
    let id = browser.begin("").await;
    browser
        .deliver(&sign_assertion(
            &answering(response(&sp, tenant(), ALICE), &id).to_xml(),
            tenant(),
        ))
        .await
        .is(ALICE);
}

#[tokio::test]
async fn an_old_sign_in_where_a_fresh_one_was_asked_for() {
    let sp = hardened().await;
    let browser = Browser::new(&sp);
    let old = |id: &str| {
        let mut message = answering(response(&sp, tenant(), ALICE), id);
        authn(&mut message).instant = in_seconds(-3600);
        sign_assertion(&message.to_xml(), tenant())
    };
    let id = browser.begin("?force=true").await;
    browser
        .deliver(&old(&id))
        .await
        .is_refused("older than the request");
    let id = browser.begin("").await;
    browser.deliver(&old(&id)).await.is(ALICE);
}

#[tokio::test]
async fn the_same_assertion_twice() {
    let sp = hardened().await;
    let message = flawless(&sp, ALICE);
    deliver(&sp, &message).await.is(ALICE);
    deliver(&sp, &message).await.is_refused("was used before");
    let rewrapped = message.replacen(&id_after(&message, "<samlp:Response"), "_new", 1);
    deliver(&sp, &rewrapped).await.is_refused("was used before");
    let reordered = message.replacen("Version=\"2.0\" IssueInstant", "Version='2.0'  IssueInstant", 1);
    assert_ne!(reordered, message);
    deliver(&sp, &reordered).await.is_refused("was used before");
}

#[tokio::test]
async fn one_assertion_is_used_once_even_at_the_same_moment() {
    let sp = hardened().await;
    let message = flawless(&sp, ALICE);
    let browsers: Vec<_> = (0..8).map(|_| Browser::new(&sp)).collect();
    let [a, b, c, d] = [0, 1, 2, 3].map(|i| browsers[i].post(&message, None));
    let (a, b, c, d) = tokio::join!(a, b, c, d);
    let in_ = [a, b, c, d]
        .iter()
        .filter(|answer| answer.status() == 303)
        .count();
    assert_eq!(in_, 1);
}

#[tokio::test]
async fn a_refused_message_uses_up_nothing() {
    let sp = hardened().await;
    let browser = Browser::new(&sp);
    let id = browser.begin("").await;
    let message = sign_assertion(&answering(response(&sp, tenant(), ALICE), &id).to_xml(), tenant());
    browser
        .deliver(&message.replace(ALICE, VICTIM))
        .await
        .is_refused("digest");
    browser.deliver(&message).await.is(ALICE);
}
