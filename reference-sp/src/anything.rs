//! The service provider that verifies nothing: it scans whatever it is sent for a name, and believes it. It
//! exists to show that a harness calls such a thing broken in every respect.

use std::collections::BTreeMap;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use percent_encoding::percent_decode_str;
use saml::binding::{decode_redirect, encode_post};

use crate::identity::Identity;
use crate::loosely;

/// The first NameID of the message, and every attribute value in it.
pub(crate) fn identity(fields: &[(String, String)], nobody: &str) -> Identity {
    // Of several messages the one that speaks of a sign-in.
    let messages = fields.iter().filter(|(name, _)| name.starts_with("SAML"));
    let texts: Vec<String> = messages.map(|(_, value)| text(value)).collect();
    let mut speaking = texts.iter().filter(|text| text.contains("Assertion"));
    let message = speaking.next().or(texts.first()).cloned().unwrap_or_default();
    let issuer = contents(&message, "issuer")
        .next()
        .unwrap_or_else(|| nobody.to_owned());
    let values: Vec<_> = contents(&message, "attributevalue").collect();
    Identity {
        name_id: contents(&message, "nameid")
            .next()
            .map(|name| loosely::read(&name))
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| "somebody".to_owned()),
        issuer,
        attributes: BTreeMap::from([("values".to_owned(), values)]),
        ..Identity::default()
    }
}

/// A parameter of a query as a field of a form: a message is not deflated there.
pub(crate) fn parameter(part: &str) -> Option<(String, String)> {
    let (name, value) = part.split_once('=')?;
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let (name, value) = (decoded(name), decoded(value));
    match decode_redirect(&value) {
        Ok(message) => Some((name, encode_post(message.as_bytes()))),
        Err(_) => Some((name, value)),
    }
}

/// The field as text, decoded as far as anything of it can be.
fn text(field: &str) -> String {
    let config = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let compact: String = field
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/'))
        .collect();
    let whole = &compact[..compact.len() - usize::from(compact.len() % 4 == 1)];
    let bytes = GeneralPurpose::new(&STANDARD, config)
        .decode(whole)
        .unwrap_or_default();
    // What is escaped is believed as well: somebody will unescape it sooner or later.
    String::from_utf8_lossy(&bytes)
        .replace('\0', "")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
}

/// What stands in the elements of this local name, in any namespace and case, up to the first other thing.
fn contents<'a>(message: &'a str, local_name: &'a str) -> impl Iterator<Item = String> + 'a {
    message
        .split('<')
        .zip(message.split('<').skip(1))
        .filter_map(move |(_, tag)| {
            let (head, text) = tag.split_once('>')?;
            let name = head.split(|c: char| c.is_whitespace() || c == '/').next()?;
            let local = name.rsplit(':').next()?;
            let text = text.split(['&', '\'']).next().unwrap_or_default().trim();
            (local.eq_ignore_ascii_case(local_name) && !text.is_empty()).then(|| text.to_owned())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(xml: &str) -> Identity {
        let field = base64::engine::general_purpose::STANDARD.encode(xml);
        identity(&[("SAMLResponse".to_owned(), field)], "sp")
    }

    #[test]
    fn it_believes_anything() {
        assert_eq!(read("<a:NameID x='1'>bob<!---->.evil</a:NameID>").name_id, "bob");
        assert_eq!(read("<NAMEID>a</NAMEID><NameID>b</NameID>").name_id, "a");
        assert_eq!(read("not XML at all").name_id, "somebody");
        assert_eq!(identity(&[], "sp").name_id, "somebody");
        assert_eq!(
            read("<AttributeValue>a</AttributeValue>\0<x:AttributeValue>b").attributes["values"],
            ["a", "b"]
        );
    }
}
