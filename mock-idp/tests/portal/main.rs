//! The portal, as an administrator meets it: over HTTP, by its links, labels and buttons, without scripts.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod access;
mod certificates;
mod claims;
mod conflict;
mod groups;
mod guided;
mod kit;
mod page;
mod pages;
mod people;
mod single_sign_on;
mod transfer;
mod transformations;
mod tutorial;

use mock_idp::Shared;
use mock_idp::server::{MockIdp, Options};

use kit::{Admin, DIRECTORY};

/// A portal of its own, and a browser.
async fn portal() -> (MockIdp, Admin) {
    served(DIRECTORY.clone().into()).await
}

async fn served(directory: Shared) -> (MockIdp, Admin) {
    let idp = MockIdp::start(Options::new(directory)).await.unwrap();
    let admin = Admin::new(idp.origin());
    (idp, admin)
}
