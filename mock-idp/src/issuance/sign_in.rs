//! One sign-in: all that a response depends on.

use jiff::Timestamp;
use saml::AuthnRequest;

use crate::directory::{AuthMethod, Subject};
use crate::{Application, Azure, Tenant, User};

/// The ID of the request that the portal's Test button sends; the response to it answers no request.
pub const TEST_REQUEST_ID: &str = "F84D888AA3B44C1B844375A4E8210D9E";

/// One person who signs in to one application: all that a response depends on.
#[derive(Clone, Copy)]
pub struct SignIn<'a> {
    /// Whose directory it is.
    pub tenant: &'a Tenant,
    /// The application that is signed in to.
    pub application: &'a Application,
    /// Who signs in.
    pub user: &'a User,
    /// What asked for it; none for IdP-initiated sign-in.
    pub request: Option<&'a AuthnRequest>,
    /// When the response is issued.
    pub now: Timestamp,
    /// When the person last gave a password: hours before `now` in a session of that age.
    pub authn_instant: Timestamp,
    /// How the person did so.
    pub method: AuthMethod,
    /// The NameID format, whatever request and application say.
    pub name_id_format: Option<&'a str>,
    /// What the documentation leaves open.
    pub azure: Azure,
}

impl<'a> SignIn<'a> {
    /// An IdP-initiated one, by the user's own method, at this instant and with every switch at its default.
    pub fn new(tenant: &'a Tenant, application: &'a Application, user: &'a User, now: Timestamp) -> Self {
        Self {
            tenant,
            application,
            user,
            request: None,
            now,
            authn_instant: now,
            method: user.method,
            name_id_format: None,
            azure: Azure::default(),
        }
    }

    /// Whom claims are about.
    pub(super) fn subject(&self) -> Subject<'a> {
        Subject {
            tenant: self.tenant,
            application: self.application,
            user: self.user,
        }
    }

    /// The request that the response answers. The portal's Test button sends one that is not answered.
    pub(super) fn answered(&self) -> Option<&'a AuthnRequest> {
        self.request.filter(|request| request.id != TEST_REQUEST_ID)
    }
}
