//! What is taken from a browser's page when it rests, and the page that begins a form's journey.

use serde_json::{Value, json};

use super::trace::Seen;
use crate::{
    driver::{
        setup::{BODY, LONGEST},
        visit::Visit,
    },
    judge::observation::Page,
    text::clip,
};

/// Reads the page in a world of its own, where the page's scripts have no say. HTML is what the scripts made of
/// it; anything else is the text that the browser shows.
pub(super) const SCRIPT: &str = r#"(() => {
  const html = /html/.test(document.contentType);
  const pre = document.querySelector("body > pre");
  const text = html ? document.documentElement.outerHTML
    : pre ? pre.textContent
    : document.documentElement ? new XMLSerializer().serializeToString(document) : "";
  const controls = document.forms.length === 1 ? [...document.forms[0].elements] : [];
  const plain = ["hidden", "submit", "button", "image", "reset", "fieldset"];
  const submits = controls.some((c) => c.type === "hidden" && /^SAML(Request|Response)$/.test(c.name))
    && controls.every((c) => plain.includes(c.type))
    && document.querySelector("script, [onload]") !== null;
  return JSON.stringify({
    url: location.href, title: document.title.slice(0, 300), type: document.contentType,
    text: text.slice(0, 262144), submits,
  });
})()"#;

/// A page as the script found it.
#[derive(Debug)]
pub(super) struct Captured {
    pub(super) page: Page,
    /// The page is one that submits itself, and has not yet.
    pub(super) submits: bool,
}

/// The script's answer, joined with what the network told of the page.
pub(super) fn captured(evaluated: &Value, last: &Seen) -> Option<Captured> {
    let told: Value = serde_json::from_str(evaluated["result"]["value"].as_str()?).ok()?;
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
    };
    Some(Captured {
        page,
        submits: told["submits"].as_bool().unwrap_or(false),
    })
}

/// The page that stands for an answer which the browser does not show (an empty one, a download, a login prompt).
pub(super) fn unseen(last: &Seen) -> Option<Page> {
    let kind = last
        .headers
        .iter()
        .find(|(name, _)| name == "content-type")
        .map(|(_, value)| value.as_str());
    Some(Page {
        url: last.url.clone(),
        status: last.status?,
        title: String::new(),
        content_type: kind
            .unwrap_or_default()
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned(),
        headers: last.headers.clone(),
        body: String::new(),
    })
}

/// A page that does at once what the visit asks for, so that the browser sees it come from that page's origin.
/// None where no page is needed.
pub(super) fn opening(visit: &Visit<'_>) -> Option<String> {
    match visit {
        Visit::Get(_)
        | Visit::Raw {
            method: "GET",
            from: None,
            ..
        } => None,
        Visit::Raw {
            method: "GET", url, ..
        } => Some(page(&format!(
            "<script>location.href = {};</script>",
            json!(url).to_string().replace('<', "\\u003c")
        ))),
        Visit::Raw { url, .. } => Some(form(url, &[])),
        Visit::Post { url, fields, .. } => Some(form(url, fields)),
    }
}

fn form(url: &str, fields: &[(String, String)]) -> String {
    let inputs: String = fields
        .iter()
        .map(|(name, value)| {
            format!(
                "<input type=hidden name=\"{}\" value=\"{}\">",
                attribute(name),
                attribute(value)
            )
        })
        .collect();
    // A field may be called `submit` and hide the form's own method.
    page(&format!(
        "<form method=post accept-charset=utf-8 action=\"{}\">{inputs}</form>\
         <script>HTMLFormElement.prototype.submit.call(document.forms[0])</script>",
        attribute(url)
    ))
}

fn page(body: &str) -> String {
    format!("<!doctype html><html lang=en><meta charset=utf-8><title>samlitmus</title>{body}</html>")
}

/// A text as an attribute's value, line breaks kept apart from those of the page.
fn attribute(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '<' => out.push_str("&lt;"),
            '\r' => out.push_str("&#13;"),
            '\n' => out.push_str("&#10;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::driver::page::{Onward, onward};

    fn post(fields: &[(String, String)]) -> String {
        opening(&Visit::Post {
            url: "https://sp.example/acs?a&b=\"",
            fields,
            from: None,
            headers: &[],
        })
        .unwrap()
    }

    #[test]
    fn the_opening_form_carries_every_field_as_it_is() {
        let fields = [
            ("SAMLResponse", "<\"a&amp;'>"),
            ("submit", "ä"),
            ("x", ""),
            ("x", "2"),
        ];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let idp = Url::parse("http://localhost:8400/").unwrap();
        let Some(Onward::Submit {
            action,
            post: true,
            fields: read,
        }) = onward(&post(&fields), &idp)
        else {
            panic!("no form in {}", post(&fields));
        };
        assert_eq!(action.as_str(), "https://sp.example/acs?a&b=%22");
        assert_eq!(read, fields);
    }

    #[test]
    fn an_address_cannot_break_out_of_the_opening_script() {
        let url = "http://127.0.0.1/</script><script>alert(1)</script>";
        let html = opening(&Visit::Raw {
            method: "GET",
            url,
            headers: &[],
            body: b"",
            from: Some("http://x"),
        });
        assert!(!html.unwrap().contains("</script><script>alert"));
    }

    #[test]
    fn a_visit_from_the_address_bar_needs_no_page() {
        assert_eq!(opening(&Visit::Get("http://127.0.0.1/")), None);
    }
}
