//! The SAML form that a script of a page submits.

use std::{borrow::Cow, collections::BTreeMap};

use scraper::ElementRef;
use url::Url;

use super::script::{Loaded, Submits, presses, submitting};
use crate::driver::http::{
    hands::{self, Page, controls, is, is_disabled, kind, submits},
    outbound::Outbound,
    policy::Context,
};

/// The form as it is sent, and the page as it leads then. None where there is none that carries SAML, or no script.
///
/// # Errors
/// The rule by which a browser does not send it, or by which only a browser knows whether it does.
pub(super) fn submitted<'a>(
    page: &Page<'a>,
    context: &Context,
    loaded: &BTreeMap<Url, Loaded>,
) -> Result<Option<(Outbound, Context)>, String> {
    let forms: Vec<_> = page.elements.iter().copied().filter(is_form).collect();
    if !forms.iter().any(|form| carries(page, *form)) {
        return Ok(None);
    }
    let script = match submitting(page, context, loaded) {
        Ok(script) => script,
        Err(None) => return Ok(None),
        Err(Some(rule)) => return Err(rule),
    };
    let form = meant(&forms, &script)?;
    if !carries(page, form) {
        return Err("a script submits a form that carries no SAML, which is left to a browser".to_owned());
    }
    sound(page, form, &script)?;
    let submitter = pressed(page, form, &script)?;
    let said = |of_button: &str, of_form: &str| {
        let of_button = submitter.and_then(|button| button.attr(of_button));
        of_button.or(form.attr(of_form))
    };
    if said("formmethod", "method").is_some_and(|method| method.trim().eq_ignore_ascii_case("dialog")) {
        return Ok(None);
    }
    stays_here(page, said("formtarget", "target"))?;
    let url = match said("formaction", "action").map(str::trim) {
        None | Some("") => page.url.clone(),
        Some(action) => join(page, action)?,
    };
    let request = hands::request(page, form, submitter, url);
    Ok(Some((request, script.context)))
}

/// An address as the page writes it, its query in the page's encoding.
fn join(page: &Page<'_>, address: &str) -> Result<Url, String> {
    let encode = encoder(|text| page.encoding.output_encoding().encode(text).0);
    Url::options()
        .base_url(Some(&page.base))
        .encoding_override(Some(&encode))
        .parse(address)
        .map_err(|error| format!("its form leads to `{address}`, which is no URL ({error})"))
}

/// A closure of the type that [`Url`] wants.
fn encoder<F: for<'a> Fn(&'a str) -> Cow<'a, [u8]>>(encode: F) -> F {
    encode
}

/// In the name space of HTML: what only looks like a form is none.
fn is_form(element: &ElementRef<'_>) -> bool {
    is(element, "form") && &*element.value().name.ns == "http://www.w3.org/1999/xhtml"
}

/// Whether a form has a SAML message in a hidden control.
fn carries<'a>(page: &Page<'a>, form: ElementRef<'a>) -> bool {
    controls(page, form).into_iter().any(|control| {
        kind(&control) == "hidden"
            && matches!(control.attr("name"), Some("SAMLResponse" | "SAMLRequest"))
            && !is_disabled(control)
    })
}

/// The form that the script means: the only one, or the one it counts.
fn meant<'a>(forms: &[ElementRef<'a>], script: &Submits) -> Result<ElementRef<'a>, String> {
    if let [only] = forms {
        return Ok(*only);
    }
    let counted = script.code.split_once("forms[").and_then(|(_, rest)| {
        let number: usize = rest.split(']').next()?.trim().parse().ok()?;
        forms.get(number).copied()
    });
    counted.ok_or_else(|| {
        format!(
            "which of {} forms is submitted only the script knows, which no one runs here",
            forms.len()
        )
    })
}

/// That the script does what it says, as far as one can see.
fn sound<'a>(page: &Page<'a>, form: ElementRef<'a>, script: &Submits) -> Result<(), String> {
    if !script.later && script.at < page.number(form) {
        return Err("the script runs before the form is there, and fails".to_owned());
    }
    let controls = controls(page, form);
    let called =
        |control: &ElementRef<'_>| [control.attr("name"), control.attr("id")].contains(&Some("submit"));
    let borrowed = script.code.contains("prototype") || script.code.contains("requestSubmit");
    if controls.iter().any(called) && !borrowed && !presses(&script.code) {
        return Err("a control called `submit` hides what the script calls, which fails".to_owned());
    }
    let left = controls.iter().find(|control| {
        !matches!(
            kind(control).as_str(),
            "hidden" | "submit" | "button" | "image" | "reset" | "fieldset" | "output"
        )
    });
    match left {
        Some(control) => Err(format!(
            "the form has a field to fill in ({}), and is left to a person",
            control.attr("name").unwrap_or("without a name")
        )),
        None => Ok(()),
    }
}

/// The button that the script presses, if it does.
fn pressed<'a>(
    page: &Page<'a>,
    form: ElementRef<'a>,
    script: &Submits,
) -> Result<Option<ElementRef<'a>>, String> {
    if !presses(&script.code) {
        return Ok(None);
    }
    let buttons: Vec<_> = controls(page, form).into_iter().filter(submits).collect();
    match buttons.as_slice() {
        [only] => Ok(Some(*only)),
        _ => Err("which button is pressed only the script knows, which no one runs here".to_owned()),
    }
}

/// That what comes is shown in this tab.
fn stays_here(page: &Page<'_>, target: Option<&str>) -> Result<(), String> {
    let of_base = || {
        let bases = page.elements.iter().filter(|one| is(one, "base"));
        bases.into_iter().find_map(|base| base.attr("target"))
    };
    let target = target.or_else(of_base).unwrap_or_default().to_ascii_lowercase();
    if matches!(
        target.as_str(),
        "" | "_self" | "_top" | "_parent" | "_unfencedtop"
    ) {
        return Ok(());
    }
    Err(format!(
        "the form's target `{target}` is another window, which nobody asked for: browsers block it"
    ))
}
