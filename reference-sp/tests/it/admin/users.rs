//! Users must be created and activated before they use single sign-on.

use reference_sp::{Account, Config, ReferenceSp, Refusal};
use saml::names::name_id;

use crate::kit::browser::{Browser, deliver, location};
use crate::kit::office::Office;
use crate::kit::*;

/// A service provider that trusts both tenants and knows these users.
async fn known(accounts: Vec<Account>) -> ReferenceSp {
    ReferenceSp::start(Config {
        trust: trust(),
        accounts,
        ..Config::default()
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn nobody_signs_in_before_he_is_created_and_activated() {
    let sp = known(Vec::new()).await;
    let office = Office::open(&sp).await;
    let browser = Browser::new(&sp);

    let answer = browser.post(&flawless(&sp, ALICE), None).await;
    assert_eq!(answer.status(), 403);
    assert!(answer.headers().get("set-cookie").is_none());
    let page = answer.text().await.unwrap();
    assert!(page.contains(&format!("id=\"name-unknown\">{ALICE}<")), "{page}");
    assert!(
        page.contains("An administrator must create and activate one"),
        "{page}"
    );
    office.page("/admin/users").await.says("There is no user yet");

    let user = office.create_user("Alice Adams", ALICE).await;
    office.page("/admin/users").await.says("Not active");
    let answer = browser.post(&flawless(&sp, ALICE), None).await;
    assert_eq!(answer.status(), 403);
    let page = answer.text().await.unwrap();
    assert!(page.contains(&format!("id=\"name-inactive\">{ALICE}<")), "{page}");
    assert!(
        page.contains("An administrator must activate your account"),
        "{page}"
    );

    office
        .submit("/admin/users/activate", &[("user", &user)])
        .await
        .says("Alice Adams is active, and may sign in as");
    browser.deliver(&flawless(&sp, ALICE)).await.is(ALICE);
    let page = browser.get("/account").await.text().await.unwrap();
    assert!(page.contains("id=\"account\">Alice Adams<"), "{page}");
}

#[tokio::test]
async fn an_answer_to_our_own_request_is_refused_by_name_too() {
    let sp = known(Vec::new()).await;
    let browser = Browser::new(&sp);
    let id = browser.begin("").await;
    let message = sign_assertion(&answering(response(&sp, tenant(), ALICE), &id).to_xml(), tenant());
    let answer = browser.post(&message, None).await;
    let refused = browser.get(&location(&answer)).await;
    assert_eq!(refused.status(), 403);
    assert!(refused.text().await.unwrap().contains("id=\"name-unknown\""));
}

#[tokio::test]
async fn only_who_is_proven_learns_whether_there_is_an_account() {
    let sp = known(vec![Account {
        active: false,
        ..Account::active(ALICE, "Alice")
    }])
    .await;
    let browser = Browser::new(&sp);
    let unsigned = response(&sp, tenant(), ALICE).to_xml();
    let forged = sign_assertion(&response(&sp, rogue(), ALICE).to_xml(), rogue());
    let elsewhere = sign_assertion(&response(&sp, other_tenant(), ALICE).to_xml(), other_tenant());
    for message in [unsigned, forged, elsewhere] {
        let page = browser.post(&message, None).await.text().await.unwrap();
        assert!(
            !page.contains(ALICE) && page.contains("was not accepted"),
            "{page}"
        );
    }
}

#[tokio::test]
async fn the_refusal_by_name_follows_the_manner_of_refusing() {
    let sp = known(Vec::new()).await;
    let browser = Browser::new(&sp);
    for (manner, status) in [
        (Refusal::ServerErrorConstant, 500),
        (Refusal::ServerErrorVarying, 500),
        (Refusal::Page, 200),
    ] {
        sp.set_refusal(manner);
        let answer = browser.post(&flawless(&sp, ALICE), None).await;
        assert_eq!(answer.status(), status);
        assert!(answer.text().await.unwrap().contains(ALICE));
    }
    sp.set_refusal(Refusal::Redirect);
    let answer = browser.post(&flawless(&sp, ALICE), None).await;
    assert_eq!(answer.status(), 302);
    assert!(!location(&answer).contains("alice"), "no name in an address");
    let page = browser.get(&location(&answer)).await.text().await.unwrap();
    assert!(page.contains(&format!("id=\"name-unknown\">{ALICE}<")), "{page}");
    let made_up = browser.get("/error?notice=made-up").await.text().await.unwrap();
    assert!(made_up.contains("was not accepted"), "{made_up}");
}

#[tokio::test]
async fn an_assertion_is_used_up_by_the_refusal() {
    let sp = known(Vec::new()).await;
    let office = Office::open(&sp).await;
    let message = flawless(&sp, ALICE);
    deliver(&sp, &message).await.is_refused("no account is linked");
    let user = office.create_user("Alice", ALICE).await;
    office.submit("/admin/users/activate", &[("user", &user)]).await;
    deliver(&sp, &message).await.is_refused("was used before");
    deliver(&sp, &flawless(&sp, ALICE)).await.is(ALICE);
}

#[tokio::test]
async fn deactivating_and_deleting_end_the_users_sessions_and_nobody_elses() {
    let bob = "bob@corp.example";
    for action in ["deactivate", "delete"] {
        let sp = known(vec![Account::active(bob, "Bob")]).await;
        let office = Office::open(&sp).await;
        let user = office.create_user("Alice", ALICE).await;
        office.submit("/admin/users/activate", &[("user", &user)]).await;
        let (first, second, other) = (Browser::new(&sp), Browser::new(&sp), Browser::new(&sp));
        first.deliver(&flawless(&sp, ALICE)).await.is(ALICE);
        second.deliver(&flawless(&sp, ALICE)).await.is(ALICE);
        other.deliver(&flawless(&sp, bob)).await.is(bob);

        office
            .submit(&format!("/admin/users/{action}"), &[("user", &user)])
            .await
            .says("sessions are over");
        assert_eq!((first.whoami().await, second.whoami().await), (None, None));
        assert_eq!(other.whoami().await.as_deref(), Some(bob));
        if action == "deactivate" {
            office.submit("/admin/users/activate", &[("user", &user)]).await;
            assert_eq!(first.whoami().await, None, "an ended session stays ended");
        } else {
            let page = office.submit("/admin/users/activate", &[("user", &user)]).await;
            page.says("was deleted meanwhile");
        }
    }
}

#[tokio::test]
async fn who_is_deactivated_in_the_middle_of_a_sign_in_does_not_get_in() {
    let sp = known(vec![Account::active(ALICE, "Alice")]).await;
    let office = Office::open(&sp).await;
    let browser = Browser::new(&sp);
    let id = browser.begin("").await;
    let message = sign_assertion(&answering(response(&sp, tenant(), ALICE), &id).to_xml(), tenant());
    let answer = browser.post(&message, None).await;
    let user = office
        .page("/admin/users")
        .await
        .hidden("role=\"rowheader\">Alice", "user");
    office.submit("/admin/users/deactivate", &[("user", &user)]).await;
    assert_eq!(browser.get(&location(&answer)).await.status(), 403);
    assert_eq!(browser.whoami().await, None);
}

#[tokio::test]
async fn a_mail_address_links_whatever_its_case_and_an_opaque_id_only_as_it_is() {
    let opaque = "X9-aB";
    let sp = known(vec![
        Account::active("Alice@Corp.example", "Alice"),
        Account::active(opaque, "Opaque"),
    ])
    .await;
    deliver(&sp, &flawless(&sp, ALICE)).await.is(ALICE);
    let of_format = |name: &str, format: &str| {
        let mut message = response(&sp, tenant(), name);
        if let Some(name_id) = &mut message.assertions[0].subject.name_id {
            name_id.format = Some(format.to_owned());
        }
        sign_assertion(&message.to_xml(), tenant())
    };
    deliver(&sp, &of_format(opaque, name_id::PERSISTENT))
        .await
        .is(opaque);
    for name in ["x9-ab", ALICE] {
        deliver(&sp, &of_format(name, name_id::PERSISTENT))
            .await
            .is_refused("no account is linked");
    }
}

#[tokio::test]
async fn an_account_of_one_tenant_is_not_the_other_tenants() {
    let of = |issuer: &str| Account {
        tenant: Some(issuer.to_owned()),
        ..Account::active("opaque", "Somebody")
    };
    let sp = known(vec![of(OTHER_ISSUER)]).await;
    let message = |idp: &Idp| sign_assertion(&response(&sp, idp, "opaque").to_xml(), idp);
    deliver(&sp, &message(tenant()))
        .await
        .is_refused("no account is linked");
    deliver(&sp, &message(other_tenant())).await.is("opaque");
}

#[tokio::test]
async fn an_account_is_made_at_the_first_sign_in_only_where_the_configuration_asks_for_it() {
    let sp = hardened().await;
    let office = Office::open(&sp).await;
    office
        .page("/admin/users")
        .await
        .says("was told to create an active user at the first sign-in")
        .says("There is no user yet");
    deliver(&sp, &flawless(&sp, ALICE)).await.is(ALICE);
    let page = office.page("/admin/users").await;
    let user = page
        .says(ALICE)
        .hidden(&format!("role=\"rowheader\">{ALICE}"), "user");
    office.submit("/admin/users/deactivate", &[("user", &user)]).await;
    deliver(&sp, &flawless(&sp, ALICE))
        .await
        .is_refused("is not active");
}

#[tokio::test]
async fn what_is_wrong_with_a_new_user_is_said_beside_the_field() {
    let sp = known(vec![Account::active(ALICE, "Alice")]).await;
    let office = Office::open(&sp).await;
    let long = "x".repeat(257);
    for (fields, at, words) in [
        (
            [("name", ""), ("name_id", "a"), ("tenant", "")],
            "name",
            "Enter the user's name",
        ),
        (
            [("name", "A"), ("name_id", " "), ("tenant", "")],
            "name-id",
            "sends as NameID",
        ),
        (
            [("name", "A"), ("name_id", &*long), ("tenant", "")],
            "name-id",
            "longer than 256",
        ),
        (
            [("name", "A"), ("name_id", "a\u{7}b"), ("tenant", "")],
            "name-id",
            "nobody can see",
        ),
        (
            [
                ("name", "A"),
                ("name_id", "ALICE@corp.example"),
                ("tenant", ISSUER),
            ],
            "name-id",
            "already",
        ),
        (
            [("name", "<b>"), ("name_id", "a"), ("tenant", "gone")],
            "tenant",
            "was removed meanwhile",
        ),
    ] {
        let page = office.submit("/admin/users/create", &fields).await;
        page.error_at(at, words).does_not_say("<b>");
    }
    assert_eq!(
        office
            .page("/admin/users")
            .await
            .text
            .matches("role=\"rowheader\"")
            .count(),
        1
    );
}
