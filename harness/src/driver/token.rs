//! Where a client finds the bearer token that the SP gives it.

use std::{fmt, str::FromStr};

use serde_json::Value;
use thiserror::Error;
use url::{Url, form_urlencoded};

use super::{site::Site, storage::Storage};
use crate::judge::observation::{Ended, Journey, Party};

/// A longer token is none: no server takes such a header.
const LONGEST: usize = 16 << 10;

/// Where a bearer token stands; written `url:#access_token`, `url:?token`, `json:/token`, `cookie:NAME`,
/// `local-storage:KEY`, `session-storage:KEY`. Behind a KEY may follow `#` and a JSON Pointer into what is stored there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenSource {
    /// In the fragment of a URL on the way, under this name.
    Fragment(String),
    /// In the query of a URL on the way, under this name.
    Query(String),
    /// In the JSON answer where the way ends, at this JSON Pointer (RFC 6901).
    Json(String),
    /// In a cookie of this name.
    Cookie(String),
    /// In what the page's scripts keep in the browser.
    Stored(Storage, Stored),
}

/// What is kept under which key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The key.
    pub key: String,
    /// Where the token stands in the JSON that is kept there; none if it is the token itself.
    pub pointer: Option<String>,
}

/// A source that cannot be read.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum TokenError {
    /// It has none of the known prefixes.
    #[error(
        "`{0}` is no place of a token: write url:#NAME, url:?NAME, json:POINTER, cookie:NAME, local-storage:KEY or session-storage:KEY"
    )]
    Kind(String),
    /// A header that has no place for a token.
    #[error("`{0}` is no header for a token: write it like Authorization: Bearer {{token}}")]
    Header(String),
    /// A JSON Pointer that is none.
    #[error("`{0}` is no JSON Pointer: it begins with a slash, like json:/access_token")]
    Pointer(String),
}

impl FromStr for TokenSource {
    type Err = TokenError;

    fn from_str(text: &str) -> Result<Self, TokenError> {
        let (kind, rest) = text.split_once(':').unwrap_or((text, ""));
        let name = rest.to_owned();
        match kind {
            _ if rest.is_empty() => Err(TokenError::Kind(text.to_owned())),
            "url" => match rest.split_at_checked(1) {
                Some(("#", name)) if !name.is_empty() => Ok(Self::Fragment(name.to_owned())),
                Some(("?", name)) if !name.is_empty() => Ok(Self::Query(name.to_owned())),
                _ => Err(TokenError::Kind(text.to_owned())),
            },
            "json" if rest.starts_with('/') => Ok(Self::Json(name)),
            "json" => Err(TokenError::Pointer(name)),
            "cookie" => Ok(Self::Cookie(name)),
            "local-storage" => Ok(Self::Stored(Storage::Local, Stored::of(rest))),
            "session-storage" => Ok(Self::Stored(Storage::Session, Stored::of(rest))),
            _ => Err(TokenError::Kind(text.to_owned())),
        }
    }
}

impl fmt::Display for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fragment(name) => write!(f, "url:#{name}"),
            Self::Query(name) => write!(f, "url:?{name}"),
            Self::Json(pointer) => write!(f, "json:{pointer}"),
            Self::Cookie(name) => write!(f, "cookie:{name}"),
            Self::Stored(area, Stored { key, pointer }) => {
                let area = match area {
                    Storage::Local => "local-storage",
                    Storage::Session => "session-storage",
                };
                write!(f, "{area}:{key}")?;
                pointer.as_ref().map_or(Ok(()), |pointer| write!(f, "#{pointer}"))
            }
        }
    }
}

impl Stored {
    fn of(text: &str) -> Self {
        let (key, pointer) = match text.split_once("#/") {
            Some((key, pointer)) if !key.is_empty() => (key, Some(format!("/{pointer}"))),
            _ => (text, None),
        };
        Self {
            key: key.to_owned(),
            pointer,
        }
    }

    /// The token in what is stored.
    pub(super) fn read(&self, stored: &str) -> Option<String> {
        match &self.pointer {
            None => token(stored),
            Some(pointer) => at(stored, pointer),
        }
    }
}

impl TokenSource {
    /// Whether only a browser has such a place.
    pub fn needs_browser(&self) -> bool {
        matches!(self, Self::Stored(..))
    }

    /// A URL without the token in it: what it shows to somebody who has none.
    pub fn without(&self, url: &str) -> String {
        let Ok(mut bare) = Url::parse(url) else {
            return url.to_owned();
        };
        bare.set_fragment(None);
        if let Self::Query(name) = self {
            let others: Vec<(String, String)> = bare
                .query_pairs()
                .filter(|(key, _)| key != name)
                .map(|(key, value)| (key.into_owned(), value.into_owned()))
                .collect();
            bare.set_query(None);
            if !others.is_empty() {
                bare.query_pairs_mut().extend_pairs(others);
            }
        }
        bare.to_string()
    }

    /// The tokens that a journey shows, in the order of the way, each with where it was shown. Never one that the IdP shows.
    pub(super) fn read(&self, journey: &Journey, site: &Site) -> Vec<(String, Url)> {
        let page = journey.page.as_ref().filter(|_| journey.ended == Ended::Answered);
        let url = |text: &str| {
            let url = Url::parse(text).ok()?;
            (site.party(&url) != Party::Idp).then_some(url)
        };
        if let Self::Json(pointer) = self {
            let found = page.and_then(|page| Some((at(&page.body, pointer)?, url(&page.url)?)));
            return found.into_iter().collect();
        }
        let hops = journey.hops.iter().map(|hop| hop.url.as_str());
        hops.chain(page.map(|page| page.url.as_str()))
            .filter_map(url)
            .filter_map(|url| Some((self.in_url(&url)?, url)))
            .collect()
    }

    fn in_url(&self, url: &Url) -> Option<String> {
        // A token has no spaces, and may have a plus (RFC 6750 2.1) that whoever wrote the URL did not encode.
        let named = |pairs: &str, name: &str| {
            form_urlencoded::parse(pairs.replace('+', "%2B").as_bytes())
                .filter(|(key, _)| key == name)
                .find_map(|(_, value)| match value.split_at_checked(7) {
                    Some((scheme, rest)) if scheme.eq_ignore_ascii_case("bearer+") => token(rest),
                    _ => token(&value),
                })
        };
        match self {
            Self::Query(name) => named(url.query()?, name),
            Self::Fragment(name) => {
                // `#access_token=…`, or a route of the page's own: `#/callback?access_token=…`.
                let fragment = url.fragment()?;
                let pairs = fragment.split_once('?').map_or(fragment, |(_, query)| query);
                named(pairs.trim_start_matches('/'), name)
            }
            _ => None,
        }
    }
}

/// The token at a place of a JSON text.
fn at(json: &str, pointer: &str) -> Option<String> {
    let json: Value = serde_json::from_str(json).ok()?;
    token(json.pointer(pointer)?.as_str()?)
}

/// A text as a token: as a header can carry it, and without what some clients write around it.
pub(super) fn token(text: &str) -> Option<String> {
    if text.len() > LONGEST {
        return None;
    }
    let text = text.trim();
    let unquoted: Option<String> = text
        .starts_with('"')
        .then(|| serde_json::from_str(text).ok())
        .flatten();
    let text = unquoted.as_deref().unwrap_or(text).trim();
    let scheme = text
        .get(..7)
        .filter(|scheme| scheme.eq_ignore_ascii_case("bearer "));
    let text = text.get(scheme.map_or(0, str::len)..)?.trim();
    let sendable = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    sendable.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::judge::observation::{Hop, Page};

    fn site() -> Site {
        let url = |text: &str| Url::parse(text).unwrap();
        Site::new(&url("http://127.0.0.1:8080/me"), &url("http://localhost:8400/"))
    }

    fn journey(hops: &[&str], body: &str) -> Journey {
        let hop = |url: &&str| Hop {
            method: "GET".to_owned(),
            url: (*url).to_owned(),
            party: Party::Sp,
            status: Some(302),
            location: None,
            fields: Vec::new(),
            set_cookies: Vec::new(),
            elapsed: std::time::Duration::ZERO,
        };
        Journey {
            hops: hops.iter().map(hop).collect(),
            page: Some(Page {
                url: "http://127.0.0.1:8080/".to_owned(),
                body: body.to_owned(),
                ..Page::default()
            }),
            ..Journey::default()
        }
    }

    fn found(source: &str, hops: &[&str], body: &str) -> Vec<String> {
        let source: TokenSource = source.parse().unwrap();
        let found = source.read(&journey(hops, body), &site());
        found.into_iter().map(|(token, _)| token).collect()
    }

    #[test]
    fn a_source_is_written_as_it_was_read() {
        for source in [
            "url:#access_token",
            "url:?t",
            "json:/a/0",
            "cookie:auth",
            "local-storage:auth:token",
            "local-storage:auth#/state/token",
            "session-storage:#/x",
        ] {
            assert_eq!(source.parse::<TokenSource>().unwrap().to_string(), source);
        }
        for (wrong, word) in [
            ("access_token", "url:#NAME"),
            ("url:?", "url:?NAME"),
            ("storage:x", "local-storage:KEY"),
            ("json:token", "begins with a slash"),
        ] {
            let error = wrong.parse::<TokenSource>().unwrap_err().to_string();
            assert!(error.contains(word), "{wrong}: {error}");
        }
    }

    #[test]
    fn a_token_is_found_in_any_url_of_the_way_and_in_the_answer() {
        let sp = "http://127.0.0.1:8080/";
        for (source, url) in [
            ("url:#access_token", "cb#state=1&access_token=abc&x"),
            ("url:#access_token", "cb#/route?access_token=abc"),
            ("url:#access_token", "cb#/access_token=abc"),
            ("url:?t", "cb?x=1&t=abc"),
            ("url:?t", "cb?t=Bearer+abc"),
        ] {
            let url = format!("{sp}{url}");
            assert_eq!(found(source, &[sp, &url, sp], ""), ["abc"], "{source} {url}");
        }
        // Base64 as it is, and encoded.
        for (source, url) in [("url:?t", "cb?t=a+b/c=="), ("url:#t", "cb#t=a%2Bb%2Fc=%3D")] {
            assert_eq!(
                found(source, &[&format!("{sp}{url}")], ""),
                ["a+b/c=="],
                "{source} {url}"
            );
        }
        assert_eq!(found("json:/a/0/t", &[], r#"{"a":[{"t":"abc"}]}"#), ["abc"]);
    }

    #[test]
    fn what_the_idp_shows_and_what_no_header_can_carry_is_no_token() {
        let idp = "http://localhost:8400/login?t=abc#t=abc";
        let sp = "http://127.0.0.1:8080/cb?t=a%0d%0aX:+b&t=&t=%C3%A4#t=a%20b";
        for source in ["url:?t", "url:#t"] {
            assert!(found(source, &[idp, sp], "").is_empty(), "{source}");
        }
        for body in [
            "",
            "{",
            r#"{"t":null}"#,
            r#"{"t":7}"#,
            r#"{"t":["abc"]}"#,
            r#"{"t":"a\nb"}"#,
        ] {
            assert!(found("json:/t", &[], body).is_empty(), "{body}");
        }
        let bomb = format!("{{\"t\":\"{}\"}}", "a".repeat(LONGEST + 1));
        assert!(found("json:/t", &[], &bomb).is_empty());
        assert!(found("json:/t", &[], &"[".repeat(200_000)).is_empty());
    }

    #[test]
    fn what_is_stored_is_the_token_or_holds_it() {
        let read = |source: &str, stored: &str| match source.parse().unwrap() {
            TokenSource::Stored(_, place) => place.read(stored),
            other => panic!("{other}"),
        };
        assert_eq!(read("local-storage:k", "abc").as_deref(), Some("abc"));
        assert_eq!(read("local-storage:k", "\"abc\"").as_deref(), Some("abc"));
        assert_eq!(
            read("session-storage:k#/a/t", r#"{"a":{"t":"abc"}}"#).as_deref(),
            Some("abc")
        );
        assert_eq!(read("session-storage:k#/a/t", "abc"), None);
    }

    #[test]
    fn a_url_without_its_token_is_what_somebody_without_one_sees() {
        let without = |source: &str, url: &str| source.parse::<TokenSource>().unwrap().without(url);
        assert_eq!(without("url:#t", "http://a/x?y=1#t=2"), "http://a/x?y=1");
        assert_eq!(without("url:?t", "http://a/x?y=1&t=2"), "http://a/x?y=1");
        assert_eq!(without("url:?t", "http://a/x?t=2#z"), "http://a/x");
    }

    proptest! {
        #[test]
        fn any_text_is_a_source_or_an_error_and_every_token_fits_a_header(
            text in "(fragment|query|json|cookie|local-storage)?:?/?\\PC{0,12}", value in "[\\PC\\n\\r\"]{0,40}",
        ) {
            let _ = text.parse::<TokenSource>();
            if let Some(token) = token(&value) {
                prop_assert!(token.bytes().all(|byte| byte.is_ascii_graphic()), "{}", token);
            }
            let page = format!("http://127.0.0.1:8080/?t={value}#t={value}");
            for source in ["url:#t", "url:?t", "json:/t"] {
                let _ = found(source, &[&page], &value);
            }
        }
    }
}
