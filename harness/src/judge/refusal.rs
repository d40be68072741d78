//! What several different refusals of one SP have in common, and by which a 5xx is known for a refusal.

use std::collections::BTreeSet;

use super::{fingerprint::words, observation::Page};

/// How an SP refuses, learned from messages that nobody may accept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Refusals {
    shapes: Vec<Shape>,
}

/// The words that never vary, and how many others may stand beside them.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Shape {
    status: u16,
    common: BTreeSet<String>,
    slack: usize,
}

/// Words that may stand on a page beside those of a refusal that was seen: a reference, a user's name.
const SLACK: usize = 4;

impl Refusals {
    /// Learns from the pages of refusals of different kinds; `twin` is a second refusal of the first one's kind.
    pub(crate) fn learn(pages: &[Page], twin: Option<&Page>) -> Self {
        let told: Vec<(u16, BTreeSet<String>)> =
            pages.iter().map(|page| (page.status, words(page))).collect();
        let mut shapes = Vec::new();
        let statuses: BTreeSet<u16> = told.iter().map(|(status, _)| *status).collect();
        for status in statuses {
            let group: Vec<&BTreeSet<String>> = told
                .iter()
                .filter(|(of, _)| *of == status)
                .map(|(_, words)| words)
                .collect();
            shapes.extend(shared(status, &group));
        }
        // Where the same message is refused with the same words twice, nothing varies, and each page is known as it is.
        let steady = match (pages.first(), twin) {
            (Some(first), Some(twin)) => first.status == twin.status && words(first) == words(twin),
            _ => false,
        };
        if steady {
            shapes.extend(told.into_iter().map(|(status, common)| Shape {
                status,
                common,
                slack: SLACK,
            }));
        }
        Self { shapes }
    }

    /// Whether a page is one of this SP's refusals.
    pub(crate) fn knows(&self, page: &Page) -> bool {
        let words = words(page);
        self.shapes.iter().any(|shape| {
            shape.status == page.status
                && shape.common.is_subset(&words)
                && words.len() - shape.common.len() <= shape.slack
        })
    }

    /// Whether it is known with this status at all.
    pub(crate) fn has(&self, status: u16) -> bool {
        self.shapes.iter().any(|shape| shape.status == status)
    }
}

/// What the pages of one status share, where that is at least half of them: a page of random words has no shape.
fn shared(status: u16, pages: &[&BTreeSet<String>]) -> Option<Shape> {
    let (first, rest) = pages.split_first()?;
    if rest.is_empty() {
        return None;
    }
    let common: BTreeSet<String> = first
        .iter()
        .filter(|word| rest.iter().all(|page| page.contains(*word)))
        .cloned()
        .collect();
    let longest = pages.iter().map(|page| page.len()).max().unwrap_or(0);
    (common.len() * 2 >= longest).then(|| Shape {
        status,
        slack: SLACK.max((longest - common.len()) * 2),
        common,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(status: u16, body: &str) -> Page {
        Page {
            status,
            body: body.to_owned(),
            ..Page::default()
        }
    }

    fn learned(bodies: &[&str]) -> Refusals {
        let pages: Vec<Page> = bodies.iter().map(|body| page(500, body)).collect();
        Refusals::learn(&pages, None)
    }

    #[test]
    fn a_reference_of_random_letters_is_no_part_of_a_refusal() {
        let known = learned(&[
            "Sign-in failed, please quote reference qzkwxb to the help desk",
            "Sign-in failed, please quote reference a81kkz to the help desk",
            "Sign-in failed, please quote reference pppqqa to the help desk",
        ]);
        let another = page(
            500,
            "Sign-in failed, please quote reference zzhgfd to the help desk",
        );
        assert!(known.knows(&another));
        assert!(!known.knows(&page(503, &another.body)), "another status");
        let trace = "Traceback: File app.py line handler in process raise KeyError value missing from the \
                     dictionary of the assertion consumer";
        assert!(!known.knows(&page(500, trace)));
    }

    #[test]
    fn a_page_of_random_words_has_no_shape() {
        let known = learned(&[
            "amber otter under glass",
            "seven winds over stone",
            "quiet lamp beside water",
        ]);
        assert!(!known.knows(&page(500, "amber otter under glass")));
        assert!(!known.has(500));
    }

    #[test]
    fn pages_that_differ_by_the_kind_of_refusal_are_each_known_where_nothing_varies() {
        let pages = [
            page(500, "signature is missing"),
            page(500, "assertion has expired"),
        ];
        let known = Refusals::learn(&pages, Some(&pages[0].clone()));
        assert!(known.knows(&pages[1]));
        assert!(!known.knows(&page(500, "null pointer dereference")));
    }

    #[test]
    fn an_empty_page_is_a_shape_too() {
        let known = learned(&["", ""]);
        assert!(known.knows(&page(500, "")));
        assert!(!known.knows(&page(
            500,
            "java.lang.NullPointerException at com example Acs post line twelve"
        )));
    }
}
