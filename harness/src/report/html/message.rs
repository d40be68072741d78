//! A message as nested lists that can be folded, its signed parts marked. Its elements have short names: there are some 50 in each of
//! hundreds of messages.

use maud::{Markup, html};

use crate::{
    anatomy::{Anatomy, Line, Mark, Seal},
    text::visible,
};

/// The message that was sent.
pub(super) fn tree(anatomy: &Anatomy) -> Markup {
    html! {
        @if let Some(note) = &anatomy.note { p.quiet { (visible(note)) } }
        @if let Some(raw) = &anatomy.raw { pre { (visible(raw)) } }
        @if !anatomy.lines.is_empty() {
            div.scroll { ul.tree { (branch(&anatomy.lines, 0, &anatomy.seals)) } }
        }
        @if !anatomy.seals.is_empty() {
            ol.seals { @for seal in &anatomy.seals {
                li {
                    span class={ "seal " (tone(seal)) } { "signature " (seal.number) }
                    " " code { (visible(&seal.method)) } " over "
                    @match &seal.covers { Some(what) => code { (visible(what)) }, None => "nothing" }
                    ": " (visible(&seal.note))
                }
            } }
        }
    }
}

/// The lines of one depth, each with those that stand in it.
fn branch(lines: &[Line], depth: usize, seals: &[Seal]) -> Markup {
    let starts: Vec<usize> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.depth == depth)
        .map(|(at, _)| at)
        .collect();
    html! {
        @for (at, start) in starts.iter().enumerate() {
            @let end = starts.get(at + 1).copied().unwrap_or(lines.len());
            @let line = &lines[*start];
            @let inner = &lines[start + 1..end];
            li class=[class(line)] {
                @if inner.is_empty() { (self::line(line, seals)) } @else {
                    details open { summary { (self::line(line, seals)) } ul { (branch(inner, depth + 1, seals)) } }
                }
            }
        }
    }
}

fn class(line: &Line) -> Option<&'static str> {
    match &line.mark {
        Mark::Signed { begins: true, .. } => Some("signed"),
        Mark::Unsigned if is_assertion(line) => Some("unsigned"),
        Mark::Plain | Mark::Signed { .. } | Mark::Unsigned | Mark::Signature(_) => None,
    }
}

fn line(line: &Line, seals: &[Seal]) -> Markup {
    html! {
        b { (visible(&line.name)) }
        @for (name, value) in &line.attributes {
            " " i { (visible(name)) "=" q { (visible(value)) } }
        }
        @if let Some(text) = &line.text { " " samp { (visible(text)) } }
        @match &line.mark {
            Mark::Signed { by, begins: true } => { " " span.seal.holds { "signed by " (by) } }
            Mark::Unsigned if is_assertion(line) || line.name.ends_with("NameID") => {
                " " span.seal.forged { "not signed" }
            }
            Mark::Signature(numbers) => { @for number in numbers {
                @if let Some(seal) = seals.iter().find(|seal| seal.number == *number) {
                    " " span class={ "seal " (tone(seal)) } { "signature " (number) }
                }
            } }
            Mark::Plain | Mark::Signed { .. } | Mark::Unsigned => {}
        }
    }
}

fn tone(seal: &Seal) -> &'static str {
    if seal.holds { "holds" } else { "broken" }
}

fn is_assertion(line: &Line) -> bool {
    line.name == "Assertion" || line.name.ends_with(":Assertion")
}
