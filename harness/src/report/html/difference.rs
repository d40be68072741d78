//! What is different from a flawless message, as signed lines.

use maud::{Markup, html};

use crate::{
    anatomy::{Change, Changes, How},
    text::visible,
};

/// The changes; what stands in one place stands together.
pub(super) fn list(changes: &Changes) -> Markup {
    html! {
        h3 { "What is different from a flawless message" }
        @if changes.lines.is_empty() {
            p.quiet { "Nothing, beyond what differs between any two messages: what counts here is when, how often or in which state it is sent." }
        } @else {
            div.diff { @for place in places(&changes.lines) {
                @let (within, depth) = place.first().map_or(("", 0), |change| (change.within.as_str(), change.depth));
                p.quiet { @if within.is_empty() { "around everything" } @else { "in " (visible(within)) } }
                @for change in place { (line(change, change.depth.saturating_sub(depth))) }
            } }
            @if changes.more > 0 { p.quiet { "and " (changes.more) " more lines" } }
        }
    }
}

/// Lines of one place, and what was added or removed with them below them.
fn places(lines: &[Change]) -> Vec<&[Change]> {
    let mut places = Vec::new();
    let mut rest = lines;
    while let Some(first) = rest.first() {
        let is_one = matches!(first.how, How::Added | How::Removed);
        let below = |change: &Change| {
            let below = change.within.strip_prefix(&first.within);
            is_one
                && change.how == first.how
                && change.follows
                && below.is_some_and(|rest| rest.starts_with('/'))
        };
        let belongs = |change: &&Change| change.within == first.within || below(change);
        let count = 1 + rest.iter().skip(1).take_while(belongs).count();
        let (place, after) = rest.split_at(count);
        places.push(place);
        rest = after;
    }
    places
}

/// The sign stays with what follows it where a line is broken.
fn line(change: &Change, indent: usize) -> Markup {
    let sign = format!(
        "{}\u{a0}{}",
        change.how.sign(),
        "\u{a0}\u{a0}".repeat(indent.min(12))
    );
    let text = visible(&change.text);
    html! {
        @match (change.how, &change.was) {
            (How::Added, _) => ins { (sign) (text) },
            (How::Removed, _) => del { (sign) (text) },
            (How::Changed, Some(was)) => { del { (sign) "was " (visible(was)) } ins { (sign) "is  " (text) } }
            (How::Changed, None) => ins { (sign) (text) },
            (How::Moved, was) => span { (sign) (text) @if let Some(was) = was { ", in a flawless message " (visible(was)) } }
        }
    }
}
