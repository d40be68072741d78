//! How the pages write times and names of files.

use jiff::Timestamp;
use maud::{Markup, html};

/// `2026-01-05`.
pub(crate) fn day(instant: Timestamp) -> Markup {
    let day = instant.strftime("%Y-%m-%d").to_string();
    html! { time datetime=(day) { (day) } }
}

/// `2026-01-05 10:00 UTC`.
pub(crate) fn minute(instant: Timestamp) -> String {
    instant.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// The value of a Content-Disposition header that saves a file under this name (RFC 6266), whatever the name holds.
pub(crate) fn attachment(name: &str, ending: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| match c {
            c if c.is_ascii_alphanumeric() || " .-_()".contains(c) => c,
            _ => '_',
        })
        .collect();
    let full = saml::binding::percent_encode(&format!("{name}.{ending}"));
    format!(
        "attachment; filename=\"{}.{ending}\"; filename*=UTF-8''{full}",
        plain.trim()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_after_the_application_whatever_its_name_holds() {
        assert_eq!(
            attachment("Endpoint Backup", "xml"),
            "attachment; filename=\"Endpoint Backup.xml\"; filename*=UTF-8''Endpoint%20Backup.xml"
        );
        let odd = attachment("a\"\r\nb/é", "cer");
        assert!(odd.starts_with("attachment; filename=\"a___b__.cer\";"), "{odd}");
        assert!(odd.is_ascii() && !odd.contains(['\r', '\n']));
    }
}
