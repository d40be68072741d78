//! What a form says: its entry list (HTML, section 4.10.21.4).

use encoding_rs::Encoding;
use scraper::ElementRef;

use super::{
    owner::{controls, is_disabled, submits},
    page::{Page, ancestors, is, kind},
    state::{is_checked, option_value, selected},
};

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) value: String,
    /// Whether it is the file that nobody chose.
    pub(super) file: bool,
}

/// The entries of a form that this control sends, in order.
pub(super) fn entries<'a>(
    page: &Page<'a>,
    form: ElementRef<'a>,
    submitter: Option<ElementRef<'a>>,
    encoding: &'static Encoding,
) -> Vec<Entry> {
    let mut entries = Vec::new();
    for control in controls(page, form) {
        let pressed = submitter.is_some_and(|submitter| submitter.id() == control.id());
        if is_disabled(control)
            || ancestors(control).any(|one| is(&one, "datalist"))
            || (is_button(&control) && !pressed)
        {
            continue;
        }
        of(page, control, encoding, &mut entries);
    }
    entries
}

fn is_button(control: &ElementRef<'_>) -> bool {
    is(control, "button") || submits(control) || matches!(kind(control).as_str(), "button" | "reset")
}

fn of<'a>(page: &Page<'a>, control: ElementRef<'a>, encoding: &'static Encoding, entries: &mut Vec<Entry>) {
    let name = control.attr("name").unwrap_or_default();
    let mut add = |name: &str, value: String, file: bool| {
        entries.push(Entry {
            name: name.to_owned(),
            value,
            file,
        });
    };
    let kind = kind(&control);
    if kind == "image" {
        // Where on the picture nobody can know who does not see it.
        let prefix = if name.is_empty() {
            String::new()
        } else {
            format!("{name}.")
        };
        add(&format!("{prefix}x"), "0".to_owned(), false);
        add(&format!("{prefix}y"), "0".to_owned(), false);
        return;
    }
    if name.is_empty() {
        return;
    }
    match kind.as_str() {
        "fieldset" | "object" | "output" => {}
        "select" => selected(page, control)
            .iter()
            .for_each(|option| add(name, option_value(option), false)),
        "checkbox" | "radio" => {
            if is_checked(page, control) {
                add(name, control.attr("value").unwrap_or("on").to_owned(), false);
            }
        }
        "file" => add(name, String::new(), true),
        "hidden" if name.eq_ignore_ascii_case("_charset_") => add(name, encoding.name().to_owned(), false),
        _ => {
            add(name, page.value(control), false);
            if let Some(dirname) = control.attr("dirname").filter(|dirname| !dirname.is_empty()) {
                let right_to_left = std::iter::once(control)
                    .chain(ancestors(control))
                    .find_map(|one| one.attr("dir"))
                    .is_some_and(|dir| dir.eq_ignore_ascii_case("rtl"));
                add(
                    dirname,
                    if right_to_left { "rtl" } else { "ltr" }.to_owned(),
                    false,
                );
            }
        }
    }
}
