//! The SAML 2.0 wire: documents, messages, metadata, bindings, signatures and encryption. Bytes in, bytes out; no I/O.
//!
//! A document is text. [`roxmltree`] reads it, with byte ranges; an edit is a splice. To sign is to write the
//! Signature's template into the text, to let libxmlsec1 sign a copy, and to splice the two values back, so
//! that every other byte stays ours.

pub mod artifact;
pub mod assertion;
pub mod authn_request;
pub mod binding;
pub mod canonical;
pub mod document;
pub mod encryption;
pub mod instant;
mod issuer;
pub mod key;
pub mod logout;
pub mod metadata;
pub mod names;
mod native;
pub mod response;
pub mod signature;
pub mod soap;
mod write;

pub use artifact::{Artifact, ArtifactResolve, ArtifactResponse};
pub use assertion::Assertion;
pub use authn_request::AuthnRequest;
pub use encryption::{decrypt, encrypt_assertion};
pub use key::{Certificate, SigningKey};
pub use logout::{LogoutRequest, LogoutResponse};
pub use metadata::{IdpMetadata, SpMetadata};
pub use response::Response;
