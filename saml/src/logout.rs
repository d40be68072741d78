//! Single logout: LogoutRequest and LogoutResponse (Core 3.7), written as an IdP of Microsoft's writes messages,
//! read as they come. Times are texts, since a test needs bad ones.

use roxmltree::Node;
use thiserror::Error;

use crate::{
    assertion::NameId,
    authn_request::{MessageError, message, plain},
    document::{child, children, parse, text},
    issuer::Issuer,
    names::ns,
    response::write_status,
    write::{attribute, element, optional},
};

/// A samlp:LogoutRequest (Core 3.7.1). What is missing is none or empty; [`LogoutRequest::complete`] says what must
/// be there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogoutRequest {
    /// Its ID; empty where it has none.
    pub id: String,
    /// Its Version; empty where it has none.
    pub version: String,
    /// When it was issued.
    pub issue_instant: Option<String>,
    /// Where it is sent.
    pub destination: Option<String>,
    /// When it expires.
    pub not_on_or_after: Option<String>,
    /// Why, as a URI or a word.
    pub reason: Option<String>,
    /// By whom.
    pub issuer: Option<String>,
    /// Who is to be signed out. None, too, for a BaseID or an EncryptedID, which Azure does not read.
    pub name_id: Option<NameId>,
    /// Which sessions; all of them if none is named.
    pub session_indexes: Vec<String>,
}

/// A samlp:LogoutResponse (Core 3.7.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogoutResponse {
    /// Its ID; empty where it has none.
    pub id: String,
    /// The request that is answered.
    pub in_response_to: Option<String>,
    /// When it was issued.
    pub issue_instant: Option<String>,
    /// Where it is sent.
    pub destination: Option<String>,
    /// By whom.
    pub issuer: Option<String>,
    /// The status code, and those nested in it.
    pub status: Vec<String>,
    /// The StatusMessage.
    pub status_message: Option<String>,
}

/// What a LogoutRequest lacks of what Azure AD wants in it.
/// Source: Microsoft's page "Single sign-out SAML protocol".
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Missing {
    /// No ID, or an empty one.
    #[error("the LogoutRequest has no ID; give it one that begins with a letter or an underscore")]
    Id,
    /// No Version.
    #[error("the LogoutRequest has no Version; write 2.0")]
    Version,
    /// No IssueInstant.
    #[error("the LogoutRequest has no IssueInstant; write the time in UTC")]
    IssueInstant,
    /// No saml:Issuer, or an empty one.
    #[error("the LogoutRequest has no Issuer; write the SP's entityID")]
    Issuer,
    /// No saml:NameID.
    #[error("the LogoutRequest has no NameID; write the one that the assertion had")]
    NameId,
}

impl LogoutRequest {
    /// Reads one.
    ///
    /// # Errors
    /// The text is no XML, or another message.
    pub fn parse(xml: &str) -> Result<Self, MessageError> {
        let tree = parse(xml)?;
        let root = message(&tree, "LogoutRequest")?;
        let own = |name: &str| plain(root, name);
        Ok(Self {
            id: own("ID").unwrap_or_default(),
            version: own("Version").unwrap_or_default(),
            issue_instant: own("IssueInstant"),
            destination: own("Destination"),
            not_on_or_after: own("NotOnOrAfter"),
            reason: own("Reason"),
            issuer: issuer(root),
            name_id: child(root, ns::SAML, "NameID").map(|n| NameId {
                value: text(n).trim().to_owned(),
                format: plain(n, "Format"),
                sp_name_qualifier: plain(n, "SPNameQualifier"),
                name_qualifier: plain(n, "NameQualifier"),
            }),
            session_indexes: children(root, ns::SAMLP, "SessionIndex")
                .map(|n| text(n).trim().to_owned())
                .collect(),
        })
    }

    /// Whether all is there that Azure AD wants. The NameID may be empty, since its value is not compared, and
    /// Destination, NotOnOrAfter and Reason may be anything.
    ///
    /// # Errors
    /// The first that is missing.
    pub fn complete(&self) -> Result<(), Missing> {
        let issued = self.issue_instant.as_deref().unwrap_or_default();
        let issuer = self.issuer.as_deref().unwrap_or_default();
        for (lacks, missing) in [
            (self.id.is_empty(), Missing::Id),
            (self.version.is_empty(), Missing::Version),
            (issued.is_empty(), Missing::IssueInstant),
            (issuer.is_empty(), Missing::Issuer),
            (self.name_id.is_none(), Missing::NameId),
        ] {
            if lacks {
                return Err(missing);
            }
        }
        Ok(())
    }

    /// The text.
    pub fn to_xml(&self) -> String {
        let mut out = String::with_capacity(1_024);
        out.push_str("<samlp:LogoutRequest");
        attribute(&mut out, "ID", &self.id);
        attribute(&mut out, "Version", &self.version);
        optional(&mut out, "IssueInstant", self.issue_instant.as_deref());
        optional(&mut out, "Destination", self.destination.as_deref());
        optional(&mut out, "NotOnOrAfter", self.not_on_or_after.as_deref());
        optional(&mut out, "Reason", self.reason.as_deref());
        attribute(&mut out, "xmlns:samlp", ns::SAMLP);
        out.push('>');
        write_issuer(&mut out, self.issuer.as_deref());
        if let Some(name) = &self.name_id {
            name.write(&mut out, true);
        }
        for index in &self.session_indexes {
            element(&mut out, "samlp:SessionIndex", index);
        }
        out.push_str("</samlp:LogoutRequest>");
        out
    }
}

impl LogoutResponse {
    /// Reads one.
    ///
    /// # Errors
    /// The text is no XML, or another message.
    pub fn parse(xml: &str) -> Result<Self, MessageError> {
        let tree = parse(xml)?;
        let root = message(&tree, "LogoutResponse")?;
        let own = |name: &str| plain(root, name);
        let status = child(root, ns::SAMLP, "Status");
        let codes = std::iter::successors(status.and_then(|n| child(n, ns::SAMLP, "StatusCode")), |code| {
            child(*code, ns::SAMLP, "StatusCode")
        });
        Ok(Self {
            id: own("ID").unwrap_or_default(),
            in_response_to: own("InResponseTo"),
            issue_instant: own("IssueInstant"),
            destination: own("Destination"),
            issuer: issuer(root),
            status: codes.map(|n| plain(n, "Value").unwrap_or_default()).collect(),
            status_message: status
                .and_then(|n| child(n, ns::SAMLP, "StatusMessage"))
                .map(text),
        })
    }

    /// Whether it says that all went well.
    pub fn is_success(&self) -> bool {
        self.status
            .first()
            .is_some_and(|code| code == crate::names::status::SUCCESS)
    }

    /// The text.
    pub fn to_xml(&self) -> String {
        let mut out = String::with_capacity(1_024);
        out.push_str("<samlp:LogoutResponse");
        attribute(&mut out, "ID", &self.id);
        attribute(&mut out, "Version", "2.0");
        optional(&mut out, "IssueInstant", self.issue_instant.as_deref());
        optional(&mut out, "Destination", self.destination.as_deref());
        optional(&mut out, "InResponseTo", self.in_response_to.as_deref());
        attribute(&mut out, "xmlns:samlp", ns::SAMLP);
        out.push('>');
        write_issuer(&mut out, self.issuer.as_deref());
        write_status(&mut out, &self.status, self.status_message.as_deref());
        out.push_str("</samlp:LogoutResponse>");
        out
    }
}

fn issuer(root: Node<'_, '_>) -> Option<String> {
    child(root, ns::SAML, "Issuer").map(|n| text(n).trim().to_owned())
}

fn write_issuer(out: &mut String, issuer: Option<&str>) {
    if let Some(value) = issuer {
        let issuer = Issuer {
            value: value.to_owned(),
            format: None,
        };
        issuer.write(out, true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::status;
    use proptest::prelude::*;

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    fn request() -> LogoutRequest {
        LogoutRequest {
            id: "_5a1d".to_owned(),
            version: "2.0".to_owned(),
            issue_instant: some("2026-01-05T10:00:05.123Z"),
            destination: some("https://sp.example/slo?a&b"),
            issuer: some("https://sts.windows.net/T/"),
            name_id: Some(NameId {
                value: "Uz2P<Se8=".to_owned(),
                ..NameId::default()
            }),
            session_indexes: vec!["_2f7d".to_owned()],
            ..LogoutRequest::default()
        }
    }

    fn response() -> LogoutResponse {
        LogoutResponse {
            id: "_9c".to_owned(),
            in_response_to: some("_5a1d"),
            issue_instant: some("2026-01-05T10:00:05.123Z"),
            destination: some("https://sp.example/slo"),
            issuer: some("https://sts.windows.net/T/"),
            status: vec![status::SUCCESS.to_owned()],
            status_message: None,
        }
    }

    #[test]
    fn a_request_is_a_message_of_microsofts_to_the_byte() {
        assert_eq!(
            request().to_xml(),
            concat!(
                r#"<samlp:LogoutRequest ID="_5a1d" Version="2.0" IssueInstant="2026-01-05T10:00:05.123Z""#,
                r#" Destination="https://sp.example/slo?a&amp;b" xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol">"#,
                r#"<Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion">https://sts.windows.net/T/</Issuer>"#,
                r#"<NameID xmlns="urn:oasis:names:tc:SAML:2.0:assertion">Uz2P&lt;Se8=</NameID>"#,
                r#"<samlp:SessionIndex>_2f7d</samlp:SessionIndex></samlp:LogoutRequest>"#,
            )
        );
    }

    #[test]
    fn a_response_is_a_message_of_microsofts_to_the_byte() {
        assert_eq!(
            response().to_xml(),
            concat!(
                r#"<samlp:LogoutResponse ID="_9c" Version="2.0" IssueInstant="2026-01-05T10:00:05.123Z""#,
                r#" Destination="https://sp.example/slo" InResponseTo="_5a1d""#,
                r#" xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol">"#,
                r#"<Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion">https://sts.windows.net/T/</Issuer>"#,
                r#"<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>"#,
                r#"</samlp:LogoutResponse>"#,
            )
        );
    }

    #[test]
    fn the_first_thing_that_a_request_lacks_is_named() {
        let lacks = |change: fn(&mut LogoutRequest)| {
            let mut request = request();
            change(&mut request);
            LogoutRequest::parse(&request.to_xml()).unwrap().complete()
        };
        assert_eq!(lacks(|_| {}), Ok(()));
        assert_eq!(lacks(|r| r.id.clear()), Err(Missing::Id));
        assert_eq!(lacks(|r| r.version.clear()), Err(Missing::Version));
        assert_eq!(lacks(|r| r.issue_instant = None), Err(Missing::IssueInstant));
        assert_eq!(lacks(|r| r.issuer = None), Err(Missing::Issuer));
        assert_eq!(lacks(|r| r.name_id = None), Err(Missing::NameId));
        assert_eq!(lacks(|r| r.name_id = Some(NameId::default())), Ok(()));
        assert_eq!(lacks(|r| r.destination = None), Ok(()));
    }

    #[test]
    fn a_name_that_is_not_directly_in_the_request_is_not_its_name() {
        let xml = request().to_xml();
        let within = |name: &str| {
            let xml = xml
                .replace("<NameID", &format!("<{name}><NameID"))
                .replace("</NameID>", &format!("</NameID></{name}>"));
            LogoutRequest::parse(&xml).unwrap()
        };
        assert_eq!(within("samlp:Extensions").complete(), Err(Missing::NameId));
        let other = LogoutRequest::parse(&response().to_xml()).unwrap_err();
        assert_eq!(
            other.to_string(),
            "this is a LogoutResponse, not a samlp:LogoutRequest"
        );
        assert!(LogoutResponse::parse(&xml).is_err());
    }

    #[test]
    fn only_the_outermost_code_says_whether_all_went_well() {
        let mut response = response();
        assert!(response.is_success());
        response.status.insert(0, status::RESPONDER.to_owned());
        assert!(!LogoutResponse::parse(&response.to_xml()).unwrap().is_success());
        assert!(!LogoutResponse::default().is_success());
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(
            texts in proptest::collection::vec("[!-~é]([ -~é]{0,10}[!-~é])?", 9),
            there in proptest::collection::vec(any::<bool>(), 8),
            indexes in proptest::collection::vec("[!-~]{1,9}", 0..3),
        ) {
            let maybe = |at: usize| there[at].then(|| texts[at].clone());
            let request = LogoutRequest {
                id: texts[8].clone(),
                version: "2.0".to_owned(),
                issue_instant: maybe(0),
                destination: maybe(1),
                not_on_or_after: maybe(2),
                reason: maybe(3),
                issuer: maybe(4),
                name_id: maybe(5).map(|value| NameId {
                    value, format: maybe(6), sp_name_qualifier: maybe(7), name_qualifier: maybe(0),
                }),
                session_indexes: indexes.clone(),
            };
            prop_assert_eq!(&LogoutRequest::parse(&request.to_xml()).unwrap(), &request);
            let response = LogoutResponse {
                id: texts[8].clone(),
                in_response_to: maybe(0),
                issue_instant: maybe(1),
                destination: maybe(2),
                issuer: maybe(3),
                status: indexes,
                status_message: maybe(4),
            };
            prop_assert_eq!(&LogoutResponse::parse(&response.to_xml()).unwrap(), &response);
        }

        #[test]
        fn reading_never_panics(text in "[<>/a:LogoutRequest\"'= ]{0,120}") {
            let _ = LogoutRequest::parse(&text);
            let _ = LogoutResponse::parse(&text);
        }
    }
}
