//! What `POST` and `PATCH` say of a user.

use serde_json::{Map, Value};

use super::body;
use super::error::GraphError;
use super::view::user::PROFILE;
use crate::directory::{OnPremises, SignInState, User, UserType};

pub(super) fn patch(user: &mut User, given: &Map<String, Value>) -> Result<(), GraphError> {
    for (name, value) in body::properties(given) {
        let profile = PROFILE.iter().find(|(known, _)| *known == name);
        match name {
            "accountEnabled" => user.enabled = body::boolean(name, value)?,
            "displayName" => user.display_name = body::text(name, value)?,
            "givenName" => user.given_name = body::optional(name, value)?,
            "surname" => user.surname = body::optional(name, value)?,
            "mail" => user.mail = body::optional(name, value)?,
            "mailNickname" => user.name = nickname(&body::text(name, value)?)?,
            "userPrincipalName" => user.user_principal_name = body::text(name, value)?,
            "passwordProfile" => password(user, value)?,
            "otherMails" => user.profile.other_mails = body::texts(name, value)?,
            "businessPhones" => {
                let phones = body::texts(name, value)?;
                if phones.len() > 1 {
                    return Err(GraphError::property(name, "Only one number can be set."));
                }
                set(user, "telephonenumber", phones.into_iter().next());
            }
            "userType" => {
                user.user_type = match body::optional(name, value)?.as_deref() {
                    None | Some("Member") => UserType::Member,
                    Some("Guest") => UserType::Guest,
                    Some(_) => return Err(GraphError::property(name, "Member or Guest is expected.")),
                }
            }
            "usageLocation" => set(user, "usagelocation", body::optional(name, value)?),
            "onPremisesImmutableId" => {
                if let Some(id) = body::optional(name, value)? {
                    user.on_premises
                        .get_or_insert_with(OnPremises::default)
                        .immutable_id = id;
                }
            }
            "onPremisesExtensionAttributes" => extensions(user, value)?,
            "id" | "createdDateTime" | "proxyAddresses" | "deletedDateTime" | "onPremisesSyncEnabled" => {
                return Err(GraphError::property(name, "It is read-only."));
            }
            name => match profile {
                Some((_, attribute)) => set(user, attribute, body::optional(name, value)?),
                None => return Err(GraphError::unknown(name)),
            },
        }
    }
    Ok(())
}

fn set(user: &mut User, attribute: &str, value: Option<String>) {
    match value {
        Some(value) => drop(user.profile.attributes.insert(attribute.to_owned(), value)),
        None => drop(user.profile.attributes.remove(attribute)),
    }
}

fn nickname(text: &str) -> Result<String, GraphError> {
    let plain = |c: char| c.is_ascii() && !c.is_ascii_control() && !"@()\\[]\";:<>, ".contains(c);
    match (1..=64).contains(&text.len()) && text.chars().all(plain) {
        true => Ok(text.to_owned()),
        false => Err(GraphError::property(
            "mailNickname",
            "Up to 64 letters, digits and signs without space are expected.",
        )),
    }
}

/// Azure asks for eight characters of three kinds (Microsoft: "password policies and account restrictions").
fn password(user: &mut User, value: &Value) -> Result<(), GraphError> {
    const NAME: &str = "passwordProfile";
    for (name, value) in body::properties(body::object(NAME, value)?) {
        match name {
            "password" => {
                let text = body::text(name, value)?;
                let kinds = [
                    text.chars().any(char::is_lowercase),
                    text.chars().any(char::is_uppercase),
                    text.chars().any(|c| c.is_ascii_digit()),
                    text.chars().any(|c| !c.is_alphanumeric()),
                ];
                let long = (8..=256).contains(&text.chars().count());
                if !long || kinds.into_iter().filter(|has| *has).count() < 3 {
                    return Err(GraphError {
                        detail: Some((
                            "PasswordPolicy",
                            NAME.to_owned(),
                            "8 to 256 characters of three kinds are expected.".to_owned(),
                        )),
                        ..GraphError::bad(
                            "The specified password does not comply with password complexity requirements. Please provide a different password.",
                        )
                    });
                }
                user.password = text;
                if user.sign_in == SignInState::NoPassword {
                    user.sign_in = SignInState::Free;
                }
            }
            "forceChangePasswordNextSignIn" | "forceChangePasswordNextSignInWithMfa" if value.is_null() => {}
            "forceChangePasswordNextSignIn" => {
                user.sign_in = match body::boolean(name, value)? {
                    true => SignInState::PasswordExpired,
                    false => SignInState::Free,
                }
            }
            "forceChangePasswordNextSignInWithMfa" => drop(body::boolean(name, value)?),
            name => return Err(GraphError::unknown(&format!("{NAME}/{name}"))),
        }
    }
    Ok(())
}

fn extensions(user: &mut User, value: &Value) -> Result<(), GraphError> {
    for (name, value) in body::properties(body::object("onPremisesExtensionAttributes", value)?) {
        let number = name.strip_prefix("extensionAttribute").filter(|number| {
            number
                .parse::<u8>()
                .is_ok_and(|number| (1..=15).contains(&number))
        });
        let number = number.ok_or_else(|| GraphError::unknown(name))?;
        match body::optional(name, value)? {
            Some(text) => drop(
                user.profile
                    .extension_attributes
                    .insert(number.to_owned(), vec![text]),
            ),
            None => drop(user.profile.extension_attributes.remove(number)),
        }
    }
    Ok(())
}
