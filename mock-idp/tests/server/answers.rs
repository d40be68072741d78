//! The harness decides what a sign-in with a ticket is answered.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mock_idp::server::{
    Answer, Binding, Live, Metadata, MockIdp, Options, Reply, TICKET_COOKIE, auto_post_page,
};
use proptest::prelude::*;
use saml::binding::{deflate, encode_post, percent_encode};
use scraper::{Html, Selector};

use super::browser::Browser;
use super::{ACS, DIRECTORY, redirect, request};

/// Answers each ticket with a form that names it, the later the lower its number; and keeps what it saw.
#[derive(Default)]
struct Echo {
    seen: Mutex<Vec<Live>>,
}

impl Answer for Echo {
    fn answer(&self, ticket: &str, live: Live) -> Pin<Box<dyn Future<Output = Reply> + Send + '_>> {
        let ticket = ticket.to_owned();
        Box::pin(async move {
            let id = live
                .request
                .as_ref()
                .map(|request| request.id.clone())
                .unwrap_or_default();
            self.seen.lock().unwrap().push(live);
            if let Ok(number) = ticket.parse::<u64>() {
                tokio::time::sleep(Duration::from_millis(80 - 10 * number)).await;
            }
            match ticket.as_str() {
                "azure" => Reply::SignIn,
                "redirect" => Reply::Redirect("https://sp.example/elsewhere".to_owned()),
                "bad redirect" => Reply::Redirect("https://sp.example/\n".to_owned()),
                "page" => Reply::Page {
                    status: 418,
                    html: "<p>no tea</p>".to_owned(),
                },
                _ => Reply::Post {
                    action: ACS.to_owned(),
                    fields: vec![
                        ("ticket".to_owned(), ticket),
                        ("id".to_owned(), id),
                        ("x".to_owned(), "\r\n".to_owned()),
                    ],
                },
            }
        })
    }
}

async fn idp_with(answer: Arc<Echo>) -> MockIdp {
    MockIdp::start(Options {
        answer: Some(answer),
        ..Options::new(DIRECTORY.clone())
    })
    .await
    .unwrap()
}

fn with_ticket(ticket: &str) -> Browser {
    let mut browser = Browser::new();
    browser
        .cookies
        .insert(TICKET_COOKIE.to_owned(), ticket.to_owned());
    browser
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_browsers_at_once_each_get_their_own_answer() {
    let echo = Arc::new(Echo::default());
    let idp = Arc::new(idp_with(echo.clone()).await);
    let browsers: Vec<_> = (0..8)
        .map(|number| {
            let idp = idp.clone();
            tokio::spawn(async move {
                let xml = request("").replace("id6f1c", &format!("id-{number}"));
                let form = with_ticket(&number.to_string())
                    .get(&redirect(&idp, &xml, None))
                    .await
                    .form();
                assert_eq!(form.field("ticket"), Some(number.to_string().as_str()));
                assert_eq!(form.field("id"), Some(format!("id-{number}").as_str()));
                assert_eq!(form.field("x"), Some("\r\n"));
            })
        })
        .collect();
    let mut without = Browser::new();
    let page = without.get(&redirect(&idp, &request(""), None)).await;
    assert!(
        page.form().field("ctx").is_some(),
        "who has no ticket sees Azure's page"
    );
    for browser in browsers {
        browser.await.unwrap();
    }
    assert_eq!(echo.seen.lock().unwrap().len(), 8);
}

#[tokio::test]
async fn the_harness_is_told_what_came_and_how() {
    let echo = Arc::new(Echo::default());
    let idp = idp_with(echo.clone()).await;
    let (tenant, app_id) = (
        DIRECTORY.contoso().id.clone(),
        DIRECTORY.contoso().applications[0].app_id.clone(),
    );
    let mut browser = with_ticket("t");
    let url = redirect(&idp, &request(""), Some("a b"));
    browser.get(&url).await;
    let message = saml::binding::encode_post(request("").as_bytes());
    browser
        .post(&idp.sso_url(&tenant), &[("SAMLRequest", &message)])
        .await;
    browser.get(&idp.launch_url(&app_id, &tenant)).await;
    browser
        .get(&format!(
            "{}/elsewhere.example/saml2?SAMLRequest=%21",
            idp.origin()
        ))
        .await;
    let seen = std::mem::take(&mut *echo.seen.lock().unwrap());
    let [redirected, posted, launched, garbage] = <[Live; 4]>::try_from(seen).unwrap();

    assert_eq!(redirected.binding, Binding::Redirect);
    assert_eq!(redirected.tenant_id, tenant);
    assert_eq!(redirected.application.as_ref(), Some(&app_id));
    assert_eq!(redirected.request.unwrap().id, "id6f1c");
    assert_eq!(redirected.unreadable, None);
    assert_eq!(redirected.request_xml.as_deref(), Some(request("").as_str()));
    assert_eq!(redirected.relay_state.as_deref(), Some("a b"));
    assert_eq!(
        redirected.raw_query.as_deref(),
        url.split_once('?').map(|(_, query)| query)
    );

    assert_eq!(
        (posted.binding, posted.raw_query, posted.relay_state),
        (Binding::Post, None, None)
    );
    assert!(posted.request.is_some());

    assert_eq!(
        (launched.binding.as_str(), launched.application),
        ("idp-initiated", Some(app_id))
    );
    assert!(launched.request.is_none() && launched.request_xml.is_none());
    assert_eq!((posted.unreadable, launched.unreadable), (None, None));

    assert_eq!(garbage.tenant_id, "elsewhere.example");
    assert!(garbage.request.is_none() && garbage.application.is_none());
}

#[tokio::test]
async fn the_harness_is_told_why_a_request_cannot_be_read() {
    let echo = Arc::new(Echo::default());
    let idp = idp_with(echo.clone()).await;
    let to = idp.sso_url("contoso.example");
    let xml = request("");
    let [plain, deflated] = [xml.as_bytes().to_vec(), deflate(&xml)].map(|bytes| encode_post(&bytes));
    let posted = |text: &str| encode_post(text.as_bytes());
    let redirected = |text: &str| encode_post(&deflate(text));
    let dtd = format!("<!DOCTYPE a>{xml}");
    let response = xml.replace("AuthnRequest", "Response");
    let foreign = xml.replace("SAML:2.0:protocol", "SAML:1.0:protocol");
    let many = request(&(0..300).map(|at| format!(" a{at}=''")).collect::<String>());
    let by_post = [
        (
            deflated.clone(),
            "it is deflated, which HTTP-POST does not do (SAML Bindings 3.5.4)",
        ),
        (
            "%%%".to_owned(),
            "it is not Base64: it has a %, as if it were percent-encoded twice",
        ),
        ("a-b_".to_owned(), "it is not Base64: it has the character '-'"),
        ("a".to_owned(), "it is not Base64 (SAML Bindings"),
        (String::new(), "it is empty"),
        (xml.clone(), "it is not Base64, but plain XML"),
        (posted("hello"), "it is not well-formed XML"),
        (posted(&dtd), "it has a DOCTYPE"),
        (
            posted(&response),
            "its document element is Response, and not samlp:AuthnRequest",
        ),
        (
            posted(&foreign),
            "its namespace is not urn:oasis:names:tc:SAML:2.0:protocol",
        ),
        (posted(&many), "an element has more than the 256 attributes"),
        (encode_post(&[0xff; 9]), "it is not UTF-8 text"),
    ];
    let by_redirect = [
        (
            plain,
            "it is Base64 of plain XML, which HTTP-Redirect wants deflated first",
        ),
        (encode_post(b"\xff\xff\xff"), "it is not DEFLATE-compressed"),
        ("%".to_owned(), "it is not Base64"),
        (redirected("<a"), "it is not well-formed XML"),
        (redirected(&dtd), "it has a DOCTYPE"),
        (redirected(&response), "its document element is Response"),
        ("A".repeat(40_000), "its query is longer than the 32768 bytes"),
    ];
    let mut told = Vec::new();
    for (message, why) in by_post {
        let page = with_ticket("t").post(&to, &[("SAMLRequest", &message)]).await;
        assert_eq!(page.form().field("ticket"), Some("t"), "{why}");
        told.push((Binding::Post, why));
    }
    for (message, why) in by_redirect {
        let url = format!("{to}?SAMLRequest={}&RelayState=r", percent_encode(&message));
        let page = with_ticket("t").get(&url).await;
        assert_eq!(page.form().field("ticket"), Some("t"), "{why}");
        told.push((Binding::Redirect, why));
    }
    let seen = std::mem::take(&mut *echo.seen.lock().unwrap());
    assert_eq!(seen.len(), told.len());
    for (live, (binding, why)) in seen.into_iter().zip(told) {
        let sentence = live.unreadable.unwrap();
        let begins = format!("the SP's AuthnRequest cannot be read: {why}");
        assert!(sentence.starts_with(&begins), "{sentence:?}, and not {begins:?}");
        assert_eq!((live.binding, live.request), (binding, None));
    }
}

#[tokio::test]
async fn the_harness_is_told_of_forms_that_are_none_and_of_none_at_all() {
    let echo = Arc::new(Echo::default());
    let idp = idp_with(echo.clone()).await;
    let to = idp.sso_url("contoso.example");
    let form = "application/x-www-form-urlencoded";
    let twice = "SAMLRequest=a&SAMLRequest=b";
    for (kind, body) in [
        ("text/xml", request("").into_bytes()),
        (form, vec![b'A'; 2 << 20]),
        (form, twice.into()),
        (form, b"a=b".to_vec()),
    ] {
        let mut browser = with_ticket("t");
        let page = browser.post_raw(&to, kind, body).await;
        assert_eq!(page.form().field("ticket"), Some("t"));
    }
    with_ticket("t").get(&to).await;
    // What another site posts brings its ticket on the way back only.
    let arrived = Browser::new().post_raw(&to, "text/xml", request("").into()).await;
    let back = format!("{}{}", idp.origin(), arrived.header("location"));
    assert_eq!(
        with_ticket("t").get(&back).await.form().field("ticket"),
        Some("t")
    );
    let seen = std::mem::take(&mut *echo.seen.lock().unwrap());
    let sentences: Vec<_> = seen.into_iter().map(|live| live.unreadable.unwrap()).collect();
    let whole = |why: &str| format!("the SP's AuthnRequest cannot be read: {why}");
    let no_form = whole("a form must be sent as application/x-www-form-urlencoded");
    assert_eq!(
        sentences,
        [
            no_form.clone(),
            whole("it is larger than 1 MiB"),
            whole("a parameter of it stands there twice, or there are both a SAMLRequest and a SAMLResponse"),
            "the SP posted a form without a SAMLRequest".to_owned(),
            "the SP sent the browser here without a SAMLRequest".to_owned(),
            no_form,
        ]
    );
}

#[tokio::test]
async fn a_cross_site_post_finds_its_ticket_on_the_way_back() {
    let echo = Arc::new(Echo::default());
    let idp = idp_with(echo.clone()).await;
    let message = saml::binding::encode_post(request("").as_bytes());
    // What a browser sends along with a form of another site: no Lax cookie.
    let arrived = Browser::new()
        .post(&idp.sso_url("contoso.example"), &[("SAMLRequest", &message)])
        .await;
    let back = format!("{}{}", idp.origin(), arrived.header("location"));
    let form = with_ticket("mine").get(&back).await.form();
    assert_eq!(form.field("ticket"), Some("mine"));
    assert_eq!(echo.seen.lock().unwrap()[0].binding, Binding::Post);
}

#[tokio::test]
async fn an_answer_may_be_azures_own_a_redirect_or_a_page() {
    let idp = idp_with(Arc::default()).await;
    let url = redirect(&idp, &request(""), None);
    assert!(with_ticket("azure").get(&url).await.form().field("ctx").is_some());
    let redirected = with_ticket("redirect").get(&url).await;
    assert_eq!(
        (redirected.status, redirected.header("location")),
        (302, "https://sp.example/elsewhere")
    );
    assert_eq!(with_ticket("bad redirect").get(&url).await.aadsts(), Some(90033));
    let page = with_ticket("page").get(&url).await;
    assert_eq!((page.status, page.text().as_str()), (418, "<p>no tea</p>"));
    assert_eq!(
        page.header("x-mock-idp"),
        "mock identity provider, for tests only"
    );
}

proptest! {
    #[test]
    fn any_field_survives_an_html_parser(name in "[^\0]+", value in "[^\0]*", action in "[^\0]*") {
        let page = Html::parse_document(&auto_post_page(&action, &[(&name, &value)]));
        let [form, input] = ["form", "input[type=hidden]"].map(|selector| Selector::parse(selector).unwrap());
        let inputs: Vec<_> = page.select(&input).map(|input| (input.attr("name"), input.attr("value"))).collect();
        prop_assert_eq!(inputs, [(Some(name.as_str()), Some(value.as_str()))]);
        prop_assert_eq!(page.select(&form).next().unwrap().attr("action"), Some(action.as_str()));
    }
}

#[test]
fn the_self_submitting_page_is_azures_to_the_byte() {
    let page = auto_post_page(
        "https://sp.example/acs?a&b",
        &[("SAMLResponse", "PHM+"), ("RelayState", "\"'<\r\n>&")],
    );
    let head = r#"<html><head><title>Working...</title></head><body><form method="POST" name="hiddenform" action="https://sp.example/acs?a&amp;b"><input type="hidden" name="SAMLResponse" value="PHM+" /><input type="hidden" name="RelayState" value="&quot;&#39;&lt;&#13;&#10;&gt;&amp;" /><noscript><p>Script is disabled. Click Submit to continue.</p>"#;
    let tail = r#"<input type="submit" value="Submit" /></noscript></form><script language="javascript">document.forms[0].submit();</script></body></html>"#;
    assert!(page.starts_with(head), "{page}");
    assert!(page.ends_with(tail), "{page}");
}

/// Serves its own document for one tenant.
struct Publisher;

impl Answer for Publisher {
    fn answer(&self, _: &str, _: Live) -> Pin<Box<dyn Future<Output = Reply> + Send + '_>> {
        Box::pin(async { Reply::SignIn })
    }

    fn metadata(&self, tenant_id: &str, place: &str) -> Option<Metadata> {
        let is_first = tenant_id == DIRECTORY.contoso().id;
        is_first.then(|| Metadata {
            status: 302,
            location: Some("https://elsewhere.example/".to_owned()),
            body: place.as_bytes().into(),
        })
    }
}

#[tokio::test]
async fn the_harness_may_publish_in_the_stead_of_one_tenant() {
    let idp = MockIdp::start(Options {
        answer: Some(Arc::new(Publisher)),
        ..Options::new(DIRECTORY.clone())
    })
    .await
    .unwrap();
    let mut browser = Browser::new();
    let url = format!("{}?hop=1", idp.metadata_url(&DIRECTORY.contoso().id));
    let page = browser.get(&url).await;
    assert_eq!(page.status, 302);
    assert_eq!(page.headers["location"], "https://elsewhere.example/");
    let place = String::from_utf8(page.bytes).unwrap();
    assert!(place.ends_with("/federationmetadata.xml?hop=1"), "{place}");
    let other = browser.get(&idp.metadata_url(&DIRECTORY.fabrikam().id)).await;
    assert!(
        String::from_utf8(other.bytes)
            .unwrap()
            .contains("IDPSSODescriptor")
    );
}
