//! The judgement: a pure function of what was wanted and what was seen.

use scenarios::{Attacker, Expected, Profile, Scenario, Severity};

use crate::{judge::VerdictKind, judge::outcome::Outcome};

/// What frames a firing: whether the positive controls around it held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// A control before and one after signed their user in.
    Held,
    /// One did not: nothing can be said.
    Failed,
    /// The scenario is a control itself, or needs none.
    NotNeeded,
}

/// A judged firing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The judgement.
    pub kind: VerdictKind,
    /// The harm to report.
    pub severity: Severity,
    /// One sentence for people.
    pub reason: String,
}

/// What the verdict depends on besides expectation and outcome.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// The outcome.
    pub outcome: Outcome,
    /// Details of the outcome, as a clause: the identity that the SP shows, the error, the hit.
    pub detail: &'a str,
    /// The controls.
    pub control: Control,
    /// The profile in force that makes a MUST of this, so that amber is red.
    pub strict: Option<Profile>,
    /// The connection was dropped, or the worker died, each time that this was fired.
    pub dropped: bool,
    /// Why a person on whom a refusal here rests cannot be seen by the probe, even after a genuine login.
    pub unseen: Option<&'a str>,
}

/// Judges one firing of a scenario.
pub fn judge(scenario: &Scenario, facts: &Facts<'_>) -> Verdict {
    let (kind, severity) = kind(scenario, facts);
    Verdict {
        kind,
        severity,
        reason: reason(scenario, facts, kind),
    }
}

fn kind(scenario: &Scenario, facts: &Facts<'_>) -> (VerdictKind, Severity) {
    use Outcome as O;
    use VerdictKind as K;
    let severity = scenario.severity;
    let negative = scenario.verdict.is_negative();
    let red = if must(scenario.verdict) || facts.strict.is_some() {
        K::Fail
    } else {
        K::Warn
    };
    let kind = match facts.outcome {
        O::Blocked | O::Unobserved => K::Inconclusive,
        // A demonstrated impersonation needs no control and no clause.
        O::SessionVictim | O::SessionMixed if negative => return (K::Fail, impersonation(scenario)),
        O::OutOfBand if negative => return (K::Fail, at_least(scenario, Severity::High)),
        O::SideEffect if negative => K::Fail,
        _ if facts.control == Control::Failed => K::Inconclusive,
        O::ServerError if facts.dropped => return (K::Fail, at_least(scenario, Severity::Medium)),
        outcome => match scenario.verdict {
            Expected::MustReject | Expected::ShouldReject => match outcome {
                O::Rejected if facts.unseen.is_some() => K::Inconclusive,
                O::Rejected | O::Survives => K::Pass,
                // Whoever forges may be the attacker, or the other tenant's own user: signed in as himself, he gained nothing.
                O::SessionAttacker | O::SessionExpected if scenario.inert => K::PassInert,
                // The user's own sign-out, that came out as if there had been nothing else in it.
                O::Terminated if scenario.inert => K::PassInert,
                O::SessionOther => return (K::Fail, impersonation(scenario)),
                O::ServerError => K::Warn,
                O::Hang => K::Fail,
                _ => red,
            },
            Expected::MustAccept | Expected::ShouldAccept => match outcome {
                O::SessionExpected | O::SessionAttacker | O::Terminated => K::Pass,
                O::SessionVictim | O::SessionMixed | O::SessionOther => {
                    return (K::Fail, impersonation(scenario));
                }
                O::Hang => K::Fail,
                // An error page where somebody should get in is a refusal: as red as that, and no redder.
                _ => red,
            },
            Expected::May | Expected::Info => match outcome {
                O::SessionVictim | O::SessionMixed | O::SessionOther => {
                    return (K::Fail, impersonation(scenario));
                }
                O::Hang => K::Warn,
                _ => K::Recorded,
            },
            Expected::MustHold | Expected::ShouldHold => match outcome {
                O::Holds => K::Pass,
                _ => red,
            },
        },
    };
    (kind, severity)
}

/// Who can sign anything needs no trick to sign in as somebody else.
fn impersonation(scenario: &Scenario) -> Severity {
    match scenario.attacker {
        Some(Attacker::Issuer) => Severity::Issuer,
        // He has to stand between the two first.
        Some(Attacker::OnPath) => Severity::High,
        _ => Severity::Critical,
    }
}

/// The scenario's severity, or this one where it is worse and somebody else than the issuer can do it.
fn at_least(scenario: &Scenario, least: Severity) -> Severity {
    match scenario.attacker {
        Some(Attacker::Issuer) => Severity::Issuer,
        _ => scenario.severity.max(least),
    }
}

fn must(expected: Expected) -> bool {
    matches!(
        expected,
        Expected::MustReject | Expected::MustAccept | Expected::MustHold
    )
}

fn reason(scenario: &Scenario, facts: &Facts<'_>, kind: VerdictKind) -> String {
    let seen = seen(facts);
    match kind {
        VerdictKind::Pass | VerdictKind::Recorded => seen,
        VerdictKind::PassInert => format!("{seen}: what was forged was not read"),
        VerdictKind::Fail | VerdictKind::Warn if facts.outcome == Outcome::ServerError && facts.dropped => {
            format!(
                "{seen}; a message must not end the worker that reads it, for whoever sends it again and again leaves nobody to sign in at"
            )
        }
        VerdictKind::Fail | VerdictKind::Warn if facts.outcome == Outcome::ServerError => {
            format!("{seen}; that is no refusal, and nobody can say what it would do next")
        }
        VerdictKind::Fail
            if !must(scenario.verdict)
                && let Some(profile) = facts.strict =>
        {
            format!(
                "{seen}; {}, and the profile {} demands it",
                scenario.rule,
                profile.word()
            )
        }
        VerdictKind::Fail | VerdictKind::Warn => format!("{seen}; {}", scenario.rule),
        VerdictKind::Inconclusive if facts.control == Control::Failed => {
            format!("{seen}, but the flawless login beside it did not work either, so this proves nothing")
        }
        VerdictKind::Inconclusive if facts.outcome == Outcome::Rejected => match facts.unseen {
            Some(why) => format!("{seen}, but {why}, so nobody knows whom it would have shown"),
            None => seen,
        },
        _ => seen,
    }
}

fn seen(facts: &Facts<'_>) -> String {
    let detail = if facts.detail.is_empty() {
        String::new()
    } else {
        format!(" ({})", facts.detail)
    };
    let what = match facts.outcome {
        Outcome::Rejected => "the SP refused",
        Outcome::SessionExpected => "the user is signed in",
        Outcome::SessionAttacker => "the attacker is signed in as himself",
        Outcome::SessionVictim => "the victim is signed in",
        Outcome::SessionMixed => "one person's name is signed in with another's attributes",
        Outcome::SessionOther => "somebody else is signed in",
        Outcome::ServerError => "the SP broke",
        Outcome::Hang => "the SP never answered",
        Outcome::Blocked => "something in front of the SP answered",
        Outcome::OutOfBand => "the SP fetched a URL out of the message",
        Outcome::SideEffect => "the SP refused and created an account all the same",
        Outcome::Survives => "the session is still there",
        Outcome::Terminated => "the session ended",
        Outcome::Strayed => "the SP did what the message said",
        Outcome::Holds => "it holds",
        Outcome::Violated => "it does not hold",
        Outcome::Unobserved => "it could not be observed",
    };
    format!("{what}{detail}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::VerdictKind as K;

    fn scenario(verdict: &str, inert: bool) -> Scenario {
        let text = serde_json::json!({
            "id": "signature/x", "title": "t", "verdict": verdict, "inert": inert, "severity": "high",
            "rule": "only what is signed may be read", "why": "w",
        });
        serde_json::from_value(text).unwrap()
    }

    fn kind_of(verdict: &str, inert: bool, outcome: Outcome, control: Control) -> K {
        judge(
            &scenario(verdict, inert),
            &Facts {
                outcome,
                detail: "",
                control,
                strict: None,
                dropped: false,
                unseen: None,
            },
        )
        .kind
    }

    #[test]
    fn a_crash_is_never_a_pass_for_an_attack() {
        assert_eq!(
            kind_of("MUST_REJECT", false, Outcome::ServerError, Control::Held),
            K::Warn
        );
        assert_eq!(
            kind_of("MUST_REJECT", false, Outcome::Hang, Control::Held),
            K::Fail
        );
        assert_eq!(
            kind_of("MUST_REJECT", false, Outcome::Rejected, Control::Held),
            K::Pass
        );
    }

    #[test]
    fn refusal_proves_nothing_where_the_control_failed() {
        assert_eq!(
            kind_of("MUST_REJECT", false, Outcome::Rejected, Control::Failed),
            K::Inconclusive
        );
        assert_eq!(
            kind_of("MUST_REJECT", false, Outcome::SessionVictim, Control::Failed),
            K::Fail
        );
    }

    #[test]
    fn ignoring_an_attack_is_as_good_as_refusing_it_where_the_scenario_says_so() {
        assert_eq!(
            kind_of("MUST_REJECT", true, Outcome::SessionAttacker, Control::Held),
            K::PassInert
        );
        assert_eq!(
            kind_of("MUST_REJECT", false, Outcome::SessionAttacker, Control::Held),
            K::Fail
        );
        assert_eq!(
            kind_of("MUST_REJECT", true, Outcome::SessionExpected, Control::Held),
            K::PassInert
        );
    }

    #[test]
    fn a_should_is_amber_until_a_profile_makes_it_red() {
        assert_eq!(
            kind_of("SHOULD_REJECT", false, Outcome::SessionExpected, Control::Held),
            K::Warn
        );
        let strict = Facts {
            outcome: Outcome::SessionExpected,
            detail: "",
            control: Control::Held,
            strict: Some(Profile::Saml2int),
            dropped: false,
            unseen: None,
        };
        assert_eq!(judge(&scenario("SHOULD_REJECT", false), &strict).kind, K::Fail);
        assert_eq!(
            kind_of("SHOULD_REJECT", false, Outcome::SessionVictim, Control::Held),
            K::Fail
        );
        assert_eq!(
            kind_of("SHOULD_ACCEPT", false, Outcome::Rejected, Control::NotNeeded),
            K::Warn
        );
        assert_eq!(
            kind_of("SHOULD_ACCEPT", false, Outcome::ServerError, Control::NotNeeded),
            K::Warn
        );
        assert_eq!(
            kind_of("MUST_ACCEPT", false, Outcome::ServerError, Control::NotNeeded),
            K::Fail
        );
    }

    #[test]
    fn an_impersonation_is_critical_whatever_the_scenario_said() {
        let facts = Facts {
            outcome: Outcome::SessionVictim,
            detail: "",
            control: Control::Held,
            strict: None,
            dropped: false,
            unseen: None,
        };
        assert_eq!(
            judge(&scenario("SHOULD_REJECT", false), &facts).severity,
            Severity::Critical
        );
    }

    #[test]
    fn the_reason_of_a_failure_is_who_is_signed_in_and_which_rule_forbids_it() {
        let facts = Facts {
            outcome: Outcome::SessionVictim,
            detail: "admin@contoso.example",
            control: Control::Held,
            strict: None,
            dropped: false,
            unseen: None,
        };
        assert_eq!(
            judge(&scenario("MUST_REJECT", true), &facts).reason,
            "the victim is signed in (admin@contoso.example); only what is signed may be read",
        );
    }
}
