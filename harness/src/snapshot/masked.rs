//! A result as text without anything that varies from run to run.

use std::{collections::BTreeSet, fmt::Write, sync::LazyLock};

use regex::Regex;
use url::Url;

use crate::{
    event::ScenarioResult,
    judge::observation::{CookieSeen, Ended, Hop, Journey, Party},
};

/// The text of a result's snapshot.
pub fn text(result: &ScenarioResult) -> String {
    let journey = &result.observation.journey;
    let mut out = format!("outcome: {}\nidentity: {}\n", result.outcome, result.identity);
    if let Some(variant) = &result.variant {
        let _ = writeln!(out, "variant: {variant}");
    }
    let _ = writeln!(out, "ended: {}", ended(journey));
    list(&mut out, "hops", journey.hops.iter().map(hop));
    let cookies: BTreeSet<String> = journey
        .hops
        .iter()
        .flat_map(|hop| &hop.set_cookies)
        .map(cookie)
        .collect();
    list(&mut out, "cookies", cookies.into_iter());
    out
}

/// The part of a snapshot whose change is a change of outcome.
pub(super) fn judged(text: &str) -> Vec<&str> {
    text.lines()
        .filter(|line| line.starts_with("outcome: ") || line.starts_with("identity: "))
        .collect()
}

fn list(out: &mut String, name: &str, lines: impl Iterator<Item = String>) {
    let mut lines = lines.peekable();
    if lines.peek().is_none() {
        let _ = writeln!(out, "{name}: none");
        return;
    }
    let _ = writeln!(out, "{name}:");
    for line in lines {
        let _ = writeln!(out, "  - {line}");
    }
}

/// How it ended, without the words of an operating system or a driver.
fn ended(journey: &Journey) -> &'static str {
    match journey.ended {
        Ended::Answered => "answered",
        Ended::Reset(_) => "reset",
        Ended::Unreachable(_) => "unreachable",
        Ended::TimedOut => "timed-out",
        Ended::Limit(_) => "limit",
        Ended::NotAllowed(_) => "not-allowed",
        Ended::Harness(_) => "harness",
    }
}

fn hop(hop: &Hop) -> String {
    let party = match hop.party {
        Party::Sp => "sp",
        Party::Idp => "idp",
        Party::Other => "other",
    };
    let status = hop
        .status
        .map_or_else(|| "none".to_owned(), |status| status.to_string());
    format!("{} {party} {} {status}", hop.method, address(&hop.url))
}

/// Path and names of the query; hosts and ports are chosen anew for each run.
fn address(url: &str) -> String {
    let Ok(url) = Url::parse(url) else {
        return "(no URL)".to_owned();
    };
    let path = url.path().split('/').map(segment).collect::<Vec<_>>().join("/");
    let names: BTreeSet<String> = url.query_pairs().map(|(name, _)| word(&name)).collect();
    if names.is_empty() {
        return path;
    }
    format!("{path}?{}", names.into_iter().collect::<Vec<_>>().join("&"))
}

/// One segment of a path: parameters lose their values, ids their digits.
fn segment(segment: &str) -> String {
    let (name, parameters) = segment
        .split_once(';')
        .map_or((segment, None), |(name, rest)| (name, Some(rest)));
    let mut out = word(name);
    for parameter in parameters.into_iter().flat_map(|rest| rest.split(';')) {
        out.push(';');
        out.push_str(&word(parameter.split('=').next().unwrap_or_default()));
    }
    out
}

fn cookie(cookie: &CookieSeen) -> String {
    let mut out = word(&cookie.name);
    if cookie.secure {
        out.push_str("; Secure");
    }
    if cookie.http_only {
        out.push_str("; HttpOnly");
    }
    if let Some(same_site) = &cookie.same_site {
        let _ = write!(out, "; SameSite={}", same_site.to_ascii_lowercase());
    }
    out
}

/// A name without GUIDs, long hexadecimal runs, long numbers and random tokens.
fn word(text: &str) -> String {
    static VARIES: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?x)
            _?[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}   # a GUID
            | [0-9a-fA-F]{16,}                                       # a digest or a session id
            | [0-9]+                                                 # a counter or an instant
            ",
        )
        .expect("a constant pattern")
    });
    if is_random(text) {
        return "[id]".to_owned();
    }
    let masked = VARIES.replace_all(text, |found: &regex::Captures<'_>| {
        if found[0].chars().all(|c| c.is_ascii_digit()) && found[0].len() < 3 {
            found[0].to_owned()
        } else {
            "[id]".to_owned()
        }
    });
    masked
        .chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .take(200)
        .collect()
}

/// Nobody names a page or a cookie with twenty letters of both cases and digits, nor with many where every fourth is a capital.
fn is_random(text: &str) -> bool {
    let count = |of: fn(&char) -> bool| text.chars().filter(of).count();
    let (capitals, small) = (count(char::is_ascii_uppercase), count(char::is_ascii_lowercase));
    let few = capitals.min(small);
    let mixed = few > 0 && count(char::is_ascii_digit) > 0 || text.len() >= 32 && few * 4 >= text.len();
    let token = |c: char| c.is_ascii_alphanumeric() || "-_=.~%".contains(c);
    text.len() >= 20 && mixed && text.chars().all(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_varies_is_masked_and_what_means_something_stays() {
        for (seen, kept) in [
            ("http://127.0.0.1:40123/acs", "/acs"),
            (
                "http://h/saml2/acs?RelayState=a&SAMLResponse=b",
                "/saml2/acs?RelayState&SAMLResponse",
            ),
            ("http://h/users/1042/me", "/users/[id]/me"),
            (
                "http://h/0b1c6a3e-6f5e-4f0e-9b57-8f2d0a3c1d11/saml2",
                "/[id]/saml2",
            ),
            ("http://h/home;jsessionid=ABC123?x=1", "/home;jsessionid?x"),
            ("http://h/s/5f4dcc3b5aa765d61d8327deb882cf99", "/s/[id]"),
            ("http://h/c/aZ09bY18cX27dW36eV45fU54", "/c/[id]"),
            // One in some thousands has no digit.
            (
                "http://h/c/saml_hBMwigTeIxAgVYwq_ZJEmGEFZq_tt-cEHluJal",
                "/c/[id]",
            ),
            (
                "http://h/OpenIdConnectCorrelationSessionStateCookie",
                "/OpenIdConnectCorrelationSessionStateCookie",
            ),
            ("http://h/", "/"),
            ("no url at all", "(no URL)"),
        ] {
            assert_eq!(address(seen), kept, "{seen}");
        }
    }
}
