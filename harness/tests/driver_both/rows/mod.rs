//! The table.

mod coding;
mod cookies;
mod hosts;
mod kinds;
mod leaving;
mod markup;
mod policy;
mod redirects;
mod referrer;

use crate::{row::Row, stage::At};

/// All rows.
pub(crate) fn all(at: &At) -> Vec<Row> {
    [
        redirects::rows(at),
        kinds::rows(at),
        coding::rows(at),
        policy::rows(at),
        leaving::rows(at),
        markup::rows(at),
        referrer::rows(at),
        cookies::rows(at),
        hosts::rows(at),
    ]
    .into_iter()
    .flatten()
    .collect()
}
