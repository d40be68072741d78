//! What was done to a page, and what comes of something that is done.

use std::collections::BTreeMap;

use crate::driver::http::outbound::Outbound;

/// What was done to elements, each by its number in tree order.
pub(super) type Edits = BTreeMap<usize, Edit>;

/// What was done to one element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Edit {
    /// A field holds this text.
    Typed(String),
    /// A box or radio button is checked, or no longer.
    Checked(bool),
    /// This option is selected, by its number.
    Selected(usize),
    /// The details are shown, or no longer.
    Shown(bool),
}

/// What comes of something that was done.
#[derive(Debug)]
pub(super) enum Outcome {
    /// The page stays; so it was edited then.
    Stays(Edits),
    /// The browser goes elsewhere.
    Goes(Box<Outbound>),
}
