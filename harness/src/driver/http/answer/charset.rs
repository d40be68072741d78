//! Which characters an answer's bytes are (WHATWG HTML, section 13.2.3; WHATWG Encoding).

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::kind::{Kind, Media, charset};

/// A declaration may stand so far from the start, and further where only a head is there.
const PRESCAN: usize = 1024;
/// No declaration is looked for beyond.
const FARTHEST: usize = 64 << 10;
/// Elements that stand in a head.
const HEAD: [&str; 10] = [
    "html", "head", "script", "noscript", "style", "link", "meta", "object", "title", "base",
];

/// A body as text, and the encoding that it was read in; what cannot be read becomes U+FFFD. The order is a browser's: a
/// byte order mark, the header, the page's own word, and at last windows-1252, or UTF-8 where the format has it.
pub(in crate::driver::http) fn decode(media: &Media, body: &[u8]) -> (String, &'static Encoding) {
    let (encoding, mark) = match Encoding::for_bom(body) {
        Some(found) => found,
        None => (declared(media, body), 0),
    };
    let body = body.get(mark..).unwrap_or_default();
    let (text, _) = encoding.decode_without_bom_handling(body);
    (text.into_owned(), encoding)
}

/// The same with a type as it stands in a header.
pub(in crate::driver) fn text(content_type: &str, body: &[u8]) -> String {
    let essence = content_type.split(';').next().unwrap_or_default();
    let essence = essence.trim().to_ascii_lowercase();
    let kind = if essence.contains("html") {
        Kind::Html
    } else {
        Kind::Shown
    };
    let charset = charset(content_type);
    let media = Media {
        essence,
        charset,
        kind,
    };
    decode(&media, body).0
}

fn declared(media: &Media, body: &[u8]) -> &'static Encoding {
    let named = |label: &str| Encoding::for_label(label.trim().as_bytes());
    if let Some(encoding) = media.charset.as_deref().and_then(named) {
        return encoding;
    }
    match media.kind {
        Kind::Html => meta(body).unwrap_or(WINDOWS_1252),
        Kind::Xml => of_xml(body).unwrap_or(UTF_8),
        Kind::Shown | Kind::Saved
            if media.essence.contains("json") || media.essence.contains("javascript") =>
        {
            UTF_8
        }
        Kind::Shown | Kind::Saved => WINDOWS_1252,
    }
}

/// The encoding of an XML declaration.
fn of_xml(body: &[u8]) -> Option<&'static Encoding> {
    let start = body.get(..200).unwrap_or(body);
    let end = start.windows(2).position(|two| two == b"?>")?;
    let text = String::from_utf8_lossy(start.get(..end)?).into_owned();
    let after = text.strip_prefix("<?xml")?.split_once("encoding")?.1;
    let value = after.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    not_wide(Encoding::for_label(
        value.get(1..)?.split(quote).next()?.as_bytes(),
    )?)
}

/// A declaration that can be read as ASCII is not in UTF-16.
fn not_wide(encoding: &'static Encoding) -> Option<&'static Encoding> {
    Some(if encoding == UTF_16LE || encoding == UTF_16BE {
        UTF_8
    } else if encoding.name() == "x-user-defined" {
        WINDOWS_1252
    } else {
        encoding
    })
}

/// The page's own word: the first `meta` that says one.
fn meta(body: &[u8]) -> Option<&'static Encoding> {
    let text = String::from_utf8_lossy(body.get(..FARTHEST).unwrap_or(body));
    let (mut at, lower) = (0, text.to_ascii_lowercase());
    while let Some(found) = lower.get(at..)?.find('<') {
        at += found;
        let rest = lower.get(at..)?;
        if rest.starts_with("<!--") {
            at += rest.find("-->")? + 3;
            continue;
        }
        let name: String = rest
            .chars()
            .skip(1)
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        if at > PRESCAN && !name.is_empty() && !HEAD.contains(&name.as_str()) {
            return None;
        }
        if name == "meta"
            && let Some(encoding) = of_meta(rest.get(..rest.find('>')?)?)
        {
            return not_wide(encoding);
        }
        at += 1;
    }
    None
}

/// The encoding that one `meta` says.
fn of_meta(tag: &str) -> Option<&'static Encoding> {
    let document = scraper::Html::parse_fragment(&format!("{tag}>"));
    let selector = scraper::Selector::parse("meta").ok()?;
    let element = document.select(&selector).next()?;
    if let Some(label) = element.attr("charset") {
        return Encoding::for_label(label.trim().as_bytes());
    }
    let typed = element
        .attr("http-equiv")
        .is_some_and(|name| name.eq_ignore_ascii_case("content-type"));
    let content = element.attr("content").filter(|_| typed)?;
    let label = content
        .split_once("charset")?
        .1
        .trim_start()
        .strip_prefix('=')?
        .trim_start();
    let end = |c: char| matches!(c, ';' | '"' | '\'') || c.is_ascii_whitespace();
    let label = label.trim_start_matches(['"', '\'']);
    Encoding::for_label(label.split(end).next()?.as_bytes())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_mark_goes_before_the_header_and_the_header_before_the_page() {
        assert_eq!(
            text("text/html; charset=iso-8859-1", b"\xef\xbb\xbf\xc3\xa4"),
            "ä"
        );
        assert_eq!(
            text("text/html; charset=latin1", b"<meta charset=utf-8>\xe4\x80"),
            "<meta charset=utf-8>ä€"
        );
        assert_eq!(text("text/html; charset=utf-8", b"\xc3\xa4\xff"), "ä\u{fffd}");
        assert_eq!(
            text("text/html", b"<meta charset='windows-1251'>\xcf"),
            "<meta charset='windows-1251'>П"
        );
        let equiv = b"<meta http-equiv=Content-Type content='text/html; charset=windows-1251'>\xcf";
        assert!(text("text/html", equiv).ends_with('П'));
        assert!(text("text/html", b"<!-- <meta charset=windows-1251> -->\xe4").ends_with('ä'));
        assert_eq!(text("application/json", "{\"ä\"}".as_bytes()), "{\"ä\"}");
        assert_eq!(text("text/html; charset=utf-16", b"a\0b\0"), "ab");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..200), kind in "(text/html|text/xml|text/plain)(; charset=[a-z0-9-]{0,12})?") {
            let _ = text(&kind, &bytes);
            let _ = (meta(&bytes), of_xml(&bytes));
        }

        #[test]
        fn any_markup_is_scanned(html in "(<[a-z!/-]{0,8}[ a-z='\"-]{0,20}>?|<meta charset=|-->|\\PC{0,6}){0,20}") {
            let _ = meta(html.as_bytes());
        }
    }
}
