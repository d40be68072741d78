//! The places of a page where an identity may stand, kept until genuine logins have shown which of them follow it.

use std::collections::BTreeSet;

use scenarios::Persona;
use scraper::{ElementRef, Html};
use serde_json::Value;

use super::rule::IdentityRule;
use crate::judge::{marker::stands_alone, observation::Page, people::same};

/// So many places of a page are looked at.
const PLACES: usize = 400;
/// Longer texts are no identities.
const LONGEST: usize = 300;
/// A page with more tags than this is not searched for places.
const TAGS: usize = 4_000;

/// The rank of a place that shows something of the SP's own.
const OPAQUE: u8 = 4;

/// One genuine login as the probe's page showed it.
#[derive(Clone, Debug)]
struct Seen {
    persona: Persona,
    page: Page,
    /// The values that this login issued.
    issued: Vec<String>,
}

/// Places that may hold the identity, and the genuine logins that tell which do.
#[derive(Clone, Debug, Default)]
pub(crate) struct Candidates {
    seen: Vec<Seen>,
    anonymous: Option<Page>,
}

impl Candidates {
    /// What nobody sees.
    pub(crate) fn anonymous(&mut self, page: &Page) {
        self.anonymous = Some(page.clone());
    }

    /// What a genuine login shows.
    pub(crate) fn saw(&mut self, persona: Persona, page: &Page, issued: &[String]) {
        self.seen.push(Seen {
            persona,
            page: page.clone(),
            issued: issued.to_vec(),
        });
    }

    /// The places that follow every login seen, the best first: a place follows where it shows a value of each login's own
    /// message, or something of the SP's own that is one person's each time and never two persons'.
    pub(crate) fn following(&self) -> Vec<IdentityRule> {
        self.ranked().into_iter().map(|(_, rule)| rule).collect()
    }

    /// The same, each with how well it follows, 0 best.
    pub(crate) fn ranked(&self) -> Vec<(u8, IdentityRule)> {
        let Some(first) = self.seen.first() else {
            return Vec::new();
        };
        // Of two places that hold the same, the one with less around it is the better.
        let length = |rule: &IdentityRule| rule.find(&first.page).map_or(0, |text| text.len());
        let mut ranked: Vec<(u8, usize, usize, IdentityRule)> = places(&first.page)
            .into_iter()
            .enumerate()
            .filter_map(|(at, rule)| Some((self.rank(&rule)?, length(&rule), at, rule)))
            .collect();
        // The NameID has a name of its own; attributes lie deeper.
        let depth = |rule: &IdentityRule| match rule {
            IdentityRule::Json(pointer) | IdentityRule::Jwt(pointer) => pointer.matches('/').count(),
            _ => 0,
        };
        // What the SP says itself goes before what its token claims, where both are values of the message.
        let claimed = |rule: &IdentityRule| matches!(rule, IdentityRule::Jwt(_));
        ranked.sort_by_key(|(rank, length, at, rule)| {
            (*rank == OPAQUE, claimed(rule), *rank, *length, depth(rule), *at)
        });
        ranked
            .into_iter()
            .map(|(rank, _, _, rule)| (rank, rule))
            .collect()
    }

    /// How well a place follows, 0 best; none where it does not.
    fn rank(&self, rule: &IdentityRule) -> Option<u8> {
        let shown: Vec<(&Seen, String)> = self
            .seen
            .iter()
            .map(|seen| Some((seen, rule.find(&seen.page)?)))
            .collect::<Option<_>>()?;
        let nobody = self.anonymous.as_ref().and_then(|page| rule.find(page));
        if shown.iter().any(|(_, text)| Some(text) == nobody.as_ref()) {
            return None;
        }
        let apart = shown.iter().all(|(one, text)| {
            shown
                .iter()
                .all(|(other, theirs)| one.persona == other.persona || !same(text, theirs))
        });
        if !apart {
            return None;
        }
        let all = |holds: &dyn Fn(&str, &str) -> bool| {
            shown
                .iter()
                .all(|(seen, text)| seen.issued.iter().any(|value| holds(text, value)))
        };
        // An account's name looks like one; a given name is a value too, and two people may share it.
        if all(&|text, value| text.trim() == value && value.contains('@')) {
            return Some(0);
        }
        if all(&|text, value| text.trim() == value) {
            return Some(1);
        }
        if all(&same) {
            return Some(2);
        }
        if all(&|text, value| value.len() > 2 && stands_alone(text, value)) {
            return Some(3);
        }
        let steady = shown.iter().all(|(one, text)| {
            shown
                .iter()
                .all(|(other, theirs)| one.persona != other.persona || text == theirs)
        });
        let people: BTreeSet<Persona> = shown.iter().map(|(seen, _)| seen.persona).collect();
        let twice = shown.len() > people.len();
        (steady && twice && people.len() > 1).then_some(OPAQUE)
    }
}

/// Each place of a page that holds a short text.
fn places(page: &Page) -> Vec<IdentityRule> {
    let mut rules = Vec::new();
    if let Ok(json) = serde_json::from_str::<Value>(&page.body) {
        pointers(&json, &mut String::new(), &mut rules, &IdentityRule::Json);
    } else if page.body.bytes().filter(|byte| *byte == b'<').count() <= TAGS {
        elements(&page.body, &mut rules);
    }
    rules.extend(
        page.headers
            .iter()
            .filter(|(name, _)| name.starts_with("x-") || name.contains("user"))
            .filter_map(|(name, _)| format!("header:{name}").parse().ok()),
    );
    let claims = page.claims.as_deref().map(serde_json::from_str::<Value>);
    if let Some(Ok(claims)) = claims {
        // The page's own places leave room for them.
        let mut claimed = Vec::new();
        pointers(&claims, &mut String::new(), &mut claimed, &IdentityRule::Jwt);
        rules.extend(claimed);
    }
    rules
}

fn pointers(
    json: &Value,
    at: &mut String,
    rules: &mut Vec<IdentityRule>,
    kind: &dyn Fn(String) -> IdentityRule,
) {
    if rules.len() >= PLACES {
        return;
    }
    let mut below = |key: &str, value: &Value, rules: &mut Vec<IdentityRule>| {
        let length = at.len();
        at.push('/');
        at.push_str(&key.replace('~', "~0").replace('/', "~1"));
        pointers(value, at, rules, kind);
        at.truncate(length);
    };
    match json {
        Value::Array(values) => {
            for (place, value) in values.iter().enumerate() {
                below(&place.to_string(), value, rules);
            }
        }
        Value::Object(values) => {
            for (key, value) in values {
                below(key, value, rules);
            }
        }
        Value::String(text) if text.len() <= LONGEST => rules.push(kind(at.clone())),
        Value::Number(_) => rules.push(kind(at.clone())),
        _ => {}
    }
}

fn elements(body: &str, rules: &mut Vec<IdentityRule>) {
    let document = Html::parse_document(body);
    let skipped = [
        "html", "body", "script", "style", "head", "title", "noscript", "template",
    ];
    let mut known = BTreeSet::new();
    for element in document
        .root_element()
        .descendants()
        .filter_map(ElementRef::wrap)
        .filter(|element| !skipped.contains(&element.value().name()))
    {
        if rules.len() >= PLACES {
            return;
        }
        let text: usize = element.text().map(|text| text.trim().len()).sum();
        let value = element.attr("value").map_or(0, str::len);
        if (1..=LONGEST).contains(&text.max(value)) {
            rules.extend(
                ways(element)
                    .into_iter()
                    .filter(|way| known.insert(way.clone()))
                    .filter_map(|way| {
                        let rule: IdentityRule = format!("css:{way}").parse().ok()?;
                        Some(rule)
                    }),
            );
        }
    }
}

/// How an element can be called, the steadiest first: by its id, its class, its name, its place among its siblings.
fn ways(element: ElementRef<'_>) -> Vec<String> {
    let name = element.value().name();
    let word = |text: &&str| {
        !text.is_empty()
            && text
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
            && !text.starts_with(|c: char| c.is_ascii_digit())
    };
    let by_id = element.attr("id").filter(word).map(|id| format!("#{id}"));
    let classes = element.attr("class").unwrap_or_default().split_whitespace();
    let by_class: Vec<String> = classes
        .filter(word)
        .take(3)
        .map(|class| format!("{name}.{class}"))
        .collect();
    let by_name = element
        .attr("name")
        .filter(word)
        .map(|own| format!("{name}[name=\"{own}\"]"));
    let mut ways: Vec<String> = by_id.into_iter().chain(by_class).chain(by_name).collect();
    ways.extend(by_place(element));
    ways
}

/// The path from the nearest ancestor with an id, or from the body.
fn by_place(element: ElementRef<'_>) -> Option<String> {
    let mut steps = Vec::new();
    let mut at = element;
    loop {
        let name = at.value().name();
        if name == "body" || name == "html" {
            steps.push(name.to_owned());
            break;
        }
        let nth = 1 + at
            .prev_siblings()
            .filter_map(ElementRef::wrap)
            .filter(|sibling| sibling.value().name() == name)
            .count();
        steps.push(format!("{name}:nth-of-type({nth})"));
        at = ElementRef::wrap(at.parent()?)?;
        if steps.len() > 12 {
            return None;
        }
    }
    steps.reverse();
    Some(steps.join(" > "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(body: &str) -> Page {
        Page {
            body: body.to_owned(),
            ..Page::default()
        }
    }

    /// The places that follow alice twice, the attacker and the victim on a page.
    fn following(body: impl Fn(&str, usize) -> String) -> Vec<String> {
        following_with(body, |_, _| None)
    }

    fn following_with(
        body: impl Fn(&str, usize) -> String,
        claims: impl Fn(&str, usize) -> Option<String>,
    ) -> Vec<String> {
        let mut candidates = Candidates::default();
        candidates.anonymous(&page("<p>sign in</p>"));
        let logins = [
            (Persona::Alice, "alice@x.example"),
            (Persona::Alice, "alice@x.example"),
            (Persona::Attacker, "mallory@x.example"),
            (Persona::Victim, "admin@x.example"),
        ];
        for (visit, (persona, name)) in logins.into_iter().enumerate() {
            let page = Page {
                claims: claims(name, visit),
                ..page(&body(name, visit))
            };
            candidates.saw(persona, &page, &[name.to_owned()]);
        }
        candidates.following().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn of_two_places_the_one_that_stays_behind_is_left_out() {
        let visitors = [
            "nobody",
            "alice@x.example",
            "alice@x.example",
            "mallory@x.example",
        ];
        let found = following(|name, visit| {
            format!(
                r#"{{"last": "{}", "owner": "alice@x.example", "user": {{"n/m": "{name}"}}}}"#,
                visitors[visit]
            )
        });
        assert_eq!(found, ["json:/user/n~1m"]);
    }

    #[test]
    fn a_name_in_running_text_is_found_by_its_element() {
        let found = following(|name, _| format!("<body><div id=top><p>Hello, {name}!</p></div>"));
        assert_eq!(found[0], "css:#top");
    }

    #[test]
    fn an_account_number_of_the_sps_own_follows_where_no_value_of_the_message_stands() {
        let found = following(|name, visit| {
            let number: u32 = name.bytes().map(u32::from).sum();
            format!(r#"{{"account": {number}, "visit": {visit}}}"#)
        });
        assert_eq!(found, ["json:/account"]);
    }

    #[test]
    fn a_claim_of_the_token_is_found_where_the_page_has_no_place() {
        let claims = |name: &str, visit: usize| {
            Some(format!(
                r#"{{"jti": "{visit}", "aud": "x", "emails": [{{"value": "{name}"}}]}}"#
            ))
        };
        let found = following_with(|_, _| "Welcome".to_owned(), claims);
        assert_eq!(found, ["jwt:/emails/0/value"]);
        let found = following_with(|name, _| format!("<p id=who>Hello, {name}!</p>"), claims);
        assert_eq!(
            (found[0].as_str(), found.last().unwrap().as_str()),
            ("css:#who", "jwt:/emails/0/value")
        );
    }

    #[test]
    fn of_places_that_hold_the_same_the_one_at_the_top_is_taken() {
        let found =
            following(|name, _| format!(r#"{{"attributes": {{"mail": ["{name}"]}}, "nameId": "{name}"}}"#));
        assert_eq!(found, ["json:/nameId", "json:/attributes/mail/0"]);
    }

    #[test]
    fn a_page_without_a_place_has_no_candidate() {
        assert!(following(|_, _| "<p>Welcome</p>".to_owned()).is_empty());
        assert!(following(|_, visit| format!(r#"{{"token": "{visit}"}}"#)).is_empty());
    }
}
