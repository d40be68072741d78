//! From bytes to the text that the parser sees: character encoding and line ends.

use std::borrow::Cow;

/// The characters of `xml`, and why a strict reader would not read them, if so.
///
/// A strict reader reads UTF-8 that is declared as such. Others also read UTF-16 and ISO-8859-1, so a message in these may
/// carry genuine identities.
pub(crate) fn decode(xml: &[u8]) -> Result<(Cow<'_, str>, Option<String>), String> {
    if let Some(text) = utf16(xml) {
        return Ok((
            Cow::Owned(text),
            Some("the message is in UTF-16, not in UTF-8".into()),
        ));
    }
    match std::str::from_utf8(xml) {
        Ok(text) => Ok((Cow::Borrowed(text), declaration_oddity(text))),
        Err(_) if declares_latin1(xml) => {
            let text: String = xml.iter().map(|byte| char::from(*byte)).collect();
            Ok((
                Cow::Owned(text),
                Some("the message is in ISO-8859-1, not in UTF-8".into()),
            ))
        }
        Err(error) => Err(format!(
            "the message is not UTF-8 at byte {}",
            error.valid_up_to()
        )),
    }
}

fn utf16(xml: &[u8]) -> Option<String> {
    let (body, little) = match xml {
        [0xFF, 0xFE, body @ ..] => (body, true),
        [0xFE, 0xFF, body @ ..] => (body, false),
        [b'<', 0, ..] => (xml, true),
        [0, b'<', ..] => (xml, false),
        _ => return None,
    };
    let (pairs, []) = body.as_chunks::<2>() else {
        return None;
    };
    let units = pairs.iter().map(|pair| {
        if little {
            u16::from_le_bytes(*pair)
        } else {
            u16::from_be_bytes(*pair)
        }
    });
    char::decode_utf16(units).collect::<Result<_, _>>().ok()
}

/// The XML declaration's inside, when the text begins with one.
fn declaration(text: &str) -> Option<&str> {
    let inside = text
        .strip_prefix('\u{FEFF}')
        .unwrap_or(text)
        .strip_prefix("<?xml")?;
    inside.starts_with([' ', '\t', '\r', '\n']).then_some(())?;
    inside.split_once("?>").map(|(inside, _)| inside)
}

fn pseudo_attribute<'a>(declaration: &'a str, name: &str) -> Option<&'a str> {
    let (_, after) = declaration.split_once(name)?;
    let value = after.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    value[1..].split_once(quote).map(|(value, _)| value)
}

fn declaration_oddity(text: &str) -> Option<String> {
    let declaration = declaration(text)?;
    if let Some(version) = pseudo_attribute(declaration, "version").filter(|version| *version != "1.0") {
        return Some(format!("the message declares XML version {version:?}, not 1.0"));
    }
    let encoding = pseudo_attribute(declaration, "encoding")?;
    let honest = ["utf-8", "us-ascii", "ascii"]
        .iter()
        .any(|name| encoding.eq_ignore_ascii_case(name));
    (!honest).then(|| format!("the message is UTF-8 but declares the encoding {encoding:?}"))
}

fn declares_latin1(xml: &[u8]) -> bool {
    let head: String = xml.iter().take(200).map(|byte| char::from(*byte)).collect();
    declaration(&head)
        .and_then(|declaration| pseudo_attribute(declaration, "encoding"))
        .is_some_and(|encoding| encoding.eq_ignore_ascii_case("iso-8859-1"))
}

/// Text whose line ends are single line feeds (XML 1.0, section 2.11), and the way back to the offsets it had.
///
/// Done before parsing, as the standard says: the parser's own translation misses a carriage return before a reference.
pub(crate) struct Lines<'a> {
    text: Cow<'a, str>,
    /// Offsets, in `text`, of the line feeds that stood for two characters.
    shortened: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(original: &'a str) -> Self {
        if !original.contains('\r') {
            return Self {
                text: Cow::Borrowed(original),
                shortened: Vec::new(),
            };
        }
        let mut text = String::with_capacity(original.len());
        let mut shortened = Vec::new();
        let mut pieces = original.split('\r');
        text.push_str(pieces.next().unwrap_or_default());
        for piece in pieces {
            if let Some(rest) = piece.strip_prefix('\n') {
                shortened.push(text.len());
                text.push('\n');
                text.push_str(rest);
            } else {
                text.push('\n');
                text.push_str(piece);
            }
        }
        Self {
            text: Cow::Owned(text),
            shortened,
        }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Where the character at `offset` of [`Self::text`] stood in the original.
    pub(crate) fn original(&self, offset: usize) -> usize {
        offset + self.shortened.partition_point(|at| *at < offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_become_line_feeds_and_offsets_lead_back() {
        let original = "a\r\nb\rc\r\n\r\nd";
        let lines = Lines::new(original);
        assert_eq!(lines.text(), "a\nb\nc\n\nd");
        for (at, character) in lines.text().char_indices().filter(|(_, c)| *c != '\n') {
            assert_eq!(original[lines.original(at)..].chars().next(), Some(character));
        }
        assert_eq!(lines.original(lines.text().len()), original.len());
    }

    #[test]
    fn utf16_is_read_with_and_without_its_mark_but_never_strictly() {
        for (mark, unit) in [
            (true, u16::to_le_bytes as fn(u16) -> [u8; 2]),
            (false, u16::to_be_bytes),
        ] {
            let text = if mark { "\u{FEFF}<é/>" } else { "<é/>" };
            let bytes: Vec<u8> = text.encode_utf16().flat_map(unit).collect();
            let (decoded, oddity) = decode(&bytes).unwrap();
            assert_eq!(decoded, "<é/>");
            assert!(oddity.unwrap().contains("UTF-16"));
        }
        assert!(decode(b"\xFF\xFE<\0a").is_err(), "half a unit is no character");
    }

    #[test]
    fn a_declaration_must_tell_the_truth() {
        assert_eq!(
            decode(b"<?xml version=\"1.0\" encoding='Utf-8'?><a/>").unwrap().1,
            None
        );
        for liar in [
            "<?xml version='1.0' encoding='UTF-7'?><a/>",
            "<?xml version=\"1.1\"?><a/>",
        ] {
            assert!(decode(liar.as_bytes()).unwrap().1.is_some(), "{liar}");
        }
        let latin1 = decode(b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xE9</a>").unwrap();
        assert!(latin1.0.contains("<a>é</a>") && latin1.1.is_some());
        assert!(decode(b"<a>\xC0\xAF</a>").is_err());
    }
}
