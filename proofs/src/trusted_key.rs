//! Whose signatures count, and for whom.

use openssl::pkey::{PKey, Public};
use openssl::x509::X509;

/// A public key and the one entity that it may speak for.
#[derive(Clone, Debug)]
pub struct TrustedKey {
    /// The entityID whose Assertions this key may sign, compared byte for byte with `saml:Issuer`.
    pub issuer: String,
    /// The key, RSA or EC.
    pub key: PKey<Public>,
}

impl TrustedKey {
    /// The key of an X.509 certificate in DER. Nothing else of the certificate is read: SAML trusts keys by metadata, so
    /// validity dates and chains say nothing (SAML V2.0 Metadata Interoperability Profile, section 2.6.1).
    ///
    /// # Errors
    ///
    /// When the bytes are no certificate, or hold a key that is neither RSA nor EC.
    pub fn from_certificate_der(issuer: impl Into<String>, der: &[u8]) -> Result<Self, ProofError> {
        let key = X509::from_der(der)
            .and_then(|certificate| certificate.public_key())
            .map_err(ProofError::Certificate)?;
        if key.rsa().is_err() && key.ec_key().is_err() {
            return Err(ProofError::KeyType);
        }
        Ok(Self {
            issuer: issuer.into(),
            key,
        })
    }
}

/// Why a trusted key cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProofError {
    /// The bytes are not an X.509 certificate in DER.
    #[error(
        "the certificate cannot be read; give one X.509 certificate in DER (base64 and PEM armour removed)"
    )]
    Certificate(#[source] openssl::error::ErrorStack),
    /// The certificate's key is of a type that XML signatures of SAML do not use here.
    #[error("the certificate's key is neither RSA nor EC; give one of these")]
    KeyType,
}
