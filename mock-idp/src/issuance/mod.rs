//! From a directory and a request to the message that Azure would send, or to the error that it would show.
//! Pure: no I/O; the clock is handed in.

mod claims;
mod federation_metadata;
mod name_id;
mod request;
mod response;

pub use claims::attributes;
pub use federation_metadata::federation_metadata;
pub use name_id::{FORMATS as NAME_ID_FORMATS, name_id_for};
pub use request::{check_request, reply_url};
pub use response::{SignIn, draft, issue, no_passive};

/// Why a message could not be signed.
#[derive(Debug, thiserror::Error)]
#[error("cannot sign the {what}: {source}")]
pub struct IssueError {
    pub(crate) what: &'static str,
    #[source]
    pub(crate) source: saml::signature::SignatureError,
}
