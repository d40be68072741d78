//! The system query options.

use axum::http::StatusCode;
use base64::prelude::*;
use serde_json::{Map, Value};

use super::error::{GraphError, shortened};
use super::odata;

/// What stands behind the question mark.
#[derive(Clone, Debug, Default)]
pub(super) struct Query {
    pub(super) filter: Option<String>,
    pub(super) select: Vec<String>,
    pub(super) top: Option<usize>,
    pub(super) after: Option<String>,
    count: bool,
    pub(super) order: Option<Order>,
    /// `ConsistencyLevel: eventual`
    pub(super) eventual: bool,
    /// All but `$skiptoken`, to write the link to the next page.
    pub(super) others: String,
}

#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) property: String,
    pub(super) descending: bool,
}

/// A kind of entity, as lists show it.
pub(super) struct Kind {
    /// Its set, for `@odata.context`.
    pub(super) set: &'static str,
    /// Its name in sentences: `microsoft.graph.user`.
    pub(super) name: &'static str,
    /// What version 1.0 shows where nothing is selected; none: everything.
    pub(super) unasked: Option<&'static [&'static str]>,
    /// Whether it answers `contains`.
    pub(super) contains: bool,
    /// One with every property that there is.
    pub(super) specimen: fn() -> Value,
}

const LARGEST_PAGE: usize = 999;

impl Query {
    /// Reads the options; those of nobody's are left alone, as Graph leaves them.
    pub(super) fn read(pairs: &[(String, String)], eventual: bool) -> Result<Self, GraphError> {
        let mut query = Self {
            eventual,
            ..Self::default()
        };
        for (name, value) in pairs {
            let encode = saml::binding::percent_encode;
            if name != "$skiptoken" {
                let separator = if query.others.is_empty() { "" } else { "&" };
                query.others += &format!(
                    "{separator}{}={}",
                    encode(name).replace("%24", "$"),
                    encode(value)
                );
            }
            let bad = |why: &str| {
                GraphError::bad(format!("Invalid value '{}' for {name}: {why}.", shortened(value)))
            };
            match name.as_str() {
                "$filter" => query.filter = Some(value.clone()),
                "$select" => {
                    query.select = value.split(',').map(|name| name.trim().to_owned()).collect();
                    if query.select.iter().any(String::is_empty) {
                        return Err(bad("names stand between commas"));
                    }
                }
                "$top" => {
                    let top = value.parse().ok().filter(|top| (1..=LARGEST_PAGE).contains(top));
                    query.top = Some(top.ok_or_else(|| bad("it is between 1 and 999"))?);
                }
                "$skiptoken" => {
                    let id = BASE64_URL_SAFE_NO_PAD.decode(value).ok();
                    let id = id.and_then(|id| String::from_utf8(id).ok());
                    query.after = Some(id.ok_or_else(expired)?);
                }
                "$count" => query.count = value.parse().map_err(|_| bad("it is true or false"))?,
                "$orderby" => {
                    let (property, direction) = value.trim().split_once(' ').unwrap_or((value.trim(), "asc"));
                    query.order = Some(Order {
                        property: property.to_owned(),
                        descending: match direction.trim().to_ascii_lowercase().as_str() {
                            "asc" => false,
                            "desc" => true,
                            _ => return Err(bad("one property stands there, and asc or desc")),
                        },
                    });
                }
                "$expand" => {
                    return Err(GraphError::unsupported(
                        "This mock expands no relationship; ask for it by its own path.",
                    ));
                }
                "$search" => return Err(GraphError::unsupported("This mock does not search; use $filter.")),
                "$skip" => return Err(GraphError::bad("'$skip' is not supported by the service.")),
                "$format" | "$apply" | "$compute" => {
                    return Err(GraphError::unsupported(&format!("{name} is not supported.")));
                }
                _ => {}
            }
        }
        Ok(query)
    }

    /// Leaves what was selected, and what describes it.
    pub(super) fn select(&self, entity: &mut Value) -> Result<(), GraphError> {
        if self.select.is_empty() {
            return Ok(());
        }
        let mut chosen = Map::new();
        for name in &self.select {
            let known = odata::property(entity, name).ok_or_else(|| missing(name, "the entity"))?;
            chosen.insert(own_name(entity, name), known.clone());
        }
        if let Some(properties) = entity.as_object() {
            let described = properties.iter().filter(|(name, _)| name.starts_with("@odata."));
            chosen.extend(described.map(|(name, value)| (name.clone(), value.clone())));
        }
        *entity = Value::Object(chosen);
        Ok(())
    }

    /// Whether a property was asked for by name: some are shown only then.
    pub(super) fn asks_for(&self, name: &str) -> bool {
        self.select.iter().any(|asked| asked.eq_ignore_ascii_case(name))
    }

    /// Whether anything was asked for by name.
    pub(super) fn selects(&self) -> bool {
        !self.select.is_empty()
    }

    /// Whether the advanced queries are answered.
    pub(super) fn advanced(&self) -> bool {
        self.eventual && self.count
    }
}

fn own_name(entity: &Value, name: &str) -> String {
    let properties = entity.as_object();
    let mut names = properties.into_iter().flat_map(Map::keys);
    let own = names.find(|known| known.eq_ignore_ascii_case(name));
    own.map_or_else(|| name.to_owned(), Clone::clone)
}

pub(super) fn missing(name: &str, of: &str) -> GraphError {
    GraphError::bad(format!(
        "Could not find a property named '{}' on type '{of}'.",
        shortened(name)
    ))
}

pub(super) fn expired() -> GraphError {
    GraphError::new(
        StatusCode::BAD_REQUEST,
        "Directory_ExpiredPageToken",
        "The specified page token value has expired and can no longer be included in your request.",
    )
}
