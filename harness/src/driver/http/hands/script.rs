//! What only a script would do: told from what stands in the page, since no script is run here.

use scraper::ElementRef;

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
