//! A page of Markdown as mdBook reads it.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// What is asked of a page.
#[derive(Default)]
pub(crate) struct Page {
    /// All words, without markup.
    pub(crate) text: String,
    /// The anchors of its headings.
    pub(crate) anchors: Vec<String>,
    /// Where its links lead.
    pub(crate) links: Vec<String>,
    /// Code between backticks.
    pub(crate) spans: Vec<String>,
    /// Code in blocks, with the word behind the fence.
    pub(crate) blocks: Vec<(String, String)>,
    /// HTML, which no page needs.
    pub(crate) html: Vec<String>,
}

pub(crate) fn page(text: &str) -> Page {
    let mut page = Page::default();
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    let mut heading: Option<String> = None;
    let mut block: Option<(String, String)> = None;
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    for event in Parser::new_ext(text, options) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => {
                let name = anchor(&heading.take().unwrap_or_default());
                let again = taken.entry(name.clone()).or_default();
                page.anchors.push(match *again {
                    0 => name,
                    again => format!("{name}-{again}"),
                });
                *again += 1;
                page.text.push('\n');
            }
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                page.links.push(dest_url.into_string());
            }
            Event::Start(Tag::CodeBlock(kind)) => {
                let kind = match kind {
                    CodeBlockKind::Fenced(kind) => kind.into_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                block = Some((kind, String::new()));
            }
            Event::End(TagEnd::CodeBlock) => page.blocks.extend(block.take()),
            Event::Text(words) => {
                match (&mut block, &mut heading) {
                    (Some((_, code)), _) => code.push_str(&words),
                    (None, Some(heading)) => heading.push_str(&words),
                    (None, None) => {}
                }
                page.text.push_str(&words);
            }
            Event::Code(words) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&words);
                }
                page.text.push_str(&words);
                page.spans.push(words.into_string());
            }
            Event::Html(html) | Event::InlineHtml(html) => page.html.push(html.into_string()),
            Event::SoftBreak | Event::HardBreak => page.text.push(' '),
            Event::End(_) => page.text.push('\n'),
            _ => {}
        }
    }
    page
}

/// The anchor of a heading, by mdBook's rule.
fn anchor(heading: &str) -> String {
    let spaced = heading.trim().to_lowercase().replace(char::is_whitespace, "-");
    spaced
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
        .collect()
}

/// All pages of a folder.
pub(crate) fn pages(folder: &Path) -> BTreeMap<PathBuf, Page> {
    let mut all = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "md") {
                let text = std::fs::read_to_string(&path).unwrap();
                all.insert(path, page(&text));
            }
        }
    }
    all
}
