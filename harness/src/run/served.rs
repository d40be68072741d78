//! The live IdP of a run: started by it, or handed to it by somebody who needed its address before.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, PoisonError, RwLock},
};

use mock_idp::server::{Answer, Live, LogoutCame, Metadata, MockIdp, Options, Reply, ServeError};
use saml::ArtifactResolve;

use super::answers::Answers;

/// A mock IdP that a run can answer through. All copies are one; dropping the last stops it.
#[derive(Clone)]
pub struct Served {
    pub(crate) idp: Arc<MockIdp>,
    late: Arc<Late>,
}

impl Served {
    /// Binds and serves.
    ///
    /// # Errors
    /// The address is not to be had.
    pub(crate) async fn start(mut options: Options) -> Result<Self, ServeError> {
        let late = Arc::<Late>::default();
        options.answer = Some(late.clone());
        let idp = Arc::new(MockIdp::start(options).await?);
        Ok(Self { idp, late })
    }

    /// From here on these are the answers to sign-ins with a ticket.
    pub(crate) fn answer_by(&self, answers: Arc<Answers>) {
        *self.late.0.write().unwrap_or_else(PoisonError::into_inner) = Some(answers);
    }
}

/// Answers that come to be known only after the IdP is up, since the SP needs its address first.
#[derive(Default)]
struct Late(RwLock<Option<Arc<Answers>>>);

impl Answer for Late {
    fn answer(&self, ticket: &str, live: Live) -> Pin<Box<dyn Future<Output = Reply> + Send + '_>> {
        let answers = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        let ticket = ticket.to_owned();
        Box::pin(async move {
            match answers {
                Some(answers) => answers.answer(&ticket, live).await,
                None => Reply::SignIn,
            }
        })
    }

    fn sign_out(&self, ticket: &str, came: LogoutCame) -> Option<Reply> {
        let answers = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        answers?.sign_out(ticket, came)
    }

    fn resolve(&self, tenant_id: &str, asked: &ArtifactResolve) -> Option<String> {
        let answers = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        answers?.resolve(tenant_id, asked)
    }

    fn metadata(&self, tenant_id: &str, place: &str) -> Option<Metadata> {
        let answers = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        answers?.metadata(tenant_id, place)
    }
}
