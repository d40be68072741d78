//! What an assertion says of a person, value by value: the NameID and the attributes.

use std::{borrow::Cow, collections::HashSet, sync::OnceLock};

use roxmltree::Node;

use crate::{fault::Fault, persona::Persona};

/// Where in an assertion a value stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Claim {
    /// The NameID of the Subject.
    NameId,
    /// The Attribute of this Name.
    Attribute(String),
}

impl std::fmt::Display for Claim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NameId => f.write_str("NameID"),
            Self::Attribute(name) => write!(f, "attribute {name}"),
        }
    }
}

/// Each value of a message with its claim, once, in document order.
pub type Values = Vec<(Claim, String)>;

/// What the IdP says of one person in answer to one request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Claims {
    /// The NameID.
    pub(crate) name_id: String,
    /// The attributes, in their order.
    pub(crate) attributes: Vec<saml::assertion::Attribute>,
}

impl Claims {
    /// What a response says in its first assertion.
    pub(crate) fn of(response: &saml::Response) -> Self {
        let Some(assertion) = response.assertions.first() else {
            return Self::default();
        };
        let name_id = assertion.subject.name_id.as_ref();
        Self {
            name_id: name_id.map(|name| name.value.clone()).unwrap_or_default(),
            attributes: assertion.attributes.clone(),
        }
    }

    /// The value of a claim; the first, where an attribute has several.
    pub(crate) fn value(&self, claim: &Claim) -> Option<&str> {
        match claim {
            Claim::NameId => Some(&self.name_id),
            Claim::Attribute(name) => {
                let attribute = self.attributes.iter().find(|attribute| attribute.name == *name)?;
                attribute.values.first().map(String::as_str)
            }
        }
    }

    /// Every value.
    pub(crate) fn values(&self) -> Values {
        let name = std::iter::once((Claim::NameId, self.name_id.clone()));
        let attributes = self.attributes.iter().flat_map(|attribute| {
            let claim = Claim::Attribute(attribute.name.clone());
            let values = attribute.values.iter();
            values.map(move |value| (claim.clone(), value.clone()))
        });
        let mut seen = HashSet::new();
        name.chain(attributes)
            .filter(|value| seen.insert(value.clone()))
            .collect()
    }
}

/// The claims of the scenarios' people, each found out when first asked for: they are the same all through the forging of
/// one message.
#[derive(Clone, Debug, Default)]
pub(crate) struct People([OnceLock<Claims>; Persona::ALL.len()]);

impl People {
    /// The claims of a persona.
    pub(crate) fn of(
        &self,
        persona: Persona,
        find: impl FnOnce() -> Result<Claims, Fault>,
    ) -> Result<&Claims, Fault> {
        let cell = &self.0[persona as usize];
        match cell.get() {
            Some(claims) => Ok(claims),
            None => {
                let found = find()?;
                Ok(cell.get_or_init(|| found))
            }
        }
    }
}

/// Every NameID and AttributeValue below a node, whatever namespace they are in and wherever they stand: what some reader may
/// take for somebody's name. All text of an element is its value, whatever parts it.
pub(crate) fn values_below(node: Node<'_, '_>) -> Values {
    // A group claim may have thousands of values, so nothing is copied before it is known to be new.
    let mut seen = HashSet::new();
    let mut values = Vec::new();
    for element in node.descendants().filter(Node::is_element) {
        let attribute = match element.tag_name().name() {
            "NameID" => None,
            "AttributeValue" => {
                let parent = element.parent_element();
                Some(
                    parent
                        .and_then(|parent| parent.attribute("Name"))
                        .unwrap_or_default(),
                )
            }
            _ => continue,
        };
        let value = text_of(element);
        if seen.insert((attribute, value.clone())) {
            let claim = attribute.map_or(Claim::NameId, |name| Claim::Attribute(name.to_owned()));
            values.push((claim, value.into_owned()));
        }
    }
    values
}

/// All text in an element.
fn text_of<'a>(element: Node<'a, '_>) -> Cow<'a, str> {
    let mut texts = element.descendants().filter_map(|node| match node.is_text() {
        true => node.text(),
        false => None,
    });
    let first = texts.next().unwrap_or_default();
    match texts.next() {
        None => Cow::Borrowed(first),
        Some(second) => Cow::Owned([first, second].into_iter().chain(texts).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_all_text_of_its_element_whatever_parts_it() {
        let text = "<!DOCTYPE r [<!ENTITY s '.example'>]><r><NameID>ad<!-- -->min<![CDATA[@contoso]]>&s;</NameID>\
                    <x:Attribute xmlns:x='urn:x' Name='mail'><x:AttributeValue>a<b>b</b>c</x:AttributeValue>\
                    <x:AttributeValue/></x:Attribute><NameID>admin@contoso.example</NameID></r>";
        let options = roxmltree::ParsingOptions {
            allow_dtd: true,
            ..roxmltree::ParsingOptions::default()
        };
        let tree = roxmltree::Document::parse_with_options(text, options).unwrap();
        let mail = Claim::Attribute("mail".to_owned());
        assert_eq!(
            values_below(tree.root()),
            [
                (Claim::NameId, "admin@contoso.example".to_owned()),
                (mail.clone(), "abc".to_owned()),
                (mail, String::new()),
            ]
        );
    }

    #[test]
    fn a_person_is_asked_for_once() {
        let people = People::default();
        let alice = |name: &str| Claims {
            name_id: name.to_owned(),
            ..Claims::default()
        };
        let first = people.of(Persona::Alice, || Ok(alice("alice"))).unwrap();
        assert_eq!(first.name_id, "alice");
        let again = people
            .of(Persona::Alice, || Err(Fault::recipe("asked again")))
            .unwrap();
        assert_eq!(again.name_id, "alice");
        people
            .of(Persona::Victim, || Err(Fault::recipe("not there")))
            .unwrap_err();
    }
}
