//! The head and the foot of the page.

use base64::prelude::{BASE64_STANDARD, Engine};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use scenarios::Severity;

use super::{
    overview::overview,
    told::{Told, badge, grade},
};
use crate::{
    report::words,
    text::{counted, visible},
};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The most failures of the head.
const FAILURES: usize = 40;

/// Where the scenarios go. Nothing foreign can spell it, for everything foreign is escaped.
const PLACE: &str = "<!--scenarios-->";

/// What stands before the scenarios, and what stands after them.
pub(super) fn around(told: &Told) -> (String, String) {
    let page = page(told).into_string();
    let (before, after) = page.split_once(PLACE).unwrap_or((&page, ""));
    (before.to_owned(), after.to_owned())
}

fn page(told: &Told) -> Markup {
    let sp = told.info.as_ref().map_or("no SP", |info| info.sp.as_str());
    let (tone, headline) = words::headline(told.end.as_ref());
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta http-equiv="Content-Security-Policy" content=(policy());
                title { (sp) ": " (headline) " – samlitmus" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#scenarios" { "Skip to the scenarios" }
                header {
                    p.brand { "samlitmus" @if let Some(info) = &told.info { " " (info.version) } }
                    h1 { (sp) }
                    (address(told))
                    p class={ "headline " (tone) } { (headline) }
                    (failures(told))
                    (causes(told))
                    (overview(told))
                    (inapplicable(told))
                    (facts(told))
                }
                (filters(told))
                main id="scenarios" tabindex="-1" {
                    (PreEscaped(PLACE))
                    p id="none" hidden { "No scenario matches the filters." }
                }
                footer { p {
                    "Made by samlitmus. The mock identity provider signs whatever it is asked to; trust its keys in tests only."
                } }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

/// Only our own script runs, and nothing is fetched, whatever a message brought along.
fn policy() -> String {
    let hash = openssl::sha::sha256(SCRIPT.as_bytes());
    format!(
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        BASE64_STANDARD.encode(hash)
    )
}

/// Where the SP is, and what it says it is.
fn address(told: &Told) -> Markup {
    let server = told.calibration.as_ref().and_then(|known| known.server.as_ref());
    html! {
        @if let Some(info) = &told.info {
            p.address {
                code { (visible(&info.address)) }
                @if let Some(server) = server { ", which says it is " (visible(server)) }
            }
        }
    }
}

/// The failures, the worst first: what is read before anything else.
fn failures(told: &Told) -> Markup {
    let rows = told.digest.failures();
    let more = rows.len().saturating_sub(FAILURES);
    html! {
        @if !rows.is_empty() {
            section.failures {
                h2 { (counted(rows.len(), "failure")) ", the worst first" }
                ul { @for row in rows.iter().take(FAILURES) { li {
                    (grade(row.severity)) " "
                    a href={ "#" (row.anchor) } { (row.name) }
                    " " span.quiet { "(" (row.which()) ")" } " " (row.title)
                    @if !row.news.is_empty() { " " span.news { (row.news) } }
                    @if row.passed { " " span.news { "let pass" } }
                    br; span.why { (row.lines.first().map_or("", String::as_str))
                        @if row.severity == Severity::Issuer { "; only the issuer could have made this message" } }
                } } }
                @if more > 0 { p.quiet { "and " (more) " more below" } }
            }
        }
        @for news in told.digest.news() { p.since { (news) } }
        @if let Some(passed) = told.end.as_ref().and_then(|end| end.let_pass.as_ref()) { p.since { (words::sentence(passed)) } }
    }
}

/// Why scenarios do not apply.
fn inapplicable(told: &Told) -> Markup {
    let reasons = told.digest.reasons();
    let all: usize = reasons.iter().map(|(_, count)| count).sum();
    html! {
        @if all > 0 {
            details.inapplicable {
                summary { (all) " not applicable, for " (counted(reasons.len(), "reason")) }
                table { tbody { @for (reason, count) in &reasons {
                    tr { td.number { (count) } td { (reason) } }
                } } }
            }
        }
    }
}

fn facts(told: &Told) -> Markup {
    html! {
        dl.facts {
            @if let Some(info) = &told.info {
                div { dt { "Started" } dd { (instant(&info.started)) } }
                div { dt { "Driver" } dd { (info.driver) } }
                @if !info.profiles.is_empty() { div { dt { "Profiles" } dd { (words::profiles(info)) } } }
                div { dt { "Seed" } dd { (info.seed) } }
                div { dt { "Catalogue" } dd { (info.catalogue) } }
            }
            @if let Some(end) = &told.end {
                div { dt { "Took" } dd { (words::seconds(end.duration)) } }
                div { dt { "Requests" } dd { (end.requests) } }
                @if let Some(words) = words::authn_requests(end) { div { dt { "Its own" } dd { (words) } } }
            }
            @if let Some(calibration) = &told.calibration {
                div.wide { dt { "Learned" } dd {
                    (words::learned(calibration))
                    @for note in &calibration.notes { br; (visible(note)) }
                } }
            }
        }
    }
}

/// To the second; a report is read by people.
fn instant(text: &str) -> String {
    let instant = text.parse::<jiff::Timestamp>();
    instant.map_or_else(
        |_| text.to_owned(),
        |at| at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
    )
}

fn causes(told: &Told) -> Markup {
    let end = told.end.as_ref();
    let causes = end.map(|end| end.causes.as_slice()).unwrap_or_default();
    let said = end.map(|end| end.sp_log.as_slice()).unwrap_or_default();
    let mut warnings = told.warnings.clone();
    for warning in end.map(|end| end.warnings.as_slice()).unwrap_or_default() {
        if !warnings.contains(warning) {
            warnings.push(warning.clone());
        }
    }
    html! {
        @if !causes.is_empty() {
            section.causes {
                h2 { "Why it does not end with 0" }
                ul { @for cause in causes { li { (words::sentence(cause)) } } }
                @for line in end.map(|end| end.picture.as_slice()).unwrap_or_default() { p.quiet { (words::sentence(line)) } }
                @if !said.is_empty() {
                    details {
                        summary { "What the SP said last" }
                        pre { code { (said.join("\n")) } }
                    }
                }
            }
        }
        @if !warnings.is_empty() {
            section.warnings {
                h2 { "Warnings" }
                ul { @for warning in &warnings { li { (words::sentence(warning)) } } }
            }
        }
    }
}

fn filters(told: &Told) -> Markup {
    html! {
        form.filters role="search" aria-label="Filter the scenarios" {
            label.search { span { "Search" } input id="q" type="search" placeholder="id, title, reason, outcome" autocomplete="off"; }
            label { span { "Namespace" } select id="ns" {
                option value="" { "all" }
                @for (namespace, counts) in &told.namespaces {
                    option value=(namespace) { (namespace) " (" (counts.values().sum::<usize>()) ")" }
                }
            } }
            fieldset {
                legend { "Verdict" }
                @for (verdict, _) in told.verdicts() {
                    label.chip { input type="checkbox" name="v" value=(verdict.word()) checked; (badge(verdict)) }
                }
            }
            p.count { output id="count" aria-live="polite" {} " " button type="button" id="fold" { "Open all" } }
        }
    }
}
