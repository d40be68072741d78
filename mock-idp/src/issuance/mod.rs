//! From a directory and a request to the message that Azure would send, or to the error that it would show.
//! Pure: no I/O; the clock is handed in.
//!
//! A sign-in goes through two phases: [`check_request`] (or [`check_launch`]) before anybody is asked for a password,
//! [`check_user`] afterwards; then [`respond`]. [`answer_to`] says which errors the service provider hears of.

mod claims;
mod decode;
mod federation_metadata;
mod logout;
mod method;
mod name_id;
mod policy;
mod properties;
mod refusal;
mod request;
mod response;
mod sign_in;
mod user;
mod verification;

pub use claims::{attributes, check_claims, is_restricted};
pub use federation_metadata::{common_federation_metadata, federation_metadata};
pub use logout::{
    Participant, check_logout, logout_request, logout_request_url, logout_response, logout_response_url,
};
pub use name_id::{FORMATS as NAME_ID_FORMATS, name_id_for, pairwise};
pub use policy::{check_policy, signing_of};
pub use refusal::{answer_to, no_passive};
pub use request::{By, Received, TEST_REQUEST_ID, check_launch, check_request, reply_url};
pub use response::{Issued, draft, issue, respond};
pub use sign_in::SignIn;
pub use user::{GLOBAL_ADMINISTRATOR, check_user};

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
