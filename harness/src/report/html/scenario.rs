//! One scenario: what was sent, what came back, and what that means.

use maud::{Markup, html};

use super::{
    again::{self, Run},
    cut::{BODY, URL, cut},
    difference, journey, message,
    pictures::{self, Picture},
    told::{anchor, badge, grade},
};
use crate::{
    event::{ScenarioResult, SnapshotState},
    judge::{VerdictKind, request::Refused},
    report::{digest::news, refs, words},
    text::{counted, visible},
};

/// The most characters of a line of the console.
const CONSOLE: usize = 500;
/// The most lines of the console.
const CONSOLE_LINES: usize = 50;

/// The section of one result, with all that stands behind its first sentence. `passed`: `--fail-on` lets it pass.
pub(super) fn section(result: &ScenarioResult, passed: bool, rest: &Markup) -> Markup {
    let scenario = &result.scenario;
    let anchor = anchor(result);
    html! {
        details.scenario id=(anchor) data-verdict=(result.verdict.word())
            data-ns=(scenario.namespace()) {
            summary {
                span.verdict {
                    (badge(result.verdict))
                    @if result.verdict == VerdictKind::Fail { " " (grade(result.severity)) }
                    @if passed { " " span.news { "let pass" } }
                }
                span.id { (scenario.id) @if let Some(variant) = &result.variant { "#" (visible(variant)) } }
                span.base title="what is signed" { (result.base) }
                span.title { (scenario.title) @if !news(result).is_empty() { " " span.news { (news(result)) } } }
                span.outcome { (result.outcome) }
            }
            div.body {
                p class={ "reason r-" (result.verdict.word()) } { (words::sentence(&result.reason)) }
                (rest)
            }
        }
    }
}

/// What stands behind the first sentence of a section.
pub(super) fn rest(result: &ScenarioResult, run: &Run<'_>, picture: &Picture) -> Markup {
    let scenario = &result.scenario;
    let journey = &result.observation.journey;
    let anchor = anchor(result);
    html! {
        @if let Some(said) = words::page(result) { p.said { (said) } }
        div.columns {
            div {
                (judgement(result))
                (about(result))
            }
            div {
                @if journey.screenshot.is_some() {
                    h3 { "What the browser showed" }
                    (pictures::shown(picture, journey.screenshot.as_deref()))
                }
                @if !scenario.watches() && !scenario.looks_back() {
                    h3 { "The journey" }
                    (journey::hops(journey))
                    (journey::probe(&result.observation.probe))
                    (more(result))
                }
            }
        }
        @for refused in &result.refused { (self::refused(refused)) }
        @if let Some(changes) = result.changes() { (difference::list(&changes)) }
        @if let Some(sent) = result.drawn() {
            h3 { "The message" }
            (message::tree(&sent))
        }
        @if let Some(page) = &journey.page { (journey::rested(page)) }
        (again::told(result, run))
        p.quiet { "A link to this: " a href={ "#" (anchor) } { "#" (anchor) } }
    }
}

fn judgement(result: &ScenarioResult) -> Markup {
    html! {
        dl.pairs {
            dt { "Expected" } dd { code { (result.expected) } }
            dt { "Observed" } dd { code { (result.outcome) }
                @if !result.scenario.sends_nothing() { ", signed in: " (visible(&result.identity)) } }
            dt { "Severity" } dd { (words::severity(result.severity)) }
            @if let Some(attacker) = result.scenario.attacker { dt { "What it takes" } dd { (attacker.sentence()) } }
            dt { "Tier" } dd { (result.scenario.tier) }
            dt { "Driver" } dd { (result.driver)
                @if !result.scenario.watches() && !result.scenario.looks_back() { ", " (result.duration.as_millis()) " ms, firing " (result.firing) }
                @if let Some(control) = result.control { ", control " (control) } }
            @if let Some(words) = snapshot(&result.snapshot) { dt { "Snapshot" } dd { (words) } }
        }
        @if !result.variants.is_empty() {
            table {
                caption { "Variants" }
                thead { tr { th scope="col" { "Name" } th scope="col" { "Verdict" } th scope="col" { "Outcome" } } }
                tbody { @for (name, outcome, verdict) in &result.variants {
                    tr { td { (visible(name)) } td { (badge(*verdict)) } td { (outcome) } }
                } }
            }
        }
    }
}

fn snapshot(state: &SnapshotState) -> Option<&'static str> {
    match state {
        SnapshotState::Off => None,
        SnapshotState::Same => Some("as accepted"),
        SnapshotState::New => Some("new, nobody has accepted it yet"),
        SnapshotState::OutcomeDrift => Some("the outcome differs from the accepted one"),
        SnapshotState::PresentationDrift => Some("hops or cookies differ from the accepted ones"),
        SnapshotState::Unapplied => Some("accepted before, and it no longer applies"),
    }
}

fn about(result: &ScenarioResult) -> Markup {
    let scenario = &result.scenario;
    html! {
        h3 { "The rule" } p { (scenario.rule) }
        h3 { "Why it matters" } p { (scenario.why) }
        @if !scenario.mend.is_empty() { h3 { "How to mend it" } p { (scenario.mend) } }
        @let references = refs::told(&scenario.refs);
        @if !references.is_empty() { h3 { "References" } p { (references.join(" · ")) } }
    }
}

fn more(result: &ScenarioResult) -> Markup {
    let observation = &result.observation;
    let console = &observation.journey.console;
    html! {
        @if !observation.out_of_band.is_empty() {
            h3 { "Out-of-band hits" }
            ul { @for hit in observation.out_of_band.iter().take(CONSOLE_LINES) { li { code { (cut(hit, URL)) } } } }
        }
        @if !observation.new_accounts.is_empty() {
            h3 { "Accounts that were not there before" }
            ul { @for account in observation.new_accounts.iter().take(CONSOLE_LINES) { li { (cut(account, URL)) } } }
        }
        @if !result.sp_log.is_empty() {
            h3 { "What the SP wrote into its log" }
            pre { code { @for line in &result.sp_log { (cut(line, CONSOLE)) "\n" } } }
        }
        @if !console.is_empty() {
            h3 { "Console errors" }
            ul { @for line in console.iter().take(CONSOLE_LINES) { li { code { (cut(line, CONSOLE)) } } } }
        }
    }
}

/// What Azure says, the bytes that it says it of, and the request around them.
fn refused(refused: &Refused) -> Markup {
    html! {
        h3 { "AADSTS" (refused.code) ", " (counted(refused.count, "AuthnRequest")) }
        p { (cut(&refused.says, BODY)) }
        pre { (cut(&refused.part, BODY)) }
        details.fold { summary { "The first of them, by " (refused.binding) } pre { (cut(&refused.text, BODY)) } }
    }
}
