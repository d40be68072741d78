//! Content codings (RFC 9110, section 8.4.1), as forgiving as Chromium is, and bounded.

use std::io::{self, Read};

use flate2::read::DeflateDecoder;
use thiserror::Error;

/// Why an answer cannot be unpacked.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(in crate::driver::http) enum Broken {
    /// A coding that browsers take over safe connections alone.
    #[error("{0} came over a connection for which no browser takes it")]
    Unasked(String),
    /// The bytes are not what was said.
    #[error("its body is not {0}, as its Content-Encoding says")]
    Wrong(String),
}

/// Unpacks a body to at most `limit` bytes; says whether that is all of it. `codings` is the header's value. A coding that
/// nobody knows leaves the body as it is; what is cut off is taken as far as it goes, and what follows is ignored.
///
/// # Errors
/// [`Broken`], as in a browser.
pub(in crate::driver::http) fn unpack(
    codings: &str,
    safe: bool,
    body: Vec<u8>,
    limit: usize,
) -> Result<(Vec<u8>, bool), Broken> {
    let codings: Vec<String> = codings
        .split(',')
        .map(|coding| coding.trim().to_ascii_lowercase())
        .filter(|coding| !coding.is_empty())
        .collect();
    let known = |coding: &String| matches!(coding.as_str(), "gzip" | "x-gzip" | "deflate" | "br" | "zstd");
    if !codings.iter().all(known) {
        return Ok((body, true));
    }
    let unasked = |coding: &&String| !safe && matches!(coding.as_str(), "br" | "zstd");
    if let Some(coding) = codings.iter().find(unasked) {
        return Err(Broken::Unasked(coding.clone()));
    }
    let (mut bytes, mut whole) = (body, true);
    for coding in codings.iter().rev() {
        if bytes.is_empty() {
            break;
        }
        let wrong = |_| Broken::Wrong(coding.clone());
        let (unpacked, all) = match coding.as_str() {
            "br" => read(brotli_decompressor::Decompressor::new(&*bytes, 4096), limit),
            "zstd" => ruzstd::decoding::StreamingDecoder::new(&*bytes)
                .map_err(io::Error::other)
                .and_then(|decoder| read(decoder, limit)),
            "deflate" => read(DeflateDecoder::new(without_zlib(&bytes)), limit),
            _ => without_gzip(&bytes)
                .ok_or_else(|| io::ErrorKind::InvalidData.into())
                .and_then(|raw| read(DeflateDecoder::new(raw), limit)),
        }
        .map_err(wrong)?;
        (bytes, whole) = (unpacked, whole && all);
    }
    Ok((bytes, whole))
}

/// Reads to the limit, or to where the input was cut off.
fn read(mut decoder: impl Read, limit: usize) -> io::Result<(Vec<u8>, bool)> {
    let (mut out, mut some) = (Vec::new(), vec![0; 64 << 10]);
    loop {
        match decoder.read(&mut some) {
            Ok(0) => return Ok((out, true)),
            Ok(count) => {
                let room = limit.saturating_sub(out.len());
                out.extend_from_slice(some.get(..count.min(room)).unwrap_or_default());
                if count > room {
                    return Ok((out, false));
                }
            }
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof && !out.is_empty() => {
                return Ok((out, true));
            }
            Err(error) => return Err(error),
        }
    }
}

/// What follows a zlib header (RFC 1950), if it has one: many servers send none.
fn without_zlib(bytes: &[u8]) -> &[u8] {
    match bytes {
        [first, second, rest @ ..]
            if first & 0x0F == 8 && (u16::from(*first) << 8 | u16::from(*second)) % 31 == 0 =>
        {
            rest
        }
        all => all,
    }
}

/// What follows a gzip header (RFC 1952). The checksum at the end is nobody's business in a browser.
fn without_gzip(bytes: &[u8]) -> Option<&[u8]> {
    let [0x1F, 0x8B, 8, flags, _, _, _, _, _, _, rest @ ..] = bytes else {
        return None;
    };
    let mut rest = rest;
    if flags & 4 != 0 {
        let [low, high, after @ ..] = rest else {
            return None;
        };
        rest = after.get(usize::from(u16::from_le_bytes([*low, *high]))..)?;
    }
    // A name and a comment, each ended by NUL.
    for flag in [8, 16] {
        if flags & flag != 0 {
            let end = rest.iter().position(|byte| *byte == 0)?;
            rest = rest.get(end + 1..)?;
        }
    }
    if flags & 2 != 0 { rest.get(2..) } else { Some(rest) }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};
    use proptest::prelude::*;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut out = GzEncoder::new(Vec::new(), Compression::best());
        out.write_all(bytes).unwrap();
        out.finish().unwrap()
    }

    #[test]
    fn a_bomb_is_unpacked_to_the_limit_and_no_further() {
        let bomb = gzip(&gzip(&vec![0; 50 << 20]));
        let (bytes, whole) = unpack("gzip, gzip", false, bomb, 1000).unwrap();
        assert_eq!((bytes.len(), whole), (1000, false));
    }

    #[test]
    fn what_is_not_what_was_said_is_told() {
        for coding in ["gzip", "deflate", "br", "zstd"] {
            let broken = unpack(coding, true, b"<p>words".to_vec(), 1000).unwrap_err();
            assert!(broken.to_string().contains(coding), "{broken}");
        }
        assert!(matches!(
            unpack("br", false, vec![1], 10),
            Err(Broken::Unasked(_))
        ));
        assert_eq!(unpack("acme, gzip", false, vec![1], 10), Ok((vec![1], true)));
        assert_eq!(unpack("gzip", false, Vec::new(), 10), Ok((Vec::new(), true)));
    }

    proptest! {
        #[test]
        fn any_bytes_are_unpacked_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), coding in "(gzip|deflate|br|zstd)(, (gzip|deflate|br|zstd))?") {
            if let Ok((bytes, _)) = unpack(&coding, true, bytes, 1000) {
                prop_assert!(bytes.len() <= 1000);
            }
        }

        #[test]
        fn what_was_packed_is_unpacked(bytes in prop::collection::vec(any::<u8>(), 0..500)) {
            prop_assert_eq!(unpack("GZIP", false, gzip(&bytes), 1000), Ok((bytes, true)));
        }
    }
}
