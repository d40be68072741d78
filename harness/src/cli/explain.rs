//! `samlitmus explain` and `samlitmus forge`: what a scenario sends, and what it is good for.

use std::fmt::Write;

use scenarios::{
    Disturbs, Expected, Message, Scenario, Step,
    flow::{Login, Mint, Send},
};

use crate::{
    report::{
        anatomy::{Trust, anatomy, draw},
        refs,
    },
    run::rehearsal::{Rehearsal, RehearsalError},
};

/// Everything about a scenario, its message drawn as a tree.
///
/// # Errors
/// The message cannot be made.
pub fn explain(scenario: &Scenario, rehearsal: &Rehearsal, color: bool) -> Result<String, RehearsalError> {
    let mut out = format!("{}\n{}\n\n", scenario.id, scenario.title);
    let _ = writeln!(
        out,
        "{}  {}  tier {}",
        scenario.verdict, scenario.severity, scenario.tier
    );
    paragraph(&mut out, "The rule", &scenario.rule);
    paragraph(&mut out, "Why it matters", &scenario.why);
    if let Some(attacker) = scenario.attacker {
        paragraph(&mut out, "What it takes", attacker.sentence());
    }
    if !scenario.flow.is_empty() {
        let steps: Vec<String> = scenario
            .flow
            .iter()
            .enumerate()
            .map(|(at, step)| format!("{}. {}", at + 1, said(step)))
            .collect();
        paragraph(&mut out, "The flow", &steps.join("\n"));
    }
    if scenario.watches() {
        paragraph(&mut out, "What it watches", &watched(&scenario.aadsts));
    } else {
        let message = rehearsal.message(scenario, None, None)?;
        paragraph(&mut out, "What it sends", drawn(&message, color).trim_end());
    }
    let variants: Vec<&str> = scenario
        .each
        .keys()
        .chain(scenario.variants.keys())
        .map(String::as_str)
        .collect();
    if !variants.is_empty() {
        paragraph(&mut out, "Variants (the worst decides)", &variants.join(", "));
    }
    paragraph(&mut out, "What passing proves", &passing(scenario));
    paragraph(&mut out, "What failing proves", failing(scenario.verdict));
    if !scenario.mend.is_empty() {
        paragraph(&mut out, "How an SP's author mends it", &scenario.mend);
    }
    let needs: Vec<String> = scenario
        .needs
        .iter()
        .map(|need| format!("not applicable where {}", need.missing()))
        .collect();
    if !needs.is_empty() {
        paragraph(&mut out, "Needs", &needs.join("\n"));
    }
    match scenario.disturbs {
        Disturbs::Jar => {}
        Disturbs::User => paragraph(&mut out, "Disturbs", "other sessions of the same user"),
        Disturbs::Sp => paragraph(&mut out, "Disturbs", "the SP as a whole; it runs alone"),
    }
    let references = refs::told(&scenario.refs);
    if !references.is_empty() {
        paragraph(&mut out, "References", &references.join("\n"));
    }
    let _ = writeln!(out, "\nRun it: samlitmus run '{}'", scenario.id);
    Ok(out)
}

/// A message with the form that carries it.
pub fn forged(message: &Message, color: bool) -> String {
    let mut out = drawn(message, color);
    let _ = writeln!(out, "\nPOST {}", message.wire.url);
    for (name, value) in &message.wire.headers {
        let _ = writeln!(out, "{name}: {value}");
    }
    for (name, value) in &message.wire.fields {
        let _ = writeln!(out, "{name}={value}");
    }
    out
}

/// Only the form, as it goes over the wire.
pub fn form(message: &Message) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(&message.wire.fields);
    form.finish()
}

/// Which requests it is about, by the codes of Azure that they would be answered with.
fn watched(codes: &[u32]) -> String {
    let mut out = "every AuthnRequest that the SP sends during a run; nothing is sent for it, and it is told where Azure AD would \
                   show one of these in place of its sign-in page:"
        .to_owned();
    for code in codes {
        let known = mock_idp::aadsts::CODES.iter().find(|known| known.number == *code);
        let name = known.map_or("", |known| known.name);
        let _ = write!(out, "\nAADSTS{code} {name}");
    }
    out.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

fn drawn(message: &Message, color: bool) -> String {
    draw(&anatomy(&message.forged, Trust::Proven(&message.proofs)), color)
}

fn paragraph(out: &mut String, name: &str, text: &str) {
    let _ = writeln!(out, "\n{name}");
    for line in text.lines() {
        let indent = if line.is_empty() { "" } else { "  " };
        let _ = writeln!(out, "{indent}{line}");
    }
}

fn passing(scenario: &Scenario) -> String {
    if scenario.watches() {
        return "Azure goes on with every request that came; no row is told then, and the summary counts the requests".to_owned();
    }
    let by = match scenario.verdict {
        Expected::MustReject | Expected::ShouldReject => {
            "the SP refuses the message, and nobody is signed in"
        }
        Expected::MustAccept | Expected::ShouldAccept => {
            "the SP takes the message, and the right person is signed in"
        }
        Expected::MustHold | Expected::ShouldHold => "what the SP sends is as the rule wants it",
        Expected::May | Expected::Info => "nothing: either answer conforms, and is recorded",
    };
    if scenario.inert {
        format!(
            "{by}; or it reads only what is signed, and the attacker is signed in as himself (pass-inert)"
        )
    } else {
        by.to_owned()
    }
}

fn failing(expected: Expected) -> &'static str {
    match expected {
        Expected::MustReject => "somebody is signed in by a message that the rule forbids to accept: red",
        Expected::ShouldReject => {
            "a protection that the rule recommends is missing; another may still hold: amber"
        }
        Expected::MustAccept => "a login that the rule allows does not work with this SP: red",
        Expected::ShouldAccept => "a rare but valid login does not work with this SP: amber",
        Expected::MustHold => "what the SP sends breaks the rule: red",
        Expected::ShouldHold => "what the SP sends is not as the rule recommends: amber",
        Expected::May | Expected::Info => "nothing: it never fails",
    }
}

/// One step as a sentence.
fn said(step: &Step) -> String {
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
            format!(
                "a sign-in begins{} and stays unanswered, kept as {}",
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
        Step::Probe(verb) => format!(
            "{} must be signed in in the browser {}",
            verb.is.map_or("nobody", |persona| persona.name()),
            verb.probe
        ),
        Step::Visit(verb) => format!("{} is asked for{}", verb.visit, of(&verb.jar)),
        Step::Publish(verb) => format!(
            "the IdP publishes {} and signs with {}",
            verb.publish.keys.join(", "),
            verb.publish.active
        ),
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
