//! What an SP says of its own software, where it says so.

use scraper::{Html, Selector};

use crate::{
    judge::observation::Page,
    mask,
    text::{clip, visible},
};

/// Headers that name software.
const HEADERS: [&str; 5] = [
    "server",
    "x-powered-by",
    "x-generator",
    "x-aspnet-version",
    "x-runtime-version",
];
/// The most characters of all of it.
const MOST: usize = 120;

/// Software and version, as headers and the page's `generator` name them: `gunicorn/21.2, Express`. Foreign text, masked
/// and bounded.
pub(crate) fn banner(page: &Page) -> Option<String> {
    let mut found: Vec<String> = Vec::new();
    for name in HEADERS {
        let values = page.headers.iter().filter(|(known, _)| known == name);
        found.extend(values.map(|(_, value)| value.trim().to_owned()));
    }
    found.extend(generator(&page.body));
    found.retain(|value| !value.is_empty());
    found.dedup();
    let all = visible(&mask::text(clip(&found.join(", "), MOST * 4)));
    let all: String = all.chars().take(MOST).collect();
    (!all.is_empty()).then_some(all)
}

/// `<meta name="generator" content="…">`.
fn generator(body: &str) -> Option<String> {
    if !crate::text::contains(body, "generator") {
        return None;
    }
    let selector = Selector::parse("meta[name=generator i]").ok()?;
    let document = Html::parse_document(body);
    let meta = document.select(&selector).next()?;
    Some(meta.value().attr("content")?.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(headers: &[(&str, &str)], body: &str) -> Page {
        Page {
            headers: headers
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            body: body.to_owned(),
            ..Page::default()
        }
    }

    #[test]
    fn headers_and_the_generator_name_it_and_nothing_else_does() {
        let seen = page(
            &[
                ("date", "now"),
                ("server", "gunicorn/21.2"),
                ("x-powered-by", "Express"),
            ],
            "<html><head><META NAME=Generator content='Cms 4.1'></head>",
        );
        assert_eq!(banner(&seen).as_deref(), Some("gunicorn/21.2, Express, Cms 4.1"));
        assert_eq!(banner(&page(&[("date", "now")], "generator of things")), None);
        assert_eq!(banner(&page(&[("server", " ")], "")), None);
    }

    #[test]
    fn it_is_bounded_and_steers_no_terminal() {
        let long = format!("a\u{1b}[31m{}", "x".repeat(5_000));
        let said = banner(&page(&[("server", &long)], "")).unwrap();
        assert!(
            said.starts_with("a\\u{1b}[31mx") && said.chars().count() == MOST,
            "{said}"
        );
    }
}
