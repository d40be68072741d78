//! What a person could try on a page who looks for the way in: its forms, links and buttons, each with what is to be done.

use encoding_rs::UTF_8;
use scraper::{ElementRef, Html};
use url::Url;

use super::{
    edit::Edits,
    find::{Wanted, find},
    owner::{controls, is_disabled, owner, submits},
    page::{Page, is, kind},
};
use crate::driver::{
    act::{Act, Target},
    page::is_bomb,
};

/// The doors of a page.
#[derive(Clone, Debug, Default)]
pub(crate) struct Doors {
    /// In tree order.
    pub(crate) all: Vec<Door>,
    /// Whether a browser would run scripts there.
    pub(crate) scripted: bool,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Door {
    pub(crate) kind: DoorKind,
    /// What is to be done, in order; `{mail}` and `{domain}` stand for whoever does it.
    pub(crate) acts: Vec<Act>,
    /// Where it leads, where the page says so.
    pub(crate) leads: Option<Url>,
    /// What it shows, and what its page calls it.
    pub(crate) words: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DoorKind {
    /// A form, by one of its buttons.
    Form,
    /// A link.
    Link,
    /// A button without a form.
    Button,
}

/// The longest text that a target is made of.
const LONGEST: usize = 60;

/// The doors of a page with this address. Forms that ask for a password are none, nor are those that ask for several things.
pub(crate) fn doors(html: &str, url: &Url) -> Doors {
    if is_bomb(html) {
        return Doors {
            scripted: true,
            ..Doors::default()
        };
    }
    let (document, edits) = (Html::parse_document(html), Edits::new());
    let page = Page::of(&document, url, UTF_8, &edits);
    let all = page.elements.iter().copied().filter(|one| page.is_shown(*one));
    Doors {
        all: all.flat_map(|element| of(&page, element)).collect(),
        scripted: page.scripted,
    }
}

fn of<'a>(page: &Page<'a>, element: ElementRef<'a>) -> Vec<Door> {
    match element.value().name() {
        "form" => forms(page, element),
        "a" if element.attr("href").is_some() => link(page, element).into_iter().collect(),
        "button" | "input" if kind(&element) != "reset" && owner(page, element).is_none() => {
            let pressable = submits(&element) || kind(&element) == "button";
            let button = (pressable && page.scripted).then(|| button(page, element));
            button.flatten().into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn link<'a>(page: &Page<'a>, link: ElementRef<'a>) -> Option<Door> {
    let href = link.attr("href")?.trim();
    let leads = page.base.join(href).ok()?;
    let walks = matches!(leads.scheme(), "http" | "https")
        && !href.starts_with('#')
        && link.attr("download").is_none();
    // A link that goes nowhere by itself is a button of a script's.
    let scripted = page.scripted && (href.starts_with('#') || leads.scheme() == "javascript");
    (walks || scripted).then_some(())?;
    Some(Door {
        kind: if walks { DoorKind::Link } else { DoorKind::Button },
        acts: vec![Act::Click(target(page, link)?)],
        words: named(page, link),
        leads: walks.then_some(leads),
    })
}

fn button<'a>(page: &Page<'a>, button: ElementRef<'a>) -> Option<Door> {
    Some(Door {
        kind: DoorKind::Button,
        acts: vec![Act::Click(target(page, button)?)],
        leads: None,
        words: named(page, button),
    })
}

/// A form once for each of its buttons; with its one field filled in.
fn forms<'a>(page: &Page<'a>, form: ElementRef<'a>) -> Vec<Door> {
    let controls = controls(page, form);
    let seen = || {
        controls
            .iter()
            .copied()
            .filter(|one| page.is_shown(*one) && !is_disabled(*one))
    };
    let asks = |one: &ElementRef<'_>| {
        matches!(
            kind(one).as_str(),
            "text" | "email" | "search" | "tel" | "url" | "number" | "password" | "textarea" | "file"
        )
    };
    let fields: Vec<_> = seen().filter(asks).collect();
    let fill = match fields.as_slice() {
        [] => None,
        [field] => match asked(page, *field) {
            Some(fill) => Some(fill),
            None => return Vec::new(),
        },
        _ => return Vec::new(),
    };
    let leads = page.base.join(form.attr("action").unwrap_or_default()).ok();
    let door = |send: Act, words: String| Door {
        kind: DoorKind::Form,
        acts: fill.clone().into_iter().chain([send]).collect(),
        leads: leads.clone(),
        words,
    };
    let buttons: Vec<_> = seen().filter(submits).collect();
    let pressed: Vec<Door> = buttons
        .iter()
        .filter_map(|button| {
            Some(door(
                Act::Click(target(page, *button)?),
                format!("{} {}", named(page, *button), named(page, form)),
            ))
        })
        .collect();
    if !pressed.is_empty() {
        return pressed;
    }
    let sent = target(page, form).map(|form_target| door(Act::Submit(form_target), named(page, form)));
    sent.into_iter().collect()
}

/// What is typed into a form's only field, where its names tell.
fn asked<'a>(page: &Page<'a>, field: ElementRef<'a>) -> Option<Act> {
    if matches!(
        kind(&field).as_str(),
        "password" | "search" | "number" | "file" | "tel" | "textarea"
    ) {
        return None;
    }
    let names = named(page, field).to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| names.contains(word));
    let mail = kind(&field) == "email" || says(&["mail", "user", "login", "upn", "account", "identifier"]);
    let with = match () {
        () if mail => "{mail}",
        () if says(&["domain", "company", "organi", "tenant"]) => "{domain}",
        () => return None,
    };
    Some(Act::Fill(target(page, field)?, with.to_owned()))
}

/// Everything that an element calls itself, and what its labels say.
fn named<'a>(page: &Page<'a>, element: ElementRef<'a>) -> String {
    let attributes = [
        "id",
        "name",
        "value",
        "class",
        "placeholder",
        "aria-label",
        "autocomplete",
        "href",
        "action",
        "title",
    ];
    let mut names: Vec<String> = attributes
        .iter()
        .filter_map(|name| element.attr(name))
        .map(str::to_owned)
        .collect();
    if is(&element, "form") {
        return names.join(" ");
    }
    names.push(page.words(element));
    let labels = page.elements.iter().filter(|label| is(label, "label"));
    let id = element.attr("id");
    let mine = labels.filter(|label| {
        (id.is_some() && label.attr("for") == id)
            || label.descendent_elements().any(|one| one.id() == element.id())
    });
    names.extend(mine.map(|label| page.words(*label)));
    names.join(" ")
}

/// A target that means this element and no other, as a person would write it.
fn target<'a>(page: &Page<'a>, element: ElementRef<'a>) -> Option<Target> {
    let name = element.value().name();
    let words = match name {
        "form" | "select" | "textarea" => String::new(),
        "input" if !submits(&element) && kind(&element) != "button" => String::new(),
        _ => page.words(element),
    };
    let words = (!words.is_empty() && words.chars().count() <= LONGEST).then(|| format!("text:{words}"));
    let id = element
        .attr("id")
        .filter(|id| plain(id))
        .map(|id| format!("#{id}"));
    let by = |attribute: &str| {
        let value = element
            .attr(attribute)?
            .replace('\\', "\\\\")
            .replace('"', "\\\"");
        Some(format!("{name}[{attribute}=\"{value}\"]"))
    };
    let all = [
        words,
        id,
        Some(name.to_owned()),
        by("name"),
        by("action"),
        by("href"),
        by("type"),
    ];
    let readable = all
        .into_iter()
        .flatten()
        .filter_map(|text| text.parse::<Target>().ok());
    readable
        .into_iter()
        .find(|target| is_alone(page, target, element))
}

/// Whether a target finds this element, and a selector no other that is shown.
fn is_alone<'a>(page: &Page<'a>, target: &Target, element: ElementRef<'a>) -> bool {
    let found = find(page, target, Wanted::Form);
    let meant = found.is_ok_and(|found| found.id() == element.id());
    match target {
        Target::Text(_) => meant,
        Target::Css(css) => {
            let same =
                |one: &&ElementRef<'a>| page.is_shown(**one) && one.value().name() == element.value().name();
            meant && (css != element.value().name() || page.elements.iter().filter(same).count() == 1)
        }
    }
}

/// Whether an id needs no escape in a selector, and is not made anew each time.
fn plain(id: &str) -> bool {
    id.starts_with(|c: char| c.is_ascii_alphabetic())
        && id
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        && id.chars().filter(char::is_ascii_digit).count() < 4
}
