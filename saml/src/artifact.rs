//! HTTP-Artifact (Bindings 3.6): the artifact that a browser carries, and the two messages by which it is exchanged for another one
//! (Core 3.5).

use base64::prelude::*;
use openssl::sha::sha1;
use roxmltree::Node;
use thiserror::Error;

use crate::{
    authn_request::{MessageError, message, plain},
    document::{child, children, descendants, parse, standalone, text},
    issuer::Issuer,
    names::{ns, status},
    response::write_status,
    write::{attribute, element, optional},
};

/// The one type of artifact that SAML 2.0 knows (Bindings 3.6.4).
const TYPE: [u8; 2] = [0x00, 0x04];

/// An artifact of type 0x0004: who issued the message, at which of his endpoints it is to be had, and which message it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Artifact {
    /// The index of the issuer's ArtifactResolutionService.
    pub endpoint: u16,
    /// The SHA-1 of the issuer's entityID.
    pub source: [u8; 20],
    /// Which message: random, so that nobody can guess it.
    pub handle: [u8; 20],
}

/// Why a text is no artifact of type 0x0004.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum ArtifactError {
    /// Not Base64.
    #[error("the artifact is not Base64; write it as SAMLart carries it, percent-decoded")]
    Base64,
    /// Another type.
    #[error("the artifact is of another type than 0x0004, the only one of SAML 2.0 (Bindings 3.6.4)")]
    Type,
    /// Not 44 octets.
    #[error("an artifact of type 0x0004 has 44 octets, and this one has {0}")]
    Length(usize),
}

impl Artifact {
    /// A new one of this issuer, for its first endpoint.
    ///
    /// # Errors
    /// The system has no random octets.
    pub fn issue(entity_id: &str) -> Result<Self, getrandom::Error> {
        let mut handle = [0; 20];
        getrandom::fill(&mut handle)?;
        Ok(Self {
            endpoint: 0,
            source: source_id(entity_id),
            handle,
        })
    }

    /// Reads one, percent-decoded already.
    ///
    /// # Errors
    /// What [`ArtifactError`] names.
    pub fn parse(text: &str) -> Result<Self, ArtifactError> {
        let octets = BASE64_STANDARD.decode(text).map_err(|_| ArtifactError::Base64)?;
        let Some(rest) = octets.strip_prefix(&TYPE) else {
            return Err(ArtifactError::Type);
        };
        let parts = (
            rest.get(..2).and_then(|part| part.try_into().ok()),
            rest.get(2..22).and_then(|part| part.try_into().ok()),
            rest.get(22..).and_then(|part| part.try_into().ok()),
        );
        let (Some(endpoint), Some(source), Some(handle)) = parts else {
            return Err(ArtifactError::Length(octets.len()));
        };
        Ok(Self {
            endpoint: u16::from_be_bytes(endpoint),
            source,
            handle,
        })
    }

    /// The text that SAMLart carries.
    pub fn encode(&self) -> String {
        let octets = [
            &TYPE[..],
            &self.endpoint.to_be_bytes(),
            &self.source,
            &self.handle,
        ];
        BASE64_STANDARD.encode(octets.concat())
    }
}

/// What an artifact calls its issuer: the SHA-1 of his entityID (Bindings 3.6.4).
pub fn source_id(entity_id: &str) -> [u8; 20] {
    sha1(entity_id.as_bytes())
}

/// A samlp:ArtifactResolve (Core 3.5.1). What is missing is none or empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArtifactResolve {
    /// Its ID; empty where it has none.
    pub id: String,
    /// When it was issued.
    pub issue_instant: Option<String>,
    /// Where it is sent.
    pub destination: Option<String>,
    /// By whom.
    pub issuer: Option<String>,
    /// The artifact, as it is written; empty where there is none.
    pub artifact: String,
}

/// A samlp:ArtifactResponse (Core 3.5.2). What is missing is none or empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArtifactResponse {
    /// Its ID; empty where it has none.
    pub id: String,
    /// The ArtifactResolve that is answered.
    pub in_response_to: Option<String>,
    /// When it was issued.
    pub issue_instant: Option<String>,
    /// Where it is sent.
    pub destination: Option<String>,
    /// By whom.
    pub issuer: Option<String>,
    /// The status code, and those nested in it.
    pub status: Vec<String>,
    /// The message that the artifact stood for, as a document of its own; none where the artifact is unknown (Core 3.5.3), or where
    /// several elements stand in its place.
    pub message: Option<String>,
}

impl ArtifactResolve {
    /// Reads one.
    ///
    /// # Errors
    /// The text is no XML, or another message.
    pub fn parse(xml: &str) -> Result<Self, MessageError> {
        let tree = parse(xml)?;
        let root = message(&tree, "ArtifactResolve")?;
        Ok(Self {
            id: plain(root, "ID").unwrap_or_default(),
            issue_instant: plain(root, "IssueInstant"),
            destination: plain(root, "Destination"),
            issuer: issuer(root),
            artifact: child(root, ns::SAMLP, "Artifact")
                .map_or_else(String::new, |n| text(n).trim().to_owned()),
        })
    }

    /// The text.
    pub fn to_xml(&self) -> String {
        let mut out = String::with_capacity(512);
        out.push_str("<samlp:ArtifactResolve");
        head(
            &mut out,
            &self.id,
            self.issue_instant.as_deref(),
            self.destination.as_deref(),
        );
        attribute(&mut out, "xmlns:samlp", ns::SAMLP);
        out.push('>');
        write_issuer(&mut out, self.issuer.as_deref());
        element(&mut out, "samlp:Artifact", &self.artifact);
        out.push_str("</samlp:ArtifactResolve>");
        out
    }
}

impl ArtifactResponse {
    /// Reads one.
    ///
    /// # Errors
    /// The text is no XML, or another message.
    pub fn parse(xml: &str) -> Result<Self, MessageError> {
        let tree = parse(xml)?;
        let root = message(&tree, "ArtifactResponse")?;
        let status = child(root, ns::SAMLP, "Status");
        let codes = status
            .into_iter()
            .flat_map(|n| descendants(n, ns::SAMLP, "StatusCode"));
        Ok(Self {
            id: plain(root, "ID").unwrap_or_default(),
            in_response_to: plain(root, "InResponseTo"),
            issue_instant: plain(root, "IssueInstant"),
            destination: plain(root, "Destination"),
            issuer: issuer(root),
            status: codes.map(|n| plain(n, "Value").unwrap_or_default()).collect(),
            message: carried(root),
        })
    }

    /// Whether it says that all went well, which it does of an artifact that it does not know, too.
    pub fn is_success(&self) -> bool {
        self.status.first().is_some_and(|code| code == status::SUCCESS)
    }

    /// The text. The message stands in it as it is.
    pub fn to_xml(&self) -> String {
        let mut out = String::with_capacity(1_024);
        out.push_str("<samlp:ArtifactResponse");
        head(
            &mut out,
            &self.id,
            self.issue_instant.as_deref(),
            self.destination.as_deref(),
        );
        optional(&mut out, "InResponseTo", self.in_response_to.as_deref());
        attribute(&mut out, "xmlns:samlp", ns::SAMLP);
        out.push('>');
        write_issuer(&mut out, self.issuer.as_deref());
        write_status(&mut out, &self.status, None);
        out.push_str(self.message.as_deref().unwrap_or_default());
        out.push_str("</samlp:ArtifactResponse>");
        out
    }
}

/// The one element behind the Status.
fn carried(root: Node<'_, '_>) -> Option<String> {
    let mut behind = root
        .children()
        .filter(Node::is_element)
        .skip_while(|node| !node.has_tag_name((ns::SAMLP, "Status")))
        .skip(1);
    match (behind.next(), behind.next()) {
        (Some(one), None) => Some(standalone(one)),
        _ => None,
    }
}

fn head(out: &mut String, id: &str, issue_instant: Option<&str>, destination: Option<&str>) {
    attribute(out, "ID", id);
    attribute(out, "Version", "2.0");
    optional(out, "IssueInstant", issue_instant);
    optional(out, "Destination", destination);
}

fn issuer(root: Node<'_, '_>) -> Option<String> {
    children(root, ns::SAML, "Issuer")
        .next()
        .map(|n| text(n).trim().to_owned())
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
    use proptest::prelude::*;

    use super::*;

    const IDP: &str = "https://sts.windows.net/T/";

    #[test]
    fn an_artifact_is_what_the_standard_lays_out() {
        let artifact = Artifact::issue(IDP).unwrap();
        let octets = BASE64_STANDARD.decode(artifact.encode()).unwrap();
        assert_eq!((octets.len(), &octets[..4]), (44, &[0, 4, 0, 0][..]));
        assert_eq!(octets[4..24], openssl::sha::sha1(IDP.as_bytes()));
        assert_ne!(Artifact::issue(IDP).unwrap().handle, artifact.handle);
        assert_eq!(Artifact::parse(&artifact.encode()), Ok(artifact));
    }

    #[test]
    fn what_is_no_artifact_is_told_what_it_lacks() {
        let of = |octets: &[u8]| Artifact::parse(&BASE64_STANDARD.encode(octets));
        assert_eq!(Artifact::parse("no Base64!"), Err(ArtifactError::Base64));
        assert_eq!(of(&[0, 1]), Err(ArtifactError::Type));
        assert_eq!(of(&[]), Err(ArtifactError::Type));
        assert_eq!(of(&[0, 4, 0]), Err(ArtifactError::Length(3)));
        assert_eq!(
            of(&[&[0, 4][..], &[7; 43]].concat()),
            Err(ArtifactError::Length(45))
        );
    }

    #[test]
    fn a_message_is_resolved_as_it_was_issued() {
        let response = ArtifactResponse {
            id: "_r".to_owned(),
            in_response_to: Some("_q".to_owned()),
            issuer: Some(IDP.to_owned()),
            status: vec![status::SUCCESS.to_owned()],
            message: Some("<a xmlns=\"urn:a\"><b/></a>".to_owned()),
            ..ArtifactResponse::default()
        };
        let read = ArtifactResponse::parse(&response.to_xml()).unwrap();
        let message = read.message.clone().unwrap();
        assert!(
            parse(&message)
                .unwrap()
                .root_element()
                .has_tag_name(("urn:a", "a")),
            "{message}"
        );
        assert!(read.is_success() && !ArtifactResponse::default().is_success());
        let several = response.to_xml().replace("<a ", "<c/><a ");
        assert_eq!(ArtifactResponse::parse(&several).unwrap().message, None);
        let before = response.to_xml().replace("<samlp:Status>", "<x/><samlp:Status>");
        assert_eq!(ArtifactResponse::parse(&before).unwrap().message, read.message);
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(
            texts in proptest::collection::vec("[!-~é]([ -~é]{0,10}[!-~é])?", 6),
            there in proptest::collection::vec(any::<bool>(), 4),
            (endpoint, source, handle) in (any::<u16>(), any::<[u8; 20]>(), any::<[u8; 20]>()),
        ) {
            let artifact = Artifact { endpoint, source, handle };
            prop_assert_eq!(Artifact::parse(&artifact.encode()), Ok(artifact));
            let maybe = |at: usize| there[at].then(|| texts[at].clone());
            let resolve = ArtifactResolve {
                id: texts[4].clone(),
                issue_instant: maybe(0),
                destination: maybe(1),
                issuer: maybe(2),
                artifact: texts[5].clone(),
            };
            prop_assert_eq!(&ArtifactResolve::parse(&resolve.to_xml()).unwrap(), &resolve);
            let response = ArtifactResponse {
                id: texts[4].clone(),
                in_response_to: maybe(3),
                issue_instant: maybe(0),
                destination: maybe(1),
                issuer: maybe(2),
                status: vec![texts[5].clone()],
                message: None,
            };
            prop_assert_eq!(&ArtifactResponse::parse(&response.to_xml()).unwrap(), &response);
        }

        #[test]
        fn garbage_never_panics(text in "\\PC{0,120}", markup in "[<>/a:ArtifcRespon\"'= ]{0,120}") {
            let _ = Artifact::parse(&text);
            for text in [text, markup] {
                let _ = ArtifactResolve::parse(&text);
                let _ = ArtifactResponse::parse(&text);
            }
        }
    }
}
