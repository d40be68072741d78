//! All IDs together.

use std::collections::BTreeSet;

use crate::judge::emitted::seen::{Held, shown};

/// So many tell something.
const FEW: usize = 8;
/// So many different characters in one place are no accident.
const IRREGULAR: usize = 4;
/// Less than this in bits can be guessed; what is written with them all says no more than that.
const BITS: f64 = 64.0;

pub(super) fn unique(ids: &[&str]) -> Held {
    if ids.len() < FEW {
        return few(ids.len());
    }
    let mut seen = BTreeSet::new();
    match ids.iter().find(|id| !seen.insert(**id)) {
        None => Held::Holds,
        Some(twice) => Held::Lacks(format!(
            "of {} AuthnRequests two have the ID `{}`",
            ids.len(),
            shown(twice)
        )),
    }
}

/// How many bits could be random, seen from outside: each place in which the characters follow no rule counts as much as its
/// alphabet holds. A clock or a counter changes few places.
pub(super) fn entropy(ids: &[&str]) -> Held {
    if ids.len() < FEW {
        return few(ids.len());
    }
    let letters: Vec<Vec<char>> = ids.iter().map(|id| id.chars().collect()).collect();
    let length = letters.iter().map(Vec::len).min().unwrap_or_default();
    let places = (0..length)
        .map(|at| letters.iter().map(|id| id[at]).collect::<BTreeSet<char>>())
        .filter(|place| place.len() >= IRREGULAR);
    let (mut count, mut alphabet) = (0u16, BTreeSet::new());
    for place in places {
        count += 1;
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
    let bits = f64::from(count) * each;
    Held::unless(bits < BITS, || {
        format!(
            "of the characters of an ID {count} differ without a rule, which is {bits:.0} bits at most; one is `{}`",
            ids.first().map_or_else(String::new, |id| shown(id))
        )
    })
}

fn few(count: usize) -> Held {
    Held::CannotTell(format!(
        "{count} AuthnRequests came, and fewer than {FEW} say nothing about their IDs"
    ))
}
