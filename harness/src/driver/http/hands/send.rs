//! What sending a form does (HTML, section 4.10.21.3).

use encoding_rs::{Encoding, UTF_8};
use reqwest::Method;
use scraper::ElementRef;

use super::{
    body,
    edit::Outcome,
    entries::{Entry, entries},
    page::{Page, is},
    script::{framed, handled},
    validity::complaint,
};
use crate::driver::{act::ActError, http::outbound::Outbound};

/// Sends a form by this button.
pub(super) fn send<'a>(
    page: &Page<'a>,
    form: ElementRef<'a>,
    submitter: Option<ElementRef<'a>>,
) -> Result<Outcome, ActError> {
    let said = |of_button: &str, of_form: &str| {
        let of_button = submitter.and_then(|button| button.attr(of_button));
        of_button.or(form.attr(of_form))
    };
    handled(form, &["onsubmit"])?;
    let unchecked = form.attr("novalidate").is_some()
        || submitter.is_some_and(|button| button.attr("formnovalidate").is_some());
    if !unchecked && let Some(complaint) = complaint(page, form) {
        return Err(ActError::Missing(complaint));
    }
    let method = said("formmethod", "method")
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    if method == "dialog" {
        return Err(ActError::Missing(
            "the form closes a dialog, and sends nothing".to_owned(),
        ));
    }
    let action = said("formaction", "action").unwrap_or_default().trim();
    if form.attr("action").is_none() && action.is_empty() && prevents(page) {
        return Err(ActError::NeedsBrowser(
            "a script of the page takes the form, which has no address of its own".to_owned(),
        ));
    }
    let mut url = match action {
        "" => page.url.clone(),
        action => page
            .base
            .join(action)
            .map_err(|_| ActError::Missing(format!("the form leads nowhere: `{action}` is no URL")))?,
    };
    if url.scheme() == "javascript" {
        return Err(ActError::NeedsBrowser(
            "the form runs a script (javascript:), which only a browser does".to_owned(),
        ));
    }
    framed(
        page,
        submitter
            .and_then(|button| button.attr("formtarget"))
            .or(form.attr("target")),
    )?;
    let encoding = encoding(page, form);
    let entries = entries(page, form, submitter, encoding);
    let names = entries.iter().map(|entry| entry.name.clone()).collect();
    let request = if method == "post" {
        let content = content(said("formenctype", "enctype"), &entries, encoding);
        Outbound::from_page(page.url, Method::POST, url, Some(content), names)
    } else {
        // What stood in the address before is gone.
        url.set_query(Some(&body::urlencoded(&entries, encoding)));
        Outbound::from_page(page.url, Method::GET, url, None, names)
    };
    Ok(Outcome::Goes(Box::new(request)))
}

fn content(enctype: Option<&str>, entries: &[Entry], encoding: &'static Encoding) -> (String, Vec<u8>) {
    match enctype.unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "multipart/form-data" => body::multipart(entries, encoding),
        "text/plain" => ("text/plain".to_owned(), body::plain(entries, encoding)),
        _ => (
            "application/x-www-form-urlencoded".to_owned(),
            body::urlencoded(entries, encoding).into_bytes(),
        ),
    }
}

/// The first encoding that the form accepts and that there is, or the page's own.
fn encoding(page: &Page<'_>, form: ElementRef<'_>) -> &'static Encoding {
    let accepted = form.attr("accept-charset").map(|labels| {
        let mut known = labels
            .split_ascii_whitespace()
            .filter_map(|label| Encoding::for_label(label.as_bytes()));
        known.next().unwrap_or(UTF_8)
    });
    accepted.unwrap_or(page.encoding).output_encoding()
}

/// Whether a script that stands in the page keeps forms from being sent.
fn prevents(page: &Page<'_>) -> bool {
    let scripts = page.elements.iter().filter(|one| is(one, "script"));
    let mut texts = scripts.map(|script| script.text().collect::<String>());
    texts.any(|text| text.contains("preventDefault"))
}
