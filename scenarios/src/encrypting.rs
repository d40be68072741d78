//! Encrypting as a recipe asks, and reading what was encrypted.

use saml::{
    encryption::{DataAlgorithm, Hint, KeyTransport, Material, Options, Sealed, seal},
    key::Certificate,
};

use crate::{
    context::Context,
    encryption::Encryption,
    fault::Fault,
    fill::Filling,
    hidden::Hidden,
    selector::Selector,
    view::view,
    workbench::{Workbench, detach},
};

/// What is encrypted so where nobody has seen what the SP reads.
const USUAL: Options = Options {
    data: DataAlgorithm::Aes256Gcm,
    transport: KeyTransport::OaepSha1,
    hint: Hint::IssuerSerial,
};

/// Puts an encrypted element in the place of an element of the message, or of what was kept.
pub(crate) fn encrypt(
    bench: &mut Workbench,
    at: &Selector,
    how: &Encryption,
    context: &Context<'_>,
) -> Result<(), Fault> {
    let (name, inner) = match at.is_whole() {
        true => {
            let kept = bench.xml_at(at)?;
            let tree = view(&kept)?;
            (name_of(tree.root_element().tag_name().name()), kept.clone())
        }
        false => bench.at(at, |source, node| {
            Ok((name_of(node.tag_name().name()), detach(source, node)))
        })?,
    };
    let plain = match &how.plain {
        None => inner,
        Some(plain) => {
            let (head, tail) = plain.split_once("{inner}").unwrap_or((plain, ""));
            let fill = |text| context.filled(Filling::markup(text), bench);
            let inner = if plain.contains("{inner}") { &inner } else { "" };
            format!("{}{inner}{}", fill(head)?, fill(tail)?)
        }
    };
    let recipient = recipient(how, context)?;
    let known = context.encryption.unwrap_or(USUAL);
    let options = Options {
        data: how.data.map_or(known.data, Into::into),
        transport: how.transport.map_or(known.transport, Into::into),
        hint: known.hint,
    };
    let cannot =
        |e: saml::encryption::EncryptionError| Fault::recipe(format!("{at} cannot be encrypted: {e}"));
    let mut element = plain;
    for _ in 0..how.layers.unwrap_or(1) {
        let material = material(how, options, element.len())?;
        let mut sealed = seal(element.as_bytes(), &recipient, options, &material).map_err(cannot)?;
        spoil(&mut sealed, how, options);
        let around = sealed.to_xml_as(name, &recipient, options).map_err(cannot)?;
        bench.hidden.add(&sealed.data, element);
        element = around;
    }
    match at.label().filter(|_| at.is_whole()) {
        Some(label) => {
            bench.kept.insert(label.to_owned(), element);
            Ok(())
        }
        None => bench.edit(at, false, false, |_, node| {
            Ok(vec![(node.range(), element.clone())])
        }),
    }
}

/// The `saml:EncryptedElementType` that an element is encrypted as.
fn name_of(element: &str) -> &'static str {
    match element {
        "NameID" | "BaseID" => "EncryptedID",
        "Attribute" => "EncryptedAttribute",
        _ => "EncryptedAssertion",
    }
}

fn recipient(how: &Encryption, context: &Context<'_>) -> Result<Certificate, Fault> {
    let published = |at: usize| context.sp.encryption.get(at).cloned();
    let missing = "the SP publishes no such encryption certificate: its metadata has no further KeyDescriptor for encryption";
    let own = |at| match published(at) {
        Some(certificate) => Ok(certificate),
        None if context.keys.is_on_paper() => {
            let key = context.keys.named("sp", context.directory)?;
            Ok(key.certificate().clone())
        }
        None => Err(Fault::recipe(missing)),
    };
    match how.recipient.as_deref() {
        None | Some("sp") => own(0),
        Some("sp-next") => own(1),
        Some(name) => {
            let key = context.keys.named(name, context.directory)?;
            Ok(key.certificate().clone())
        }
    }
}

/// The key, where the message is to carry a part of it only, and the padding, where that is to be wrong.
fn material(how: &Encryption, options: Options, length: usize) -> Result<Material, Fault> {
    let mut material = Material::default();
    if let Some(octets) = how.key_octets {
        let mut key = vec![0; options.data.key_length()];
        getrandom::fill(&mut key)
            .map_err(|e| Fault::recipe(format!("the system gives no random bytes: {e}")))?;
        material.carried_key = Some(key.iter().copied().take(octets).collect());
        material.key = Some(key);
    }
    if let Some(count) = how.pad_count {
        let block = options.data.iv_length();
        let mut padding = vec![0; block - length % block];
        if let Some(last) = padding.last_mut() {
            *last = count;
        }
        material.padding = Some(padding);
    }
    Ok(material)
}

/// Changes the lengths of what stands before and behind the ciphertext.
fn spoil(sealed: &mut Sealed, how: &Encryption, options: Options) {
    const TAG: usize = 16;
    if let Some(octets) = how.tag_octets {
        let without = sealed.data.len().saturating_sub(TAG);
        sealed.data.truncate(without + octets.min(TAG));
    }
    if let Some(octets) = how.iv_octets {
        let iv: Vec<u8> = sealed.data.drain(..options.data.iv_length()).collect();
        let zeros = std::iter::repeat(0);
        let written: Vec<u8> = iv.into_iter().chain(zeros).take(octets).collect();
        sealed.data.splice(..0, written);
    }
}

/// The message as whoever can decrypt it reads it.
pub(crate) fn opened(hidden: &Hidden, message: &[u8]) -> Vec<u8> {
    if hidden.is_empty() {
        return message.to_vec();
    }
    match std::str::from_utf8(message) {
        Ok(text) => hidden.opened(text).into_bytes(),
        Err(_) => message.to_vec(),
    }
}
