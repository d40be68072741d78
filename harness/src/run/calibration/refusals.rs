//! How this SP says no: to messages of different kinds that nobody may accept.

use scenarios::{
    Base, Persona, Proves, Recipe,
    recipe::{Delivery, Start},
    signature::Signing,
};

use crate::{
    event::Calibration,
    judge::{
        landing::Landing,
        observation::{Ended, Journey, Observation, Page, Probe},
        refusal::Refusals,
    },
    run::{
        firing::{fire, played::Played, single},
        learned::Learned,
        stage::Stage,
    },
    said::{Said, said},
};

/// The most characters of a refusal's words.
const WORDS: usize = 80;

/// Sends them and learns what their refusals have in common.
pub(super) async fn refusals(
    stage: &Stage,
    learned: &mut Learned,
    told: &mut Calibration,
    base: Base,
    accepted: &[Journey],
) {
    let mut refused = Vec::new();
    for (kind, base, recipe) in kinds(base) {
        let played = refusal(stage, learned, base, recipe).await;
        if let Some(broke) = &played.broke {
            told.notes
                .push(format!("how this SP refuses {kind} could not be seen: {broke}"));
            continue;
        }
        refused.push((kind, played.observation));
    }
    let twin = refusal(stage, learned, Base::N, unsigned()).await.observation;
    learn(learned, told, &refused, &twin);
    if let Some(url) = accepted
        .first()
        .and_then(|journey| journey.page.as_ref())
        .map(|page| stage.prober().without_token(&page.url))
    {
        let nobody = stage.visit_as_nobody(&url).await;
        let journeys: Vec<&Journey> = refused.iter().map(|(_, seen)| &seen.journey).collect();
        let accepted: Vec<&Journey> = accepted.iter().collect();
        learned.landing = Landing::learn(&accepted, &journeys, &nobody);
    }
}

/// Unsigned, under nobody's key, expired, and no message at all.
fn kinds(base: Base) -> Vec<(&'static str, Base, Recipe)> {
    let garbage = Recipe {
        deliver: Some(Delivery {
            fields: Some(vec![(
                "SAMLResponse".to_owned(),
                "{base64:this is no message}".to_owned(),
            )]),
            ..Delivery::default()
        }),
        ..Recipe::default()
    };
    vec![
        ("an unsigned message", Base::N, unsigned()),
        ("a message under nobody's key", base, under_nobodys_key()),
        ("an expired message", base, expired()),
        ("what is no message", base, garbage),
    ]
}

/// Flawless, but for the key that signed it.
pub(super) fn under_nobodys_key() -> Recipe {
    Recipe {
        sign: Some(Signing {
            key: Some("rogue".to_owned()),
            ..Signing::default()
        }),
        proves: Some(Proves::Nothing),
        ..Recipe::default()
    }
}

fn unsigned() -> Recipe {
    Recipe {
        proves: Some(Proves::Nothing),
        ..Recipe::default()
    }
}

/// A flawless login of yesterday.
fn expired() -> Recipe {
    let set = |place: &str, attribute: &str| serde_json::json!({"set": place, "attribute": attribute, "value": "{now-25h}", "all": true, "optional": true});
    let draft = [
        set("Conditions", "NotBefore"),
        set("Conditions", "NotOnOrAfter"),
        set("SubjectConfirmationData", "NotOnOrAfter"),
    ];
    Recipe {
        draft: draft
            .into_iter()
            .filter_map(|operation| serde_json::from_value(operation).ok())
            .collect(),
        ..Recipe::default()
    }
}

async fn refusal(stage: &Stage, learned: &Learned, base: Base, recipe: Recipe) -> Played {
    let start = learned.start.unwrap_or(Start::Idp);
    let deliver = Delivery {
        start: Some(start),
        ..recipe.deliver.clone().unwrap_or_default()
    };
    let recipe = Recipe {
        persona: Some(Persona::Attacker),
        deliver: Some(deliver),
        ..recipe
    };
    fire(stage, &stage.driver, learned, &single(recipe), base, None).await
}

fn learn(
    learned: &mut Learned,
    told: &mut Calibration,
    refused: &[(&'static str, Observation)],
    twin: &Observation,
) {
    let refusals: Vec<&Observation> = refused
        .iter()
        .map(|(_, seen)| seen)
        .filter(|seen| !matches!(seen.probe, Probe::SignedIn { .. }))
        .collect();
    let pages: Vec<Page> = refusals
        .iter()
        .filter_map(|seen| answered(seen))
        .cloned()
        .collect();
    let of_kinds = refused
        .iter()
        .filter_map(|(kind, seen)| Some((*kind, answered(seen)?.clone())));
    learned.refused = of_kinds.collect();
    let first = refusals.first().copied();
    let twin = answered(twin).filter(|_| first.is_some_and(|first| answered(first).is_some()));
    let dropped = refusals
        .iter()
        .filter(|seen| matches!(seen.journey.ended, Ended::Reset(_)))
        .count();
    learned.refusals = Refusals::learn(&pages, twin);
    told.refuses_with = first.map(|seen| described(seen, learned, pages.first()));
    if dropped * 2 > refusals.len() {
        told.notes.push(
            "this SP refuses by closing the connection, as a worker that died would: no such answer is taken for a refusal"
                .to_owned(),
        );
    }
    let worst = pages
        .iter()
        .map(|page| page.status)
        .filter(|status| *status >= 500)
        .max();
    if let Some(status) = worst.filter(|status| learned.refusals.has(*status)) {
        told.notes.push(format!(
            "this SP refuses with a {status} page of one shape: that counts as a refusal, though a 4xx would say so"
        ));
    } else if let Some(status) = worst {
        told.notes.push(format!(
            "this SP refuses with {status} pages that have nothing in common: none of them can be told from a crash"
        ));
    }
}

fn answered(seen: &Observation) -> Option<&Page> {
    seen.journey
        .page
        .as_ref()
        .filter(|_| seen.journey.ended == Ended::Answered && !matches!(seen.probe, Probe::SignedIn { .. }))
}

fn described(seen: &Observation, learned: &Learned, page: Option<&Page>) -> String {
    match page {
        Some(page) if page.status >= 500 && !learned.refusals.knows(page) => "a page that varies".to_owned(),
        Some(page) => {
            let Said { title, says } = said(page);
            let words = if title.is_empty() { says } else { title };
            match words.chars().nth(WORDS) {
                _ if words.is_empty() => page.status.to_string(),
                None => format!("{} “{words}”", page.status),
                Some(_) => {
                    let cut: String = words.chars().take(WORDS).collect();
                    format!("{} “{cut}…”", page.status)
                }
            }
        }
        None => format!("no page: it {}", seen.journey.ended),
    }
}
