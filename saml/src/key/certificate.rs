//! An X.509 certificate, as SAML carries it and as people download it.

use std::sync::Arc;

use base64::prelude::*;
use jiff::Timestamp;
use openssl::{
    asn1::Asn1TimeRef,
    nid::Nid,
    pkey::{PKey, Public},
    x509::X509,
};

use super::{KeyError, name};
use crate::document::decode_utf8;

/// So many octets are read as a certificate.
const MAX: usize = 256 << 10;

/// An X.509 certificate. Only its key matters to SAML; the rest is for people.
#[derive(Clone)]
pub struct Certificate {
    der: Arc<[u8]>,
    pub(super) x509: X509,
    public: PKey<Public>,
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Certificate({})", self.thumbprint_sha1())
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate {}

impl Certificate {
    /// Out of DER.
    ///
    /// # Errors
    /// The bytes are no certificate with a key that OpenSSL knows.
    pub fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        let x509 = X509::from_der(der).map_err(|_| KeyError::NotACertificate)?;
        let public = x509.public_key().map_err(|_| KeyError::NotACertificate)?;
        Ok(Self {
            der: der.into(),
            x509,
            public,
        })
    }

    /// Out of PEM.
    ///
    /// # Errors
    /// The text holds no certificate.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let x509 = X509::from_pem(pem.as_bytes()).map_err(|_| KeyError::NotACertificate)?;
        Self::from_der(&x509.to_der()?)
    }

    /// Out of the Base64 of metadata; white space is ignored.
    ///
    /// # Errors
    /// Neither Base64 nor a certificate.
    pub fn from_base64(text: &str) -> Result<Self, KeyError> {
        let text: String = text.split_whitespace().collect();
        Self::from_der(&BASE64_STANDARD.decode(text).map_err(|_| KeyError::NotBase64)?)
    }

    /// Out of what people have in a file: PEM (the first certificate in it), DER, or bare Base64.
    ///
    /// # Errors
    /// The bytes are none of these, or more than a certificate ever has.
    pub fn read(bytes: &[u8]) -> Result<Self, KeyError> {
        if bytes.len() > MAX {
            return Err(KeyError::TooLarge(MAX));
        }
        // DER begins with a SEQUENCE of two length octets; in text this would be a nought and a control character.
        if let [0x30, 0x80..=0xff, ..] = bytes {
            return Self::from_der(bytes);
        }
        let text = decode_utf8(bytes).map_err(|_| KeyError::NotACertificate)?;
        if text.contains("-----BEGIN ") {
            Self::from_pem(&text)
        } else {
            Self::from_base64(&text)
        }
    }

    /// Base64 of the DER, in one line.
    pub fn base64(&self) -> String {
        BASE64_STANDARD.encode(&self.der)
    }

    /// PEM, 64 columns, with a newline at its end.
    pub fn pem(&self) -> String {
        let base64 = self.base64();
        let lines: Vec<&str> = base64
            .as_bytes()
            .chunks(64)
            .filter_map(|line| std::str::from_utf8(line).ok())
            .collect();
        format!(
            "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
            lines.join("\n")
        )
    }

    /// DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The key in it.
    pub fn public_key(&self) -> PKey<Public> {
        self.public.clone()
    }

    /// SHA-1 of the DER in upper-case hexadecimal, as Azure's portal shows it.
    pub fn thumbprint_sha1(&self) -> String {
        openssl::sha::sha1(&self.der)
            .iter()
            .map(|b| format!("{b:02X}"))
            .collect()
    }

    /// When its validity begins.
    pub fn not_before(&self) -> Timestamp {
        instant(self.x509.not_before())
    }

    /// When its validity ends.
    pub fn not_after(&self) -> Timestamp {
        instant(self.x509.not_after())
    }

    /// The common name of its subject.
    pub fn subject_cn(&self) -> Option<String> {
        let entry = self.x509.subject_name().entries_by_nid(Nid::COMMONNAME).next()?;
        entry.data().to_string().ok()
    }

    /// The name of its issuer as XML Signature writes it: RFC 4514, the most specific part first.
    ///
    /// # Errors
    /// OpenSSL cannot read the name.
    pub fn issuer_name(&self) -> Result<String, KeyError> {
        name::rfc4514(self.x509.issuer_name())
    }

    /// Its serial number as XML Signature writes it: decimal.
    ///
    /// # Errors
    /// OpenSSL has no memory.
    pub fn serial_decimal(&self) -> Result<String, KeyError> {
        Ok(self.x509.serial_number().to_bn()?.to_dec_str()?.to_string())
    }

    /// Modulus and exponent of an RSA key.
    pub(crate) fn rsa_numbers(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        let rsa = self.public.rsa().ok()?;
        let bytes = |n: &openssl::bn::BigNumRef| n.to_vec();
        Some((bytes(rsa.n()), bytes(rsa.e())))
    }
}

fn instant(at: &Asn1TimeRef) -> Timestamp {
    let epoch = openssl::asn1::Asn1Time::from_unix(0);
    let difference = epoch.and_then(|epoch| epoch.diff(at));
    let seconds = difference.map_or(0, |d| i64::from(d.days) * 86_400 + i64::from(d.secs));
    Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::{Kind, SigningKey};
    use proptest::prelude::*;

    #[test]
    fn base64_of_metadata_may_be_broken_into_lines_and_garbage_is_refused() {
        let key = SigningKey::generate(Kind::P256).unwrap();
        let text = key.certificate().base64();
        let broken = format!("\n  {}\r\n\t{}", &text[..40], &text[40..]);
        assert_eq!(&Certificate::from_base64(&broken).unwrap(), key.certificate());
        assert!(matches!(Certificate::from_base64("*"), Err(KeyError::NotBase64)));
        assert!(matches!(
            Certificate::from_base64("AAAA"),
            Err(KeyError::NotACertificate)
        ));
    }

    #[test]
    fn a_certificate_is_read_from_whatever_file_holds_it() {
        let key = SigningKey::generate(Kind::P256).unwrap();
        let certificate = key.certificate();
        let pem = format!(
            "\u{feff}subject=CN = x\r\n{}",
            certificate.pem().replace('\n', "\r\n")
        );
        let lines = format!("{}\n", certificate.base64());
        for file in [certificate.der(), pem.as_bytes(), lines.as_bytes()] {
            assert_eq!(&Certificate::read(file).unwrap(), certificate);
        }
        let (private, _) = key.to_pem().unwrap();
        for file in [private.as_bytes(), b"", b"\x30\x82\x01", b"\xff\xfe"] {
            assert!(Certificate::read(file).is_err());
        }
        assert!(matches!(
            Certificate::read(&vec![b'A'; MAX + 1]),
            Err(KeyError::TooLarge(_))
        ));
    }

    #[test]
    fn issuer_and_serial_are_those_that_openssl_prints() {
        let key = SigningKey::generate_azure("Contoso, \"SSO\"", Timestamp::now(), 3).unwrap();
        let certificate = key.certificate();
        assert_eq!(certificate.issuer_name().unwrap(), r#"CN=Contoso\, \"SSO\""#);
        let hex = certificate
            .x509
            .serial_number()
            .to_bn()
            .unwrap()
            .to_hex_str()
            .unwrap()
            .to_string();
        let decimal = openssl::bn::BigNum::from_dec_str(&certificate.serial_decimal().unwrap()).unwrap();
        assert_eq!(decimal.to_hex_str().unwrap().to_string(), hex);
    }

    proptest! {
        #[test]
        fn no_file_makes_reading_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in "[A-Za-z0-9+/=\n-]{0,80}") {
            let _ = Certificate::read(&bytes);
            let _ = Certificate::read(text.as_bytes());
        }
    }
}
