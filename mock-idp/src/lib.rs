//! An identity provider that answers as Azure AD (Microsoft Entra ID) does, for tests.
//!
//! Three rooms, each usable without the next:
//!
//! - [`directory`]: what an administrator configures: tenants, users, applications, keys.
//! - [`issuance`]: pure functions from a directory and a request to a message, or to the [`Aadsts`] error
//!   that Azure would show.
//! - `server` (feature of that name): the same over HTTP, with a sign-in page. Its trait `Answer` lets a test
//!   harness decide what one sign-in is answered.
//!
//! Nothing here proves who anybody is. It signs whatever it is asked to sign; trust its keys in tests only.

pub mod aadsts;
mod azure;
pub mod directory;
pub mod gallery;
mod guid;
pub mod issuance;
#[cfg(feature = "server")]
pub mod server;

pub use aadsts::Aadsts;
pub use azure::{
    AudienceSpn, Azure, BindingAnswer, ContextOf, Encryption, Lifetimes, LogoutIssuer, PassiveAnswer,
};
pub use directory::{
    Application, ChangeError, Directory, Keys, ReplyUrl, Shared, Signing, SigningOption, StoreError, Tenant,
    User,
};
pub use issuance::{
    By, IssueError, Issued, Received, SignIn, answer_to, check_launch, check_request, check_user, draft,
    federation_metadata, issue, name_id_for, no_passive, reply_url, respond, signing_of,
};

/// The example in the README compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
