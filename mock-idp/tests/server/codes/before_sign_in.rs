//! What is shown before anybody is asked for a password.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use mock_idp::Azure;
use mock_idp::directory::{PublicCertificate, SsoMode};
use mock_idp::server::{Answer, Live, MockIdp, Options, Reply, TICKET_COOKIE};
use saml::binding::{deflate, encode_post, percent_encode, redirect_query, sign_query};

use super::super::{DIRECTORY, SP, redirect, request};
use super::{Browser, Seen, asked, with, with_application, with_element};

pub(super) async fn provoke(seen: &mut Seen) {
    messages(seen).await;
    requests(seen).await;
    applications(seen).await;
    switches(seen).await;
    signatures(seen).await;
    pages(seen).await;
}

/// What cannot be read, or names no tenant.
async fn messages(seen: &mut Seen) {
    let idp = with_application(|_| {}).await;
    let sso = idp.sso_url("contoso.example");
    let deflated = |text: &str| percent_encode(&encode_post(&deflate(text)));
    let good = deflated(&request(""));
    let raw = percent_encode(&encode_post(request("").as_bytes()));
    for (code, url) in [
        (750054, sso.clone()),
        (750056, format!("{sso}?SAMLRequest=%21")),
        (750055, format!("{sso}?SAMLRequest={raw}")),
        (7500525, format!("{sso}?SAMLRequest={}", deflated("<a"))),
        (75005, format!("{sso}?SAMLRequest={}", deflated("<a/>"))),
        (75001, format!("{sso}?SAMLRequest={good}&SAMLRequest={good}")),
        (90015, format!("{sso}?SAMLRequest={}", "A".repeat(40_000))),
        (
            90002,
            format!("{}/nowhere.example/saml2?SAMLRequest={good}", idp.origin()),
        ),
        (
            900023,
            format!("{}/nonsense/saml2?SAMLRequest={good}", idp.origin()),
        ),
        (
            500011,
            format!("{sso}/00000000-0000-0000-0000-000000000000?SAMLRequest={good}"),
        ),
        (90019, format!("{}/api/signin/nothing", idp.origin())),
        (
            90023,
            format!("{}/{}/resume?ctx=stale", idp.origin(), DIRECTORY.contoso().id),
        ),
    ] {
        seen.on(code, &Browser::new().get(&url).await);
    }
    let mut browser = Browser::new();
    let posted = browser
        .post(&sso, &[("SAMLRequest", &encode_post(b"\xff\xfe"))])
        .await;
    let back = format!("{}{}", idp.origin(), posted.header("location"));
    seen.on(90107, &browser.get(&back).await);
}

/// What a request says.
async fn requests(seen: &mut Seen) {
    let idp = with_application(|_| {}).await;
    let policy = |format: &str| with_element(&format!(r#"<samlp:NameIDPolicy Format="{format}"/>"#));
    for (code, xml) in [
        (7500529, request("").replace("id6f1c", "6f1c")),
        (700016, request("").replace(SP, "urn:unknown")),
        (
            50011,
            request(r#"AssertionConsumerServiceURL="https://sp.example/Acs""#),
        ),
        (75016, policy("email")),
        (
            750161,
            policy("urn:oasis:names:tc:SAML:2.0:nameid-format:kerberos"),
        ),
        (
            900236,
            with_element(r#"<Subject xmlns="urn:oasis:names:tc:SAML:2.0:assertion"/>"#),
        ),
        (
            900235,
            with_element(
                r#"<samlp:RequestedAuthnContext Comparison="minimum"><AuthnContextClassRef xmlns="urn:oasis:names:tc:SAML:2.0:assertion">urn:oasis:names:tc:SAML:2.0:ac:classes:Password</AuthnContextClassRef></samlp:RequestedAuthnContext>"#,
            ),
        ),
        (
            750032,
            request(r#"ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect""#),
        ),
        (50058, request(r#"IsPassive="true""#)),
    ] {
        seen.on(code, &asked(&idp, &xml).await);
    }
}

/// How the application is set up.
async fn applications(seen: &mut Seen) {
    let idp = with_application(|application| application.enabled = false).await;
    seen.on(7000112, &asked(&idp, &request("")).await);
    let principal = &DIRECTORY.contoso().applications[0].service_principal_id;
    let query = redirect_query("SAMLRequest", &request(""), None);
    let instance = format!("{}/{principal}?{query}", idp.sso_url("contoso.example"));
    seen.on(500014, &Browser::new().get(&instance).await);
    let idp = with_application(|application| application.sso_mode = Some(SsoMode::Linked)).await;
    seen.on(650056, &asked(&idp, &request("")).await);
    let idp = with_application(|application| application.reply_urls.clear()).await;
    seen.on(900971, &asked(&idp, &request("")).await);
    let idp = with_application(|application| application.identifiers.clear()).await;
    let app_id = &DIRECTORY.contoso().applications[0].app_id;
    let launched = Browser::new()
        .get(&idp.launch_url(app_id, "contoso.example"))
        .await;
    seen.on(50010, &launched);
}

/// What a switch makes an error.
async fn switches(seen: &mut Seen) {
    let azure = Azure {
        check_destination: true,
        refuse_sp_name_qualifier: true,
        ..Azure::default()
    };
    let idp = with(azure, |_| {}).await;
    seen.on(
        75008,
        &asked(&idp, &request(r#"Destination="https://elsewhere.example/""#)).await,
    );
    let qualified = asked(
        &idp,
        &with_element(r#"<samlp:NameIDPolicy SPNameQualifier="q"/>"#),
    )
    .await;
    seen.on(75006, &qualified);
    seen.on(90011, &qualified);
}

/// Enforced signatures.
async fn signatures(seen: &mut Seen) {
    let keys = &DIRECTORY.contoso().keys;
    let idp = with(
        Azure {
            signed_request_max_age: 60,
            ..Azure::default()
        },
        |directory| {
            let verification = &mut directory.tenants[0].applications[0].verification;
            verification.required = true;
            verification.certificates = vec![PublicCertificate::new(keys.k1.certificate().clone())];
        },
    )
    .await;
    seen.on(76021, &asked(&idp, &request("")).await);
    let query = redirect_query("SAMLRequest", &request(""), None);
    for (code, key) in [(50006, &keys.k2), (76026, &keys.k1)] {
        let signed = sign_query(&query, key).unwrap();
        let url = format!("{}?{signed}", idp.sso_url("contoso.example"));
        seen.on(code, &Browser::new().get(&url).await);
    }
    let app_id = &DIRECTORY.contoso().applications[0].app_id;
    let launched = Browser::new()
        .get(&idp.launch_url(app_id, "contoso.example"))
        .await;
    seen.on(76021, &launched);
}

/// What the pages themselves are sent.
async fn pages(seen: &mut Seen) {
    let idp = with_application(|_| {}).await;
    let mut browser = Browser::new();
    let page = browser.get(&redirect(&idp, &request(""), None)).await;
    let form = page.form();
    let (token, key) = (form.field("csrf").unwrap(), form.field("ctx").unwrap());
    let url = format!("{}{}", idp.origin(), form.action);
    let page = browser.post(&url, &[("csrf", token), ("ctx", key)]).await;
    seen.on(90014, &page);

    struct Broken;
    impl Answer for Broken {
        fn answer(&self, _: &str, _: Live) -> Pin<Box<dyn Future<Output = Reply> + Send + '_>> {
            Box::pin(std::future::ready(Reply::Redirect(
                "https://sp.example/\n".to_owned(),
            )))
        }
    }
    let idp = MockIdp::start(Options {
        answer: Some(Arc::new(Broken)),
        ..Options::new(DIRECTORY.clone())
    })
    .await
    .unwrap();
    let mut browser = Browser::new();
    browser.cookies.insert(TICKET_COOKIE.to_owned(), "t".to_owned());
    seen.on(90033, &browser.get(&redirect(&idp, &request(""), None)).await);
}
