//! Whether a sign-out in steps can be done, asked before a scenario rests on it.

use scenarios::{
    Base, Persona, Recipe, Take,
    flow::{Logout, Step},
    recipe::{Delivery, Start},
};

use super::reach::Hopeless;
use crate::{
    run::{
        clues::Need,
        firing::{fire, played::Broke, single},
        learned::Learned,
        stage::Stage,
    },
    text::locked,
};

/// Signs alice in and out. A URL alone needs no trial: there is nothing on it to be missed.
pub(super) async fn sign_out(stage: &Stage, learned: &mut Learned, base: Base) -> Result<(), Hopeless> {
    if stage
        .subject
        .logout
        .as_ref()
        .is_none_or(|way| way.url().is_some())
    {
        return Ok(());
    }
    let recipe = Recipe {
        persona: Some(Persona::Alice),
        deliver: Some(Delivery {
            start: Some(learned.start.unwrap_or(Start::Idp)),
            ..Delivery::default()
        }),
        ..Recipe::default()
    };
    let jar = "main".to_owned();
    let mut take: Take = single(recipe);
    take.steps.push(Step::Logout(Logout { logout: jar.clone() }));
    let played = fire(stage, &stage.driver, learned, &take, base, Some(&jar)).await;
    match played.broke {
        Some(Broke::NeedsBrowser(why)) => {
            locked(&stage.clues).browser = Some(Need::Sure(why.clone()));
            Err(Hopeless(why))
        }
        Some(Broke::Precondition(why) | Broke::Session(why)) => {
            learned
                .causes
                .push(format!("alice cannot be signed out: {why}; mend [sp] logout"));
            Ok(())
        }
        Some(Broke::Fault(_) | Broke::Driver(_)) | None => Ok(()),
    }
}
