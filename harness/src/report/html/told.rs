//! What the head of the page says, and what its parts share.

use std::collections::BTreeMap;

use crate::{
    event::{Calibration, RunInfo, RunSummary},
    judge::VerdictKind,
};

/// What the head of the page says.
#[derive(Default)]
pub(super) struct Told {
    pub(super) info: Option<RunInfo>,
    pub(super) calibration: Option<Calibration>,
    pub(super) warnings: Vec<String>,
    pub(super) end: Option<RunSummary>,
    pub(super) counts: BTreeMap<VerdictKind, usize>,
    pub(super) namespaces: BTreeMap<String, usize>,
}

/// The verdict as a small coloured word; the word itself says it to those who see no colour.
pub(super) fn badge(verdict: VerdictKind) -> maud::Markup {
    maud::html! { span class={ "badge v-" (verdict.word()) } { (verdict.word()) } }
}
