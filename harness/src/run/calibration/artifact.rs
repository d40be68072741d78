//! Whether the SP signs somebody in who comes with an artifact: without that, its refusals of wrong ones say nothing.

use scenarios::{
    Base, Carriage, Persona, Recipe,
    recipe::{Delivery, Start},
};

use super::needs::exchanges_artifacts;
use crate::run::{
    firing::{fire, single},
    learned::Learned,
    stage::Stage,
};

/// Signs alice in by an artifact. The IdP begins: who began himself has asked for another binding.
pub(super) async fn takes_artifacts(stage: &Stage, learned: &Learned, base: Base) -> bool {
    if !exchanges_artifacts(stage) {
        return false;
    }
    let take = single(Recipe {
        persona: Some(Persona::Alice),
        deliver: Some(Delivery {
            start: Some(Start::Idp),
            by: Some(Carriage::Artifact),
            ..Delivery::default()
        }),
        ..Recipe::default()
    });
    let played = fire(stage, &stage.driver, learned, &take, base, None).await;
    played.is(&learned.people, Persona::Alice)
}
