//! Which value this SP takes as identity: told by people whose values differ one at a time.

use proofs::Identity;
use saml::document::{escape_attribute, escape_text};
use scenarios::{Base, Persona, Recipe, recipe::Start};

use super::people::Genuine;
use crate::{
    judge::people::Owner,
    run::{
        firing::{fire, played::Played, single},
        learned::Learned,
        stage::Stage,
    },
};

/// What the SP takes as identity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Source {
    /// The SAML Attribute, where it is not the NameID.
    pub(super) claim: Option<String>,
    /// With another NameID nobody else is signed in, and nobody refused.
    pub(super) ignores_name_id: bool,
}

/// Signs the attacker in with one of alice's values at a time. Whoever is signed in then tells whether that value decides.
pub(super) async fn source(stage: &Stage, learned: &Learned, base: Base, genuine: &[Genuine]) -> Source {
    let (Some(alice), Some(attacker)) = (
        identity_of(genuine, Persona::Alice),
        identity_of(genuine, Persona::Attacker),
    ) else {
        return Source::default();
    };
    let name_id = Recipe {
        name_id: Some("{alice}".to_owned()),
        ..Recipe::default()
    };
    let owner = as_attacker(stage, learned, base, name_id)
        .await
        .owner(&learned.people, Persona::Attacker);
    if owner != Some(Owner::Person(Persona::Attacker)) {
        // Alice, somebody new, or a refusal: it looked.
        return Source::default();
    }
    let mut source = Source {
        claim: None,
        ignores_name_id: true,
    };
    for (name, theirs) in &attacker.attributes {
        let hers = alice
            .attributes
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, values)| values);
        let (Some(hers), [own]) = (hers.and_then(|values| values.first()), theirs.as_slice()) else {
            continue;
        };
        if hers == own {
            continue;
        }
        let Some(recipe) = with_claim(name, own, hers) else {
            continue;
        };
        let played = as_attacker(stage, learned, base, recipe).await;
        if played.owner(&learned.people, Persona::Attacker) == Some(Owner::Person(Persona::Alice)) {
            source.claim = Some(name.clone());
            break;
        }
    }
    // An account may have kept what it was given.
    as_attacker(stage, learned, base, Recipe::default()).await;
    source.ignores_name_id = source.claim.is_some();
    source
}

fn identity_of(genuine: &[Genuine], persona: Persona) -> Option<Identity> {
    let login = genuine.iter().rev().find(|login| login.persona == persona)?;
    login.played.message.as_ref()?.proofs.genuine.first().cloned()
}

async fn as_attacker(stage: &Stage, learned: &Learned, base: Base, recipe: Recipe) -> Played {
    let start = learned.start.unwrap_or(Start::Idp);
    let recipe = Recipe {
        persona: Some(Persona::Attacker),
        deliver: Some(scenarios::recipe::Delivery {
            start: Some(start),
            ..Default::default()
        }),
        ..recipe
    };
    fire(stage, &stage.driver, learned, &single(recipe), base, None).await
}

/// The attacker's login with another value of one claim, as the IdP writes claims.
fn with_claim(name: &str, own: &str, value: &str) -> Option<Recipe> {
    let written = |value: &str| {
        format!(
            "Name=\"{}\"><AttributeValue>{}</AttributeValue>",
            escape_attribute(name),
            escape_text(value)
        )
    };
    let operation = serde_json::json!({"replace": written(own), "with": written(value)});
    Some(Recipe {
        draft: vec![serde_json::from_value(operation).ok()?],
        ..Recipe::default()
    })
}
