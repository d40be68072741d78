//! "Basic SAML Configuration".

use axum::response::Response;
use maud::{Markup, html};

use crate::directory::{Application, ReplyUrl, Tenant};
use crate::gallery::FieldName;
use crate::server::csrf::Form;
use crate::server::portal::app::offer_of;
use crate::server::portal::change;
use crate::server::portal::entry::{Entry, Failure, Problem};
use crate::server::portal::field;
use crate::server::portal::frame::AppSection;
use crate::server::portal::scene::AppScene;

pub(crate) async fn show(scene: AppScene) -> Response {
    let entry = fill(scene.entry(), scene.application());
    page(&scene, &entry)
}

/// "Save", or one more row.
pub(crate) async fn save(scene: AppScene, Form(fields): Form) -> Response {
    let entry = Entry::from(fields);
    if entry.has("more") {
        return page(&scene, &entry);
    }
    match change::application(&scene, &entry, |application, tenant| {
        take(&entry, application, tenant)
    }) {
        Ok(()) => scene.done("single-sign-on", "Basic SAML Configuration was saved."),
        Err(failure) => scene.again(entry, failure, page),
    }
}

/// The form's fields, as the application has them.
pub(crate) fn fill(mut entry: Entry, application: &Application) -> Entry {
    for identifier in &application.identifiers {
        entry = entry.with("identifier", identifier);
    }
    for reply in &application.reply_urls {
        let index = reply.index.map(|index| index.to_string()).unwrap_or_default();
        entry = entry.with("reply_url", &reply.url).with("reply_index", index);
    }
    let default = application.reply_urls.iter().position(|reply| reply.is_default);
    entry
        .with("identifier_default", "0")
        .with("reply_default", default.unwrap_or(0).to_string())
        .with("sign_on_url", application.sign_on_url.clone().unwrap_or_default())
        .with("relay_state", application.relay_state.clone().unwrap_or_default())
        .with("logout_url", application.logout_url.clone().unwrap_or_default())
}

/// What the form says, into the application, where Azure takes it; what is wrong is told beside its row.
pub(crate) fn take(entry: &Entry, application: &mut Application, tenant: &Tenant) -> Result<(), Failure> {
    let mut problems = Vec::new();
    let wrong = |application: &Application, of: &str| match tenant.check_application(application) {
        Err(rule) if rule.field == of => Some(super::super::entry::sentence(&rule.problem)),
        _ => None,
    };
    let mut bare = application.clone();
    bare.identifiers.clear();
    bare.reply_urls.clear();

    let default = entry.text("identifier_default").parse().unwrap_or(0);
    application.identifiers.clear();
    for (at, identifier) in entry.all("identifier").into_iter().enumerate() {
        if identifier.is_empty() {
            continue;
        }
        let alone = Application {
            identifiers: vec![identifier.to_owned()],
            ..bare.clone()
        };
        let twice = application.identifiers.iter().any(|known| known == identifier);
        let twice = twice.then(|| "This Identifier stands there twice; remove one.".to_owned());
        problems.extend(
            wrong(&alone, "Identifier")
                .or(twice)
                .map(|text| Problem::new(row("identifier", at), text)),
        );
        match at == default {
            true => application.identifiers.insert(0, identifier.to_owned()),
            false => application.identifiers.push(identifier.to_owned()),
        }
    }

    let default = entry.text("reply_default").parse().unwrap_or(0);
    let indices = entry.all("reply_index");
    application.reply_urls.clear();
    for (at, url) in entry.all("reply_url").into_iter().enumerate() {
        if url.is_empty() {
            continue;
        }
        let index = match indices.get(at).copied().unwrap_or_default() {
            "" => None,
            text => match text.parse::<u16>() {
                Ok(index)
                    if !application
                        .reply_urls
                        .iter()
                        .any(|known| known.index == Some(index)) =>
                {
                    Some(index)
                }
                Ok(_) => {
                    problems.push(Problem::new(
                        row("reply_index", at),
                        "Two Reply URLs cannot have one index.",
                    ));
                    None
                }
                Err(_) => {
                    problems.push(Problem::new(
                        row("reply_index", at),
                        "An index is a number from 0 to 65535.",
                    ));
                    None
                }
            },
        };
        let reply = ReplyUrl {
            url: url.to_owned(),
            index,
            is_default: at == default,
        };
        let alone = Application {
            reply_urls: vec![reply.clone()],
            ..bare.clone()
        };
        problems.extend(wrong(&alone, "Reply URL").map(|text| Problem::new(row("reply_url", at), text)));
        application.reply_urls.push(reply);
    }
    if let Some(first) = application
        .reply_urls
        .first()
        .filter(|first| !first.is_default)
        .cloned()
        && !application.reply_urls.iter().any(|reply| reply.is_default)
    {
        application.reply_urls[0] = ReplyUrl {
            is_default: true,
            ..first
        };
    }
    for (none, name, text) in [
        (
            application.identifiers.is_empty(),
            "identifier",
            "Write the Identifier that the application names itself by.",
        ),
        (
            application.reply_urls.is_empty(),
            "reply_url",
            "Write the Reply URL that responses are posted to.",
        ),
    ] {
        if none {
            problems.push(Problem::new(name, text));
        }
    }
    application.sign_on_url = entry.optional("sign_on_url");
    application.relay_state = entry.optional("relay_state");
    application.logout_url = entry.optional("logout_url");
    if problems.is_empty() {
        tenant.check_application(application)?;
        return Ok(());
    }
    Err(Failure::Problems(problems))
}

/// The id of the n-th input of that name.
fn row(name: &str, at: usize) -> String {
    match at {
        0 => name.to_owned(),
        at => format!("{name}-{at}"),
    }
}

pub(crate) fn page(scene: &AppScene, entry: &Entry) -> Response {
    let form = html! {
        div.tools {
            button type="submit" { "Save" }
            a.button.quiet href=(scene.within("single-sign-on")) { "Cancel" }
            a.button.quiet href=(scene.within("single-sign-on/metadata")) { "Upload metadata file" }
        }
        (addresses(scene, entry))
    };
    let content = html! {
        @if entry.has("uploaded") {
            div.notice role="status" { p { "The fields show what the file says. Nothing is saved yet: look at them, then save." } }
        }
        (field::form(scene, &scene.within("single-sign-on/basic"), entry, &form))
    };
    scene.show(
        AppSection::SingleSignOn,
        &[],
        "Basic SAML Configuration",
        &content,
    )
}

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
