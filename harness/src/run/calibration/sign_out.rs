//! Whether a sign-out in steps can be done, asked before a scenario rests on it.

use saml::names::binding;
use scenarios::{
    Base, Carriage, Kind, Persona, Recipe, Take,
    flow::{End, Logout, Step},
    recipe::{Delivery, Start},
};

use super::{needs::publishes_logout, reach::Hopeless};
use crate::{
    judge::observation::Probe,
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
    let jar = "main".to_owned();
    let mut take = signed_in(learned);
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

/// Whether the SP ends alice's session when the IdP asks for it, by HTTP-Redirect, in a form or by SOAP: without that, its refusals of
/// what asks for it without right say nothing.
pub(super) async fn ends_sessions(
    stage: &Stage,
    learned: &Learned,
    base: Base,
    by: Option<Carriage>,
) -> bool {
    let binding = match by {
        Some(Carriage::Soap) => binding::SOAP,
        Some(_) => binding::POST,
        None => binding::REDIRECT,
    };
    if !publishes_logout(&stage.forge.sp, binding) {
        return false;
    }
    let mut take = signed_in(learned);
    take.steps.push(Step::End(End {
        end: Persona::Alice,
        jar: None,
        keep: None,
        again: None,
        recipe: Some(Recipe {
            message: Some(Kind::LogoutRequest),
            deliver: Some(Delivery {
                by,
                ..Delivery::default()
            }),
            ..Recipe::default()
        }),
    }));
    let played = fire(stage, &stage.driver, learned, &take, base, None).await;
    played.broke.is_none() && played.observation.probe == Probe::SignedOut
}

/// Whether alice, signing out at the SP, comes to the IdP with a LogoutRequest.
pub(super) async fn asks_to_end(stage: &Stage, learned: &Learned, base: Base) -> bool {
    if stage.subject.logout.is_none() || stage.forge.sp.slo.is_empty() {
        return false;
    }
    let mut take = signed_in(learned);
    take.recipe = Recipe {
        message: Some(Kind::LogoutResponse),
        ..Recipe::default()
    };
    take.steps.push(Step::Logout(Logout {
        logout: "main".to_owned(),
    }));
    let played = fire(stage, &stage.driver, learned, &take, base, None).await;
    played.left.is_some()
}

/// A flow that begins with a login of alice's.
fn signed_in(learned: &Learned) -> Take {
    single(Recipe {
        persona: Some(Persona::Alice),
        deliver: Some(Delivery {
            start: Some(learned.start.unwrap_or(Start::Idp)),
            ..Delivery::default()
        }),
        ..Recipe::default()
    })
}
