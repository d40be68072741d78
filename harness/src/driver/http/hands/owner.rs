//! Which form a control belongs to, which control a label, and whether it is disabled.

use scraper::ElementRef;

use super::page::{Page, ancestors, is, kind};

/// Elements that a form can own.
const LISTED: [&str; 7] = [
    "button", "fieldset", "input", "object", "output", "select", "textarea",
];
/// Elements between which a form element has no place: the parser closes it there, and goes on to give it controls.
const TABLE: [&str; 5] = ["table", "tbody", "thead", "tfoot", "tr"];

/// The form that a control belongs to (HTML, section 4.10.17.3).
pub(super) fn owner<'a>(page: &Page<'a>, control: ElementRef<'a>) -> Option<ElementRef<'a>> {
    if !LISTED.contains(&control.value().name()) {
        return None;
    }
    if let Some(id) = control.attr("form") {
        return page.by_id(id).filter(|form| is(form, "form"));
    }
    ancestors(control)
        .find(|one| is(one, "form"))
        .or_else(|| misnested(page, control))
}

/// A form that stands in a table between its rows is closed at once, and owns what follows in that table.
fn misnested<'a>(page: &Page<'a>, control: ElementRef<'a>) -> Option<ElementRef<'a>> {
    let table = ancestors(control).find(|one| is(one, "table"))?;
    let before = page.elements.iter().take(page.number(control));
    before
        .rev()
        .find(|form| {
            is(form, "form")
                && form
                    .parent()
                    .and_then(ElementRef::wrap)
                    .is_some_and(|parent| TABLE.contains(&parent.value().name()))
                && ancestors(**form).any(|one| one.id() == table.id())
        })
        .copied()
}

/// The controls of a form, in tree order.
pub(in crate::driver::http) fn controls<'a>(page: &Page<'a>, form: ElementRef<'a>) -> Vec<ElementRef<'a>> {
    let all = page.elements.iter().copied();
    all.filter(|control| owner(page, *control).is_some_and(|owner| owner.id() == form.id()))
        .collect()
}

/// Whether it is disabled, itself or by a fieldset around it (HTML, section 4.10.19.5).
pub(in crate::driver::http) fn is_disabled(control: ElementRef<'_>) -> bool {
    let fieldset = |fieldset: ElementRef<'_>| {
        if !is(&fieldset, "fieldset") || fieldset.attr("disabled").is_none() {
            return false;
        }
        let legend = fieldset.child_elements().find(|child| is(child, "legend"));
        // What stands in its first legend stays in use.
        !ancestors(control).any(|one| Some(one.id()) == legend.map(|legend| legend.id()))
    };
    control.attr("disabled").is_some() || ancestors(control).any(fieldset)
}

/// Whether it sends its form when it is pressed.
pub(in crate::driver::http) fn submits(control: &ElementRef<'_>) -> bool {
    matches!(control.value().name(), "button" | "input")
        && matches!(kind(control).as_str(), "submit" | "image")
}

/// The control that a label stands for.
pub(super) fn labelled<'a>(page: &Page<'a>, label: ElementRef<'a>) -> Option<ElementRef<'a>> {
    let labelable = |one: &ElementRef<'_>| match one.value().name() {
        "input" => kind(one) != "hidden",
        name => matches!(name, "button" | "select" | "textarea"),
    };
    match label.attr("for") {
        Some(id) => page.by_id(id).filter(labelable),
        None => label.descendent_elements().find(labelable),
    }
}

/// The radio buttons of which only one is checked, this one among them.
pub(super) fn group<'a>(page: &Page<'a>, radio: ElementRef<'a>) -> Vec<ElementRef<'a>> {
    let form = owner(page, radio).map(|form| form.id());
    let name = radio.attr("name").unwrap_or_default();
    let alike = |other: &ElementRef<'a>| {
        is(other, "input")
            && kind(other) == "radio"
            && !name.is_empty()
            && other.attr("name") == Some(name)
            && owner(page, *other).map(|form| form.id()) == form
    };
    let all: Vec<_> = page.elements.iter().copied().filter(alike).collect();
    if all.is_empty() { vec![radio] } else { all }
}
