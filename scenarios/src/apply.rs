//! Each verb, done to the message on the bench.

use base64::prelude::*;
use roxmltree::Node;
use saml::document::{escape_attribute, escape_text, tag_end};

use crate::{
    claim::Claim,
    context::Context,
    encrypting,
    fault::Fault,
    fill::{Filling, fresh_id},
    operation::{Copy, Insert, Operation, Remove, Rename, Replace, Set, Unset, Wrap},
    restyle,
    selector::Selector,
    signing,
    workbench::{Workbench, detach, replace_content, written_name},
    write,
};

/// Does operations in order; the first that cannot be done is the recipe's fault.
pub(crate) fn apply(
    bench: &mut Workbench,
    operations: &[Operation],
    context: &Context<'_>,
) -> Result<(), Fault> {
    for operation in operations {
        one(bench, operation, context).map_err(|fault| fault.at(operation.verb()))?;
    }
    Ok(())
}

fn one(bench: &mut Workbench, operation: &Operation, context: &Context<'_>) -> Result<(), Fault> {
    match operation {
        Operation::Copy(verb) => {
            let kept = keep(bench, verb, context)?;
            bench.kept.insert(verb.to.clone(), kept);
            Ok(())
        }
        Operation::Cut(verb) => {
            let copy = Copy {
                copy: verb.cut.clone(),
                to: verb.to.clone(),
                id: verb.id.clone(),
                without: verb.without.clone(),
                drop_namespaces: false,
            };
            let kept = keep(bench, &copy, context)?;
            bench.kept.insert(verb.to.clone(), kept);
            remove_at(bench, &verb.cut, false, false)
        }
        Operation::Remove(verb) => remove(bench, verb, context),
        Operation::Put(verb) => {
            let what = bench
                .kept
                .get(&verb.put)
                .cloned()
                .ok_or_else(|| Fault::recipe(format!("nothing was kept under the name {}", verb.put)))?;
            bench.put(&verb.place().map_err(Fault::recipe)?, &what)
        }
        Operation::Insert(verb) => insert(bench, verb, context),
        Operation::Wrap(verb) => wrap(bench, verb, context),
        Operation::Set(verb) => set(bench, verb, context),
        Operation::Unset(verb) => unset(bench, verb),
        Operation::Rename(verb) => rename(bench, verb),
        Operation::Write(verb) => write::write(bench, verb, context),
        Operation::Flip(verb) => flip(bench, &verb.flip),
        Operation::Replace(verb) => replace(bench, verb, context),
        Operation::Sign(verb) => signing::sign(bench, &verb.sign, &verb.how, context),
        Operation::Encrypt(verb) => encrypting::encrypt(bench, &verb.encrypt, &verb.how, context),
        Operation::Restyle(verb) => restyle::restyle(bench, verb),
        Operation::Recode(_) => Err(Fault::recipe(
            "`recode` changes the finished bytes: it must be the last operation",
        )),
    }
}

fn keep(bench: &Workbench, verb: &Copy, context: &Context<'_>) -> Result<String, Fault> {
    let kept = if verb.copy.is_whole() {
        bench.xml_at(&verb.copy)?
    } else if verb.drop_namespaces {
        bench.at(&verb.copy, |source, node| Ok(source[node.range()].to_owned()))?
    } else {
        bench.at(&verb.copy, |source, node| Ok(detach(source, node)))?
    };
    let whole: Selector = "it".parse().map_err(Fault::recipe)?;
    let mut piece = Workbench::default();
    piece.kept.insert("it".to_owned(), kept);
    if let Some(without) = &verb.without {
        remove_at(
            &mut piece,
            &format!("it/{without}").parse().map_err(Fault::recipe)?,
            true,
            true,
        )?;
    }
    match verb.id.as_deref() {
        None | Some("same") => {}
        Some("none") => edit_attribute(&mut piece, &whole, "ID", None, false, true)?,
        Some("fresh") => edit_attribute(&mut piece, &whole, "ID", Some(&fresh_id()?), false, false)?,
        Some(text) => {
            let id = context.fill(text, bench)?;
            edit_attribute(&mut piece, &whole, "ID", Some(&id), false, false)?;
        }
    }
    piece
        .kept
        .remove("it")
        .ok_or_else(|| Fault::recipe("the copy was lost"))
}

fn remove(bench: &mut Workbench, verb: &Remove, context: &Context<'_>) -> Result<(), Fault> {
    for (_, at) in places(bench, &verb.remove, verb.optional, context)? {
        remove_at(bench, &at, verb.all, verb.optional)?;
    }
    Ok(())
}

fn remove_at(bench: &mut Workbench, at: &Selector, all: bool, optional: bool) -> Result<(), Fault> {
    bench.edit(at, all, optional, |_, node| {
        Ok(vec![(node.range(), String::new())])
    })
}

fn insert(bench: &mut Workbench, verb: &Insert, context: &Context<'_>) -> Result<(), Fault> {
    let what = context.filled(Filling::markup(&verb.insert), bench)?;
    bench.put(&verb.place().map_err(Fault::recipe)?, &what)
}

fn wrap(bench: &mut Workbench, verb: &Wrap, context: &Context<'_>) -> Result<(), Fault> {
    let (head, tail) = verb
        .around
        .split_once("{inner}")
        .ok_or_else(|| Fault::recipe("`in` must say where the element goes: {inner}"))?;
    let fill = |markup| context.filled(Filling::markup(markup), bench);
    let (head, tail) = (fill(head)?, fill(tail)?);
    if let Some(label) = verb.wrap.label().filter(|_| verb.wrap.is_whole()) {
        let inner = bench.xml_at(&verb.wrap)?;
        bench
            .kept
            .insert(label.to_owned(), format!("{head}{inner}{tail}"));
        return Ok(());
    }
    bench.edit(&verb.wrap, false, false, |source, node| {
        Ok(vec![(
            node.range(),
            format!("{head}{}{tail}", &source[node.range()]),
        )])
    })
}

fn set(bench: &mut Workbench, verb: &Set, context: &Context<'_>) -> Result<(), Fault> {
    for (claim, at) in places(bench, &verb.set, verb.optional, context)? {
        set_at(bench, verb, &claim, &at, context)?;
    }
    Ok(())
}

/// The places that a selector stands for, each with the claim whose value stands there: of an `Identity` those that are in
/// the message.
fn places(
    bench: &Workbench,
    at: &Selector,
    optional: bool,
    context: &Context<'_>,
) -> Result<Vec<(Claim, Selector)>, Fault> {
    if !at.is_identity() {
        return Ok(vec![(Claim::NameId, at.clone())]);
    }
    let mut places = Vec::new();
    for claim in context.identity_claims() {
        let place = at.clone().of(&claim);
        if bench.has(&place)? {
            places.push((claim, place));
        }
    }
    if places.is_empty() && !optional {
        return Err(Fault::recipe(format!("there is no {at} in the message")));
    }
    Ok(places)
}

fn set_at(
    bench: &mut Workbench,
    verb: &Set,
    claim: &Claim,
    at: &Selector,
    context: &Context<'_>,
) -> Result<(), Fault> {
    let content = match (&verb.text, &verb.raw, &verb.attribute, &verb.value) {
        (Some(text), None, None, None) => {
            let filled = context.filled(Filling::text(text).as_value_of(claim), bench)?;
            escape_text(&filled).into_owned()
        }
        (None, Some(raw), None, None) => context.filled(Filling::markup(raw).as_value_of(claim), bench)?,
        (None, None, Some(attribute), Some(value)) => {
            let value = context.filled(Filling::text(value).as_value_of(claim), bench)?;
            return edit_attribute(bench, at, attribute, Some(&value), verb.all, verb.optional);
        }
        _ => return Err(Fault::recipe("`set` takes text, or raw, or attribute with value")),
    };
    bench.edit(at, verb.all, verb.optional, |source, node| {
        Ok(vec![replace_content(source, node, &content)])
    })
}

fn unset(bench: &mut Workbench, verb: &Unset) -> Result<(), Fault> {
    edit_attribute(bench, &verb.unset, &verb.attribute, None, verb.all, verb.optional)
}

/// Sets, adds or removes one attribute, found by its name as it is written.
fn edit_attribute(
    bench: &mut Workbench,
    at: &Selector,
    name: &str,
    value: Option<&str>,
    all: bool,
    optional: bool,
) -> Result<(), Fault> {
    bench.edit(at, all, optional, |source, node| {
        let found = written_attribute(source, node, name);
        let edit = match (found, value) {
            (Some(range), None) => {
                let before = source[..range.start].trim_end().len();
                (before..range.end, String::new())
            }
            (None, None) if optional => return Ok(Vec::new()),
            (None, None) => {
                return Err(Fault::recipe(format!("{at} has no attribute {name} to remove")));
            }
            (Some(range), Some(value)) => (range, format!("{name}=\"{}\"", escape_attribute(value))),
            (None, Some(value)) => {
                let after = node.range().start + 1 + written_name(source, node).len();
                (after..after, format!(" {name}=\"{}\"", escape_attribute(value)))
            }
        };
        Ok(vec![edit])
    })
}

/// Where an attribute, or a namespace declaration, is written: its name, equals sign and quoted value.
fn written_attribute(source: &str, node: Node<'_, '_>, name: &str) -> Option<std::ops::Range<usize>> {
    let start = node.range().start + 1 + written_name(source, node).len();
    let tag = &source[start..tag_end(node)];
    let bytes = tag.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        while at < bytes.len() && (bytes[at].is_ascii_whitespace() || bytes[at] == b'/') {
            at += 1;
        }
        let begin = at;
        while at < bytes.len() && !matches!(bytes[at], b'=' | b'>') {
            at += 1;
        }
        let found = tag.get(begin..at)?.trim_end() == name;
        let quote_at = at + tag.get(at..)?.find(['"', '\''])?;
        let end = quote_at + 1 + tag[quote_at + 1..].find(bytes[quote_at] as char)? + 1;
        if found {
            return Some(start + begin..start + end);
        }
        at = end;
    }
    None
}

fn rename(bench: &mut Workbench, verb: &Rename) -> Result<(), Fault> {
    bench.edit(&verb.rename, false, false, |source, node| {
        let whole = node.range();
        let name = written_name(source, node);
        let declaration = verb.namespace.as_ref().map_or(String::new(), |uri| {
            let key = verb
                .to
                .split_once(':')
                .map_or("xmlns".to_owned(), |(prefix, _)| format!("xmlns:{prefix}"));
            format!(" {key}=\"{}\"", escape_attribute(uri))
        });
        let mut text = source[whole.clone()].to_owned();
        if saml::document::inner(node).is_some() {
            let close = text.rfind("</").unwrap_or(text.len());
            text.replace_range(close.., &format!("</{}>", verb.to));
        }
        text.replace_range(1..1 + name.len(), &format!("{}{declaration}", verb.to));
        if let (Some(_), false) = (&verb.namespace, verb.to.contains(':')) {
            // A default declaration of its own would now stand twice.
            if let Some(old) = written_attribute(source, node, "xmlns") {
                let shift = declaration.len() + verb.to.len() - name.len();
                let old = old.start - whole.start + shift..old.end - whole.start + shift;
                text.replace_range(old, "");
            }
        }
        Ok(vec![(whole, text)])
    })
}

fn flip(bench: &mut Workbench, at: &Selector) -> Result<(), Fault> {
    bench.edit(at, false, false, |source, node| {
        let text: String = saml::document::text(node).split_whitespace().collect();
        let mut octets = BASE64_STANDARD
            .decode(&text)
            .map_err(|e| Fault::recipe(format!("{at} does not hold Base64: {e}")))?;
        match octets.last_mut() {
            Some(last) => *last ^= 1,
            None => return Err(Fault::recipe(format!("{at} is empty: there is no bit to flip"))),
        }
        Ok(vec![replace_content(
            source,
            node,
            &BASE64_STANDARD.encode(octets),
        )])
    })
}

fn replace(bench: &mut Workbench, verb: &Replace, context: &Context<'_>) -> Result<(), Fault> {
    let fill = |markup| context.filled(Filling::markup(markup), bench);
    let (from, to) = (fill(&verb.replace)?, fill(&verb.with)?);
    if from.is_empty() || !bench.text.contains(&from) {
        return Err(Fault::recipe(format!("the message does not hold `{from}`")));
    }
    bench.text = if verb.all {
        bench.text.replace(&from, &to)
    } else {
        bench.text.replacen(&from, &to, 1)
    };
    Ok(())
}
