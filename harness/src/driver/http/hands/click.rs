//! What a click does.

use reqwest::Method;
use scraper::ElementRef;
use url::Url;

use super::{
    edit::{Edit, Outcome},
    owner::{is_disabled, labelled, owner, submits},
    page::{Page, ancestors, is, kind},
    script::{framed, handled},
    send::send,
    state::{check_alone, is_checked},
};
use crate::driver::{act::ActError, http::outbound::Outbound};

/// Clicks on an element, or on what around it answers a click.
pub(super) fn click<'a>(page: &Page<'a>, element: ElementRef<'a>) -> Result<Outcome, ActError> {
    let line = || std::iter::once(element).chain(ancestors(element));
    line().try_for_each(|one| handled(one, &["onclick", "onmousedown", "onmouseup"]))?;
    let Some(active) = line().find(answers) else {
        return Err(idle(page, element));
    };
    match active.value().name() {
        "a" | "area" => follow(page, active),
        "label" => match labelled(page, active) {
            // A click on a label is one on its control.
            Some(control) => click(page, control),
            None => Err(idle(page, active)),
        },
        "summary" => toggle(page, active),
        _ => press(page, active),
    }
}

fn answers(element: &ElementRef<'_>) -> bool {
    match element.value().name() {
        "a" | "area" => element.attr("href").is_some(),
        name => matches!(
            name,
            "button" | "input" | "label" | "select" | "summary" | "textarea"
        ),
    }
}

/// That a click does nothing, or what only a script makes of it.
fn idle(page: &Page<'_>, element: ElementRef<'_>) -> ActError {
    let what = element.value().name();
    if page.scripted || element.attr("onclick").is_some() {
        ActError::NeedsBrowser(format!(
            "a click on this {what} does nothing unless a script makes something of it"
        ))
    } else {
        ActError::Missing(format!("a click on this {what} does nothing"))
    }
}

fn toggle<'a>(page: &Page<'a>, summary: ElementRef<'a>) -> Result<Outcome, ActError> {
    let details = summary
        .parent()
        .and_then(ElementRef::wrap)
        .filter(|parent| is(parent, "details"));
    let details = details.ok_or_else(|| idle(page, summary))?;
    let open = match page.edit(details) {
        Some(Edit::Shown(open)) => *open,
        _ => details.attr("open").is_some(),
    };
    Ok(page.edited(details, Edit::Shown(!open)))
}

fn follow<'a>(page: &Page<'a>, link: ElementRef<'a>) -> Result<Outcome, ActError> {
    let href = link.attr("href").unwrap_or_default().trim();
    let url = page
        .base
        .join(href)
        .map_err(|_| ActError::Missing(format!("the link leads nowhere: `{href}` is no URL")))?;
    if url.scheme() == "javascript" {
        return Err(ActError::NeedsBrowser(
            "the link runs a script (javascript:), which only a browser does".to_owned(),
        ));
    }
    if url.fragment().is_some() && without_fragment(&url) == without_fragment(page.url) {
        return if page.scripted {
            Err(idle(page, link))
        } else {
            Ok(page.stays())
        };
    }
    // Elsewhere a browser takes no notice of the attribute (HTML, section 4.6.6).
    if link.attr("download").is_some() && url.origin() == page.url.origin() {
        return Err(ActError::Missing(
            "the link downloads a file, and no page comes of it".to_owned(),
        ));
    }
    framed(page, link.attr("target"))?;
    let request = Outbound::from_page(page.url, Method::GET, url, None, Vec::new());
    Ok(Outcome::Goes(Box::new(request)))
}

fn without_fragment(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_fragment(None);
    url
}

/// Presses a button, or clicks into a field.
fn press<'a>(page: &Page<'a>, control: ElementRef<'a>) -> Result<Outcome, ActError> {
    if is_disabled(control) {
        return Err(ActError::Missing("it is disabled".to_owned()));
    }
    let form = owner(page, control);
    match (kind(&control).as_str(), form) {
        _ if control.attr("popovertarget").is_some() || control.attr("commandfor").is_some() => Err(
            ActError::NeedsBrowser("it opens something that only a browser shows".to_owned()),
        ),
        (_, Some(form)) if submits(&control) => send(page, form, Some(control)),
        ("submit" | "image" | "button", _) => Err(idle(page, control)),
        ("reset", Some(form)) => {
            let mut edits = page.edits.clone();
            edits.retain(|number, _| {
                let edited = page.elements.get(*number);
                edited
                    .and_then(|one| owner(page, *one))
                    .is_none_or(|one| one.id() != form.id())
            });
            Ok(Outcome::Stays(edits))
        }
        ("checkbox", _) => {
            handled(control, &["onchange", "oninput"])?;
            Ok(page.edited(control, Edit::Checked(!is_checked(page, control))))
        }
        ("radio", _) => {
            handled(control, &["onchange", "oninput"])?;
            Ok(check_alone(page, control))
        }
        _ => Ok(page.stays()),
    }
}
