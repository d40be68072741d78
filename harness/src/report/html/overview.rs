//! How it came out, by verdict, by severity and by namespace.

use maud::{Markup, html};
use scenarios::Severity;

use super::told::{Told, badge, grade};
use crate::judge::VerdictKind;

/// The numbers of the head.
pub(super) fn overview(told: &Told) -> Markup {
    let shown = told.verdicts();
    html! {
        @if !shown.is_empty() {
            div.bar aria-hidden="true" {
                @for (verdict, count) in &shown {
                    span class={ "v-" (verdict.word()) } style={ "flex-grow:" (count) } {}
                }
            }
            ul.tally {
                @for (verdict, count) in &shown {
                    li { strong { (count) } " " (badge(*verdict))
                        @if *verdict == VerdictKind::Fail { (severities(told)) } }
                }
            }
            (table(told, &shown))
        }
    }
}

/// What the failures consist of, the worst first.
fn severities(told: &Told) -> Markup {
    let severities: Vec<(&Severity, &usize)> = told.failures.iter().rev().collect();
    html! {
        @if !severities.is_empty() {
            span.quiet { ": "
                @for (at, (severity, count)) in severities.iter().enumerate() {
                    @if at > 0 { ", " }
                    (count) " " (grade(**severity))
                }
            }
        }
    }
}

/// Each number leads to the sections that it counts.
fn table(told: &Told, verdicts: &[(VerdictKind, usize)]) -> Markup {
    html! {
        details.namespaces open[told.namespaces.len() <= 12] {
            summary { "By namespace" }
            div.scroll tabindex="0" role="group" aria-label="Verdicts by namespace" { table {
                thead { tr {
                    th scope="col" { "Namespace" }
                    @for (verdict, _) in verdicts { th.number scope="col" { (badge(*verdict)) } }
                } }
                tbody { @for (namespace, counts) in &told.namespaces {
                    tr {
                        th scope="row" { a href={ "#?ns=" (namespace) } { (namespace) } }
                        @for (verdict, _) in verdicts {
                            td.number { @if let Some(count) = counts.get(verdict) {
                                a href={ "#?ns=" (namespace) "&v=" (verdict.word()) }
                                    aria-label={ (count) " " (verdict.word()) " in " (namespace) } { (count) }
                            } }
                        }
                    }
                } }
            } }
        }
    }
}
