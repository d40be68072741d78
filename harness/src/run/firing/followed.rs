//! Whether the SP comes for the IdP's metadata when it is told to, and follows what that says.

use scenarios::{
    Base, Need, Persona, Proves, Published, Recipe, Take,
    flow::{Login, LoginAs, Publish, Refresh, Step},
    signature::Signing,
};

use super::fire::fire;
use crate::run::{learned::Learned, stage::Stage};

/// What is found out here.
pub(super) const NEEDS: [Need; 2] = [Need::MetadataRefresh, Need::MetadataFollowed];

/// What of it the SP does not do, each with a sentence. Without it what it refuses says nothing.
pub(super) async fn missing(stage: &Stage, learned: &Learned, base: Base) -> Vec<(Need, String)> {
    let before = stage.answers.came();
    let played = fire(stage, &stage.driver, learned, &rollover(), base, None).await;
    let followed = played.is(&learned.people, Persona::Alice);
    let mut missing = Vec::new();
    if stage.answers.came() == before {
        let why = match &played.broke {
            Some(broke) => broke.to_string(),
            None => {
                "after [sp] refresh the SP did not come for the metadata that the IdP publishes".to_owned()
            }
        };
        missing.extend(NEEDS.map(|need| (need, why.clone())));
    } else if !followed {
        missing.push((
            Need::MetadataFollowed,
            Need::MetadataFollowed.missing().to_owned(),
        ));
    }
    missing
}

/// The IdP publishes a second key, the SP reads it, and alice signs in under it.
fn rollover() -> Take {
    let recipe = Recipe {
        persona: Some(Persona::Alice),
        sign: Some(Signing {
            key: Some("K2".to_owned()),
            ..Signing::default()
        }),
        proves: Some(Proves::Strict),
        ..Recipe::default()
    };
    let keys = ["K1", "K2"].map(str::to_owned).to_vec();
    let steps = vec![
        Step::Publish(Publish {
            publish: Published {
                keys,
                ..Published::default()
            },
        }),
        Step::Refresh(Refresh {
            refresh: "sp".to_owned(),
        }),
        Step::Login(Login {
            login: LoginAs(Persona::Alice),
            recipe: Some(recipe.clone()),
            ..Login::default()
        }),
    ];
    Take {
        variant: None,
        each: None,
        recipe,
        steps,
        holds: None,
    }
}
