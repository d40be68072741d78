//! Keys and certificates. OpenSSL holds the keys; rcgen writes the certificates, without a back end of its own.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use jiff::Timestamp;
use openssl::{
    asn1::Asn1TimeRef,
    ec::{EcGroup, EcKey},
    hash::MessageDigest,
    nid::Nid,
    pkey::{PKey, Private, Public},
    rsa::Rsa,
    sign::Signer,
    x509::X509,
};
use rcgen::{CertificateParams, DistinguishedName, DnType, PublicKeyData, SerialNumber};
use thiserror::Error;

/// Why a key or a certificate cannot be made or read.
#[derive(Debug, Error)]
pub enum KeyError {
    /// OpenSSL says no.
    #[error("openssl cannot do it: {0}")]
    OpenSsl(#[from] openssl::error::ErrorStack),
    /// rcgen says no.
    #[error("the certificate cannot be written: {0}")]
    Certificate(#[from] rcgen::Error),
    /// The text is no Base64.
    #[error("a certificate is Base64 of DER, and this is not Base64")]
    NotBase64,
    /// The bytes are no certificate.
    #[error("this is not an X.509 certificate")]
    NotACertificate,
    /// The system gives no random bytes.
    #[error("the system gives no random bytes: {0}")]
    Random(String),
    /// A time out of range.
    #[error("a certificate cannot be valid at that time")]
    Time,
}

/// What kind of key to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// RSA with 2048 bits, as Azure's.
    Rsa2048,
    /// RSA with 4096 bits.
    Rsa4096,
    /// An elliptic curve key on P-256.
    P256,
}

/// A private key with its certificate. Cheap to clone; may be used from any thread.
#[derive(Clone)]
pub struct SigningKey(Arc<Pair>);

struct Pair {
    id: u64,
    private: PKey<Private>,
    certificate: Certificate,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.certificate().thumbprint_sha1())
    }
}

impl SigningKey {
    /// A new key with a certificate that names nobody in particular, valid from an hour ago for a year.
    ///
    /// # Errors
    /// OpenSSL or the system's random source fails.
    pub fn generate(kind: Kind) -> Result<Self, KeyError> {
        let now = Timestamp::now().as_second();
        Self::make(kind, "samlitmus test key", now - 3_600, now + 365 * 86_400, None)
    }

    /// A new RSA-2048 key with a certificate in the shape of Azure's: self-signed, version 3 without any
    /// extension, a random serial of 16 bytes, SHA-256, valid so many years and four seconds.
    /// Source: certificates as seen in federation metadata.
    ///
    /// # Errors
    /// OpenSSL or the system's random source fails.
    pub fn generate_azure(common_name: &str, not_before: Timestamp, years: u32) -> Result<Self, KeyError> {
        let from = not_before.as_second();
        let zoned = not_before.to_zoned(jiff::tz::TimeZone::UTC);
        let span = jiff::Span::new()
            .try_years(i64::from(years))
            .map_err(|_| KeyError::Time)?;
        let until = zoned
            .checked_add(span)
            .map_err(|_| KeyError::Time)?
            .timestamp()
            .as_second()
            + 4;
        Self::make(Kind::Rsa2048, common_name, from, until, None)
    }

    /// A key whose certificate has Azure's shape, from one instant to another.
    ///
    /// # Errors
    ///
    /// OpenSSL makes no key, or the instants are out of range.
    pub fn generate_with(
        common_name: &str,
        not_before: Timestamp,
        not_after: Timestamp,
    ) -> Result<Self, KeyError> {
        let (from, until) = (not_before.as_second(), not_after.as_second());
        Self::make(Kind::Rsa2048, common_name, from, until, None)
    }

    /// A new key under a certificate that looks like another: same subject, issuer, serial and validity.
    ///
    /// # Errors
    /// OpenSSL or the system's random source fails.
    pub fn generate_like(other: &Certificate) -> Result<Self, KeyError> {
        let serial = other.x509.serial_number().to_bn()?.to_vec();
        let cn = other.subject_cn().unwrap_or_default();
        Self::make(
            Kind::Rsa2048,
            &cn,
            other.not_before().as_second(),
            other.not_after().as_second(),
            Some(serial),
        )
    }

    /// A key and its certificate out of their PEM texts.
    ///
    /// # Errors
    /// Either text is not what it should be.
    pub fn from_pem(key: &str, certificate: &str) -> Result<Self, KeyError> {
        Ok(Self::new(
            PKey::private_key_from_pem(key.as_bytes())?,
            Certificate::from_pem(certificate)?,
        ))
    }

    /// The PEM texts of the key (PKCS 8) and of its certificate.
    ///
    /// # Errors
    /// OpenSSL fails.
    pub fn to_pem(&self) -> Result<(String, String), KeyError> {
        let key = self.private().private_key_to_pem_pkcs8()?;
        Ok((
            String::from_utf8_lossy(&key).into_owned(),
            self.certificate().pem(),
        ))
    }

    /// Its certificate.
    pub fn certificate(&self) -> &Certificate {
        &self.0.certificate
    }

    /// The private key.
    pub fn private(&self) -> &PKey<Private> {
        &self.0.private
    }

    /// A number that no other key of this process has.
    pub fn id(&self) -> u64 {
        self.0.id
    }

    fn new(private: PKey<Private>, certificate: Certificate) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        Self(Arc::new(Pair {
            id,
            private,
            certificate,
        }))
    }

    fn make(kind: Kind, cn: &str, from: i64, until: i64, serial: Option<Vec<u8>>) -> Result<Self, KeyError> {
        let private = match kind {
            Kind::Rsa2048 => PKey::from_rsa(Rsa::generate(2048)?)?,
            Kind::Rsa4096 => PKey::from_rsa(Rsa::generate(4096)?)?,
            Kind::P256 => {
                let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
                PKey::from_ec_key(EcKey::generate(&group)?)?
            }
        };
        let serial = match serial {
            Some(serial) => serial,
            None => {
                let mut bytes = [0u8; 16];
                getrandom::fill(&mut bytes).map_err(|e| KeyError::Random(e.to_string()))?;
                // Positive, and never shorter than 16 bytes in DER.
                bytes[0] = bytes[0] & 0x7f | 0x40;
                bytes.to_vec()
            }
        };
        let time = |at: i64| time::OffsetDateTime::from_unix_timestamp(at).map_err(|_| KeyError::Time);
        let signer = Signing::new(&private, kind)?;
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, cn);
        params.serial_number = Some(SerialNumber::from(serial));
        params.not_before = time(from)?;
        params.not_after = time(until)?;
        params.is_ca = rcgen::IsCa::NoCa;
        params.use_authority_key_identifier_extension = false;
        params.key_identifier_method =
            rcgen::KeyIdMethod::PreSpecified(openssl::sha::sha1(&signer.public).to_vec());
        let der = params.self_signed(&signer)?.der().to_vec();
        Ok(Self::new(private, Certificate::from_der(&der)?))
    }
}

/// An OpenSSL key that signs for rcgen.
struct Signing<'a> {
    private: &'a PKey<Private>,
    public: Vec<u8>,
    algorithm: &'static rcgen::SignatureAlgorithm,
}

impl<'a> Signing<'a> {
    fn new(private: &'a PKey<Private>, kind: Kind) -> Result<Self, KeyError> {
        let (public, algorithm) = match kind {
            Kind::Rsa2048 | Kind::Rsa4096 => {
                (private.rsa()?.public_key_to_der_pkcs1()?, &rcgen::PKCS_RSA_SHA256)
            }
            Kind::P256 => {
                let key = private.ec_key()?;
                let mut context = openssl::bn::BigNumContext::new()?;
                let form = openssl::ec::PointConversionForm::UNCOMPRESSED;
                (
                    key.public_key().to_bytes(key.group(), form, &mut context)?,
                    &rcgen::PKCS_ECDSA_P256_SHA256,
                )
            }
        };
        Ok(Self {
            private,
            public,
            algorithm,
        })
    }
}

impl PublicKeyData for Signing<'_> {
    fn der_bytes(&self) -> &[u8] {
        &self.public
    }
    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        self.algorithm
    }
}

impl rcgen::SigningKey for Signing<'_> {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Signer::new(MessageDigest::sha256(), self.private)
            .and_then(|mut signer| signer.sign_oneshot_to_vec(message))
            .map_err(|_| rcgen::Error::RemoteKeyError)
    }
}

/// An X.509 certificate. Only its key matters to SAML; the rest is for people.
#[derive(Clone)]
pub struct Certificate {
    der: Arc<[u8]>,
    x509: X509,
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
        use base64::prelude::*;
        let text: String = text.split_whitespace().collect();
        Self::from_der(&BASE64_STANDARD.decode(text).map_err(|_| KeyError::NotBase64)?)
    }

    /// Base64 of the DER, in one line.
    pub fn base64(&self) -> String {
        use base64::prelude::*;
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

    #[test]
    fn azures_certificate_has_no_extension_and_lives_three_years_and_four_seconds() {
        let from = Timestamp::from_second(1_767_600_000).unwrap();
        let key = SigningKey::generate_azure("Microsoft Azure Federated SSO Certificate", from, 3).unwrap();
        let text = key.certificate().x509.to_text().unwrap();
        let text = String::from_utf8_lossy(&text);
        assert!(
            !text.contains("X509v3 extensions") && text.contains("Version: 3"),
            "{text}"
        );
        assert!(text.contains("sha256WithRSAEncryption"));
        assert_eq!(key.certificate().not_before(), from);
        let lifetime = key.certificate().not_after().as_second() - from.as_second();
        assert_eq!(lifetime, (3 * 365 + 1) * 86_400 + 4);
        assert_eq!(
            key.certificate().subject_cn().unwrap(),
            "Microsoft Azure Federated SSO Certificate"
        );
    }

    #[test]
    fn a_key_survives_pem_and_a_clone_shares_looks_but_no_key() {
        let key = SigningKey::generate(Kind::P256).unwrap();
        let (private, certificate) = key.to_pem().unwrap();
        let again = SigningKey::from_pem(&private, &certificate).unwrap();
        assert_eq!(again.certificate(), key.certificate());
        assert_ne!(again.id(), key.id());

        let genuine = SigningKey::generate_azure("X", Timestamp::now(), 3).unwrap();
        let clone = SigningKey::generate_like(genuine.certificate()).unwrap();
        assert_eq!(clone.certificate().not_after(), genuine.certificate().not_after());
        assert_eq!(
            clone.certificate().x509.serial_number().to_bn().unwrap(),
            genuine.certificate().x509.serial_number().to_bn().unwrap()
        );
        assert!(
            !clone
                .certificate()
                .public_key()
                .public_eq(&genuine.certificate().public_key())
        );
    }

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
}
