//! Names for places in a message: `Assertion`, `Response/Signature`, `evil//NameID`, `Assertion[2]`,
//! `Attribute[@Name=urn:oid:0.9.2342.19200300.100.1.3]/AttributeValue`, `Identity`.
//!
//! A first segment in lower case names what an operation kept; `document` is the whole text. Any other segment
//! is an element's local name, in whatever namespace; `/` goes to a child, `//` to a descendant, `[@NAME=VALUE]` keeps
//! the elements with that attribute, `[n]` takes the n-th match in document order, `[last]` the last.
//!
//! `Identity`, the last segment, is whatever the SP takes as the user's name: the NameID of an assertion and, where an
//! attribute counts ([`crate::Context::identity`]), its first AttributeValue. Without anything before it the assertion is the
//! message's first, below a label it is what was kept. Only `set` and `remove` do two places at once; in the text that is
//! written, a person's name and `{text:Identity}` are of the same claim.

use std::{fmt, str::FromStr};

use roxmltree::Node;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::claim::Claim;

/// The segment that stands for more than one place.
const IDENTITY: &str = "Identity";

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
    having: Option<Having>,
    nth: Nth,
}

/// An attribute by its local name, and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Having {
    name: String,
    value: String,
}

impl Step {
    fn to(name: &str) -> Self {
        Self {
            descend: false,
            name: name.to_owned(),
            having: None,
            nth: Nth::First,
        }
    }

    fn fits(&self, node: &Node<'_, '_>) -> bool {
        let having = self.having.as_ref();
        node.is_element()
            && (self.name == "*" || node.tag_name().name() == self.name)
            && having.is_none_or(|having| node.attribute(having.name.as_str()) == Some(&having.value))
    }
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

    /// Whether it stands for whatever the SP takes as the user's name.
    pub fn is_identity(&self) -> bool {
        self.steps.last().is_some_and(|step| step.name == IDENTITY)
    }

    /// The place where the value of this claim stands, if this is the `Identity`; itself otherwise.
    pub(crate) fn of(mut self, claim: &Claim) -> Self {
        if !self.is_identity() {
            return self;
        }
        self.steps.pop();
        if self.steps.is_empty() && self.label.is_none() {
            self.steps.push(Step::to("Assertion"));
        }
        let below = |name: &str| Step {
            descend: true,
            ..Step::to(name)
        };
        match claim {
            Claim::NameId => self.steps.push(below("NameID")),
            Claim::Attribute(name) => {
                self.steps.push(Step {
                    having: Some(Having {
                        name: "Name".to_owned(),
                        value: name.clone(),
                    }),
                    ..below("Attribute")
                });
                self.steps.push(Step {
                    nth: Nth::Number(1),
                    ..Step::to("AttributeValue")
                });
            }
        }
        self
    }

    /// Every element of the tree that matches, in document order; `root` is the document element.
    pub fn all<'a, 'input>(&self, root: Node<'a, 'input>) -> Vec<Node<'a, 'input>> {
        let Some((first, rest)) = self.steps.split_first() else {
            return vec![root];
        };
        // Under a label the first step is relative to what was kept; otherwise it may match anywhere.
        let anywhere = self.label().is_none();
        let mut found = if anywhere {
            pick(first, root.descendants().filter(|n| first.fits(n)).collect())
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
            return root.descendants().filter(|n| first.fits(n)).find_map(|n| {
                rest.iter()
                    .try_fold(n, |at, next| step(next, at).into_iter().next())
            });
        }
        self.all(root).into_iter().next()
    }
}

fn step<'a, 'input>(step: &Step, at: Node<'a, 'input>) -> Vec<Node<'a, 'input>> {
    let matching = if step.descend {
        at.descendants().skip(1).filter(|n| step.fits(n)).collect()
    } else {
        at.children().filter(|n| step.fits(n)).collect()
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
            let (segment, tail) = rest.split_at(end_of_segment(rest));
            rest = tail;
            let (name, brackets) = segment.split_at(segment.find('[').unwrap_or(segment.len()));
            if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || "_-.*".contains(c)) {
                return Err(wrong("a segment must be a local name"));
            }
            let (having, nth) = bracketed(brackets).map_err(wrong)?;
            if name == IDENTITY && !(brackets.is_empty() && rest.is_empty()) {
                return Err(wrong("Identity is the last segment, and has no brackets"));
            }
            let is_label = first && name.starts_with(|c: char| c.is_lowercase());
            if is_label {
                label = Some(name.to_owned());
            } else {
                steps.push(Step {
                    descend,
                    name: name.to_owned(),
                    having,
                    nth,
                });
            }
            first = false;
        }
        Ok(Self { label, steps })
    }
}

/// Where a segment ends: at a slash, but for those in brackets.
fn end_of_segment(text: &str) -> usize {
    let mut inside = false;
    let at = text.find(|c: char| {
        inside = c == '[' || inside && c != ']';
        c == '/' && !inside
    });
    at.unwrap_or(text.len())
}

/// What stands in the brackets behind a name: an attribute with its value, then a number, each if at all.
fn bracketed(brackets: &str) -> Result<(Option<Having>, Nth), &'static str> {
    let mut having = None;
    let mut rest = brackets;
    if let Some(attribute) = rest.strip_prefix("[@") {
        let (attribute, tail) = attribute.split_once(']').ok_or("a bracket is not closed")?;
        let (name, value) = attribute.split_once('=').ok_or("an attribute is [@NAME=VALUE]")?;
        if name.is_empty() || value.is_empty() || value.contains('[') {
            return Err("an attribute is [@NAME=VALUE]");
        }
        having = Some(Having {
            name: name.to_owned(),
            value: value.to_owned(),
        });
        rest = tail;
    }
    if rest.is_empty() {
        return Ok((having, Nth::First));
    }
    let index = rest
        .strip_prefix('[')
        .and_then(|index| index.strip_suffix(']'))
        .ok_or("a bracket is not closed")?;
    let nth = match index {
        "last" => Nth::Last,
        n => {
            let n = n.parse().ok().filter(|n| *n > 0);
            Nth::Number(n.ok_or("counting starts at 1")?)
        }
    };
    Ok((having, nth))
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
            if let Some(Having { name, value }) = &step.having {
                write!(f, "[@{name}={value}]")?;
            }
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
    fn an_attribute_in_brackets_tells_elements_of_one_name_apart() {
        assert_eq!(found("Assertion[@n=2]").len(), 1);
        assert_eq!(found("Assertion[@n=2]"), found("Assertion[2]"));
        assert!(found("Assertion[@n=3]").is_empty());
        assert_eq!(found("Assertion[@n=1][last]/Issuer").len(), 1);
        let uri: Selector = "Attribute[@Name=http://a.example/b]/AttributeValue"
            .parse()
            .unwrap();
        assert_eq!(
            uri.to_string(),
            "Attribute[@Name=http://a.example/b]/AttributeValue"
        );
    }

    #[test]
    fn the_identity_is_a_place_for_each_claim() {
        let of = |selector: &str, claim: &Claim| {
            let selector: Selector = selector.parse().unwrap();
            assert!(selector.is_identity());
            selector.of(claim).to_string()
        };
        let mail = Claim::Attribute("urn:x/mail".to_owned());
        assert_eq!(of("Identity", &Claim::NameId), "Assertion//NameID");
        assert_eq!(
            of("Identity", &mail),
            "Assertion//Attribute[@Name=urn:x/mail]/AttributeValue[1]"
        );
        assert_eq!(of("evil//Identity", &Claim::NameId), "evil//NameID");
        assert_eq!(
            of("Assertion[2]/Identity", &mail),
            "Assertion[2]//Attribute[@Name=urn:x/mail]/AttributeValue[1]"
        );
        let other: Selector = "NameID".parse().unwrap();
        assert_eq!(other.clone().of(&mail), other);
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
            "Attribute[@Name]",
            "Attribute[@Name=",
            "Attribute[@=x]",
            "Attribute[1][@Name=x]",
            "Identity[1]",
            "Identity/Text",
        ] {
            assert!(bad.parse::<Selector>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics_and_writing_reads_back(text in "[A-Za-z/\\[\\]@=0-9*]{0,24}") {
            if let Ok(selector) = text.parse::<Selector>() {
                prop_assert_eq!(selector.to_string().parse::<Selector>().unwrap(), selector);
            }
        }
    }
}
