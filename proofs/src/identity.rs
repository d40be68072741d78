//! Who an Assertion speaks of.

use roxmltree::Node;

use crate::xml::{self, SAML};

/// How many NameIDs of one Assertion are told apart.
const NAME_IDS: usize = 16;

/// Who an Assertion says was authenticated, by whom it says so, and for whom.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Identity {
    /// The text of the Assertion's `saml:Issuer`.
    pub issuer: String,
    /// The text of the Subject's `saml:NameID`, comments left out; `None` without one (an EncryptedID, say).
    pub name_id: Option<String>,
    /// Each `saml:Attribute` by its Name with the texts of its values, in document order.
    pub attributes: Vec<(String, Vec<String>)>,
    /// The Assertion's `ID`.
    pub assertion_id: Option<String>,
    /// The texts of the Audiences of each `saml:AudienceRestriction`: of each list one must be the reader (Core, section
    /// 2.5.1.4).
    pub audiences: Vec<Vec<String>>,
    /// The Subject's `saml:SubjectConfirmation`s: one must hold (Core, section 2.4.1.1).
    pub confirmations: Vec<Confirmation>,
    /// Whether there is a `saml:AuthnStatement`, without which an Assertion says nothing of a sign-in (Profiles, section
    /// 4.1.4.2).
    pub authn_statement: bool,
}

/// How a `saml:SubjectConfirmation` lets the Subject be confirmed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Confirmation {
    /// Its `Method`.
    pub method: String,
    /// The `Recipient` of its SubjectConfirmationData: where it may be presented.
    pub recipient: Option<String>,
}

impl Confirmation {
    /// Whether it confirms whoever bears the Assertion, which is what web browser single sign-on takes.
    #[must_use]
    pub fn is_bearer(&self) -> bool {
        self.method == "urn:oasis:names:tc:SAML:2.0:cm:bearer"
    }
}

/// The identity of an Assertion that says exactly one.
pub(crate) fn one(assertion: Node<'_, '_>) -> Result<Identity, String> {
    let issuer = plain(xml::only(assertion, SAML, "Issuer")?)?;
    let name_id = match xml::at_most_one(assertion, SAML, "Subject")? {
        Some(subject) => xml::at_most_one(subject, SAML, "NameID")?
            .map(plain)
            .transpose()?,
        None => None,
    };
    Ok(read(assertion, issuer, name_id, None))
}

/// All identities that an Assertion could be read to say: more than one if its issuer put in several NameIDs.
pub(crate) fn every(assertion: Node<'_, '_>, without: Option<Node<'_, '_>>) -> Vec<Identity> {
    let issuer = xml::children(assertion, SAML, "Issuer").next();
    let issuer = issuer
        .map(|issuer| xml::joined_text(issuer, without))
        .unwrap_or_default();
    let mut names: Vec<Option<String>> = xml::children(assertion, SAML, "Subject")
        .flat_map(|subject| xml::children(subject, SAML, "NameID"))
        .take(NAME_IDS)
        .map(|name| Some(xml::joined_text(name, without)))
        .collect();
    if names.is_empty() {
        names.push(None);
    }
    names
        .into_iter()
        .map(|name| read(assertion, issuer.clone(), name, without))
        .collect()
}

fn read(
    assertion: Node<'_, '_>,
    issuer: String,
    name_id: Option<String>,
    without: Option<Node<'_, '_>>,
) -> Identity {
    let attributes = xml::children(assertion, SAML, "AttributeStatement")
        .flat_map(|statement| xml::children(statement, SAML, "Attribute"))
        .map(|attribute| {
            let values = xml::children(attribute, SAML, "AttributeValue");
            let values = values.map(|value| xml::joined_text(value, without)).collect();
            (
                xml::attribute(attribute, "Name").unwrap_or_default().to_owned(),
                values,
            )
        })
        .collect();
    let audiences = xml::children(assertion, SAML, "Conditions")
        .flat_map(|conditions| xml::children(conditions, SAML, "AudienceRestriction"))
        .map(|restriction| {
            let audiences = xml::children(restriction, SAML, "Audience");
            audiences
                .map(|audience| xml::joined_text(audience, without))
                .collect()
        })
        .collect();
    let confirmations = xml::children(assertion, SAML, "Subject")
        .flat_map(|subject| xml::children(subject, SAML, "SubjectConfirmation"))
        .map(confirmation)
        .collect();
    Identity {
        issuer,
        name_id,
        attributes,
        assertion_id: xml::attribute(assertion, "ID").map(str::to_owned),
        audiences,
        confirmations,
        authn_statement: xml::children(assertion, SAML, "AuthnStatement").next().is_some(),
    }
}

fn confirmation(element: Node<'_, '_>) -> Confirmation {
    let recipient = xml::children(element, SAML, "SubjectConfirmationData")
        .find_map(|data| xml::attribute(data, "Recipient"));
    Confirmation {
        method: xml::attribute(element, "Method").unwrap_or_default().to_owned(),
        recipient: recipient.map(str::to_owned),
    }
}

/// Text without elements in it. Comments may part it: they are not signed, and not read.
fn plain(element: Node<'_, '_>) -> Result<String, String> {
    if element.children().any(|child| child.is_element()) {
        return Err(format!(
            "the {} holds elements where only text belongs",
            element.tag_name().name()
        ));
    }
    Ok(xml::joined_text(element, None))
}
