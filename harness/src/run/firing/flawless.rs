//! Flawless logins: what calibration learns from, and what frames an attack.

use std::time::Instant;

use scenarios::{
    Base, Persona, Proves, Recipe, Take,
    flow::{Login, LoginAs, Step},
    recipe::{Delivery, Start},
};

use super::{fire::fire, played::Played};
use crate::{
    judge::observation::Probe,
    run::{learned::Learned, stage::Stage},
};

/// A flawless login.
pub(crate) async fn flawless(
    stage: &Stage,
    learned: &Learned,
    persona: Persona,
    base: Base,
    start: Start,
) -> Played {
    let recipe = Recipe {
        persona: Some(persona),
        // Unsigned on purpose; any other flawless login claims what it is without being asked.
        proves: (base == Base::N).then_some(Proves::Nothing),
        deliver: Some(Delivery {
            start: Some(start),
            ..Delivery::default()
        }),
        ..Recipe::default()
    };
    let begun = Instant::now();
    let played = Box::pin(fire(stage, &stage.driver, learned, &single(recipe), base, None)).await;
    if played.broke.is_none() && matches!(played.observation.probe, Probe::SignedIn { .. }) {
        stage.swiftest.saw(start, begun.elapsed());
    }
    played
}

/// One login with this recipe.
pub(crate) fn single(recipe: Recipe) -> Take {
    let step = Login {
        login: LoginAs(recipe.persona()),
        recipe: Some(recipe.clone()),
        ..Login::default()
    };
    Take {
        variant: None,
        each: None,
        holds: None,
        recipe,
        steps: vec![Step::Login(step)],
    }
}
