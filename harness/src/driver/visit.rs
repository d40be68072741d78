//! What a session is asked to do.

use std::borrow::Cow;

use url::form_urlencoded;

/// One top-level navigation.
#[derive(Clone, Copy, Debug)]
pub enum Visit<'a> {
    /// As if typed into the address bar: nobody's page led here.
    Get(&'a str),
    /// A form that a page submits.
    Post {
        /// Where to.
        url: &'a str,
        /// The fields, in order; names may repeat. Over HTTP they are sent as they are; a browser writes each
        /// line break as CR LF.
        fields: &'a [(String, String)],
        /// The origin of the page that submits it: decides which cookies travel. None: a page of the target's
        /// own origin.
        from: Option<&'a str>,
        /// Headers beyond the usual.
        headers: &'a [(String, String)],
    },
    /// A request as it stands.
    Raw {
        /// `GET`, `POST`, or another token.
        method: &'a str,
        /// Where to, query included.
        url: &'a str,
        /// Headers beyond the usual, `Content-Type` included.
        headers: &'a [(String, String)],
        /// The body; a GET has none.
        body: &'a [u8],
        /// The origin of the page that leads there; none: nobody's page for a GET, the target's own otherwise.
        from: Option<&'a str>,
    },
}

/// The fields as `application/x-www-form-urlencoded`, in order (WHATWG URL, section 5.2).
pub(super) fn urlencoded(fields: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields.iter().map(|(name, value)| (name.as_str(), value.as_str())))
        .finish()
}

/// A text as a form's entry list holds it: each line break is CR LF (WHATWG HTML, section 4.10.21.4).
pub(super) fn line_breaks(text: &str) -> Cow<'_, str> {
    if !text.contains(['\r', '\n']) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' => {
                characters.next_if_eq(&'\n');
                out.push_str("\r\n");
            }
            '\n' => out.push_str("\r\n"),
            other => out.push(other),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_keep_their_order_their_duplicates_and_every_character() {
        let fields = [("a", "1 + 1"), ("b", "ä&=\r\n"), ("a", "")].map(|(n, v)| (n.to_owned(), v.to_owned()));
        assert_eq!(urlencoded(&fields), "a=1+%2B+1&b=%C3%A4%26%3D%0D%0A&a=");
    }

    #[test]
    fn every_kind_of_line_break_becomes_cr_lf() {
        assert_eq!(line_breaks("a\nb\rc\r\nd\n\re"), "a\r\nb\r\nc\r\nd\r\n\r\ne");
    }
}
