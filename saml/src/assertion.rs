//! The Assertion as Azure writes it: no declaration, no white space, this order of attributes, namespaces last.
//! Times are texts, since a test needs bad ones.

use crate::{
    document::escape_text,
    issuer::Issuer,
    names::ns,
    write::{attribute, element, optional},
};

/// A saml:Assertion (Core 2.3.3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assertion {
    /// Its ID.
    pub id: String,
    /// When it was issued.
    pub issue_instant: String,
    /// By whom.
    pub issuer: Option<Issuer>,
    /// Who it is about.
    pub subject: Subject,
    /// When and for whom it holds.
    pub conditions: Option<Conditions>,
    /// What is said of the subject.
    pub attributes: Vec<Attribute>,
    /// How the subject signed in.
    pub authn: Option<Authn>,
}

/// A saml:Subject (Core 2.4.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// The name.
    pub name_id: Option<NameId>,
    /// How the bearer proves to be the subject.
    pub confirmations: Vec<Confirmation>,
}

/// A saml:NameID (Core 2.2.3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameId {
    /// The name itself.
    pub value: String,
    /// Its Format.
    pub format: Option<String>,
    /// Its SPNameQualifier.
    pub sp_name_qualifier: Option<String>,
    /// Its NameQualifier.
    pub name_qualifier: Option<String>,
}

/// A saml:SubjectConfirmation with its data (Core 2.4.1.1, 2.4.1.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Confirmation {
    /// The Method.
    pub method: String,
    /// The request that is answered.
    pub in_response_to: Option<String>,
    /// Not before this instant.
    pub not_before: Option<String>,
    /// Not at or after this instant.
    pub not_on_or_after: Option<String>,
    /// Where it may be delivered.
    pub recipient: Option<String>,
    /// The address of the bearer.
    pub address: Option<String>,
}

/// saml:Conditions (Core 2.5).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conditions {
    /// Not before this instant.
    pub not_before: Option<String>,
    /// Not at or after this instant.
    pub not_on_or_after: Option<String>,
    /// One list of audiences for each AudienceRestriction.
    pub audiences: Vec<Vec<String>>,
}

/// A saml:Attribute (Core 2.7.3.1); Azure writes its Name only, unless told to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attribute {
    /// The Name.
    pub name: String,
    /// The NameFormat.
    pub name_format: Option<String>,
    /// The values.
    pub values: Vec<String>,
}

/// A saml:AuthnStatement (Core 2.7.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Authn {
    /// When the subject signed in.
    pub instant: String,
    /// The session at the IdP.
    pub session_index: Option<String>,
    /// The AuthnContextClassRef.
    pub class: Option<String>,
}

impl Assertion {
    /// The text.
    pub fn to_xml(&self) -> String {
        let mut out = String::with_capacity(3_072);
        self.write(&mut out);
        out
    }

    pub(crate) fn write(&self, out: &mut String) {
        out.push_str("<Assertion");
        attribute(out, "ID", &self.id);
        attribute(out, "IssueInstant", &self.issue_instant);
        attribute(out, "Version", "2.0");
        attribute(out, "xmlns", ns::SAML);
        out.push('>');
        if let Some(issuer) = &self.issuer {
            issuer.write(out, false);
        }
        self.subject.write(out);
        if let Some(conditions) = &self.conditions {
            conditions.write(out);
        }
        if !self.attributes.is_empty() {
            out.push_str("<AttributeStatement>");
            for a in &self.attributes {
                out.push_str("<Attribute");
                attribute(out, "Name", &a.name);
                optional(out, "NameFormat", a.name_format.as_deref());
                out.push('>');
                for value in &a.values {
                    element(out, "AttributeValue", value);
                }
                out.push_str("</Attribute>");
            }
            out.push_str("</AttributeStatement>");
        }
        if let Some(authn) = &self.authn {
            authn.write(out);
        }
        out.push_str("</Assertion>");
    }
}

impl NameId {
    pub(crate) fn write(&self, out: &mut String, declare: bool) {
        out.push_str("<NameID");
        optional(out, "NameQualifier", self.name_qualifier.as_deref());
        optional(out, "SPNameQualifier", self.sp_name_qualifier.as_deref());
        optional(out, "Format", self.format.as_deref());
        optional(out, "xmlns", declare.then_some(ns::SAML));
        out.push('>');
        out.push_str(&escape_text(&self.value));
        out.push_str("</NameID>");
    }
}

impl Subject {
    fn write(&self, out: &mut String) {
        out.push_str("<Subject>");
        if let Some(name) = &self.name_id {
            name.write(out, false);
        }
        for confirmation in &self.confirmations {
            out.push_str("<SubjectConfirmation");
            attribute(out, "Method", &confirmation.method);
            out.push_str("><SubjectConfirmationData");
            optional(out, "InResponseTo", confirmation.in_response_to.as_deref());
            optional(out, "NotBefore", confirmation.not_before.as_deref());
            optional(out, "NotOnOrAfter", confirmation.not_on_or_after.as_deref());
            optional(out, "Recipient", confirmation.recipient.as_deref());
            optional(out, "Address", confirmation.address.as_deref());
            out.push_str("/></SubjectConfirmation>");
        }
        out.push_str("</Subject>");
    }
}

impl Conditions {
    fn write(&self, out: &mut String) {
        out.push_str("<Conditions");
        optional(out, "NotBefore", self.not_before.as_deref());
        optional(out, "NotOnOrAfter", self.not_on_or_after.as_deref());
        out.push('>');
        for restriction in &self.audiences {
            out.push_str("<AudienceRestriction>");
            for audience in restriction {
                element(out, "Audience", audience);
            }
            out.push_str("</AudienceRestriction>");
        }
        out.push_str("</Conditions>");
    }
}

impl Authn {
    fn write(&self, out: &mut String) {
        out.push_str("<AuthnStatement");
        attribute(out, "AuthnInstant", &self.instant);
        optional(out, "SessionIndex", self.session_index.as_deref());
        out.push_str("><AuthnContext>");
        if let Some(class) = &self.class {
            element(out, "AuthnContextClassRef", class);
        }
        out.push_str("</AuthnContext></AuthnStatement>");
    }
}
