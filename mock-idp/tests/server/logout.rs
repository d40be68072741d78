//! Single logout, both ways.

use mock_idp::server::MockIdp;
use mock_idp::{Application, ReplyUrl};

use super::browser::{Browser, Page};
use super::sign_in::{ALICE, response};
use super::{SP, change, change_application, idp, redirect, request};

const OTHER: &str = "https://other.example/metadata";

fn logout_request(inside: &str) -> String {
    format!(
        r#"<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="idlogout" Version="2.0" IssueInstant="2026-01-05T10:00:00Z"><Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion">{SP}</Issuer>{inside}</samlp:LogoutRequest>"#
    )
}

const NAME: &str = r#"<NameID xmlns="urn:oasis:names:tc:SAML:2.0:assertion">whoever</NameID>"#;

fn logout_url(idp: &MockIdp, xml: &str, relay_state: Option<&str>) -> String {
    let query = saml::binding::redirect_query("SAMLRequest", xml, relay_state);
    format!("{}?{query}", idp.sso_url("contoso.example"))
}

/// An IdP with two applications that have Logout URLs.
async fn idp_with_two() -> MockIdp {
    let idp = idp().await;
    change_application(&idp, |application| {
        application.logout_url = Some("https://sp.example/slo?a=b".to_owned());
    });
    change(&idp, |directory| {
        let mut other = Application::new(OTHER);
        other.display_name = "The other one".to_owned();
        other.logout_url = Some("https://other.example/slo".to_owned());
        other.reply_urls.push(ReplyUrl {
            url: "https://other.example/acs".to_owned(),
            index: None,
            is_default: true,
        });
        directory.tenants[0].applications.push(other);
    });
    idp
}

/// The message in a redirect, whose signature holds over the octets as they stand.
fn message(idp: &MockIdp, url: &str, kind: &str) -> String {
    let (_, query) = url.split_once('?').unwrap();
    let query = query.strip_prefix("a=b&").unwrap_or(query);
    let directory = idp.directory().read();
    let certificate = directory.contoso().keys.active.certificate();
    assert!(
        saml::binding::verify_query(query, certificate).unwrap(),
        "{query}"
    );
    let encoded = query
        .split('&')
        .find_map(|part| part.strip_prefix(kind)?.strip_prefix('='));
    let decoded = encoded
        .unwrap()
        .replace("%2b", "+")
        .replace("%2f", "/")
        .replace("%3d", "=");
    assert!(!decoded.contains('%'), "in small letters only: {encoded:?}");
    saml::binding::decode_redirect(&decoded).unwrap()
}

fn is_final(idp: &MockIdp, page: &Page) {
    let location = page.header("location");
    assert_eq!(page.status, 302);
    assert!(
        location.starts_with("https://sp.example/slo?a=b&SAMLResponse="),
        "{location}"
    );
    assert!(
        location.contains("&RelayState=a%20b%2f%c3%a9&SigAlg="),
        "{location}"
    );
    let xml = message(idp, location, "SAMLResponse");
    let read = saml::LogoutResponse::parse(&xml).unwrap();
    assert_eq!(read.in_response_to.as_deref(), Some("idlogout"));
    assert_eq!(read.status, ["urn:oasis:names:tc:SAML:2.0:status:Success"]);
    assert_eq!(read.issuer, Some(idp.directory().read().contoso().entity_id()));
}

#[tokio::test]
async fn an_application_signs_its_user_out_and_is_answered() {
    let (idp, mut browser) = (idp_with_two().await, Browser::new());
    let start = redirect(&idp, &request(""), None);
    let first = response(&browser.sign_in(idp.origin(), &start, ALICE.0, ALICE.1).await);
    let session = first
        .split_once("SessionIndex=\"")
        .unwrap()
        .1
        .split('"')
        .next()
        .unwrap();
    response(&browser.get(&start).await);
    let index = |index: &str| format!("{NAME}<samlp:SessionIndex>{index}</samlp:SessionIndex>");
    let unknown = logout_url(&idp, &logout_request(&index("_unknown")), None);
    assert_eq!(browser.get(&unknown).await.aadsts(), Some(50070));
    response(&browser.get(&start).await);

    let url = logout_url(&idp, &logout_request(&index(session)), Some("a b/é"));
    is_final(&idp, &browser.get(&url).await);
    assert_eq!(browser.get(&start).await.title(), "Sign in");
    is_final(&idp, &browser.get(&url).await);
}

#[tokio::test]
async fn the_other_applications_of_the_session_are_told_first() {
    let (idp, mut browser) = (idp_with_two().await, Browser::new());
    let start = redirect(&idp, &request(""), None);
    browser.sign_in(idp.origin(), &start, ALICE.0, ALICE.1).await;
    let other = redirect(&idp, &request("").replace(SP, OTHER), None);
    let assertion = response(&browser.get(&other).await);

    let url = logout_url(&idp, &logout_request(NAME), Some("a b/é"));
    let telling = browser.get(&url).await;
    assert_eq!(telling.title(), "Signing out");
    assert!(telling.header("content-security-policy").contains("frame-src"));
    let asked = telling.text();
    let frame = asked
        .split_once("<iframe")
        .unwrap()
        .1
        .split_once("src=\"")
        .unwrap()
        .1;
    let frame = frame.split('"').next().unwrap().replace("&amp;", "&");
    assert_eq!(
        telling.link("li a"),
        Some(frame.clone()),
        "a link does what the frame does"
    );
    assert!(frame.starts_with("https://other.example/slo?SAMLRequest="));
    let told = saml::LogoutRequest::parse(&message(&idp, &frame, "SAMLRequest")).unwrap();
    let name = told.name_id.unwrap();
    assert_eq!(
        (name.format, name.value.len()),
        (None, 44),
        "the pairwise value without a Format"
    );
    assert!(assertion.contains(&format!("SessionIndex=\"{}\"", told.session_indexes[0])));

    let next = telling.link("a.button").unwrap().replace("&now=1", "");
    let waiting = browser.get(&format!("{}{next}", idp.origin())).await;
    assert!(waiting.text().contains("http-equiv=\"refresh\"") && !waiting.text().contains("<iframe"));
    let answer = format!(
        r#"<samlp:LogoutResponse xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_a" Version="2.0" InResponseTo="{}"/>"#,
        told.id
    );
    let query = saml::binding::redirect_query("SAMLResponse", &answer, None);
    let left = Browser::new()
        .get(&format!("{}?{query}", idp.sso_url("contoso.example")))
        .await;
    assert_eq!(left.status, 200);
    assert_eq!(
        left.link("a.button").as_deref(),
        Some(next.as_str()),
        "and its page leads on"
    );
    is_final(&idp, &browser.get(&format!("{}{next}", idp.origin())).await);
}

#[tokio::test]
async fn an_application_that_never_answers_holds_nobody_up() {
    let (idp, mut browser) = (idp_with_two().await, Browser::new());
    let start = redirect(&idp, &request(""), None);
    browser.sign_in(idp.origin(), &start, ALICE.0, ALICE.1).await;
    browser
        .get(&redirect(&idp, &request("").replace(SP, OTHER), None))
        .await;
    let telling = browser
        .get(&logout_url(&idp, &logout_request(NAME), Some("a b/é")))
        .await;
    let on = format!("{}{}", idp.origin(), telling.link("a.button").unwrap());
    is_final(&idp, &browser.get(&on).await);
}

#[tokio::test]
async fn the_link_that_signs_out_of_everything_tells_every_application() {
    let (idp, mut browser) = (idp_with_two().await, Browser::new());
    let start = redirect(&idp, &request(""), None);
    browser.sign_in(idp.origin(), &start, ALICE.0, ALICE.1).await;
    let out = format!("{}/common/wsfederation?wa=wsignout1.0", idp.origin());
    let page = browser.get(&out).await;
    assert!(
        page.text()
            .contains("https://sp.example/slo?a=b&amp;SAMLRequest=")
    );
    assert!(!browser.cookies.contains_key("mock-idp-session"));
    assert_eq!(browser.get(&start).await.title(), "Sign in");
    assert_eq!(browser.get(&out).await.title(), "Signed out");
    let sign_in = format!("{}/common/wsfederation?wa=wsignin1.0", idp.origin());
    assert_eq!(browser.get(&sign_in).await.aadsts(), Some(90023));
    let nobody = browser.get(&format!("{}/sign-out", idp.origin())).await;
    assert!(nobody.text().contains("Nobody is signed in"));
}
