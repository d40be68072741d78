//! A login, hop by hop, as lines.

use scenarios::recipe::Start;
use url::Url;

use super::model::{Way, plain};
use crate::{
    judge::observation::{CookieSeen, Hop, Party},
    run::clues::Witness,
    said::said,
};

/// The most characters of an address.
const LONGEST: usize = 120;

/// A login that was walked.
pub(super) fn way(witness: &Witness) -> Way {
    let who = match witness.start {
        Start::Sp => "begun by the SP ([sp] login)",
        Start::Idp => "begun by the IdP (a launch link)",
    };
    let mut lines: Vec<String> = witness
        .journey
        .hops
        .iter()
        .enumerate()
        .flat_map(|(at, hop)| hop_lines(at + 1, hop))
        .collect();
    lines.extend(
        witness
            .lost_cookies()
            .iter()
            .map(|lost| format!("    cookie lost: {}", plain(lost))),
    );
    let rules = witness.journey.rules.iter();
    lines.extend(rules.map(|rule| format!("    as in every browser: {}", plain(rule))));
    lines.push(plain(&rest(witness)));
    if let Some(words) = witness.page().and_then(|page| said(page).line()) {
        lines.push(format!("the page says: {}", plain(&words)));
    }
    if let Some(broke) = &witness.broke {
        lines.push(plain(broke));
    } else {
        lines.push(format!(
            "the probe then shows {}",
            plain(&witness.probe.to_string())
        ));
    }
    Way {
        title: format!("a login of alice, {who}, base {}", witness.base.letter()),
        lines,
    }
}

/// How it ended. What cookies were lost is told apart.
fn rest(witness: &Witness) -> String {
    let mut journey = witness.journey.clone();
    journey.lost_cookies.clear();
    journey.rules.clear();
    if let Some(page) = &mut journey.page {
        page.url = address(&page.url);
    }
    journey.told()
}

fn hop_lines(number: usize, hop: &Hop) -> Vec<String> {
    let status = hop
        .status
        .map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    let mut lines = vec![format!(
        "{number:>2}  {:<5}  {:<4} {}  {status}",
        party(hop.party),
        hop.method,
        address(&hop.url)
    )];
    lines.extend(
        hop.set_cookies
            .iter()
            .map(|cookie| format!("    cookie set: {}", plain(&flags(cookie)))),
    );
    lines
}

/// Whose server it is.
pub(super) fn party(party: Party) -> &'static str {
    match party {
        Party::Sp => "SP",
        Party::Idp => "IdP",
        Party::Other => "other",
    }
}

/// An address without the values of its query, which may be secrets.
pub(super) fn address(text: &str) -> String {
    let Ok(url) = Url::parse(text) else {
        return cut(&plain(text));
    };
    let names: Vec<String> = url.query_pairs().map(|(name, _)| format!("{name}=…")).collect();
    let query = match names.is_empty() {
        true => String::new(),
        false => format!("?{}", names.join("&")),
    };
    let fragment = url.fragment().map_or("", |_| "#…");
    let place = format!("{}{}", url.origin().ascii_serialization(), url.path());
    cut(&plain(&format!("{place}{query}{fragment}")))
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

fn flags(cookie: &CookieSeen) -> String {
    let mut words = vec![cookie.name.clone()];
    let flags = [(cookie.secure, "Secure"), (cookie.http_only, "HttpOnly")];
    words.extend(
        flags
            .iter()
            .filter(|(set, _)| *set)
            .map(|(_, word)| (*word).to_owned()),
    );
    words.extend(cookie.same_site.iter().map(|same| format!("SameSite={same}")));
    words.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_without_what_stands_in_its_query() {
        assert_eq!(
            address("http://sp:8080/cb?code=s3cret&SAMLRequest=fZJN#access_token=abc"),
            "http://sp:8080/cb?code=…&SAMLRequest=…#…"
        );
        assert_eq!(address("http://sp/a"), "http://sp/a");
        assert_eq!(address("\u{1b}[31m"), "\\u{1b}[31m");
        assert!(address(&format!("http://sp/{}", "ä".repeat(400))).chars().count() <= LONGEST + 1);
    }
}
