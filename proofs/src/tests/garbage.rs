//! Whatever arrives, the verifier returns, and proves nothing that was not signed.

use proptest::prelude::*;

use super::minting::*;
use crate::{Identity, coverage, proofs};

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// One edit of a message's bytes, at places given as fractions of its length.
#[derive(Clone, Debug)]
enum Edit {
    Truncate(u16),
    Flip(u16, u8),
    Insert(u16, &'static str),
    Copy {
        from: u16,
        length: u8,
        to: u16,
    },
    Delete {
        at: u16,
        length: u8,
    },
    /// Copies, or moves, a whole element to the start or end of another.
    Graft {
        from: u8,
        to: u8,
        first: bool,
        remove: bool,
    },
}

const PIECES: [&str; 14] = [
    "<",
    ">",
    "\"",
    "&",
    "]]>",
    "<!--",
    "-->",
    "&#13;",
    " xmlns=\"\"",
    " ID=\"_g\"",
    "<!DOCTYPE r [<!ENTITY e 'x'>]>",
    "&e;",
    "<?xml?>",
    "admin@corp.example",
];

fn edits() -> impl Strategy<Value = Edit> {
    let graft = any::<(u8, u8, bool, bool)>().prop_map(|(from, to, first, remove)| Edit::Graft {
        from,
        to,
        first,
        remove,
    });
    prop_oneof![
        1 => any::<u16>().prop_map(Edit::Truncate),
        3 => any::<(u16, u8)>().prop_map(|(at, bit)| Edit::Flip(at, bit)),
        3 => (any::<u16>(), prop::sample::select(&PIECES[..])).prop_map(|(at, piece)| Edit::Insert(at, piece)),
        2 => any::<(u16, u8, u16)>().prop_map(|(from, length, to)| Edit::Copy { from, length, to }),
        1 => any::<(u16, u8)>().prop_map(|(at, length)| Edit::Delete { at, length }),
        8 => graft,
    ]
}

fn apply(edit: &Edit, bytes: &mut Vec<u8>) {
    let length = bytes.len();
    let place = |fraction: u16| usize::from(fraction) * length / (usize::from(u16::MAX) + 1);
    match *edit {
        Edit::Truncate(at) => bytes.truncate(place(at)),
        Edit::Flip(at, bit) => {
            if let Some(byte) = bytes.get_mut(place(at)) {
                *byte ^= 1 << (bit % 8);
            }
        }
        Edit::Insert(at, piece) => drop(bytes.splice(place(at)..place(at), piece.bytes())),
        Edit::Copy {
            from,
            length: taken,
            to,
        } => {
            let from = place(from);
            let copy = bytes[from..length.min(from + usize::from(taken))].to_vec();
            drop(bytes.splice(place(to)..place(to), copy));
        }
        Edit::Delete { at, length: gone } => {
            drop(bytes.drain(place(at)..length.min(place(at) + usize::from(gone))))
        }
        Edit::Graft {
            from,
            to,
            first,
            remove,
        } => {
            if let Some(grafted) = std::str::from_utf8(bytes)
                .ok()
                .and_then(|xml| graft(xml, from, to, first, remove))
            {
                *bytes = grafted.into_bytes();
            }
        }
    }
}

fn graft(xml: &str, from: u8, to: u8, first: bool, remove: bool) -> Option<String> {
    let document = roxmltree::Document::parse(xml).ok()?;
    let elements: Vec<_> = document.descendants().filter(|node| node.is_element()).collect();
    let source = elements[usize::from(from) % elements.len()];
    let target = elements[usize::from(to) % elements.len()];
    let graft = xml[source.range()].to_owned();
    let at = match (first, target.first_child(), target.last_child()) {
        (true, Some(child), _) => child.range().start,
        (false, _, Some(child)) => child.range().end,
        _ => return None,
    };
    let inside = source.range().start < at && at < source.range().end;
    let mut edited = xml.to_owned();
    if remove && !inside && at >= source.range().end {
        edited.insert_str(at, &graft);
        edited.replace_range(source.range(), "");
    } else if remove && !inside {
        edited.replace_range(source.range(), "");
        edited.insert_str(at, &graft);
    } else {
        edited.insert_str(at, &graft);
    }
    Some(edited)
}

/// What the IdP said, and said only this.
fn attacker() -> Identity {
    let mut proven = prove(&captured().message).strict;
    proven.remove(0)
}

#[test]
fn no_edit_of_a_signed_message_proves_another_identity() {
    let evil = assertion("_evil", VICTIM);
    let captured = captured();
    let bases = [
        captured.message.clone(),
        response("_r", &format!("{evil}{}", captured.assertion)),
        response(
            "_r",
            &format!("{}{}", captured.assertion, assertion("_g", VICTIM)),
        ),
        Signing::of("_r").sign(&captured.message),
    ];
    let said = attacker();
    let keys = trusted();
    let edited = (0..bases.len(), prop::collection::vec(edits(), 1..6));
    proptest!(config(1500), |((base, edits) in edited)| {
        let mut bytes = bases[base].clone().into_bytes();
        for edit in &edits {
            apply(edit, &mut bytes);
        }
        let found = proofs(&bytes, &keys);
        for identity in found.strict.iter().chain(&found.genuine) {
            prop_assert_eq!(identity, &said, "{}", String::from_utf8_lossy(&bytes));
        }
        prop_assert!(found.strict.iter().all(|identity| found.genuine.contains(identity)));
        prop_assert_eq!(found.strict.is_empty(), found.why_not.is_some());
        if let Ok(text) = std::str::from_utf8(&bytes) {
            for entry in coverage(text, &keys) {
                prop_assert!(text.get(entry.signature).is_some());
                prop_assert!(entry.covers.is_none_or(|range| text.get(range).is_some()));
            }
        }
    });
}

#[test]
fn arbitrary_bytes_prove_nothing() {
    let keys = trusted();
    proptest!(config(400), |(bytes in prop::collection::vec(any::<u8>(), 0..400))| {
        let found = proofs(&bytes, &keys);
        prop_assert!(found.strict.is_empty() && found.genuine.is_empty() && found.why_not.is_some());
    });
}

#[test]
fn arbitrary_markup_proves_nothing_and_has_a_canonical_form_or_none() {
    let token = prop::sample::select(vec![
        "<a>",
        "</a>",
        "<a b='c' ",
        "/>",
        "xmlns='urn:a'",
        "xmlns:p=\"\"",
        "<p:a>",
        "text",
        "&lt;",
        "&e;",
        "&#x0;",
        "<!DOCTYPE a [",
        "<!ENTITY e '",
        "<!ENTITY % e \"&e;\">",
        "]>",
        "'>",
        "<?",
        "?>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<ds:Signature xmlns:ds='http://www.w3.org/2000/09/xmldsig#'>",
        "</ds:Signature>",
        "<ds:SignedInfo>",
        "</ds:SignedInfo>",
        "<ds:Reference URI=''>",
        "</ds:Reference>",
        "\r",
        "\u{0}",
        "é",
    ]);
    let keys = trusted();
    let markup = prop::collection::vec(token, 0..30).prop_map(|tokens| tokens.concat());
    proptest!(config(1500), |(xml in markup)| {
        let found = proofs(xml.as_bytes(), &keys);
        prop_assert!(found.strict.is_empty() && found.genuine.is_empty() && found.why_not.is_some());
        for entry in coverage(&xml, &[]) {
            prop_assert!(xml.get(entry.signature).is_some());
            prop_assert!(!entry.verifies);
        }
    });
}
