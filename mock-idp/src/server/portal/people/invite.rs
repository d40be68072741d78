//! "Invite external user": a guest.

use axum::response::Response;
use maud::html;

use crate::directory::{Guest, Tenant, User, UserType};
use crate::server::csrf::Form;
use crate::server::portal::change;
use crate::server::portal::entry::{Entry, Failure};
use crate::server::portal::field;
use crate::server::portal::frame::Section;
use crate::server::portal::scene::Scene;

pub(crate) async fn show(scene: Scene) -> Response {
    page(&scene, &Entry::default())
}

/// "Invite". The guest has accepted at once.
pub(crate) async fn create(scene: Scene, Form(fields): Form) -> Response {
    let entry = Entry::from(fields);
    let home = home(&scene, &entry);
    let made = change::tenant(&scene, |tenant| {
        let user = guest(&entry, tenant, &home)?;
        tenant.check_user(&user)?;
        tenant.users.push(user.clone());
        Ok(user)
    });
    match made {
        Ok(user) => scene.done(
            &format!("users/{}", user.object_id),
            &format!(
                "{} was invited as {}.",
                user.display_name, user.user_principal_name
            ),
        ),
        Err(failure) => scene.again(entry, failure, page),
    }
}

/// `x_y.com#EXT#@tenant`, as Azure names guests after their mail address.
fn guest(entry: &Entry, tenant: &Tenant, home: &str) -> Result<User, Failure> {
    let mail = entry.text("mail");
    let wrong = || {
        Failure::field(
            "mail",
            "Write the mail address by which the guest is known, such as x@y.example.",
        )
    };
    let (local, domain) = mail.split_once('@').ok_or_else(wrong)?;
    if local.is_empty() || domain.is_empty() || domain.contains('@') {
        return Err(wrong());
    }
    if tenant.owns(domain) {
        return Err(Failure::field(
            "mail",
            format!("{domain} belongs to this tenant: make a new user in place of a guest."),
        ));
    }
    let own = tenant.domains.first().unwrap_or(&tenant.domain);
    let name = match entry.text("display_name") {
        "" => local,
        name => name,
    };
    let mut user = User::new(&format!("{local}_{domain}#EXT#@{own}"), name);
    user.mail = Some(mail.to_owned());
    user.given_name = entry.optional("given_name");
    user.surname = entry.optional("surname");
    user.password = format!("mock-{}", local.to_ascii_lowercase());
    user.user_type = UserType::Guest;
    user.guest = Some(Guest {
        identity_provider: home.to_owned(),
    });
    // The domain's own rule would call the account name wrong; the guest only knows the address.
    tenant.check_user(&user).map_err(|rule| match rule.field {
        "User principal name" => Failure::field("mail", super::super::entry::worded(&rule)),
        _ => rule.into(),
    })?;
    Ok(user)
}

/// The claim `identityprovider`: what was selected, or the mock's own tenant that has the domain.
fn home(scene: &Scene, entry: &Entry) -> String {
    match entry.text("home") {
        "" => {
            let domain = entry
                .text("mail")
                .split_once('@')
                .map_or("", |(_, domain)| domain);
            let tenant = scene.directory.tenants.iter().find(|tenant| tenant.owns(domain));
            tenant.map_or_else(|| "mail".to_owned(), Tenant::entity_id)
        }
        home => home.to_owned(),
    }
}

/// Where guests come from: value of the claim, and words.
pub(crate) fn homes(scene: &Scene) -> Vec<(String, String)> {
    let fixed = [
        ("live.com", "Microsoft account"),
        ("mail", "One-time passcode by mail"),
        ("google.com", "Google"),
    ];
    let tenants = scene
        .directory
        .tenants
        .iter()
        .filter(|tenant| tenant.id != scene.tenant().id);
    fixed
        .iter()
        .map(|(value, words)| ((*value).to_owned(), (*words).to_owned()))
        .chain(tenants.map(|tenant| (tenant.entity_id(), format!("Azure AD: {}", tenant.display_name))))
        .collect()
}

fn page(scene: &Scene, entry: &Entry) -> Response {
    let by_domain = (String::new(), "As the mail address says".to_owned());
    let homes = std::iter::once(by_domain).chain(homes(scene));
    let form = html! {
        (field::line(entry, "mail", "Email").required().hint("Becomes the account name: x@y.example is x_y.example#EXT#@… here."))
        (field::line(entry, "display_name", "Display name"))
        (field::line(entry, "given_name", "First name"))
        (field::line(entry, "surname", "Last name"))
        (field::choice(entry, "home", "Comes from", homes).hint("The claim identityprovider."))
        div.tools {
            button type="submit" { "Invite" }
            a.button.quiet href=(scene.path("users")) { "Cancel" }
        }
    };
    let form = field::form(scene, &scene.path("users/invite"), entry, &form);
    scene.show(Section::Users, &[], "Invite external user", &form)
}
