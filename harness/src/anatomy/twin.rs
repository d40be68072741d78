//! A flawless message as it would have been, had it been made when and for what another one was.

use std::sync::LazyLock;

use jiff::SignedDuration;
use regex::{Captures, Regex};
use saml::{AuthnRequest, instant};
use scenarios::{Message, Wire};

use super::{
    diff::{Change, Changes, How, diff},
    read::decoded,
};

#[expect(clippy::unwrap_used, reason = "the pattern is a literal, and a test uses it")]
static INSTANT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z").unwrap());

/// What is different from a flawless message, in the form and in what it carries.
pub fn changes(flawless: &Message, sent: &Message) -> Changes {
    let (twin, text) = (twin(flawless, sent), decoded(&sent.forged));
    let mut changes = diff(&twin, &text);
    if changes.lines.is_empty() && twin.len() != text.len() {
        changes.lines.push(Change {
            how: How::Changed,
            within: "between the elements".to_owned(),
            depth: 0,
            text: format!("{} characters of white space", text.len().abs_diff(twin.len())),
            was: None,
            follows: false,
        });
    }
    changes.lines.splice(0..0, form(flawless, sent));
    let silent = changes.lines.is_empty();
    changes.lines.extend(proven(flawless, sent, silent));
    changes
}

/// Another key may have signed what reads the same; and where nothing else is different, a signature's value may be.
fn proven(flawless: &Message, sent: &Message, silent: bool) -> Option<Change> {
    let (old, new) = (&flawless.proofs, &sent.proofs);
    let (text, was) = if new.genuine.is_empty() && !old.genuine.is_empty() {
        ("nothing, under the keys that the SP trusts", "the Assertion")
    } else if silent && new.strict.is_empty() && !old.strict.is_empty() {
        ("one of the signatures does not hold", "all of them hold")
    } else {
        return None;
    };
    Some(Change {
        how: How::Changed,
        within: "what the signatures prove".to_owned(),
        depth: 0,
        text: text.to_owned(),
        was: Some(was.to_owned()),
        follows: false,
    })
}

/// The flawless message with the IDs, the instants and the request of the other.
fn twin(flawless: &Message, sent: &Message) -> String {
    let (old, new) = (&flawless.minted, &sent.minted);
    let mut text = flawless.signed.clone();
    let id = |request: &Option<AuthnRequest>| request.as_ref().map(|request| request.id.clone());
    let mut swap = |old: &str, new: &str| {
        if !old.is_empty() {
            text = text.replace(old, new);
        }
    };
    swap(&old.response_id, &new.response_id);
    swap(&old.assertion_id, &new.assertion_id);
    if let (Some(old), Some(new)) = (id(&old.request), id(&new.request)) {
        swap(&format!("\"{old}\""), &format!("\"{new}\""));
    }
    if flawless.signed.contains("nameid-format:transient") {
        swap(&flawless.name_id, &sent.name_id);
    }
    let later = SignedDuration::from_millis(new.at.as_millisecond() - old.at.as_millisecond());
    let shift = |found: &Captures<'_>| {
        let at = instant::parse(&found[0]).ok();
        let at = at.and_then(|at| at.checked_add(later).ok());
        at.map_or_else(|| found[0].to_owned(), instant::format)
    };
    INSTANT.replace_all(&text, shift).into_owned()
}

/// What is different in the form and around it.
fn form(flawless: &Message, sent: &Message) -> Vec<Change> {
    let (old, new) = (&flawless.wire, &sent.wire);
    let change = |how, text: String, was| Change {
        how,
        within: "the form".to_owned(),
        depth: 0,
        text,
        was,
        follows: false,
    };
    let mut changes = Vec::new();
    let line = |wire: &Wire| format!("{} {}", wire.method(), wire.url);
    if line(old) != line(new) {
        changes.push(change(How::Changed, line(new), Some(line(old))));
    }
    if new.query.is_some() {
        return changes;
    }
    // RelayState comes back as it came; whether there is one is the SP's affair.
    let expected = match names(new).last() {
        Some(&"RelayState") => vec!["SAMLResponse", "RelayState"],
        _ => vec!["SAMLResponse"],
    };
    if names(new) != expected {
        changes.push(change(
            How::Changed,
            format!("fields: {}", names(new).join(", ")),
            Some(format!("fields: {}", expected.join(", "))),
        ));
    }
    let encoded = new.fields.iter().find(|(name, _)| name == "SAMLResponse");
    if encoded.is_some_and(|(_, value)| value.contains(['\r', '\n'])) {
        changes.push(change(
            How::Changed,
            "SAMLResponse in several lines".to_owned(),
            None,
        ));
    } else if encoded.is_some_and(|(_, value)| *value != saml::binding::encode_post(&sent.forged)) {
        changes.push(change(
            How::Changed,
            "SAMLResponse is no plain Base64 of the message".to_owned(),
            None,
        ));
    }
    if new.by != old.by {
        changes.push(change(
            How::Changed,
            new.by.words().to_owned(),
            Some(old.by.words().to_owned()),
        ));
    }
    for name in new.headers.keys() {
        changes.push(change(How::Added, format!("a header {name}"), None));
    }
    match sent.forged.as_slice() {
        [0xff, 0xfe, ..] => changes.push(change(
            How::Changed,
            "UTF-16".to_owned(),
            Some("UTF-8".to_owned()),
        )),
        [0xef, 0xbb, 0xbf, ..] => changes.push(change(How::Added, "a byte order mark".to_owned(), None)),
        bytes if bytes.contains(&b'\r') => {
            changes.push(change(How::Changed, "line ends CR LF".to_owned(), None));
        }
        _ => {}
    }
    changes
}

fn names(wire: &Wire) -> Vec<&str> {
    wire.fields.iter().map(|(name, _)| name.as_str()).collect()
}
