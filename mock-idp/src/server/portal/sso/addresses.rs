//! The fields of "Basic SAML Configuration": rows of Identifiers and Reply URLs, and three lines.

use maud::{Markup, html};

use crate::gallery::FieldName;
use crate::server::portal::app::offer_of;
use crate::server::portal::app_scene::AppScene;
use crate::server::portal::entry::Entry;
use crate::server::portal::field;

/// The fields, with the patterns of the application's template.
pub(crate) fn addresses(scene: &AppScene, entry: &Entry) -> Markup {
    let offer = offer_of(&scene.directory, scene.application());
    let patterns = |field| {
        let all = offer
            .as_ref()
            .map_or_else(Vec::new, |offer| offer.patterns(field));
        html! { @for (at, pattern) in all.iter().enumerate() { @if at == 0 { "Patterns: " } @else { ", " } code { (pattern) } } }
    };
    let optional = |name, label, about: &str, field_name| {
        field::line(entry, name, label).hint(html! { (about) " " (patterns(field_name)) })
    };
    html! {
        (identifiers(entry, &patterns(FieldName::Identifier)))
        (replies(entry, &patterns(FieldName::ReplyUrl)))
        (optional("sign_on_url", "Sign on URL", "Leave it empty unless a sign-in begins at the application: with it, a launch sends the browser there.", FieldName::SignOnUrl))
        (optional("relay_state", "Relay State", "Where the application goes after a launch from here.", FieldName::RelayState))
        (optional("logout_url", "Logout Url", "Where logout messages are sent.", FieldName::LogoutUrl))
    }
}

/// The id of the n-th input of that name.
pub(crate) fn row(name: &str, at: usize) -> String {
    match at {
        0 => name.to_owned(),
        at => format!("{name}-{at}"),
    }
}

/// The values of the rows, with an empty one at the end where it is asked for or nothing is there.
fn rows<'a>(entry: &'a Entry, name: &str, more: &str) -> Vec<&'a str> {
    let mut values = entry.all(name);
    if values.is_empty() || entry.text("more") == more {
        values.push("");
    }
    values
}

fn identifiers(entry: &Entry, patterns: &Markup) -> Markup {
    let values = rows(entry, "identifier", "identifier");
    html! {
        fieldset.box {
            legend { "Identifier (Entity ID)" span.needed aria-hidden="true" { " *" } }
            p.hint #identifier-hint { "The name that the application writes as Issuer, letter for letter. The default is the audience of a launch from here. Clear a row to remove it. " (patterns) }
            @for (at, value) in values.iter().enumerate() {
                @let id = row("identifier", at);
                @let problem = entry.problem(&id);
                div.rows.two.wrong[problem.is_some()] {
                    div.wide {
                        label for=(id) { "Identifier" @if at > 0 { " " (at + 1) } }
                        input id=(id) type="text" name="identifier" value=(value) autocomplete="off" spellcheck="false" aria-invalid=[problem.map(|_| "true")] aria-describedby=[with_hint("identifier-hint", &id, problem)];
                    }
                    (default("identifier_default", at, entry, "Identifier"))
                    (field::wrong(&id, problem))
                }
            }
            p { button.link type="submit" name="more" value="identifier" { "Add identifier" } }
        }
    }
}

fn replies(entry: &Entry, patterns: &Markup) -> Markup {
    let values = rows(entry, "reply_url", "reply_url");
    let indices = entry.all("reply_index");
    html! {
        fieldset.box {
            legend { "Reply URL (Assertion Consumer Service URL)" span.needed aria-hidden="true" { " *" } }
            p.hint #reply_url-hint { "Where responses are posted, compared letter for letter: https, or http on this machine. " (patterns) }
            @for (at, value) in values.iter().enumerate() {
                @let (id, index_id) = (row("reply_url", at), row("reply_index", at));
                @let (problem, index_problem) = (entry.problem(&id), entry.problem(&index_id));
                div.rows.wrong[problem.is_some() || index_problem.is_some()] {
                    div.wide {
                        label for=(id) { "Reply URL" @if at > 0 { " " (at + 1) } }
                        input id=(id) type="text" name="reply_url" value=(value) autocomplete="off" spellcheck="false" aria-invalid=[problem.map(|_| "true")] aria-describedby=[with_hint("reply_url-hint", &id, problem)];
                    }
                    div {
                        label for=(index_id) { "Index" @if at > 0 { span.visually-hidden { " of Reply URL " (at + 1) } } }
                        input id=(index_id) type="text" inputmode="numeric" name="reply_index" value=(indices.get(at).copied().unwrap_or_default()) aria-invalid=[index_problem.map(|_| "true")] aria-describedby=[field::described(&index_id, false, index_problem.is_some())];
                    }
                    (default("reply_default", at, entry, "Reply URL"))
                    (field::wrong(&id, problem))
                    (field::wrong(&index_id, index_problem))
                }
            }
            p { button.link type="submit" name="more" value="reply_url" { "Add reply URL" } }
        }
    }
}

fn default(name: &str, at: usize, entry: &Entry, of: &str) -> Markup {
    let id = row(name, at);
    let chosen = entry.text(name) == at.to_string() || (entry.text(name).is_empty() && at == 0);
    html! {
        div.tick {
            input id=(id) type="radio" name=(name) value=(at) checked[chosen];
            label for=(id) { "Default" span.visually-hidden { " " (of) " " (at + 1) } }
        }
    }
}

fn with_hint(hint: &str, id: &str, problem: Option<&str>) -> Option<String> {
    Some(match problem {
        Some(_) => format!("{hint} {id}-error"),
        None => hint.to_owned(),
    })
}
