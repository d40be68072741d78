//! Signatures and the keys behind them.

use super::*;

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
