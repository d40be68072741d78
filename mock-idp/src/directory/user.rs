//! The people that sign in.

/// A member of a tenant.
///
/// Display name, given name and surname each carry a marker that no other person and no other field has, so
/// that a probe that finds one on a page knows whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// What scenarios call this person: `alice`, `attacker`, `victim`, `outsider`.
    pub name: String,
    /// The object id in the directory, a GUID.
    pub object_id: String,
    /// The account name, `user@domain`.
    pub user_principal_name: String,
    /// The mail address, where there is one.
    pub mail: Option<String>,
    /// The name that others see.
    pub display_name: String,
    /// The given name, where there is one.
    pub given_name: Option<String>,
    /// The surname, where there is one.
    pub surname: Option<String>,
    /// The values of the application roles assigned to this person.
    pub roles: Vec<String>,
    /// The password of the mock's sign-in page. It protects nothing and stands on the mock's start page.
    pub password: String,
}

impl User {
    /// The people of a tenant by its domain, with the object ids that `object_id` gives to their names.
    pub(super) fn defaults(domain: &str, mut object_id: impl FnMut(&str) -> String) -> Vec<Self> {
        PEOPLE
            .iter()
            .filter(|person| person.domain == domain)
            .map(|person| {
                let account = format!("{}@{domain}", person.account);
                let [display, given, surname] = person.markers;
                Self {
                    name: person.name.to_owned(),
                    object_id: object_id(person.name),
                    mail: Some(account.clone()),
                    user_principal_name: account,
                    display_name: format!("{} Marker-{display}", person.called),
                    given_name: Some(format!("{}-{given}", person.called)),
                    surname: Some(format!("Marker-{surname}")),
                    roles: vec![person.role.to_owned()],
                    password: format!("mock-{}", person.name),
                }
            })
            .collect()
    }
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
        domain: super::CONTOSO,
        name: "alice",
        account: "alice",
        called: "Alice",
        markers: ["7f3a", "a19c", "c4d8"],
        role: "user",
    },
    Person {
        domain: super::CONTOSO,
        name: "attacker",
        account: "attacker",
        called: "Attacker",
        markers: ["2b6e", "e07d", "93f1"],
        role: "user",
    },
    Person {
        domain: super::CONTOSO,
        name: "victim",
        account: "admin",
        called: "Victim",
        markers: ["d85c", "4ea2", "b61f"],
        role: "admin",
    },
    Person {
        domain: super::FABRIKAM,
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
        for domain in [super::super::CONTOSO, super::super::FABRIKAM] {
            for user in User::defaults(domain, |_| crate::guid::fresh()) {
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
        let users = User::defaults(super::super::CONTOSO, |_| String::new());
        let admins: Vec<_> = users
            .iter()
            .filter(|user| user.roles == ["admin"])
            .map(|user| &user.name)
            .collect();
        assert_eq!(admins, ["victim"]);
    }
}
