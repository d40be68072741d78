//! The verbs that change a message: on the draft before signing, on the signed text afterwards.
//!
//! A document is text. Each operation selects by reading the text's tree and edits by splicing the text, so
//! that every byte it does not name stays as it was. Texts may hold placeholders, see [`crate::context`].

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{encryption::Encryption, persona::Persona, selector::Selector, signature::Signing, verbs::verbs};

verbs! {
    /// One edit of a message.
    Operation {
        /// Keeps a copy of an element under a name.
        "copy" => Copy,
        /// Takes an element out and keeps it under a name.
        "cut" => Cut,
        /// Removes an element.
        "remove" => Remove,
        /// Puts what was kept into the message.
        "put" => Put,
        /// Puts text into the message, as it stands.
        "insert" => Insert,
        /// Puts an element inside new text.
        "wrap" => Wrap,
        /// Sets an element's text or one attribute.
        "set" => Set,
        /// Removes an attribute.
        "unset" => Unset,
        /// Renames an element.
        "rename" => Rename,
        /// Writes a person's name and attributes over those that stand there.
        "write" => Write,
        /// Flips the lowest bit of a Base64 value.
        "flip" => Flip,
        /// Replaces literal text.
        "replace" => Replace,
        /// Signs an element.
        "sign" => Sign,
        /// Encrypts an element.
        "encrypt" => Encrypt,
        /// Writes the same infoset differently.
        "restyle" => Restyle,
        /// Changes the bytes of the finished text; the last operation.
        "recode" => Recode,
    }
}

/// Keeps a copy of an element under a name. Namespace declarations that it needs from above come with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Copy {
    /// The element.
    pub copy: Selector,
    /// The name to keep it under: a lower-case word.
    pub to: String,
    /// The copy's ID: `same` (default), `fresh`, `none`, or a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// A child element to leave out, by its local name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub without: Option<String>,
    /// Leaves behind the namespace declarations that stand above the element: a mistake that other tools
    /// make, kept to prove that the self-check catches it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub drop_namespaces: bool,
}

/// Takes an element out of the message and keeps it under a name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Cut {
    /// The element.
    pub cut: Selector,
    /// The name to keep it under: a lower-case word.
    pub to: String,
    /// As in `copy`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// As in `copy`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub without: Option<String>,
}

/// Removes an element.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Remove {
    /// The element.
    pub remove: Selector,
    /// Removes each element that matches, not only the first.
    #[serde(default, skip_serializing_if = "is_false")]
    pub all: bool,
    /// It is no fault if nothing matches.
    #[serde(default, skip_serializing_if = "is_false")]
    pub optional: bool,
}

/// Where something is put. Exactly one of the four.
#[derive(Clone, Debug, PartialEq)]
pub enum Place<'a> {
    /// As first child.
    First(&'a Selector),
    /// As last child.
    Last(&'a Selector),
    /// Just before.
    Before(&'a Selector),
    /// Just after.
    After(&'a Selector),
    /// In its stead.
    Instead(&'a Selector),
}

/// Puts what was kept into the message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Put {
    /// The name it was kept under.
    pub put: String,
    /// As last child of this element.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub into: Option<Selector>,
    /// As first child of this element.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_in: Option<Selector>,
    /// Just before this element (`document`: before everything).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Selector>,
    /// Just after this element (`document`: after everything).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Selector>,
    /// In this element's stead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<Selector>,
}

/// Puts text into the message, as it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Insert {
    /// The text; placeholders are filled in without escaping.
    pub insert: String,
    /// As last child of this element.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub into: Option<Selector>,
    /// As first child of this element.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_in: Option<Selector>,
    /// Just before this element (`document`: before everything).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Selector>,
    /// Just after this element (`document`: after everything).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Selector>,
    /// In this element's stead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<Selector>,
}

/// Puts an element inside new text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Wrap {
    /// The element, or what was kept under a name.
    pub wrap: Selector,
    /// The text around it; `{inner}` marks where the element goes.
    #[serde(rename = "in")]
    pub around: String,
}

/// Sets an element's text, its markup, or one attribute.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Set {
    /// The element.
    pub set: Selector,
    /// The new text, escaped as it must be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The new content, as markup.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<String>,
    /// The attribute to set; it is added where it is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribute: Option<String>,
    /// The attribute's value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Sets it on each element that matches.
    #[serde(default, skip_serializing_if = "is_false")]
    pub all: bool,
    /// It is no fault if nothing matches.
    #[serde(default, skip_serializing_if = "is_false")]
    pub optional: bool,
}

/// Removes an attribute.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Unset {
    /// The element.
    pub unset: Selector,
    /// The attribute.
    pub attribute: String,
    /// Removes it on each element that matches.
    #[serde(default, skip_serializing_if = "is_false")]
    pub all: bool,
    /// It is no fault if nothing matches, or the attribute is not there.
    #[serde(default, skip_serializing_if = "is_false")]
    pub optional: bool,
}

/// Renames an element, in its start and its end tag.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Rename {
    /// The element.
    pub rename: Selector,
    /// The new name, with prefix where it has one.
    pub to: String,
    /// Declares the name's prefix, or the default namespace, as this on the element.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
}

/// Writes a person's NameID and attribute values over those that stand there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Write {
    /// Whose.
    pub write: Persona,
    /// Into which element; the first Assertion of the message if left out.
    #[serde(rename = "in", default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Selector>,
}

/// Flips the lowest bit of the octets that an element's Base64 text stands for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Flip {
    /// The element.
    pub flip: Selector,
}

/// Replaces literal text of the message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Replace {
    /// The text to look for; it is a fault of the recipe if it is not there.
    pub replace: String,
    /// What stands there afterwards.
    pub with: String,
    /// Replaces each occurrence, not only the first.
    #[serde(default, skip_serializing_if = "is_false")]
    pub all: bool,
}

/// Signs an element.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Sign {
    /// The element that the Signature covers.
    pub sign: Selector,
    /// How.
    #[serde(default)]
    pub how: Signing,
}

/// Encrypts an element: an EncryptedAssertion, EncryptedID or EncryptedAttribute stands in its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Encrypt {
    /// The element, or what was kept under a name.
    pub encrypt: Selector,
    /// How.
    #[serde(default)]
    pub how: Encryption,
}

/// Writes the same infoset differently, in the whole message or one element.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Restyle {
    /// How.
    pub restyle: Style,
    /// Prefixes to use, for `prefixes`: namespace to prefix; an empty prefix is the default namespace.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub prefixes: std::collections::BTreeMap<String, String>,
    /// Declares all of them on the document element and nowhere else, for `prefixes`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub on_root: bool,
}

/// Ways to write the same thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Style {
    /// Other namespace prefixes. Before signing.
    Prefixes,
    /// Newlines and tabs between elements. Before signing.
    Pretty,
    /// Attributes in reversed order; canonical form unchanged.
    ReverseAttributes,
    /// Single quotes, spaces inside tags, empty elements as pairs; canonical form unchanged.
    SingleQuotes,
    /// Letters of text nodes (not of Base64) as character references; canonical form unchanged.
    CharacterReferences,
    /// Half of each text of NameID and AttributeValue in a CDATA section; canonical form unchanged.
    Cdata,
    /// A comment between all child elements.
    CommentsBetween,
    /// `&#13;` and a newline every 76 characters of SignatureValue and X509Certificate.
    CarriageReturnReferences,
}

/// Changes the bytes of the finished text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Recode {
    /// How.
    pub recode: Encoding,
}

/// Encodings of the finished text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// UTF-8 with a byte order mark.
    Utf8Bom,
    /// UTF-16, little-endian, with a byte order mark and a declaration that says so.
    Utf16le,
    /// Each LF as CR LF.
    Crlf,
    /// ISO-8859-1: each character up to U+00FF as one byte. Nothing declares it.
    Latin1,
}

pub(crate) fn is_false(value: &bool) -> bool {
    !value
}

/// The place that a verb's five alternative fields name, or what is wrong with them.
pub(crate) fn place<'a>(
    into: &'a Option<Selector>,
    first_in: &'a Option<Selector>,
    before: &'a Option<Selector>,
    after: &'a Option<Selector>,
    instead_of: &'a Option<Selector>,
) -> Result<Place<'a>, &'static str> {
    let named: Vec<Place<'a>> = [
        into.as_ref().map(Place::Last),
        first_in.as_ref().map(Place::First),
        before.as_ref().map(Place::Before),
        after.as_ref().map(Place::After),
        instead_of.as_ref().map(Place::Instead),
    ]
    .into_iter()
    .flatten()
    .collect();
    <[Place<'a>; 1]>::try_from(named)
        .map(|[place]| place)
        .map_err(|_| "exactly one of into, first-in, before, after, instead-of is needed")
}

impl Put {
    /// Where to.
    pub fn place(&self) -> Result<Place<'_>, &'static str> {
        place(
            &self.into,
            &self.first_in,
            &self.before,
            &self.after,
            &self.instead_of,
        )
    }
}

impl Insert {
    /// Where to.
    pub fn place(&self) -> Result<Place<'_>, &'static str> {
        place(
            &self.into,
            &self.first_in,
            &self.before,
            &self.after,
            &self.instead_of,
        )
    }
}
