//! My Apps.

use mock_idp::Application;
use mock_idp::directory::{Principal, SsoMode};

use super::browser::Browser;
use super::sign_in::{ALICE, response};
use super::{DIRECTORY, change, idp};

#[tokio::test]
async fn the_tiles_are_those_that_the_person_may_open() {
    let (idp, mut browser) = (idp().await, Browser::new());
    change(&idp, |directory| {
        let tenant = &mut directory.tenants[0];
        let alice = tenant.users[0].object_id.clone();
        let mut add = |name: &str, with: &dyn Fn(&mut Application)| {
            let mut application = Application::new(&format!("https://{name}.example"));
            application.display_name = name.to_owned();
            with(&mut application);
            tenant.applications.push(application.clone());
            application.app_id
        };
        add("Hidden", &|application| application.visible = false);
        add("Disabled", &|application| application.enabled = false);
        add("Unfinished", &|application| application.sso_mode = None);
        add("Foreign", &|application| application.assignment_required = true);
        add("Linked", &|application| {
            application.sso_mode = Some(SsoMode::Linked);
            application.sign_on_url = Some("https://linked.example/start".to_owned());
        });
        let assigned = add("Assigned", &|application| application.assignment_required = true);
        tenant.assign(&assigned, Principal::User(alice), None);
    });
    let apps = format!("{}/myapps", idp.origin());
    let page = browser.sign_in(idp.origin(), &apps, ALICE.0, ALICE.1).await;
    assert_eq!(page.title(), "My Apps");
    let names: Vec<_> = page.all("a.tile span:not(.initial)");
    assert_eq!(names, ["Assigned", "Example <Backup>", "Linked"]);
    assert!(page.text().contains(ALICE.0));
    assert_eq!(
        page.text()
            .matches("href=\"https://linked.example/start\"")
            .count(),
        1,
        "a linked application is a link"
    );

    let log = format!("{}/portal/contoso.example/sign-ins?app=My+Apps", idp.origin());
    assert_eq!(browser.get(&log).await.all("tbody tr").len(), 1);

    let found = browser.get(&format!("{apps}?search=BACKUP")).await;
    assert_eq!(found.all("a.tile").len(), 1);
    let tile = found.link("a.tile").unwrap();
    let signed_in = browser.get(&format!("{}{tile}", idp.origin())).await;
    assert!(response(&signed_in).contains(">alice@contoso.example</NameID>"));
    let none = browser.get(&format!("{apps}?search=%3Cb%3E")).await;
    assert!(none.all("a.tile").is_empty() && none.text().contains("&lt;b&gt;"));

    let forms = found.forms();
    let out = forms.into_iter().find(|form| form.action == "/sign-out").unwrap();
    let out = browser.send_form(idp.origin(), out, &[]).await;
    assert_eq!(out.title(), "Signed out");
    assert_eq!(browser.get(&apps).await.title(), "Sign in");
}

#[tokio::test]
async fn several_people_and_organisations_are_told_apart() {
    let (idp, mut browser) = (idp().await, Browser::new());
    let apps = format!("{}/myapps", idp.origin());
    browser.sign_in(idp.origin(), &apps, ALICE.0, ALICE.1).await;
    let app_id = &DIRECTORY.contoso().applications[0].app_id;
    let hint = format!(
        "{}&login_hint=admin%40contoso.example",
        idp.launch_url(app_id, "contoso.example")
    );
    browser
        .sign_in(idp.origin(), &hint, "admin@contoso.example", "mock-victim")
        .await;
    let page = browser.get(&apps).await;
    assert!(page.all("summary")[0].contains("Victim"));
    let alice = page.link(".menu a").unwrap();
    let page = browser.get(&format!("{}{alice}", idp.origin())).await;
    assert!(page.all("summary")[0].contains("Alice"));
}
