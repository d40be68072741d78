//! What is wrong with a key or a certificate.

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
    /// A key with somebody else's certificate.
    #[error("the certificate belongs to another key")]
    Mismatch,
    /// More than is read.
    #[error("it is larger than the {0} bytes that are read")]
    TooLarge(usize),
    /// The bytes are no PKCS 12 file.
    #[error("this is not a PKCS 12 file (.pfx, .p12)")]
    NotPkcs12,
    /// The password of a PKCS 12 file is another.
    #[error("the password does not open the PKCS 12 file")]
    Password,
    /// What a PKCS 12 file holds cannot sign for an IdP.
    #[error("the PKCS 12 file {0}; export an RSA key together with its certificate")]
    Holds(&'static str),
}
