//! Pages where journeys came to rest: an SP has few, and each is shown once.

use std::collections::HashMap;

use crate::judge::observation::Page;

/// A page with less than so many bytes is shown each time.
const SHORT: usize = 400;

/// The pages that were shown, by their words, each with the section where it stands.
#[derive(Default)]
pub(super) struct Pages(HashMap<[u8; 32], String>);

impl Pages {
    /// The section that shows this page already; from now on that is the one of this name.
    pub(super) fn next(&mut self, page: Option<&Page>, anchor: &str) -> Option<String> {
        let page = page.filter(|page| page.body.len() >= SHORT)?;
        let words = format!("{} {} {}", page.status, page.content_type, page.body);
        let known = self.0.entry(openssl::sha::sha256(words.as_bytes()));
        match known {
            std::collections::hash_map::Entry::Occupied(known) => Some(known.get().clone()),
            std::collections::hash_map::Entry::Vacant(free) => {
                free.insert(anchor.to_owned());
                None
            }
        }
    }
}
