//! The visible text of an HTML or XML page, block by block, read in one go: a page that is broken, or deep without end, is read like
//! any other.

use crate::text::{contains_at, find};

/// The texts of a page in their order, a block each, without markup, scripts, styles, titles and what is hidden. Character
/// references stay as they are written.
pub(crate) fn blocks(page: &str) -> Vec<String> {
    let mut reader = Reader {
        page,
        at: 0,
        blocks: Vec::new(),
        block: String::new(),
        lines: false,
    };
    reader.read();
    reader.close();
    reader.blocks
}

struct Reader<'a> {
    page: &'a str,
    at: usize,
    blocks: Vec<String>,
    block: String,
    /// Whether lines are blocks, as in `pre`.
    lines: bool,
}

/// A tag: where it ends, and what it is.
struct Tag<'a> {
    name: &'a str,
    attributes: &'a str,
    closes: bool,
    end: usize,
}

impl Reader<'_> {
    fn read(&mut self) {
        while let Some(step) = self.page[self.at..].find('<') {
            let open = self.at + step;
            self.text(self.at, open);
            self.at = self.markup(open);
        }
        self.text(self.at, self.page.len());
    }

    /// Reads what begins with this bracket, and says where to go on.
    fn markup(&mut self, open: usize) -> usize {
        let page = self.page;
        let rest = &page[open..];
        let behind = |ending: &str| {
            rest.find(ending)
                .map_or(page.len(), |at| open + at + ending.len())
        };
        if rest.starts_with("<!--") {
            return behind("-->");
        }
        if rest.starts_with("<![CDATA[") {
            let end = behind("]]>");
            let text = page[open + 9..end].trim_end_matches("]]>");
            // It stands for itself, and what comes out is read for references once more.
            self.block.push_str(&text.replace('&', "&amp;"));
            return end;
        }
        if rest.starts_with("<!") || rest.starts_with("<?") {
            return behind(">");
        }
        let Some(tag) = tag(page, open) else {
            self.block.push('<');
            return open + 1;
        };
        if is_among(&INLINE, tag.name) {
            return self.hidden(&tag).unwrap_or(tag.end);
        }
        self.close();
        if tag.name.eq_ignore_ascii_case("pre") {
            self.lines = !tag.closes;
        }
        if is_among(&UNSEEN, tag.name) && !tag.closes {
            return find(page, &format!("</{}", tag.name), tag.end).map_or(page.len(), |close| {
                page[close..].find('>').map_or(page.len(), |end| close + end + 1)
            });
        }
        self.hidden(&tag).unwrap_or(tag.end)
    }

    /// Where an element ends that nobody sees; none where it is seen.
    fn hidden(&self, tag: &Tag<'_>) -> Option<usize> {
        if tag.closes || is_among(&EMPTY, tag.name) || !is_hidden(tag.attributes) {
            return None;
        }
        let (mut at, mut depth) = (tag.end, 1usize);
        while let Some(step) = self.page[at..].find('<') {
            at += step;
            match self::tag(self.page, at) {
                Some(next) => {
                    if next.name.eq_ignore_ascii_case(tag.name) {
                        depth = if next.closes { depth - 1 } else { depth + 1 };
                    }
                    at = next.end;
                }
                None => at += 1,
            }
            if depth == 0 {
                return Some(at);
            }
        }
        Some(self.page.len())
    }

    fn text(&mut self, from: usize, to: usize) {
        let text = &self.page[from..to];
        if !self.lines {
            self.block.push_str(text);
            return;
        }
        for (number, line) in text.split('\n').enumerate() {
            if number > 0 {
                self.close();
            }
            self.block.push_str(line);
        }
    }

    fn close(&mut self) {
        let block = std::mem::take(&mut self.block);
        if !block.trim().is_empty() {
            self.blocks.push(block);
        }
    }
}

/// The tag at this bracket, if it is one.
fn tag(page: &str, open: usize) -> Option<Tag<'_>> {
    let closes = page[open + 1..].starts_with('/');
    let start = open + 1 + usize::from(closes);
    let rest = &page[start..];
    if !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let length = rest
        .find(|c: char| c.is_ascii_whitespace() || c == '/' || c == '>')
        .unwrap_or(rest.len());
    let mut quote = None;
    let mut end = page.len();
    for (at, byte) in rest.bytes().enumerate().skip(length) {
        match (byte, quote) {
            (b'>', None) => {
                end = start + at;
                break;
            }
            (b'"' | b'\'', None) => quote = Some(byte),
            (byte, Some(open)) if byte == open => quote = None,
            _ => {}
        }
    }
    Some(Tag {
        name: &rest[..length],
        attributes: &page[start + length..end],
        closes,
        end: (end + 1).min(page.len()),
    })
}

fn is_hidden(attributes: &str) -> bool {
    let is_word = |at: usize| {
        let before = attributes[..at].chars().next_back();
        let after = attributes[at + "hidden".len()..].chars().next();
        before.is_none_or(char::is_whitespace) && after.is_none_or(|c| c.is_whitespace() || "=/".contains(c))
    };
    let mut from = 0;
    while let Some(at) = find(attributes, "hidden", from) {
        if is_word(at) {
            return true;
        }
        from = at + 1;
    }
    ["display:none", "display: none"]
        .iter()
        .any(|style| find(attributes, style, 0).is_some())
}

fn is_among(names: &[&str], name: &str) -> bool {
    names
        .iter()
        .any(|known| known.len() == name.len() && contains_at(name, known, 0))
}

/// Elements in which a sentence goes on.
const INLINE: [&str; 33] = [
    "a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "em", "font", "i", "img", "ins",
    "kbd", "label", "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time",
    "tt", "u", "var", "wbr", "input",
];
/// Elements whose text nobody sees, or nobody reads as a sentence of the page.
const UNSEEN: [&str; 12] = [
    "script", "style", "template", "noscript", "title", "svg", "iframe", "object", "select", "textarea",
    "datalist", "video",
];
/// Elements without an end.
const EMPTY: [&str; 13] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn read(page: &str) -> Vec<String> {
        let blocks = blocks(page);
        let words = blocks
            .iter()
            .map(|block| block.split_whitespace().collect::<Vec<_>>().join(" "));
        words.collect()
    }

    #[test]
    fn what_is_seen_is_read_in_blocks() {
        let page = "<!doctype html><title>T</title><script>if (a < b) { '</p>' }</script><h1 title='>'>No<b>t</b> here</h1><p>1 < 2<br>line\
                    <!-- no --><ul><li>one<li>two</ul><span hidden>x</span><div style=\"display:none\"><div>y</div>z</div>end";
        assert_eq!(read(page), ["Not here", "1 < 2", "line", "one", "two", "end"]);
    }

    #[test]
    fn lines_of_preformatted_text_are_blocks_and_cdata_is_text() {
        assert_eq!(
            read("<pre>a\n  b</pre>c\nd<x><![CDATA[<e>&]]></x>"),
            ["a", "b", "c d", "<e>&amp;"]
        );
    }

    #[test]
    fn what_is_not_closed_is_read_to_its_end() {
        assert_eq!(read("<p>a<script>b"), ["a"]);
        assert_eq!(read("a<!-- b"), ["a"]);
        assert_eq!(read("a<p class=\"b"), ["a"]);
        assert_eq!(read("a<div hidden>b<div>c</div>"), ["a"]);
        assert_eq!(read("a<"), ["a<"]);
    }
}
