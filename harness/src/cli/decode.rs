//! `samlitmus decode`: any SAML message, however it is wrapped, with what each signature covers.

use std::fmt::Write;

use base64::{
    alphabet,
    engine::{DecodePaddingMode, Engine, GeneralPurpose, GeneralPurposeConfig},
};
use saml::names::ns;
use thiserror::Error;

use crate::{
    report::anatomy::{Trust, anatomy, draw},
    text::visible,
};

/// The most bytes that are read.
pub const MOST: usize = 32 << 20;
/// The most bytes that a compressed message may come to.
const INFLATED: usize = 4 << 20;
/// The most messages of one recording.
const MESSAGES: usize = 200;

/// A SAML message as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// How it was wrapped, outermost first.
    pub wrapping: Vec<&'static str>,
    /// The field or parameter that it stood in.
    pub field: Option<String>,
    /// The RelayState beside it.
    pub relay_state: Option<String>,
    /// The algorithm of the signature over the query, where there is one.
    pub query_signature: Option<String>,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Why there is nothing to show.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum DecodeError {
    /// Nothing was given.
    #[error("there is nothing to decode; give a file, or pipe a message in")]
    Empty,
    /// More than is read.
    #[error("more than {} MiB; cut out the message", MOST >> 20)]
    TooLarge,
    /// Nothing in it looks like SAML.
    #[error(
        "this is no SAML message; give XML, Base64, a URL or form with SAMLRequest or SAMLResponse, the page that posts \
         one, or a HAR file"
    )]
    NotSaml,
    /// The parameter is there, and what it holds is no message.
    #[error("the {field} is no message: {why}")]
    Broken {
        /// The parameter.
        field: String,
        /// Why.
        why: &'static str,
    },
    /// A recording without a message.
    #[error("the HAR file holds no request with SAMLRequest or SAMLResponse")]
    NoneRecorded,
}

/// Finds the messages in whatever was given.
///
/// # Errors
/// There is none, in one sentence.
pub fn find(input: &[u8]) -> Result<Vec<Found>, DecodeError> {
    if input.len() > MOST {
        return Err(DecodeError::TooLarge);
    }
    if input.iter().all(u8::is_ascii_whitespace) {
        return Err(DecodeError::Empty);
    }
    if let Some(found) = markup(input) {
        return found;
    }
    if let Some((bytes, wrapping)) = inflated(input) {
        return Ok(vec![plain(bytes, vec![wrapping])]);
    }
    let text = std::str::from_utf8(input)
        .map_err(|_| DecodeError::NotSaml)?
        .trim();
    if text.starts_with('{') {
        return recording(text);
    }
    if ["SAMLRequest=", "SAMLResponse="]
        .iter()
        .any(|name| text.contains(name))
    {
        return parameters(text).map(|found| vec![found]);
    }
    match unwrap(&unescaped(text)) {
        Ok((bytes, wrapping)) => Ok(vec![plain(bytes, wrapping)]),
        Err(_) => Err(DecodeError::NotSaml),
    }
}

/// What was found, for people.
pub fn show(found: &Found, color: bool) -> String {
    let layout = anatomy(&found.bytes, Trust::Enclosed);
    let text = String::from_utf8_lossy(&found.bytes);
    let mut out = kind(&text);
    if let Some(field) = &found.field {
        let _ = write!(out, " in {field}");
    }
    if !found.wrapping.is_empty() {
        let _ = write!(out, " ({})", found.wrapping.join(", "));
    }
    let _ = writeln!(out, ", {} bytes", found.bytes.len());
    if let Some(relay_state) = &found.relay_state {
        let _ = writeln!(out, "RelayState: {}", visible(relay_state).replace('\n', "⏎"));
    }
    if let Some(algorithm) = &found.query_signature {
        let _ = writeln!(
            out,
            "the query is signed ({}); without the sender's key nothing is known about that",
            visible(algorithm).replace('\n', "⏎")
        );
    }
    let _ = writeln!(out, "\n{}", draw(&layout, color).trim_end());
    if layout.raw.is_none() && layout.seals.is_empty() {
        let _ = writeln!(out, "\nno signature in it");
    } else if !layout.seals.is_empty() {
        let _ = writeln!(
            out,
            "\nno key is trusted here: a signature that agrees with its own KeyInfo proves nothing about who made it"
        );
    }
    out
}

/// What the document is, by its root; read without a parser, so that it works for broken documents too.
fn kind(text: &str) -> String {
    let Ok(document) = saml::document::parse(text) else {
        return "something that is no well-formed XML".to_owned();
    };
    let root = document.root_element().tag_name();
    let name = visible(root.name());
    match root.namespace() {
        Some(ns::SAMLP) => format!("SAML {name}"),
        Some(ns::SAML) => format!("a bare SAML {name}"),
        Some(ns::MD) => format!("SAML metadata ({name})"),
        _ => format!("XML that is no SAML message ({name})"),
    }
}

fn plain(bytes: Vec<u8>, wrapping: Vec<&'static str>) -> Found {
    Found {
        wrapping,
        field: None,
        relay_state: None,
        query_signature: None,
        bytes,
    }
}

/// XML as it is, or a page with a form that carries a message. `None` if it is no markup at all.
fn markup(input: &[u8]) -> Option<Result<Vec<Found>, DecodeError>> {
    let is_utf16 = input.starts_with(&[0xff, 0xfe]) || input.starts_with(&[0xfe, 0xff]);
    if is_utf16 {
        return Some(Ok(vec![plain(input.to_vec(), vec!["UTF-16"])]));
    }
    let body = input.strip_prefix(b"\xef\xbb\xbf").unwrap_or(input);
    if body.trim_ascii_start().first() != Some(&b'<') {
        return None;
    }
    let text = String::from_utf8_lossy(body);
    if saml::document::parse(&text).is_err()
        && let Some(found) = page(&text)
    {
        return Some(found.map(|found| vec![found]));
    }
    Some(Ok(vec![plain(body.to_vec(), Vec::new())]))
}

/// The form of an HTML page that posts a message.
fn page(text: &str) -> Option<Result<Found, DecodeError>> {
    if !text.contains("SAMLRequest") && !text.contains("SAMLResponse") {
        return None;
    }
    let page = scraper::Html::parse_document(text);
    let inputs = scraper::Selector::parse("input[name]").ok()?;
    let pairs: Vec<(String, String)> = page
        .select(&inputs)
        .filter_map(|input| Some((input.attr("name")?.to_owned(), input.attr("value")?.to_owned())))
        .collect();
    message(&pairs, "a page's form")
}

/// A URL, a query or a form body.
fn parameters(text: &str) -> Result<Found, DecodeError> {
    let query = text.split_once('?').map_or(text, |(_, query)| query);
    let query = query.split('#').next().unwrap_or_default();
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.trim().as_bytes())
        .into_owned()
        .collect();
    let whence = if text.contains('?') { "a URL" } else { "a form" };
    message(&pairs, whence).unwrap_or(Err(DecodeError::NotSaml))
}

/// Every message that a browser's recording sent.
fn recording(text: &str) -> Result<Vec<Found>, DecodeError> {
    let har: serde_json::Value = serde_json::from_str(text).map_err(|_| DecodeError::NotSaml)?;
    let entries = har["log"]["entries"].as_array().ok_or(DecodeError::NotSaml)?;
    let mut found = Vec::new();
    for request in entries.iter().map(|entry| &entry["request"]) {
        let texts = [request["url"].as_str(), request["postData"]["text"].as_str()];
        let parameters_of = texts
            .into_iter()
            .flatten()
            .filter(|text| text.contains("SAMLRequest=") || text.contains("SAMLResponse="));
        let before = found.len();
        for text in parameters_of {
            found.extend(parameters(text));
        }
        if found.len() == before {
            let pairs: Vec<(String, String)> = request["postData"]["params"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|pair| {
                    Some((
                        pair["name"].as_str()?.to_owned(),
                        pair["value"].as_str()?.to_owned(),
                    ))
                })
                .collect();
            found.extend(message(&pairs, "a form").and_then(Result::ok));
        }
        if found.len() >= MESSAGES {
            break;
        }
    }
    if found.is_empty() {
        Err(DecodeError::NoneRecorded)
    } else {
        Ok(found)
    }
}

/// The message among named values. `None` if none is named so.
fn message(pairs: &[(String, String)], whence: &'static str) -> Option<Result<Found, DecodeError>> {
    let named = |name: &str| {
        pairs
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.clone())
    };
    let (field, value) = ["SAMLResponse", "SAMLRequest"]
        .into_iter()
        .find_map(|field| Some((field, named(field)?)))?;
    // A plus that nobody escaped has become a space.
    let unwrapped = unwrap(&value.replace(' ', "+"));
    Some(
        unwrapped
            .map_err(|why| DecodeError::Broken {
                field: field.to_owned(),
                why,
            })
            .map(|(bytes, mut wrapping)| {
                wrapping.insert(0, whence);
                Found {
                    wrapping,
                    field: Some(field.to_owned()),
                    relay_state: named("RelayState"),
                    query_signature: named("SigAlg"),
                    bytes,
                }
            }),
    )
}

/// A value without percent-encoding; a plus stays what it is.
fn unescaped(text: &str) -> String {
    let field = format!("value={}", text.replace('+', "%2B"));
    let value = url::form_urlencoded::parse(field.as_bytes()).next();
    value.map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// Base64, then perhaps DEFLATE.
fn unwrap(value: &str) -> Result<(Vec<u8>, Vec<&'static str>), &'static str> {
    const FORGIVING: GeneralPurposeConfig = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let text: String = value.chars().filter(|c| !c.is_whitespace()).collect();
    let (alphabet, name) = if text.contains(['-', '_']) {
        (&alphabet::URL_SAFE, "Base64 for URLs")
    } else {
        (&alphabet::STANDARD, "Base64")
    };
    let bytes = GeneralPurpose::new(alphabet, FORGIVING)
        .decode(&text)
        .map_err(|_| "it is not Base64")?;
    if is_markup(&bytes) {
        return Ok((bytes, vec![name]));
    }
    match inflated(&bytes) {
        Some((bytes, compression)) => Ok((bytes, vec![name, compression])),
        None => Err("its Base64 holds neither XML nor compressed XML"),
    }
}

/// The XML that was deflated, raw as SAML has it or with zlib's head as some write it by mistake.
fn inflated(bytes: &[u8]) -> Option<(Vec<u8>, &'static str)> {
    let raw = saml::binding::inflate(bytes, INFLATED)
        .ok()
        .filter(|bytes| is_markup(bytes));
    let zlib = || {
        let body = bytes.get(2..).filter(|_| bytes[0] & 0x0f == 8)?;
        saml::binding::inflate(body, INFLATED)
            .ok()
            .filter(|bytes| is_markup(bytes))
    };
    raw.map(|bytes| (bytes, "deflated"))
        .or_else(|| zlib().map(|bytes| (bytes, "deflated with a zlib head")))
}

fn is_markup(bytes: &[u8]) -> bool {
    let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    body.trim_ascii_start().first() == Some(&b'<')
        || bytes.starts_with(&[0xff, 0xfe])
        || bytes.starts_with(&[0xfe, 0xff])
}
