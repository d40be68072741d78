//! How messages travel: HTTP-POST and HTTP-Redirect (SAML Bindings 3.4, 3.5).

mod query;

pub use query::{
    Percent, QueryAlgorithm, QuerySignature, percent_encode, percent_encode_with, query_signature,
    redirect_query, redirect_query_with, sign_query, sign_query_with, verify_query,
};

use std::{
    borrow::Cow,
    io::{Read, Write},
};

use base64::{
    alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
    prelude::*,
};
use flate2::{Compress, Compression, FlushCompress, read::DeflateDecoder, write::DeflateEncoder};
use thiserror::Error;

use crate::document::{XmlError, decode_utf8};

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
    /// DEFLATE, and something behind it.
    #[error("something follows the end of its DEFLATE stream")]
    Trailing,
    /// Too large.
    #[error("it is larger than the {0} bytes that are read")]
    TooLarge(usize),
    /// Not text.
    #[error(transparent)]
    Xml(#[from] XmlError),
    /// A signed query that lacks a part.
    #[error("the query has no {0}")]
    Missing(&'static str),
    /// A signed query that has a part twice.
    #[error("the query has more than one {0}")]
    Doubled(String),
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

/// Raw DEFLATE that stands for so many megabytes of spaces, a thousandth as long, in no more time than one takes.
pub fn inflating(megabytes: usize) -> Vec<u8> {
    let mut encoder = Compress::new(Compression::best(), false);
    let megabyte = vec![b' '; 1 << 20];
    let mut block = Vec::with_capacity(1 << 16);
    // A full flush ends at a byte, and what follows refers to nothing before it: the block may be repeated.
    let _ = encoder.compress_vec(&megabyte, &mut block, FlushCompress::Full);
    let mut out = block.repeat(megabytes);
    // The last block: empty, of fixed codes.
    out.extend([0x03, 0x00]);
    out
}

/// What raw DEFLATE stands for, at most `max` octets of it.
///
/// # Errors
/// Not DEFLATE, or more than `max`.
pub fn inflate(bytes: &[u8], max: usize) -> Result<Vec<u8>, BindingError> {
    inflate_counted(bytes, max).map(|(out, _)| out)
}

/// The same, and how many octets of it were read.
fn inflate_counted(bytes: &[u8], max: usize) -> Result<(Vec<u8>, u64), BindingError> {
    let mut out = Vec::new();
    let limit = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
    let mut decoder = DeflateDecoder::new(bytes);
    decoder
        .by_ref()
        .take(limit)
        .read_to_end(&mut out)
        .map_err(|_| BindingError::NotDeflated)?;
    if out.len() > max {
        return Err(BindingError::TooLarge(max));
    }
    if out.is_empty() {
        return Err(BindingError::NotDeflated);
    }
    Ok((out, decoder.total_in()))
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

/// As [`decode_redirect`], and nothing may follow the end of the DEFLATE stream.
///
/// # Errors
/// As [`decode_redirect`], or something follows.
pub fn decode_redirect_exactly(value: &str) -> Result<String, BindingError> {
    let octets = base64(value)?;
    let (text, read) = inflate_counted(&octets, MAX)?;
    if u64::try_from(octets.len()) != Ok(read) {
        return Err(BindingError::Trailing);
    }
    Ok(decode_utf8(&text)?)
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

#[cfg(test)]
mod tests {
    use super::*;
    use percent_encoding::percent_decode_str;
    use proptest::prelude::*;

    #[test]
    fn a_bomb_is_small_and_all_of_it_goes_off() {
        let bomb = inflating(3);
        assert!(bomb.len() < 6_000, "{}", bomb.len());
        let out = inflate(&bomb, 4 << 20).unwrap();
        assert!(
            out.len() == 3 << 20 && out.iter().all(|byte| *byte == b' '),
            "{}",
            out.len()
        );
        assert!(inflating(1024).len() < 3 << 20);
    }

    #[test]
    fn a_bomb_is_refused_before_it_goes_off() {
        let bomb = deflate(&" ".repeat(64 << 20));
        assert!(bomb.len() < 100_000);
        assert!(matches!(inflate(&bomb, MAX), Err(BindingError::TooLarge(_))));
        let value = BASE64_STANDARD.encode(&bomb);
        assert!(matches!(decode_redirect(&value), Err(BindingError::TooLarge(_))));
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
