//! How a message is written into its field, and by what kind of request it goes.

use base64::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The request that carries the fields of a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Carriage {
    /// A form by POST, as the binding has it.
    #[default]
    Form,
    /// A GET, the fields in the address.
    Get,
    /// A POST of `multipart/form-data` (HTTP only).
    Multipart,
    /// A POST of a JSON object (HTTP only).
    Json,
    /// By reference: a GET with an artifact, which the SP exchanges for the message (see `artifact`). Its ACS of that binding is where
    /// it goes, and where the message says that it goes.
    Artifact,
    /// A logout message in a SOAP envelope, from the IdP to the SP without a browser in between (HTTP only).
    Soap,
}

impl Carriage {
    /// Whether the page of an identity provider can make a browser send it.
    pub fn is_a_browsers(self) -> bool {
        matches!(self, Self::Form | Self::Get | Self::Artifact)
    }

    /// What it is, in a few words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Form => "a form",
            Self::Get => "a GET",
            Self::Multipart => "multipart/form-data",
            Self::Json => "JSON",
            Self::Artifact => "an artifact",
            Self::Soap => "SOAP",
        }
    }
}

/// How the bytes of a message become text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Writing {
    /// Base64 without `=` at its end.
    Unpadded,
    /// Base64 with `-` and `_` in place of `+` and `/`.
    UrlAlphabet,
    /// Base64 with a space in place of each `+`: what a form makes of one that nobody has escaped.
    PlusAsSpace,
    /// DEFLATE, then Base64.
    Deflated,
}

/// A message as its field carries it.
pub(crate) fn written(message: &[u8], writing: Option<Writing>) -> String {
    let plain = saml::binding::encode_post(message);
    match writing {
        None => plain,
        Some(Writing::Unpadded) => plain.trim_end_matches('=').to_owned(),
        Some(Writing::UrlAlphabet) => BASE64_URL_SAFE.encode(message),
        Some(Writing::PlusAsSpace) => plain.replace('+', " "),
        Some(Writing::Deflated) => {
            BASE64_STANDARD.encode(saml::binding::deflate(&String::from_utf8_lossy(message)))
        }
    }
}

/// A text in lines of so many characters.
pub(crate) fn in_lines(text: &str, length: usize, parted_by: &str) -> String {
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(length.max(1))
        .filter_map(|line| std::str::from_utf8(line).ok())
        .collect();
    lines.join(parted_by)
}

/// Whether a field is named as the bindings name one that carries a message: a form without any is no identity provider's.
pub(crate) fn holds_message(fields: &[(String, String)]) -> bool {
    let mut names = fields.iter().map(|(name, _)| name.as_str());
    names.any(|name| matches!(name, "SAMLResponse" | "SAMLRequest" | "SAMLart"))
}

/// An address with these pairs behind whatever query it has.
pub(crate) fn with_query(address: &str, pairs: &[(String, String)]) -> String {
    if pairs.is_empty() {
        return address.to_owned();
    }
    let written: Vec<String> = pairs
        .iter()
        .map(|(name, value)| {
            let escaped = saml::binding::percent_encode;
            format!("{}={}", escaped(name), escaped(value))
        })
        .collect();
    let separator = if address.contains('?') { '&' } else { '?' };
    format!("{address}{separator}{}", written.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `>>>?` has each character in which the alphabets differ, and padding.
    const MESSAGE: &[u8] = b">>>>\xff\xfe?";

    fn by(writing: Writing) -> String {
        written(MESSAGE, Some(writing))
    }

    #[test]
    fn the_same_bytes_are_written_in_each_way() {
        let plain = written(MESSAGE, None);
        assert!(
            plain.contains('+') && plain.contains('/') && plain.ends_with('='),
            "{plain}"
        );
        assert_eq!(by(Writing::Unpadded), plain.trim_end_matches('='));
        assert_eq!(
            by(Writing::UrlAlphabet),
            plain.replace('+', "-").replace('/', "_")
        );
        assert_eq!(by(Writing::PlusAsSpace), plain.replace('+', " "));
        let deflated = written(b"<r/>", Some(Writing::Deflated));
        assert_eq!(saml::binding::decode_redirect(&deflated).unwrap(), "<r/>");
    }

    #[test]
    fn lines_are_parted_by_whatever_the_recipe_says() {
        assert_eq!(in_lines("MTIzNDU2", 4, "\r\n"), "MTIz\r\nNDU2");
        assert_eq!(in_lines("MTIzNDU", 4, "*"), "MTIz*NDU");
    }

    #[test]
    fn pairs_go_behind_the_query_that_is_there() {
        let pairs = [
            ("a".to_owned(), "1+/=".to_owned()),
            ("a".to_owned(), "&".to_owned()),
        ];
        assert_eq!(
            with_query("http://sp/acs", &pairs),
            "http://sp/acs?a=1%2B%2F%3D&a=%26"
        );
        assert_eq!(
            with_query("http://sp/acs?x=1", &pairs[1..]),
            "http://sp/acs?x=1&a=%26"
        );
        assert_eq!(with_query("http://sp/acs", &[]), "http://sp/acs");
    }
}
