//! The scripts of a page: which there are, which would run, and which submit a form. None is run: what is not plain from
//! its text is not done.

use std::{borrow::Cow, collections::BTreeMap};

use scraper::ElementRef;
use url::Url;

use super::before::before;
use crate::driver::http::{
    hands::{Page, is, is_script},
    policy::{Context, Inline},
};

/// So many scripts of a page are loaded.
const MOST: usize = 8;

/// A script that was asked for: its text, or why it does not run.
pub(in crate::driver::http) type Loaded = Result<String, String>;

/// A script that submits a form.
#[derive(Debug)]
pub(super) struct Submits {
    pub(super) code: String,
    /// Its number among the elements.
    pub(super) at: usize,
    /// It runs when the page is there whole.
    pub(super) later: bool,
    /// The page as it leads when the script runs.
    pub(super) context: Context,
}

struct Script<'a> {
    element: ElementRef<'a>,
    at: usize,
    how: How<'a>,
}

enum How<'a> {
    Inline(Cow<'a, str>),
    Handler(&'a str),
    External(Url),
}

/// The scripts that must be loaded: those that may be, where none that stands in the page submits.
pub(super) fn wanted(page: &Page<'_>, context: &Context) -> Vec<Url> {
    let all = scripts(page);
    let inside = all.iter().any(|script| match &script.how {
        How::Inline(code) => submits(code),
        How::Handler(code) => submits(code),
        How::External(_) => false,
    });
    if inside {
        return Vec::new();
    }
    let external = all.iter().filter_map(|script| match &script.how {
        How::External(url) => {
            let context = before(page, context, script.at);
            let nonce = script.element.attr("nonce");
            context.policies.may_load(url, nonce).ok().map(|()| url.clone())
        }
        _ => None,
    });
    external.take(MOST).collect()
}

/// The first script that submits a form and would run.
///
/// # Errors
/// The rule by which none does; none if there is no script at all.
pub(super) fn submitting(
    page: &Page<'_>,
    context: &Context,
    loaded: &BTreeMap<Url, Loaded>,
) -> Result<Submits, Option<String>> {
    let mut rule = None;
    for script in scripts(page) {
        let element = script.element;
        let nonce = element.attr("nonce");
        let early = before(page, context, script.at);
        let (code, allowed, handler) = match &script.how {
            How::Inline(code) => {
                let allowed = early.policies.may_run(Inline::Element(nonce), code);
                (code.clone().into_owned(), allowed, false)
            }
            How::Handler(code) => {
                let allowed = early.policies.may_run(Inline::Handler, code);
                ((*code).to_owned(), allowed, true)
            }
            How::External(url) => match (early.policies.may_load(url, nonce), loaded.get(url)) {
                (Ok(()), Some(Ok(code))) => (code.clone(), Ok(()), false),
                (Ok(()), Some(Err(why))) => {
                    rule.get_or_insert_with(|| why.clone());
                    continue;
                }
                (Ok(()), None) => continue,
                // What it would do nobody knows; it is the only one that could.
                (Err(why), _) => {
                    rule.get_or_insert(why);
                    continue;
                }
            },
        };
        if !submits(&code) {
            rule.get_or_insert_with(|| "no script of the page is seen to submit its form".to_owned());
            continue;
        }
        match allowed {
            Ok(()) => {
                let later = handler || waits(&element, &code);
                let context = if later {
                    before(page, context, usize::MAX)
                } else {
                    early
                };
                let at = script.at;
                return Ok(Submits {
                    code,
                    at,
                    later,
                    context,
                });
            }
            Err(why) => rule = Some(why),
        }
    }
    Err(rule)
}

fn scripts<'a>(page: &Page<'a>) -> Vec<Script<'a>> {
    let found = page.elements.iter().enumerate().filter_map(|(at, element)| {
        let element = *element;
        if is(&element, "body") {
            let code = element.attr("onload")?;
            return Some(Script {
                element,
                at,
                how: How::Handler(code),
            });
        }
        if !is_script(&element) || element.attr("nomodule").is_some() {
            return None;
        }
        let how = match element.attr("src") {
            Some(src) => How::External(page.base.join(src.trim()).ok().filter(|url| url.has_host())?),
            None => How::Inline(element.text().collect::<String>().into()),
        };
        Some(Script { element, at, how })
    });
    found.collect()
}

/// Whether a script submits a form, or presses its button.
pub(super) fn submits(code: &str) -> bool {
    calls(code, "submit") || presses(code)
}

/// Whether it presses a button only.
pub(super) fn presses(code: &str) -> bool {
    calls(code, "click") && !calls(code, "submit")
}

/// Whether a function of this name is called there: `submit()`, `requestSubmit()`, `submit.call(form)`.
fn calls(code: &str, name: &str) -> bool {
    let lower = code.to_ascii_lowercase();
    lower.match_indices(name).any(|(at, _)| {
        let after = lower.get(at + name.len()..).unwrap_or_default();
        let after = after
            .strip_prefix("']")
            .or_else(|| after.strip_prefix("\"]"))
            .unwrap_or(after);
        let after = after.strip_prefix(".call").unwrap_or(after).trim_ascii_start();
        after.starts_with('(') && !after.trim_start_matches(['(', ' ']).starts_with("function") && {
            let before = lower.get(..at).unwrap_or_default().trim_ascii_end();
            before.ends_with(['.', '\'', '"']) || before.ends_with(".request")
        }
    })
}

/// Whether a script runs, or submits, when the page is there whole.
fn waits(element: &ElementRef<'_>, code: &str) -> bool {
    const LATER: [&str; 6] = [
        "onload",
        "addeventlistener",
        "ready(",
        "settimeout",
        "$(",
        "requestanimationframe",
    ];
    let deferred =
        element.attr("src").is_some() && (element.attr("defer").is_some() || element.attr("async").is_some());
    let module = element
        .attr("type")
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("module"));
    let code = code.to_ascii_lowercase();
    deferred || module || LATER.iter().any(|word| code.contains(word))
}
