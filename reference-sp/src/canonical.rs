//! The octets that are digested or signed: which canonical form, and what has none.

use roxmltree::Node;
use saml::canonical::canonicalize_node;
use saml::document::{child, children};
use saml::names::{alg, ns};

use crate::algorithms::algorithm;
use crate::denial::Denial;
use crate::flaw::{Flaw, Flaws};
use crate::message::{Message, only};

/// A canonical form: the algorithm and the prefixes that it treats inclusively.
pub(crate) struct Form<'a> {
    algorithm: &'a str,
    prefixes: Vec<&'a str>,
}

impl<'a> Form<'a> {
    /// The form that a `CanonicalizationMethod` or `Transform` asks for (Core 5.4.3, 5.4.4).
    pub(crate) fn of_method(method: Node<'a, '_>) -> Result<Self, Denial> {
        let algorithm = algorithm(method);
        let inclusive =
            child(method, ns::EC, "InclusiveNamespaces").and_then(|list| list.attribute("PrefixList"));
        let prefixes = match algorithm {
            alg::EXC_C14N | alg::EXC_C14N_COMMENTS => {
                inclusive.unwrap_or_default().split_ascii_whitespace().collect()
            }
            alg::C14N | alg::C14N_COMMENTS => Vec::new(),
            other => return Err(Denial::Algorithm(other.to_owned())),
        };
        Ok(Form { algorithm, prefixes })
    }

    /// The same for a Reference by ID: the nodes that it names have no comments among them, whatever the
    /// transform would do with some (XML-DSig 4.4.3.3).
    fn of_reference(self) -> Self {
        let algorithm = match self.algorithm {
            alg::EXC_C14N_COMMENTS => alg::EXC_C14N,
            alg::C14N_COMMENTS => alg::C14N,
            other => other,
        };
        Form { algorithm, ..self }
    }

    /// The canonical octets of an element, without the signature that it envelops. An error is an error, and so
    /// is an empty form: no element has one.
    pub(crate) fn of(
        &self,
        message: &Message<'_>,
        element: Node<'_, '_>,
        without: &[usize],
    ) -> Result<Vec<u8>, Denial> {
        let octets = canonicalize_node(message.text, element, self.algorithm, &self.prefixes, without).ok();
        if message.flaws.has(Flaw::EmptyCanonical) {
            return Ok(octets.unwrap_or_default());
        }
        if message.flaws.has(Flaw::InstructionsAsText) {
            return octets
                .map(|octets| instructions_as_text(&octets))
                .ok_or(Denial::Canonical);
        }
        octets
            .filter(|octets| !octets.is_empty())
            .ok_or(Denial::Canonical)
    }
}

/// The transforms that SAML allows: enveloped-signature first, then a canonicalization (Core 5.4.4). Without one,
/// XML-DSig prescribes inclusive C14N 1.0 (section 4.4.3.2).
pub(crate) fn transforms<'a>(reference: Node<'a, '_>, flaws: Flaws) -> Result<Form<'a>, Denial> {
    let list = only(children(reference, ns::DS, "Transforms")).ok_or(Denial::Transforms)?;
    let transforms: Vec<_> = children(list, ns::DS, "Transform").collect();
    match transforms[..] {
        [canonical] if flaws.has(Flaw::GreedyEnveloped) => Form::of_method(canonical).map(Form::of_reference),
        [enveloped, ..] if algorithm(enveloped) != alg::ENVELOPED => Err(Denial::Transforms),
        [_] => Ok(Form {
            algorithm: alg::C14N,
            prefixes: Vec::new(),
        }),
        [_, canonical] => Form::of_method(canonical).map(Form::of_reference),
        _ => Err(Denial::Transforms),
    }
}

/// Canonical octets with the data of processing instructions in the place of these: for a switch. What begins with `<?` in a canonical
/// form is one.
fn instructions_as_text(octets: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(octets);
    let mut parts = text.split("<?");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (instruction, behind) = part.split_once("?>").unwrap_or((part, ""));
        let data = instruction.split_once(' ').map_or("", |(_, data)| data);
        out.push_str(data);
        out.push_str(behind);
    }
    out.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_leave_their_data_behind() {
        let octets = instructions_as_text(b"<a>b<?c?>d<?e f g?>h</a>");
        assert_eq!(String::from_utf8(octets).unwrap(), "<a>bdf gh</a>");
        assert_eq!(instructions_as_text(b"<a>&lt;?</a>"), b"<a>&lt;?</a>");
    }
}
