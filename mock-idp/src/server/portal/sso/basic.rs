//! "Basic SAML Configuration".

use axum::response::Response;
use maud::html;

use super::addresses::{addresses, row};
use crate::directory::{Application, ReplyUrl, Tenant};
use crate::server::csrf::Form;
use crate::server::portal::app_scene::AppScene;
use crate::server::portal::change;
use crate::server::portal::entry::{Entry, Failure, Problem};
use crate::server::portal::field;
use crate::server::portal::frame::AppSection;

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
        Err(rule) if rule.field == of => Some(super::super::entry::worded(&rule)),
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
