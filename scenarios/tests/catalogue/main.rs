//! Every scenario of the catalogue is forged, with every base and variant, and proves what it claims.

#![expect(clippy::unwrap_used, reason = "what cannot be set up or read fails the test")]

mod attacks;
mod stage;

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
            assert_ne!(
                message.forged,
                message.signed.as_bytes(),
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
