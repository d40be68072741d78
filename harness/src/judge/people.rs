//! Whose session it is: the identity that an SP shows, held against what the judged message issued and against everybody else.

use std::borrow::Cow;

use scenarios::Persona;

use super::marker::stands_alone;

/// Everybody whom a session could belong to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct People {
    all: Vec<Person>,
    manner: Manner,
}

/// One person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Person {
    /// Who.
    pub(crate) persona: Persona,
    /// The values that this person alone has: NameID, account name, mail address, names.
    pub(crate) values: Vec<String>,
    /// What the probe showed after genuine logins of this person.
    pub(crate) shown: Vec<String>,
}

/// How what an SP shows follows from what was issued.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Manner {
    /// A value of the message, whole, perhaps in other letters, perhaps within a sentence.
    #[default]
    Whole,
    /// A part of one: what stands before the `@`, or its beginning.
    Part,
    /// Something of the SP's own: a number, a nickname.
    Opaque,
}

/// What the judged message says of its person.
#[derive(Clone, Debug)]
pub(crate) struct Issued<'a> {
    /// Who was asked for.
    pub(crate) persona: Persona,
    /// Every value that the IdP issued in it, or that a trusted key proves.
    pub(crate) values: &'a [String],
}

/// Whose session it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// This person's.
    Person(Persona),
    /// Nobody's whom the message or the directory knows.
    Stranger,
    /// What is shown names this person and the message's own alike.
    Ambiguous(Persona),
}

impl People {
    /// Everybody, before anybody has been seen.
    pub(crate) fn new(all: Vec<Person>) -> Self {
        Self {
            all,
            manner: Manner::Whole,
        }
    }

    /// Remembers what the probe showed after a genuine login, and what that login issued.
    pub(crate) fn saw(&mut self, persona: Persona, shown: &str, issued: &[String]) {
        let manner = manner(shown, issued, &self.values(persona));
        self.manner = match (self.manner, manner) {
            (Manner::Opaque, _) | (_, Manner::Opaque) => Manner::Opaque,
            (Manner::Part, _) | (_, Manner::Part) => Manner::Part,
            _ => Manner::Whole,
        };
        if let Some(person) = self.all.iter_mut().find(|person| person.persona == persona)
            && !person
                .shown
                .iter()
                .chain(&person.values)
                .any(|known| same(known, shown))
        {
            person.shown.push(shown.to_owned());
        }
    }

    /// How what is shown follows from what is issued.
    pub(crate) fn manner(&self) -> Manner {
        self.manner
    }

    /// The values of one person.
    pub(crate) fn values(&self, persona: Persona) -> Vec<String> {
        self.of(persona)
            .map_or_else(Vec::new, |person| person.values.clone())
    }

    fn of(&self, persona: Persona) -> Option<&Person> {
        self.all.iter().find(|person| person.persona == persona)
    }

    /// Whose session shows this.
    ///
    /// Another person's value goes before everything: an IdP may issue somebody a name that is another's. A whole value of
    /// the message's own person is that person's, however much of another's name is in it.
    pub(crate) fn owner(&self, shown: &str, issued: &Issued<'_>) -> Owner {
        let own = self.of(issued.persona);
        let is_own = || {
            own.is_some_and(|person| person.shown.iter().chain(&person.values).any(|v| same(v, shown)))
                || issued.values.iter().any(|value| same(value, shown))
        };
        let other = self
            .all
            .iter()
            .filter(|person| person.persona != issued.persona)
            .find(|person| person.shown.iter().chain(&person.values).any(|v| same(v, shown)));
        if let Some(other) = other {
            // What is shown may be a part of the other's name, and of one that this message issued as well.
            let whole = other.values.iter().any(|value| same(value, shown));
            let cut = !whole
                && self.manner == Manner::Part
                && issued
                    .values
                    .iter()
                    .any(|value| is_part(value, shown) && !other.values.iter().any(|v| same(v, value)));
            return if cut {
                Owner::Ambiguous(other.persona)
            } else {
                Owner::Person(other.persona)
            };
        }
        if let Some(other) = self.named_to_the_letter(shown, issued) {
            return Owner::Person(other);
        }
        // A name of nothing but white space is nobody else's.
        if is_own() || shown.is_empty() {
            return Owner::Person(issued.persona);
        }
        self.within(shown, issued)
    }

    /// Whoever's value stands in what is shown letter by letter, where the message issued the same in other letters only: two
    /// names that differ in nothing but case are two.
    fn named_to_the_letter(&self, shown: &str, issued: &Issued<'_>) -> Option<Persona> {
        let shown = squeezed(shown);
        let exactly = |value: &String| squeezed(value) == shown;
        if issued.values.iter().any(exactly) || !issued.values.iter().any(|value| same(value, &shown)) {
            return None;
        }
        let mut others = self.all.iter().filter(|person| person.persona != issued.persona);
        let named = others.find(|person| {
            let mut values = person.values.iter().filter(|value| value.len() > 2);
            values.any(|value| stands_alone(&shown, value))
        });
        named.map(|person| person.persona)
    }

    /// The same for what is no whole value: a sentence around one, a part of one, something of the SP's own.
    fn within(&self, shown: &str, issued: &Issued<'_>) -> Owner {
        let longest = |values: &[String]| {
            let there = values
                .iter()
                .filter(|value| value.len() > 2 && stands_alone(shown, value));
            there.map(String::len).max()
        };
        let mine = longest(issued.values).max(longest(&self.values(issued.persona)));
        let other = self
            .all
            .iter()
            .filter(|person| person.persona != issued.persona)
            .filter_map(|person| Some((longest(&person.values)?, person.persona)))
            .max();
        match (mine, other) {
            (Some(mine), Some((theirs, _))) if mine >= theirs => return Owner::Person(issued.persona),
            (_, Some((_, persona))) => return Owner::Person(persona),
            (Some(_), None) => return Owner::Person(issued.persona),
            (None, None) => {}
        }
        let begun = shown.trim().trim_end_matches(['.', '…']);
        let cut_off = |value: &String| {
            let longer_than_others = self
                .all
                .iter()
                .filter(|person| person.persona != issued.persona)
                .flat_map(|person| &person.values)
                .all(|other| !starts(value, other) || begun.len() > other.len());
            begun.len() >= 6 && starts(value, begun) && longer_than_others
        };
        let part = |value: &String| self.manner == Manner::Part && is_part(value, shown);
        if issued.values.iter().any(|value| cut_off(value) || part(value)) {
            return Owner::Person(issued.persona);
        }
        // An SP that shows numbers of its own shows a new one to whoever comes by a new name.
        let usual = self.values(issued.persona);
        let by_a_new_name = issued
            .values
            .iter()
            .any(|value| !usual.iter().any(|known| same(known, value)));
        if self.manner == Manner::Opaque && by_a_new_name {
            return Owner::Person(issued.persona);
        }
        Owner::Stranger
    }
}

/// How what was shown follows from what was issued.
fn manner(shown: &str, issued: &[String], values: &[String]) -> Manner {
    let all = || issued.iter().chain(values);
    if all().any(|value| same(value, shown) || (value.len() > 2 && stands_alone(shown, value))) {
        return Manner::Whole;
    }
    if all().any(|value| is_part(value, shown)) {
        return Manner::Part;
    }
    Manner::Opaque
}

/// Whether this is what stands before the `@` of a name, or its beginning.
fn is_part(value: &str, shown: &str) -> bool {
    let begun = shown.trim().trim_end_matches(['.', '…']);
    let local = value.split_once('@').is_some_and(|(local, _)| same(local, shown));
    local || (begun.len() >= 6 && starts(value, begun))
}

/// Equal, in whatever letters and with whatever white space around, a run of which is as good as one.
pub(crate) fn same(a: &str, b: &str) -> bool {
    let (a, b) = (&*squeezed(a), &*squeezed(b));
    !a.is_empty() && (a.eq_ignore_ascii_case(b) || a.to_lowercase() == b.to_lowercase())
}

/// A text as a page shows it: without white space around, and one space for each run of it.
fn squeezed(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    let plain = |pair: &[u8]| pair == b"  " || pair.iter().any(|byte| matches!(byte, b'\t' | b'\n' | b'\r'));
    if text.is_ascii() && !text.as_bytes().windows(2).any(plain) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn starts(whole: &str, beginning: &str) -> bool {
    whole.to_lowercase().starts_with(&beginning.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(persona: Persona, name: &str) -> Person {
        Person {
            persona,
            values: vec![name.to_owned(), format!("Given-{}", persona.name())],
            shown: Vec::new(),
        }
    }

    fn people() -> People {
        People::new(vec![
            person(Persona::Alice, "alice@contoso.example"),
            person(Persona::Attacker, "mallory@contoso.example"),
            person(Persona::Victim, "admin@contoso.example"),
        ])
    }

    fn owner(people: &People, shown: &str, issued: &str) -> Owner {
        people.owner(
            shown,
            &Issued {
                persona: Persona::Attacker,
                values: &[issued.to_owned()],
            },
        )
    }

    const ATTACKER: Owner = Owner::Person(Persona::Attacker);
    const VICTIM: Owner = Owner::Person(Persona::Victim);

    #[test]
    fn a_whole_value_of_the_attacker_is_the_attacker_however_much_of_the_victims_name_is_in_it() {
        let long = "admin@contoso.example.evil.example";
        assert_eq!(owner(&people(), long, long), ATTACKER);
        assert_eq!(
            owner(&people(), "ADMIN@contoso.example.EVIL.example ", long),
            ATTACKER
        );
        assert_eq!(
            owner(&people(), "Hello, admin@contoso.example.evil.example!", long),
            ATTACKER
        );
        assert_eq!(owner(&people(), "admin@contoso.example", long), VICTIM);
        assert_eq!(owner(&people(), "Hello, admin@contoso.example!", long), VICTIM);
    }

    #[test]
    fn two_names_that_differ_in_case_alone_are_two() {
        let whose = |shown| owner(&people(), shown, "pW/ADMIN@CONTOSO.EXAMPLE");
        assert_eq!(whose("pW/ADMIN@CONTOSO.EXAMPLE"), ATTACKER);
        assert_eq!(whose("Pw/admin@contoso.example"), VICTIM);
        assert_eq!(whose("PW/ADMIN@contoso.EXAMPLE"), ATTACKER);
    }

    #[test]
    fn a_page_that_shows_one_space_for_many_shows_the_same_name() {
        let padded = format!("admin@contoso.example{}x", " ".repeat(300));
        assert_eq!(owner(&people(), "admin@contoso.example x", &padded), ATTACKER);
        assert_eq!(owner(&people(), "admin@contoso.example", &padded), VICTIM);
        let two = "mallory@contoso.example\nadmin@contoso.example";
        assert_eq!(
            owner(&people(), "mallory@contoso.example admin@contoso.example", two),
            ATTACKER
        );
    }

    #[test]
    fn a_transient_name_is_whose_message_issued_it() {
        let mut people = people();
        people.saw(Persona::Alice, "_first", &["_first".to_owned()]);
        people.saw(Persona::Alice, "_second", &["_second".to_owned()]);
        assert_eq!(people.manner(), Manner::Whole);
        assert_eq!(owner(&people, "_third", "_third"), ATTACKER);
        assert_eq!(owner(&people, "_first", "_third"), Owner::Person(Persona::Alice));
        assert_eq!(owner(&people, "_fourth", "_third"), Owner::Stranger);
    }

    #[test]
    fn a_name_that_the_idp_issued_to_somebody_else_stays_the_victims() {
        assert_eq!(
            owner(&people(), "admin@contoso.example", "admin@contoso.example"),
            VICTIM
        );
    }

    #[test]
    fn an_sps_own_number_is_known_from_genuine_logins_and_a_new_name_gets_a_new_one() {
        let mut people = people();
        for (persona, number) in [(Persona::Attacker, "2"), (Persona::Victim, "3")] {
            people.saw(persona, number, &people.values(persona).clone());
        }
        assert_eq!(owner(&people, "3", "mallory@contoso.example"), VICTIM);
        assert_eq!(owner(&people, "2", "mallory@contoso.example"), ATTACKER);
        assert_eq!(
            owner(&people, "9", "admin@contoso.example.evil.example"),
            ATTACKER
        );
        assert_eq!(owner(&people, "9", "mallory@contoso.example"), Owner::Stranger);
    }

    #[test]
    fn a_local_part_cannot_tell_the_victim_from_who_is_called_so_elsewhere() {
        let mut people = people();
        for persona in [Persona::Attacker, Persona::Victim] {
            let values = people.values(persona);
            people.saw(persona, values[0].split('@').next().unwrap_or_default(), &values);
        }
        assert_eq!(
            owner(&people, "admin", "admin@contoso.example.evil.example"),
            Owner::Ambiguous(Persona::Victim)
        );
        assert_eq!(owner(&people, "admin", "mallory@contoso.example"), VICTIM);
        assert_eq!(owner(&people, "mallory", "mallory@contoso.example"), ATTACKER);
    }

    #[test]
    fn two_names_that_are_cut_to_the_same_letters_cannot_be_told_apart() {
        let mut people = people();
        for persona in [Persona::Attacker, Persona::Victim] {
            let values = people.values(persona);
            people.saw(persona, &values[0][..12], &values);
        }
        assert_eq!(
            owner(&people, "admin@contos", "admin@contoso.example.evil.example"),
            Owner::Ambiguous(Persona::Victim)
        );
        assert_eq!(owner(&people, "admin@contos", "mallory@contoso.example"), VICTIM);
    }

    #[test]
    fn a_long_name_that_is_cut_off_is_still_its_owners() {
        let long = "admin@contoso.example.evil.example";
        assert_eq!(owner(&people(), "admin@contoso.example.ev…", long), ATTACKER);
        assert_eq!(owner(&people(), "somebody@else.example", long), Owner::Stranger);
    }
}
