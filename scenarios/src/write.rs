//! Writing a person over whoever stands in an element: the NameID, and each attribute that both have.

use std::ops::Range;

use roxmltree::Node;
use saml::document::escape_text;

use crate::{
    context::Context,
    fault::Fault,
    operation::Write,
    workbench::{Workbench, replace_content, written_name},
};

/// Does the verb.
pub(crate) fn write(bench: &mut Workbench, verb: &Write, context: &Context<'_>) -> Result<(), Fault> {
    let at = match &verb.place {
        Some(place) => place.clone(),
        None => "Assertion".parse().map_err(Fault::recipe)?,
    };
    let claims = bench
        .people
        .of(verb.write, || context.claims(verb.write))?
        .clone();
    bench.edit(&at, false, false, |source, node| {
        let mut edits = Vec::new();
        for name_id in node.descendants().filter(|n| n.tag_name().name() == "NameID") {
            edits.push(replace_content(source, name_id, &escape_text(&claims.name_id)));
        }
        for attribute in node.descendants().filter(|n| n.tag_name().name() == "Attribute") {
            let name = attribute.attribute("Name").unwrap_or_default();
            if let Some(of_person) = claims.attributes.iter().find(|a| a.name == name) {
                edits.extend(write_values(source, attribute, &of_person.values));
            }
        }
        Ok(edits)
    })
}

/// The edits that make these an attribute's values: as many as there are, each in an element like those that stand there.
fn write_values(source: &str, attribute: Node<'_, '_>, values: &[String]) -> Vec<(Range<usize>, String)> {
    let written: Vec<Node<'_, '_>> = attribute
        .children()
        .filter(|n| n.tag_name().name() == "AttributeValue")
        .collect();
    let mut edits: Vec<_> = values
        .iter()
        .zip(&written)
        .map(|(value, node)| replace_content(source, *node, &escape_text(value)))
        .collect();
    edits.extend(
        written
            .iter()
            .skip(values.len())
            .map(|node| (node.range(), String::new())),
    );
    if let Some(last) = written.last() {
        let name = written_name(source, *last);
        let more = values.iter().skip(written.len());
        let more: String = more
            .map(|value| format!("<{name}>{}</{name}>", escape_text(value)))
            .collect();
        let end = last.range().end;
        edits.push((end..end, more));
    }
    edits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(attribute: &str, values: &[&str]) -> String {
        let tree = roxmltree::Document::parse(attribute).unwrap();
        let values: Vec<String> = values.iter().map(ToString::to_string).collect();
        saml::document::splice_all(attribute, write_values(attribute, tree.root_element(), &values))
    }

    #[test]
    fn an_attribute_has_as_many_values_afterwards_as_the_person_has() {
        let two = "<s:A xmlns:s='u'><s:AttributeValue t='x'>1</s:AttributeValue><s:AttributeValue/></s:A>";
        assert_eq!(
            written(two, &["a&b", "c"]),
            "<s:A xmlns:s='u'><s:AttributeValue t='x'>a&amp;b</s:AttributeValue><s:AttributeValue>c</s:AttributeValue></s:A>"
        );
        assert_eq!(
            written(two, &["a"]),
            "<s:A xmlns:s='u'><s:AttributeValue t='x'>a</s:AttributeValue></s:A>"
        );
        assert_eq!(
            written("<A><AttributeValue>1</AttributeValue></A>", &["a", "b", "<"]),
            "<A><AttributeValue>a</AttributeValue><AttributeValue>b</AttributeValue><AttributeValue>&lt;</AttributeValue></A>"
        );
    }
}
