//! The steps of a flow, a sentence each.

use scenarios::{
    Published, Step,
    flow::{CookieValues, Login, Mint, Send},
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
            from,
            post,
            ..
        }) => {
            let odd = recipe.as_ref().is_some_and(|recipe| !recipe.is_flawless());
            let what = if odd { " with a message of its own" } else { "" };
            let request = request
                .as_ref()
                .map(|name| format!(", answering {name}"))
                .unwrap_or_default();
            let begun = match (from, post) {
                (Some(from), Some(_)) => format!(", begun by a form that is posted to {from}"),
                (Some(from), None) => format!(", begun at {from}"),
                (None, _) => String::new(),
            };
            format!(
                "{} signs in{}{what}{request}{begun}{}",
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
        Step::Probe(verb) if verb.is.is_none() => {
            let with = match verb.headers.keys().next() {
                None => "",
                Some(_) => ", whatever headers come with the question",
            };
            format!("nobody may be signed in in the browser {}{with}", verb.probe)
        }
        Step::Probe(verb) => format!(
            "{} must be signed in in the browser {}",
            verb.is.map_or("nobody", |persona| persona.name()),
            verb.probe
        ),
        Step::Visit(verb) => format!("{} is asked for{}", verb.visit, of(&verb.jar)),
        Step::Cookies(verb) => format!(
            "the SP's cookies of the browser {} are put into {}{}",
            verb.cookies,
            verb.into,
            match verb.values {
                None => "",
                Some(CookieValues::MadeUp) => ", with made-up values of the same form",
                Some(CookieValues::Victim) => ", with the victim's names in place of the attacker's",
                Some(CookieValues::VictimUnsigned) =>
                    ", with the victim's names in place of the attacker's, as an unsigned token",
            }
        ),
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
