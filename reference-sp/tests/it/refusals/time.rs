//! Instants.

use super::*;

#[tokio::test]
async fn a_message_of_another_time() {
    let sp = hardened().await;
    says(&sp, "NotOnOrAfter", |m| {
        conditions(m).not_on_or_after = Some(in_seconds(-240))
    })
    .await;
    says(&sp, "NotBefore", |m| {
        conditions(m).not_before = Some(in_seconds(240))
    })
    .await;
    says(&sp, "NotOnOrAfter", |m| {
        confirmation(m).not_on_or_after = Some(in_seconds(-240))
    })
    .await;
    says(&sp, "NotOnOrAfter is missing", |m| {
        confirmation(m).not_on_or_after = None
    })
    .await;
    says(&sp, "NotBefore", |m| {
        confirmation(m).not_before = Some(in_seconds(3000))
    })
    .await;
    says(&sp, "ends before it begins", |m| {
        let now = in_seconds(0);
        (conditions(m).not_before, conditions(m).not_on_or_after) = (Some(now.clone()), Some(now));
    })
    .await;
    says(&sp, "ends before it begins", |m| {
        (conditions(m).not_before, conditions(m).not_on_or_after) =
            (Some(in_seconds(600)), Some(in_seconds(-600)));
    })
    .await;
    for bad in [
        "tomorrow",
        "",
        "99999999999999",
        "2026-13-45T99:99:99Z",
        "2026-01-01",
    ] {
        says(&sp, "is not an instant", |m| {
            conditions(m).not_on_or_after = Some(bad.to_owned())
        })
        .await;
        says(&sp, "is not an instant", |m| {
            conditions(m).not_before = Some(bad.to_owned())
        })
        .await;
        says(&sp, "is not an instant", |m| {
            m.issue_instant = Some(bad.to_owned())
        })
        .await;
        says(&sp, "is not an instant", |m| {
            m.assertions[0].issue_instant = bad.to_owned()
        })
        .await;
    }
    // An hour ago, written as a clock five hours to the east shows it: in the future for who ignores the offset.
    let misread = in_seconds(4 * 3600).replace('Z', "+05:00");
    says(&sp, "NotOnOrAfter", |m| {
        (conditions(m).not_before, conditions(m).not_on_or_after) = (None, Some(misread));
    })
    .await;
    says(&sp, "IssueInstant", |m| m.issue_instant = Some(in_seconds(3600))).await;
    says(&sp, "IssueInstant is missing", |m| m.issue_instant = None).await;
    says(&sp, "IssueInstant", |m| {
        m.assertions[0].issue_instant = in_seconds(3600)
    })
    .await;
    says(&sp, "AuthnInstant", |m| authn(m).instant = in_seconds(3600)).await;
    let ended = format!(" SessionNotOnOrAfter=\"{}\"", in_seconds(-3600));
    written(&sp, "session ended", |xml| {
        xml.replacen("<AuthnStatement", &format!("<AuthnStatement{ended}"), 1)
    })
    .await;
    written(&sp, "exactly one Conditions, and it holds 0", |xml| {
        xml.replace(cut(xml, "<Conditions", "</Conditions>"), "")
    })
    .await;
    written(&sp, "exactly one Conditions, and it holds 2", |xml| {
        let conditions = cut(xml, "<Conditions", "</Conditions>");
        xml.replace(conditions, &conditions.repeat(2))
    })
    .await;
}

#[tokio::test]
async fn a_clock_that_is_an_hour_off() {
    let offset = jiff::SignedDuration::from_hours(2);
    let sp = start(Config {
        clock_offset: offset,
        ..Config::default()
    })
    .await;
    deliver(&sp, &flawless(&sp, ALICE))
        .await
        .is_refused("NotOnOrAfter");
    let sp = start(Config {
        clock_offset: -offset,
        ..Config::default()
    })
    .await;
    deliver(&sp, &flawless(&sp, ALICE))
        .await
        .is_refused("IssueInstant");
}

#[tokio::test]
async fn an_old_sign_in_where_a_fresh_one_was_asked_for() {
    let sp = hardened().await;
    let browser = Browser::new(&sp);
    let old = |id: &str| {
        let mut message = answering(response(&sp, tenant(), ALICE), id);
        authn(&mut message).instant = in_seconds(-3600);
        sign_assertion(&message.to_xml(), tenant())
    };
    let id = browser.begin("?force=true").await;
    browser
        .deliver(&old(&id))
        .await
        .is_refused("older than the request");
    let id = browser.begin("").await;
    browser.deliver(&old(&id)).await.is(ALICE);
}
