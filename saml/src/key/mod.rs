//! Keys and certificates. OpenSSL holds the keys; rcgen writes the certificates, without a back end of its own.

mod certificate;
mod der;
mod error;
mod generate;
mod name;
mod pkcs12;

pub use certificate::Certificate;
pub use error::KeyError;

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use jiff::Timestamp;
use openssl::pkey::{PKey, Private};

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

    /// A new RSA-2048 key with a certificate in the shape of Azure's, as [`SigningKey::generate_azure`], valid
    /// between these instants (whole seconds).
    ///
    /// # Errors
    /// It would end before it begins; OpenSSL or the system's random source fails.
    pub fn generate_with(
        common_name: &str,
        not_before: Timestamp,
        not_after: Timestamp,
    ) -> Result<Self, KeyError> {
        if not_after <= not_before {
            return Err(KeyError::Time);
        }
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

    /// A key and its certificate.
    ///
    /// # Errors
    /// They do not belong together.
    pub fn from_parts(private: PKey<Private>, certificate: Certificate) -> Result<Self, KeyError> {
        if !private.public_eq(&certificate.public_key()) {
            return Err(KeyError::Mismatch);
        }
        Ok(Self::new(private, certificate))
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
    fn a_certificate_ends_when_it_is_asked_to_and_not_before_it_begins() {
        let from = Timestamp::from_second(1_767_600_000).unwrap();
        let until = Timestamp::from_second(1_799_000_001).unwrap();
        let key = SigningKey::generate_with("CN of mine", from, until).unwrap();
        let certificate = key.certificate();
        assert_eq!((certificate.not_before(), certificate.not_after()), (from, until));
        assert_eq!(certificate.subject_cn().unwrap(), "CN of mine");
        let text = String::from_utf8(certificate.x509.to_text().unwrap()).unwrap();
        assert!(!text.contains("X509v3 extensions") && text.contains("2048 bit"));
        assert!(matches!(
            SigningKey::generate_with("x", until, from),
            Err(KeyError::Time)
        ));
    }

    #[test]
    fn a_key_goes_with_its_own_certificate_only() {
        let (one, other) = (
            SigningKey::generate(Kind::P256).unwrap(),
            SigningKey::generate(Kind::P256).unwrap(),
        );
        let pair = |certificate: &SigningKey| {
            SigningKey::from_parts(one.private().clone(), certificate.certificate().clone())
        };
        assert_eq!(pair(&one).unwrap().certificate(), one.certificate());
        assert!(matches!(pair(&other), Err(KeyError::Mismatch)));
    }
}
