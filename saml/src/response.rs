//! The Response as Azure writes it: `samlp:` for Response, Status and StatusCode, default namespaces below.

pub use crate::issuer::Issuer;

use crate::{
    assertion::Assertion,
    names::ns,
    write::{attribute, element, optional},
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
        write_status(&mut out, &self.status, self.status_message.as_deref());
        for assertion in &self.assertions {
            assertion.write(&mut out);
        }
        out.push_str("</samlp:Response>");
        out
    }
}

/// A samlp:Status: each code within the one before it (Core 3.2.2.2).
pub(crate) fn write_status(out: &mut String, codes: &[String], message: Option<&str>) {
    out.push_str("<samlp:Status>");
    for (depth, code) in codes.iter().enumerate() {
        out.push_str("<samlp:StatusCode");
        attribute(out, "Value", code);
        out.push_str(if depth + 1 == codes.len() { "/>" } else { ">" });
    }
    out.push_str(&"</samlp:StatusCode>".repeat(codes.len().saturating_sub(1)));
    if let Some(message) = message {
        element(out, "samlp:StatusMessage", message);
    }
    out.push_str("</samlp:Status>");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        assertion::{Attribute, Authn, Conditions, Confirmation, NameId, Subject},
        names::{context, method, name_id, status},
    };

    fn issuer() -> Option<Issuer> {
        Some(Issuer {
            value: "https://sts.windows.net/T/".to_owned(),
            format: None,
        })
    }

    #[test]
    fn a_response_is_azures_to_the_byte() {
        let text = |text: &str| Some(text.to_owned());
        let response = Response {
            id: "_8e5c".to_owned(),
            in_response_to: text("id6f1c"),
            issue_instant: text("2026-01-05T10:00:05.123Z"),
            destination: text("https://sp.example/acs"),
            issuer: issuer(),
            status: vec![status::SUCCESS.to_owned()],
            status_message: None,
            assertions: vec![Assertion {
                id: "_2f7d".to_owned(),
                issue_instant: "2026-01-05T10:00:05.119Z".to_owned(),
                issuer: issuer(),
                subject: Subject {
                    name_id: Some(NameId {
                        value: "b.simon@contoso.com".to_owned(),
                        format: text(name_id::EMAIL),
                        ..NameId::default()
                    }),
                    confirmations: vec![Confirmation {
                        method: method::BEARER.to_owned(),
                        in_response_to: text("id6f1c"),
                        not_on_or_after: text("2026-01-05T11:00:05.003Z"),
                        recipient: text("https://sp.example/acs"),
                        ..Confirmation::default()
                    }],
                },
                conditions: Some(Conditions {
                    not_before: text("2026-01-05T09:55:05.003Z"),
                    not_on_or_after: text("2026-01-05T11:00:05.003Z"),
                    audiences: vec![vec!["https://sp.example/?a&b".to_owned()]],
                }),
                attributes: vec![Attribute {
                    name: "http://schemas.microsoft.com/identity/claims/tenantid".to_owned(),
                    values: vec!["T".to_owned()],
                    ..Attribute::default()
                }],
                authn: Some(Authn {
                    instant: "2026-01-05T08:12:40.551Z".to_owned(),
                    session_index: text("_2f7d"),
                    class: text(context::PASSWORD),
                }),
            }],
        };
        let expected = concat!(
            r#"<samlp:Response ID="_8e5c" Version="2.0" IssueInstant="2026-01-05T10:00:05.123Z""#,
            r#" Destination="https://sp.example/acs" InResponseTo="id6f1c""#,
            r#" xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol">"#,
            r#"<Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion">https://sts.windows.net/T/</Issuer>"#,
            r#"<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>"#,
            r#"<Assertion ID="_2f7d" IssueInstant="2026-01-05T10:00:05.119Z" Version="2.0""#,
            r#" xmlns="urn:oasis:names:tc:SAML:2.0:assertion"><Issuer>https://sts.windows.net/T/</Issuer>"#,
            r#"<Subject><NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">"#,
            r#"b.simon@contoso.com</NameID>"#,
            r#"<SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><SubjectConfirmationData"#,
            r#" InResponseTo="id6f1c" NotOnOrAfter="2026-01-05T11:00:05.003Z""#,
            r#" Recipient="https://sp.example/acs"/></SubjectConfirmation></Subject>"#,
            r#"<Conditions NotBefore="2026-01-05T09:55:05.003Z" NotOnOrAfter="2026-01-05T11:00:05.003Z">"#,
            r#"<AudienceRestriction><Audience>https://sp.example/?a&amp;b</Audience></AudienceRestriction>"#,
            r#"</Conditions><AttributeStatement>"#,
            r#"<Attribute Name="http://schemas.microsoft.com/identity/claims/tenantid">"#,
            r#"<AttributeValue>T</AttributeValue></Attribute></AttributeStatement>"#,
            r#"<AuthnStatement AuthnInstant="2026-01-05T08:12:40.551Z" SessionIndex="_2f7d"><AuthnContext>"#,
            r#"<AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</AuthnContextClassRef>"#,
            r#"</AuthnContext></AuthnStatement></Assertion></samlp:Response>"#,
        );
        assert_eq!(response.to_xml(), expected);
    }

    #[test]
    fn an_error_nests_its_codes_and_what_is_left_out_is_not_there() {
        let response = Response {
            id: "_1".to_owned(),
            status: vec![
                status::REQUESTER.to_owned(),
                status::REQUEST_UNSUPPORTED.to_owned(),
            ],
            status_message: Some("AADSTS75006: no\nTrace".to_owned()),
            ..Response::default()
        };
        assert_eq!(
            response.to_xml(),
            concat!(
                r#"<samlp:Response ID="_1" Version="2.0" xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol">"#,
                r#"<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Requester">"#,
                r#"<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:RequestUnsupported"/>"#,
                r#"</samlp:StatusCode><samlp:StatusMessage>AADSTS75006: no"#,
                "\n",
                r#"Trace</samlp:StatusMessage></samlp:Status></samlp:Response>"#,
            )
        );
    }
}
