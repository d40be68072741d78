//! One scenario in full, for whoever sees nothing else of the run: a test that failed.

use std::fmt::Write;

use scenarios::Property;

use super::words::{attacker, page, sentence, severity};
use crate::{
    event::ScenarioResult,
    judge::{VerdictKind, observation::Hop},
    text::visible,
};

/// The most hops of a journey that are told.
const HOPS: usize = 12;

/// What a scenario came to with each base, why that may not pass, how it is mended, and what to type next.
pub(crate) fn in_full(results: &[&ScenarioResult], why: &[String], again: &[String]) -> String {
    let Some(scenario) = results.first().map(|result| &result.scenario) else {
        return String::new();
    };
    let mut out = format!("{}: {}\n", scenario.id, visible(&scenario.title));
    for why in why {
        let _ = writeln!(out, "  {}", sentence(why));
    }
    let _ = writeln!(out, "  the rule: {}", sentence(&scenario.rule));
    for alike in results.chunk_by(|one, other| is_alike(one, other)) {
        told(&mut out, alike);
    }
    if !scenario.mend.is_empty() {
        let _ = writeln!(out, "  how it is mended: {}", sentence(&scenario.mend));
    }
    let _ = writeln!(out, "  explained: samlitmus explain {}", scenario.id);
    for line in again {
        let _ = writeln!(out, "  once more: {line}");
    }
    out
}

/// Whether the same is to be said of both.
fn is_alike(one: &ScenarioResult, other: &ScenarioResult) -> bool {
    let key = |of: &ScenarioResult| {
        (
            of.verdict,
            of.severity,
            of.outcome,
            of.variant.clone(),
            of.reason.clone(),
        )
    };
    key(one) == key(other)
}

/// What of the SP's own it is about.
fn own(result: &ScenarioResult) -> &'static str {
    match result.scenario.holds {
        Some(Property::Metadata(_)) => "the SP's metadata",
        Some(Property::Web(_)) => "the SP's cookies and pages",
        None if !result.scenario.watches() => "no message",
        _ => "the SP's own AuthnRequests",
    }
}

/// Results of bases that came to the same, by the first of them.
fn told(out: &mut String, alike: &[&ScenarioResult]) {
    let [result, more @ ..] = alike else { return };
    let mut which = match (result.scenario.sends_nothing(), more.is_empty()) {
        (true, _) => own(result).to_owned(),
        (false, true) => format!("base {}", result.base),
        (false, false) => {
            let bases: Vec<&str> = alike.iter().map(|one| one.base.as_str()).collect();
            format!("bases {}", bases.join(", "))
        }
    };
    if let Some(variant) = &result.variant {
        let _ = write!(which, ", variant {}", visible(variant));
    }
    let verdict = match result.verdict {
        VerdictKind::Fail => format!("fail, {}", severity(result.severity)),
        verdict => verdict.word().to_owned(),
    };
    let _ = writeln!(
        out,
        "  {which}: {verdict}; expected {}, observed {}",
        result.expected, result.outcome
    );
    let _ = writeln!(out, "    {}", sentence(&result.reason).replace('\n', " "));
    for line in [attacker(result), page(result)].into_iter().flatten() {
        let _ = writeln!(out, "    {line}");
    }
    if result.verdict.is_good() {
        return;
    }
    let hops = &result.observation.journey.hops;
    for hop in hops.iter().take(HOPS) {
        let _ = writeln!(out, "    {}", walked(hop));
    }
    if let Some(more) = hops.len().checked_sub(HOPS).filter(|more| *more > 0) {
        let _ = writeln!(out, "    and {more} hops more");
    }
}

fn walked(hop: &Hop) -> String {
    let answer = hop
        .status
        .map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    let onward = hop.location.as_ref().map(|to| format!(" to {}", sentence(to)));
    format!(
        "{} {} -> {answer}{}",
        visible(&hop.method),
        sentence(&hop.url),
        onward.unwrap_or_default()
    )
}
