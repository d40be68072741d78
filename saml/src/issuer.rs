//! The Issuer, of whatever message.

use crate::{
    document::escape_text,
    names::ns,
    write::{attribute, optional},
};

/// A saml:Issuer (Core 2.2.5).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Issuer {
    /// The entityID.
    pub value: String,
    /// Its Format.
    pub format: Option<String>,
}

impl Issuer {
    pub(crate) fn write(&self, out: &mut String, declare: bool) {
        out.push_str("<Issuer");
        optional(out, "Format", self.format.as_deref());
        if declare {
            attribute(out, "xmlns", ns::SAML);
        }
        out.push('>');
        out.push_str(&escape_text(&self.value));
        out.push_str("</Issuer>");
    }
}
