//! The header that carries a bearer token.

use std::str::FromStr;

use super::token::TokenError;

/// What stands for the token in a header.
const TOKEN: &str = "{token}";

/// A header with a place for the token; written `Authorization: Bearer {token}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenHeader {
    name: String,
    value: String,
}

impl TokenHeader {
    /// Its name and value with a token.
    pub fn with(&self, token: &str) -> (String, String) {
        (self.name.clone(), self.value.replace(TOKEN, token))
    }
}

impl Default for TokenHeader {
    fn default() -> Self {
        Self {
            name: "Authorization".to_owned(),
            value: format!("Bearer {TOKEN}"),
        }
    }
}

impl FromStr for TokenHeader {
    type Err = TokenError;

    fn from_str(text: &str) -> Result<Self, TokenError> {
        let wrong = || TokenError::Header(text.to_owned());
        let (name, value) = text.split_once(':').ok_or_else(wrong)?;
        let (name, value) = (name.trim(), value.trim());
        let tchar = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        let sendable = value.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
        if name.is_empty() || !name.chars().all(tchar) || !sendable || !value.contains(TOKEN) {
            return Err(wrong());
        }
        Ok(Self {
            name: name.to_owned(),
            value: value.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_has_a_place_for_the_token() {
        let header: TokenHeader = "X-Auth: tok {token}!".parse().unwrap();
        assert_eq!(header.with("abc"), ("X-Auth".to_owned(), "tok abc!".to_owned()));
        assert_eq!(
            TokenHeader::default().with("abc"),
            ("Authorization".to_owned(), "Bearer abc".to_owned())
        );
        for wrong in [
            "",
            "X-Auth",
            "X-Auth: abc",
            ": {token}",
            "X Auth: {token}",
            "X: ä{token}",
            "X: a\n{token}",
        ] {
            let error = wrong.parse::<TokenHeader>().unwrap_err().to_string();
            assert!(error.contains("Bearer {token}"), "{wrong}: {error}");
        }
    }
}
