//! The elements of a page, what is shown of them, and what they hold.

use encoding_rs::Encoding;
use scraper::{ElementRef, Html, Node};
use url::Url;

use super::edit::{Edit, Edits, Outcome};

/// A page as a tree.
pub(super) struct Page<'a> {
    pub(super) url: &'a Url,
    /// What relative references start from.
    pub(super) base: Url,
    pub(super) encoding: &'static Encoding,
    /// All of them, in tree order.
    pub(super) elements: Vec<ElementRef<'a>>,
    pub(super) edits: &'a Edits,
    /// Whether a browser would run a script here.
    pub(super) scripted: bool,
}

impl<'a> Page<'a> {
    pub(super) fn of(
        document: &'a Html,
        url: &'a Url,
        encoding: &'static Encoding,
        edits: &'a Edits,
    ) -> Self {
        let root = document.root_element();
        // What a template holds is in no document until a script puts it there.
        let elements: Vec<_> = std::iter::once(root)
            .chain(root.descendent_elements())
            .filter(|element| !ancestors(*element).any(|one| is(&one, "template")))
            .collect();
        let base = elements
            .iter()
            .filter(|element| is(element, "base"))
            .find_map(|element| element.attr("href"))
            .and_then(|href| url.join(href).ok())
            // HTML, section 4.2.3: these two set no base.
            .filter(|base| !matches!(base.scheme(), "data" | "javascript"));
        Self {
            url,
            base: base.unwrap_or_else(|| url.clone()),
            encoding,
            scripted: elements.iter().any(runs),
            elements,
            edits,
        }
    }

    /// The number of an element in tree order.
    pub(super) fn number(&self, element: ElementRef<'_>) -> usize {
        let found = self.elements.iter().position(|other| other.id() == element.id());
        found.unwrap_or(usize::MAX)
    }

    /// What was done to it.
    pub(super) fn edit(&self, element: ElementRef<'_>) -> Option<&Edit> {
        if self.edits.is_empty() {
            return None;
        }
        self.edits.get(&self.number(element))
    }

    /// The page stays as it is.
    pub(super) fn stays(&self) -> Outcome {
        Outcome::Stays(self.edits.clone())
    }

    /// The page stays, with one more edit.
    pub(super) fn edited(&self, element: ElementRef<'_>, edit: Edit) -> Outcome {
        let mut edits = self.edits.clone();
        edits.insert(self.number(element), edit);
        Outcome::Stays(edits)
    }

    /// The element with this id.
    pub(super) fn by_id(&self, id: &str) -> Option<ElementRef<'a>> {
        self.elements
            .iter()
            .find(|element| element.attr("id") == Some(id))
            .copied()
    }

    /// Whether a browser would show it, as far as markup and `style` attributes tell: no style sheet is read.
    pub(super) fn is_shown(&self, element: ElementRef<'a>) -> bool {
        let line = std::iter::once(element).chain(ancestors(element));
        !(is(&element, "input") && kind(&element) == "hidden")
            && line.clone().all(|one| !is_unseen(&one))
            && line
                .filter(|one| is(one, "details"))
                .all(|details| self.shows(details, element))
    }

    /// Whether details show what is in them: their summary always.
    fn shows(&self, details: ElementRef<'a>, element: ElementRef<'a>) -> bool {
        let open = match self.edit(details) {
            Some(Edit::Shown(open)) => *open,
            _ => details.attr("open").is_some(),
        };
        let summary = details.child_elements().find(|child| is(child, "summary"));
        let in_summary = std::iter::once(element)
            .chain(ancestors(element))
            .any(|one| Some(one.id()) == summary.map(|summary| summary.id()));
        open || in_summary || details.id() == element.id()
    }

    /// The words that an element shows, white space collapsed; the name that stands for them where it shows a picture.
    pub(super) fn words(&self, element: ElementRef<'a>) -> String {
        let text = match (element.value().name(), kind(&element).as_str()) {
            ("input", "image") => element.attr("alt").unwrap_or("Submit").to_owned(),
            ("input", "submit") => element.attr("value").unwrap_or("Submit").to_owned(),
            ("input", "reset") => element.attr("value").unwrap_or("Reset").to_owned(),
            ("input", _) => element.attr("value").unwrap_or_default().to_owned(),
            _ => self.text(element),
        };
        let shown = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if !shown.is_empty() {
            return shown;
        }
        let named = element.attr("aria-label").or(element.attr("title"));
        let pictured = || element.descendent_elements().find_map(|image| image.attr("alt"));
        named.or_else(pictured).unwrap_or_default().trim().to_owned()
    }

    fn text(&self, element: ElementRef<'a>) -> String {
        let texts = element.descendants().filter_map(|node| match node.value() {
            Node::Text(text) => {
                let parent = node.parent().and_then(ElementRef::wrap)?;
                self.is_shown(parent).then_some(&**text)
            }
            // A line break is white space, and a field in a label says nothing.
            Node::Element(element) if element.name() == "br" => Some(" "),
            _ => None,
        });
        texts.collect()
    }

    /// What a field holds: what was typed, or what came.
    pub(super) fn value(&self, field: ElementRef<'a>) -> String {
        match self.edit(field) {
            Some(Edit::Typed(text)) => text.clone(),
            _ if is(&field, "textarea") => field.text().collect(),
            _ => {
                let value = field.attr("value").unwrap_or_default();
                match kind(&field).as_str() {
                    "hidden" => value.to_owned(),
                    "email" | "url" => value.replace(['\r', '\n'], "").trim().to_owned(),
                    _ => value.replace(['\r', '\n'], ""),
                }
            }
        }
    }
}

/// The elements around one, the nearest first.
pub(super) fn ancestors(element: ElementRef<'_>) -> impl Iterator<Item = ElementRef<'_>> + Clone {
    element.ancestors().filter_map(ElementRef::wrap)
}

/// Whether an element has this name.
pub(super) fn is(element: &ElementRef<'_>, name: &str) -> bool {
    element.value().name() == name
}

/// The state of an `input` or `button`, in lower case; the name of any other element.
pub(super) fn kind(element: &ElementRef<'_>) -> String {
    let written = element.attr("type").unwrap_or_default().to_ascii_lowercase();
    match element.value().name() {
        "input" if KINDS.contains(&written.as_str()) => written,
        "input" => "text".to_owned(),
        "button" if matches!(written.as_str(), "reset" | "button") => written,
        "button" => "submit".to_owned(),
        other => other.to_owned(),
    }
}

/// HTML, section 4.10.5: the types that an `input` can have; any other is `text`.
const KINDS: [&str; 21] = [
    "hidden",
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
    "range",
    "color",
    "checkbox",
    "radio",
    "file",
    "submit",
    "image",
    "reset",
    "button",
];

/// Elements whose content a browser shows nobody, or with scripts on does not have.
const UNSEEN: [&str; 9] = [
    "head", "script", "style", "template", "noscript", "datalist", "iframe", "title", "noframes",
];

fn is_unseen(element: &ElementRef<'_>) -> bool {
    let style: String = element
        .attr("style")
        .unwrap_or_default()
        .to_ascii_lowercase()
        .split_whitespace()
        .collect();
    UNSEEN.contains(&element.value().name())
        || element.attr("hidden").is_some()
        || element.attr("inert").is_some()
        || element.attr("popover").is_some()
        || (is(element, "dialog") && element.attr("open").is_none())
        || ["display:none", "visibility:hidden"]
            .iter()
            .any(|rule| style.contains(rule))
}

/// Whether it is a script that a browser runs, or data and templates that only look like one.
fn runs(element: &ElementRef<'_>) -> bool {
    if element.attr("onload").is_some() && is(element, "body") {
        return true;
    }
    let kind = element
        .attr("type")
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    is(element, "script")
        && (kind.is_empty()
            || kind == "module"
            || kind.ends_with("javascript")
            || kind.ends_with("ecmascript"))
}
