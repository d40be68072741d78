//! The page that carries a response to the service provider.

use std::fmt::Write as _;

use axum::response::{Html, IntoResponse, Response};

/// Azure's self-submitting page: title `Working...`, a form called `hiddenform`, a button where script is off.
///
/// Every character of a value survives an HTML parser, browser or not, except U+0000, which HTML cannot write.
/// Browsers then send line ends in form fields as CR LF whatever they were, because the HTML standard says so; a
/// value where that matters must be sent without a browser.
pub fn auto_post_page<N: AsRef<str>, V: AsRef<str>>(action: &str, fields: &[(N, V)]) -> String {
    let mut inputs = String::new();
    for (name, value) in fields {
        write!(
            inputs,
            r#"<input type="hidden" name="{}" value="{}" />"#,
            Attribute(name.as_ref()),
            Attribute(value.as_ref())
        )
        .expect("a String takes all that is written to it");
    }
    format!(
        "<html><head><title>Working...</title></head><body>\
         <form method=\"POST\" name=\"hiddenform\" action=\"{}\">{inputs}\
         <noscript><p>Script is disabled. Click Submit to continue.</p>\
         <p>This is a mock identity provider, for tests only.</p>\
         <input type=\"submit\" value=\"Submit\" /></noscript></form>\
         <script language=\"javascript\">document.forms[0].submit();</script></body></html>",
        Attribute(action)
    )
}

pub(super) fn respond<N: AsRef<str>, V: AsRef<str>>(action: &str, fields: &[(N, V)]) -> Response {
    Html(auto_post_page(action, fields)).into_response()
}

/// Text within a double-quoted HTML attribute. Line ends and other controls as numbers, since a parser rewrites them
/// otherwise.
struct Attribute<'a>(&'a str);

impl std::fmt::Display for Attribute<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.chars().try_for_each(|character| match character {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            '\'' => f.write_str("&#39;"),
            '\t' | '\n' | '\r' => write!(f, "&#{};", u32::from(character)),
            _ => f.write_char(character),
        })
    }
}
