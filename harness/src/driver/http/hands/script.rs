//! What only a script would do: told from what stands in the page, since no script is run here.

use scraper::ElementRef;

use super::page::{Page, is};
use crate::{driver::act::ActError, text::clip};

/// Words of a handler that decides where the browser goes.
const DECIDES: [&str; 11] = [
    "preventdefault",
    "location",
    "submit(",
    "open(",
    "fetch",
    "xmlhttp",
    "axios",
    "history.",
    "navigate",
    "post(",
    "requestsubmit",
];

/// That one of these handlers of an element decides what happens, if one does.
pub(super) fn handled(element: ElementRef<'_>, handlers: &[&str]) -> Result<(), ActError> {
    handlers
        .iter()
        .try_for_each(|handler| match element.attr(handler) {
            Some(code) if decides(code) => Err(ActError::NeedsBrowser(format!(
                "its {handler} runs a script (`{}`), which only a browser does",
                clip(code.trim(), 80)
            ))),
            _ => Ok(()),
        })
}

/// Whether a handler stops what a browser would do, or goes somewhere itself.
fn decides(code: &str) -> bool {
    let code = code.to_ascii_lowercase();
    // What returns something other than true may stop it.
    let returns = code
        .split("return")
        .skip(1)
        .any(|rest| !rest.trim_start().starts_with("true"));
    returns || DECIDES.iter().any(|word| code.contains(word))
}

/// That what comes is shown in a frame of this page, where nobody follows it.
pub(super) fn framed(page: &Page<'_>, target: Option<&str>) -> Result<(), ActError> {
    let of_base = || {
        page.elements
            .iter()
            .filter(|one| is(one, "base"))
            .find_map(|base| base.attr("target"))
    };
    let target = target.or_else(of_base).unwrap_or_default();
    let frame = |one: &ElementRef<'_>| {
        matches!(one.value().name(), "iframe" | "frame") && one.attr("name") == Some(target)
    };
    if !target.is_empty() && page.elements.iter().any(frame) {
        return Err(ActError::NeedsBrowser(format!(
            "it is shown in the frame `{target}`, which only a browser has"
        )));
    }
    Ok(())
}
