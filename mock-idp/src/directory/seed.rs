//! What a new directory begins with.

use super::{CONTOSO, FABRIKAM, Keys, Tenant, User};
use crate::guid;

/// Domain, display name and country of each tenant.
const TENANTS: [(&str, &str, &str); 2] = [(CONTOSO, "Contoso", "US"), (FABRIKAM, "Fabrikam", "DE")];

/// The two tenants with their people, each with new ids and with these keys.
pub(super) fn tenants(keys: [Keys; 2]) -> Vec<Tenant> {
    let tenant = |((domain, display_name, country), keys): ((&str, &str, &str), Keys)| Tenant {
        id: guid::fresh(),
        domain: domain.to_owned(),
        domains: vec![format!(
            "{}.onmicrosoft.example",
            display_name.to_ascii_lowercase()
        )],
        display_name: display_name.to_owned(),
        country: country.to_owned(),
        users: people(domain),
        groups: Vec::new(),
        applications: Vec::new(),
        policies: Vec::new(),
        keys,
    };
    TENANTS.into_iter().zip(keys).map(tenant).collect()
}

/// The value of the role that one of the built-in people has at a service provider under test.
pub(super) fn role(name: &str) -> Option<&'static str> {
    PEOPLE
        .iter()
        .find(|person| person.name == name)
        .map(|person| person.role)
}

/// The people of a tenant by its domain; in the first one B.Simon too, the user of Microsoft's tutorials.
///
/// Of the scenarios' people, display name, given name and surname each carry a marker that no other person and no other field
/// has, so that a probe that finds one on a page knows whose it is.
fn people(domain: &str) -> Vec<User> {
    let mut users: Vec<User> = PEOPLE
        .iter()
        .filter(|person| person.domain == domain)
        .map(|person| {
            let account = format!("{}@{domain}", person.account);
            let [display, given, surname] = person.markers;
            User {
                name: person.name.to_owned(),
                mail: Some(account.clone()),
                given_name: Some(format!("{}-{given}", person.called)),
                surname: Some(format!("Marker-{surname}")),
                password: format!("mock-{}", person.name),
                ..User::new(&account, &format!("{} Marker-{display}", person.called))
            }
        })
        .collect();
    if domain == CONTOSO {
        let account = format!("B.Simon@{domain}");
        users.push(User {
            mail: Some(account.clone()),
            given_name: Some("B".to_owned()),
            surname: Some("Simon".to_owned()),
            ..User::new(&account, "B.Simon")
        });
    }
    users
}

struct Person {
    domain: &'static str,
    name: &'static str,
    account: &'static str,
    called: &'static str,
    /// In the display name, the given name and the surname.
    markers: [&'static str; 3],
    role: &'static str,
}

const PEOPLE: [Person; 4] = [
    Person {
        domain: CONTOSO,
        name: "alice",
        account: "alice",
        called: "Alice",
        markers: ["7f3a", "a19c", "c4d8"],
        role: "user",
    },
    Person {
        domain: CONTOSO,
        name: "attacker",
        account: "attacker",
        called: "Attacker",
        markers: ["2b6e", "e07d", "93f1"],
        role: "user",
    },
    Person {
        domain: CONTOSO,
        name: "victim",
        account: "admin",
        called: "Victim",
        markers: ["d85c", "4ea2", "b61f"],
        role: "admin",
    },
    Person {
        domain: FABRIKAM,
        name: "outsider",
        account: "outsider",
        called: "Outsider",
        markers: ["60ab", "f9c3", "1d7e"],
        role: "user",
    },
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_people_share_a_value_and_no_value_contains_another() {
        let mut values = Vec::new();
        for domain in [CONTOSO, FABRIKAM] {
            for user in people(domain)
                .into_iter()
                .filter(|user| role(&user.name).is_some())
            {
                values.extend([user.object_id, user.user_principal_name, user.display_name]);
                values.extend(user.given_name.into_iter().chain(user.surname));
            }
        }
        assert_eq!(values.len(), 20);
        assert_eq!(values.iter().collect::<HashSet<_>>().len(), 20);
        for (at, value) in values.iter().enumerate() {
            let within = values
                .iter()
                .enumerate()
                .find(|(other, text)| *other != at && text.contains(value));
            assert!(within.is_none(), "{value} is part of {within:?}");
        }
    }

    #[test]
    fn only_the_victim_is_an_administrator() {
        let admins: Vec<_> = people(CONTOSO)
            .into_iter()
            .filter(|user| role(&user.name) == Some("admin"))
            .map(|user| user.name)
            .collect();
        assert_eq!(admins, ["victim"]);
    }
}
