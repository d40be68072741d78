//! One respect in which variants differ.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::recipe::Recipe;

/// One respect in which the variants of a scenario differ.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Axis {
    /// What it is.
    pub axis: String,
    /// What there is of it, by name. The lists of each stand after the scenario's and those of the axes before; everything else is
    /// laid over what was there.
    pub levels: BTreeMap<String, Recipe>,
}
