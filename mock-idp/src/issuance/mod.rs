//! From a directory and a request to the message that Azure would send, or to the error that it would show.
//! Pure: no I/O; the clock is handed in.
//!
//! A sign-in goes through two phases: [`check_request`] (or [`check_launch`]) before anybody is asked for a password,
//! [`check_user`] afterwards; then [`respond`]. [`answer_to`] says which errors the service provider hears of.

mod assigned;
mod claims;
mod decode;
mod error;
mod federation_metadata;
mod logout;
mod method;
mod name_id;
mod policy;
mod properties;
mod received;
mod refusal;
mod request;
mod response;
mod sign_in;
mod user;
mod verification;

pub use claims::{attributes, check_claims, is_restricted};
pub use error::IssueError;
pub use federation_metadata::{common_federation_metadata, federation_metadata};
pub use logout::{
    Participant, check_logout, logout_request, logout_request_url, logout_response, logout_response_url,
};
pub use name_id::{FORMATS as NAME_ID_FORMATS, name_id_for, pairwise};
pub use policy::{check_policy, signing_of};
pub use received::{By, Received};
pub use refusal::{answer_to, no_passive};
pub use request::{check_launch, check_request, refusals, reply_url};
pub use response::{Issued, draft, issue, respond};
pub use sign_in::{SignIn, TEST_REQUEST_ID};
pub use user::{GLOBAL_ADMINISTRATOR, check_user};
