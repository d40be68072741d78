//! Somebody who signed in flawlessly and looks around with the session.

use std::sync::Mutex;

use scenarios::{
    Base, Persona, Proves, Recipe,
    flow::{Login, LoginAs},
    recipe::{Delivery, Start},
};
use url::Url;

use super::{
    flawless::single,
    login::login,
    played::{Broke, issued},
    scene::{Scene, Shelf},
};
use crate::{
    driver::{Session, StoredCookie},
    judge::observation::Journey,
    run::{learned::Learned, stage::Stage},
    subject::probe::Prober,
    text::locked,
};

/// Somebody with a session.
pub(crate) struct Tourist {
    pub(crate) persona: Persona,
    /// The login.
    pub(crate) journey: Journey,
    /// The values that the IdP issued for it.
    pub(crate) issued: Vec<String>,
    session: Session,
}

impl Tourist {
    /// Signs a person in.
    ///
    /// # Errors
    /// No message came to the SP: why, and the way that was gone.
    pub(crate) async fn arrive(
        stage: &Stage,
        learned: &Learned,
        persona: Persona,
        base: Base,
        start: Start,
    ) -> Result<Self, (Broke, Journey)> {
        let recipe = Recipe {
            persona: Some(persona),
            proves: (base == Base::N).then_some(Proves::Nothing),
            deliver: Some(Delivery {
                start: Some(start),
                ..Delivery::default()
            }),
            ..Recipe::default()
        };
        let verb = Login {
            login: LoginAs(persona),
            recipe: Some(recipe.clone()),
            ..Login::default()
        };
        let take = single(recipe);
        let scene = Scene {
            stage,
            driver: &stage.driver,
            learned,
            take: &take,
            base,
            token: format!("t{}", stage.next_firing()),
            shelf: Shelf::default(),
            stray: Mutex::default(),
        };
        let nowhere = |broke: Broke| (broke, locked(&scene.stray).take().unwrap_or_default());
        let session = stage.driver.session().await;
        let mut session = session.map_err(|error| nowhere(Broke::Driver(error.to_string())))?;
        let came = tokio::time::timeout(
            stage.patience(),
            Box::pin(login(&scene, &verb, &mut session, true)),
        )
        .await;
        let late = || {
            Broke::Precondition(format!(
                "the login took longer than {} s",
                stage.patience().as_secs()
            ))
        };
        let came = match came.unwrap_or_else(|_| Err(late())) {
            Ok(came) => came,
            Err(broke) => {
                session.close().await;
                return Err(nowhere(broke));
            }
        };
        let journey = came.journey.unwrap_or_default();
        stage.count_requests(journey.hops.len());
        Ok(Self {
            persona,
            journey,
            issued: came.message.as_deref().map(issued).unwrap_or_default(),
            session,
        })
    }

    /// Looks at a page; nothing is sent to the IdP.
    pub(crate) async fn see(&mut self, url: &str) -> Journey {
        self.session.peek(url).await
    }

    /// Asks who is signed in.
    pub(crate) async fn look(&mut self, prober: &Prober) -> Journey {
        prober.look(&mut self.session).await
    }

    /// The cookies of a URL's host.
    pub(crate) async fn cookies(&self, of: &Url) -> Vec<StoredCookie> {
        self.session.cookies(of).await
    }

    /// Deletes the cookies of a name.
    pub(crate) async fn drop_cookie(&mut self, name: &str) {
        self.session.drop_cookie(name).await;
    }

    /// Leaves, without signing out.
    pub(crate) async fn leave(self) {
        self.session.close().await;
    }
}
