//! The pages of a sign-in. Each is one form; its first button is what most people want, so that the Enter key presses it.

use axum::response::Response;
use maud::{Markup, html};

use crate::directory::AuthMethod;
use crate::server::page;
use crate::{Aadsts, Tenant, User};

use super::account;

/// What all of them need.
pub(super) struct Form {
    pub(super) action: String,
    /// The hidden field of [`crate::server::csrf`].
    pub(super) token: Markup,
    /// The key to what is known so far.
    pub(super) key: String,
    pub(super) organisation: Option<String>,
    pub(super) domain: Option<String>,
    /// What the sign-in is to.
    pub(super) target: Option<String>,
}

/// "Sign in": the account name.
pub(super) fn account(form: &Form, typed: &str, error: Option<&Aadsts>) -> Response {
    let example = format!("someone@{}", form.domain.as_deref().unwrap_or("contoso.example"));
    let content = html! {
        h1 { "Sign in" }
        (target(form))
        (alert(error))
        (whole(form, html! {
            label for="loginfmt" { "Account" }
            input #loginfmt type="text" inputmode="email" name="loginfmt" value=(typed) placeholder=(example)
                autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="256"
                aria-describedby=[error.map(|_| "error")] aria-invalid=[error.map(|_| "true")] autofocus;
            div.buttons { button type="submit" { "Next" } }
        }))
        p.hint { "Accounts and passwords are listed on the " a href="/" { "start page" } " of this mock." }
    };
    shown("Sign in", form, &content)
}

/// "Enter password", or what else the account signs in with.
pub(super) fn credentials(form: &Form, tenant: &Tenant, user: &User, error: Option<&Aadsts>) -> Response {
    let with_password = account::wants_password(user.method);
    let title = match with_password {
        true => "Enter password",
        false => "Verify your identity",
    };
    let content = html! {
        (identity(user))
        h1 { (title) }
        (target(form))
        (alert(error))
        (whole(form, html! {
            @if with_password {
                // For password managers, and for programs that fill in forms.
                input type="hidden" name="loginfmt" value=(user.user_principal_name) autocomplete="username";
                label for="passwd" { "Password" }
                input #passwd type="password" name="passwd" autocomplete="current-password" required
                    aria-describedby=[error.map(|_| "error")] aria-invalid=[error.map(|_| "true")] autofocus;
                div.buttons {
                    button type="submit" name="action" value="next" { "Sign in" }
                    button.quiet type="submit" name="action" value="other" formnovalidate { "Use another account" }
                }
            } @else {
                p { (method(user.method)) " The mock takes your word for it." }
                div.buttons {
                    button type="submit" name="action" value="next" { "Continue" }
                    button.quiet type="submit" name="action" value="other" { "Use another account" }
                }
            }
        }))
        p.hint { "Organisation of this account: " (tenant.display_name) }
    };
    shown(title, form, &content)
}

/// "Approve sign in request", or the code or call that this account is asked for.
pub(super) fn second_factor(form: &Form, tenant: &Tenant, user: &User) -> Response {
    let (title, sentence, yes) = match user.method {
        AuthMethod::PasswordAndOath => (
            "Enter code",
            "The real page asks for the code that your authenticator shows.",
            "The code is right",
        ),
        AuthMethod::PasswordAndVoice => (
            "We’re calling your phone",
            "On the real page you answer the call and press #.",
            "I answered",
        ),
        _ => (
            "Approve sign in request",
            "The real page waits until you approve the request in your Authenticator app.",
            "Approve",
        ),
    };
    let content = html! {
        (identity(user))
        h1 { (title) }
        (target(form))
        p { (sentence) " Here you decide what happens." }
        (whole(form, html! {
            div.buttons {
                button type="submit" name="action" value="approve" autofocus { (yes) }
                button.quiet type="submit" name="action" value="deny" { "It does not succeed" }
            }
        }))
        p.hint { "Organisation of this account: " (tenant.display_name) }
    };
    shown(title, form, &content)
}

/// "Stay signed in?"
pub(super) fn stay_signed_in(form: &Form) -> Response {
    let content = html! {
        h1 { "Stay signed in?" }
        p { "Then you are asked to sign in less often in this browser, also after it was closed." }
        (whole(form, html! {
            div.buttons {
                button type="submit" name="action" value="yes" autofocus { "Yes" }
                button.quiet type="submit" name="action" value="no" { "No" }
            }
        }))
    };
    shown("Stay signed in?", form, &content)
}

/// "Pick an account": those who are signed in in this browser.
pub(super) fn picker(form: &Form, people: &[(&Tenant, &User)]) -> Response {
    let content = html! {
        h1 { "Pick an account" }
        (target(form))
        (whole(form, html! {
            ul.people {
                @for (tenant, user) in people {
                    li {
                        button.person type="submit" name="account" value=(user.object_id) {
                            span.initial aria-hidden="true" { (initial(&user.display_name)) }
                            span {
                                strong { (user.display_name) }
                                span.line { (user.user_principal_name) }
                                span.line { (tenant.display_name) " · signed in" }
                            }
                        }
                    }
                }
                li {
                    button.person type="submit" name="action" value="other" {
                        span.initial aria-hidden="true" { "+" }
                        span { strong { "Use another account" } }
                    }
                }
            }
        }))
    };
    shown("Pick an account", form, &content)
}

fn shown(title: &str, form: &Form, content: &Markup) -> Response {
    let content = html! {
        main.card.narrow {
            p.organisation { (form.organisation.as_deref().unwrap_or("Any organisation")) }
            (content)
        }
    };
    page::document(title, &content)
}

fn whole(form: &Form, content: Markup) -> Markup {
    html! {
        form method="post" action=(form.action) {
            (form.token)
            input type="hidden" name="ctx" value=(form.key);
            (content)
        }
    }
}

fn target(form: &Form) -> Markup {
    html! {
        @if let Some(target) = &form.target {
            p.muted { "to continue to " strong { (target) } }
        }
    }
}

fn alert(error: Option<&Aadsts>) -> Markup {
    html! {
        @if let Some(error) = error {
            p.alert #error role="alert" { (error) }
        }
    }
}

fn identity(user: &User) -> Markup {
    html! {
        p.identity {
            span.initial aria-hidden="true" { (initial(&user.display_name)) }
            span { (user.user_principal_name) }
        }
    }
}

pub(in crate::server) fn initial(name: &str) -> String {
    name.chars().next().unwrap_or('?').to_uppercase().collect()
}

fn method(method: AuthMethod) -> &'static str {
    match method {
        AuthMethod::PhoneSignIn => "This account signs in by approving a number in its Authenticator app.",
        AuthMethod::Fido2 => {
            "This account signs in with a security key, a passkey of a device, or Windows Hello."
        }
        AuthMethod::SyncedPasskey => "This account signs in with a passkey.",
        AuthMethod::Certificate => "This account signs in with a certificate.",
        AuthMethod::TemporaryAccessPass => "This account signs in with a Temporary Access Pass.",
        AuthMethod::WindowsIntegrated => "This account signs in with Windows.",
        AuthMethod::Password
        | AuthMethod::PasswordAndPush
        | AuthMethod::PasswordAndOath
        | AuthMethod::PasswordAndVoice => "This account signs in with a password.",
    }
}
