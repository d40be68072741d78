//! One message as plain data: what differs from a flawless Azure AD login, and nothing else.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use crate::kind::Kind;
use crate::{
    artifact::Exchange,
    carriage::{self, Carriage, Writing},
    detached::Detached,
    encryption::Encryption,
    expectation::Proves,
    operation::Operation,
    persona::Persona,
    signature::Signing,
};

/// Which elements of the message the IdP signs, before a recipe says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Base {
    /// The Assertion: Azure's "Sign SAML assertion", the default there.
    A,
    /// The Response: Azure's "Sign SAML response".
    R,
    /// Both, the Assertion first: Azure's "Sign SAML response and assertion".
    B,
    /// None.
    N,
}

impl Base {
    /// The letter, as catalogue and results write it.
    pub fn letter(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::R => "R",
            Self::B => "B",
            Self::N => "N",
        }
    }
}

/// What one message is: data, never bytes. IDs and instants are minted when it is forged, so that a recipe of
/// last year still works.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Recipe {
    /// Who signs in; `alice` if left out.
    #[serde(rename = "as", skip_serializing_if = "Option::is_none")]
    pub persona: Option<Persona>,
    /// Which message it is; a Response if left out. A logout message has no base: by HTTP-Redirect its signature stands in the
    /// query, by HTTP-POST and SOAP the message itself is signed, unless the base is N.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Kind>,
    /// The NameID that the IdP issues, where it is not the persona's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_id: Option<String>,
    /// Which elements are signed; the scenario's bases decide if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<Base>,
    /// Operations on the draft, before signing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub draft: Vec<Operation>,
    /// How the base's elements are signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign: Option<Signing>,
    /// Encrypts the Assertion for the SP, as Azure's token encryption does: once it is signed, if it is, and before the
    /// Response is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encrypt: Option<Encryption>,
    /// Operations on the signed text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub forge: Vec<Operation>,
    /// How it travels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deliver: Option<Delivery>,
    /// What it claims about itself; the self-check holds it to that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proves: Option<Proves>,
}

impl Recipe {
    /// This recipe with what the other one says in its stead.
    pub fn overlaid(&self, over: &Recipe) -> Recipe {
        let list = |mine: &Vec<Operation>, theirs: &Vec<Operation>| {
            if theirs.is_empty() {
                mine.clone()
            } else {
                theirs.clone()
            }
        };
        Recipe {
            persona: over.persona.or(self.persona),
            message: over.message.or(self.message),
            name_id: over.name_id.clone().or_else(|| self.name_id.clone()),
            base: over.base.or(self.base),
            draft: list(&self.draft, &over.draft),
            sign: over.sign.clone().or_else(|| self.sign.clone()),
            encrypt: over.encrypt.clone().or_else(|| self.encrypt.clone()),
            forge: list(&self.forge, &over.forge),
            deliver: over.deliver.clone().or_else(|| self.deliver.clone()),
            proves: over.proves.or(self.proves),
        }
    }

    /// Who signs in.
    pub fn persona(&self) -> Persona {
        self.persona.unwrap_or(Persona::Alice)
    }

    /// Which message it is.
    pub fn kind(&self) -> Kind {
        self.message.unwrap_or_default()
    }

    /// How a logout message goes whose signature stands in it; none where that stands in a query, and for a Response.
    pub fn logout_by(&self) -> Option<Carriage> {
        self.deliver.as_ref()?.logout_by(self.kind())
    }

    /// Whether it goes by an artifact.
    pub(crate) fn is_by_artifact(&self) -> bool {
        let by = self.deliver.as_ref().and_then(|deliver| deliver.by);
        self.kind() == Kind::Response && by == Some(Carriage::Artifact)
    }

    /// Whether it differs from a flawless login.
    pub fn is_flawless(&self) -> bool {
        let untouched = self.draft.is_empty() && self.sign.is_none() && self.encrypt.is_none();
        let plain = untouched && self.forge.is_empty() && self.base != Some(Base::N);
        plain && self.kind() == Kind::Response
    }
}

impl Delivery {
    /// Where a logout message goes, as a placeholder.
    pub(crate) fn service(&self, kind: Kind) -> &'static str {
        match self.logout_by(kind) {
            Some(Carriage::Soap) => "{slo-soap}",
            Some(_) => "{slo-post}",
            None => "{slo}",
        }
    }

    /// How a logout message goes whose signature stands in it.
    pub(crate) fn logout_by(&self, kind: Kind) -> Option<Carriage> {
        let in_it = |by: &Carriage| matches!(by, Carriage::Form | Carriage::Soap);
        self.by.filter(in_it).filter(|_| kind != Kind::Response)
    }

    /// Whether only the runner itself can send it: no page of an identity provider's makes a browser do so.
    pub fn is_the_runners(&self) -> bool {
        let fields = self.fields.as_ref();
        !self.headers.is_empty()
            || self.by.is_some_and(|by| !by.is_a_browsers())
            || fields.is_some_and(|fields| !carriage::holds_message(fields))
    }
}

/// Who begins a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    /// The SP, with an AuthnRequest.
    Sp,
    /// The IdP, unsolicited.
    Idp,
}

/// How a message travels. What is left out is as Azure and the SP agree: a form by POST to the ACS.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Delivery {
    /// Who begins; the SP where it can.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<Start>,
    /// `echo` (default), `none`, or a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relay_state: Option<String>,
    /// Where to, instead of the ACS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Breaks the Base64 into lines of so many characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base64_line: Option<usize>,
    /// What stands between those lines; CR LF if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base64_break: Option<String>,
    /// How the message is written in SAMLResponse; Base64 if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub writing: Option<Writing>,
    /// By what kind of request it goes; a form's POST if left out. A logout message goes by HTTP-Redirect if left out, and by
    /// HTTP-POST by `form`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<Carriage>,
    /// By an artifact: what that says, and what it is exchanged for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artifact: Option<Exchange>,
    /// Pairs in the query of the address, beside the fields; the same placeholders stand for the same things.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameters: Option<Vec<(String, String)>>,
    /// Request headers (HTTP only).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// All form fields in order, instead of SAMLResponse and RelayState; `{SAMLResponse}` and `{RelayState}`
    /// stand for what they would have been.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fields: Option<Vec<(String, String)>>,
    /// By HTTP-Redirect: all of the query, as it is sent, instead of a form. What stands for something is percent-encoded, and nothing
    /// else is: `{message}` is the message, deflated and in Base64, `{RelayState}` what it would have been, and see `detached`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// The signature that travels beside a message, in a query or (POST-SimpleSign) in a form: `{SigAlg}` and `{Signature}` there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detached: Option<Detached>,
}
