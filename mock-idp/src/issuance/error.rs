//! What keeps a message from being made.

/// Why a message could not be made.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// It cannot be signed.
    #[error("cannot sign the {what}: {source}")]
    Signature {
        /// The element.
        what: &'static str,
        /// Why.
        source: saml::signature::SignatureError,
    },
    /// There is nobody whose key could sign.
    #[error("the directory has no tenant; add one")]
    NoTenant,
    /// It cannot be encrypted.
    #[error("cannot encrypt the assertion: {0}")]
    Encryption(#[from] saml::encryption::EncryptionError),
}
