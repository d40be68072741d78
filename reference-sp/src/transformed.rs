//! The verifier that leaves it to a toolkit what a signature covers: for a switch. Whatever a Transform asks for is run: XPath leaves
//! out what it names, and a stylesheet may make the same of every document.

use roxmltree::Node;
use saml::Certificate;
use saml::document::{descendants, id_of};
use saml::names::{alg, ns};
use saml::signature::verify_running_anything;

use crate::denial::Denial;
use crate::fetch;
use crate::message::Message;

/// Verifies the signature of this element as libxmlsec1 does where nobody restricts it.
pub(crate) fn verified<'a, 'd>(
    message: &Message<'_>,
    signature: Node<'a, 'd>,
    bearer: Node<'a, 'd>,
    trusted: &[&Certificate],
) -> Result<Node<'a, 'd>, Denial> {
    for reference in descendants(signature, ns::DS, "Reference") {
        let uri = reference.attribute("URI").unwrap_or_default();
        if uri.strip_prefix('#') != id_of(bearer) {
            return Err(Denial::Reference(uri.to_owned()));
        }
    }
    let at = signature.range().start;
    let mut answers = trusted
        .iter()
        .map(|certificate| verify_running_anything(message.text, at, certificate));
    if answers.any(|answer| answer.unwrap_or(false)) {
        Ok(bearer)
    } else {
        Err(Denial::Digest)
    }
}

/// Fetches what stylesheets name, and throws it away: being asked is the harm.
pub(crate) fn reach_out(signature: Node<'_, '_>) {
    let transforms = descendants(signature, ns::DS, "Transform");
    for transform in transforms.filter(|transform| transform.attribute("Algorithm") == Some(alg::XSLT)) {
        let attributes = transform.descendants().flat_map(|node| node.attributes());
        for address in attributes.flat_map(|attribute| fetch::addresses(attribute.value())) {
            fetch::fetch(address);
        }
    }
}
