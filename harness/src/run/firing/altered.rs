//! What a cookie may say in place of what the SP wrote: names that can be read in it replaced, or all of it made up.

use std::io::{Read, Write};

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use flate2::{Compression, read::ZlibDecoder, write::ZlibEncoder};
use openssl::sha::sha256;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// A deflated part of a cookie holds no more than this, or is not looked into.
const MOST: u64 = 256 * 1024;
/// What stands in a percent-encoded value as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');
/// What parts a value that has several: tokens and signatures.
const SEPARATORS: [&str; 4] = ["--", ".", "|", ":"];

/// Between these stands what is usually URL-safe and not padded.
const BARE: [&str; 2] = [".", ":"];

/// Other letters and digits, as many and of the same kind: an ID of the same form that nobody gave out. The same seed makes the
/// same of the same value.
pub(super) fn made_up(value: &str, seed: &str) -> String {
    let hexadecimal = value
        .chars()
        .all(|c| c.is_ascii_hexdigit() || !c.is_ascii_alphanumeric());
    let random = |at: usize| {
        let digest = sha256(format!("{seed} {at}").as_bytes());
        usize::from(digest[0]) << 8 | usize::from(digest[1])
    };
    let pick = |letters: &[u8], at: usize| char::from(letters[random(at) % letters.len()]);
    let mut escaped = 0;
    value
        .chars()
        .enumerate()
        .map(|(at, c)| match c {
            '%' => {
                escaped = 2;
                c
            }
            _ if escaped > 0 => {
                escaped -= 1;
                c
            }
            '0'..='9' => pick(b"0123456789", at),
            'a'..='f' if hexadecimal => pick(b"abcdef", at),
            'A'..='F' if hexadecimal => pick(b"ABCDEF", at),
            'a'..='z' => pick(b"abcdefghijklmnopqrstuvwxyz", at),
            'A'..='Z' => pick(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", at),
            other => other,
        })
        .collect()
}

/// The value with each first name of a pair replaced by the second, wherever it can be read; none where no name can. With
/// `unsigned`, a JWT (RFC 7519) around it says `alg: none` and has no signature.
pub(super) fn renamed(value: &str, names: &[(String, String)], unsigned: bool) -> Option<String> {
    if let Some(token) = unsigned.then(|| unsigned_token(value, names)).flatten() {
        return Some(token);
    }
    if let Some(plain) = replaced(value, names) {
        return Some(plain);
    }
    let decoded = percent_decode_str(value).decode_utf8().ok()?;
    if decoded != value {
        let inner = renamed(&decoded, names, unsigned)?;
        return Some(utf8_percent_encode(&inner, PLAIN).to_string());
    }
    if let Some(packed) = in_base64(value, names, true) {
        return Some(packed);
    }
    for separator in SEPARATORS {
        let parts: Vec<&str> = value.split(separator).collect();
        if parts.len() < 2 {
            continue;
        }
        let mut found = false;
        let changed: Vec<String> = parts
            .iter()
            .map(|part| match in_base64(part, names, !BARE.contains(&separator)) {
                Some(other) => {
                    found = true;
                    other
                }
                None => (*part).to_owned(),
            })
            .collect();
        if found {
            return Some(changed.join(separator));
        }
    }
    None
}

fn replaced(text: &str, names: &[(String, String)]) -> Option<String> {
    let (mut changed, mut found) = (text.to_owned(), false);
    for (from, to) in names {
        if changed.contains(from.as_str()) {
            changed = changed.replace(from.as_str(), to);
            found = true;
        }
    }
    found.then_some(changed)
}

/// A part that is Base64 of a text with a name, deflated or not, in the same alphabet. Where it fills its last group, it does not show
/// whether it would be padded: `pads` says whether such parts usually are.
fn in_base64(part: &str, names: &[(String, String)], pads: bool) -> Option<String> {
    let url_safe = part.contains(['-', '_']) || !pads;
    let padded = part.ends_with('=') || pads && part.len().is_multiple_of(4);
    let engine = engine(url_safe, padded);
    let bytes = engine.decode(part).ok()?;
    let plain = std::str::from_utf8(&bytes)
        .ok()
        .and_then(|text| replaced(text, names));
    let changed = match plain {
        Some(changed) => changed.into_bytes(),
        None => deflated(&bytes, names)?,
    };
    Some(engine.encode(changed))
}

fn deflated(bytes: &[u8], names: &[(String, String)]) -> Option<Vec<u8>> {
    let mut text = String::new();
    ZlibDecoder::new(bytes)
        .take(MOST)
        .read_to_string(&mut text)
        .ok()?;
    let changed = replaced(&text, names)?;
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(changed.as_bytes()).ok()?;
    encoder.finish().ok()
}

fn unsigned_token(value: &str, names: &[(String, String)]) -> Option<String> {
    let engine = engine(true, false);
    let [header, payload, _] = value.split('.').collect::<Vec<_>>().try_into().ok()?;
    let header = engine.decode(header).ok()?;
    let mut header: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(&header).ok()?;
    header.insert("alg".to_owned(), "none".into());
    let payload = String::from_utf8(engine.decode(payload).ok()?).ok()?;
    let payload = replaced(&payload, names)?;
    let header = serde_json::to_string(&header).ok()?;
    Some(format!("{}.{}.", engine.encode(header), engine.encode(payload)))
}

fn engine(url_safe: bool, padded: bool) -> GeneralPurpose {
    let alphabet = match url_safe {
        true => &alphabet::URL_SAFE,
        false => &alphabet::STANDARD,
    };
    let config = GeneralPurposeConfig::new()
        .with_encode_padding(padded)
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(alphabet, config)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names() -> Vec<(String, String)> {
        vec![(
            "mallory@contoso.example".to_owned(),
            "victor@contoso.example".to_owned(),
        )]
    }

    fn changed(value: &str) -> Option<String> {
        renamed(value, &names(), false)
    }

    #[test]
    fn a_name_is_replaced_however_it_is_written() {
        let session = r#"{"user":"mallory@contoso.example","role":"user"}"#;
        let other = session.replace("mallory", "victor");
        assert_eq!(changed(session), Some(other.clone()));
        let encoded = |text: &str| utf8_percent_encode(text, PLAIN).to_string();
        assert_eq!(changed(&encoded(session)), Some(encoded(&other)));
        for (url_safe, padded, separator) in [(false, true, "--"), (true, false, ":"), (true, false, ".")] {
            let engine = engine(url_safe, padded);
            // However much of its last group it fills.
            for more in ["", "x", "xy"] {
                let value = format!("{}{separator}0123abcd", engine.encode(format!("{session}{more}")));
                let wanted = format!("{}{separator}0123abcd", engine.encode(format!("{other}{more}")));
                assert_eq!(changed(&value), Some(wanted));
            }
        }
    }

    #[test]
    fn a_deflated_part_is_deflated_again() {
        let pack = |text: &str| {
            let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(text.as_bytes()).unwrap();
            engine(true, false).encode(encoder.finish().unwrap())
        };
        let value = format!(".{}.aQ1b2c.signature", pack("mallory@contoso.example"));
        let wanted = format!(".{}.aQ1b2c.signature", pack("victor@contoso.example"));
        assert_eq!(changed(&value), Some(wanted));
    }

    #[test]
    fn a_token_keeps_its_signature_or_says_that_it_has_none() {
        let engine = engine(true, false);
        let token = |header: &str, name: &str, signature: &str| {
            let payload = format!(r#"{{"sub":"{name}"}}"#);
            format!("{}.{}.{signature}", engine.encode(header), engine.encode(payload))
        };
        let value = token(r#"{"alg":"HS256"}"#, "mallory@contoso.example", "c2ln");
        let kept = token(r#"{"alg":"HS256"}"#, "victor@contoso.example", "c2ln");
        assert_eq!(changed(&value), Some(kept));
        let unsigned = token(r#"{"alg":"none"}"#, "victor@contoso.example", "");
        assert_eq!(renamed(&value, &names(), true), Some(unsigned));
    }

    #[test]
    fn what_names_nobody_is_left_alone() {
        for opaque in ["", "s%3AuZ9x.8f7", "5f2b00c1d4", "eyJhbGciOiJkaXIifQ..x.y.z"] {
            assert_eq!(changed(opaque), None, "{opaque}");
        }
    }

    proptest! {
        #[test]
        fn any_value_is_survived(value in ".{0,200}") {
            let _ = changed(&value);
            let _ = renamed(&value, &names(), true);
        }

        #[test]
        fn what_is_made_up_has_the_same_form(value in "[0-9a-f]{32}|s%3A[A-Za-z0-9_-]{20}\\.[A-Za-z0-9+/]{27}") {
            let other = made_up(&value, "seed");
            prop_assert_ne!(&other, &value);
            prop_assert_eq!(&made_up(&value, "seed"), &other);
            let form = |text: &str| -> Vec<bool> { text.chars().map(|c| c.is_ascii_alphanumeric()).collect() };
            prop_assert_eq!(form(&other), form(&value));
        }
    }
}
