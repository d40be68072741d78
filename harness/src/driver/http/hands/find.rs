//! What a person means by a target on a page.

use scraper::{ElementRef, Selector};

use super::page::{Page, is, kind};
use crate::driver::act::{ActError, Target};

/// What is looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Something that is seen.
    Anything,
    /// A form besides: one with nothing to see in it can be sent all the same.
    Form,
}

/// The element that a target means.
pub(super) fn find<'a>(page: &Page<'a>, target: &Target, wanted: Wanted) -> Result<ElementRef<'a>, ActError> {
    let shown =
        |element: &ElementRef<'a>| page.is_shown(*element) || (wanted == Wanted::Form && is(element, "form"));
    let found = match target {
        Target::Css(selector) => {
            let selector = Selector::parse(selector)
                .map_err(|_| ActError::Missing(format!("`{selector}` is no CSS selector")))?;
            let mut matching = page
                .elements
                .iter()
                .filter(|element| selector.matches(element))
                .peekable();
            let there = matching.peek().is_some();
            matching.find(|element| shown(element)).copied().ok_or(there)
        }
        Target::Text(words) => by_words(page, words).ok_or(false),
    };
    found.map_err(|hidden| {
        let why = if hidden {
            format!("`{target}` is on the page, and hidden")
        } else {
            format!("nothing that is shown on the page is `{target}`")
        };
        missing(page, why)
    })
}

/// What is not there may come with a script.
fn missing(page: &Page<'_>, why: String) -> ActError {
    if page.scripted {
        ActError::NeedsBrowser(format!("{why} before its scripts have run"))
    } else {
        ActError::Missing(why)
    }
}

/// The first link, button or label that shows just these words, or else the first that has them among others.
fn by_words<'a>(page: &Page<'a>, words: &str) -> Option<ElementRef<'a>> {
    // What is shown in capitals by a style sheet is written otherwise.
    let wanted = words.to_lowercase();
    let speaking: Vec<(ElementRef<'a>, String)> = page
        .elements
        .iter()
        .filter(|element| speaks(element) && page.is_shown(**element))
        .map(|element| (*element, page.words(*element).to_lowercase()))
        .collect();
    let equal = speaking.iter().find(|(_, shown)| *shown == wanted);
    let among = || speaking.iter().find(|(_, shown)| shown.contains(&wanted));
    equal.or_else(among).map(|(element, _)| *element)
}

/// Whether it is a link, a button or a label.
fn speaks(element: &ElementRef<'_>) -> bool {
    match element.value().name() {
        "a" => element.attr("href").is_some() || acts(element),
        "button" | "label" | "summary" => true,
        "input" => matches!(kind(element).as_str(), "submit" | "button" | "reset" | "image"),
        _ => acts(element),
    }
}

/// Whether it is made a link or button of.
fn acts(element: &ElementRef<'_>) -> bool {
    element.attr("onclick").is_some() || matches!(element.attr("role"), Some("button" | "link"))
}
