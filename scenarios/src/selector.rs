//! Names for places in a message: `Assertion`, `Response/Signature`, `evil//NameID`, `Assertion[2]`.
//!
//! A first segment in lower case names what an operation kept; `document` is the whole text. Any other segment
//! is an element's local name, in whatever namespace; `/` goes to a child, `//` to a descendant, `[n]` takes
//! the n-th match in document order, `[last]` the last.

use std::{fmt, str::FromStr};

use roxmltree::Node;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A place in a message, or in what was kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Selector {
    label: Option<String>,
    steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Step {
    descend: bool,
    name: String,
    nth: Nth,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Nth {
    First,
    Number(usize),
    Last,
}

impl Selector {
    /// The name of what was kept, where the selector starts in it.
    pub fn label(&self) -> Option<&str> {
        self.label.as_deref().filter(|label| *label != "document")
    }

    /// Whether it is the whole text.
    pub fn is_document(&self) -> bool {
        self.label.as_deref() == Some("document") && self.steps.is_empty()
    }

    /// Whether it is all of what was kept under its label.
    pub fn is_whole(&self) -> bool {
        self.label().is_some() && self.steps.is_empty()
    }

    /// Every element of the tree that matches, in document order; `root` is the document element.
    pub fn all<'a, 'input>(&self, root: Node<'a, 'input>) -> Vec<Node<'a, 'input>> {
        let Some((first, rest)) = self.steps.split_first() else {
            return vec![root];
        };
        // Under a label the first step is relative to what was kept; otherwise it may match anywhere.
        let anywhere = self.label().is_none();
        let mut found = if anywhere {
            pick(
                first,
                root.descendants().filter(|n| named(n, &first.name)).collect(),
            )
        } else {
            step(first, root)
        };
        for next in rest {
            found = found.into_iter().flat_map(|n| step(next, n)).collect();
        }
        found
    }

    /// The first element that matches.
    pub fn first<'a, 'input>(&self, root: Node<'a, 'input>) -> Option<Node<'a, 'input>> {
        let Some((first, rest)) = self.steps.split_first() else {
            return Some(root);
        };
        if self.label().is_none() && first.nth == Nth::First {
            // The first name may match many; the first whose remainder matches decides.
            return root
                .descendants()
                .filter(|n| named(n, &first.name))
                .find_map(|n| {
                    rest.iter()
                        .try_fold(n, |at, next| step(next, at).into_iter().next())
                });
        }
        self.all(root).into_iter().next()
    }
}

fn named(node: &Node<'_, '_>, name: &str) -> bool {
    node.is_element() && (name == "*" || node.tag_name().name() == name)
}

fn step<'a, 'input>(step: &Step, at: Node<'a, 'input>) -> Vec<Node<'a, 'input>> {
    let matching = if step.descend {
        at.descendants()
            .skip(1)
            .filter(|n| named(n, &step.name))
            .collect()
    } else {
        at.children().filter(|n| named(n, &step.name)).collect()
    };
    pick(step, matching)
}

fn pick<'a, 'input>(step: &Step, matching: Vec<Node<'a, 'input>>) -> Vec<Node<'a, 'input>> {
    match step.nth {
        Nth::First => matching,
        Nth::Number(n) => matching.into_iter().nth(n - 1).into_iter().collect(),
        Nth::Last => matching.into_iter().next_back().into_iter().collect(),
    }
}

impl FromStr for Selector {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |why: &str| format!("`{text}` is not a place: {why}");
        let mut label = None;
        let mut steps = Vec::new();
        let mut rest = text;
        let mut first = true;
        while !rest.is_empty() || first {
            let descend = rest.starts_with("//");
            if !first || descend || rest.starts_with('/') {
                if first {
                    return Err(wrong("it starts with a slash"));
                }
                rest = rest
                    .strip_prefix("//")
                    .or_else(|| rest.strip_prefix('/'))
                    .unwrap_or(rest);
            }
            let end = rest.find('/').unwrap_or(rest.len());
            let (segment, tail) = rest.split_at(end);
            rest = tail;
            let (name, nth) = match segment.split_once('[') {
                None => (segment, Nth::First),
                Some((name, index)) => {
                    let index = index
                        .strip_suffix(']')
                        .ok_or_else(|| wrong("a bracket is not closed"))?;
                    let nth = match index {
                        "last" => Nth::Last,
                        n => Nth::Number(
                            n.parse()
                                .ok()
                                .filter(|n| *n > 0)
                                .ok_or_else(|| wrong("counting starts at 1"))?,
                        ),
                    };
                    (name, nth)
                }
            };
            if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || "_-.*".contains(c)) {
                return Err(wrong("a segment must be a local name"));
            }
            let is_label = first && name.starts_with(|c: char| c.is_lowercase());
            if is_label {
                label = Some(name.to_owned());
            } else {
                steps.push(Step {
                    descend,
                    name: name.to_owned(),
                    nth,
                });
            }
            first = false;
        }
        Ok(Self { label, steps })
    }
}

impl TryFrom<String> for Selector {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Selector> for String {
    fn from(selector: Selector) -> Self {
        selector.to_string()
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label.as_deref().unwrap_or_default())?;
        for (at, step) in self.steps.iter().enumerate() {
            let slash = if step.descend { "//" } else { "/" };
            f.write_str(if at == 0 && self.label.is_none() {
                ""
            } else {
                slash
            })?;
            f.write_str(&step.name)?;
            match step.nth {
                Nth::First => {}
                Nth::Number(n) => write!(f, "[{n}]")?,
                Nth::Last => f.write_str("[last]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TEXT: &str = "<Response><Signature/><Assertion n='1'><Issuer/><Signature/></Assertion>\
                        <Assertion n='2'><Subject><NameID/></Subject></Assertion></Response>";

    fn found(selector: &str) -> Vec<usize> {
        let tree = roxmltree::Document::parse(TEXT).unwrap();
        let selector: Selector = selector.parse().unwrap();
        selector
            .all(tree.root_element())
            .iter()
            .map(|n| n.range().start)
            .collect()
    }

    #[test]
    fn a_name_matches_anywhere_and_a_slash_goes_to_a_child() {
        assert_eq!(found("Signature").len(), 2);
        assert_eq!(found("Response/Signature"), [10]);
        assert_eq!(
            found("Assertion/Signature"),
            vec![TEXT.rfind("<Signature").unwrap()]
        );
        assert_eq!(found("Assertion[2]//NameID"), vec![TEXT.find("<NameID").unwrap()]);
        assert_eq!(found("Assertion[last]"), vec![TEXT.rfind("<Assertion").unwrap()]);
    }

    #[test]
    fn the_first_match_is_the_first_whose_remainder_matches() {
        let tree = roxmltree::Document::parse(TEXT).unwrap();
        let at: Selector = "Assertion/Subject/NameID".parse().unwrap();
        assert_eq!(at.first(tree.root_element()).unwrap().tag_name().name(), "NameID");
    }

    #[test]
    fn under_a_label_the_path_starts_at_what_was_kept() {
        let selector: Selector = "evil//NameID".parse().unwrap();
        assert_eq!(selector.label(), Some("evil"));
        let whole: Selector = "evil".parse().unwrap();
        assert!(whole.is_whole() && !whole.is_document());
        assert!("document".parse::<Selector>().unwrap().is_document());
    }

    #[test]
    fn what_is_not_a_place_is_said_to_be_none() {
        for bad in [
            "",
            "/Assertion",
            "Assertion[0]",
            "Assertion[",
            "A b",
            "Assertion//",
            "Assertion/",
        ] {
            assert!(bad.parse::<Selector>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics_and_writing_reads_back(text in "[A-Za-z/\\[\\]0-9*]{0,24}") {
            if let Ok(selector) = text.parse::<Selector>() {
                prop_assert_eq!(selector.to_string().parse::<Selector>().unwrap(), selector);
            }
        }
    }
}
