//! Sending a form as Enter does it (HTML, section 4.10.21.2).

use scraper::ElementRef;

use super::{
    click::click,
    edit::Outcome,
    owner::{controls, is_disabled, labelled, owner, submits},
    page::{Page, ancestors, is, kind},
    send::send,
};
use crate::driver::act::ActError;

/// Fields of which a form without a button may have one, and is sent by Enter all the same.
const BLOCKING: [&str; 13] = [
    "text",
    "search",
    "tel",
    "url",
    "email",
    "password",
    "date",
    "month",
    "week",
    "time",
    "datetime-local",
    "number",
    "textarea",
];

/// Sends the form that is meant, or that the meant control belongs to, as Enter does: by its first button.
pub(super) fn submit<'a>(page: &Page<'a>, element: ElementRef<'a>) -> Result<Outcome, ActError> {
    if submits(&element) {
        return click(page, element);
    }
    let form = match element.value().name() {
        "form" => Some(element),
        "label" => labelled(page, element).and_then(|control| owner(page, control)),
        _ => owner(page, element).or_else(|| ancestors(element).find(|one| is(one, "form"))),
    };
    let form = form.ok_or_else(|| ActError::Missing("it is no form, and in none".to_owned()))?;
    let controls = controls(page, form);
    match controls.iter().find(|control| submits(control)) {
        Some(button) if is_disabled(*button) => {
            Err(ActError::Missing("the button of the form is disabled".to_owned()))
        }
        Some(button) => click(page, *button),
        None => {
            let fields = controls
                .iter()
                .filter(|one| BLOCKING.contains(&kind(one).as_str()));
            if fields.count() > 1 && page.scripted {
                return Err(ActError::NeedsBrowser(
                    "the form has no button that sends it, so a script does".to_owned(),
                ));
            }
            send(page, form, None)
        }
    }
}
