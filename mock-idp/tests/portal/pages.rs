//! What holds for every page, found by following every link from the first one.

use std::collections::{BTreeSet, VecDeque};

use mock_idp::directory::{Group, Principal};
use mock_idp::{Application, ReplyUrl, Shared};
use scraper::{Html, Selector};

use super::kit::DIRECTORY;
use super::page::Page;
use super::served;

/// Paths that another part of the server answers.
const ELSEWHERE: [&str; 3] = ["/myapps", "/test/", "/sign-ins"];

/// Contoso with one of everything.
fn furnished() -> Shared {
    let mut directory = DIRECTORY.clone();
    let tenant = &mut directory.tenants[0];
    let alice = tenant.user("alice").unwrap().object_id.clone();
    let mut group = Group::new("Sales <Europe>");
    group.members.push(Principal::User(alice.clone()));
    tenant.groups.push(group);
    let mut application = Application::from_template("Endpoint \"Backup\"", Some("endpoint-backup"));
    application.enable_saml(jiff::Timestamp::now()).unwrap();
    application
        .identifiers
        .push("https://sp.example/metadata".to_owned());
    application.reply_urls.push(ReplyUrl {
        url: "https://sp.example/acs".to_owned(),
        index: Some(1),
        is_default: true,
    });
    let app_id = application.app_id.clone();
    tenant.applications.push(application);
    tenant
        .applications
        .push(Application::from_template("Second", None));
    tenant.assign(&app_id, Principal::User(alice), None).unwrap();
    directory.into()
}

#[tokio::test]
async fn every_page_is_reached_by_links_and_readable_by_everybody() {
    let (_idp, mut admin) = served(furnished()).await;
    let mut known = BTreeSet::from(["/portal".to_owned()]);
    let mut waiting = VecDeque::from(["/portal".to_owned()]);
    let mut shapes = BTreeSet::new();
    while let Some(path) = waiting.pop_front() {
        let page = admin.open(&path).await;
        assert_eq!(page.status, 200, "{path}");
        let kind = page.headers["content-type"].to_str().unwrap();
        if !kind.starts_with("text/html") {
            continue;
        }
        check(&page, &path);
        for link in page.html().select(&css("a[href]")) {
            let target = link
                .value()
                .attr("href")
                .unwrap()
                .split('#')
                .next()
                .unwrap()
                .to_owned();
            let elsewhere = ELSEWHERE.iter().any(|part| target.contains(part));
            if elsewhere && shapes.insert(shape(&target)) {
                assert_eq!(
                    admin.open(&target).await.status,
                    200,
                    "{target}, which {path} leads to"
                );
            }
            // One page of each shape is enough: ids differ, pages do not.
            if target.starts_with('/')
                && !elsewhere
                && shapes.insert(shape(&target))
                && known.insert(target.clone())
            {
                waiting.push_back(target);
            }
        }
    }
    assert!(known.len() > 40, "only {} pages were found", known.len());
}

/// The path without what varies in it.
fn shape(path: &str) -> String {
    let path = path.split('?').next().unwrap();
    let parts = path
        .split('/')
        .map(|part| match part.len() > 20 || part.parse::<u32>().is_ok() {
            true => "*",
            false => part,
        });
    parts.collect::<Vec<_>>().join("/")
}

fn check(page: &Page, path: &str) {
    let html = page.html();
    let count = |selector: &str| html.select(&css(selector)).count();
    assert!(
        page.text().contains("Mock identity provider – for tests only"),
        "{path}"
    );
    assert_eq!(
        page.headers["x-mock-idp"],
        "mock identity provider, for tests only"
    );
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(
        policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
        "{path}"
    );
    assert_eq!(
        (count("html[lang=en]"), count("main"), count("h1")),
        (1, 1, 1),
        "{path}"
    );
    assert_eq!(
        count("[style], style, script:not([src])"),
        0,
        "{path}: the policy forbids it"
    );
    let ids: Vec<_> = html
        .select(&css("[id]"))
        .map(|of| of.value().attr("id").unwrap().to_owned())
        .collect();
    let distinct: BTreeSet<_> = ids.iter().collect();
    assert_eq!(ids.len(), distinct.len(), "{path}: an id stands twice in {ids:?}");
    for input in html.select(&css("input:not([type=hidden]), select, textarea")) {
        let id = input
            .value()
            .attr("id")
            .unwrap_or_else(|| panic!("{path}: {}", input.html()));
        assert_eq!(
            count(&format!("label[for=\"{id}\"]")),
            1,
            "{path}: {id} has no label"
        );
    }
    for described in html.select(&css("[aria-describedby], [aria-labelledby]")) {
        let of = described.value();
        for id in [of.attr("aria-describedby"), of.attr("aria-labelledby")]
            .into_iter()
            .flatten()
            .flat_map(|all| all.split(' '))
        {
            assert!(
                ids.iter().any(|known| known == id),
                "{path}: nothing is called {id}"
            );
        }
    }
    for nav in html.select(&css("nav")) {
        let named = nav
            .value()
            .attr("aria-label")
            .or(nav.value().attr("aria-labelledby"));
        assert!(named.is_some(), "{path}: a navigation without name");
    }
    for form in html.select(&css("form[method=post]")) {
        let token = form.select(&css("input[name=csrf]")).count();
        assert_eq!(token, 1, "{path}: {}", form.html());
    }
}

fn css(text: &str) -> Selector {
    Selector::parse(text).unwrap()
}

#[tokio::test]
async fn what_is_not_there_is_told_and_the_way_back_shown() {
    let (_idp, mut admin) = served(furnished()).await;
    for path in [
        "/portal/nowhere.example",
        "/portal/contoso.example/applications/none",
        "/portal/contoso.example/users/none",
        "/portal/contoso.example/groups/none",
        "/portal/contoso.example/roles/none",
        "/portal/contoso.example/applications/none/single-sign-on/basic",
        "/portal/contoso.example/guided/none/test",
    ] {
        let page = admin.open(path).await;
        assert_eq!((page.status, page.title().as_str()), (404, "Not found"), "{path}");
        page.link("To the overview");
    }
}

#[tokio::test]
async fn names_with_markup_in_them_stay_text() {
    let (_idp, mut admin) = served(furnished()).await;
    let page = admin.open("/portal/contoso.example/groups").await;
    assert!(page.text().contains("Sales <Europe>"));
    let html = Html::parse_document(&String::from_utf8_lossy(&page.bytes));
    assert_eq!(html.select(&css("europe")).count(), 0);
}

#[tokio::test]
async fn tenants_are_switched_and_lists_searched() {
    let (_idp, mut admin) = served(furnished()).await;
    let page = admin.open("/portal").await;
    assert_eq!(page.path, "/portal/contoso.example");
    let other = admin.follow(&page, "Fabrikam").await;
    let users = admin.follow(&other, "Users").await;
    assert!(users.text().contains("outsider@fabrikam.example") && !users.text().contains("alice@"));
    let users = admin.open("/portal/contoso.example/users").await;
    let found = admin.press(&users, "Search", &[("q", "SIMON")]).await;
    assert!(found.text().contains("B.Simon@contoso.example") && !found.text().contains("alice@"));
    let list = admin
        .open("/portal/contoso.example/applications?q=sp.example")
        .await;
    assert!(list.text().contains("Endpoint \"Backup\"") && !list.text().contains("Second"));
}
