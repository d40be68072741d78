//! What the verbs of a flow find and need: the stage, the flow's own shelf, and the way to the IdP.

use std::{collections::BTreeMap, sync::Arc};

use mock_idp::server::TICKET_COOKIE;
use scenarios::{Base, Message, Persona, Recipe, Take, recipe::Start};

use super::played::Broke;
use crate::{
    driver::{Driver, Session, Visit},
    judge::observation::{Ended, Journey},
    run::{
        answers::{Done, Task},
        forging::{Kept, Order},
        learned::Learned,
        stage::Stage,
    },
};

/// One flow's surroundings.
pub(super) struct Scene<'a> {
    pub(super) stage: &'a Stage,
    pub(super) driver: &'a Driver,
    pub(super) learned: &'a Learned,
    pub(super) take: &'a Take,
    pub(super) base: Base,
    /// Tells this firing's out-of-band hits and tickets apart.
    pub(super) token: String,
    pub(super) shelf: Shelf,
}

/// What a flow kept under names.
#[derive(Default)]
pub(super) struct Shelf {
    pub(super) messages: BTreeMap<String, Arc<Message>>,
    pub(super) requests: BTreeMap<String, Kept>,
    pub(super) values: BTreeMap<String, String>,
}

/// What one step came to.
#[derive(Default)]
pub(super) struct Came {
    pub(super) journey: Option<Journey>,
    pub(super) message: Option<Arc<Message>>,
    pub(super) keep: Option<String>,
    pub(super) request: Option<(String, Kept)>,
    pub(super) sp_instant: Option<String>,
}

impl Scene<'_> {
    /// The recipe of a step: its own, the scenario's if it is judged, a flawless one otherwise.
    pub(super) fn recipe_of(&self, own: Option<&Recipe>, persona: Persona, judged: bool) -> Recipe {
        let mut recipe = match own {
            Some(recipe) => recipe.clone(),
            None if judged => self.take.recipe.clone(),
            None => Recipe::default(),
        };
        recipe.persona.get_or_insert(persona);
        recipe
    }

    /// What the IdP is to make.
    pub(super) fn order(&self, recipe: Recipe, judged: bool) -> Order {
        let accepted = &self.learned.bases;
        // A step that prepares must come out: it is signed as this SP wants it, whatever the judged one is.
        let base = match accepted.first() {
            Some(first) if !judged && !accepted.contains(&self.base) => *first,
            _ => self.base,
        };
        Order {
            recipe,
            base: Some(base),
            each: self.take.each.clone(),
            values: self.shelf.values.clone(),
            out_of_band: self.stage.oob.as_ref().map(|oob| oob.url(&self.token)),
        }
    }

    /// The AuthnRequest that `begin` kept under a name.
    pub(super) fn request(&self, name: &str) -> Result<&Kept, Broke> {
        self.shelf
            .requests
            .get(name)
            .ok_or_else(|| Broke::Precondition(format!("no AuthnRequest was kept under the name {name}")))
    }

    /// A sign-in that is answered by its ticket.
    pub(super) async fn sign_in(
        &self,
        session: &mut Session,
        task: Task,
        start: Start,
        persona: Persona,
    ) -> Result<(Journey, Done), Broke> {
        let ticket = format!("{}-{}", self.token, self.stage.next_firing());
        self.stage.answers.expect(&ticket, task);
        session
            .plant(self.stage.idp.origin(), TICKET_COOKIE, &ticket)
            .await
            .map_err(|error| Broke::Driver(error.to_string()))?;
        let journey = match (start, &self.stage.subject.login) {
            (Start::Sp, Some(login)) => session.travel(Visit::Get(login)).await,
            (Start::Sp, None) => {
                return Err(Broke::Precondition("the SP begins no login itself".to_owned()));
            }
            (Start::Idp, _) => session.travel(Visit::Get(&self.stage.launch_url(persona))).await,
        };
        let done = self.stage.answers.take(&ticket);
        match journey.ended {
            Ended::Harness(why) if done.arrivals == 0 => Err(Broke::Driver(why)),
            _ => Ok((journey, done)),
        }
    }
}
