//! What boxes, radio buttons and lists hold.

use scraper::ElementRef;

use super::{
    edit::{Edit, Outcome},
    owner::group,
    page::{Page, ancestors, is, kind},
};

/// Whether a box or radio button is checked; of radio buttons the last that says so.
pub(super) fn is_checked<'a>(page: &Page<'a>, control: ElementRef<'a>) -> bool {
    match page.edit(control) {
        Some(Edit::Checked(checked)) => *checked,
        _ if control.attr("checked").is_none() => false,
        _ if kind(&control) != "radio" => true,
        _ => {
            let group = group(page, control);
            let last = group.iter().rev().find(|one| one.attr("checked").is_some());
            last.is_some_and(|last| last.id() == control.id())
        }
    }
}

/// Checks one radio button of its group.
pub(super) fn check_alone<'a>(page: &Page<'a>, radio: ElementRef<'a>) -> Outcome {
    let mut edits = page.edits.clone();
    for one in group(page, radio) {
        edits.insert(page.number(one), Edit::Checked(one.id() == radio.id()));
    }
    Outcome::Stays(edits)
}

/// The options of a list that are selected: of one that shows a single choice, the last that says so, or the first that can be chosen.
pub(super) fn selected<'a>(page: &Page<'a>, select: ElementRef<'a>) -> Vec<ElementRef<'a>> {
    let options = options(select);
    let chosen = match page.edit(select) {
        Some(Edit::Selected(number)) => page.elements.get(*number).copied(),
        _ => None,
    };
    let said = || {
        options
            .iter()
            .copied()
            .filter(|option| option.attr("selected").is_some())
    };
    let shown: usize = select
        .attr("size")
        .and_then(|size| size.trim().parse().ok())
        .unwrap_or(1);
    let chosen: Vec<_> = match (chosen, select.attr("multiple")) {
        (Some(chosen), _) => vec![chosen],
        (None, Some(_)) => said().collect(),
        (None, None) => {
            let first = || options.iter().copied().find(|option| !is_unavailable(option));
            let last = said()
                .next_back()
                .or_else(|| if shown <= 1 { first() } else { None });
            last.into_iter().collect()
        }
    };
    chosen
        .into_iter()
        .filter(|option| !is_unavailable(option))
        .collect()
}

/// The options of a list, in order.
pub(super) fn options(select: ElementRef<'_>) -> Vec<ElementRef<'_>> {
    select
        .descendent_elements()
        .filter(|one| is(one, "option"))
        .collect()
}

/// What an option says when it is sent.
pub(super) fn option_value(option: &ElementRef<'_>) -> String {
    match option.attr("value") {
        Some(value) => value.to_owned(),
        None => option_label(option),
    }
}

pub(super) fn option_label(option: &ElementRef<'_>) -> String {
    let text: String = option.text().collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether nobody can choose it.
pub(super) fn is_unavailable(option: &ElementRef<'_>) -> bool {
    let in_group = |one: ElementRef<'_>| is(&one, "optgroup") && one.attr("disabled").is_some();
    option.attr("disabled").is_some() || ancestors(*option).any(in_group)
}
