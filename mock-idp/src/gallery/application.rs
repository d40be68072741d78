//! From what a template says to what the directory holds.

use jiff::Timestamp;
use saml::key::KeyError;

use super::configure::Configured;
use super::translate::reply_urls;
use crate::directory::{Application, Claim};

impl Configured {
    /// The application, as an administrator would have it after the page's steps on Azure's side: added from the gallery, SAML
    /// selected with a certificate of its own, every field and claim set, nobody assigned yet. It stands in no tenant yet; whether it
    /// may is [`check_application`](crate::Tenant::check_application)'s.
    ///
    /// # Errors
    /// OpenSSL makes no key for the certificate.
    pub fn application(&self, now: Timestamp) -> Result<Application, KeyError> {
        let mut application = Application::from_template(&self.name, Some(&self.template));
        application.enable_saml(now)?;
        application.identifiers.clone_from(&self.identifiers);
        application.reply_urls = reply_urls(&self.reply_urls);
        application.sign_on_url.clone_from(&self.sign_on_url);
        application.relay_state.clone_from(&self.relay_state);
        application.logout_url.clone_from(&self.logout_url);
        self.claim(&mut application);
        Ok(application)
    }

    /// What the assertion says, and how it is signed.
    pub(super) fn claim(&self, application: &mut Application) {
        application.name_id = self.name_id.clone();
        application.group_claims.clone_from(&self.group_claims);
        application.signing = self.signing;
        for claim in &self.claims {
            let same = |known: &&mut Claim| known.wire_name() == claim.wire_name();
            match application.claims.iter_mut().find(same) {
                Some(known) => *known = claim.clone(),
                None => application.claims.push(claim.clone()),
            }
        }
    }
}
