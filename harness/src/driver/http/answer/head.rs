//! An answer's head: what makes a browser throw the whole answer away, and where it leads (Fetch, "HTTP-redirect fetch").

use reqwest::header::{self, HeaderMap, HeaderName};
use url::Url;

use crate::driver::site::place;

/// More than this is too much for a browser (Chromium's `kMaxHeaderBufSize`).
const MOST: usize = 256 << 10;

/// Why a browser throws an answer away for its head alone.
pub(in crate::driver::http) fn complaint(status: u16, headers: &HeaderMap) -> Option<String> {
    let size: usize = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4)
        .sum();
    if size > MOST {
        return Some("its headers are longer than 256 KiB".to_owned());
    }
    if status == 407 {
        return Some("407 asks for a proxy's password, and there is no proxy".to_owned());
    }
    // Answers that differ here are how answers are smuggled.
    [
        header::LOCATION,
        header::CONTENT_DISPOSITION,
        header::CONTENT_LENGTH,
    ]
    .into_iter()
    .find(|name| {
        let mut all = headers.get_all(name).iter();
        let first = all.next();
        all.any(|other| Some(other) != first)
    })
    .map(|name| format!("it has several headers {name} that differ"))
}

/// All lines of a header as one value.
pub(in crate::driver::http) fn value(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let lines: Vec<_> = headers
        .get_all(name)
        .iter()
        .map(|value| String::from_utf8_lossy(value.as_bytes()))
        .collect();
    (!lines.is_empty()).then(|| lines.join(", "))
}

/// Where an answer leads.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::driver::http) enum Redirect {
    No,
    To(Url),
    /// To no page: the browser stays, and the rule.
    Nowhere(String),
    /// Where nothing is sent, by this place.
    Elsewhere(String),
    /// What is no URL.
    Broken(String),
}

pub(in crate::driver::http) fn redirect(status: u16, headers: &HeaderMap, page: &Url) -> Redirect {
    let (301 | 302 | 303 | 307 | 308, Some(location)) = (status, headers.get(header::LOCATION)) else {
        return Redirect::No;
    };
    let location = text(location.as_bytes());
    if location.is_empty() {
        return Redirect::No;
    }
    match page.join(&one_authority(&location)) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Redirect::To(url),
        Ok(url) if url.scheme() == "javascript" => {
            Redirect::Nowhere("a redirect to a javascript: address is no navigation".to_owned())
        }
        Ok(url) => Redirect::Elsewhere(place(&url)),
        Err(error) => Redirect::Broken(format!("it redirects to `{location}`, which is no URL ({error})")),
    }
}

/// Slashes and backslashes before a host, as many as there are, are two to a browser (WHATWG URL, "special authority ignore
/// slashes state"); the url crate knows that only behind a scheme.
fn one_authority(location: &str) -> String {
    let slashes = |c: char| matches!(c, '/' | '\\');
    let host = location.trim_start_matches(slashes);
    match location.len() - host.len() {
        0..=2 => location.to_owned(),
        _ => format!("//{host}"),
    }
}

/// Bytes that are no UTF-8 stay those bytes.
fn text(location: &[u8]) -> String {
    match std::str::from_utf8(location) {
        Ok(text) => text.to_owned(),
        Err(_) => location
            .iter()
            .map(|byte| match byte {
                0x80.. => format!("%{byte:02X}"),
                _ => char::from(*byte).to_string(),
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn to(location: &[u8]) -> Redirect {
        let mut headers = HeaderMap::new();
        headers.insert(header::LOCATION, HeaderValue::from_bytes(location).unwrap());
        redirect(302, &headers, &Url::parse("http://sp.example/a").unwrap())
    }

    #[test]
    fn a_location_leads_where_a_browser_goes() {
        let url = |text: &str| Redirect::To(Url::parse(text).unwrap());
        assert_eq!(to(b"/b?\xe4"), url("http://sp.example/b?%E4"));
        assert_eq!(to("/b?ä".as_bytes()), url("http://sp.example/b?%C3%A4"));
        assert_eq!(to(b""), Redirect::No);
        assert_eq!(to(b"file:///x"), Redirect::Elsewhere("file:".to_owned()));
        assert!(matches!(to(b"javascript:1"), Redirect::Nowhere(_)));
        for slashes in ["//", "///", "////", "/\\/", "\\\\\\"] {
            let location = format!("{slashes}evil.example/");
            let there = Redirect::To("http://evil.example/".parse().unwrap());
            assert_eq!(to(location.as_bytes()), there, "{location}");
        }
        assert!(matches!(to(b"http://["), Redirect::Broken(_)));
    }

    #[test]
    fn headers_that_differ_where_they_must_not_are_told() {
        let mut headers = HeaderMap::new();
        headers.append(header::LOCATION, HeaderValue::from_static("/a"));
        headers.append(header::LOCATION, HeaderValue::from_static("/a"));
        assert_eq!(complaint(302, &headers), None);
        headers.append(header::LOCATION, HeaderValue::from_static("/b"));
        assert!(complaint(302, &headers).unwrap().contains("location"));
        assert!(complaint(407, &HeaderMap::new()).unwrap().contains("proxy"));
    }
}
