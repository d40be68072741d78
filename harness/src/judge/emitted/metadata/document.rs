//! The text as a whole.

use jiff::Timestamp;
use roxmltree::Node;
use saml::{
    Certificate,
    document::{child, descendants, parse, text},
    names::ns,
    signature::{MessageSignatureError, verify_message},
};
use scenarios::Base;

use crate::judge::emitted::{
    formats::known_format,
    seen::{Document, Held, shown},
};

/// The most characters of an entity ID (Core 8.3.6).
const LONGEST: usize = 256;

pub(super) fn entity_id(id: &str) -> Held {
    if id.chars().count() > LONGEST {
        return Held::Lacks(format!("the entityID has more than {LONGEST} characters"));
    }
    Held::unless(url::Url::parse(id).is_err(), || {
        format!("the entityID is `{}`, which is no absolute URI", shown(id))
    })
}

pub(super) fn wants_signed(wants: bool) -> Held {
    Held::unless(!wants, || "it does not say WantAssertionsSigned".to_owned())
}

pub(super) fn wants_signed_kept(wants: bool, taken: &[Base]) -> Held {
    match wants {
        false => Held::CannotTell("the SP's metadata does not say WantAssertionsSigned".to_owned()),
        true => Held::unless(taken.contains(&Base::R), || {
            "it says WantAssertionsSigned, and the SP takes an assertion that is not signed, in a response that is".to_owned()
        }),
    }
}

pub(super) fn formats(stated: &[String]) -> Held {
    let unknown = stated.iter().find(|format| !known_format(format));
    Held::unless(unknown.is_some(), || {
        format!(
            "it names the NameIDFormat `{}`, which no standard knows",
            unknown.map_or_else(String::new, |one| shown(one))
        )
    })
}

pub(super) fn valid_until(xml: &str, now: Timestamp) -> Held {
    let Ok(tree) = parse(bare(xml)) else {
        return Held::CannotTell("it cannot be read".to_owned());
    };
    let stated: Vec<&str> = tree
        .descendants()
        .filter_map(|node| node.attribute("validUntil"))
        .collect();
    Held::all(
        stated
            .into_iter()
            .map(|stated| match saml::instant::parse(stated) {
                Err(_) => Held::Lacks(format!(
                    "its validUntil is `{}`, which is no instant",
                    shown(stated)
                )),
                Ok(until) => Held::unless(until <= now, || {
                    format!("its validUntil is {}, which is over", shown(stated))
                }),
            }),
        "the SP's metadata has no validUntil",
    )
}

pub(super) fn signature(xml: &str, certificates: &[Certificate]) -> Held {
    match verify_message(bare(xml), &signers(xml, certificates), true) {
        Ok(_) => Held::Holds,
        Err(MessageSignatureError::Missing) => Held::CannotTell("the SP's metadata is not signed".to_owned()),
        Err(why) => Held::Lacks(why.to_string()),
    }
}

/// Who may have signed it: the SP, or whoever it names beside the signature.
fn signers(xml: &str, certificates: &[Certificate]) -> Vec<Certificate> {
    let mut all = certificates.to_vec();
    if let Ok(tree) = parse(bare(xml))
        && let Some(signature) = child(tree.root_element(), ns::DS, "Signature")
    {
        let named = descendants(signature, ns::DS, "X509Certificate");
        all.extend(named.filter_map(|node| Certificate::from_base64(&text(node)).ok()));
    }
    all
}

pub(super) fn content_type(served: Option<&str>) -> Held {
    let Some(served) = served else {
        return Held::CannotTell("the SP's metadata is a file here".to_owned());
    };
    let kind = served
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let xml = ["application/samlmetadata+xml", "application/xml", "text/xml"].contains(&kind.as_str());
    Held::unless(!xml, || format!("it is served as `{}`", shown(served)))
}

pub(super) fn contact(xml: &str) -> Held {
    let Ok(tree) = parse(bare(xml)) else {
        return Held::CannotTell("it cannot be read".to_owned());
    };
    let mut people = descendants(tree.root_element(), ns::MD, "ContactPerson");
    let technical = people.any(|person| {
        person.attribute("contactType") == Some("technical")
            && child(person, ns::MD, "EmailAddress").is_some()
    });
    Held::unless(!technical, || {
        "it names no technical ContactPerson with an address".to_owned()
    })
}

pub(super) fn stable(published: &Document) -> Held {
    let again = match &published.again {
        None => return Held::CannotTell("the SP's metadata is a file here".to_owned()),
        Some(Err(why)) => return Held::Lacks(format!("the second time it was not given: {why}")),
        Some(Ok(again)) => again,
    };
    let (Ok(first), Ok(second)) = (parse(bare(&published.xml)), parse(bare(again))) else {
        return Held::Lacks("the second time it cannot be read".to_owned());
    };
    let (first, second) = (said(first.root_element()), said(second.root_element()));
    let other = first.iter().zip(&second).find(|(one, other)| one != other);
    match other {
        Some((one, other)) => Held::Lacks(format!(
            "at first it says `{}`, and then `{}`",
            shown(one),
            shown(other)
        )),
        None => Held::unless(first.len() != second.len(), || {
            "the second time it says more, or less".to_owned()
        }),
    }
}

/// All that it says, but for what names this copy: signature, ID, and how long it is good.
fn said(root: Node<'_, '_>) -> Vec<String> {
    let mut out = Vec::new();
    say(root, &mut out);
    out
}

fn say(node: Node<'_, '_>, out: &mut Vec<String>) {
    if node.has_tag_name((ns::DS, "Signature")) {
        return;
    }
    if let Some(text) = node
        .text()
        .filter(|text| node.is_text() && !text.trim().is_empty())
    {
        out.push(text.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    if node.is_element() {
        let mut attributes: Vec<String> = node
            .attributes()
            .filter(|one| !["ID", "validUntil", "cacheDuration"].contains(&one.name()))
            .map(|one| format!("{}={}", one.name(), one.value()))
            .collect();
        attributes.sort();
        out.push(format!("{} {}", node.tag_name().name(), attributes.join(" ")));
    }
    node.children().for_each(|inner| say(inner, out));
}

/// Without what may stand before the first bracket.
fn bare(xml: &str) -> &str {
    xml.trim_start_matches('\u{feff}').trim_start()
}
