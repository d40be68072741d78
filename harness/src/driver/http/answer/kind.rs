//! Whether a browser shows an answer, parses it as a page, or saves it (MIME Sniffing; Fetch, "extract a MIME type";
//! RFC 6266).

use reqwest::header::{self, HeaderMap};

use super::{head::value, sniff::sniff};

/// What becomes of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::driver::http) enum Kind {
    /// An HTML page.
    Html,
    /// An XML document, which may be a page as well.
    Xml,
    /// Text, data or a picture.
    Shown,
    /// A file that is saved: the page before stays.
    Saved,
}

/// The type of an answer, as a browser has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::driver::http) struct Media {
    /// Lower case, without parameters.
    pub(in crate::driver::http) essence: String,
    pub(in crate::driver::http) charset: Option<String>,
    pub(in crate::driver::http) kind: Kind,
}

impl Media {
    pub(in crate::driver::http) fn of(headers: &HeaderMap, body: &[u8]) -> Self {
        let declared = value(headers, &header::CONTENT_TYPE).unwrap_or_default();
        let (essence, charset) = parsed(&declared);
        let sniffing = value(headers, &header::X_CONTENT_TYPE_OPTIONS)
            .is_none_or(|options| !first(&options, ',').eq_ignore_ascii_case("nosniff"));
        let essence = sniff(&essence, body, sniffing);
        let kind = if is_attachment(headers) {
            Kind::Saved
        } else {
            kind(&essence)
        };
        Self {
            essence,
            charset,
            kind,
        }
    }
}

/// The last type of a list that is one, and its charset.
fn parsed(declared: &str) -> (String, Option<String>) {
    let mut found = (String::new(), None);
    for one in declared.split(',') {
        let essence = first(one, ';').to_ascii_lowercase();
        let whole = essence
            .split_once('/')
            .is_some_and(|(kind, sub)| !kind.is_empty() && !sub.is_empty());
        if !whole {
            if found.0.is_empty() {
                found.0 = essence;
            }
            continue;
        }
        let charset = charset(one);
        let kept = if essence == found.0 { found.1.take() } else { None };
        found = (essence, charset.or(kept));
    }
    found
}

/// The `charset` of a type.
pub(super) fn charset(kind: &str) -> Option<String> {
    let parameters = kind.split(';').skip(1).filter_map(|one| one.split_once('='));
    let mut named = parameters.filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    named
        .next()
        .map(|(_, value)| value.trim().trim_matches(['"', '\'']).to_owned())
}

fn first(text: &str, delimiter: char) -> &str {
    text.split(delimiter).next().unwrap_or_default().trim()
}

/// Anything but `inline`, or a name alone, is saved.
fn is_attachment(headers: &HeaderMap) -> bool {
    let disposition = value(headers, &header::CONTENT_DISPOSITION).unwrap_or_default();
    let kind = first(&disposition, ';');
    !kind.is_empty() && !kind.eq_ignore_ascii_case("inline") && !kind.contains('=')
}

fn kind(essence: &str) -> Kind {
    let (group, sub) = essence.split_once('/').unwrap_or((essence, ""));
    match essence {
        "text/html" => Kind::Html,
        "application/json"
        | "application/javascript"
        | "application/x-javascript"
        | "application/ecmascript" => Kind::Shown,
        _ if sub.ends_with("+xml") || sub == "xml" => Kind::Xml,
        _ if sub.ends_with("+json") => Kind::Shown,
        _ if essence.is_empty() || matches!(group, "text" | "image" | "audio" | "video") => Kind::Shown,
        _ => Kind::Saved,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lines: &[(header::HeaderName, &'static str)], body: &[u8]) -> (String, Option<String>, Kind) {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(name.clone(), header::HeaderValue::from_static(value));
        }
        let media = Media::of(&headers, body);
        (media.essence, media.charset, media.kind)
    }

    #[test]
    fn the_last_type_counts_and_its_charset_goes_along() {
        let lines = [
            (header::CONTENT_TYPE, "text/html; charset=\"ISO-8859-1\""),
            (header::CONTENT_TYPE, "TEXT/HTML"),
        ];
        assert_eq!(
            of(&lines, b""),
            ("text/html".to_owned(), Some("ISO-8859-1".to_owned()), Kind::Html)
        );
        assert_eq!(
            of(&[(header::CONTENT_TYPE, "text/plain, text/html")], b"").2,
            Kind::Html
        );
    }

    #[test]
    fn what_is_to_be_saved_is_no_page() {
        let html = (header::CONTENT_TYPE, "text/html");
        for (disposition, kind) in [
            ("attachment; filename=x", Kind::Saved),
            ("acme", Kind::Saved),
            ("inline; filename=x", Kind::Html),
            ("filename=x", Kind::Html),
            ("", Kind::Html),
        ] {
            let lines = [html.clone(), (header::CONTENT_DISPOSITION, disposition)];
            assert_eq!(of(&lines, b"").2, kind, "{disposition}");
        }
        assert_eq!(
            of(&[(header::CONTENT_TYPE, "application/zip")], b"").2,
            Kind::Saved
        );
    }
}
