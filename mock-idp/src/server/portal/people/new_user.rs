//! "New user".

use axum::response::Response;
use maud::{Markup, html};

use crate::directory::{Tenant, User};
use crate::guid;
use crate::server::csrf::Form;
use crate::server::portal::change;
use crate::server::portal::entry::{Entry, Failure};
use crate::server::portal::field;
use crate::server::portal::frame::Section;
use crate::server::portal::scene::Scene;

pub(crate) async fn show(scene: Scene) -> Response {
    let entry = Entry::default()
        .with("domain", &scene.tenant().domain)
        .with("password", password())
        .ticked("enabled", true);
    page(&scene, &entry)
}

/// "Create".
pub(crate) async fn create(scene: Scene, Form(fields): Form) -> Response {
    let entry = Entry::from(fields);
    let made = change::tenant(&scene, |tenant| {
        let mut user = User::new(&account(&entry, tenant), entry.text("display_name"));
        user.given_name = entry.optional("given_name");
        user.surname = entry.optional("surname");
        user.mail = entry.optional("mail");
        user.enabled = entry.has("enabled");
        entry.text("password").clone_into(&mut user.password);
        check_password(&user)?;
        tenant.check_user(&user)?;
        tenant.users.push(user.clone());
        Ok(user)
    });
    match made {
        Ok(user) => scene.done(
            "users",
            &format!("{} was created: {}", user.display_name, user.user_principal_name),
        ),
        Err(failure) => scene.again(entry, failure, page),
    }
}

/// What stands in "User name", with the domain beside it where it has none of its own.
pub(crate) fn account(entry: &Entry, tenant: &Tenant) -> String {
    let name = entry.text("user_name");
    match entry.text("domain") {
        _ if name.is_empty() || name.contains('@') => name.to_owned(),
        "" => format!("{name}@{}", tenant.domain),
        domain => format!("{name}@{domain}"),
    }
}

pub(crate) fn check_password(user: &User) -> Result<(), Failure> {
    match user.password.chars().count() {
        1..=256 => Ok(()),
        _ => Err(Failure::field("password", "A password has 1 to 256 characters.")),
    }
}

/// A first password in Azure's manner: four letters, a few digits.
fn password() -> String {
    const LETTERS: &[u8] = b"bdfghjkmnprstvwz";
    const VOWELS: &[u8] = b"aeiou";
    let bytes = guid::random::<8>();
    let letter = |from: &[u8], byte: u8| char::from(from[usize::from(byte) % from.len()]);
    let digits: u32 = bytes[4..8]
        .iter()
        .fold(0, |sum, byte| sum * 10 + u32::from(byte % 10));
    format!(
        "{}{}{}{}{digits:04}",
        letter(LETTERS, bytes[0]).to_ascii_uppercase(),
        letter(VOWELS, bytes[1]),
        letter(LETTERS, bytes[2]),
        letter(VOWELS, bytes[3]),
    )
}

fn page(scene: &Scene, entry: &Entry) -> Response {
    let form = html! {
        h2 { "Identity" }
        (field::line(entry, "display_name", "Name").required())
        div.pair {
            (field::line(entry, "user_name", "User name").required())
            (field::choice(entry, "domain", "@ domain", domains(scene.tenant())))
        }
        p.hint { "The user name alone, or all of it with @ and domain." }
        (field::line(entry, "given_name", "First name"))
        (field::line(entry, "surname", "Last name"))
        (field::line(entry, "mail", "Email").hint("Azure knows none until the person has a mailbox; without one, the claim emailaddress is left out."))
        h2 { "Password" }
        (secret(entry))
        h2 { "Settings" }
        (field::tick(entry, "enabled", "Account enabled", ""))
        div.tools {
            button type="submit" { "Create" }
            a.button.quiet href=(scene.path("users")) { "Cancel" }
        }
    };
    let form = field::form(scene, &scene.path("users/new"), entry, &form);
    scene.show(Section::Users, &[], "New user", &form)
}

fn domains(tenant: &Tenant) -> Vec<(&str, &str)> {
    let all = std::iter::once(&tenant.domain).chain(&tenant.domains);
    all.map(|domain| (domain.as_str(), domain.as_str())).collect()
}

/// "Password", hidden until "Show password" is ticked.
pub(crate) fn secret(entry: &Entry) -> Markup {
    let problem = entry.problem("password");
    html! {
        div.field.reveal.wrong[problem.is_some()] {
            label for="password" { "Password" }
            input.secret #password type="text" name="password" value=(entry.text("password")) autocomplete="off" spellcheck="false"
                aria-invalid=[problem.map(|_| "true")] aria-describedby=[field::described("password", true, problem.is_some())];
            (field::wrong("password", problem))
            p.hint #password-hint { "It protects nothing and stands on the mock’s start page." }
            div.tick {
                input #show-password type="checkbox";
                label for="show-password" { "Show password" }
            }
        }
    }
}
