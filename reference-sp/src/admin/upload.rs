//! Metadata and certificates as administrators bring them, and a clear word about what is none.

use openssl::pkey::Id;
use saml::key::KeyError;
use saml::metadata::MetadataError;
use saml::{Certificate, IdpMetadata, SpMetadata};

use crate::admin::form::FIELD;
use crate::rollover::CERTIFICATES;

/// The longest entity ID, in characters (Core 8.3.6).
pub(crate) const ENTITY_ID: usize = 1024;

/// Why a file is of no use. Each is said beside its field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unusable {
    #[error("Choose the Federation Metadata XML that you downloaded, or paste its text.")]
    NoMetadata,
    #[error("This is larger than {} MB, which no metadata is. Choose the Federation Metadata XML.", FIELD >> 20)]
    TooLarge,
    #[error(
        "This is a web page, not metadata. Download the Federation Metadata XML once more while you are signed in there, and upload that file."
    )]
    WebPage,
    #[error(
        "This is a certificate, not metadata. Enter it below, with the URLs that belong to it, or download the Federation Metadata XML."
    )]
    CertificateAsMetadata,
    #[error(
        "This is the metadata of a service provider, {0}. Upload the Federation Metadata XML of the identity provider."
    )]
    ServiceProvider(String),
    #[error("This metadata has no certificate for signing. Download the Federation Metadata XML once more.")]
    NoSigningCertificate,
    #[error(
        "This metadata has more than {CERTIFICATES} certificates. Upload the metadata of one application."
    )]
    ManyCertificates,
    #[error("The entity ID in this metadata is longer than {ENTITY_ID} characters.")]
    LongEntityId,
    #[error("This cannot be used: {0}. Download the Federation Metadata XML once more.")]
    Metadata(String),

    #[error("Choose the certificate that you downloaded, or paste its text.")]
    NoCertificate,
    #[error("This is metadata, not a certificate. Upload it as Federation Metadata XML.")]
    MetadataAsCertificate,
    #[error(
        "This holds a private key, which nobody but the identity provider should have. Download the certificate (Base64) alone."
    )]
    PrivateKey,
    #[error("This holds {0} certificates. Upload one, and the next one afterwards.")]
    SeveralCertificates(usize),
    #[error(
        "This is no certificate. Download it as Certificate (Base64) or Certificate (Raw), and upload that file."
    )]
    Garbage,
    #[error("Signatures with this kind of key cannot be checked. Use a certificate with an RSA key.")]
    KeyKind,
}

/// The Federation Metadata XML of an identity provider.
pub(crate) fn metadata(bytes: &[u8]) -> Result<IdpMetadata, Unusable> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Unusable::NoMetadata);
    }
    if certificate(bytes).is_ok() {
        return Err(Unusable::CertificateAsMetadata);
    }
    let metadata = IdpMetadata::parse(bytes).map_err(|error| match error {
        MetadataError::Html => Unusable::WebPage,
        error => match SpMetadata::parse(bytes) {
            Ok(sp) => Unusable::ServiceProvider(sp.entity_id.chars().take(ENTITY_ID).collect()),
            Err(_) => Unusable::Metadata(error.to_string().chars().take(300).collect()),
        },
    })?;
    if metadata.entity_id.chars().count() > ENTITY_ID {
        return Err(Unusable::LongEntityId);
    }
    if metadata.signing.is_empty() {
        return Err(Unusable::NoSigningCertificate);
    }
    if metadata.signing.len() > CERTIFICATES {
        return Err(Unusable::ManyCertificates);
    }
    metadata.signing.iter().try_for_each(is_usable)?;
    Ok(metadata)
}

/// One certificate: PEM, which Azure calls Base64, its Base64 alone, or DER, which Azure calls raw.
pub(crate) fn certificate(bytes: &[u8]) -> Result<Certificate, Unusable> {
    // DER is no text: its last octet may look like white space.
    let text = std::str::from_utf8(bytes).map(|text| text.trim_start_matches('\u{feff}').trim_ascii());
    let certificate = match text {
        Err(_) => Certificate::read(bytes),
        Ok("") => return Err(Unusable::NoCertificate),
        Ok(text) if text.contains("PRIVATE KEY-----") => return Err(Unusable::PrivateKey),
        Ok(text) if text.starts_with('<') => {
            return Err(if IdpMetadata::parse(bytes).is_ok() {
                Unusable::MetadataAsCertificate
            } else {
                Unusable::Garbage
            });
        }
        Ok(text) => match text.matches("-----BEGIN CERTIFICATE-----").count() {
            0 | 1 => Certificate::read(text.as_bytes()),
            several => return Err(Unusable::SeveralCertificates(several)),
        },
    };
    let certificate = certificate.map_err(|_: KeyError| Unusable::Garbage)?;
    is_usable(&certificate)?;
    Ok(certificate)
}

fn is_usable(certificate: &Certificate) -> Result<(), Unusable> {
    match certificate.public_key().id() {
        Id::RSA | Id::EC => Ok(()),
        _ => Err(Unusable::KeyKind),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use saml::SigningKey;
    use saml::key::Kind;

    use super::*;

    fn key() -> SigningKey {
        SigningKey::generate(Kind::P256).unwrap()
    }

    fn idp() -> IdpMetadata {
        IdpMetadata {
            entity_id: "https://idp.example/".to_owned(),
            signing: vec![key().certificate().clone()],
            ..IdpMetadata::default()
        }
    }

    #[test]
    fn a_certificate_is_read_in_each_form_that_a_portal_offers() {
        let key = key();
        let genuine = key.certificate();
        let windows = format!("\u{feff}{}", genuine.pem().replace('\n', "\r\n"));
        for bytes in [
            genuine.pem().as_bytes(),
            genuine.base64().as_bytes(),
            windows.as_bytes(),
            genuine.der(),
        ] {
            assert_eq!(certificate(bytes).as_ref(), Ok(genuine));
            assert_eq!(metadata(bytes), Err(Unusable::CertificateAsMetadata));
        }
    }

    #[test]
    fn a_raw_certificate_is_read_to_its_last_octet() {
        let ends_like_text = |key: &SigningKey| {
            key.certificate()
                .der()
                .last()
                .is_some_and(u8::is_ascii_whitespace)
        };
        let key = std::iter::repeat_with(key).find(ends_like_text).unwrap();
        assert_eq!(
            certificate(key.certificate().der()).as_ref(),
            Ok(key.certificate())
        );
    }

    #[test]
    fn what_is_no_certificate_is_told_what_it_is() {
        let key = key();
        let two = key.certificate().pem().repeat(2);
        let (private, pem) = key.to_pem().unwrap();
        for (bytes, reason) in [
            ("", Unusable::NoCertificate),
            (" \r\n", Unusable::NoCertificate),
            (&two, Unusable::SeveralCertificates(2)),
            (&format!("{private}{pem}"), Unusable::PrivateKey),
            (&idp().to_xml(), Unusable::MetadataAsCertificate),
            ("<html><body>sign in</body></html>", Unusable::Garbage),
            ("AAAA", Unusable::Garbage),
            (
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
                Unusable::Garbage,
            ),
        ] {
            assert_eq!(certificate(bytes.as_bytes()), Err(reason), "{bytes:?}");
        }
    }

    #[test]
    fn what_is_no_metadata_of_an_idp_is_told_what_it_is() {
        let sp = SpMetadata {
            entity_id: "https://sp.example/".to_owned(),
            ..SpMetadata::default()
        };
        let keyless = IdpMetadata {
            signing: Vec::new(),
            ..idp()
        };
        let many = IdpMetadata {
            signing: vec![key().certificate().clone(); CERTIFICATES + 1],
            ..idp()
        };
        for (text, reason) in [
            ("  ", Unusable::NoMetadata),
            ("<!doctype html><p>Sign in to continue", Unusable::WebPage),
            (
                &*sp.to_xml(),
                Unusable::ServiceProvider("https://sp.example/".to_owned()),
            ),
            (&keyless.to_xml(), Unusable::NoSigningCertificate),
            (&many.to_xml(), Unusable::ManyCertificates),
        ] {
            assert_eq!(metadata(text.as_bytes()), Err(reason), "{text}");
        }
        for garbage in [
            &b"{}"[..],
            b"<a/>",
            b"\xFF\xFE<\0a\0",
            b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        ] {
            let error = metadata(garbage).unwrap_err();
            assert!(matches!(error, Unusable::Metadata(_)), "{error:?}");
        }
    }

    proptest! {
        #[test]
        fn garbage_is_an_error_and_never_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), text in "\\PC{0,300}") {
            prop_assert!(metadata(&bytes).is_err() && metadata(text.as_bytes()).is_err());
            prop_assert!(certificate(&bytes).is_err() && certificate(text.as_bytes()).is_err());
        }
    }
}
