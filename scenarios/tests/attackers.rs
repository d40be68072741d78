//! Each attack says who could do it, and what only the issuer can do is never a way in.

use scenarios::{Attacker, Catalogue, Persona, Severity, Step};

const SAID: &str = r#"
[[scenario]]
id       = "signature/made-up"
title    = "A forged assertion"
verdict  = "SHOULD_REJECT"
severity = "critical"
rule     = "only what is signed may be read (Core 5.4.2)"
why      = "Somebody else is signed in."
proves   = "nothing"
forge    = [{ write = "victim" }]
"#;

fn read(text: &str) -> Result<Catalogue, String> {
    Catalogue::read([("mine/attacks.toml".to_owned(), text)]).map_err(|e| e.to_string())
}

#[test]
fn a_message_that_should_be_rejected_and_names_no_attacker_is_refused_by_file_and_id() {
    let refused = read(SAID).unwrap_err();
    assert!(
        refused.starts_with("mine/attacks.toml, scenario signature/made-up: "),
        "{refused}"
    );
    assert!(
        refused.contains("`attacker`") && refused.contains("other-tenant"),
        "{refused}"
    );

    let named = SAID.replace("severity =", "attacker = \"cross-site\"\nseverity =");
    let scenario = read(&named).unwrap().scenarios[0].clone();
    assert_eq!(scenario.attacker, Some(Attacker::CrossSite));
}

#[test]
fn a_message_that_should_be_accepted_needs_no_attacker() {
    let accepted = SAID.replace("SHOULD_REJECT", "SHOULD_ACCEPT");
    assert_eq!(read(&accepted).unwrap().scenarios[0].attacker, None);
}

#[test]
fn an_attacker_that_nobody_knows_is_refused() {
    let unknown = SAID.replace("severity =", "attacker = \"hacker\"\nseverity =");
    let refused = read(&unknown).unwrap_err();
    assert!(
        refused.contains("hacker") && refused.contains("issuer"),
        "{refused}"
    );
}

#[test]
fn what_only_the_issuer_can_do_is_labelled_and_never_high_or_critical() {
    for scenario in &Catalogue::embedded().scenarios {
        let issuer = scenario.attacker == Some(Attacker::Issuer);
        let grave = scenario.severity >= Severity::High;
        assert!(!(issuer && grave), "{} takes the issuer", scenario.id);
        let labelled = scenario.severity == Severity::Issuer;
        assert!(issuer || !labelled, "{} does not take the issuer", scenario.id);
    }
    assert!(Severity::Low < Severity::Issuer && Severity::Issuer < Severity::Medium);
}

/// Whoever is signed in as himself is a pass there: that may be an attacker, or another tenant's own user, and never alice, whose
/// session would be the very thing that must not be.
#[test]
fn what_may_be_ignored_is_sent_by_somebody_who_gains_nothing_by_his_own_session() {
    let mut inert = 0;
    for scenario in Catalogue::embedded().scenarios.iter().filter(|one| one.inert) {
        let logins = scenario.flow.iter().filter_map(|step| match step {
            Step::Login(login) => Some(login.login.0),
            _ => None,
        });
        // Whoever came before him set the stage.
        let sender = logins.chain(scenario.persona).last();
        let gains_nothing = matches!(sender, Some(Persona::Attacker | Persona::Outsider));
        assert!(gains_nothing, "{} is sent by {sender:?}", scenario.id);
        inert += 1;
    }
    assert!(inert > 70, "only {inert} may be ignored");
}
