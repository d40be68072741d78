//! Requests, browsers and replays.

use super::*;

#[tokio::test]
async fn an_answer_to_no_request_of_ours() {
    let sp = hardened().await;
    let browser = Browser::new(&sp);
    let id = browser.begin("").await;
    let answer = |id: &str| answering(response(&sp, tenant(), ALICE), id);
    let send = async |message: Response, because: &str| {
        browser
            .deliver(&sign_assertion(&message.to_xml(), tenant()))
            .await
            .is_refused(because);
    };
    send(answer("_deadbeef"), "no request").await;
    send(answer(&id.to_uppercase()), "no request").await;
    send(answer(&format!(" {id}")), "no request").await;
    send(answer(""), "InResponseTo is empty").await;
    let mut other = answer(&id);
    confirmation(&mut other).in_response_to = Some("_other".to_owned());
    send(other, "or differs").await;
    let mut stripped = answer(&id);
    stripped.in_response_to = None;
    send(stripped, "or differs").await;
    let mut stripped = answer(&id);
    confirmation(&mut stripped).in_response_to = None;
    send(stripped, "or differs").await;
    let message = answering(response(&sp, other_tenant(), "eve@other.example"), &id);
    browser
        .deliver(&sign_assertion(&message.to_xml(), other_tenant()))
        .await
        .is_refused("was sent to");

    browser
        .deliver(&sign_assertion(&answer(&id).to_xml(), tenant()))
        .await
        .is(ALICE);
    deliver(&sp, &sign_assertion(&answer(&id).to_xml(), tenant()))
        .await
        .is_refused("no request");
}

#[tokio::test]
async fn an_answer_in_another_browser() {
    let sp = hardened().await;
    let (attacker, victim) = (Browser::new(&sp), Browser::new(&sp));
    let id = attacker.begin("").await;
    victim.begin("").await;
    let message = sign_assertion(
        &answering(response(&sp, tenant(), ATTACKER), &id).to_xml(),
        tenant(),
    );
    victim
        .deliver(&message)
        .await
        .is_refused("did not start the sign-in");
    attacker.deliver(&message).await.is_refused("");
    attacker.get("/singlesignon/saml/finish?ticket=guess").await;
    assert_eq!(attacker.whoami().await, None);
}

#[tokio::test]
async fn an_unsolicited_answer_where_none_is_wanted() {
    let sp = start(Config {
        sp_initiated_only: true,
        ..Config::default()
    })
    .await;
    deliver(&sp, &flawless(&sp, ALICE))
        .await
        .is_refused("only answers to our own requests");
    let browser = Browser::new(&sp);
    let id = browser.begin("").await;
    browser
        .deliver(&sign_assertion(
            &answering(response(&sp, tenant(), ALICE), &id).to_xml(),
            tenant(),
        ))
        .await
        .is(ALICE);
}

#[tokio::test]
async fn the_same_assertion_twice() {
    let sp = hardened().await;
    let message = flawless(&sp, ALICE);
    deliver(&sp, &message).await.is(ALICE);
    deliver(&sp, &message).await.is_refused("was used before");
    let rewrapped = message.replacen(&id_after(&message, "<samlp:Response"), "_new", 1);
    deliver(&sp, &rewrapped).await.is_refused("was used before");
    let reordered = message.replacen("Version=\"2.0\" IssueInstant", "Version='2.0'  IssueInstant", 1);
    assert_ne!(reordered, message);
    deliver(&sp, &reordered).await.is_refused("was used before");
}

#[tokio::test]
async fn one_assertion_is_used_once_even_at_the_same_moment() {
    let sp = hardened().await;
    let message = flawless(&sp, ALICE);
    let browsers: Vec<_> = (0..8).map(|_| Browser::new(&sp)).collect();
    let [a, b, c, d] = [0, 1, 2, 3].map(|i| browsers[i].post(&message, None));
    let (a, b, c, d) = tokio::join!(a, b, c, d);
    let in_ = [a, b, c, d]
        .iter()
        .filter(|answer| answer.status() == 303)
        .count();
    assert_eq!(in_, 1);
}

#[tokio::test]
async fn a_refused_message_uses_up_nothing() {
    let sp = hardened().await;
    let browser = Browser::new(&sp);
    let id = browser.begin("").await;
    let message = sign_assertion(&answering(response(&sp, tenant(), ALICE), &id).to_xml(), tenant());
    browser
        .deliver(&message.replace(ALICE, VICTIM))
        .await
        .is_refused("digest");
    browser.deliver(&message).await.is(ALICE);
}
