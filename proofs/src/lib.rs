//! The independent verifier: which identities do these bytes really prove?
//!
//! A test harness for SAML may not ask the service provider under test, nor the signer of its own messages, whether a
//! message was sound. This crate answers instead. It reads with [`roxmltree`], computes with OpenSSL's primitives, brings its
//! own Canonical XML, and shares no code with anything that signs.
//!
//! Two answers, because readers differ:
//!
//! - **strict**: what a strict reader finds authentically signed. One parse, no DTD, a Signature that is a child of what it
//!   signs, one Reference to that parent's unique `ID`, allow-listed algorithms, a key of the Assertion's Issuer.
//! - **genuine**: every identity that a trusted key did sign somewhere in the document, wherever it was moved. A session for
//!   an identity that is not here was forged, whatever reader the service provider has.
//!
//! Whether a message is fresh, for whom it is meant and how it came are no business of this crate.
//!
//! ```
//! let nothing = proofs::proofs(b"<not-even-saml/>", &[]);
//! assert!(nothing.strict.is_empty() && nothing.genuine.is_empty());
//! assert!(nothing.why_not.is_some());
//! ```

mod algorithm;
mod canonical;
mod coverage;
mod entities;
mod genuine;
mod identity;
mod limits;
mod opened;
mod reader;
mod reference;
mod strict;
mod text;
mod trusted_key;
mod xml;

#[cfg(test)]
mod tests;

pub use coverage::{Coverage, coverage};
pub use identity::{Confirmation, Identity};
pub use opened::proofs_opened;
pub use trusted_key::{ProofError, TrustedKey};

/// What the bytes of one message prove.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proofs {
    /// The identities that a strict reader finds authentically signed, in document order.
    pub strict: Vec<Identity>,
    /// Every identity that a trusted key did sign somewhere in the message, in document order of the Signatures. The Issuer
    /// of an identity need not be the one that its key speaks for.
    pub genuine: Vec<Identity>,
    /// Why `strict` is empty, in one sentence.
    pub why_not: Option<String>,
}

/// The identities that `xml` proves under `trusted` keys.
///
/// It never panics and never fails: garbage proves nothing, and so does a message past the bounds (8 MiB, 512 levels of
/// elements, 64 Signatures, 64 candidates for a Reference, and a budget for the work as a whole); `why_not` tells.
#[must_use]
pub fn proofs(xml: &[u8], trusted: &[TrustedKey]) -> Proofs {
    match read(xml, trusted) {
        Ok(proofs) => proofs,
        Err(why_not) => Proofs {
            why_not: Some(why_not),
            ..Proofs::default()
        },
    }
}

fn read(xml: &[u8], trusted: &[TrustedKey]) -> Result<Proofs, String> {
    limits::size(xml.len())?;
    let (text, encoding_oddity) = text::decode(xml)?;
    let page = reader::Page::new(&text)?;
    let document = page.parse()?;
    let signed = genuine::signed(&document, trusted)?;
    let genuine = genuine::identities(&signed);
    let strict = match encoding_oddity.or(page.oddity()) {
        Some(oddity) => Err(oddity),
        None => strict::identities(&document, &signed, trusted),
    };
    Ok(match strict {
        Ok(strict) => Proofs {
            strict,
            genuine,
            why_not: None,
        },
        Err(why_not) => Proofs {
            strict: Vec::new(),
            genuine,
            why_not: Some(why_not),
        },
    })
}
