//! A page as a flat list of blocks: headings, paragraphs, tables, code, each with its line and its styled spans.
//!
//! What the family says stands in bold, code and italics, so the styles are kept; how its lists nest is not, since the
//! editions indent them in every way there is.

use std::collections::BTreeMap;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// The page.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// The keys and values between the dashes at its head.
    pub(super) head: BTreeMap<String, String>,
    /// What follows.
    pub(super) blocks: Vec<Block>,
}

/// One piece that stands on its own.
#[derive(Clone, Debug, Default)]
pub(super) struct Block {
    /// Its first line, counted from 1.
    pub(super) line: usize,
    /// What it is.
    pub(super) kind: Kind,
    /// Its text; of a table, nothing.
    pub(super) spans: Vec<Span>,
    /// It stands in a note, tip or quotation.
    pub(super) note: bool,
}

/// What a block is.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Kind {
    #[default]
    Text,
    Heading(u8),
    Code,
    Table(Vec<Row>),
    /// A table in HTML, which is not read.
    HtmlTable,
}

/// One row of a table; the first is its head.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Row {
    pub(super) line: usize,
    pub(super) cells: Vec<Vec<Span>>,
}

/// Text of one style.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Span {
    pub(super) style: Style,
    pub(super) text: String,
    pub(super) line: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Bold,
    Italic,
    Code,
}

/// The text of some spans, with each run of blanks as one.
pub(super) fn text(spans: &[Span]) -> String {
    let all: String = spans.iter().map(|span| span.text.as_str()).collect();
    all.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Block {
    pub(super) fn text(&self) -> String {
        text(&self.spans)
    }
}

impl Page {
    pub(super) fn parse(source: &str) -> Self {
        let source = source.strip_prefix('\u{feff}').unwrap_or(source);
        let (head, skipped) = head(source);
        let mut blocks = Vec::new();
        Walk::over(
            &source[skipped..],
            lines_before(source, skipped),
            true,
            &mut blocks,
        );
        Self { head, blocks }
    }
}

fn lines_before(source: &str, at: usize) -> usize {
    source.as_bytes()[..at]
        .iter()
        .filter(|byte| **byte == b'\n')
        .count()
}

/// The head, and where the text after it begins. A head without an end is none.
fn head(source: &str) -> (BTreeMap<String, String>, usize) {
    let mut found = BTreeMap::new();
    let mut at = 0;
    for (number, line) in source.split_inclusive('\n').enumerate() {
        at += line.len();
        match (number, line.trim_end()) {
            (0, "---") => {}
            (0, _) => break,
            (_, "---") => return (found, at),
            (_, line) => {
                if let Some((key, value)) = line.split_once(':') {
                    let value = value.trim().trim_matches(['\'', '"']);
                    found.insert(key.trim().to_owned(), value.to_owned());
                }
            }
        }
    }
    (BTreeMap::new(), 0)
}

/// The state while the parser's events go by.
struct Walk<'a> {
    lines: Vec<usize>,
    blocks: &'a mut Vec<Block>,
    open: Block,
    row: Row,
    cell: bool,
    bold: usize,
    italic: usize,
    image: usize,
    quote: usize,
    indented: bool,
}

impl<'a> Walk<'a> {
    /// `deeper`: whether what is indented like code is read as text, which it is where a list went wrong.
    fn over(source: &str, skipped: usize, deeper: bool, blocks: &'a mut Vec<Block>) {
        let mut walk = Self {
            lines: source.match_indices('\n').map(|(at, _)| at).collect(),
            blocks,
            open: Block::default(),
            row: Row::default(),
            cell: false,
            bold: 0,
            italic: 0,
            image: 0,
            quote: 0,
            indented: false,
        };
        for (event, range) in Parser::new_ext(source, Options::ENABLE_TABLES).into_offset_iter() {
            let line = walk.lines.partition_point(|end| *end < range.start) + 1 + skipped;
            walk.take(event, line, deeper);
        }
        walk.close();
    }

    fn take(&mut self, event: Event<'_>, line: usize, deeper: bool) {
        match event {
            Event::Start(tag) => self.start(&tag, line),
            Event::End(tag) => self.end(tag, deeper),
            Event::Text(text) => self.push(&text, None, line),
            Event::Code(text) => self.push(&text, Some(Style::Code), line),
            Event::SoftBreak | Event::HardBreak => self.push(" ", None, line),
            // `<SUBDOMAIN>` outside code is no tag of HTML.
            Event::InlineHtml(tag) if !is_html(&tag) => self.push(&tag, None, line),
            Event::InlineHtml(tag) if tag.starts_with("<br") => self.push(" ", None, line),
            Event::Html(html) if html.to_ascii_lowercase().contains("<table") => {
                self.close();
                self.open.line = line;
                self.open.kind = Kind::HtmlTable;
                self.push(" ", None, line);
                self.close();
            }
            _ => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>, line: usize) {
        match tag {
            Tag::Strong => self.bold += 1,
            Tag::Emphasis => self.italic += 1,
            Tag::Image { .. } => self.image += 1,
            Tag::Link { .. } | Tag::TableHead | Tag::HtmlBlock => {}
            Tag::BlockQuote(_) => {
                self.close();
                self.quote += 1;
            }
            Tag::Heading { level, .. } => {
                self.close();
                self.open.kind = Kind::Heading(depth(*level));
            }
            Tag::CodeBlock(kind) => {
                self.close();
                self.open.kind = Kind::Code;
                self.indented = matches!(kind, CodeBlockKind::Indented);
            }
            Tag::Table(_) => {
                self.close();
                self.open.line = line;
                self.open.kind = Kind::Table(Vec::new());
            }
            Tag::TableRow => self.row.line = line,
            Tag::TableCell => {
                self.cell = true;
                self.row.cells.push(Vec::new());
            }
            _ => self.close(),
        }
        if matches!(tag, Tag::TableHead) {
            self.row.line = line;
        }
    }

    fn end(&mut self, tag: TagEnd, deeper: bool) {
        match tag {
            TagEnd::Strong => self.bold = self.bold.saturating_sub(1),
            TagEnd::Emphasis => self.italic = self.italic.saturating_sub(1),
            TagEnd::Image => self.image = self.image.saturating_sub(1),
            TagEnd::Link | TagEnd::HtmlBlock => {}
            TagEnd::BlockQuote(_) => {
                self.close();
                self.quote = self.quote.saturating_sub(1);
            }
            TagEnd::TableCell => self.cell = false,
            TagEnd::TableHead | TagEnd::TableRow => {
                let row = std::mem::take(&mut self.row);
                if let Kind::Table(rows) = &mut self.open.kind {
                    rows.push(row);
                }
            }
            TagEnd::CodeBlock if self.indented && deeper => {
                let block = std::mem::take(&mut self.open);
                self.indented = false;
                let text: String = block.spans.iter().map(|span| span.text.as_str()).collect();
                let flush: String = text
                    .split_inclusive('\n')
                    .map(|line| line.trim_start_matches([' ', '\t']))
                    .collect();
                let from = self.blocks.len();
                Walk::over(&flush, block.line.saturating_sub(1), false, self.blocks);
                for block in &mut self.blocks[from..] {
                    block.note |= self.quote > 0;
                }
            }
            _ => self.close(),
        }
    }

    fn push(&mut self, text: &str, style: Option<Style>, line: usize) {
        if self.image > 0 {
            return;
        }
        let style = style.unwrap_or(match (self.bold, self.italic) {
            (0, 0) => Style::Plain,
            (0, _) => Style::Italic,
            _ => Style::Bold,
        });
        let spans = match self.row.cells.last_mut() {
            Some(cell) if self.cell => cell,
            _ => &mut self.open.spans,
        };
        if spans.is_empty() && !self.cell && self.open.line == 0 {
            self.open.line = line;
        }
        match spans.last_mut() {
            Some(last) if last.style == style && style != Style::Code => last.text.push_str(text),
            _ => spans.push(Span {
                style,
                text: text.to_owned(),
                line,
            }),
        }
    }

    fn close(&mut self) {
        let mut block = std::mem::take(&mut self.open);
        block.note = self.quote > 0;
        let is_table = matches!(&block.kind, Kind::Table(rows) if !rows.is_empty());
        if is_table || block.spans.iter().any(|span| !span.text.is_empty()) {
            self.blocks.push(block);
        }
        self.indented = false;
    }
}

fn depth(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

/// Whether a tag is one that pages use as HTML, and no placeholder.
fn is_html(tag: &str) -> bool {
    const TAGS: [&str; 24] = [
        "a", "b", "br", "center", "code", "div", "em", "font", "h1", "h2", "h3", "hr", "i", "img", "li",
        "ol", "p", "small", "span", "strong", "sub", "sup", "u", "ul",
    ];
    let inner = tag.trim_start_matches(['<', '/']);
    let name: String = inner
        .chars()
        .take_while(|letter| letter.is_ascii_alphanumeric())
        .collect();
    let after = inner[name.len()..].chars().next();
    let ends = matches!(after, Some('>' | '/' | ' ' | '\n'));
    // `<a name="x">` is HTML, `<a b>` need not be; `<!-- -->` is.
    tag.starts_with("<!")
        || tag.starts_with("<?")
        || (ends && TAGS.contains(&name.to_ascii_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_the_files_own_below_a_head_and_in_what_is_indented_too_far() {
        let page =
            Page::parse("---\ntitle: 'T: one'\n---\n# One\n\n1. Two\n\n        In **three**\n\n> four\n");
        assert_eq!(page.head["title"], "T: one");
        let seen: Vec<_> = page
            .blocks
            .iter()
            .map(|block| (block.line, block.text(), block.note))
            .collect();
        let want = [
            (4, "One", false),
            (6, "Two", false),
            (8, "In three", false),
            (10, "four", true),
        ];
        assert_eq!(seen, want.map(|(line, text, note)| (line, text.to_owned(), note)));
    }

    #[test]
    fn a_placeholder_is_text_wherever_it_stands_and_a_tag_is_not() {
        let page =
            Page::parse("<a name=\"x\"></a>*https://<company>.a.example/<unique ID>*<br>`<b>` \\<c>\n");
        assert_eq!(
            page.blocks[0].text(),
            "https://<company>.a.example/<unique ID> <b> <c>"
        );
    }
}
