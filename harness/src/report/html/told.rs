//! What the head of the page says, and what its parts share.

use std::collections::BTreeMap;

use crate::{
    event::{Calibration, RunInfo, RunSummary},
    judge::VerdictKind,
    report::digest::Digest,
};

/// What the head of the page says.
#[derive(Default)]
pub(super) struct Told {
    pub(super) info: Option<RunInfo>,
    pub(super) calibration: Option<Calibration>,
    pub(super) digest: Digest,
    pub(super) warnings: Vec<String>,
    pub(super) end: Option<RunSummary>,
    pub(super) counts: BTreeMap<VerdictKind, usize>,
    pub(super) namespaces: BTreeMap<String, usize>,
}

/// The verdict as a small coloured word; the word itself says it to those who see no colour.
pub(super) fn badge(verdict: VerdictKind) -> maud::Markup {
    maud::html! { span class={ "badge v-" (verdict.word()) } { (verdict.word()) } }
}

/// How bad a failure is, as a small word.
pub(super) fn grade(severity: scenarios::Severity) -> maud::Markup {
    maud::html! { span class={ "badge s-" (severity) } { (severity) } }
}
