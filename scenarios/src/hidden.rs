//! What was encrypted in a message, remembered by its ciphertext: nobody else here could decrypt it again.

use base64::prelude::*;
use saml::{document::splice_all, names::ns};

use crate::view::view;

/// So deep encrypted elements in encrypted elements are opened.
const DEEPEST: usize = 100;

/// What was encrypted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hidden(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Piece {
    /// The text of its CipherValue.
    cipher_value: String,
    plain: String,
}

impl Hidden {
    /// Whether nothing was.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Remembers what these octets hide.
    pub(crate) fn add(&mut self, octets: &[u8], plain: String) {
        self.0.push(Piece {
            cipher_value: BASE64_STANDARD.encode(octets),
            plain,
        });
    }

    /// The text with everything in its place that is hidden in it; as it is, where no tree can hold it. What was changed
    /// stays closed.
    pub fn opened(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for _ in 0..DEEPEST {
            match self.once(&text) {
                Some(opened) => text = opened,
                None => break,
            }
        }
        text
    }

    fn once(&self, text: &str) -> Option<String> {
        let tree = view(text).ok()?;
        let mut edits = Vec::new();
        for data in tree
            .descendants()
            .filter(|node| node.has_tag_name((ns::XENC, "EncryptedData")))
        {
            let cipher = data
                .children()
                .filter(|node| node.has_tag_name((ns::XENC, "CipherData")))
                .flat_map(|node| node.children())
                .find(|node| node.has_tag_name((ns::XENC, "CipherValue")))
                .map(saml::document::text);
            let Some(piece) = self
                .0
                .iter()
                .find(|piece| cipher.as_ref() == Some(&piece.cipher_value))
            else {
                continue;
            };
            let around = data.parent_element().filter(|parent| {
                parent.tag_name().namespace() == Some(ns::SAML)
                    && parent.tag_name().name().starts_with("Encrypted")
            });
            edits.push((around.unwrap_or(data).range(), piece.plain.clone()));
        }
        // Nobody decrypts what he needs to decrypt first.
        edits.sort_by_key(|(range, _)| range.start);
        edits.dedup_by(|later, earlier| later.0.start < earlier.0.end);
        (!edits.is_empty()).then(|| splice_all(text, edits))
    }
}
