//! The addresses of "Basic SAML Configuration".

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::ReadError;
use super::outline::{Outline, Part};
use super::page::{Block, Kind, Row, Span, text};
use super::value::{Line, Value};
use crate::gallery::facts::Initiation;
use crate::gallery::field::{Choose, Field, FieldName, fits};
use crate::gallery::pattern::Pattern;
use crate::gallery::template::Template;

/// What the section says.
pub(super) struct Read {
    pub(super) fields: BTreeMap<FieldName, Field>,
    pub(super) pre_integrated: bool,
}

/// Reads the section, or sections, of addresses.
pub(super) fn read(outline: &Outline<'_>, name: &str) -> Result<Read, ReadError> {
    let blocks: Vec<&Block> = outline.of_part(|part| part == Part::Urls).collect();
    let mut reading = Reading {
        mention: mention(name),
        fields: BTreeMap::new(),
        aliases: Vec::new(),
        pending: None,
    };
    for block in &blocks {
        reading.take(block)?;
    }
    reading.settle()?;
    reading.follow_aliases()?;
    let pre_integrated = blocks.iter().any(|block| PRE_INTEGRATED.is_match(&block.text()));
    if reading.fields.is_empty() && !pre_integrated {
        return Err(ReadError::new(
            outline.urls_line(),
            "the addresses' section names no field, nor says that the application is pre-integrated; write the \
             template by hand (gallery new)",
        ));
    }
    Ok(Read {
        fields: reading.fields,
        pre_integrated,
    })
}

/// Which fields nothing works without, once it is known where a sign-in begins.
pub(super) fn require(template: &mut Template) {
    let sp_only = template.initiation == Initiation::Sp;
    for (name, needed) in [
        (FieldName::Identifier, true),
        (FieldName::ReplyUrl, true),
        (FieldName::SignOnUrl, sp_only),
    ] {
        if let Some(field) = template.field_mut(name) {
            field.required |= needed;
        }
    }
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the reader's own expressions compile")
}

const FIELD: &str = r"(?:identifier(?:\s*\(entity\s+id\))?|entity\s+id|reply\s+url(?:\s*\([^)]*\))?|assertion\s+consumer\s+service(?:\s*\(acs\))?\s+url|acs\s+url|sign[\s-]*on\s+url|tenant\s+url|relay\s*state(?:\s+url)?|(?:single\s+)?log[\s-]?out\s+url)";

static PRE_INTEGRATED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\bpre-?\s?(integrated|configured|populated)\b"));
static ALIAS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)\b(?:with|same\s+as|same\s+value\s+as|equal\s+to|value\s+of|to)\s+(?:the\s+)?(?:value\s+of\s+(?:the\s+)?)?({FIELD})"
    ))
});
static ANNOUNCED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(following|below|these|patterns?)\b|:\s*$"));
static TOGETHER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(both|all|each) (of )?(the )?(following|these|urls|values)\b"));
static NEEDED: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b(required|mandatory)\b"));

/// "In the **Sign-on URL** textbox", "**Reply URL**:", and the same with the product's name before it.
fn mention(name: &str) -> Regex {
    let name = regex::escape(name);
    let in_the = format!(
        r#"\b(?:in|into|for)\s+(?:the\s+|your\s+)?["'“]?(?:{name}\s+)?(?P<one>{FIELD})(?:["'”]?\s*(?:and|&|,)\s*(?:the\s+)?["'“]?(?P<two>{FIELD}))?["'”]?(?P<box>\s*(?:text\s?box(?:es)?|box(?:es)?|text\s?field|fields?|input)\b)?"#
    );
    let colon =
        format!(r"^\W*(?:[a-z0-9]{{1,2}}\.\s+)?(?:{name}\s+)?(?P<three>{FIELD})\s*(?:\([^)]*\)\s*)?:");
    pattern(&format!("(?i)(?:{in_the}|{colon})"))
}

fn named(text: &str) -> FieldName {
    let word: String = text
        .to_lowercase()
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric())
        .collect();
    match word.as_str() {
        _ if word.starts_with("identifier") || word.starts_with("entityid") => FieldName::Identifier,
        _ if word.starts_with("relay") => FieldName::RelayState,
        _ if word.starts_with("sign") || word.starts_with("tenant") => FieldName::SignOnUrl,
        _ if word.contains("logout") => FieldName::LogoutUrl,
        _ => FieldName::ReplyUrl,
    }
}

struct Reading {
    mention: Regex,
    fields: BTreeMap<FieldName, Field>,
    aliases: Vec<(FieldName, FieldName, usize)>,
    pending: Option<Pending>,
}

/// Fields whose values are announced and stand in the blocks that follow.
struct Pending {
    names: Vec<FieldName>,
    line: usize,
    together: bool,
    announced: bool,
    found: bool,
}

impl Reading {
    fn take(&mut self, block: &Block) -> Result<(), ReadError> {
        match &block.kind {
            Kind::HtmlTable => Err(ReadError::new(
                block.line,
                "this table is HTML, which is not read; write it in Markdown",
            )),
            Kind::Heading(_) => self.settle(),
            Kind::Table(rows) => self.table(rows, block.line),
            Kind::Code => self.code(block),
            Kind::Text => self.paragraph(block),
        }
    }

    fn paragraph(&mut self, block: &Block) -> Result<(), ReadError> {
        let line = Line::of(&block.spans);
        let regex = self.mention.clone();
        let mentions: Vec<(Vec<FieldName>, usize, usize)> = regex
            .captures_iter(&line.text)
            .filter_map(|found| mentioned(&line, &found))
            .collect();
        if mentions.is_empty() {
            return self.continued(&line);
        }
        for (at, (names, start, end)) in mentions.iter().enumerate() {
            self.settle()?;
            let to = mentions.get(at + 1).map_or(line.text.len(), |next| next.1);
            self.described(&line, names, *start, *end..to)?;
        }
        Ok(())
    }

    /// One field's part of a paragraph.
    fn described(
        &mut self,
        line: &Line<'_>,
        names: &[FieldName],
        start: usize,
        range: std::ops::Range<usize>,
    ) -> Result<(), ReadError> {
        let words = &line.text[range.clone()];
        let bare = names.iter().all(|name| !name.is_url());
        let values = line.values(range.start, range.end, bare);
        let at = line.line_at(start);
        let pending = Pending {
            names: names.to_vec(),
            line: at,
            together: TOGETHER.is_match(words),
            announced: ANNOUNCED.is_match(words),
            found: false,
        };
        for name in names {
            let field = self.fields.entry(*name).or_default();
            field.required |= NEEDED.is_match(words);
        }
        let alias = ALIAS
            .captures(words)
            .and_then(|found| found.get(1))
            .map(|found| named(found.as_str()));
        if let Some(other) = alias
            && values.iter().all(|value| value.example)
        {
            self.aliases.extend(names.iter().map(|name| (*name, other, at)));
        }
        let done = alias.is_some() || !values.is_empty();
        self.pending = Some(Pending {
            found: done,
            ..pending
        });
        self.add(values)
    }

    /// A paragraph that names no field: more values of the one before, where it is nothing but values.
    fn continued(&mut self, line: &Line<'_>) -> Result<(), ReadError> {
        if !self.pending.as_ref().is_some_and(|pending| pending.announced) {
            return Ok(());
        }
        let values = line.values(0, line.text.len(), true);
        let rest = values.iter().fold(line.text.clone(), |text, value| {
            text.replace(value.text.as_str(), "")
        });
        let words = rest.chars().filter(|letter| letter.is_alphanumeric()).count();
        if values.is_empty() || words > 6 {
            return self.settle();
        }
        self.add(values)
    }

    fn code(&mut self, block: &Block) -> Result<(), ReadError> {
        if !self.pending.as_ref().is_some_and(|pending| pending.announced) {
            return Ok(());
        }
        let mut values = Vec::new();
        for span in &block.spans {
            for (at, text) in span.text.lines().enumerate() {
                let spans = [Span {
                    style: super::page::Style::Code,
                    text: text.to_owned(),
                    line: span.line + at,
                }];
                values.extend(Line::of(&spans).values(0, usize::MAX, true));
            }
        }
        self.add(values)
    }

    /// A table of patterns: its columns are headed with a field's name, or belong to the field before it.
    fn table(&mut self, rows: &[Row], line: usize) -> Result<(), ReadError> {
        let whole = pattern(&format!(r"(?i)^\W*{FIELD}\W*$"));
        let heads: Vec<Option<FieldName>> = rows.first().map_or_else(Vec::new, |head| {
            let name = |cell: &Vec<Span>| whole.is_match(&text(cell)).then(|| named(&text(cell)));
            head.cells.iter().map(name).collect()
        });
        let before = self.pending.as_ref().map(|pending| pending.names.clone());
        let mut found = false;
        for (number, row) in rows.iter().enumerate() {
            for (at, cell) in row.cells.iter().enumerate() {
                let headed = heads.get(at).copied().flatten();
                if number == 0 && headed.is_some() {
                    continue;
                }
                let names = headed.map(|name| vec![name]).or_else(|| before.clone());
                let line = Line::of(cell);
                let values = line.values(0, line.text.len(), false);
                let Some(names) = names.filter(|_| !values.is_empty()) else {
                    continue;
                };
                found = true;
                self.pending.get_or_insert_with(|| Pending {
                    names: Vec::new(),
                    line: row.line,
                    together: false,
                    announced: true,
                    found: true,
                });
                if let Some(pending) = &mut self.pending {
                    pending.names = names;
                }
                self.add(values)?;
            }
        }
        if let (Some(pending), Some(names)) = (&mut self.pending, before) {
            pending.names = names;
        }
        if found {
            Ok(())
        } else {
            Err(ReadError::new(
                line,
                "this table among the addresses has no value in it that belongs to a field; write the template by hand \
                 (gallery new)",
            ))
        }
    }

    fn add(&mut self, values: Vec<Value>) -> Result<(), ReadError> {
        let Some(pending) = &mut self.pending else {
            return Ok(());
        };
        for value in values {
            pending.found = true;
            for name in &pending.names {
                let field = self.fields.entry(*name).or_default();
                if pending.together {
                    field.choose = Choose::All;
                }
                if value.example {
                    if !field.examples.contains(&value.text) {
                        field.examples.push(value.text.clone());
                    }
                    continue;
                }
                let read = Pattern::parse(&value.text).and_then(|read| fits(*name, &read).map(|()| read));
                let read = read.map_err(|error| {
                    ReadError::new(value.line, format!("the {name} cannot be used: {error}"))
                })?;
                if !field.values.contains(&read) {
                    field.values.push(read);
                }
            }
        }
        Ok(())
    }

    /// Ends what was announced: nothing may have been promised and not given.
    fn settle(&mut self) -> Result<(), ReadError> {
        match self.pending.take() {
            Some(pending) if pending.announced && !pending.found => Err(ReadError::new(
                pending.line,
                format!(
                    "the {} is announced and no value follows; write the template by hand (gallery new)",
                    pending
                        .names
                        .iter()
                        .map(ToString::to_string)
                        .collect::<Vec<_>>()
                        .join(" and ")
                ),
            )),
            _ => Ok(()),
        }
    }

    /// "Update the value with the Sign On URL": the patterns of that field.
    fn follow_aliases(&mut self) -> Result<(), ReadError> {
        for (name, other, line) in std::mem::take(&mut self.aliases) {
            let values = self.fields.get(&other).map(|field| field.values.clone());
            match values {
                Some(values) if name != other && !values.is_empty() => {
                    let field = self.fields.entry(name).or_default();
                    for value in values {
                        fits(name, &value).map_err(|error| ReadError::new(line, error.to_string()))?;
                        if !field.values.contains(&value) {
                            field.values.push(value);
                        }
                    }
                }
                _ => {
                    return Err(ReadError::new(
                        line,
                        format!(
                            "the {name} is to be the {other}, which has no value; write the template by hand (gallery new)"
                        ),
                    ));
                }
            }
        }
        Ok(())
    }
}

/// The fields that a match names, with where it begins and ends; none where it is prose.
fn mentioned(line: &Line<'_>, found: &Captures<'_>) -> Option<(Vec<FieldName>, usize, usize)> {
    let whole = found.get(0)?;
    let first = found.name("one").or(found.name("three"))?;
    let clear = found.name("three").is_some() || found.name("box").is_some() || line.is_styled(first.start());
    let names = [Some(first), found.name("two")];
    let names = names.into_iter().flatten().map(|name| named(name.as_str()));
    clear.then(|| (names.collect(), whole.start(), whole.end()))
}
