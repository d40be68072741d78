//! What a correct service provider accepts, however its author would have written it himself.

use saml::key::{Kind, SigningKey};
use saml::metadata::IdpMetadata;
use saml::names::{alg, ns};
use saml::response::Response;
use saml::signature::{Secret, Template, key_info, sign_by_hand};

use crate::kit::browser::{Browser, deliver};
use crate::kit::*;
use reference_sp::{ReferenceSp, Trusted};

/// What the IdP says differently, before it signs.
async fn says(sp: &ReferenceSp, change: impl FnOnce(&mut Response)) {
    let mut message = response(sp, tenant(), ALICE);
    change(&mut message);
    deliver(sp, &sign_assertion(&message.to_xml(), tenant()))
        .await
        .is(ALICE);
}

/// What the IdP writes differently, before it signs.
async fn writes(sp: &ReferenceSp, change: impl FnOnce(&str) -> String) {
    let plain = response(sp, tenant(), ALICE).to_xml();
    let changed = change(&plain);
    assert_ne!(plain, changed, "nothing was changed");
    deliver(sp, &sign_assertion(&changed, tenant())).await.is(ALICE);
}

/// What happens to the bytes on the way that XML does not mind.
async fn rewritten(sp: &ReferenceSp, change: impl FnOnce(&str) -> String) {
    let genuine = flawless(sp, ALICE);
    let changed = change(&genuine);
    assert_ne!(genuine, changed, "nothing was changed");
    deliver(sp, &changed).await.is(ALICE);
}

/// Signed otherwise than Azure AD does.
async fn signed(sp: &ReferenceSp, idp: &Idp, change: impl FnOnce(&mut Template)) {
    let plain = response(sp, tenant(), ALICE).to_xml();
    let mut template = Template::azure(&id_after(&plain, "<Assertion"), idp.key.certificate(), false);
    change(&mut template);
    let element = plain.find("<Assertion").unwrap();
    let at = element + plain[element..].find("</Issuer>").unwrap() + "</Issuer>".len();
    let unsigned = saml::document::splice(&plain, at..at, &template.to_xml());
    deliver(sp, &sign_by_hand(&unsigned, at, Secret::Key(&idp.key)).unwrap())
        .await
        .is(ALICE);
}

#[tokio::test]
async fn prefixes_are_the_authors_own() {
    let sp = hardened().await;
    let prefixed = |xml: &str, saml: &str, samlp: &str| {
        let mut xml = xml.replace(
            &format!(" xmlns=\"{}\"", ns::SAML),
            &format!(" xmlns:{saml}=\"{}\"", ns::SAML),
        );
        for name in [
            "Issuer",
            "Assertion",
            "Subject",
            "SubjectConfirmation",
            "SubjectConfirmationData",
            "NameID",
            "Conditions",
            "AudienceRestriction",
            "Audience",
            "AttributeStatement",
            "Attribute",
            "AttributeValue",
            "AuthnStatement",
            "AuthnContext",
            "AuthnContextClassRef",
        ] {
            for (open, end) in [("<", " "), ("<", ">"), ("</", ">")] {
                xml = xml.replace(
                    &format!("{open}{name}{end}"),
                    &format!("{open}{saml}:{name}{end}"),
                );
            }
        }
        xml.replace("samlp:", &format!("{samlp}:"))
            .replace("xmlns:samlp=", &format!("xmlns:{samlp}="))
    };
    for (saml, samlp) in [("saml2", "saml2p"), ("é9", "x.y-z")] {
        let plain = prefixed(&response(&sp, tenant(), ALICE).to_xml(), saml, samlp);
        let id = id_after(&plain, &format!("<{saml}:Assertion"));
        let mut template = Template::azure(&id, tenant().key.certificate(), false);
        template.prefix = "ds".to_owned();
        let element = plain.find(&format!("<{saml}:Assertion")).unwrap();
        let close = format!("</{saml}:Issuer>");
        let at = element + plain[element..].find(&close).unwrap() + close.len();
        let unsigned = saml::document::splice(&plain, at..at, &template.to_xml());
        let message = saml::signature::sign(&unsigned, at, &tenant().key).unwrap();
        deliver(&sp, &message).await.is(ALICE);
    }
}

#[tokio::test]
async fn white_space_comments_and_namespaces_change_nothing() {
    let sp = hardened().await;
    writes(&sp, |xml| xml.replace("><", ">\n\t<")).await;
    writes(&sp, |xml| xml.replace("><", "><!-- c --><")).await;
    writes(&sp, |xml| {
        xml.replacen("<Assertion ", "<Assertion xmlns:foo=\"urn:foo\" ", 1)
    })
    .await;
    writes(&sp, |xml| {
        xml.replacen(
            "<samlp:Response ",
            "<samlp:Response xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" ",
            1,
        )
    })
    .await;
    rewritten(&sp, |xml| {
        format!("<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\n{xml}")
    })
    .await;
    rewritten(&sp, |xml| format!("\u{feff}{xml}")).await;
    rewritten(&sp, |xml| format!("<!--x--><?y z?>{xml}<!--x-->")).await;
    rewritten(&sp, |xml| xml.replace('"', "'")).await;
    rewritten(&sp, |xml| xml.replace("/>", "  />")).await;
    rewritten(&sp, |xml| xml.replace("=\"", " = \"")).await;
    rewritten(&sp, |xml| {
        xml.replace(ALICE, "a&#x6C;ice<![CDATA[@corp.]]>example")
    })
    .await;
    rewritten(&sp, |xml| {
        xml.replace("<SignatureValue>", "<SignatureValue>&#13;\n")
    })
    .await;
    let plain = response(&sp, tenant(), ALICE).to_xml().replace("><", ">\n<");
    deliver(&sp, &sign_assertion(&plain, tenant()).replace('\n', "\r\n"))
        .await
        .is(ALICE);
}

#[tokio::test]
async fn signatures_come_in_several_algorithms() {
    let sp = hardened().await;
    let idp = tenant();
    for (method, digest) in [
        (alg::RSA_SHA384, alg::SHA384),
        (alg::RSA_SHA512, alg::SHA512),
        (alg::RSA_SHA256, alg::SHA512),
    ] {
        signed(&sp, idp, |t| {
            t.method = method.to_owned();
            t.references[0].digest_method = digest.to_owned();
        })
        .await;
    }
    for form in [alg::EXC_C14N_COMMENTS, alg::C14N, alg::C14N_COMMENTS] {
        signed(&sp, idp, |t| {
            t.canonicalization = form.to_owned();
            t.references[0].transforms[1] = form.to_owned();
        })
        .await;
    }
    for list in ["xs xsi", "#default saml ds xs"] {
        signed(&sp, idp, |t| {
            t.references[0].transforms[1] = format!(
                "<Transform Algorithm=\"{}\"><InclusiveNamespaces xmlns=\"{}\" PrefixList=\"{list}\"/></Transform>",
                alg::EXC_C14N,
                ns::EC
            );
        })
        .await;
    }
    signed(&sp, idp, |t| t.key_info.clear()).await;
    signed(&sp, idp, |t| t.key_info = key_info(&[rogue().key.certificate()])).await;
}

#[tokio::test]
async fn keys_come_in_several_kinds() {
    let sp = hardened().await;
    for (kind, method) in [(Kind::Rsa4096, alg::RSA_SHA256), (Kind::P256, alg::ECDSA_SHA256)] {
        let idp = Idp {
            entity_id: ISSUER,
            key: SigningKey::generate(kind).unwrap(),
        };
        let mut metadata: IdpMetadata = tenant().metadata();
        metadata.signing.push(idp.key.certificate().clone());
        sp.set_trust(vec![Trusted {
            metadata,
            domains: vec!["CORP.example".to_owned()],
        }]);
        signed(&sp, &idp, |t| t.method = method.to_owned()).await;
        signed(&sp, tenant(), |_| ()).await;
    }
}

#[tokio::test]
async fn clocks_may_differ_a_little() {
    let sp = hardened().await;
    says(&sp, |m| {
        m.assertions[0].conditions.as_mut().unwrap().not_on_or_after = Some(in_seconds(-60));
        m.assertions[0].subject.confirmations[0].not_on_or_after = Some(in_seconds(-60));
    })
    .await;
    says(&sp, |m| {
        m.issue_instant = Some(in_seconds(60));
        m.assertions[0].conditions.as_mut().unwrap().not_before = Some(in_seconds(60));
    })
    .await;
    writes(&sp, |xml| xml.replace("Z\"", "4567Z\"")).await;
    writes(&sp, |xml| xml.replace("Z\"", "+00:00\"")).await;
    says(&sp, |m| {
        m.assertions[0].authn.as_mut().unwrap().instant = in_seconds(-20 * 86_400)
    })
    .await;
    says(&sp, |m| {
        let conditions = m.assertions[0].conditions.as_mut().unwrap();
        (conditions.not_before, conditions.not_on_or_after) = (None, None);
    })
    .await;
}

#[tokio::test]
async fn optional_things_may_be_there_or_not() {
    let sp = hardened().await;
    says(&sp, |m| m.issuer = None).await;
    says(&sp, |m| m.destination = None).await;
    says(&sp, |m| m.assertions[0].attributes.clear()).await;
    says(&sp, |m| {
        m.assertions[0].authn.as_mut().unwrap().session_index = None
    })
    .await;
    says(&sp, |m| {
        m.issuer.as_mut().unwrap().format = Some(saml::names::name_id::ENTITY.to_owned())
    })
    .await;
    says(&sp, |m| {
        m.assertions[0].subject.name_id.as_mut().unwrap().format = None
    })
    .await;
    let us = sp.metadata_url();
    says(&sp, |m| {
        let audiences = &mut m.assertions[0].conditions.as_mut().unwrap().audiences;
        *audiences = vec![
            vec!["urn:x".to_owned(), us.clone()],
            vec![us.clone(), "urn:y".to_owned()],
        ];
    })
    .await;
    says(&sp, |m| {
        let good = m.assertions[0].subject.confirmations.clone();
        let confirmations = &mut m.assertions[0].subject.confirmations;
        confirmations[0].method = saml::names::method::HOLDER_OF_KEY.to_owned();
        confirmations.extend(good.clone());
        confirmations[1].recipient = Some("https://other-sp.example/acs".to_owned());
        confirmations.extend(good);
    })
    .await;
    writes(&sp, |xml| {
        xml.replace(
            "</Conditions>",
            "<OneTimeUse/><ProxyRestriction Count=\"1\"/></Conditions>",
        )
    })
    .await;
    writes(&sp, |xml| {
        xml.replace(
            "</Conditions>",
            "</Conditions><Advice><x:a xmlns:x=\"urn:x\"/></Advice>",
        )
    })
    .await;
    writes(&sp, |xml| {
        xml.replace(
            "<samlp:Status>",
            "<samlp:Extensions><x:a xmlns:x=\"urn:x\"/></samlp:Extensions><samlp:Status>",
        )
    })
    .await;
    writes(&sp, |xml| {
        xml.replace(
            "<AuthnContext>",
            "<SubjectLocality Address=\"203.0.113.9\"/><AuthnContext>",
        )
    })
    .await;
    writes(&sp, |xml| {
        xml.replace(
            "</AuthnContext>",
            "<AuthenticatingAuthority>urn:a</AuthenticatingAuthority></AuthnContext>",
        )
    })
    .await;
    writes(&sp, |xml| {
        xml.replace("AuthnContextClassRef", "AuthnContextDeclRef")
    })
    .await;
    writes(&sp, |xml| {
        xml.replace("<Attribute Name=", "<Attribute FriendlyName=\"Courriel\" Name=")
    })
    .await;
    let statement = |xml: &str| cut(xml, "<AttributeStatement", "</AttributeStatement>").to_owned();
    writes(&sp, |xml| xml.replace(&statement(xml), &statement(xml).repeat(2))).await;
}

#[tokio::test]
async fn names_and_values_are_kept_as_they_are() {
    let sp = hardened().await;
    let long = "x".repeat(256);
    for user in [
        "zoë.ünïcode@corp.example",
        "guest_mail.com#EXT#@corp.example",
        &long,
        "O'Neil & Söhne <1>",
    ] {
        deliver(
            &sp,
            &sign_assertion(&response(&sp, tenant(), user).to_xml(), tenant()),
        )
        .await
        .is(user);
    }
    let mut message = response(&sp, tenant(), ALICE);
    let value = |text: String| vec![text];
    for (name, values) in [
        ("__proto__", value("{\"role\":\"admin\"}".to_owned())),
        ("display", value("石田 🦀 e\u{301}".to_owned())),
        ("long", value("v".repeat(4096))),
        ("many", (0..200).map(|i| i.to_string()).collect()),
        ("big", value("y".repeat(150_000))),
        ("empty", value(String::new())),
        ("none", Vec::new()),
    ] {
        message.assertions[0].attributes.push(saml::assertion::Attribute {
            name: name.to_owned(),
            values,
            name_format: None,
        });
    }
    let browser = Browser::new(&sp);
    browser
        .deliver(&sign_assertion(&message.to_xml(), tenant()))
        .await
        .is(ALICE);
    let session: serde_json::Value =
        serde_json::from_slice(&browser.get("/whoami").await.bytes().await.unwrap()).unwrap();
    let attributes = &session["attributes"];
    assert_eq!(attributes["__proto__"][0], "{\"role\":\"admin\"}");
    assert_eq!(attributes["display"][0], "石田 🦀 e\u{301}");
    assert_eq!(attributes["many"].as_array().unwrap().len(), 200);
    assert_eq!(attributes["empty"][0], "");
    assert_eq!(attributes["none"], serde_json::json!([]));
}

#[tokio::test]
async fn base64_may_be_broken_into_lines() {
    let sp = hardened().await;
    let encoded = saml::binding::encode_post(flawless(&sp, ALICE).as_bytes());
    let lines: Vec<_> = encoded
        .as_bytes()
        .chunks(76)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    let browser = Browser::new(&sp);
    browser
        .post_form(format!(
            "SAMLResponse={}",
            saml::binding::percent_encode(&lines.join("\r\n"))
        ))
        .await;
    assert_eq!(browser.whoami().await.as_deref(), Some(ALICE));
}
