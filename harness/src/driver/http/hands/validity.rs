//! What keeps a browser from sending a form: the constraints on its controls (HTML, section 4.10.20).

use std::sync::LazyLock;

use regex::Regex;
use scraper::ElementRef;
use url::Url;

use super::{
    edit::Edit,
    owner::{controls, group, is_disabled},
    page::{Page, ancestors, is, kind},
    state::{is_checked, option_value, selected},
};

/// What a valid e-mail address is, by HTML's own words (section 4.10.5.1.5).
static MAIL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$",
    )
    .expect("the pattern is well-formed")
});

/// Why a browser would not send this form, if it would not.
pub(super) fn complaint<'a>(page: &Page<'a>, form: ElementRef<'a>) -> Option<String> {
    let candidates = controls(page, form).into_iter().filter(is_validated);
    candidates
        .filter_map(|control| Some((control, wrong(page, control)?)))
        .map(|(control, why)| {
            let name = control
                .attr("name")
                .or(control.attr("id"))
                .unwrap_or("without a name");
            format!("a browser would not send the form: its field `{name}` {why}")
        })
        .next()
}

fn is_validated(control: &ElementRef<'_>) -> bool {
    let kind = kind(control);
    matches!(control.value().name(), "input" | "select" | "textarea")
        && !matches!(kind.as_str(), "hidden" | "button" | "reset" | "submit" | "image")
        && !is_disabled(*control)
        && control.attr("readonly").is_none()
        && !ancestors(*control).any(|one| is(&one, "datalist"))
}

fn wrong<'a>(page: &Page<'a>, control: ElementRef<'a>) -> Option<String> {
    let required = control.attr("required").is_some();
    let value = page.value(control);
    match kind(&control).as_str() {
        "checkbox" => (required && !is_checked(page, control)).then(|| "must be checked".to_owned()),
        "radio" => {
            let group = group(page, control);
            let needed = group.iter().any(|one| one.attr("required").is_some());
            (needed && !group.iter().any(|one| is_checked(page, *one)))
                .then(|| "needs one of its group to be checked".to_owned())
        }
        "file" => required.then(|| "must have a file".to_owned()),
        "select" => {
            let empty = selected(page, control)
                .iter()
                .all(|option| option_value(option).is_empty());
            (required && empty).then(|| "must have a choice".to_owned())
        }
        _ if value.is_empty() => required.then(|| "must be filled in".to_owned()),
        "email" => {
            let mut addresses = match control.attr("multiple") {
                Some(_) => value.split(',').map(str::trim).collect::<Vec<_>>(),
                None => vec![value.as_str()],
            };
            addresses.retain(|address| !MAIL.is_match(address));
            addresses
                .first()
                .map(|address| format!("holds `{address}`, which is no e-mail address"))
                .or_else(|| text(page, control, &value))
        }
        "url" if Url::parse(&value).is_err() => Some(format!("holds `{value}`, which is no URL")),
        "number" => number(control, &value),
        _ => text(page, control, &value),
    }
}

fn text<'a>(page: &Page<'a>, control: ElementRef<'a>, value: &str) -> Option<String> {
    let least = control
        .attr("minlength")
        .and_then(|least| least.trim().parse::<usize>().ok());
    // Only what a person typed is measured.
    let typed = matches!(page.edit(control), Some(Edit::Typed(_)));
    if typed && least.is_some_and(|least| value.encode_utf16().count() < least) {
        return Some("is too short".to_owned());
    }
    let pattern = control.attr("pattern").filter(|_| is(&control, "input"))?;
    // A pattern that cannot be read constrains nothing, in a browser too.
    let pattern = Regex::new(&format!("^(?:{pattern})$")).ok()?;
    (!pattern.is_match(value)).then(|| format!("holds `{value}`, which does not match its pattern"))
}

fn number(control: ElementRef<'_>, value: &str) -> Option<String> {
    let Ok(number) = value.trim().parse::<f64>() else {
        return Some(format!("holds `{value}`, which is no number"));
    };
    let limit = |name: &str| {
        control
            .attr(name)
            .and_then(|limit| limit.trim().parse::<f64>().ok())
    };
    let (least, most) = (limit("min"), limit("max"));
    if least.is_some_and(|least| number < least) || most.is_some_and(|most| number > most) {
        return Some(format!("holds {number}, which is out of its range"));
    }
    let any = control
        .attr("step")
        .is_some_and(|step| step.trim().eq_ignore_ascii_case("any"));
    let step = limit("step").filter(|step| *step > 0.0).unwrap_or(1.0);
    let base = least.or_else(|| limit("value")).unwrap_or(0.0);
    let steps = (number - base) / step;
    (!any && (steps - steps.round()).abs() > 1e-9)
        .then(|| format!("holds {number}, which is between its steps"))
}
