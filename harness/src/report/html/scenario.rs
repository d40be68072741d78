//! One scenario: what was sent, what came back, and what that means.

use base64::prelude::{BASE64_STANDARD, Engine};
use maud::{Markup, html};

use super::{
    message,
    told::{badge, grade},
};
use crate::{
    event::{ScenarioResult, SnapshotState},
    judge::{
        VerdictKind,
        observation::{CookieSeen, Ended, Hop, Journey, Page, Party, Probe},
        request::Refused,
    },
    report::{digest::news, refs, words},
    text::{counted, visible},
};

/// The most bytes of one screenshot.
const SCREENSHOT: usize = 4 << 20;
/// The most characters of a page's body, of a recipe, of a URL, and of a line of the console.
const BODY: usize = 4_000;
const RECIPE: usize = 16_000;
const URL: usize = 160;
const CONSOLE: usize = 500;
/// The most lines of the console.
const CONSOLE_LINES: usize = 50;

/// The section of one result. `seed` is the run's; `room` says whether a screenshot still fits, `passed` whether
/// `--fail-on` lets it pass.
pub(super) fn section(result: &ScenarioResult, seed: Option<u64>, room: bool, passed: bool) -> Markup {
    let scenario = &result.scenario;
    let journey = &result.observation.journey;
    html! {
        details.scenario id={ (scenario.id) "@" (result.base) } data-verdict=(result.verdict.word())
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
                @if let Some(said) = words::page(result) { p.said { (said) } }
                div.columns {
                    div {
                        (judgement(result))
                        (about(result))
                    }
                    div {
                        @if let Some(png) = journey.screenshot.as_deref() {
                            h3 { "What the browser showed" }
                            (screenshot(png, room))
                        }
                        @if !scenario.watches() {
                            h3 { "The journey" }
                            (hops(journey))
                            (probe(&result.observation.probe))
                            (more(result))
                        }
                    }
                }
                @for refused in &result.refused { (self::refused(refused)) }
                @if let Some(sent) = result.drawn() {
                    h3 { "The message" }
                    (message::tree(&sent))
                }
                @if !scenario.watches() {
                    details.fold { summary { "Recipe" } pre { (pretty(&result.recipe)) } }
                }
                @if let Some(page) = &journey.page { (rested(page)) }
                h3 { "Run it again" }
                pre.command { (command(result, seed)) }
            }
        }
    }
}

fn judgement(result: &ScenarioResult) -> Markup {
    html! {
        dl.pairs {
            dt { "Expected" } dd { code { (result.expected) } }
            dt { "Observed" } dd { code { (result.outcome) }
                @if !result.scenario.watches() { ", signed in: " (visible(&result.identity)) } }
            dt { "Severity" } dd { (words::severity(result.severity)) }
            @if let Some(attacker) = result.scenario.attacker { dt { "What it takes" } dd { (attacker.sentence()) } }
            dt { "Tier" } dd { (result.scenario.tier) }
            dt { "Driver" } dd { (result.driver)
                @if !result.scenario.watches() { ", " (result.duration.as_millis()) " ms, firing " (result.firing) }
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

fn screenshot(png: &[u8], room: bool) -> Markup {
    let is_png = png.starts_with(b"\x89PNG\r\n\x1a\n");
    html! {
        @if !is_png || png.len() > SCREENSHOT {
            p.quiet { "The screenshot is left out: it is no PNG of at most 4 MiB." }
        } @else if !room {
            p.quiet { "The screenshot is left out: the page would grow too large. Run this scenario alone to see it." }
        } @else {
            img.shot loading="lazy" alt="The page where the journey came to rest"
                src={ "data:image/png;base64," (BASE64_STANDARD.encode(png)) };
        }
    }
}

fn hops(journey: &Journey) -> Markup {
    html! {
        @if journey.hops.is_empty() {
            p.quiet { "Nothing was sent." }
        } @else {
            div.scroll { table.hops {
                thead { tr {
                    th scope="col" { "To" } th scope="col" { "Request" } th scope="col" { "Answer" } th scope="col" { "ms" }
                } }
                tbody { @for hop in &journey.hops { (self::hop(hop)) } }
            } }
            p.quiet { (ended(&journey.ended)) }
        }
    }
}

fn hop(hop: &Hop) -> Markup {
    let party = match hop.party {
        Party::Sp => "SP",
        Party::Idp => "IdP",
        Party::Other => "other",
    };
    html! {
        tr {
            td { (party) }
            td {
                code { (hop.method) " " (cut(&hop.url, URL)) }
                @if !hop.fields.is_empty() { br; span.quiet { "fields: " (cut(&hop.fields.join(", "), URL)) } }
                @for cookie in &hop.set_cookies { br; span.quiet { "sets " code { (cut(&cookie_words(cookie), URL)) } } }
            }
            td {
                @match hop.status { Some(status) => (status), None => "none" }
                @if let Some(location) = &hop.location { br; span.quiet { "→ " (cut(location, URL)) } }
            }
            td.number { (hop.elapsed.as_millis()) }
        }
    }
}

fn cookie_words(cookie: &CookieSeen) -> String {
    let mut words = cookie.name.clone();
    for (set, word) in [(cookie.secure, "Secure"), (cookie.http_only, "HttpOnly")] {
        if set {
            words.push_str("; ");
            words.push_str(word);
        }
    }
    if let Some(same_site) = &cookie.same_site {
        words.push_str("; SameSite=");
        words.push_str(same_site);
    }
    words
}

fn ended(ended: &Ended) -> String {
    match ended {
        Ended::Answered => "It came to rest on a page.".to_owned(),
        Ended::Reset(why) => format!("The connection broke: {}", visible(why)),
        Ended::Unreachable(why) => format!("Nobody answered: {}", visible(why)),
        Ended::TimedOut => "The time limit ran out.".to_owned(),
        Ended::Limit(why) => format!("A limit of the harness stopped it: {}", visible(why)),
        Ended::NotAllowed(why) => format!("It led where nothing may be sent: {}", visible(why)),
        Ended::Harness(why) => format!("The harness could not go on: {}", visible(why)),
    }
}

fn probe(probe: &Probe) -> Markup {
    html! {
        h3 { "Who the SP says is signed in" }
        p { @match probe {
            Probe::NotAsked => "Nobody asked.",
            Probe::SignedOut => "Nobody.",
            Probe::SignedIn { identity, markers } => {
                strong { (cut(identity, URL)) }
                @if !markers.is_empty() { " – the page carries the marks of " (visible(&markers.join(", "))) }
            }
            Probe::Unclear { why, .. } => { "It could not be told: " (visible(why)) }
        } }
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
        @if !console.is_empty() {
            h3 { "Console errors" }
            ul { @for line in console.iter().take(CONSOLE_LINES) { li { code { (cut(line, CONSOLE)) } } } }
        }
    }
}

fn rested(page: &Page) -> Markup {
    html! {
        details.fold {
            summary { "The page where it came to rest" }
            p { (page.status) " · " (cut(&page.content_type, URL)) " · " (cut(&page.title, URL)) }
            pre { (cut(&page.body, BODY)) }
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

fn command(result: &ScenarioResult, seed: Option<u64>) -> String {
    let id = &result.scenario.id;
    let seed = seed.map(|seed| format!(" --seed {seed}")).unwrap_or_default();
    format!(
        "samlitmus run '{id}' --tier all --driver {}{seed}\nsamlitmus explain '{id}'",
        result.driver
    )
}

fn pretty(recipe: &serde_json::Value) -> String {
    cut(&serde_json::to_string_pretty(recipe).unwrap_or_default(), RECIPE)
}

/// Foreign text, made visible and bounded.
fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => visible(text),
        Some((end, _)) => format!("{}…", visible(&text[..end])),
    }
}
