//! Where a page leads by itself, seen without running its scripts: the SAML form that a script of it submits, or a refresh.
//!
//! `before` is what `meta` elements allow, `refresh` reads headers and `meta` elements that go elsewhere, `script` which scripts there are, whether they would run and whether they
//! submit, `submission` what they submit.

mod before;
mod refresh;
mod script;
mod submission;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, time::Duration};

use encoding_rs::Encoding;
use scraper::Html;
use url::Url;

use self::before::before;
use super::{
    hands::{Edits, Page},
    outbound::Outbound,
    policy::{Context, Way},
};
use crate::{driver::page::is_bomb, text::find};

pub(super) use script::Loaded;
#[cfg(test)]
pub(in crate::driver) use tests::submitted;

/// A page that came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrived<'a> {
    pub(super) context: &'a Context,
    /// Empty where it is no page.
    pub(super) html: &'a str,
    pub(super) encoding: &'static Encoding,
    /// Its `Refresh` header.
    pub(super) refresh: Option<&'a str>,
}

/// Where it leads, after how long; and the rules that stopped or changed it.
#[derive(Debug, Default)]
pub(super) struct Led {
    pub(super) next: Option<(Outbound, Duration)>,
    pub(super) rules: Vec<String>,
}

impl Arrived<'_> {
    /// Where it leads; or the scripts that must be loaded before that can be said.
    pub(super) fn look(&self) -> Result<Led, Vec<Url>> {
        let (submits, refreshes) = (self.may_submit(), self.may_refresh());
        if !submits && !refreshes && self.refresh.is_none() {
            return Ok(Led::default());
        }
        self.with_page(submits || refreshes, |page| {
            let wanted = match submits {
                true => script::wanted(page, self.context),
                false => Vec::new(),
            };
            match wanted.is_empty() {
                true => Ok(self.leads(page, submits, refreshes, &BTreeMap::new())),
                false => Err(wanted),
            }
        })
    }

    /// Where it leads. `scripts` are those that were loaded.
    pub(super) fn led(&self, scripts: &BTreeMap<Url, Loaded>) -> Led {
        let (submits, refreshes) = (self.may_submit(), self.may_refresh());
        self.with_page(submits || refreshes, |page| {
            self.leads(page, submits, refreshes, scripts)
        })
    }

    fn leads(&self, page: &Page<'_>, submits: bool, refreshes: bool, scripts: &BTreeMap<Url, Loaded>) -> Led {
        let mut led = Led::default();
        let submitted = match submits {
            true => submission::submitted(page, self.context, scripts),
            false => Ok(None),
        };
        match submitted {
            Ok(None) => {}
            Ok(Some((request, context))) => match request.leave(&context, Way::Form) {
                Ok(request) => led.next = Some((request, Duration::ZERO)),
                Err(rule) => led.rules.push(rule),
            },
            Err(rule) => led.rules.push(rule),
        }
        if led.next.is_none() && (refreshes || self.refresh.is_some()) {
            match refresh::refreshed(page, self.context, self.refresh) {
                Ok(next) => led.next = next,
                Err(rule) => led.rules.push(rule),
            }
        }
        led
    }

    /// A tree costs more than all else that is done with a page: it is built once, and only where something of it could lead on.
    fn with_page<T>(&self, markup: bool, look: impl FnOnce(&Page<'_>) -> T) -> T {
        let document = Html::parse_document(if markup { closed(self.html) } else { "" });
        let edits = Edits::new();
        look(&self.page(&document, &edits))
    }

    fn may_refresh(&self) -> bool {
        find(self.html, "http-equiv", 0).is_some()
            && find(self.html, "refresh", 0).is_some()
            && !is_bomb(self.html)
    }

    fn may_submit(&self) -> bool {
        find(self.html, "<form", 0).is_some() && find(self.html, "samlre", 0).is_some() && !is_bomb(self.html)
    }

    fn page<'b>(&'b self, document: &'b Html, edits: &'b Edits) -> Page<'b> {
        let mut page = Page::of(document, &self.context.url, self.encoding, edits);
        if !before(&page, self.context, usize::MAX)
            .policies
            .allows_base(&page.base)
            && page.base != *page.url
        {
            page.base = page.url.clone();
        }
        page
    }
}

/// A page without a last script that is cut off: no browser runs one that has no end.
fn closed(html: &str) -> &str {
    let mut last = None;
    let mut from = 0;
    while let Some(at) = find(html, "<script", from) {
        (last, from) = (Some(at), at + 1);
    }
    let end = |at: usize| find(html, "</script", at).and_then(|end| html.get(end..)?.find('>'));
    match last.filter(|at| end(*at).is_none() && find(html, "</html", *at).is_none()) {
        Some(at) => html.get(..at).unwrap_or(html),
        None => html,
    }
}
