//! Every scenario of the catalogue is forged, with every base and variant, and proves what it claims.

#![expect(clippy::unwrap_used, reason = "what cannot be set up or read fails the test")]

mod attacks;
mod stage;

use saml::names::name_id;
use scenarios::{
    Catalogue, Need,
    recipe::{Delivery, Start},
};
use stage::Stage;

#[test]
fn every_scenario_can_be_forged_and_proves_what_it_claims() {
    let stage = Stage::new();
    let mut faults = Vec::new();
    for scenario in &Catalogue::embedded().scenarios {
        for (address, played) in stage.play_all(scenario) {
            faults.extend(played.err().map(|fault| format!("{address}: {fault}")));
        }
    }
    assert!(
        faults.is_empty(),
        "{} messages cannot be fired:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

/// Whoever knows its users by an attribute, and asks for names that are pairwise or new each time, is tested as the others are.
#[test]
fn what_forges_a_name_forges_it_under_any_claim_and_format() {
    for (identity, format) in [
        (
            "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
            name_id::PERSISTENT,
        ),
        (
            "http://schemas.microsoft.com/identity/claims/displayname",
            name_id::TRANSIENT,
        ),
    ] {
        let stage = Stage::new().knowing_by(identity, format);
        let mut forged = 0;
        for scenario in &Catalogue::embedded().scenarios {
            let text = serde_json::to_string(scenario.as_ref()).unwrap();
            let of_names = ["Identity", "name-id", "{victim", "{attacker", "{alice"];
            if !of_names.iter().any(|word| text.contains(word)) {
                continue;
            }
            for (address, played) in stage.play_all(scenario) {
                played.unwrap_or_else(|fault| panic!("{address} for {identity}: {fault}"));
                forged += 1;
            }
        }
        assert!(forged > 20, "only {forged} messages name anybody");
    }
}

/// What writes into the NameID alone tests nothing where an attribute counts, so it says that it is not for such an SP. A logout
/// message has no attributes, and its NameID is what it has.
#[test]
fn nothing_is_forged_in_the_name_id_alone() {
    for scenario in &Catalogue::embedded().scenarios {
        let text = serde_json::to_string(scenario.as_ref()).unwrap();
        let alone = ["\"set\":\"NameID\"", "//NameID\",\"text", "//NameID\",\"raw"];
        let alone = alone.iter().any(|part| text.contains(part));
        assert!(
            !alone || scenario.message.is_some() || scenario.needs.contains(&Need::NameIdRead),
            "{} writes into the NameID alone",
            scenario.id
        );
    }
}

#[test]
fn every_operation_on_signed_text_changes_what_is_sent() {
    let stage = Stage::new();
    for scenario in &Catalogue::embedded().scenarios {
        for (address, played) in stage.play_all(scenario) {
            let Ok(play) = played else { continue };
            if play.take.recipe.forge.is_empty() || !scenario.flow.is_empty() {
                continue;
            }
            let message = &play.messages[0];
            // What was forged may go in a field of its own, beside the message that the IdP signed.
            let genuine = saml::binding::encode_post(message.signed.as_bytes());
            let fields = message.wire.fields.iter();
            let beside = fields.filter(|(name, value)| name == "SAMLResponse" && *value != genuine);
            assert!(
                message.forged != message.signed.as_bytes()
                    || beside.count() > 0
                    || message.wire.url.contains("SAMLResponse="),
                "{address} is what the IdP signed"
            );
        }
    }
}

#[test]
fn a_scenario_tells_a_team_what_is_broken_and_how_to_mend_it() {
    for scenario in &Catalogue::embedded().scenarios {
        let id = &scenario.id;
        assert!(
            !scenario.title.ends_with('.') && scenario.title.len() <= 110,
            "{id}: title"
        );
        assert!(
            !scenario.rule.ends_with('.') && scenario.rule.contains('('),
            "{id}: the rule names no clause"
        );
        assert!(scenario.why.ends_with(['.', '!', ')']), "{id}: why");
        if scenario.verdict.is_negative() {
            assert!(scenario.mend.ends_with('.'), "{id}: mend");
        }
    }
}

#[test]
fn a_delivery_names_no_start_that_its_needs_do_not_ask_for() {
    let starts = |deliver: &Option<Delivery>| deliver.as_ref().and_then(|d| d.start);
    for scenario in &Catalogue::embedded().scenarios {
        let needed = match starts(&scenario.deliver) {
            Some(Start::Sp) => Need::SpInitiated,
            Some(Start::Idp) => Need::IdpInitiated,
            None => continue,
        };
        let refused = Need::UnsolicitedRefused;
        assert!(
            scenario.needs.contains(&needed) || scenario.needs.contains(&refused),
            "{} starts a login that an SP may not offer",
            scenario.id
        );
    }
}

/// A flow that begins many has more time: each may be a page of a browser.
#[test]
fn the_sign_ins_that_a_flow_begins_and_leaves_are_counted() {
    let catalogue = Catalogue::embedded();
    let begun = |id: &str| {
        let scenario = catalogue.scenarios.iter().find(|one| one.id == id);
        let takes = scenario.unwrap().takes();
        takes.iter().map(scenarios::Take::begun).max()
    };
    assert_eq!(begun("dos/pending-request-exhaustion"), Some(1000));
    assert_eq!(begun("baseline/sp-initiated"), Some(0));
}
