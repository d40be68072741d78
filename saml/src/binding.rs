//! How messages travel: HTTP-POST and HTTP-Redirect (SAML Bindings 3.4, 3.5).

use std::{
    borrow::Cow,
    io::{Read, Write},
};

use base64::{
    alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
    prelude::*,
};
use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};
use openssl::{hash::MessageDigest, sign::Signer, sign::Verifier};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use thiserror::Error;

use crate::{
    document::{XmlError, decode_utf8},
    key::{Certificate, SigningKey},
    names::alg,
};

/// So many octets a message may inflate or decode to.
pub const MAX: usize = 1 << 20;

/// Why a parameter is no message.
#[derive(Debug, Error)]
pub enum BindingError {
    /// Not Base64.
    #[error("it is not Base64")]
    NotBase64,
    /// Not raw DEFLATE.
    #[error("it is not DEFLATE-compressed, as the HTTP-Redirect binding wants it")]
    NotDeflated,
    /// Too large.
    #[error("it is larger than the {0} bytes that are read")]
    TooLarge(usize),
    /// Not text.
    #[error(transparent)]
    Xml(#[from] XmlError),
    /// A signed query that lacks a part.
    #[error("the query has no {0}")]
    Missing(&'static str),
    /// A signature algorithm that is not known.
    #[error("no signature algorithm is called {0}")]
    Unknown(String),
    /// OpenSSL refuses.
    #[error("openssl refuses it: {0}")]
    OpenSsl(#[from] openssl::error::ErrorStack),
}

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Raw DEFLATE (RFC 1951) of a message.
pub fn deflate(xml: &str) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    // Writing into memory cannot fail.
    let _ = encoder.write_all(xml.as_bytes());
    encoder.finish().unwrap_or_default()
}

/// What raw DEFLATE stands for, at most `max` octets of it.
///
/// # Errors
/// Not DEFLATE, or more than `max`.
pub fn inflate(bytes: &[u8], max: usize) -> Result<Vec<u8>, BindingError> {
    let mut out = Vec::new();
    let limit = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
    DeflateDecoder::new(bytes)
        .take(limit)
        .read_to_end(&mut out)
        .map_err(|_| BindingError::NotDeflated)?;
    if out.len() > max {
        return Err(BindingError::TooLarge(max));
    }
    if out.is_empty() {
        return Err(BindingError::NotDeflated);
    }
    Ok(out)
}

/// The Base64 of a form field, in one line.
pub fn encode_post(xml: &[u8]) -> String {
    BASE64_STANDARD.encode(xml)
}

/// The message in a form field; white space in the Base64 is ignored.
///
/// # Errors
/// Not Base64, too large, not UTF-8.
pub fn decode_post(value: &str) -> Result<String, BindingError> {
    Ok(decode_utf8(&base64(value)?)?)
}

/// The message in a query parameter, percent-decoded already.
///
/// # Errors
/// Not Base64, not DEFLATE, too large, not UTF-8.
pub fn decode_redirect(value: &str) -> Result<String, BindingError> {
    Ok(decode_utf8(&inflate(&base64(value)?, MAX)?)?)
}

fn base64(value: &str) -> Result<Vec<u8>, BindingError> {
    if value.len() > MAX * 2 {
        return Err(BindingError::TooLarge(MAX * 2));
    }
    let text: Cow<'_, str> = if value.contains(|c: char| c.is_ascii_whitespace()) {
        value.split_ascii_whitespace().collect::<String>().into()
    } else {
        value.into()
    };
    if text.is_empty() {
        return Err(BindingError::NotBase64);
    }
    LENIENT
        .decode(text.as_bytes())
        .map_err(|_| BindingError::NotBase64)
}

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Percent-encoding of everything that is not unreserved (RFC 3986, section 2.3).
pub fn percent_encode(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

/// The query of a message: `SAMLRequest` or `SAMLResponse`, then RelayState.
pub fn redirect_query(kind: &str, xml: &str, relay_state: Option<&str>) -> String {
    let message = percent_encode(&BASE64_STANDARD.encode(deflate(xml)));
    match relay_state {
        Some(state) => format!("{kind}={message}&RelayState={}", percent_encode(state)),
        None => format!("{kind}={message}"),
    }
}

/// Adds SigAlg (rsa-sha256) and Signature to a query (Bindings 3.4.4.1).
///
/// # Errors
/// OpenSSL fails.
pub fn sign_query(query: &str, key: &SigningKey) -> Result<String, BindingError> {
    let input = format!("{query}&SigAlg={}", percent_encode(alg::RSA_SHA256));
    let value = Signer::new(MessageDigest::sha256(), key.private())?.sign_oneshot_to_vec(input.as_bytes())?;
    Ok(format!(
        "{input}&Signature={}",
        percent_encode(&BASE64_STANDARD.encode(value))
    ))
}

/// Whether the detached signature of a query holds, over the values exactly as they were sent. The order in
/// which they are signed is fixed: message, RelayState, SigAlg.
///
/// # Errors
/// A part is missing or doubled, or the algorithm is not known.
pub fn verify_query(raw_query: &str, certificate: &Certificate) -> Result<bool, BindingError> {
    let raw = |name: &'static str| {
        let mut found = raw_query
            .split('&')
            .filter(|part| part.split('=').next() == Some(name));
        let first = found.next();
        if found.next().is_some() { None } else { first }
    };
    let message = raw("SAMLRequest")
        .xor(raw("SAMLResponse"))
        .ok_or(BindingError::Missing("one SAMLRequest or SAMLResponse"))?;
    let algorithm = raw("SigAlg").ok_or(BindingError::Missing("SigAlg"))?;
    let signature = raw("Signature").ok_or(BindingError::Missing("Signature"))?;
    let value = |part: &str| {
        let value = part
            .split_once('=')
            .map_or("", |(_, value)| value)
            .replace('+', " ");
        percent_decode_str(&value).decode_utf8_lossy().into_owned()
    };
    let digest = match value(algorithm).as_str() {
        alg::RSA_SHA1 => MessageDigest::sha1(),
        alg::RSA_SHA256 => MessageDigest::sha256(),
        alg::RSA_SHA384 => MessageDigest::sha384(),
        alg::RSA_SHA512 => MessageDigest::sha512(),
        other => return Err(BindingError::Unknown(other.to_owned())),
    };
    let input = match raw("RelayState") {
        Some(state) => format!("{message}&{state}&{algorithm}"),
        None => format!("{message}&{algorithm}"),
    };
    let signature = base64(&value(signature))?;
    let key = certificate.public_key();
    let mut verifier = Verifier::new(digest, &key)?;
    Ok(verifier
        .verify_oneshot(&signature, input.as_bytes())
        .unwrap_or(false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_bomb_is_refused_before_it_goes_off() {
        let bomb = deflate(&" ".repeat(64 << 20));
        assert!(bomb.len() < 100_000);
        assert!(matches!(inflate(&bomb, MAX), Err(BindingError::TooLarge(_))));
        let value = BASE64_STANDARD.encode(&bomb);
        assert!(matches!(decode_redirect(&value), Err(BindingError::TooLarge(_))));
    }

    #[test]
    fn a_signed_query_holds_and_a_changed_one_does_not() {
        let key = SigningKey::generate(crate::key::Kind::Rsa2048).unwrap();
        let query = sign_query(&redirect_query("SAMLRequest", "<a/>", Some("to here")), &key).unwrap();
        assert!(verify_query(&query, key.certificate()).unwrap());
        assert!(!verify_query(&query.replace("to%20here", "to%20there"), key.certificate()).unwrap());
        let doubled = format!("{query}&SAMLRequest=x");
        assert!(verify_query(&doubled, key.certificate()).is_err());
    }

    #[test]
    fn a_message_that_was_cut_short_is_not_half_a_message() {
        let whole = deflate("<samlp:AuthnRequest ID=\"_1\"/>");
        assert!(matches!(
            inflate(&whole[..whole.len() - 4], MAX),
            Err(BindingError::NotDeflated)
        ));
        assert!(matches!(inflate(&[], MAX), Err(BindingError::NotDeflated)));
        assert!(matches!(decode_post(""), Err(BindingError::NotBase64)));
        let folded = "PGEv\r\n Pg==\n";
        assert_eq!(decode_post(folded).unwrap(), "<a/>");
    }

    proptest! {
        #[test]
        fn what_is_sent_arrives(xml in "\\PC{1,200}") {
            prop_assert_eq!(&decode_post(&encode_post(xml.as_bytes())).unwrap(), &xml);
            let query = redirect_query("SAMLRequest", &xml, None);
            let value = percent_decode_str(&query["SAMLRequest=".len()..]).decode_utf8().unwrap().into_owned();
            prop_assert_eq!(decode_redirect(&value).unwrap(), xml);
        }

        #[test]
        fn garbage_is_an_error_and_never_a_panic(value in "\\PC{0,200}", bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = decode_post(&value);
            let _ = decode_redirect(&value);
            let _ = decode_redirect(&BASE64_STANDARD.encode(&bytes));
            let _ = inflate(&bytes, 1_000);
        }
    }
}
