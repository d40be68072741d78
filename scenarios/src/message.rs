//! A message that was made, in every form that somebody asks for afterwards.

use std::collections::BTreeMap;

use jiff::Timestamp;
use proofs::Proofs;
use saml::AuthnRequest;

use crate::{
    artifact::HandedOut,
    carriage::{Carriage, holds_message, with_query},
    claim::Values,
    detached,
    hidden::Hidden,
    persona::Persona,
    recipe::{Base, Kind},
};

/// A message in its four byte views, with what it proves.
#[derive(Clone, Debug)]
pub struct Message {
    /// Who was asked for.
    pub persona: Persona,
    /// Which message it is.
    pub kind: Kind,
    /// The NameID that the IdP issued.
    pub name_id: String,
    /// What is signed.
    pub base: Base,
    /// After the operations on the draft, before any signature.
    pub unsigned: String,
    /// As the IdP signed it.
    pub signed: String,
    /// After all operations.
    pub forged: Vec<u8>,
    /// What is encrypted in it.
    pub hidden: Hidden,
    /// The artifact that stands for it, where it travels by one.
    pub artifact: Option<HandedOut>,
    /// As it is sent.
    pub wire: Wire,
    /// What an independent verifier makes of the forged bytes.
    pub proofs: Proofs,
    /// Every value that the IdP issued to the persona: what stands in [`Message::signed`], but for what a recipe wrote there of
    /// the victim's.
    pub issued: Values,
    /// Every value that some reader may find in the forged bytes, true or false; none where no tree can hold them.
    pub forged_values: Values,
    /// Values that later steps may call by name.
    pub values: BTreeMap<String, String>,
    /// What no two messages have in common, as the IdP gave it to this one.
    pub minted: Minted,
}

/// What no two messages have in common, whatever their recipes: with it, one that was made at another time for another request can be
/// held against this one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Minted {
    /// The IdP's clock.
    pub at: Timestamp,
    /// The request that is answered; none in an unsolicited message.
    pub request: Option<AuthnRequest>,
    /// The Response's ID.
    pub response_id: String,
    /// The Assertion's ID, which is the SessionIndex as well.
    pub assertion_id: String,
}

/// What is sent: fields in order, or a query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wire {
    /// Where to.
    pub url: String,
    /// The fields, in order. By SOAP the one is the message as it stands in the envelope.
    pub fields: Vec<(String, String)>,
    /// Headers beyond the usual (HTTP only).
    pub headers: BTreeMap<String, String>,
    /// By HTTP-Redirect: the query in place of the fields, as it stands.
    pub query: Option<String>,
    /// By what kind of request the fields go.
    pub by: Carriage,
}

impl Wire {
    /// Where a browser goes, with the query where there is one. The address may have a query of its own.
    pub fn target(&self) -> String {
        match &self.query {
            None if self.is_by_get() => with_query(&self.url, &self.fields),
            None => self.url.clone(),
            Some(query) if self.url.contains('?') => format!("{}&{query}", self.url),
            Some(query) => format!("{}?{query}", self.url),
        }
    }

    /// `GET` or `POST`.
    pub fn method(&self) -> &'static str {
        if self.query.is_some() || self.is_by_get() {
            "GET"
        } else {
            "POST"
        }
    }

    /// Whether the fields stand in the address.
    fn is_by_get(&self) -> bool {
        matches!(self.by, Carriage::Get | Carriage::Artifact)
    }

    /// Whether only the runner itself can send it.
    pub fn is_the_runners(&self) -> bool {
        let no_form = self.query.is_none() && !holds_message(&self.fields);
        !self.headers.is_empty() || !self.by.is_a_browsers() || no_form
    }

    /// The RelayState that it carries, decoded.
    pub fn relay_state(&self) -> Option<String> {
        let of_form = || {
            let mut fields = self.fields.iter();
            let (_, value) = fields.find(|(name, _)| name == "RelayState")?;
            Some(value.clone())
        };
        match &self.query {
            None => of_form(),
            Some(query) => query
                .split('&')
                .find_map(|part| part.strip_prefix("RelayState="))
                .map(detached::decoded),
        }
    }
}
