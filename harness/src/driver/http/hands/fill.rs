//! What typing does, and choosing.

use scraper::ElementRef;

use super::{
    edit::{Edit, Outcome},
    owner::{group, is_disabled, labelled, owner},
    page::{Page, is, kind},
    script::handled,
    state::{check_alone, is_checked, is_unavailable, option_label, option_value, options},
};
use crate::driver::act::ActError;

/// Types a text instead of what stands in a field; chooses the option, box or radio button with this value.
pub(super) fn fill<'a>(page: &Page<'a>, element: ElementRef<'a>, text: &str) -> Result<Outcome, ActError> {
    let field = match element.value().name() {
        "label" => labelled(page, element)
            .ok_or_else(|| ActError::Missing("the label stands for no field".to_owned()))?,
        _ => element,
    };
    if is_disabled(field) {
        return Err(ActError::Missing("the field is disabled".to_owned()));
    }
    handled(field, &["oninput", "onchange", "onkeyup", "onkeydown", "onblur"])?;
    match kind(&field).as_str() {
        "select" => choose(page, field, text),
        "checkbox" => check(page, field, text),
        "radio" => {
            let wanted = group(page, field)
                .into_iter()
                .find(|one| one.attr("value").unwrap_or("on") == text);
            let wanted = wanted.ok_or_else(|| {
                ActError::Missing(format!("no radio button of its group has the value `{text}`"))
            })?;
            Ok(check_alone(page, wanted))
        }
        "submit" | "button" | "reset" | "image" | "file" | "range" | "color" => Err(ActError::Missing(
            format!("nobody can type into an element of type {}", kind(&field)),
        )),
        kind if is(&field, "input") || kind == "textarea" => type_into(page, field, text),
        _ if field.attr("contenteditable").is_some() => Err(ActError::NeedsBrowser(
            "what is typed there only a script reads".to_owned(),
        )),
        other => Err(ActError::Missing(format!("nobody can type into a {other}"))),
    }
}

fn type_into<'a>(page: &Page<'a>, field: ElementRef<'a>, text: &str) -> Result<Outcome, ActError> {
    if field.attr("readonly").is_some() {
        return Err(ActError::Missing("the field is read-only".to_owned()));
    }
    let mut typed = match kind(&field).as_str() {
        "textarea" => text.to_owned(),
        "email" | "url" => text.replace(['\r', '\n'], "").trim().to_owned(),
        _ => text.replace(['\r', '\n'], ""),
    };
    // A browser takes no more than so many UTF-16 code units.
    if let Some(most) = field
        .attr("maxlength")
        .and_then(|most| most.trim().parse::<usize>().ok())
    {
        while typed.encode_utf16().count() > most {
            typed.pop();
        }
    }
    Ok(page.edited(field, Edit::Typed(typed)))
}

/// Chooses by value, or by what an option shows.
fn choose<'a>(page: &Page<'a>, select: ElementRef<'a>, text: &str) -> Result<Outcome, ActError> {
    let options = options(select);
    let by_value = options.iter().find(|option| option_value(option) == text);
    let by_words = || options.iter().find(|option| option_label(option) == text.trim());
    let option = by_value
        .or_else(by_words)
        .ok_or_else(|| ActError::Missing(format!("the list has no `{text}`")))?;
    if is_unavailable(option) {
        return Err(ActError::Missing(format!("`{text}` is disabled in the list")));
    }
    Ok(page.edited(select, Edit::Selected(page.number(*option))))
}

/// Checks the box with this value of those that have the same name, or the one box; nothing, or `off`, unchecks it.
fn check<'a>(page: &Page<'a>, one: ElementRef<'a>, text: &str) -> Result<Outcome, ActError> {
    let form = owner(page, one).map(|form| form.id());
    let named = |other: &&ElementRef<'a>| {
        is(other, "input")
            && kind(other) == "checkbox"
            && other.attr("name") == one.attr("name")
            && owner(page, **other).map(|form| form.id()) == form
    };
    let with_value = page
        .elements
        .iter()
        .filter(named)
        .find(|other| other.attr("value").unwrap_or("on") == text);
    let (wanted, checked) = match (with_value, text) {
        (Some(wanted), _) => (*wanted, true),
        (None, "on" | "true" | "yes") => (one, true),
        (None, "" | "off" | "false" | "no") => (one, false),
        (None, _) => {
            return Err(ActError::Missing(format!(
                "no box of that name has the value `{text}`"
            )));
        }
    };
    Ok(if is_checked(page, wanted) == checked {
        page.stays()
    } else {
        page.edited(wanted, Edit::Checked(checked))
    })
}
