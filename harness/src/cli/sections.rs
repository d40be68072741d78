//! What there is to say about a scenario, section by section: `explain` prints it, `book` makes a page of it.

use scenarios::{Disturbs, Expected, Message, Property, Scenario};

use super::steps::said;
use crate::{
    report::{
        anatomy::{Trust, anatomy, draw},
        refs,
    },
    run::rehearsal::{Rehearsal, RehearsalError},
};

/// One thing that there is to say.
pub(super) struct Section {
    /// Its title.
    pub(super) name: &'static str,
    /// What is said.
    pub(super) body: Body,
}

/// How it is said.
pub(super) enum Body {
    /// A sentence or two.
    Words(String),
    /// What happens one after the other.
    Steps(Vec<String>),
    /// Several of a kind, behind a sentence where that is not empty.
    List {
        /// The sentence.
        intro: String,
        /// What there is.
        items: Vec<String>,
    },
    /// Lines that stay as they are.
    Drawn(String),
}

/// All of it, in the order in which one wants to know.
///
/// # Errors
/// The message cannot be made.
pub(super) fn sections(
    scenario: &Scenario,
    rehearsal: &Rehearsal,
    color: bool,
) -> Result<Vec<Section>, RehearsalError> {
    let mut all = vec![
        words("The rule", &scenario.rule),
        words("Why it matters", &scenario.why),
    ];
    if let Some(attacker) = scenario.attacker {
        all.push(words("What it takes", attacker.sentence()));
    }
    for profile in &scenario.strict_in {
        all.push(words("A MUST in", profile.name()));
    }
    if !scenario.flow.is_empty() {
        let body = Body::Steps(scenario.flow.iter().map(said).collect());
        all.push(Section {
            name: "The flow",
            body,
        });
    }
    if scenario.watches() {
        let body = watched(&scenario.aadsts);
        all.push(Section {
            name: "What it watches",
            body,
        });
    } else if scenario.sends_nothing() {
        all.push(words("What it looks at", looked_at(scenario)));
    } else {
        let message = rehearsal.message(scenario, None, None)?;
        let body = Body::Drawn(drawn(&message, color));
        all.push(Section {
            name: "What it sends",
            body,
        });
    }
    let variants: Vec<&str> = scenario
        .each
        .keys()
        .chain(scenario.variants.keys())
        .map(String::as_str)
        .collect();
    if !variants.is_empty() {
        all.push(words("Variants (the worst decides)", &variants.join(", ")));
    }
    all.push(words("What passing proves", &passing(scenario)));
    all.push(words("What failing proves", failing(scenario)));
    if !scenario.mend.is_empty() {
        all.push(words("How an SP's author mends it", &scenario.mend));
    }
    let needs = scenario.needs.iter();
    let needs = needs.map(|need| format!("not applicable where {}", need.missing()));
    all.extend(list("Needs", needs.collect()));
    match scenario.disturbs {
        Disturbs::Jar => {}
        Disturbs::User => all.push(words("Disturbs", "other sessions of the same user")),
        Disturbs::Sp => all.push(words("Disturbs", "the SP as a whole; it runs alone")),
    }
    all.extend(list("References", refs::told(&scenario.refs)));
    Ok(all)
}

/// A message as a tree.
pub(super) fn drawn(message: &Message, color: bool) -> String {
    draw(&anatomy(&message.forged, Trust::Proven(&message.proofs)), color)
}

fn words(name: &'static str, text: &str) -> Section {
    let body = Body::Words(text.to_owned());
    Section { name, body }
}

fn list(name: &'static str, items: Vec<String>) -> Option<Section> {
    let intro = String::new();
    (!items.is_empty()).then_some(Section {
        name,
        body: Body::List { intro, items },
    })
}

/// Which requests it is about, by the codes of Azure that they would be answered with.
fn watched(codes: &[u32]) -> Body {
    let named = codes.iter().map(|code| {
        let known = mock_idp::aadsts::CODES.iter().find(|known| known.number == *code);
        let name = known.map_or("", |known| known.name);
        format!("AADSTS{code} {name}").trim_end().to_owned()
    });
    Body::List {
        intro: "every AuthnRequest that the SP sends during a run; nothing is sent for it, and it is told where Azure AD \
                would show one of these in place of its sign-in page:"
            .to_owned(),
        items: named.collect(),
    }
}

/// What of the SP's own is looked at.
fn looked_at(scenario: &Scenario) -> &'static str {
    match scenario.holds {
        Some(Property::Metadata(_)) => {
            "the SP's metadata, as it was read before the run; no message is sent for it"
        }
        Some(_) if scenario.flow.is_empty() => {
            "each AuthnRequest that the SP sent during calibration; no message is sent for it"
        }
        _ => "each AuthnRequest that the SP sends in the flow; none is answered",
    }
}

fn passing(scenario: &Scenario) -> String {
    if scenario.watches() {
        return "Azure goes on with every request that came; no row is told then, and the summary counts the requests".to_owned();
    }
    let ends = scenario.takes().iter().any(scenarios::Take::ends_a_session);
    let by = match scenario.verdict {
        Expected::MustReject | Expected::ShouldReject if ends => {
            "the SP refuses the message, and the session goes on"
        }
        Expected::MustAccept | Expected::ShouldAccept if ends => {
            "the SP takes the message, and the session is over"
        }
        Expected::MustReject | Expected::ShouldReject => {
            "the SP refuses the message, and nobody is signed in"
        }
        Expected::MustAccept | Expected::ShouldAccept => {
            "the SP takes the message, and the right person is signed in"
        }
        Expected::MustHold | Expected::ShouldHold => "what the SP sends is as the rule wants it",
        Expected::Info if scenario.holds.is_some() => "nothing: what the SP sends is recorded",
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

fn failing(scenario: &Scenario) -> &'static str {
    let ends = scenario.takes().iter().any(scenarios::Take::ends_a_session);
    match scenario.verdict {
        Expected::MustReject if ends => {
            "a session is ended by a message that the rule forbids to accept: red"
        }
        Expected::MustAccept if ends => "a sign-out that the rule allows does not work with this SP: red",
        Expected::ShouldAccept if ends => "a rare but valid sign-out does not work with this SP: amber",
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
