//! A user's properties, from a form and into one: everything that a claim may carry.

use maud::{Markup, html};

use crate::directory::{AuthMethod, Guest, OnPremises, SignInState, StrongAuthentication, User, UserType};
use crate::server::portal::entry::{Entry, Failure};
use crate::server::portal::field;

const STATES: [(&str, &str, SignInState); 4] = [
    ("free", "Nothing", SignInState::Free),
    ("locked", "The account is locked (50053)", SignInState::Locked),
    (
        "expired",
        "The password has expired (50055)",
        SignInState::PasswordExpired,
    ),
    (
        "none",
        "The account has no password (50056)",
        SignInState::NoPassword,
    ),
];
const METHODS: [(&str, &str, AuthMethod); 10] = [
    ("password", "Password", AuthMethod::Password),
    (
        "push",
        "Password and Authenticator approval",
        AuthMethod::PasswordAndPush,
    ),
    ("oath", "Password and OATH token", AuthMethod::PasswordAndOath),
    (
        "voice",
        "Password and telephone call",
        AuthMethod::PasswordAndVoice,
    ),
    ("phone", "Authenticator without password", AuthMethod::PhoneSignIn),
    ("fido2", "Security key or Windows Hello", AuthMethod::Fido2),
    ("passkey", "Synchronized passkey", AuthMethod::SyncedPasskey),
    ("certificate", "Client certificate", AuthMethod::Certificate),
    ("pass", "Temporary Access Pass", AuthMethod::TemporaryAccessPass),
    (
        "integrated",
        "Windows integrated authentication",
        AuthMethod::WindowsIntegrated,
    ),
];
const STRONG: [(&str, &str, StrongAuthentication); 3] = [
    ("no", "Not registered", StrongAuthentication::NotRegistered),
    ("yes", "Registered", StrongAuthentication::Registered),
    (
        "expired",
        "Registered, to be given again",
        StrongAuthentication::Expired,
    ),
];
/// Attribute of the profile, and its words.
const ATTRIBUTES: [(&str, &str); 22] = [
    ("jobtitle", "Job title"),
    ("companyname", "Company name"),
    ("department", "Department"),
    ("employeeid", "Employee ID"),
    ("employeetype", "Employee type"),
    ("hiredate", "Employee hire date"),
    ("officelocation", "Office location"),
    ("streetaddress", "Street address"),
    ("city", "City"),
    ("state", "State or province"),
    ("postalcode", "ZIP or postal code"),
    ("country", "Country or region"),
    ("telephonenumber", "Business phone"),
    ("mobilephone", "Mobile phone"),
    ("facsimiletelephonenumber", "Fax number"),
    ("preferredlanguage", "Preferred language"),
    ("preferreddatalocation", "Preferred data location"),
    ("agegroup", "Age group"),
    ("consentprovidedforminor", "Consent provided for minor"),
    ("creationtype", "Creation type"),
    ("lastpasswordchangedatetime", "Last password change"),
    ("onpremisesdomainname", "On-premises domain name"),
];
/// Fields of the on-premises directory: name in the form, words.
const ON_PREMISES: [(&str, &str); 6] = [
    ("sam_account_name", "SAM account name"),
    ("netbios_name", "NetBIOS name of the domain"),
    ("dns_domain_name", "DNS name of the domain"),
    ("security_identifier", "Security identifier (SID)"),
    ("immutable_id", "Immutable ID"),
    ("on_premises_upn", "On-premises user principal name"),
];

fn of(user: &mut OnPremises) -> [&mut String; 6] {
    [
        &mut user.sam_account_name,
        &mut user.netbios_name,
        &mut user.dns_domain_name,
        &mut user.security_identifier,
        &mut user.immutable_id,
        &mut user.user_principal_name,
    ]
}

fn first<T: PartialEq + Copy>(all: &[(&'static str, &str, T)], value: T) -> &'static str {
    let found = all.iter().find(|(.., known)| *known == value);
    found.map_or("", |found| found.0)
}

fn chosen<T: Copy + Default>(all: &[(&str, &str, T)], name: &str) -> T {
    let found = all.iter().find(|(known, ..)| *known == name);
    found.map_or_else(T::default, |found| found.2)
}

/// The fields, as the user has them.
pub(crate) fn fill(entry: Entry, user: &User) -> Entry {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let mut entry = entry
        .with("display_name", &user.display_name)
        .with("user_name", &user.user_principal_name)
        .with("given_name", text(&user.given_name))
        .with("surname", text(&user.surname))
        .with("mail", text(&user.mail))
        .with("nickname", &user.name)
        .with("password", &user.password)
        .ticked("enabled", user.enabled)
        .with("sign_in_state", first(&STATES, user.sign_in))
        .with("method", first(&METHODS, user.method))
        .with("strong", first(&STRONG, user.strong_authentication))
        .ticked("guest", user.is_guest())
        .with(
            "home",
            user.guest
                .as_ref()
                .map(|guest| guest.identity_provider.clone())
                .unwrap_or_default(),
        )
        .with("other_mails", user.profile.other_mails.join("\n"))
        .with("proxy_addresses", user.profile.proxy_addresses.join("\n"))
        .ticked("on_premises", user.on_premises.is_some());
    for (name, value) in &user.profile.attributes {
        entry = entry.with(name, value);
    }
    for (number, values) in &user.profile.extension_attributes {
        entry = entry.with(&format!("extension_{number}"), values.join("\n"));
    }
    let mut known = user.on_premises.clone().unwrap_or_default();
    for ((name, _), value) in ON_PREMISES.iter().zip(of(&mut known)) {
        entry = entry.with(name, value.as_str());
    }
    entry
}

/// What the form says, into the user.
pub(crate) fn read(entry: &Entry, user: &mut User) -> Result<(), Failure> {
    let lines = |name: &str| -> Vec<String> {
        let all = entry.text(name).lines().map(str::trim);
        all.filter(|line| !line.is_empty())
            .map(ToOwned::to_owned)
            .collect()
    };
    entry.text("display_name").clone_into(&mut user.display_name);
    entry.text("user_name").clone_into(&mut user.user_principal_name);
    if let Some(nickname) = entry.optional("nickname") {
        user.name = nickname;
    }
    user.given_name = entry.optional("given_name");
    user.surname = entry.optional("surname");
    user.mail = entry.optional("mail");
    entry.text("password").clone_into(&mut user.password);
    super::new_user::check_password(user)?;
    user.enabled = entry.has("enabled");
    user.sign_in = chosen(&STATES, entry.text("sign_in_state"));
    user.method = chosen(&METHODS, entry.text("method"));
    user.strong_authentication = chosen(&STRONG, entry.text("strong"));
    user.user_type = match entry.has("guest") {
        true => UserType::Guest,
        false => UserType::Member,
    };
    user.guest = entry
        .optional("home")
        .map(|identity_provider| Guest { identity_provider });
    user.profile.other_mails = lines("other_mails");
    user.profile.proxy_addresses = lines("proxy_addresses");
    for (name, _) in &ATTRIBUTES {
        match entry.optional(name) {
            Some(value) => drop(user.profile.attributes.insert((*name).to_owned(), value)),
            None => drop(user.profile.attributes.remove(*name)),
        }
    }
    for number in 1..=15 {
        let values = lines(&format!("extension_{number}"));
        match values.is_empty() {
            true => drop(user.profile.extension_attributes.remove(&number.to_string())),
            false => drop(
                user.profile
                    .extension_attributes
                    .insert(number.to_string(), values),
            ),
        }
    }
    user.on_premises = entry.has("on_premises").then(|| {
        let mut known = OnPremises::default();
        for ((name, _), value) in ON_PREMISES.iter().zip(of(&mut known)) {
            entry.text(name).clone_into(value);
        }
        known
    });
    let long = entry
        .fields()
        .iter()
        .find(|(_, value)| value.chars().count() > 4096);
    match long {
        Some((name, _)) => Err(Failure::field(
            name,
            "At most 4096 characters are kept; shorten this field.",
        )),
        None => Ok(()),
    }
}

/// The fields; `homes` are where guests may come from.
pub(crate) fn show(entry: &Entry, homes: Vec<(String, String)>) -> Markup {
    let homes = std::iter::once((String::new(), "This tenant".to_owned())).chain(homes);
    html! {
        h2 { "Identity" }
        (field::line(entry, "display_name", "Name").required())
        (field::line(entry, "user_name", "User name").required())
        div.pair {
            (field::line(entry, "given_name", "First name"))
            (field::line(entry, "surname", "Last name"))
            (field::line(entry, "mail", "Email"))
            (field::line(entry, "nickname", "Mail nickname").hint("Scenarios call their people by it."))
        }
        (field::tick(entry, "guest", "Guest", "Belongs to somebody else’s directory."))
        (field::choice(entry, "home", "Comes from", homes))
        h2 { "Sign-in" }
        (field::tick(entry, "enabled", "Account enabled", "A disabled one meets AADSTS50057."))
        (super::new_user::secret(entry))
        (field::choice(entry, "sign_in_state", "After the right password", STATES.map(|(value, words, _)| (value, words))))
        (field::choice(entry, "method", "Signs in by", METHODS.map(|(value, words, _)| (value, words))))
        (field::choice(entry, "strong", "Second factor", STRONG.map(|(value, words, _)| (value, words))))
        details open {
            summary { "Job and contact information" }
            div.pair { @for (name, words) in &ATTRIBUTES { (field::line(entry, name, words)) } }
            (field::lines(entry, "other_mails", "Other mails", 2).hint("One a line; a claim carries the first."))
            (field::lines(entry, "proxy_addresses", "Proxy addresses", 2).hint("One a line."))
        }
        details open[entry.has("on_premises")] {
            summary { "On-premises" }
            (field::tick(entry, "on_premises", "On-premises sync enabled", ""))
            div.pair { @for (name, words) in &ON_PREMISES { (field::line(entry, name, words)) } }
        }
        details open[(1..=15).any(|number| !entry.text(&format!("extension_{number}")).is_empty())] {
            summary { "Extension attributes" }
            p.hint { "Several values of one, where it was synchronized so, stand one a line." }
            div.pair { @for number in 1..=15 { (field::lines(entry, &format!("extension_{number}"), &format!("extensionAttribute{number}"), 1)) } }
        }
    }
}
