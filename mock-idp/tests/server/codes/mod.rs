//! Every code that this mock gives is provoked over HTTP, and the page or the Response carries it.

mod after_sign_in;
mod before_sign_in;
mod signing_out;

use std::collections::BTreeSet;
use std::convert::Infallible;

use mock_idp::aadsts::{CODES, LEFT_OUT};
use mock_idp::server::{MockIdp, Options};
use mock_idp::{Application, Azure, Directory};

use super::browser::{Browser, Page};
use super::{DIRECTORY, SP, redirect, request};

/// The codes that were seen, each where it was expected.
#[derive(Default)]
pub(crate) struct Seen(BTreeSet<u32>);

impl Seen {
    /// Notes a code that the page, or the Response on it, must carry.
    fn on(&mut self, code: u32, page: &Page) {
        let told = match page.text().contains("name=\"SAMLResponse\"") {
            true => page.saml_response(),
            false => page.text(),
        };
        assert!(
            told.contains(&format!("AADSTS{code}:")),
            "AADSTS{code} is missing on: {told}"
        );
        self.0.insert(code);
    }
}

/// A mock with these switches and this directory.
async fn with(azure: Azure, change: impl FnOnce(&mut Directory)) -> MockIdp {
    let options = Options {
        azure,
        ..Options::new(DIRECTORY.clone())
    };
    let idp = MockIdp::start(options).await.unwrap();
    let changed = idp.directory().change(|directory| {
        change(directory);
        Ok::<_, Infallible>(())
    });
    changed.unwrap();
    idp
}

/// The same, with a change of the application only.
async fn with_application(change: impl FnOnce(&mut Application)) -> MockIdp {
    with(Azure::default(), |directory| {
        change(&mut directory.tenants[0].applications[0])
    })
    .await
}

/// A request with this element after its Issuer.
fn with_element(element: &str) -> String {
    request("").replace("</Issuer>", &format!("</Issuer>{element}"))
}

async fn asked(idp: &MockIdp, xml: &str) -> Page {
    Browser::new().get(&redirect(idp, xml, None)).await
}

#[tokio::test]
async fn every_code_is_given_where_azure_gives_it() {
    let mut seen = Seen::default();
    before_sign_in::provoke(&mut seen).await;
    after_sign_in::provoke(&mut seen).await;
    signing_out::provoke(&mut seen).await;
    let given: BTreeSet<u32> = CODES.iter().map(|code| code.number).collect();
    let missing: Vec<_> = given.difference(&seen.0).collect();
    assert!(missing.is_empty(), "nobody provokes {missing:?}");
    let unknown: Vec<_> = seen.0.difference(&given).collect();
    assert!(unknown.is_empty(), "{unknown:?} stand in no table");
}

#[tokio::test]
async fn every_code_can_be_looked_up() {
    let idp = with_application(|_| {}).await;
    let mut browser = Browser::new();
    let numbers = CODES.iter().map(|code| code.number);
    for number in numbers.chain(LEFT_OUT.iter().map(|(number, ..)| *number)) {
        let page = browser
            .get(&format!("{}/error?code={number}", idp.origin()))
            .await;
        assert_eq!(page.all("h2"), [format!("AADSTS{number}")]);
    }
    for (asked, said) in [
        ("AADSTS50011", "Reply URLs"),
        ("1", "as far as this mock knows"),
        ("<b>", "&lt;b&gt;"),
        ("", "Look up"),
    ] {
        let page = browser
            .get(&format!(
                "{}/error?code={}",
                idp.origin(),
                saml::binding::percent_encode(asked)
            ))
            .await;
        assert!(page.text().contains(said), "{asked}");
    }
}

#[tokio::test]
async fn a_block_by_conditional_access_tells_about_the_device() {
    let idp = with_application(|application| {
        application.conditional_access = Some(mock_idp::directory::ConditionalAccess::Block);
    })
    .await;
    let start = redirect(&idp, &request(""), None);
    let page = Browser::new()
        .sign_in(idp.origin(), &start, "alice@contoso.example", "mock-alice")
        .await;
    assert_eq!(page.all("h1"), ["You cannot access this right now"]);
    let told = page.all("dt");
    for label in [
        "App name:",
        "App id:",
        "IP address:",
        "Device identifier:",
        "Device platform:",
        "Device state:",
    ] {
        assert!(told.contains(&label.to_owned()), "{label}");
    }
    let copied = page.all("textarea").remove(0);
    assert!(copied.contains("Error Code: 53003\n") && copied.contains("Example <Backup>"));
    assert!(page.text().contains(&page.header("x-ms-request-id").to_owned()) && !page.text().contains(SP));
}
