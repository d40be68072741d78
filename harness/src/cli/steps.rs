//! The steps of a flow, a sentence each.

use scenarios::{
    Published, Step,
    flow::{Login, Mint, Send},
};

/// One step as a sentence.
pub(super) fn said(step: &Step) -> String {
    let of = |jar: &Option<String>| {
        jar.as_ref()
            .map(|jar| format!(" in the browser {jar}"))
            .unwrap_or_default()
    };
    let kept = |keep: &Option<String>| {
        keep.as_ref()
            .map(|keep| format!(", kept as {keep}"))
            .unwrap_or_default()
    };
    match step {
        Step::Login(Login {
            login,
            jar,
            keep,
            request,
            recipe,
            ..
        }) => {
            let odd = recipe.as_ref().is_some_and(|recipe| !recipe.is_flawless());
            let what = if odd { " with a message of its own" } else { "" };
            let request = request
                .as_ref()
                .map(|name| format!(", answering {name}"))
                .unwrap_or_default();
            format!(
                "{} signs in{}{what}{request}{}",
                login.0.name(),
                of(jar),
                kept(keep)
            )
        }
        Step::Begin(verb) => {
            let often = match verb.times {
                Some(times) if times > 1 => format!(" {times} times"),
                _ => String::new(),
            };
            format!(
                "a sign-in begins{often}{} and stays unanswered, kept as {}",
                of(&verb.jar),
                verb.begin
            )
        }
        Step::Mint(Mint { mint, keep, .. }) => {
            format!("a message for {} is made and kept as {keep}", mint.name())
        }
        Step::Send(Send { send, jar, forge, .. }) => {
            let changed = if forge.is_empty() { "" } else { ", changed," };
            format!("{send}{changed} is sent{}", of(jar))
        }
        Step::Logout(verb) => format!("the browser {} signs out", verb.logout),
        Step::End(verb) if verb.again.is_some() => {
            format!("the same message comes to the SP again{}", of(&verb.jar))
        }
        Step::End(verb) => format!(
            "the IdP asks the SP to end the session of {}{}",
            verb.end.name(),
            of(&verb.jar)
        ),
        Step::Probe(verb) => format!(
            "{} must be signed in in the browser {}",
            verb.is.map_or("nobody", |persona| persona.name()),
            verb.probe
        ),
        Step::Visit(verb) => format!("{} is asked for{}", verb.visit, of(&verb.jar)),
        Step::Publish(verb) => published(&verb.publish),
        Step::Refresh(_) => "the SP reads the IdP's metadata again".to_owned(),
        Step::Restart(_) => "the SP starts anew".to_owned(),
        Step::Wait(verb) => format!("{} seconds pass", verb.wait),
        Step::Together(verb) => {
            format!(
                "at the same time: {}",
                verb.together.iter().map(said).collect::<Vec<_>>().join("; ")
            )
        }
    }
}

fn published(what: &Published) -> String {
    let usual = Published {
        keys: what.keys.clone(),
        ..Published::default()
    };
    let changed = if *what == usual { "" } else { ", changed" };
    format!(
        "the IdP publishes metadata with {}{changed}",
        what.keys.join(", ")
    )
}
