//! The administrator's pages: forms that work without a script, each field with its label, its hint and its error.

pub(crate) mod sso;
pub(crate) mod users;

use maud::{Markup, html};

use crate::admin::desk::Notice;
use crate::admin::draft::Draft;
use crate::flaw::Flaws;
use crate::pages::page;

/// The sign-in page.
pub(crate) fn sign_in(csrf: &str, draft: &Draft, flaws: Flaws) -> String {
    page(
        "Administration",
        flaws,
        false,
        &html! {
            h1 { "Administration" }
            section.card {
                h2 { "Sign in as the administrator" }
                form method="post" action="/admin/sign-in" {
                    (hidden("csrf", csrf))
                    (labelled(draft, "password", "Password", Some("The start page of this mock shows it, and so does the program that started it."), |id, described| html! {
                        input type="password" name="password" id=(id) required autocomplete="current-password" autofocus
                            aria-describedby=[described] aria-invalid=[draft.error("password").map(|_| "true")];
                    }))
                    div.actions {
                        button.button type="submit" { "Sign in" }
                        a href="/" { "Back to the start" }
                    }
                }
            }
        },
    )
}

/// A form that was not taken at all.
pub(crate) fn refused(why: &str, flaws: Flaws) -> String {
    page(
        "Nothing was changed",
        flaws,
        false,
        &html! {
            h1 { "Nothing was changed" }
            section.card {
                p { (why) }
                div.actions { a.button href="/admin/sso" { "Administration" } }
            }
        },
    )
}

/// Which of the pages it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    SingleSignOn,
    Users,
}

/// The frame of both pages: where one is, and what came of the form before.
fn framed(
    place: Place,
    csrf: &str,
    flaws: Flaws,
    notice: Option<&Notice>,
    problem: Option<&str>,
    content: &Markup,
) -> String {
    let title = match place {
        Place::SingleSignOn => "Single sign-on",
        Place::Users => "Users",
    };
    let link = |to: Place, href: &str, text: &str| {
        html! { a href=(href) aria-current=[(to == place).then_some("page")] { (text) } }
    };
    let marked = if problem.is_some() {
        format!("Error: {title}")
    } else {
        title.to_owned()
    };
    page(
        &marked,
        flaws,
        false,
        &html! {
            div.bar {
                nav.tabs aria-label="Administration" {
                    (link(Place::SingleSignOn, "/admin/sso", "Single sign-on"))
                    (link(Place::Users, "/admin/users", "Users"))
                }
                form.inline method="post" action="/admin/sign-out" {
                    (hidden("csrf", csrf))
                    button.button.quiet.small type="submit" { "Sign out of administration" }
                }
            }
            h1 { (title) }
            @if let Some(problem) = problem {
                div.warning role="alert" { strong { "Nothing was changed. " } (problem) }
            }
            @if let Some(notice) = notice {
                div.notice role="status" { (notice.done) }
                @for warning in &notice.warnings {
                    div.warning role="alert" { strong { "Look at this: " } (warning) }
                }
            }
            (content)
            p.note { "What is entered here is kept in memory. It is gone when this service provider stops." }
        },
    )
}

/// Why the page is shown once more, when a field below says what is wrong.
fn see_below(draft: &Draft) -> Option<&'static str> {
    draft
        .is_wrong()
        .then_some("One of the fields below needs another value.")
}

fn hidden(name: &str, value: &str) -> Markup {
    html! { input type="hidden" name=(name) value=(value); }
}

/// The head of a table. Its roles are written out: on a narrow screen the rows are stacked, and browsers forget then
/// what a table is.
fn head(columns: &[&str]) -> Markup {
    html! {
        thead role="rowgroup" {
            tr role="row" { @for column in columns { th scope="col" role="columnheader" { (column) } } }
        }
    }
}

/// A line of text.
fn line(draft: &Draft, name: &str, label: &str, hint: Option<&str>, required: bool) -> Markup {
    labelled(draft, name, label, hint, |id, described| {
        html! {
            input type="text" name=(name) id=(id) value=(draft.value(name)) required[required] autocomplete="off"
                spellcheck="false" aria-describedby=[described] aria-invalid=[draft.error(name).map(|_| "true")]
                autofocus[draft.error(name).is_some()];
        }
    })
}

/// A file.
fn file(draft: &Draft, name: &str, label: &str, accept: &str, hint: Option<&str>) -> Markup {
    labelled(draft, name, label, hint, |id, described| {
        html! {
            input type="file" name=(name) id=(id) accept=(accept) aria-describedby=[described]
                aria-invalid=[draft.error(name).map(|_| "true")] autofocus[draft.error(name).is_some()];
        }
    })
}

/// Several lines of text.
fn text(draft: &Draft, name: &str, label: &str, hint: Option<&str>) -> Markup {
    labelled(draft, name, label, hint, |id, described| {
        html! {
            textarea name=(name) id=(id) rows="4" autocomplete="off" spellcheck="false" aria-describedby=[described]
                aria-invalid=[draft.error(name).map(|_| "true")] autofocus[draft.error(name).is_some()] {
                "\n" (draft.value(name))
            }
        }
    })
}

/// A control between its label and what there is to say about it. It is described by its error and its hint.
fn labelled(
    draft: &Draft,
    name: &str,
    label: &str,
    hint: Option<&str>,
    control: impl FnOnce(&str, Option<String>) -> Markup,
) -> Markup {
    labelled_as(&name.replace('_', "-"), draft, name, label, hint, control)
}

/// The same under an ID of its own, where a page has several fields of one name.
fn labelled_as(
    id: &str,
    draft: &Draft,
    name: &str,
    label: &str,
    hint: Option<&str>,
    control: impl FnOnce(&str, Option<String>) -> Markup,
) -> Markup {
    let error = draft.error(name);
    let described: Vec<String> = [error.map(|_| "error"), hint.map(|_| "hint")]
        .into_iter()
        .flatten()
        .map(|what| format!("{id}-{what}"))
        .collect();
    let described = Some(described.join(" ")).filter(|ids| !ids.is_empty());
    html! {
        div.field {
            label for=(id) { (label) }
            @if let Some(error) = error { p.error id={ (id) "-error" } { strong { "Error: " } (error) } }
            (control(id, described))
            @if let Some(hint) = hint { p.hint id={ (id) "-hint" } { (hint) } }
        }
    }
}
