//! Refreshes (HTML, section 4.2.5.3, "shared declarative refresh steps").

use std::time::Duration;

use reqwest::Method;
use url::Url;

use super::before::before;
use crate::driver::{
    http::{
        hands::{Page, is},
        outbound::Outbound,
        policy::{Context, Way},
    },
    page::SOON,
};

/// The refresh that counts: of several the soonest, and of those the last.
///
/// # Errors
/// The rule by which a browser does not follow it.
pub(super) fn refreshed(
    page: &Page<'_>,
    context: &Context,
    header: Option<&str>,
) -> Result<Option<(Outbound, Duration)>, String> {
    let mut found = header.and_then(|value| refresh(value, page.url, page.url));
    let mut by_markup = false;
    let mut base = page.url.clone();
    for element in &page.elements {
        if is(element, "base") && element.attr("href").is_some() {
            base = page.base.clone();
        }
        let says = element
            .attr("http-equiv")
            .is_some_and(|name| name.eq_ignore_ascii_case("refresh"));
        let Some(content) = element.attr("content").filter(|_| is(element, "meta") && says) else {
            continue;
        };
        if let Some((url, after)) = refresh(content, &base, page.url)
            && found.as_ref().is_none_or(|(_, other)| after <= *other)
        {
            (found, by_markup) = (Some((url, after)), true);
        }
    }
    let Some((url, after)) = found else {
        return Ok(None);
    };
    let context = before(page, context, usize::MAX);
    if by_markup && !context.policies.sandbox_allows("allow-scripts") {
        return Err("the page's sandbox has no allow-scripts, so its refresh is not followed".to_owned());
    }
    let request = Outbound::from_page(page.url, Method::GET, url, None, Vec::new());
    Ok(Some((request.leave(&context, Way::Other)?, after)))
}

/// What one asks for, if soon: where to, and after which time. `page` shown again and again is none.
pub(super) fn refresh(value: &str, base: &Url, page: &Url) -> Option<(Url, Duration)> {
    let value = value.trim_ascii_start();
    let digits = value
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(value.len());
    let (delay, rest) = value.split_at(digits);
    let seconds: u64 = match delay.split('.').next() {
        Some("") if delay.starts_with('.') => 0,
        Some("") | None => return None,
        Some(whole) => whole.parse().ok()?,
    };
    let after = Duration::from_secs(seconds);
    if after > SOON || !rest.starts_with([';', ',', ' ', '\t', '\n', '\r', '\u{c}']) {
        return None;
    }
    let rest = rest.trim_ascii_start();
    let rest = rest.strip_prefix([';', ',']).unwrap_or(rest).trim_ascii_start();
    let target = match rest.get(..3) {
        Some(key) if key.eq_ignore_ascii_case("url") => {
            let after = rest.get(3..)?.trim_ascii_start();
            after.strip_prefix('=').map_or(rest, str::trim_ascii_start)
        }
        _ => rest,
    };
    let target = match target.chars().next() {
        Some(quote @ ('"' | '\'')) => target.get(1..)?.split(quote).next()?,
        _ => target.trim_ascii_end(),
    };
    let to = (!target.is_empty()).then(|| base.join(target).ok())??;
    let same = |url: &Url| {
        let mut url = url.clone();
        url.set_fragment(None);
        url
    };
    (seconds == 0 || same(&to) != same(page)).then_some((to, after))
}
