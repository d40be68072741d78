//! The AuthnRequest (Core 3.4.1): read as it comes, with nothing checked but its shape.

use roxmltree::{Document, Node};
use thiserror::Error;

use crate::{
    document::{XmlError, child, children, escape_text, parse, text},
    names::ns,
    write::{attribute, optional},
};

/// A samlp:AuthnRequest. What is missing is none; who reads it decides what must be there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuthnRequest {
    /// Its ID; empty where it has none.
    pub id: String,
    /// Its Version; empty where it has none.
    pub version: String,
    /// When it was issued, as written.
    pub issue_instant: Option<String>,
    /// The SP's entityID.
    pub issuer: Option<String>,
    /// Where it was sent.
    pub destination: Option<String>,
    /// Where the response is to go.
    pub acs_url: Option<String>,
    /// Which of the SP's ACS endpoints it is to go to.
    pub acs_index: Option<u16>,
    /// Whether an AssertionConsumerServiceIndex stands in it that is no xs:unsignedShort.
    pub acs_index_unreadable: bool,
    /// The binding of the response.
    pub protocol_binding: Option<String>,
    /// Whether the user must sign in anew.
    pub force_authn: bool,
    /// Whether the user must not be asked anything.
    pub is_passive: bool,
    /// What name is wanted.
    pub name_id_policy: Option<NameIdPolicy>,
    /// How the user must sign in.
    pub requested_context: Option<RequestedContext>,
    /// Whether a Subject stands in it.
    pub has_subject: bool,
    /// Whether a Scoping stands in it.
    pub has_scoping: bool,
    /// What that Scoping asks for.
    pub scoping: Scoping,
    /// Whether Conditions stand in it.
    pub has_conditions: bool,
    /// Whether the document element has a Signature, whatever it is worth.
    pub has_signature: bool,
    /// The SP's name for people.
    pub provider_name: Option<String>,
}

/// A samlp:NameIDPolicy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameIdPolicy {
    /// The Format.
    pub format: Option<String>,
    /// The SPNameQualifier.
    pub sp_name_qualifier: Option<String>,
    /// AllowCreate.
    pub allow_create: Option<bool>,
}

/// A samlp:RequestedAuthnContext.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestedContext {
    /// The Comparison.
    pub comparison: Option<String>,
    /// The classes.
    pub classes: Vec<String>,
    /// Whether an AuthnContextDeclRef stands in it.
    pub has_declaration: bool,
}

/// What stands in a samlp:Scoping (Core 3.4.1.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scoping {
    /// A ProxyCount.
    pub has_proxy_count: bool,
    /// An IDPList.
    pub has_idp_list: bool,
    /// A RequesterID.
    pub has_requester_id: bool,
}

impl Scoping {
    /// Whether it asks for nothing at all.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }
}

/// Why a text is not the message that is looked for.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum MessageError {
    /// Not XML as SAML wants it.
    #[error(transparent)]
    Xml(#[from] XmlError),
    /// Another element.
    #[error("this is a {found}, not a samlp:{wanted}")]
    Other {
        /// Its name.
        found: String,
        /// The name of the message that was looked for.
        wanted: &'static str,
    },
}

impl AuthnRequest {
    /// Reads one.
    ///
    /// # Errors
    /// The text is no XML, or another message.
    pub fn parse(xml: &str) -> Result<Self, MessageError> {
        let tree = parse(xml)?;
        let root = message(&tree, "AuthnRequest")?;
        let own = |name: &str| plain(root, name);
        let index = own("AssertionConsumerServiceIndex");
        let acs_index = index.as_deref().and_then(|index| index.trim().parse().ok());
        let scoping = child(root, ns::SAMLP, "Scoping");
        Ok(Self {
            id: own("ID").unwrap_or_default(),
            version: own("Version").unwrap_or_default(),
            issue_instant: own("IssueInstant"),
            issuer: child(root, ns::SAML, "Issuer").map(|n| text(n).trim().to_owned()),
            destination: own("Destination"),
            acs_url: own("AssertionConsumerServiceURL"),
            acs_index,
            acs_index_unreadable: index.is_some() && acs_index.is_none(),
            protocol_binding: own("ProtocolBinding"),
            force_authn: own("ForceAuthn").is_some_and(|v| truth(&v)),
            is_passive: own("IsPassive").is_some_and(|v| truth(&v)),
            name_id_policy: child(root, ns::SAMLP, "NameIDPolicy").map(|n| NameIdPolicy {
                format: plain(n, "Format"),
                sp_name_qualifier: plain(n, "SPNameQualifier"),
                allow_create: plain(n, "AllowCreate").map(|v| truth(&v)),
            }),
            requested_context: child(root, ns::SAMLP, "RequestedAuthnContext").map(|n| RequestedContext {
                comparison: plain(n, "Comparison"),
                classes: children(n, ns::SAML, "AuthnContextClassRef")
                    .map(|c| text(c).trim().to_owned())
                    .collect(),
                has_declaration: child(n, ns::SAML, "AuthnContextDeclRef").is_some(),
            }),
            has_subject: child(root, ns::SAML, "Subject").is_some(),
            has_scoping: scoping.is_some(),
            scoping: scoping.map_or(Scoping::default(), |n| Scoping {
                has_proxy_count: plain(n, "ProxyCount").is_some(),
                has_idp_list: child(n, ns::SAMLP, "IDPList").is_some(),
                has_requester_id: child(n, ns::SAMLP, "RequesterID").is_some(),
            }),
            has_conditions: child(root, ns::SAML, "Conditions").is_some(),
            has_signature: child(root, ns::DS, "Signature").is_some(),
            provider_name: own("ProviderName"),
        })
    }

    /// The text. What is only known to stand in it (Subject, Conditions, Scoping, a declaration's reference, a
    /// Signature) is not written.
    pub fn to_xml(&self) -> String {
        let mut out = String::with_capacity(1_024);
        out.push_str("<samlp:AuthnRequest");
        attribute(&mut out, "xmlns:samlp", ns::SAMLP);
        attribute(&mut out, "ID", &self.id);
        attribute(&mut out, "Version", &self.version);
        optional(&mut out, "IssueInstant", self.issue_instant.as_deref());
        optional(&mut out, "Destination", self.destination.as_deref());
        optional(&mut out, "ProtocolBinding", self.protocol_binding.as_deref());
        optional(&mut out, "AssertionConsumerServiceURL", self.acs_url.as_deref());
        if let Some(index) = self.acs_index {
            attribute(&mut out, "AssertionConsumerServiceIndex", &index.to_string());
        }
        optional(&mut out, "ForceAuthn", self.force_authn.then_some("true"));
        optional(&mut out, "IsPassive", self.is_passive.then_some("true"));
        optional(&mut out, "ProviderName", self.provider_name.as_deref());
        out.push('>');
        if let Some(issuer) = &self.issuer {
            out.push_str(&format!(
                "<saml:Issuer xmlns:saml=\"{}\">{}</saml:Issuer>",
                ns::SAML,
                escape_text(issuer)
            ));
        }
        if let Some(policy) = &self.name_id_policy {
            out.push_str("<samlp:NameIDPolicy");
            optional(&mut out, "Format", policy.format.as_deref());
            optional(&mut out, "SPNameQualifier", policy.sp_name_qualifier.as_deref());
            optional(
                &mut out,
                "AllowCreate",
                policy.allow_create.map(|v| if v { "true" } else { "false" }),
            );
            out.push_str("/>");
        }
        if let Some(context) = &self.requested_context {
            out.push_str("<samlp:RequestedAuthnContext");
            optional(&mut out, "Comparison", context.comparison.as_deref());
            out.push('>');
            for class in &context.classes {
                out.push_str(&format!(
                    "<saml:AuthnContextClassRef xmlns:saml=\"{}\">{}</saml:AuthnContextClassRef>",
                    ns::SAML,
                    escape_text(class)
                ));
            }
            out.push_str("</samlp:RequestedAuthnContext>");
        }
        out.push_str("</samlp:AuthnRequest>");
        out
    }
}

/// The document element, if it is the message of this name.
pub(crate) fn message<'a, 'input>(
    tree: &'a Document<'input>,
    wanted: &'static str,
) -> Result<Node<'a, 'input>, MessageError> {
    let root = tree.root_element();
    if root.has_tag_name((ns::SAMLP, wanted)) {
        return Ok(root);
    }
    let found = root.tag_name().name().chars().take(64).collect();
    Err(MessageError::Other { found, wanted })
}

/// An attribute in no namespace.
pub(crate) fn plain(node: Node<'_, '_>, name: &str) -> Option<String> {
    node.attributes()
        .find(|a| a.name() == name && a.namespace().is_none())
        .map(|a| a.value().to_owned())
}

/// An xs:boolean.
pub(crate) fn truth(text: &str) -> bool {
    matches!(text.trim(), "true" | "1")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_written_reads_back() {
        let request = AuthnRequest {
            id: "_1".to_owned(),
            version: "2.0".to_owned(),
            issuer: Some("https://sp.example/?a&b".to_owned()),
            acs_url: Some("https://sp.example/acs".to_owned()),
            acs_index: Some(3),
            force_authn: true,
            name_id_policy: Some(NameIdPolicy {
                allow_create: Some(true),
                ..NameIdPolicy::default()
            }),
            requested_context: Some(RequestedContext {
                comparison: Some("exact".to_owned()),
                classes: vec!["urn:c".to_owned()],
                has_declaration: false,
            }),
            ..AuthnRequest::default()
        };
        assert_eq!(AuthnRequest::parse(&request.to_xml()).unwrap(), request);
    }

    #[test]
    fn another_message_and_no_message_are_told_apart() {
        let other = format!("<p:LogoutRequest xmlns:p=\"{}\"/>", ns::SAMLP);
        assert_eq!(
            AuthnRequest::parse(&other),
            Err(MessageError::Other {
                found: "LogoutRequest".to_owned(),
                wanted: "AuthnRequest"
            })
        );
        assert!(matches!(AuthnRequest::parse("hello"), Err(MessageError::Xml(_))));
    }

    fn with(attributes: &str, elements: &str) -> AuthnRequest {
        let xml = format!(
            "<p:AuthnRequest xmlns:p=\"{}\" xmlns:a=\"{}\" xmlns:d=\"{}\" ID=\"_1\" {attributes}>{elements}</p:AuthnRequest>",
            ns::SAMLP,
            ns::SAML,
            ns::DS
        );
        AuthnRequest::parse(&xml).unwrap()
    }

    #[test]
    fn an_index_that_is_no_number_is_not_taken_for_none() {
        let index = |value: &str| {
            let request = with(&format!("AssertionConsumerServiceIndex=\"{value}\""), "");
            (request.acs_index, request.acs_index_unreadable)
        };
        assert_eq!(index("0"), (Some(0), false));
        assert_eq!(index(" 65535 "), (Some(65_535), false));
        assert_eq!(index("65536"), (None, true));
        assert_eq!(index("one"), (None, true));
        assert!(!with("", "").acs_index_unreadable);
    }

    #[test]
    fn what_azure_ignores_or_refuses_is_seen_where_it_belongs_and_nowhere_else() {
        let all = with(
            "",
            "<d:Signature/><a:Conditions/><p:RequestedAuthnContext><a:AuthnContextDeclRef>urn:d</a:AuthnContextDeclRef>\
             </p:RequestedAuthnContext><p:Scoping ProxyCount=\"1\"><p:IDPList/><p:RequesterID>x</p:RequesterID></p:Scoping>",
        );
        assert!(all.has_signature && all.has_conditions && all.has_scoping);
        assert!(all.requested_context.unwrap().has_declaration);
        let scoping = all.scoping;
        assert!(scoping.has_proxy_count && scoping.has_idp_list && scoping.has_requester_id);
        let none = with(
            "",
            "<p:Scoping/><p:RequestedAuthnContext/><p:Extensions><d:Signature/><a:Conditions/></p:Extensions>",
        );
        assert!(none.has_scoping && none.scoping.is_empty());
        assert!(!none.has_signature && !none.has_conditions);
        assert!(!none.requested_context.unwrap().has_declaration);
        assert!(!with("", "<p:Scoping ProxyCount=\"0\"/>").scoping.is_empty());
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in "\\PC{0,200}") {
            let _ = AuthnRequest::parse(&text);
        }
    }
}
