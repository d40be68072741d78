//! What is different from a flawless message, as signed lines.

use maud::{Markup, html};

use crate::{
    anatomy::{Change, Changes, How},
    text::visible,
};

/// The changes; what stands in one place stands together.
pub(super) fn list(changes: &Changes) -> Markup {
    let places = changes.lines.chunk_by(|one, next| one.within == next.within);
    html! {
        h3 { "What is different from a flawless message" }
        @if changes.lines.is_empty() {
            p.quiet { "Nothing, beyond what differs between any two messages: what counts here is when, how often or in which state it is sent." }
        } @else {
            div.diff { @for place in places {
                @let within = place.first().map_or("", |change| change.within.as_str());
                p.quiet { @if within.is_empty() { "around everything" } @else { "in " (visible(within)) } }
                @for change in place { (line(change)) }
            } }
            @if changes.more > 0 { p.quiet { "and " (changes.more) " more lines" } }
        }
    }
}

fn line(change: &Change) -> Markup {
    let sign = change.how.sign();
    let text = visible(&change.text);
    html! {
        @match (change.how, &change.was) {
            (How::Added, _) => ins { (sign) " " (text) },
            (How::Removed, _) => del { (sign) " " (text) },
            (How::Changed, Some(was)) => { del { (sign) " " (visible(was)) } ins { (sign) " " (text) } }
            (How::Changed, None) => ins { (sign) " " (text) },
            (How::Moved, was) => span { (sign) " " (text) @if let Some(was) = was { ", in a flawless message " (visible(was)) } }
        }
    }
}
