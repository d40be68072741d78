//! The switches that weaken a rule of the profile: the hardened service provider refuses the very same message.

use reference_sp::{Config, Flaw};

use crate::kit::browser::{Browser, Outcome, deliver};
use crate::kit::*;

/// A message in which the IdP wrote `with` in place of `text`, and signed it, signs alice in under the switch alone.
async fn written(flaw: Flaw, text: &str, with: &str) {
    for (flaws, taken) in [(reference_sp::Flaws::NONE, false), (flaw.into(), true)] {
        let sp = start(Config {
            flaws,
            ..Config::default()
        })
        .await;
        let acs = sp.acs_url();
        let entity_id = acs.replace("/SSO", "/metadata");
        let place = |text: &str| text.replace("{sp}", &entity_id).replace("{acs}", &acs);
        let plain = response(&sp, tenant(), ALICE).to_xml();
        let changed = plain.replace(&place(text), &place(with));
        assert_ne!(plain, changed, "{text} does not stand in the message");
        let outcome = deliver(&sp, &sign_assertion(&changed, tenant())).await;
        assert_eq!(matches!(outcome, Outcome::In(_)), taken, "{flaw}: {outcome:?}");
    }
}

#[tokio::test]
async fn v32_throws_restrictions_together() {
    let other = "<AudienceRestriction><Audience>https://other-sp.example</Audience></AudienceRestriction></Conditions>";
    written(Flaw::AudienceFlatten, "</Conditions>", other).await;
}

#[tokio::test]
async fn v34_is_content_with_a_part_of_an_address() {
    written(
        Flaw::UrlSubstring,
        "Recipient=\"{acs}",
        "Recipient=\"https://evil.example/?u={acs}",
    )
    .await;
    written(
        Flaw::UrlSubstring,
        "<Audience>{sp}",
        "<Audience>{sp}.evil.example",
    )
    .await;
    written(
        Flaw::UrlSubstring,
        "Destination=\"{acs}",
        "Destination=\"{acs}.evil.example",
    )
    .await;
}

#[tokio::test]
async fn v35_does_not_look_at_the_destination() {
    written(
        Flaw::NoDestination,
        "Destination=\"{acs}",
        "Destination=\"https://other.example",
    )
    .await;
}

#[tokio::test]
async fn v38_takes_what_it_cannot_read_for_now() {
    written(Flaw::TimeParseFailOpen, "NotBefore=\"", "NotBefore=\"x").await;
}

#[tokio::test]
async fn v43_does_not_look_at_the_status() {
    written(Flaw::NoStatus, "status:Success", "status:Responder").await;
}

#[tokio::test]
async fn v57_takes_what_is_advised_for_the_assertions_own() {
    let other = "<Audience>https://other-sp.example</Audience>";
    let advice = format!(
        "{other}</AudienceRestriction></Conditions><Advice><Assertion><Conditions><AudienceRestriction><Audience>{{sp}}</Audience></AudienceRestriction></Conditions></Assertion></Advice>"
    );
    let own = "<Audience>{sp}</Audience></AudienceRestriction></Conditions>";
    written(Flaw::AdviceMerged, own, &advice).await;
}

#[tokio::test]
async fn v58_does_not_ask_how_anybody_signed_in() {
    written(
        Flaw::AuthnContextIgnored,
        "<AuthnContext>",
        "<AuthnContext><AuthnContextClassRef/>",
    )
    .await;
}

#[tokio::test]
async fn v61_takes_the_tenant_from_the_request() {
    for (flaws, taken) in [
        (reference_sp::Flaws::NONE, false),
        (Flaw::TenantFromRequest.into(), true),
    ] {
        let sp = start(Config {
            flaws,
            ..Config::default()
        })
        .await;
        let browser = Browser::new(&sp);
        let id = browser.begin("").await;
        let answer = answering(response(&sp, other_tenant(), VICTIM), &id).to_xml();
        let outcome = browser.deliver(&sign_assertion(&answer, other_tenant())).await;
        assert_eq!(outcome == Outcome::In(VICTIM.to_owned()), taken, "{outcome:?}");
        // Nobody asked for this one, so that only the Issuer says whose it is.
        let unasked = sign_assertion(&response(&sp, other_tenant(), VICTIM).to_xml(), other_tenant());
        deliver(&sp, &unasked)
            .await
            .is_refused("may not speak for the domain");
    }
}
