//! How much of a name could be chance, seen from outside.

use std::collections::BTreeSet;

/// So many names tell something.
pub(super) const FEW: usize = 8;
/// Less than this in bits can be guessed; what is written with them all says no more than that.
pub(super) const ENOUGH: f64 = 64.0;
/// So many different characters in one place are no accident.
const IRREGULAR: usize = 4;

/// How much of several names of one kind could be chance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Random {
    /// So many places differ without a rule.
    pub(super) places: u16,
    /// And hold so many bits at most.
    pub(super) bits: f64,
}

/// Each place in which the characters follow no rule counts as much as its alphabet holds. A clock or a counter changes few places.
pub(super) fn random(names: &[&str]) -> Random {
    let letters: Vec<Vec<char>> = names.iter().map(|name| name.chars().collect()).collect();
    let length = letters.iter().map(Vec::len).min().unwrap_or_default();
    let differing = (0..length)
        .map(|at| letters.iter().map(|name| name[at]).collect::<BTreeSet<char>>())
        .filter(|place| place.len() >= IRREGULAR);
    let (mut places, mut alphabet) = (0u16, BTreeSet::new());
    for place in differing {
        places = places.saturating_add(1);
        alphabet.extend(place);
    }
    let each = match () {
        () if alphabet.iter().all(char::is_ascii_digit) => 3.32,
        () if alphabet.iter().all(char::is_ascii_hexdigit) => 4.0,
        () if alphabet.iter().any(char::is_ascii_lowercase)
            && alphabet.iter().any(char::is_ascii_uppercase) =>
        {
            6.0
        }
        () => 5.17,
    };
    Random {
        places,
        bits: f64::from(places) * each,
    }
}
