//! Where an accepted login comes to rest, and nobody else does.

use std::collections::BTreeSet;

use url::Url;

use super::{
    fingerprint::words,
    observation::{Ended, Journey, Page},
};

/// The place where flawless logins came to rest, learned beside what nobody sees there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Landing {
    path: String,
    /// Words of the page that each accepted login showed and nobody else's visit did; none where the place itself tells.
    own: BTreeSet<String>,
}

impl Landing {
    /// Learns it from accepted logins, refusals, and a visit without a session to the same address. None where the place
    /// tells nothing: a refusal or a visit of nobody rests there too, and shows the same words.
    pub(crate) fn learn(accepted: &[&Journey], refused: &[&Journey], anonymous: &Journey) -> Option<Self> {
        let pages: Vec<&Page> = accepted.iter().filter_map(|journey| rested(journey)).collect();
        let (first, rest) = pages.split_first()?;
        let path = path(first);
        if first.status >= 300 || rest.iter().any(|page| self::path(page) != path) {
            return None;
        }
        let others: Vec<&Page> = refused
            .iter()
            .chain([&anonymous])
            .filter_map(|journey| rested(journey))
            .filter(|page| self::path(page) == path && page.status < 300)
            .collect();
        if others.is_empty() {
            return Some(Self {
                path,
                own: BTreeSet::new(),
            });
        }
        let mut own = words(first);
        for page in rest {
            let these = words(page);
            own.retain(|word| these.contains(word));
        }
        for page in others {
            let theirs = words(page);
            own.retain(|word| !theirs.contains(word));
        }
        (!own.is_empty()).then_some(Self { path, own })
    }

    /// Whether a journey came to rest as an accepted login does.
    pub(crate) fn is(&self, journey: &Journey) -> bool {
        rested(journey).is_some_and(|page| {
            page.status < 300 && path(page) == self.path && self.own.is_subset(&words(page))
        })
    }
}

fn rested(journey: &Journey) -> Option<&Page> {
    journey.page.as_ref().filter(|_| journey.ended == Ended::Answered)
}

/// Host and path: the query varies.
fn path(page: &Page) -> String {
    Url::parse(&page.url).map_or_else(
        |_| page.url.clone(),
        |url| format!("{}{}", url.host_str().unwrap_or_default(), url.path()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(path: &str, status: u16, body: &str) -> Journey {
        Journey {
            page: Some(Page {
                url: format!("http://127.0.0.1{path}"),
                status,
                body: body.to_owned(),
                ..Page::default()
            }),
            ..Journey::default()
        }
    }

    #[test]
    fn a_place_that_only_logins_reach_tells_by_itself() {
        let landing = Landing::learn(
            &[&at("/app", 200, "alice"), &at("/app", 200, "mallory")],
            &[&at("/acs", 403, "no")],
            &at("/login", 200, "sign in"),
        )
        .unwrap();
        assert!(landing.is(&at("/app", 200, "second factor please")));
        assert!(!landing.is(&at("/acs", 403, "no")));
    }

    #[test]
    fn a_place_that_everybody_reaches_tells_by_what_only_logins_see() {
        let accepted = [
            at("/", 200, "Welcome, sign out here"),
            at("/", 200, "Welcome, sign out here"),
        ];
        let accepted: Vec<&Journey> = accepted.iter().collect();
        let nobody = at("/", 200, "Welcome, sign in here");
        let landing = Landing::learn(&accepted, &[], &nobody).unwrap();
        assert!(landing.is(&at("/", 200, "Welcome, sign out here")));
        assert!(!landing.is(&at("/", 200, "Welcome, sign in here")));
        assert_eq!(
            Landing::learn(&accepted, &[accepted[0]], &nobody),
            None,
            "a refusal looks the same"
        );
    }
}
