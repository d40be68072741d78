//! SOAP 1.1 around a message (Bindings 3.2): an envelope whose body holds one message and nothing else.

use roxmltree::Node;
use thiserror::Error;

use crate::{
    document::{XmlError, parse, standalone, text},
    names::ns,
    write::element,
};

/// The media type of an envelope (SOAP 1.1, section 6).
pub const CONTENT_TYPE: &str = "text/xml; charset=utf-8";

/// The SOAPAction of SAML (Bindings 3.2.3.1).
pub const ACTION: &str = "http://www.oasis-open.org/committees/security";

/// Why a text is no envelope around one message.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum SoapError {
    /// Not XML as SAML wants it.
    #[error(transparent)]
    Xml(#[from] XmlError),
    /// Another document.
    #[error("this is a {0}, not a SOAP 1.1 Envelope; wrap the message in Envelope and Body of {ns}", ns = ns::SOAP)]
    NotAnEnvelope(String),
    /// No Body, or several.
    #[error("the SOAP Envelope must have one Body, and it has {0}")]
    Bodies(usize),
    /// No message, or several.
    #[error("the SOAP Body must hold one message, and it holds {0}")]
    Messages(usize),
    /// The other side could not do what it was asked for.
    #[error("the other side answers with a SOAP Fault, {code}: {text}")]
    Fault {
        /// Its faultcode.
        code: String,
        /// Its faultstring.
        text: String,
    },
}

/// An envelope around this message. A message that begins with an XML declaration loses it.
pub fn wrap(message: &str) -> String {
    let inner = match message.strip_prefix("<?xml ") {
        Some(rest) => rest.split_once("?>").map_or("", |(_, rest)| rest),
        None => message,
    };
    envelope(inner)
}

/// The message in an envelope, as a document of its own.
///
/// # Errors
/// The text is no XML, no envelope, or holds anything but one message; a Fault is one of its own.
pub fn unwrap(xml: &str) -> Result<String, SoapError> {
    let tree = parse(xml)?;
    let root = tree.root_element();
    if !root.has_tag_name((ns::SOAP, "Envelope")) {
        let found = root.tag_name().name().chars().take(64).collect();
        return Err(SoapError::NotAnEnvelope(found));
    }
    let bodies: Vec<_> = elements(root)
        .filter(|node| node.has_tag_name((ns::SOAP, "Body")))
        .collect();
    let [body] = bodies[..] else {
        return Err(SoapError::Bodies(bodies.len()));
    };
    let messages: Vec<_> = elements(body).collect();
    let [message] = messages[..] else {
        return Err(SoapError::Messages(messages.len()));
    };
    if message.has_tag_name((ns::SOAP, "Fault")) {
        // The children of a Fault are in no namespace (SOAP 1.1, section 4.4).
        let said = |name: &str| {
            let found = elements(message).find(|node| node.has_tag_name(name));
            found.map(text).unwrap_or_default().trim().to_owned()
        };
        return Err(SoapError::Fault {
            code: said("faultcode"),
            text: said("faultstring"),
        });
    }
    Ok(standalone(message))
}

/// An envelope that says why nothing came of it (SOAP 1.1, section 4.4). `code` is `Client` or `Server`.
pub fn fault(code: &str, why: &str) -> String {
    let mut inner = "<SOAP-ENV:Fault>".to_owned();
    element(&mut inner, "faultcode", &format!("SOAP-ENV:{code}"));
    element(&mut inner, "faultstring", why);
    inner.push_str("</SOAP-ENV:Fault>");
    envelope(&inner)
}

fn envelope(inner: &str) -> String {
    format!(
        "<SOAP-ENV:Envelope xmlns:SOAP-ENV=\"{}\"><SOAP-ENV:Body>{inner}</SOAP-ENV:Body></SOAP-ENV:Envelope>",
        ns::SOAP
    )
}

fn elements<'a, 'input: 'a>(node: Node<'a, 'input>) -> impl Iterator<Item = Node<'a, 'input>> {
    node.children().filter(Node::is_element)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::document::child;

    #[test]
    fn a_message_comes_out_as_it_went_in_but_for_its_declaration() {
        assert_eq!(
            unwrap(&wrap("<?xml version=\"1.0\"?><a b='c'>d</a>")),
            Ok("<a xmlns:SOAP-ENV=\"http://schemas.xmlsoap.org/soap/envelope/\" b='c'>d</a>".to_owned())
        );
        let declared = format!(
            "<s:Envelope xmlns:s=\"{}\" xmlns:p=\"urn:p\" xmlns=\"urn:d\"><s:Header/>\n<s:Body> <p:a x=\" xmlns='no'\"><b/></p:a> </s:Body></s:Envelope>",
            ns::SOAP
        );
        let message = unwrap(&declared).unwrap();
        let tree = parse(&message).unwrap();
        assert!(tree.root_element().has_tag_name(("urn:p", "a")), "{message}");
        assert!(child(tree.root_element(), "urn:d", "b").is_some(), "{message}");
    }

    #[test]
    fn what_is_no_envelope_around_one_message_is_told_what_it_is() {
        let soap = |inner: &str| format!("<e:Envelope xmlns:e=\"{}\">{inner}</e:Envelope>", ns::SOAP);
        assert_eq!(unwrap("<a/>"), Err(SoapError::NotAnEnvelope("a".to_owned())));
        assert_eq!(unwrap(&soap("")), Err(SoapError::Bodies(0)));
        assert_eq!(
            unwrap(&soap("<e:Body><a/></e:Body><e:Body/>")),
            Err(SoapError::Bodies(2))
        );
        assert_eq!(
            unwrap(&soap("<e:Body>text</e:Body>")),
            Err(SoapError::Messages(0))
        );
        assert_eq!(
            unwrap(&soap("<e:Body><a/><b/></e:Body>")),
            Err(SoapError::Messages(2))
        );
        assert!(matches!(unwrap("<"), Err(SoapError::Xml(_))));
        assert_eq!(
            unwrap(&fault("Client", "no & such artifact")),
            Err(SoapError::Fault {
                code: "SOAP-ENV:Client".to_owned(),
                text: "no & such artifact".to_owned()
            })
        );
    }

    proptest! {
        #[test]
        fn any_text_in_a_message_survives(content in "[ -~é]{0,40}") {
            let message = format!("<a>{}</a>", crate::document::escape_text(&content));
            let again = unwrap(&wrap(&message)).unwrap();
            prop_assert_eq!(text(parse(&again).unwrap().root_element()), content);
        }

        #[test]
        fn garbage_never_panics(text in "[<>/se:EnvlopBdyxmn\"'= ]{0,120}") {
            let _ = unwrap(&text);
            let _ = unwrap(&wrap(&text));
        }
    }
}
