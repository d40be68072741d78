//! The page that begins a form's journey.

use serde_json::json;

use crate::driver::visit::Visit;

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
    use crate::driver::http::submitted;

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
        let (action, read) = submitted(&post(&fields), &idp).unwrap();
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
