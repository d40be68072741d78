//! The pages for people. No script, no outside resource, readable without the style sheet.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::account::Account;
use crate::denial::AboutAccount;
use crate::flaw::{Flaw, Flaws};
use crate::identity::Identity;
use crate::state::{Settings, Sp};

/// The style sheet of every page.
pub(crate) const STYLE: &str = include_str!("style.css");

const PRODUCT: &str = "Endpoint Backup";

/// Who is signed in, and the ways to sign in.
pub(crate) fn home(sp: &Sp, settings: &Settings, identity: Option<&Identity>) -> String {
    page(
        PRODUCT,
        settings.flaws,
        identity.is_some(),
        &html! {
            h1 { "Back up every endpoint" }
            p.lead { "A small service provider behind SAML single sign-on, made to be tested against." }
            @match identity {
                Some(identity) => {
                    section.card {
                        h2 { "Signed in" }
                        p { "You are " strong.value { (identity.name_id) } "." }
                        div.actions {
                            a.button href="/account" { "Open my account" }
                            (sign_out())
                        }
                    }
                }
                None => {
                    section.card {
                        h2 { "Sign in" }
                        @for tenant in settings.trust.tenants() {
                            form.tenant action="/singlesignon/saml/login" {
                                input type="hidden" name="idp" value=(tenant.entity_id);
                                input type="hidden" name="to" value="/account";
                                span.value { (tenant.entity_id) }
                                button.button type="submit" { "Sign in with this tenant" }
                            }
                        }
                        @if settings.trust.tenants().is_empty() {
                            p { "No identity provider is trusted yet. Upload the metadata of one on the " a href="/admin/sso" { "administrator's page" } "." }
                        }
                        p.note { "You may also start at your identity provider: IdP-initiated sign-in is welcome." }
                    }
                }
            }
            section.card {
                h2 { "For the administrator" }
                dl {
                    dt { "Identifier (Entity ID)" }
                    dd.value { a href="/singlesignon/saml/metadata" { (sp.entity_id) } }
                    dt { "Reply URL (Assertion Consumer Service)" }
                    dd.value { (sp.acs_url) }
                    dt { "Sign-on URL" }
                    dd.value { (sp.url) "/singlesignon/saml/login" }
                    @if sp.slo {
                        dt { "Logout URL" }
                        dd.value { (sp.slo_url()) }
                    }
                    dt { "Administrator's password" }
                    dd { code #admin-password { (sp.desk.password()) } " " span.note { "Shown because this is a mock that protects nothing." } }
                }
                div.actions { a.button.quiet href="/admin" { "Administration" } }
            }
        },
    )
}

/// What the session knows of its user.
pub(crate) fn account(identity: &Identity, account: Option<&Account>, flaws: Flaws) -> String {
    page(
        "My account",
        flaws,
        true,
        &html! {
            h1 { "My account" }
            section.card {
                h2 { "Identity" }
                dl {
                    dt { "Signed in as" }
                    dd.value.strong #name-id { (identity.name_id) }
                    @if let Some(account) = account {
                        dt { "Account" }
                        dd.value #account { (account.shown()) }
                    }
                    dt { "Tenant (issuer)" }
                    dd.value #issuer { (identity.issuer) }
                    dt { "Role" }
                    dd #role {
                        @for role in identity.roles() { span.tag { (role) } }
                        @if identity.roles().is_empty() { span.tag { "user" } }
                    }
                }
                div.actions { (sign_out()) }
            }
            section.card {
                h2 { "Attributes" }
                @if identity.attributes.is_empty() {
                    p { "The identity provider sent none." }
                } @else {
                    div.scroll tabindex="0" role="region" aria-label="Attributes" {
                        table #attributes {
                            thead { tr { th scope="col" { "Name" } th scope="col" { "Values" } } }
                            tbody {
                                @for (name, values) in &identity.attributes {
                                    tr {
                                        th scope="row" { (breakable(name)) }
                                        td.value { ul { @for value in values { li { (shown(value, flaws)) } } } }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        },
    )
}

/// The page of every refusal. It says why only to who lacks an account, and with an incident it never looks the same twice.
///
/// What the IdP said to its error it never says, but for a switch, which writes it as markup.
pub(crate) fn refused(about: Option<&AboutAccount>, incident: Option<&str>, said: Option<&str>) -> String {
    page(
        "Sign-in refused",
        Flaws::NONE,
        false,
        &html! {
            h1 { "You were not signed in" }
            section.card {
                @match about {
                    None => p { "The answer of your identity provider was not accepted. Please sign in again; if it happens once more, tell your administrator." }
                    Some(AboutAccount { name_id, is_known: false }) => {
                        p { "Nobody here is known as " strong.value #name-unknown { (name_id) } "." }
                        p { "Your identity provider knows you, and this application has no account for you. An administrator must create and activate one before you can sign in." }
                    }
                    Some(AboutAccount { name_id, is_known: true }) => {
                        p { "The account of " strong.value #name-inactive { (name_id) } " is not active." }
                        p { "Your identity provider knows you, and so does this application. An administrator must activate your account before you can sign in." }
                    }
                }
                div.actions { a.button href="/" { "Back to the start" } }
                @if let Some(incident) = incident { pre { (incident) } }
                @if let Some(said) = said { p { (PreEscaped(said)) } }
            }
        },
    )
}

/// For a switch: the way on, with the RelayState as it came.
pub(crate) fn going_on(to: &str, flaws: Flaws) -> String {
    page(
        "Signed in",
        flaws,
        true,
        &html! {
            h1 { "You are signed in" }
            p { "Go on to " (PreEscaped(format!("<a href=\"{to}\">{to}</a>"))) }
        },
    )
}

/// Single logout is over: signed out here in any case, and what the IdP said where it could not do its part.
pub(crate) fn signed_out(failed: Option<&str>) -> String {
    page(
        "Signed out",
        Flaws::NONE,
        false,
        &html! {
            h1 { "You are signed out" }
            section.card {
                @match failed {
                    None => p { "Your session here has ended, and so has the one at your identity provider." }
                    Some(status) => {
                        p { "Your session here has ended. Your identity provider could not end its own, or not everywhere: close the browser to be sure." }
                        p.note { "It reports " code { (status) } "." }
                    }
                }
                div.actions { a.button href="/" { "Back to the start" } }
            }
        },
    )
}

/// Nobody to sign in with.
pub(crate) fn no_idp() -> String {
    page(
        "No identity provider",
        Flaws::NONE,
        false,
        &html! {
            h1 { "Single sign-on is not set up" }
            section.card {
                p { "No trusted identity provider of that name offers sign-in by HTTP-Redirect. An administrator must upload its metadata first." }
                div.actions { a.button href="/admin/sso" { "Administration" } a.button.quiet href="/" { "Back to the start" } }
            }
        },
    )
}

/// A value as text; for a switch as the markup that it may be.
fn shown(value: &str, flaws: Flaws) -> Markup {
    match flaws.has(Flaw::ReflectedMarkup) {
        true => PreEscaped(value.to_owned()),
        false => html! { (value) },
    }
}

/// A URI that breaks after its slashes only, where it has some.
fn breakable(name: &str) -> Markup {
    html! { @for part in name.split_inclusive('/') { (part) wbr; } }
}

/// A button, since following a link should change nothing.
fn sign_out() -> Markup {
    html! { form.inline method="post" action="/logout" { button.button.quiet type="submit" { "Sign out" } } }
}

pub(crate) fn page(title: &str, flaws: Flaws, signed_in: bool, content: &Markup) -> String {
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { @if title == PRODUCT { (title) } @else { (title) " · " (PRODUCT) } " (reference SP)" }
                link rel="icon" href="data:,";
                link rel="stylesheet" href="/style.css";
            }
            body {
                header {
                    a.brand href="/" { span.mark aria-hidden="true" {} (PRODUCT) }
                    span.badge { "reference SP, for tests only" }
                    nav aria-label="Main" {
                        a href="/" { "Home" }
                        a href="/admin" { "Administration" }
                        @if signed_in { a href="/account" { "Account" } }
                    }
                }
                main {
                    @if !flaws.is_empty() {
                        aside.warning role="note" {
                            strong { "Deliberately vulnerable: " }
                            @for flaw in flaws.iter() { code { (flaw) } " " }
                        }
                    }
                    (content)
                }
                footer { "This is a test service provider. It protects nothing and belongs to no product." }
            }
        }
    };
    markup.into_string()
}
