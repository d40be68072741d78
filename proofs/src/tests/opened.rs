//! What is encrypted is proven to who can read it, by a Signature within or by one around the ciphertext.

use super::minting::*;
use crate::{Proofs, proofs_opened};

/// Stands for a ciphertext that hides what it is replaced by.
const SEALED: &str = r#"<x:EncryptedAssertion xmlns:x="urn:oasis:names:tc:SAML:2.0:assertion"/>"#;

fn opened(sent: &str, hidden: &str) -> Proofs {
    let read = sent.replace(SEALED, hidden);
    proofs_opened(sent.as_bytes(), read.as_bytes(), &trusted())
}

#[test]
fn a_signature_within_is_read_after_decryption() {
    let genuine = Signing::of("_a").sign(&assertion("_a", ATTACKER));
    let proofs = opened(&response("_r", SEALED), &genuine);
    assert_eq!(names(&proofs.strict), [ATTACKER], "{proofs:?}");
    assert_eq!(names(&proofs.genuine), [ATTACKER]);
    let forged = opened(&response("_r", SEALED), &genuine.replace(ATTACKER, VICTIM));
    assert!(
        forged.strict.is_empty() && forged.genuine.is_empty(),
        "{forged:?}"
    );
    let unsigned = opened(&response("_r", SEALED), &assertion("_a", VICTIM));
    assert!(unsigned.strict.is_empty() && unsigned.genuine.is_empty());
    assert!(unsigned.why_not.is_some());
}

#[test]
fn a_signature_around_covers_the_ciphertext_and_with_it_what_that_hides() {
    let sent = Signing::of("_r").sign(&response("_r", SEALED));
    let proofs = opened(&sent, &assertion("_a", ATTACKER));
    assert_eq!(names(&proofs.strict), [ATTACKER], "{proofs:?}");
    assert_eq!(names(&proofs.genuine), [ATTACKER]);
    // Over the message as it is read, which nobody sent.
    let read = Signing::of("_r").sign(&response("_r", &assertion("_a", ATTACKER)));
    let sent = read.replace(&assertion("_a", ATTACKER), SEALED);
    let proofs = proofs_opened(sent.as_bytes(), read.as_bytes(), &trusted());
    assert!(proofs.strict.is_empty(), "{proofs:?}");
    // Another ciphertext under the same signature.
    let sent = Signing::of("_r")
        .sign(&response("_r", SEALED))
        .replace("xmlns:x=", "Other=\"\" xmlns:x=");
    let read = sent.replace(
        &SEALED.replace("xmlns:x=", "Other=\"\" xmlns:x="),
        &assertion("_a", VICTIM),
    );
    let proofs = proofs_opened(sent.as_bytes(), read.as_bytes(), &trusted());
    assert!(
        proofs.strict.is_empty() && proofs.genuine.is_empty(),
        "{proofs:?}"
    );
}

#[test]
fn a_name_that_is_encrypted_within_a_signed_assertion_is_proven_too() {
    let whole = assertion("_a", ATTACKER);
    let start = whole.find("<NameID").unwrap();
    let end = whole.find("</NameID>").unwrap() + "</NameID>".len();
    let sealed = format!("{}{SEALED}{}", &whole[..start], &whole[end..]);
    let sent = response("_r", &Signing::of("_a").sign(&sealed));
    let proofs = opened(&sent, &whole[start..end]);
    assert_eq!(names(&proofs.strict), [ATTACKER], "{proofs:?}");
    assert!(names(&proofs.genuine).contains(&ATTACKER));
}

#[test]
fn garbage_proves_nothing() {
    for (sent, read) in [("", ""), ("<a/>", "<a"), ("<a", "<a/>"), ("<a/>", "<a/>")] {
        let proofs = proofs_opened(sent.as_bytes(), read.as_bytes(), &trusted());
        assert!(proofs.strict.is_empty() && proofs.why_not.is_some());
    }
}

#[test]
fn a_namesake_that_was_hidden_is_not_what_was_signed() {
    let genuine = Signing::of("_a").sign(&assertion("_a", ATTACKER));
    let sent = response("_r", &format!("<x>{genuine}</x>{SEALED}"));
    let proofs = opened(&sent, &assertion("_a", VICTIM));
    assert!(proofs.strict.is_empty());
    assert_eq!(names(&proofs.genuine), [ATTACKER], "{proofs:?}");
}
