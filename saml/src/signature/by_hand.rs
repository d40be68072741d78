//! The second path: canonical form by libxml2, digest and value by OpenSSL. It signs what libxmlsec1 rightly
//! will not: HMAC under a public key, References that name nothing, digests that are given.

use base64::prelude::*;
use openssl::{
    dsa::DsaSig,
    ecdsa::EcdsaSig,
    hash::MessageDigest,
    pkey::{Id, PKey},
    rsa::Padding,
    sign::{RsaPssSaltlen, Signer},
};
use roxmltree::{Document, Node};

use super::{SignatureError, Target, fill};
use crate::{
    canonical::{canonicalize, canonicalize_document, canonicalize_node, element_at, view},
    document::{child, children, id_of, splice_all, text as text_of},
    key::SigningKey,
    names::{alg, ns},
};

/// What a signature is made with.
#[derive(Clone, Copy, Debug)]
pub enum Secret<'a> {
    /// A private key.
    Key(&'a SigningKey),
    /// A shared secret, for the HMAC methods.
    Hmac(&'a [u8]),
}

/// Fills in the Signature that begins at a byte. DigestValues that are given stay; a Reference that names
/// nothing digests nothing.
///
/// # Errors
/// No Signature there, an algorithm that is not known, or no canonical form.
pub fn sign_by_hand(text: &str, signature_at: usize, secret: Secret<'_>) -> Result<String, SignatureError> {
    let mut edits = Vec::new();
    {
        let tree = view(text)?;
        let signature = at(&tree, signature_at)?;
        for reference in signed_infos(signature).flat_map(|info| children(info, ns::DS, "Reference")) {
            let Some(value) = child(reference, ns::DS, "DigestValue") else {
                continue;
            };
            if !text_of(value).trim().is_empty() {
                continue;
            }
            let method = algorithm(reference, "DigestMethod");
            let octets = dereference(text, &tree, reference, signature)?;
            let digest = BASE64_STANDARD.encode(hash(&method, &octets)?);
            edits.extend(fill(text, value.range().start, &digest));
        }
    }
    // DigestValues stand after the Signature's start: its offset does not move.
    let text = splice_all(text, edits);
    let tree = view(&text)?;
    let signature = at(&tree, signature_at)?;
    let info = signed_infos(signature)
        .next()
        .ok_or_else(|| SignatureError::NoSignature("the Signature has no SignedInfo".to_owned()))?;
    let octets = canonicalize_node(
        &text,
        info,
        &algorithm(info, "CanonicalizationMethod"),
        &prefixes(child(info, ns::DS, "CanonicalizationMethod")),
        &[],
    )?;
    let value = value(info, &octets, secret)?;
    let place = child(signature, ns::DS, "SignatureValue")
        .ok_or_else(|| SignatureError::NoSignature("the Signature has no SignatureValue".to_owned()))?;
    let filled = fill(&text, place.range().start, &BASE64_STANDARD.encode(value));
    Ok(splice_all(&text, filled.into_iter().collect()))
}

/// The digest, in Base64, of an element's canonical form without the elements at the offsets `without`.
///
/// # Errors
/// An unknown algorithm, no such element, or no canonical form.
pub fn digest_of(
    text: &str,
    element_at: usize,
    without: &[usize],
    canonicalization: &str,
    digest: &str,
) -> Result<String, SignatureError> {
    let octets = canonicalize(text, element_at, canonicalization, &[], without)?;
    Ok(BASE64_STANDARD.encode(hash(digest, &octets)?))
}

/// The digest of octets by a DigestMethod's algorithm.
///
/// # Errors
/// An unknown algorithm.
pub fn hash(algorithm: &str, octets: &[u8]) -> Result<Vec<u8>, SignatureError> {
    Ok(openssl::hash::hash(message_digest(algorithm)?, octets)?.to_vec())
}

fn message_digest(algorithm: &str) -> Result<MessageDigest, SignatureError> {
    Ok(match algorithm {
        alg::MD5 | alg::RSA_MD5 => MessageDigest::md5(),
        alg::SHA1 | alg::RSA_SHA1 | alg::DSA_SHA1 | alg::HMAC_SHA1 => MessageDigest::sha1(),
        alg::SHA256 | alg::RSA_SHA256 | alg::HMAC_SHA256 | alg::ECDSA_SHA256 | alg::RSA_PSS_SHA256 => {
            MessageDigest::sha256()
        }
        alg::SHA384 | alg::RSA_SHA384 => MessageDigest::sha384(),
        alg::SHA512 | alg::RSA_SHA512 | alg::HMAC_SHA512 => MessageDigest::sha512(),
        other => return Err(SignatureError::Unknown(other.to_owned())),
    })
}

fn at<'a, 'i>(tree: &'a Document<'i>, offset: usize) -> Result<Node<'a, 'i>, SignatureError> {
    element_at(tree, offset)
        .filter(|n| n.has_tag_name((ns::DS, "Signature")))
        .ok_or_else(|| SignatureError::NoSignature(format!("no Signature begins at byte {offset}")))
}

fn signed_infos<'a, 'i: 'a>(signature: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> + 'a {
    children(signature, ns::DS, "SignedInfo")
}

fn algorithm(node: Node<'_, '_>, name: &str) -> String {
    child(node, ns::DS, name)
        .and_then(|n| n.attribute("Algorithm"))
        .unwrap_or_default()
        .to_owned()
}

/// The octets that a Reference digests: its element in the form that its last canonicalization asks for.
fn dereference(
    text: &str,
    tree: &Document<'_>,
    reference: Node<'_, '_>,
    signature: Node<'_, '_>,
) -> Result<Vec<u8>, SignatureError> {
    let Ok(Target { id, pointer }) = Target::of(reference.attribute("URI")) else {
        return Ok(Vec::new());
    };
    let apex = match id {
        None => tree.root_element(),
        Some(id) => match tree.descendants().find(|n| id_of(*n) == Some(id)) {
            Some(named) => named,
            None => return Ok(Vec::new()),
        },
    };
    // Without a canonicalization among its Transforms a node-set becomes octets by Canonical XML 1.0.
    let mut form = alg::C14N.to_owned();
    let mut with = Vec::new();
    let mut without = Vec::new();
    for transform in child(reference, ns::DS, "Transforms")
        .into_iter()
        .flat_map(|n| children(n, ns::DS, "Transform"))
    {
        match transform.attribute("Algorithm").unwrap_or_default() {
            alg::ENVELOPED => without.push(signature.range().start),
            alg::BASE64 => {
                let text: String = text_of(apex).split_whitespace().collect();
                return Ok(BASE64_STANDARD.decode(text).unwrap_or_default());
            }
            c14n if c14n.contains("c14n") => {
                form = c14n.to_owned();
                with = prefixes(Some(transform));
            }
            other => return Err(SignatureError::Unknown(other.to_owned())),
        }
    }
    // Only an XPointer brings comments into the node-set (XMLDSIG 4.4.3.3).
    if !pointer && let Some(plain) = form.strip_suffix("WithComments") {
        form = if plain == alg::EXC_C14N {
            plain
        } else {
            plain.trim_end_matches('#')
        }
        .to_owned();
    }
    Ok(match id {
        Some(_) => canonicalize_node(text, apex, &form, &with, &without)?,
        None => canonicalize_document(text, tree, &form, &with, &without)?,
    })
}

/// The PrefixList of an exclusive canonicalization.
fn prefixes<'a>(method: Option<Node<'a, '_>>) -> Vec<&'a str> {
    method
        .and_then(|n| child(n, ns::EC, "InclusiveNamespaces"))
        .and_then(|n| n.attribute("PrefixList"))
        .map(|list| list.split_whitespace().collect())
        .unwrap_or_default()
}

fn value(info: Node<'_, '_>, octets: &[u8], secret: Secret<'_>) -> Result<Vec<u8>, SignatureError> {
    let method = algorithm(info, "SignatureMethod");
    let key = match secret {
        Secret::Hmac(secret) => {
            // OpenSSL has no key of no octets; a zero octet pads to the same HMAC block (RFC 2104, section 2).
            let key = PKey::hmac(if secret.is_empty() { &[0] } else { secret })?;
            let mut mac = Signer::new(message_digest(&method)?, &key)?.sign_oneshot_to_vec(octets)?;
            let length = child(info, ns::DS, "SignatureMethod")
                .and_then(|n| child(n, ns::DS, "HMACOutputLength"))
                .and_then(|n| text_of(n).trim().parse::<usize>().ok());
            if let Some(bits) = length {
                mac.truncate(bits.div_ceil(8));
            }
            return Ok(mac);
        }
        Secret::Key(key) => key.private(),
    };
    // A method for the other kind of key is signed with what the key can do.
    let digest = match message_digest(&method) {
        Ok(digest) => digest,
        Err(_) => MessageDigest::sha256(),
    };
    let mut signer = Signer::new(digest, key)?;
    if method == alg::RSA_PSS_SHA256 {
        signer.set_rsa_padding(Padding::PKCS1_PSS)?;
        signer.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH)?;
    }
    let value = signer.sign_oneshot_to_vec(octets)?;
    if key.id() == Id::EC {
        // XML Signature wants r and s side by side, each of the curve's length (RFC 6931, section 2.3.6).
        let value = EcdsaSig::from_der(&value)?;
        let octets = i32::try_from(key.ec_key()?.group().order_bits().div_ceil(8)).unwrap_or(i32::MAX);
        let mut both = value.r().to_vec_padded(octets)?;
        both.extend(value.s().to_vec_padded(octets)?);
        return Ok(both);
    }
    if key.id() == Id::DSA {
        // The same for DSA, each as long as the subgroup's order (XMLDSIG 6.4.1).
        let value = DsaSig::from_der(&value)?;
        let octets = key.dsa()?.q().num_bytes();
        let mut both = value.r().to_vec_padded(octets)?;
        both.extend(value.s().to_vec_padded(octets)?);
        return Ok(both);
    }
    Ok(value)
}
