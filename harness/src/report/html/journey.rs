//! Where a journey went: its requests as a timeline that is a table as well, and where it came to rest.

use std::time::Duration;

use maud::{Markup, html};

use super::cut::{BODY, URL, cut};
use crate::{
    judge::observation::{CookieSeen, Ended, Hop, Journey, Page, Party, Probe},
    text::visible,
};

/// The requests, each with a bar from its beginning to its end. They follow one another.
pub(super) fn hops(journey: &Journey) -> Markup {
    let all: Duration = journey.hops.iter().map(|hop| hop.elapsed).sum();
    let begun = journey.hops.iter().scan(Duration::ZERO, |at, hop| {
        let begun = *at;
        *at += hop.elapsed;
        Some(begun)
    });
    html! {
        @if journey.hops.is_empty() {
            p.quiet { "Nothing was sent." }
        } @else {
            div.scroll tabindex="0" role="group" aria-label="The requests of the journey" { table.hops {
                thead { tr {
                    th scope="col" { "To" } th scope="col" { "Request" } th scope="col" { "Answer" }
                    th.number scope="col" { "After" } th.time scope="col" { "Took" }
                } }
                tbody { @for (hop, begun) in journey.hops.iter().zip(begun) { (self::hop(hop, begun, all)) } }
            } }
            p.quiet { (ended(&journey.ended)) }
        }
    }
}

fn hop(hop: &Hop, begun: Duration, all: Duration) -> Markup {
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
            td.number { (begun.as_millis()) }
            td.time {
                span.track aria-hidden="true" { span class={ "p-" (party) } style=(bar(begun, hop.elapsed, all)) {} }
                (hop.elapsed.as_millis()) " ms"
            }
        }
    }
}

/// Where a bar begins and how long it is, in hundredths.
fn bar(begun: Duration, took: Duration, all: Duration) -> String {
    let share = |part: Duration| {
        let hundredths = part.as_nanos() * 100 / all.as_nanos().max(1);
        hundredths.min(100)
    };
    format!("left:{}%;width:{}%", share(begun).min(99), share(took))
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

/// Who was signed in afterwards.
pub(super) fn probe(probe: &Probe) -> Markup {
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

/// The page itself.
pub(super) fn rested(page: &Page) -> Markup {
    html! {
        details.fold {
            summary { "The page where it came to rest" }
            p { (page.status) " · " (cut(&page.content_type, URL)) " · " (cut(&page.title, URL)) }
            pre { (cut(&page.body, BODY)) }
        }
    }
}
