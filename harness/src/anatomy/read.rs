//! A message as a tree with its signed parts marked: for reports, `explain`, `forge` and `decode`.

use std::{borrow::Cow, ops::Range};

use proofs::{Coverage, Proofs};
use roxmltree::Document;

use super::{
    lines,
    model::{Anatomy, MOST_RAW, Seal, Trust, cut},
};

/// Lays a message out.
pub fn anatomy(message: &[u8], trust: Trust<'_>) -> Anatomy {
    let text = decoded(message);
    let document = match saml::document::parse(&text) {
        Ok(document) => document,
        Err(why) => {
            return Anatomy {
                note: Some(format!(
                    "it is shown as text, for it is no tree that a careful reader would build: {why}"
                )),
                raw: Some(cut(&text, MOST_RAW).into_owned()),
                ..Anatomy::default()
            };
        }
    };
    let keys = match trust {
        Trust::Keys(keys) => keys,
        Trust::Proven(_) | Trust::Enclosed => &[],
    };
    let mut seals: Vec<Seal> = proofs::coverage(&text, keys)
        .into_iter()
        .enumerate()
        .map(|(at, coverage)| seal(at + 1, coverage, &document, &text))
        .collect();
    if let Trust::Proven(proofs) = trust {
        seals
            .iter_mut()
            .filter(|seal| seal.holds)
            .for_each(|seal| hold_to(seal, proofs, &document));
    }
    let (lines, left_out) = lines::lines(&document, &text, &seals);
    let note = (left_out > 0).then(|| format!("{left_out} more elements are not shown"));
    Anatomy {
        lines,
        seals,
        enclosed: matches!(trust, Trust::Enclosed),
        note,
        raw: None,
    }
}

/// Text in whichever of the encodings that messages come in; never an error, for it is only shown.
pub(super) fn decoded(message: &[u8]) -> Cow<'_, str> {
    let units = |bytes: &[u8], unit: fn([u8; 2]) -> u16| -> String {
        let units: Vec<u16> = bytes
            .chunks_exact(2)
            .map(|pair| unit([pair[0], pair[1]]))
            .collect();
        String::from_utf16_lossy(&units)
    };
    match message {
        [0xff, 0xfe, rest @ ..] => Cow::Owned(units(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => Cow::Owned(units(rest, u16::from_be_bytes)),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest),
        all => String::from_utf8_lossy(all),
    }
}

fn seal(number: usize, coverage: Coverage, document: &Document<'_>, text: &str) -> Seal {
    let at = |range: &Range<usize>| {
        document
            .descendants()
            .find(|node| node.is_element() && node.range() == *range)
    };
    let covers = coverage.covers.as_ref().map(|range| match at(range) {
        Some(node) => lines::called(node, text),
        None => "the whole document".to_owned(),
    });
    let method = at(&coverage.signature)
        .and_then(|signature| {
            signature
                .descendants()
                .find(|node| node.has_tag_name((saml::names::ns::DS, "SignatureMethod")))
        })
        .and_then(|method| method.attribute("Algorithm"))
        .map(|uri| uri.rsplit(['#', '/']).next().unwrap_or(uri).to_owned());
    Seal {
        number,
        covers,
        holds: coverage.verifies,
        method: method.unwrap_or_else(|| "no method".to_owned()),
        note: coverage.note,
        range: coverage.covers,
        at: coverage.signature,
    }
}

/// Without keys a seal may hold by its own KeyInfo alone. It counts only if it covers an Assertion that was proven.
fn hold_to(seal: &mut Seal, proofs: &Proofs, document: &Document<'_>) {
    let Some(range) = &seal.range else { return };
    let mut covered = document
        .descendants()
        .filter(|node| range.start <= node.range().start && node.range().end <= range.end)
        .filter(|node| node.has_tag_name((saml::names::ns::SAML, "Assertion")))
        .peekable();
    let covers_any = covered.peek().is_some();
    seal.holds = covered.any(|node| {
        let mut genuine = proofs.genuine.iter();
        genuine.any(|identity| identity.assertion_id.as_deref() == node.attribute("ID"))
    });
    let note = match (seal.holds, covers_any) {
        (true, _) => "the digest matches, and a key that the SP trusts signed it",
        (false, true) => "the digest matches, and no key that the SP trusts signed it",
        (false, false) => "the digest matches, and it covers no assertion, so that it proves nobody",
    };
    note.clone_into(&mut seal.note);
}
