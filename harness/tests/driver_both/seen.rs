//! What a journey came to, as far as both drivers must agree on it.

use std::fmt;

use samlitmus::judge::observation::{Ended, Journey};
use scraper::Html;

use crate::stage::At;

#[derive(PartialEq, Eq)]
pub(crate) struct Seen {
    hops: Vec<String>,
    ended: &'static str,
    page: Option<String>,
    /// What is sent to the SP afterwards.
    cookies: String,
    why: Whatever,
    rules: Vec<String>,
}

/// Words that differ from driver to driver.
struct Whatever(String);

impl PartialEq for Whatever {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Whatever {}

impl Seen {
    pub(crate) fn of(journey: &Journey, after: Option<&Journey>, at: &At) -> Self {
        let short = |url: &str| {
            url.replace(&format!(":{}", at.p), "")
                .replace(&format!(":{}", at.t), "")
        };
        let hops = journey.hops.iter().map(|hop| {
            let status = hop.status.map_or("-".to_owned(), |status| status.to_string());
            format!("{} {} {status}", hop.method, short(&hop.url))
        });
        let page = journey
            .page
            .as_ref()
            .filter(|_| journey.ended == Ended::Answered)
            .map(|page| {
                format!(
                    "{} {} {:?} {:?} {:?}",
                    short(&page.url),
                    page.status,
                    page.content_type,
                    page.title,
                    text(&page.body)
                )
            });
        let cookies = after
            .and_then(|after| after.page.as_ref())
            .and_then(|page| page.body.lines().find(|line| line.starts_with("cookie:")));
        let (ended, why) = match &journey.ended {
            Ended::Answered => ("answered", String::new()),
            Ended::Reset(why) => ("reset", why.clone()),
            Ended::Unreachable(why) => ("unreachable", why.clone()),
            Ended::TimedOut => ("timed out", String::new()),
            Ended::Limit(why) => ("limit", why.clone()),
            Ended::NotAllowed(why) => ("not allowed", why.clone()),
            Ended::Harness(why) => ("harness", why.clone()),
        };
        Self {
            hops: hops.collect(),
            ended,
            page,
            cookies: cookies.unwrap_or_default().to_owned(),
            why: Whatever(format!("{why} {:?}", journey.console)),
            rules: journey.rules.clone(),
        }
    }

    /// Whether the HTTP driver says this of it.
    pub(crate) fn names(&self, word: &str) -> bool {
        self.why.0.contains(word) || self.rules.iter().any(|rule| rule.contains(word))
    }

    /// Whether a browser's journey is like this one.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        (&self.hops, self.ended, &self.page, &self.cookies)
            == (&other.hops, other.ended, &other.page, &other.cookies)
    }
}

/// What a reader sees of a page, white space collapsed.
fn text(body: &str) -> String {
    let document = Html::parse_document(body);
    let shown = document.root_element().descendants().filter_map(|node| {
        let hidden = node.parent().and_then(|parent| {
            parent
                .value()
                .as_element()
                .map(|e| matches!(e.name(), "script" | "style" | "title"))
        });
        node.value()
            .as_text()
            .filter(|_| hidden != Some(true))
            .map(|text| text.to_string())
    });
    let all: Vec<String> = shown.collect();
    let all = all.join(" ").replace("samlitmus-opening", "");
    // What a browser writes around a document that it only shows.
    let all = all
        .split("This XML file does not appear")
        .next()
        .unwrap_or_default();
    let all = all.rsplit("first error.").next().unwrap_or_default();
    all.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(700)
        .collect()
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} {} {:?} after {} rules {:?} [{}]",
            self.hops, self.ended, self.page, self.cookies, self.rules, self.why.0
        )
    }
}

pub(crate) fn or_none(seen: Option<&Seen>) -> String {
    seen.map_or_else(|| "not there".to_owned(), ToString::to_string)
}
