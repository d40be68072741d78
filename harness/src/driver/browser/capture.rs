//! What is taken of a page when it rests: as its scripts made it, or, where they let nobody in, as the network told it.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::Value;
use url::Url;

use super::{seen::Seen, timers::Timers};
use crate::{
    driver::{
        http::text,
        page::title,
        setup::{BODY, LONGEST},
    },
    judge::observation::Page,
    text::{clip, contains},
};

/// Reads the page in a world of its own, where the page's scripts have no say. HTML is what the scripts made of
/// it; anything else is the text that the browser shows.
pub(super) const SCRIPT: &str = include_str!("capture.js");

/// A page as the script found it.
#[derive(Debug)]
pub(super) struct Captured {
    pub(super) page: Page,
    /// The page is one that submits itself, and has not yet.
    pub(super) submits: bool,
    /// Whether all of it is there.
    pub(super) loaded: bool,
    /// What its timers may still do.
    pub(super) timers: Timers,
}

/// The script's answer, joined with what the network told of the page. None for the browser's own page that says that
/// there is none.
pub(super) fn captured(evaluated: &Value, last: &Seen) -> Option<Captured> {
    let told: Value = serde_json::from_str(evaluated.as_str()?).ok()?;
    let text = |key: &str| told[key].as_str().unwrap_or_default();
    if text("url").starts_with("chrome-error:") {
        return None;
    }
    let page = Page {
        url: clip(text("url"), LONGEST).to_owned(),
        status: last.status.unwrap_or(200),
        title: text("title").to_owned(),
        content_type: text("type").to_owned(),
        headers: last.headers.clone(),
        body: clip(text("text"), BODY).to_owned(),
        claims: None,
    };
    Some(Captured {
        page,
        submits: told["submits"].as_bool().unwrap_or(false),
        loaded: told["loaded"].as_bool().unwrap_or(false),
        timers: Timers::read(&told),
    })
}

/// A page that can do nothing by itself, as it stands at this address: the browser need not be asked for what it was just told.
/// None where the browser has to find out what it is.
pub(super) fn plain(url: &str, last: &Seen, body: &str) -> Option<Captured> {
    const KINDS: [&str; 3] = ["text/html", "text/plain", "application/json"];
    // DevTools decode an answer before the browser knows how the page is encoded.
    let declared = last
        .header("content-type")
        .unwrap_or_default()
        .to_ascii_lowercase();
    let decoded = body.is_ascii() && !body.contains('\x1b') || declared.contains("charset=utf-8");
    let mut page =
        untouched(last, body).filter(|page| decoded && KINDS.contains(&page.content_type.as_str()))?;
    if page.content_type != "text/html" {
        page.title.clear();
    }
    let mut shown = Url::parse(url).ok()?;
    // Nobody is shown them.
    shown.set_username("").ok()?;
    shown.set_password(None).ok()?;
    page.url = clip(shown.as_str(), LONGEST).to_owned();
    Some(Captured {
        page,
        submits: false,
        loaded: true,
        timers: Timers::default(),
    })
}

/// An answer's body, from the result of `Network.getResponseBody`.
pub(super) fn body(result: &Value, last: &Seen) -> Option<String> {
    let told = result["body"].as_str()?;
    if result["base64Encoded"].as_bool() != Some(true) {
        return Some(told.to_owned());
    }
    let bytes = BASE64_STANDARD.decode(told).ok()?;
    Some(text(last.header("content-type").unwrap_or_default(), &bytes))
}

/// The page as the network told it.
pub(super) fn untouched(last: &Seen, body: &str) -> Option<Page> {
    last.page(title(body), clip(body, BODY).to_owned())
}

/// Whether a page can do nothing by itself once it has loaded: it has no script, nothing that may hold one, and no
/// attribute that is one. (A refresh is told by the browser.) What may be another encoding is not inert.
pub(super) fn is_inert(content_type: &str, body: &str) -> bool {
    const ACTIVE: [&str; 8] = [
        "<script",
        ":script",
        "<iframe",
        "<frame",
        "<object",
        "<embed",
        "<?xml-stylesheet",
        "<!entity",
    ];
    let kind = content_type.to_ascii_lowercase();
    let document = kind.is_empty() || ["html", "xml", "svg"].iter().any(|word| kind.contains(word));
    !document
        || !(body.contains(['\0', char::REPLACEMENT_CHARACTER])
            || ACTIVE.iter().any(|word| contains(body, word))
            || has_handler(body))
}

/// Whether something looks like an attribute `onload=`, wherever it stands.
fn has_handler(body: &str) -> bool {
    let bytes = body.as_bytes();
    let starts = |at: &usize| {
        bytes
            .get(at.wrapping_sub(1))
            .is_some_and(|before| before.is_ascii_whitespace() || matches!(before, b'"' | b'\'' | b'/'))
            && bytes
                .get(*at..at + 2)
                .is_some_and(|two| two.eq_ignore_ascii_case(b"on"))
    };
    (1..bytes.len()).filter(starts).any(|at| {
        let rest = bytes.get(at + 2..).unwrap_or_default();
        let name = rest
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric())
            .count();
        let after = rest.get(name..).unwrap_or_default();
        name > 0 && after.trim_ascii_start().first() == Some(&b'=')
    })
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use serde_json::json;

    use super::*;

    #[test]
    fn a_page_without_a_script_is_inert() {
        for body in [
            "<!doctype html><title>Account</title><p class=on>you are on = here<a href='/on?x=1'>on</a>",
            "<meta http-equiv=refresh content='0;url=/'>",
            "<style>p { on: 1 }</style><meta name=description content='a subscription'>",
            "",
        ] {
            assert!(is_inert("text/html; charset=utf-8", body), "{body}");
        }
        assert!(is_inert("application/json", "{\"script\": \"<script>\"}"));
        assert!(is_inert("text/plain", "<script>"));
    }

    #[test]
    fn whatever_may_hold_a_script_is_not() {
        for body in [
            "<SCRIPT>x()</script>",
            "<x:script>",
            "<body onload='x()'>",
            "<svg/onload = x()>",
            "<img src=\"x\"onerror=x()>",
            "<iframe srcdoc='&lt;'>",
            "<\0s\0c\0r\0i\0p\0t\0>",
            "\u{fffd}",
        ] {
            assert!(!is_inert("text/html", body), "{body}");
        }
        assert!(!is_inert("", "<script>"));
        assert!(!is_inert("image/svg+xml", "<svg onload='x()'/>"));
    }

    #[test]
    fn a_body_is_read_as_it_was_told() {
        let last = Seen {
            request: "1".to_owned(),
            redirect: 0,
            method: "GET".to_owned(),
            url: "http://127.0.0.1/".to_owned(),
            begun: Instant::now(),
            elapsed: None,
            status: Some(403),
            headers: vec![(
                "content-type".to_owned(),
                "text/html; charset=iso-8859-1".to_owned(),
            )],
            size: None,
            error: None,
            set_cookies: Vec::new(),
            fields: Vec::new(),
        };
        let told = json!({"base64Encoded": true, "body": "PHRpdGxlPuQ8L3RpdGxlPg=="});
        let read = body(&told, &last).unwrap();
        assert_eq!(read, "<title>ä</title>");
        let page = untouched(&last, &read).unwrap();
        assert_eq!(
            (page.status, page.title.as_str(), page.content_type.as_str()),
            (403, "ä", "text/html")
        );
        assert_eq!(
            body(&json!({"base64Encoded": false, "body": "x"}), &last).as_deref(),
            Some("x")
        );
        assert_eq!(body(&json!({}), &last), None);
    }
}
