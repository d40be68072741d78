//! The form, the XML and the outline of the message.

use super::*;

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
