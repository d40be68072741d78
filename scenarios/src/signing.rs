//! Signing as a recipe asks: by libxmlsec1 where it can, by canonical form and OpenSSL where it cannot.

use saml::{
    document::splice,
    names::alg,
    signature::{Reference, Secret, Template},
};

use crate::{
    context::Context,
    fault::Fault,
    selector::Selector,
    signature::{ReferenceTo, Signing},
    workbench::Workbench,
};

/// Where a Signature goes, and the ID that it refers to.
#[derive(Clone, Debug)]
pub(crate) struct Spot {
    id: Option<String>,
    offset: usize,
}

impl Spot {
    /// In a draft that no operation has touched yet, the spots of the Assertion and of the Response are known
    /// without reading it: just after their Issuers. A reading costs a twentieth of a signature.
    pub(crate) fn in_draft(text: &str, element: &str, id: &str) -> Option<Self> {
        let start = text.find(&format!("<{element} ID=\"{id}\""))?;
        let issuer = start + text[start..].find("</Issuer>")? + "</Issuer>".len();
        Some(Self {
            id: Some(id.to_owned()),
            offset: issuer,
        })
    }

    fn of(bench: &Workbench, at: &Selector) -> Result<Self, Fault> {
        bench.at(at, |source, node| {
            let issuer = node.children().find(|n| n.tag_name().name() == "Issuer");
            let offset = issuer.map_or_else(
                || saml::document::inner(node).map_or(source.len(), |inner| inner.start),
                |issuer| issuer.range().end,
            );
            Ok(Self {
                id: node.attribute("ID").map(str::to_owned),
                offset,
            })
        })
    }
}

/// Signs an element of the message, or what was kept, in its place.
pub(crate) fn sign(
    bench: &mut Workbench,
    at: &Selector,
    how: &Signing,
    context: &Context<'_>,
) -> Result<(), Fault> {
    let spot = Spot::of(bench, at)?;
    sign_at(bench, at, spot, how, context)
}

/// The same where the spot is known.
pub(crate) fn sign_at(
    bench: &mut Workbench,
    at: &Selector,
    spot: Spot,
    how: &Signing,
    context: &Context<'_>,
) -> Result<(), Fault> {
    let key = context
        .keys
        .named(how.key.as_deref().unwrap_or("K1"), context.directory)?;
    let Spot {
        id,
        offset: beside_issuer,
    } = spot;
    let id = match (id, &how.references) {
        (Some(id), _) => id,
        (None, Some(_)) => String::new(),
        (None, None) => return Err(Fault::recipe(format!("{at} has no attribute ID to refer to"))),
    };
    let template = template(how, &id, &key, bench, context)?;
    let offset = match &how.before {
        Some(before) => bench.at(before, |_, node| Ok(node.range().start))?,
        None => beside_issuer,
    };
    let text = splice(bench.source(at)?, offset..offset, &template.to_xml());
    let cannot = |e: saml::signature::SignatureError| Fault::recipe(format!("{at} cannot be signed: {e}"));
    let mut signed = if let Some(secret) = &how.secret {
        let secret = shared_secret(secret, context)?;
        saml::signature::sign_by_hand(&text, offset, Secret::Hmac(&secret)).map_err(cannot)?
    } else if plain(how) {
        saml::signature::sign(&text, offset, &key).map_err(cannot)?
    } else {
        saml::signature::sign_by_hand(&text, offset, Secret::Key(&key)).map_err(cannot)?
    };
    if let Some(value) = &how.value {
        let value = context.fill(value, bench)?;
        signed = replace_value(&signed, offset, &value)?;
    }
    match at.label() {
        Some(label) => bench.kept.insert(label.to_owned(), signed).map_or((), drop),
        None => bench.text = signed,
    }
    Ok(())
}

/// Whether libxmlsec1 can write this signature: RSA with SHA, its own transforms, one Reference to the ID.
fn plain(how: &Signing) -> bool {
    let known = |text: &Option<String>, names: &[&str]| text.as_deref().is_none_or(|t| names.contains(&t));
    known(
        &how.method,
        &["rsa-sha1", "rsa-sha256", "rsa-sha384", "rsa-sha512"],
    ) && known(&how.digest, &["sha1", "sha256", "sha384", "sha512"])
        && known(
            &how.canonicalization,
            &["exc-c14n", "exc-c14n-comments", "c14n", "c14n-comments"],
        )
        && how.references.is_none()
        && how.value.is_none()
        && !matches!(how.key.as_deref(), Some("p256" | "dsa"))
        && how.transforms.as_ref().is_none_or(|list| {
            list.iter()
                .all(|t| ["enveloped", "exc-c14n", "exc-c14n-comments", "c14n"].contains(&t.as_str()))
        })
}

fn template(
    how: &Signing,
    id: &str,
    key: &saml::key::SigningKey,
    bench: &Workbench,
    context: &Context<'_>,
) -> Result<Template, Fault> {
    let fill = |text: &str| context.fill(&text.replace("{id}", id), bench);
    let prefix = how.prefix.clone().unwrap_or_default();
    let canonicalization = how.canonicalization.as_deref().unwrap_or("exc-c14n");
    let method = how.method.as_deref().unwrap_or("rsa-sha256");
    let digest = how.digest.as_deref().unwrap_or("sha256");
    let default = ["enveloped".to_owned(), "exc-c14n".to_owned()];
    let transforms = how.transforms.as_deref().unwrap_or(&default);
    let one = [ReferenceTo {
        uri: Some("#{id}".to_owned()),
        ..ReferenceTo::default()
    }];
    let references = how.references.as_deref().unwrap_or(&one);
    let key_info = match how.key_info.as_deref() {
        None | Some("certificate") if how.secret.is_none() => saml::signature::key_info(&[key.certificate()]),
        None | Some("none" | "certificate") => String::new(),
        Some("key-value") => {
            format!(
                "<KeyInfo>{}</KeyInfo>",
                saml::signature::key_value(key.certificate())
            )
        }
        Some(markup) => fill(markup)?,
    };
    Ok(Template {
        canonicalization: uri(canonicalization).to_owned(),
        method: uri(method).to_owned(),
        references: references
            .iter()
            .map(|reference| {
                Ok(Reference {
                    uri: reference.uri.as_deref().map(&fill).transpose()?,
                    transforms: reference
                        .transforms
                        .as_deref()
                        .unwrap_or(transforms)
                        .iter()
                        .map(|t| transform(t, how, &prefix, &fill))
                        .collect::<Result<_, Fault>>()?,
                    digest_method: uri(digest).to_owned(),
                    digest_value: reference.digest_value.as_deref().map(&fill).transpose()?,
                })
            })
            .collect::<Result<_, Fault>>()?,
        key_info,
        hmac_output_length: how.hmac_output_length,
        extra: how.object.as_deref().map(&fill).transpose()?.unwrap_or_default(),
        prefix,
    })
}

fn transform(
    name: &str,
    how: &Signing,
    prefix: &str,
    fill: &impl Fn(&str) -> Result<String, Fault>,
) -> Result<String, Fault> {
    if let (Some(prefixes), "exc-c14n" | "exc-c14n-comments") = (&how.inclusive_prefixes, name) {
        let colon = if prefix.is_empty() {
            String::new()
        } else {
            format!("{prefix}:")
        };
        return Ok(format!(
            "<{colon}Transform Algorithm=\"{}\"><ec:InclusiveNamespaces xmlns:ec=\"{}\" PrefixList=\"{prefixes}\"/>\
             </{colon}Transform>",
            uri(name),
            alg::EXC_C14N,
        ));
    }
    if name.starts_with('<') {
        fill(name)
    } else {
        Ok(uri(name).to_owned())
    }
}

/// A short name's URI; anything else is taken as it stands.
pub(crate) fn uri(name: &str) -> &str {
    match name {
        "exc-c14n" => alg::EXC_C14N,
        "exc-c14n-comments" => alg::EXC_C14N_COMMENTS,
        "c14n" => alg::C14N,
        "c14n-comments" => alg::C14N_COMMENTS,
        "c14n11" => alg::C14N11,
        "enveloped" => alg::ENVELOPED,
        "base64" => alg::BASE64,
        "dsa-sha1" => alg::DSA_SHA1,
        "rsa-md5" => alg::RSA_MD5,
        "rsa-sha1" => alg::RSA_SHA1,
        "rsa-sha256" => alg::RSA_SHA256,
        "rsa-sha384" => alg::RSA_SHA384,
        "rsa-sha512" => alg::RSA_SHA512,
        "rsa-pss-sha256" => alg::RSA_PSS_SHA256,
        "ecdsa-sha256" => alg::ECDSA_SHA256,
        "hmac-sha1" => alg::HMAC_SHA1,
        "hmac-sha256" => alg::HMAC_SHA256,
        "hmac-sha512" => alg::HMAC_SHA512,
        "md5" => alg::MD5,
        "sha1" => alg::SHA1,
        "sha256" => alg::SHA256,
        "sha384" => alg::SHA384,
        "sha512" => alg::SHA512,
        other => other,
    }
}

/// The octets that an SP might take for a shared secret, if it takes a public key for one.
pub(crate) fn shared_secret(name: &str, context: &Context<'_>) -> Result<Vec<u8>, Fault> {
    if let Some(text) = name.strip_prefix("text:") {
        return Ok(text.as_bytes().to_vec());
    }
    let key = context.keys.named("K1", context.directory)?;
    let certificate = key.certificate();
    let crypto =
        |e: openssl::error::ErrorStack| Fault::recipe(format!("the certificate cannot be read: {e}"));
    let public = certificate.public_key();
    Ok(match name {
        "pem" => certificate.pem().into_bytes(),
        "pem-trimmed" => certificate.pem().trim_end().as_bytes().to_vec(),
        "der" => certificate.der().to_vec(),
        "spki-pem" => public.public_key_to_pem().map_err(crypto)?,
        "spki-der" => public.public_key_to_der().map_err(crypto)?,
        "base64" => certificate.base64().into_bytes(),
        "modulus" => public.rsa().map_err(crypto)?.n().to_vec(),
        "fingerprint" => certificate.thumbprint_sha1().into_bytes(),
        _ => return Err(Fault::recipe(format!("no shared secret is called {name}"))),
    })
}

fn replace_value(text: &str, signature_at: usize, value: &str) -> Result<String, Fault> {
    let tree = crate::view::view(text)?;
    let node = tree
        .descendants()
        .find(|n| {
            n.tag_name().name() == "SignatureValue"
                && n.parent().is_some_and(|p| p.range().start == signature_at)
        })
        .ok_or_else(|| Fault::recipe("the Signature has no SignatureValue"))?;
    let (range, with) = crate::workbench::replace_content(text, node, value);
    Ok(splice(text, range, &with))
}
