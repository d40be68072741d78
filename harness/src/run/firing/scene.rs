//! What the verbs of a flow find and need: the stage, and the flow's own shelf.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use jiff::SignedDuration;
use mock_idp::server::{Live, LogoutCame};
use scenarios::{Base, Message, Persona, Recipe, Take, flow::Probe};

use super::played::{Broke, Stopped};
use crate::{
    driver::Driver,
    judge::observation::Journey,
    run::{
        forging::{Kept, Order},
        learned::Learned,
        stage::Stage,
    },
    text::locked,
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
    /// The way of a login that led nowhere.
    pub(super) stray: Mutex<Option<Journey>>,
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
    pub(super) sp_ahead: Option<SignedDuration>,
    /// After so many steps of the sign-in the browser was at the IdP.
    pub(super) arrived: Option<usize>,
    /// The SP's message that came to the IdP, where one is judged or it is a logout message.
    pub(super) left: Option<LogoutCame>,
    /// The sign-ins that came to the IdP.
    pub(super) arrivals: Vec<Live>,
    /// Where the sign-in was begun, if not where sign-ins are.
    pub(super) begun: Option<String>,
    /// The step behind the IdP that found nothing to do.
    pub(super) stopped: Option<Stopped>,
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

    /// An address of the SP, with its placeholders filled in.
    pub(super) fn address(&self, text: &str) -> String {
        let subject = &self.stage.subject;
        let acs = self.stage.forge.sp.default_acs();
        let login = subject.login.as_ref().and_then(|way| way.urls().next());
        let guest = self.stage.guest(Persona::Alice);
        let text = text
            .replace("{acs}", acs.map_or("", |acs| acs.location.as_str()))
            .replace("{login}", &guest.fill(login.unwrap_or_default()))
            .replace("{probe}", &subject.home)
            .replace("{each}", self.take.each.as_deref().unwrap_or_default());
        // What is added to an address that has a query is added to that.
        match text.split_once('?') {
            Some((path, query)) => format!("{path}?{}", query.replace('?', "&")),
            None => text,
        }
    }

    /// The headers of a question.
    pub(super) fn headers(&self, verb: &Probe) -> Vec<(String, String)> {
        let victim = self.stage.guest(Persona::Victim);
        let filled = |text: &str| {
            text.replace("{victim}", &victim.name_id)
                .replace("{each}", self.take.each.as_deref().unwrap_or_default())
        };
        let headers = verb.headers.iter();
        headers
            .map(|(name, value)| (filled(name), filled(value)))
            .collect()
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

    /// A login led nowhere: why, and the way that it took.
    pub(super) fn led_nowhere(&self, journey: Journey, why: Broke) -> Broke {
        locked(&self.stray).replace(journey);
        why
    }

    /// The AuthnRequest that `begin` kept under a name.
    pub(super) fn request(&self, name: &str) -> Result<&Kept, Broke> {
        self.shelf
            .requests
            .get(name)
            .ok_or_else(|| Broke::Precondition(format!("no AuthnRequest was kept under the name {name}")))
    }
}
