//! The Response as Azure writes it: `samlp:` for Response, Status and StatusCode, default namespaces below.

use crate::{
    assertion::{Assertion, attribute, optional},
    document::escape_text,
    names::ns,
};

/// A samlp:Response (Core 3.3.3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// Its ID.
    pub id: String,
    /// The request that is answered; none if unsolicited.
    pub in_response_to: Option<String>,
    /// When it was issued.
    pub issue_instant: Option<String>,
    /// Where it is sent.
    pub destination: Option<String>,
    /// By whom.
    pub issuer: Option<Issuer>,
    /// The status code, and those nested in it.
    pub status: Vec<String>,
    /// The StatusMessage.
    pub status_message: Option<String>,
    /// The Assertions.
    pub assertions: Vec<Assertion>,
}

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

impl Response {
    /// The text.
    pub fn to_xml(&self) -> String {
        let mut out = String::with_capacity(4_096);
        out.push_str("<samlp:Response");
        attribute(&mut out, "ID", &self.id);
        attribute(&mut out, "Version", "2.0");
        optional(&mut out, "IssueInstant", self.issue_instant.as_deref());
        optional(&mut out, "Destination", self.destination.as_deref());
        optional(&mut out, "InResponseTo", self.in_response_to.as_deref());
        attribute(&mut out, "xmlns:samlp", ns::SAMLP);
        out.push('>');
        if let Some(issuer) = &self.issuer {
            issuer.write(&mut out, true);
        }
        out.push_str("<samlp:Status>");
        for (depth, code) in self.status.iter().enumerate() {
            out.push_str("<samlp:StatusCode");
            attribute(&mut out, "Value", code);
            out.push_str(if depth + 1 == self.status.len() { "/>" } else { ">" });
        }
        out.push_str(&"</samlp:StatusCode>".repeat(self.status.len().saturating_sub(1)));
        if let Some(message) = &self.status_message {
            out.push_str("<samlp:StatusMessage>");
            out.push_str(&escape_text(message));
            out.push_str("</samlp:StatusMessage>");
        }
        out.push_str("</samlp:Status>");
        for assertion in &self.assertions {
            assertion.write(&mut out);
        }
        out.push_str("</samlp:Response>");
        out
    }
}
