//! Encrypt: Azure's EncryptedAssertion, and one in which everything may be wrong.

use std::fmt::Write;

use base64::prelude::*;
use openssl::{
    pkey::Id,
    symm::{Crypter, Mode, encrypt_aead},
};
use thiserror::Error;

use super::{BLOCK, DataAlgorithm, Hint, KeyTransport, Options, TAG};
use crate::{
    document::{XmlError, children, escape_text, parse, splice_all},
    key::{Certificate, KeyError},
    names::{alg, enc, ns},
};

/// Why an assertion cannot be encrypted.
#[derive(Debug, Error)]
pub enum EncryptionError {
    /// The text cannot be read.
    #[error(transparent)]
    Xml(#[from] XmlError),
    /// The text is something else.
    #[error("this is no saml:Assertion that stands by itself; declare its namespaces on it")]
    NotAnAssertion,
    /// The recipient's key is not RSA.
    #[error("the recipient's certificate has no RSA key; upload one that has")]
    NotRsa,
    /// Something handed in has a length that the algorithm does not take.
    #[error("the {what} has {has} octets, and {algorithm} wants {wants}")]
    Length {
        /// What was handed in.
        what: &'static str,
        /// Its octets.
        has: usize,
        /// The algorithm.
        algorithm: &'static str,
        /// What it takes.
        wants: &'static str,
    },
    /// The recipient cannot be named.
    #[error("the recipient cannot be named: {0}")]
    Recipient(#[from] KeyError),
    /// The system gives no random bytes.
    #[error("the system gives no random bytes: {0}")]
    Random(#[from] getrandom::Error),
    /// OpenSSL refuses.
    #[error("openssl refuses it: {0}")]
    OpenSsl(#[from] openssl::error::ErrorStack),
}

/// The EncryptedAssertion of an assertion, signed already where it is to be, for the owner of a certificate. In
/// the shape that the .NET libraries under Azure AD give it, without white space.
///
/// # Errors
/// The text is no assertion that stands by itself; the certificate's key is not RSA or too short; OpenSSL fails.
pub fn encrypt_assertion(
    assertion_xml: &str,
    recipient: &Certificate,
    options: Options,
) -> Result<String, EncryptionError> {
    if !parse(assertion_xml)?
        .root_element()
        .has_tag_name((ns::SAML, "Assertion"))
    {
        return Err(EncryptionError::NotAnAssertion);
    }
    let sealed = seal(assertion_xml.as_bytes(), recipient, options, &Material::default())?;
    sealed.to_xml(recipient, options)
}

/// The message with each Assertion directly in its document element encrypted; every other byte stays. The
/// document element is signed afterwards, if it is.
///
/// # Errors
/// As [`encrypt_assertion`].
pub fn encrypt_assertions_of(
    message: &str,
    recipient: &Certificate,
    options: Options,
) -> Result<String, EncryptionError> {
    let tree = parse(message)?;
    let mut edits = Vec::new();
    for assertion in children(tree.root_element(), ns::SAML, "Assertion") {
        let range = assertion.range();
        let encrypted = match encrypt_assertion(&message[range.clone()], recipient, options) {
            // The message could be read, so its part lacks what is declared around it.
            Err(EncryptionError::Xml(_)) => return Err(EncryptionError::NotAnAssertion),
            other => other?,
        };
        edits.push((range, encrypted));
    }
    Ok(splice_all(message, edits))
}

/// What goes into an encryption; what is none is made at random, or as it should be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Material {
    /// The key of the data.
    pub key: Option<Vec<u8>>,
    /// What the EncryptedKey carries in place of that key: of any length that fits into the RSA key.
    pub carried_key: Option<Vec<u8>>,
    /// The initialization vector.
    pub iv: Option<Vec<u8>>,
    /// What is appended before CBC, the count of the padding included; right or wrong, but whole blocks must come
    /// out.
    pub padding: Option<Vec<u8>>,
    /// What stands in place of the GCM tag.
    pub tag: Option<Vec<u8>>,
}

/// The octets of an encryption before they are written, open to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// The initialization vector, the encrypted data, for GCM the tag (XMLENC 1.1 sections 5.2.2, 5.2.4).
    pub data: Vec<u8>,
    /// The encrypted key of it.
    pub key: Vec<u8>,
}

/// Encrypts any octets for the owner of a certificate.
///
/// # Errors
/// A length is wrong, the certificate's key is not RSA or too short, OpenSSL fails.
pub fn seal(
    plain: &[u8],
    recipient: &Certificate,
    options: Options,
    material: &Material,
) -> Result<Sealed, EncryptionError> {
    let public = recipient.public_key();
    if public.id() != Id::RSA {
        return Err(EncryptionError::NotRsa);
    }
    let algorithm = options.data;
    let key = given(&material.key, algorithm.key_length())?;
    let iv = given(&material.iv, algorithm.iv_length())?;
    let length = |what, has, right: usize| match has == right {
        true => Ok(()),
        false => Err(EncryptionError::Length {
            what,
            has,
            algorithm: algorithm.uri(),
            wants: match right {
                8 => "8",
                12 => "12",
                16 => "16",
                24 => "24",
                _ => "32",
            },
        }),
    };
    length("key", key.len(), algorithm.key_length())?;
    length("initialization vector", iv.len(), algorithm.iv_length())?;
    let mut data = iv.clone();
    if algorithm.is_authenticated() {
        let mut tag = [0; TAG];
        data.extend(encrypt_aead(
            algorithm.cipher(),
            &key,
            Some(&iv),
            &[],
            plain,
            &mut tag,
        )?);
        data.extend(material.tag.as_deref().unwrap_or(&tag));
    } else {
        data.extend(cbc(plain, &key, &iv, algorithm, material.padding.as_deref())?);
    }
    let carried = material.carried_key.as_ref().unwrap_or(&key);
    Ok(Sealed {
        data,
        key: options.transport.wrap(carried, &public)?,
    })
}

fn cbc(
    plain: &[u8],
    key: &[u8],
    iv: &[u8],
    algorithm: DataAlgorithm,
    padding: Option<&[u8]>,
) -> Result<Vec<u8>, EncryptionError> {
    let mut padded = plain.to_vec();
    match padding {
        Some(padding) => padded.extend(padding),
        None => {
            // Arbitrary octets, and their count in the last (XMLENC 1.1 section 5.2.1).
            let count = algorithm.block() - plain.len() % algorithm.block();
            padded.extend(random(count - 1)?);
            padded.extend(u8::try_from(count));
        }
    }
    if !padded.len().is_multiple_of(algorithm.block()) {
        return Err(EncryptionError::Length {
            what: "data with its padding",
            has: padded.len(),
            algorithm: algorithm.uri(),
            wants: match algorithm.block() {
                8 => "a multiple of 8",
                _ => "a multiple of 16",
            },
        });
    }
    let mut crypter = Crypter::new(algorithm.cipher(), Mode::Encrypt, key, Some(iv))?;
    crypter.pad(false);
    let mut out = vec![0; padded.len() + BLOCK];
    let mut length = crypter.update(&padded, &mut out)?;
    length += crypter.finalize(&mut out[length..])?;
    out.truncate(length);
    Ok(out)
}

fn given(octets: &Option<Vec<u8>>, length: usize) -> Result<Vec<u8>, EncryptionError> {
    match octets {
        Some(octets) => Ok(octets.clone()),
        None => random(length),
    }
}

fn random(length: usize) -> Result<Vec<u8>, EncryptionError> {
    let mut octets = vec![0; length];
    getrandom::fill(&mut octets)?;
    Ok(octets)
}

impl Sealed {
    /// The EncryptedAssertion.
    ///
    /// # Errors
    /// The recipient's certificate has no readable issuer.
    pub fn to_xml(&self, recipient: &Certificate, options: Options) -> Result<String, EncryptionError> {
        self.to_xml_as("EncryptedAssertion", recipient, options)
    }

    /// The same under another name of `saml:EncryptedElementType`: `EncryptedID`, `EncryptedAttribute`.
    ///
    /// # Errors
    /// As [`Sealed::to_xml`].
    pub fn to_xml_as(
        &self,
        name: &str,
        recipient: &Certificate,
        options: Options,
    ) -> Result<String, EncryptionError> {
        let mut out = String::with_capacity(self.data.len() * 4 / 3 + 2_048);
        // Writing into a String cannot fail.
        let _ = write!(
            out,
            "<{name} xmlns=\"{saml}\"><xenc:EncryptedData Type=\"{element}\" xmlns:xenc=\"{xenc}\">\
             <xenc:EncryptionMethod Algorithm=\"{algorithm}\"/><KeyInfo xmlns=\"{ds}\">\
             <e:EncryptedKey xmlns:e=\"{xenc}\">{method}{hint}<e:CipherData><e:CipherValue>{key}</e:CipherValue>\
             </e:CipherData></e:EncryptedKey></KeyInfo><xenc:CipherData><xenc:CipherValue>{data}</xenc:CipherValue>\
             </xenc:CipherData></xenc:EncryptedData></{name}>",
            saml = ns::SAML,
            element = enc::ELEMENT,
            xenc = ns::XENC,
            ds = ns::DS,
            algorithm = options.data.uri(),
            method = method(options.transport),
            hint = hint(recipient, options.hint)?,
            key = BASE64_STANDARD.encode(&self.key),
            data = BASE64_STANDARD.encode(&self.data),
        );
        Ok(out)
    }
}

fn method(transport: KeyTransport) -> String {
    let uri = transport.uri();
    match transport {
        KeyTransport::OaepSha1 => format!(
            "<e:EncryptionMethod Algorithm=\"{uri}\"><DigestMethod Algorithm=\"{}\"/></e:EncryptionMethod>",
            alg::SHA1
        ),
        KeyTransport::OaepSha256Mgf1Sha1 => format!(
            "<e:EncryptionMethod Algorithm=\"{uri}\"><DigestMethod Algorithm=\"{}\"/></e:EncryptionMethod>",
            alg::SHA256
        ),
        KeyTransport::OaepSha256 => format!(
            "<e:EncryptionMethod Algorithm=\"{uri}\"><DigestMethod Algorithm=\"{}\"/>\
             <MGF xmlns=\"{}\" Algorithm=\"{}\"/></e:EncryptionMethod>",
            alg::SHA256,
            ns::XENC11,
            enc::MGF1_SHA256
        ),
        KeyTransport::Rsa15 => format!("<e:EncryptionMethod Algorithm=\"{uri}\"/>"),
    }
}

fn hint(recipient: &Certificate, hint: Hint) -> Result<String, KeyError> {
    Ok(match hint {
        Hint::IssuerSerial => format!(
            "<KeyInfo><o:SecurityTokenReference xmlns:o=\"{}\"><X509Data><X509IssuerSerial>\
             <X509IssuerName>{}</X509IssuerName><X509SerialNumber>{}</X509SerialNumber>\
             </X509IssuerSerial></X509Data></o:SecurityTokenReference></KeyInfo>",
            ns::WSSE,
            escape_text(&recipient.issuer_name()?),
            recipient.serial_decimal()?
        ),
        Hint::Certificate => format!(
            "<KeyInfo><X509Data><X509Certificate>{}</X509Certificate></X509Data></KeyInfo>",
            recipient.base64()
        ),
        Hint::None => String::new(),
    })
}
