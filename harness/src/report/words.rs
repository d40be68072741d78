//! Words that several reports use.

use std::time::Duration;

use scenarios::Severity;

use crate::{
    event::{Calibration, RunInfo, RunSummary, ScenarioResult},
    exit::Exit,
    judge::{
        VerdictKind,
        observation::{Page, Party},
        summary::severities,
    },
    said::said,
    text::{counted, visible},
};

/// What calibration found, in one line.
pub(super) fn learned(calibration: &Calibration) -> String {
    let list = |pairs: &[(bool, &str)], none: &str| {
        let found: Vec<&str> = pairs
            .iter()
            .filter(|(is, _)| *is)
            .map(|(_, name)| *name)
            .collect();
        if found.is_empty() {
            none.to_owned()
        } else {
            found.join(", ")
        }
    };
    let places = list(
        &[
            (calibration.assertion_signed, "assertion"),
            (calibration.response_signed, "response"),
            (calibration.both_signed, "both"),
        ],
        "nothing",
    );
    let starts = list(
        &[
            (calibration.sp_initiated, "SP"),
            (calibration.idp_initiated, "IdP"),
        ],
        "nobody",
    );
    let refuses = calibration
        .refuses_with
        .as_deref()
        .unwrap_or("no answer that was understood");
    let encrypted = if calibration.encryption {
        ", encrypted or not"
    } else {
        ""
    };
    format!(
        "accepts signed {places}{encrypted}; sign-in started by {starts}; refuses with {}",
        visible(refuses)
    )
}

/// How a run came out, in one line, and its tone: `good`, `bad` or `unsure`.
pub(super) fn headline(end: Option<&RunSummary>) -> (&'static str, String) {
    let Some(end) = end else {
        return ("bad", "The run did not come to an end".to_owned());
    };
    let fails = end.counts.get(&VerdictKind::Fail).copied().unwrap_or(0);
    match Exit::ALL.into_iter().find(|exit| exit.code() == end.exit) {
        Some(Exit::Conforms) if fails > 0 => (
            "unsure",
            format!(
                "Conforms as far as --fail-on asks: {} let pass",
                counted(fails, "failure")
            ),
        ),
        Some(Exit::Conforms) => ("good", "Conforms".to_owned()),
        Some(Exit::Deviates) if fails > 0 => {
            let all = end.fail_by_severity.iter();
            let all = all.flat_map(|(severity, count)| std::iter::repeat_n(*severity, *count));
            let failures = counted(fails, "failure");
            ("bad", format!("Deviates: {failures} ({})", severities(all)))
        }
        Some(Exit::Deviates) => ("bad", "Deviates".to_owned()),
        Some(Exit::NotJudged) => ("unsure", "The harness could not judge".to_owned()),
        Some(Exit::NothingRan) => ("unsure", "Nothing ran".to_owned()),
        Some(Exit::Interrupted) => ("unsure", "Interrupted".to_owned()),
        Some(Exit::Usage) | None => ("unsure", format!("Ended with code {}", end.exit)),
    }
}

/// The most characters of a sentence for people.
const SENTENCE: usize = 2_000;

/// A sentence with foreign words in it, made visible and bounded.
pub(super) fn sentence(text: &str) -> String {
    match text.char_indices().nth(SENTENCE) {
        None => visible(text),
        Some((end, _)) => format!("{}…", visible(&text[..end])),
    }
}

/// The severity of a result, with what must be known of it.
pub(super) fn severity(severity: Severity) -> String {
    match severity {
        Severity::Issuer => format!("{severity}: only the issuer could have made this message"),
        _ => severity.to_string(),
    }
}

/// The deployment profiles under which a run judges.
pub(super) fn profiles(info: &RunInfo) -> String {
    let words: Vec<&str> = info.profiles.iter().map(|profile| profile.word()).collect();
    words.join(", ")
}

/// Who could do what deviates; none where nobody is meant, and where the severity says it.
pub(super) fn attacker(result: &ScenarioResult) -> Option<String> {
    let deviates = matches!(result.verdict, VerdictKind::Fail | VerdictKind::Warn);
    let attacker = result.scenario.attacker.filter(|_| deviates)?;
    (result.severity != Severity::Issuer).then(|| format!("what it takes: {}", attacker.sentence()))
}

/// How many AuthnRequests were checked as Azure checks them; none where none came.
pub(super) fn authn_requests(summary: &RunSummary) -> Option<String> {
    let checked = counted(summary.authn_requests, "AuthnRequest");
    match (summary.authn_requests, summary.authn_requests_refused) {
        (0, _) => None,
        (_, 0) => Some(format!("{checked} as Azure takes them")),
        (_, refused) => Some(format!("{checked}, {refused} of them refused by Azure")),
    }
}

/// The SP's own words on what deviates or could not be judged.
pub(super) fn page(result: &ScenarioResult) -> Option<String> {
    let matters = matches!(
        result.verdict,
        VerdictKind::Fail | VerdictKind::Warn | VerdictKind::Inconclusive
    );
    let page = own_page(result).filter(|_| matters)?;
    let words = said(page).line()?;
    Some(format!("its page ({}) says: {words}", page.status))
}

/// The page on which the journey came to rest, unless it is one of the IdP's.
pub(super) fn own_page(result: &ScenarioResult) -> Option<&Page> {
    let journey = &result.observation.journey;
    let idp = journey.hops.last().is_some_and(|hop| hop.party == Party::Idp);
    journey.page.as_ref().filter(|_| !idp)
}

pub(super) fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}
