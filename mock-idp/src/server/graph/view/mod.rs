//! What of the directory Graph shows, and how.

pub(super) mod application;
pub(super) mod group;
pub(super) mod role;
pub(super) mod service_principal;
pub(super) mod user;
