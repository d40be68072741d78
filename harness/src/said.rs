//! What a page says to whoever reads it, in one line: of an error page, the words that tell what is wrong.

use std::sync::LazyLock;

use regex::Regex;
use scraper::Html;
use serde_json::Value;

use crate::{
    judge::observation::Page,
    markup::blocks,
    mask,
    text::{clip, visible},
};

/// The most characters of a title, and of what a page says.
pub const MOST: usize = 200;
/// So many bytes of what a page says are looked at, once it is found.
const ENOUGH: usize = 4 << 10;
/// How deep in JSON a message may stand.
const DEPTH: usize = 4;

/// The words of a page: bounded, masked, and fit to be read on a terminal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Its title.
    pub title: String,
    /// Its visible text from where it tells of an error on; in JSON the messages; in plain text the first line.
    pub says: String,
}

impl Said {
    /// Title and words in one line; none where there are neither.
    pub fn line(&self) -> Option<String> {
        let Self { title, says } = self;
        match (title.as_str(), says.as_str()) {
            ("", "") => None,
            (one, "") | ("", one) => Some(one.to_owned()),
            (title, says) if says.starts_with(title) => Some(says.to_owned()),
            (title, says) => Some(format!("{title} · {says}")),
        }
    }
}

/// What a page says.
pub fn said(page: &Page) -> Said {
    let title = fit(&folded(&page.title));
    let body = page.body.trim_start_matches('\u{feff}').trim_start();
    let kind = page.content_type.to_ascii_lowercase();
    let json = || serde_json::from_str::<Value>(body).ok();
    let says = if body.starts_with('<') {
        prose(&blocks(body), &folded(&page.title))
    } else if let Some(value) = (kind.contains("json") || body.starts_with(['{', '[']))
        .then(json)
        .flatten()
    {
        messages(&value)
    } else if kind.contains("html") || kind.contains("xml") {
        prose(&blocks(body), &folded(&page.title))
    } else if kind.is_empty() || kind.starts_with("text/") || kind.contains("json") {
        line(body)
    } else {
        String::new()
    };
    Said {
        title,
        says: fit(&says),
    }
}

/// The blocks of a page that matter: all of a short one, and a longer one from where it tells of an error on.
fn prose(blocks: &[String], title: &str) -> String {
    let mut words: Vec<String> = blocks.iter().map(|block| folded(&resolved(block))).collect();
    words.retain(|block| block.chars().any(char::is_alphanumeric));
    words.dedup();
    if words.len() > 1 && words[0] == title {
        words.remove(0);
    }
    let length: usize = words.iter().map(|block| block.len() + 3).sum();
    let from = match length > MOST {
        true => words.iter().position(|block| LOUD.is_match(block)).unwrap_or(0),
        false => 0,
    };
    words[from..].join(" · ")
}

/// The messages of a JSON document; all of it where no field is called like one.
fn messages(value: &Value) -> String {
    let mut found = Vec::new();
    collect(value, DEPTH, false, &mut found);
    if found.is_empty() {
        return folded(clip(&value.to_string(), ENOUGH));
    }
    found.join(" · ")
}

fn collect(value: &Value, depth: usize, named: bool, found: &mut Vec<String>) {
    let Some(deeper) = depth.checked_sub(1) else {
        return;
    };
    match value {
        Value::String(text) if named => {
            let text = folded(clip(text, ENOUGH));
            if !text.is_empty() && !found.contains(&text) {
                found.push(text);
            }
        }
        Value::Array(values) => {
            let first = values.iter().take(8);
            first.for_each(|value| collect(value, deeper, named, found));
        }
        Value::Object(fields) => {
            for name in MESSAGES {
                let called = fields.iter().filter(|(key, _)| plain(key) == name);
                called.for_each(|(_, value)| collect(value, deeper, true, found));
            }
        }
        _ => {}
    }
}

/// The first line; of a Python traceback the last, which is where it says what is wrong.
fn line(text: &str) -> String {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    let last = first
        .starts_with("Traceback (most recent")
        .then(|| lines.next_back());
    folded(clip(last.flatten().unwrap_or(first), ENOUGH))
}

/// A name without case and punctuation.
fn plain(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|c| c.to_ascii_lowercase()).collect()
}

/// A text whose character references are resolved, all that HTML knows.
fn resolved(text: &str) -> String {
    let text = clip(text, ENOUGH);
    if !text.contains('&') {
        return text.to_owned();
    }
    let fragment = Html::parse_fragment(&text.replace('<', "&lt;"));
    fragment.root_element().text().collect()
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Masked before it is cut, for half a token would not be known as one.
fn fit(text: &str) -> String {
    let shown = visible(&mask::text(clip(text, ENOUGH)));
    match shown.char_indices().nth(MOST) {
        None => shown,
        Some(_) => shown.chars().take(MOST - 1).chain(['…']).collect(),
    }
}

/// What APIs call their messages, without case and punctuation; in this order.
const MESSAGES: [&str; 15] = [
    "error",
    "title",
    "message",
    "msg",
    "errormessage",
    "errordescription",
    "detail",
    "details",
    "description",
    "reason",
    "errors",
    "exception",
    "fault",
    "faultstring",
    "status",
];

/// Words of a block that tells of an error.
static LOUD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)error|exception|invalid|fail|denied|forbidden|unauthori[sz]ed|expired|mismatch|reject|refus|unable|unexpected|cannot|\bnot (?:be|valid|allowed|authori[sz]ed|permitted|trusted|found|accepted|signed)\b|could ?n[o']t|\bwrong\b|\bproblem\b",
    )
    .expect("a constant pattern")
});

#[cfg(test)]
mod tests {
    use super::*;

    fn page(kind: &str, title: &str, body: &str) -> Page {
        Page {
            content_type: kind.to_owned(),
            title: title.to_owned(),
            body: body.to_owned(),
            ..Page::default()
        }
    }

    fn says(kind: &str, body: &str) -> String {
        said(&page(kind, "", body)).says
    }

    #[test]
    fn ten_kinds_of_error_pages_and_what_they_say() {
        for (name, kind, body, expected) in [
            (
                "Express",
                "text/html",
                "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Error</title></head><body>\n<pre>Error: Invalid signature<br> &nbsp; &nbsp;at SAML.validate (/app/saml.js:712:13)<br> &nbsp; &nbsp;at next (/app/router.js:280:10)</pre>\n</body></html>",
                "Error: Invalid signature · at SAML.validate (/app/saml.js:712:13) · at next (/app/router.js:280:10)",
            ),
            (
                "Django, in production",
                "text/html",
                "\n<!doctype html><html lang=\"en\"><head><title>Server Error (500)</title></head><body><h1>Server Error (500)</h1><p></p></body></html>",
                "Server Error (500)",
            ),
            (
                "Werkzeug",
                "text/html",
                "<!doctype html><html><head><title>ValueError: no NameID // Werkzeug Debugger</title><link rel=stylesheet href=\"?x\"><script>var TRACEBACK = 1, SECRET = \"Zq8\";</script></head><body style=\"background-color: #fff\"><div class=\"debugger\"><h1>ValueError</h1><div class=\"detail\"><p class=\"errormsg\">ValueError: no NameID in the &lt;Subject&gt;</p></div><h2 class=\"traceback\">Traceback <em>(most recent call last)</em></h2><div class=\"frame\"><h4>File <cite>\"/usr/lib/python3/flask/app.py\"</cite>, line <em>1498</em>, in <code>__call__</code></h4></div></div></body></html>",
                "ValueError · ValueError: no NameID in the <Subject> · Traceback (most recent call last) · File \"/usr/lib/python3/flask/app.py\", line 1498, in __call__",
            ),
            (
                "Tomcat",
                "text/html",
                "<!doctype html><html lang=\"en\"><head><title>HTTP Status 403 – Forbidden</title><style type=\"text/css\">body {font-family:Tahoma;} h1, b {color:white;}</style></head><body><h1>HTTP Status 403 – Forbidden</h1><hr class=\"line\" /><p><b>Type</b> Status Report</p><p><b>Message</b> Signature validation failed</p><hr class=\"line\" /><h3>Apache Tomcat</h3></body></html>",
                "HTTP Status 403 – Forbidden · Type Status Report · Message Signature validation failed · Apache Tomcat",
            ),
            (
                "Spring Boot",
                "application/json",
                "{\"timestamp\":\"2026-01-05T10:00:05Z\",\"status\":401,\"error\":\"Unauthorized\",\"message\":\"Invalid assertion for SAML response\",\"path\":\"/login/saml2/sso\"}",
                "Unauthorized · Invalid assertion for SAML response",
            ),
            (
                "problem details",
                "application/problem+json",
                "{\"type\":\"about:blank\",\"title\":\"Bad Request\",\"status\":400,\"detail\":\"InResponseTo does not match\"}",
                "Bad Request · InResponseTo does not match",
            ),
            (
                "JSON in JSON",
                "application/json",
                "{\"data\":null,\"errors\":[{\"code\":\"E17\",\"message\":\"The audience is another\"}]}",
                "The audience is another",
            ),
            (
                "a Python traceback",
                "text/plain",
                "Traceback (most recent call last):\n  File \"acs.py\", line 3, in post\n    raise Refused(why)\nRefused: the assertion has expired\n",
                "Refused: the assertion has expired",
            ),
            (
                "a Java stack trace",
                "text/plain; charset=utf-8",
                "\norg.example.SamlException: Unable to decrypt\n\tat org.example.Reader.read(Reader.java:12)\n",
                "org.example.SamlException: Unable to decrypt",
            ),
            (
                "SOAP",
                "text/xml",
                "<?xml version=\"1.0\"?><s:Envelope xmlns:s=\"urn:s\"><s:Body><s:Fault><faultcode>s:Client</faultcode><faultstring>The <![CDATA[<Issuer>]]> is unknown</faultstring></s:Fault></s:Body></s:Envelope>",
                "s:Client · The <Issuer> is unknown",
            ),
            (
                "a portal with much around it",
                "text/html",
                "<html><body><nav><a href=/>Home</a><a href=/products>Products and services for everybody</a></nav><header><ul><li>Find a branch near you<li>Careers with a future<li>Opening hours and contact</ul></header><div hidden>Cookies are not accepted</div><main><div role=\"alert\"><p>Sorry, we couldn&rsquo;t sign you in: your organisation&#39;s response was rejected &mdash; reference 4711.</p></div></main><footer>&copy; The Bank</footer></body></html>",
                "Sorry, we couldn’t sign you in: your organisation's response was rejected — reference 4711. · © The Bank",
            ),
            ("nothing of the kind", "application/pdf", "%PDF-1.7", ""),
        ] {
            assert_eq!(says(kind, body), expected, "{name}");
        }
    }

    #[test]
    fn the_title_is_said_once() {
        let body = "<html><head><title>Forbidden</title></head><body><h1>Forbidden</h1><p>Bad audience</p></body></html>";
        let said = said(&page("text/html", " Forbidden\n", body));
        assert_eq!(
            (said.title.as_str(), said.says.as_str()),
            ("Forbidden", "Bad audience")
        );
        assert_eq!(said.line().unwrap(), "Forbidden · Bad audience");
        let same = "<title>Forbidden</title><h1>Forbidden</h1>";
        let same = super::said(&page("text/html", "Forbidden", same));
        assert_eq!(same.line().unwrap(), "Forbidden");
        assert_eq!(Said::default().line(), None);
    }

    #[test]
    fn it_is_bounded_masked_and_steers_no_terminal() {
        let token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl";
        let body = format!("<p>Error:\u{1b}[31m bad {token} {}</p>", "x ".repeat(300));
        let said = says("text/html", &body);
        assert!(said.starts_with("Error:\\u{1b}[31m bad eyJh… x"), "{said}");
        assert_eq!(said.chars().count(), MOST);
        assert!(says("application/json", &format!("{{\"x\":\"{token}\"}}")).contains("eyJh…"));
    }

    #[test]
    fn no_page_upsets_it() {
        for body in [
            "<",
            "<p",
            "<p>&",
            "&#0;",
            "<!--",
            "<script>",
            "<pre>",
            "{",
            "[[[[[[[[[[]]]]]]]]]]",
            "\u{feff}<p>x",
            "<p hidden>",
            "<![CDATA[",
            "<title>",
            "</p></p>",
            "{\"error\":{\"error\":{\"error\":{\"error\":{\"error\":\"deep\"}}}}}",
        ] {
            for kind in ["text/html", "application/json", "text/plain", ""] {
                says(kind, body);
            }
        }
        assert_eq!(says("text/html", &"<div>".repeat(50_000)), "");
        assert_eq!(says("text/html", &"<p hidden>".repeat(25_000)), "");
    }
}
