//! The sign-in log.

use super::browser::Browser;
use super::sign_in::{ALICE, response};
use super::{ACS, DIRECTORY, SP, idp, redirect, request};

#[tokio::test]
async fn each_attempt_stands_there_with_its_messages_as_they_were() {
    let (idp, mut browser) = (idp().await, Browser::new());
    let tenant = &DIRECTORY.contoso().id;
    let log = format!("{}/portal/{tenant}/sign-ins", idp.origin());
    assert!(browser.get(&log).await.text().contains("No sign-ins yet"));

    let start = redirect(&idp, &request(""), Some("<state>"));
    let page = browser.get(&start).await;
    let page = browser
        .submit(idp.origin(), &page, &[("loginfmt", ALICE.0)])
        .await;
    let page = browser.submit(idp.origin(), &page, &[("passwd", "wrong")]).await;
    let page = browser.submit(idp.origin(), &page, &[("passwd", ALICE.1)]).await;
    let signed_in = browser.submit(idp.origin(), &page, &[("action", "no")]).await;
    let xml = response(&signed_in);
    let refused = browser
        .get(&redirect(&idp, &request("").replace(SP, "urn:unknown"), None))
        .await;
    let nowhere = start.replace(tenant, "nowhere.example");
    browser.get(&nowhere).await;

    let list = browser.get(&log).await;
    let rows = list.all("tbody tr");
    assert_eq!(rows.len(), 4, "{rows:?}");
    assert!(
        rows[0].contains("90002"),
        "what reached no tenant stands there too"
    );
    assert!(rows[1].contains("urn:unknown") && rows[1].contains("700016"));
    assert!(rows[2].contains("Success") && rows[2].contains(ALICE.0) && rows[2].contains("127.0.0.1"));
    assert!(rows[3].contains("Failure") && rows[3].contains("50126"));
    for (filter, count) in [
        ("status=success", 1),
        ("status=failure", 3),
        ("user=ALICE", 2),
        ("app=Backup", 2),
        ("app=nothing", 0),
    ] {
        let list = browser.get(&format!("{log}?{filter}")).await;
        assert_eq!(list.all("tbody tr").len(), count, "{filter}");
    }

    let id = signed_in.header("x-ms-request-id");
    let one = browser.get(&format!("{log}/{id}")).await;
    let shown = one.all("pre.xml");
    assert_eq!(
        shown,
        [request("").as_str(), xml.as_str(), "<state>"],
        "not a byte is changed"
    );
    assert!(
        one.all("li")
            .iter()
            .any(|line| line.starts_with("Signed: Assertion #_"))
    );
    assert!(one.text().contains(ACS));
    assert!(one.all("code").iter().any(|code| code == id));

    let id = refused.header("x-ms-request-id");
    assert!(
        refused.all("dd").iter().any(|shown| shown == id),
        "the page tells the id of its request"
    );
    let one = browser.get(&format!("{log}/{id}")).await;
    assert!(one.text().contains("700016") && one.text().contains("The application was told nothing"));
    let correlation = one.all("code");
    assert!(refused.all("dd").iter().any(|shown| correlation.contains(shown)));

    let unknown = browser.get(&format!("{log}/nothing")).await;
    assert_eq!(unknown.status, 404);
    let unknown = format!("{}/portal/nowhere.example/sign-ins", idp.origin());
    assert_eq!(browser.get(&unknown).await.aadsts(), Some(90002));
}
