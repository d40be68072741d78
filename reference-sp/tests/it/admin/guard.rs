//! Who may use the administrator's pages.

use reference_sp::{Config, ReferenceSp};

use super::empty;
use crate::kit::browser::{Browser, location};
use crate::kit::office::{Office, form};

const PAGES: [&str; 2] = ["/admin/sso", "/admin/users"];
const FORMS: [&str; 9] = [
    "/admin/sso/metadata",
    "/admin/sso/values",
    "/admin/sso/domains",
    "/admin/sso/certificate/remove",
    "/admin/sso/remove",
    "/admin/users/create",
    "/admin/users/activate",
    "/admin/users/deactivate",
    "/admin/users/delete",
];

#[tokio::test]
async fn nobody_gets_in_without_the_password_that_the_start_page_shows() {
    let sp = empty().await;
    let stranger = Browser::new(&sp);
    for page in PAGES {
        assert_eq!(location(&stranger.get(page).await), "/admin/sign-in");
    }
    let office = Office { browser: stranger };
    for path in FORMS {
        let answer = office.send(path, form(&[("csrf", "")]), &[]).await;
        assert_eq!(location(&answer), "/admin/sign-in", "{path}");
    }
    let page = office.page("/admin/sign-in").await;
    let csrf = page.hidden("<form", "csrf");
    let answer = office
        .send(
            "/admin/sign-in",
            form(&[("csrf", &csrf), ("password", "guess")]),
            &[],
        )
        .await;
    assert_eq!(answer.status(), 403);
    assert!(answer.text().await.unwrap().contains("This is not the password"));
    assert_eq!(
        location(&office.browser.get("/admin/sso").await),
        "/admin/sign-in"
    );

    let start = office.page("/").await;
    start.says(&format!("id=\"admin-password\">{}<", sp.admin_password()));
    let office = Office::open(&sp).await;
    for page in PAGES {
        assert_eq!(office.page(page).await.status, 200);
    }
    assert_eq!(
        location(&office.browser.get("/admin/sign-in").await),
        "/admin/sso"
    );
}

#[tokio::test]
async fn the_password_may_be_chosen_and_is_another_each_time_otherwise() {
    let chosen = ReferenceSp::start(Config {
        admin_password: Some("open sesame".to_owned()),
        ..Config::default()
    })
    .await
    .unwrap();
    assert_eq!(chosen.admin_password(), "open sesame");
    Office::open(&chosen).await;
    assert_ne!(empty().await.admin_password(), empty().await.admin_password());
}

#[tokio::test]
async fn the_session_never_travels_from_another_site() {
    let sp = empty().await;
    let office = Office {
        browser: Browser::new(&sp),
    };
    let csrf = office.page("/admin/sign-in").await.hidden("<form", "csrf");
    let fields = [("csrf", csrf.as_str()), ("password", sp.admin_password())];
    let answer = office.send("/admin/sign-in", form(&fields), &[]).await;
    let cookies: Vec<_> = answer.headers().get_all("set-cookie").iter().collect();
    let session = cookies[0].to_str().unwrap();
    assert!(
        session.starts_with("sp_admin=") && session.ends_with("; Path=/admin; HttpOnly; SameSite=Strict"),
        "{session}"
    );
}

#[tokio::test]
async fn the_sign_in_form_belongs_to_the_browser_that_asked_for_it() {
    let sp = empty().await;
    let attacker = Office {
        browser: Browser::new(&sp),
    };
    let csrf = attacker.page("/admin/sign-in").await.hidden("<form", "csrf");
    let victim = Office {
        browser: Browser::new(&sp),
    };
    let fields = [("csrf", csrf.as_str()), ("password", sp.admin_password())];
    let answer = victim.send("/admin/sign-in", form(&fields), &[]).await;
    assert_eq!(answer.status(), 403);
    assert_eq!(
        location(&victim.browser.get("/admin/sso").await),
        "/admin/sign-in"
    );
}

#[tokio::test]
async fn a_form_of_another_site_changes_nothing() {
    let sp = empty().await;
    let office = Office::open(&sp).await;
    let user = office.create_user("Britta Simon", "b.simon@corp.example").await;
    let csrf = office.page("/admin/users").await.hidden("<form", "csrf");
    let other = Office::open(&sp).await.page("/admin/users").await;
    let forged = [
        form(&[("user", &user)]),
        form(&[("user", &user), ("csrf", "")]),
        form(&[("user", &user), ("csrf", &other.hidden("<form", "csrf"))]),
    ];
    for body in forged {
        let answer = office.send("/admin/users/activate", body, &[]).await;
        assert_eq!(answer.status(), 403);
        assert!(answer.text().await.unwrap().contains("Nothing was changed"));
    }
    for site in ["cross-site", "same-site"] {
        let body = form(&[("user", &user), ("csrf", &csrf)]);
        let answer = office
            .send("/admin/users/activate", body, &[("Sec-Fetch-Site", site)])
            .await;
        assert_eq!(answer.status(), 403);
    }
    for path in FORMS {
        let answer = office.send(path, form(&[("user", &user)]), &[]).await;
        assert_eq!(answer.status(), 403, "{path}");
    }
    office.page("/admin/users").await.says("Not active");
    let body = form(&[("user", &user), ("csrf", &csrf)]);
    let own = [("Sec-Fetch-Site", "same-origin")];
    let answer = office.send("/admin/users/activate", body, &own).await;
    assert_eq!(location(&answer), "/admin/users");
}

#[tokio::test]
async fn who_signs_out_is_out() {
    let sp = empty().await;
    let office = Office::open(&sp).await;
    let kept = office.browser.cookies.borrow().clone();
    office.submit("/admin/sign-out", &[]).await.says("Sign in");
    *office.browser.cookies.borrow_mut() = kept;
    assert_eq!(
        location(&office.browser.get("/admin/sso").await),
        "/admin/sign-in"
    );
}

#[tokio::test]
async fn broken_and_bloated_forms_are_told_apart_from_good_ones() {
    let sp = empty().await;
    let office = Office::open(&sp).await;
    let bodies: [(&str, Vec<u8>); 4] = [
        ("multipart/form-data", b"no boundary".to_vec()),
        ("multipart/form-data; boundary=x", b"--x\r\nhalf a part".to_vec()),
        ("application/x-www-form-urlencoded", b"a=1&".repeat(21)),
        ("text/plain", b"csrf=1".to_vec()),
    ];
    for (kind, body) in bodies {
        let answer = office.send("/admin/sso/metadata", (kind, body), &[]).await;
        assert_eq!(answer.status(), 400, "{kind}");
        assert!(answer.text().await.unwrap().contains("could not be read"));
    }
}
