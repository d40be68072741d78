//! The system query options, and lists that obey them.

use axum::http::StatusCode;
use base64::prelude::*;
use serde_json::{Map, Value};

use super::call::{Answer, Answered, Call, Version};
use super::error::{GraphError, shortened};
use super::odata::{self, Unknown};

/// What stands behind the question mark.
#[derive(Clone, Debug, Default)]
pub(super) struct Query {
    filter: Option<String>,
    select: Vec<String>,
    top: Option<usize>,
    after: Option<String>,
    count: bool,
    order: Option<Order>,
    /// `ConsistencyLevel: eventual`
    eventual: bool,
    /// All but `$skiptoken`, to write the link to the next page.
    others: String,
}

#[derive(Clone, Debug)]
struct Order {
    property: String,
    descending: bool,
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

const PAGE: usize = 100;
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

    fn advanced(&self) -> bool {
        self.eventual && self.count
    }
}

impl Call {
    /// A page of these, in their order.
    pub(super) fn list(&self, kind: &Kind, entities: Vec<Value>) -> Answered {
        let query = &self.query;
        let found = self.found(kind, entities)?;
        let total = found.len();
        let begin = match &query.after {
            None => 0,
            Some(id) => {
                1 + found
                    .iter()
                    .position(|entity| entity["id"] == id.as_str())
                    .ok_or_else(expired)?
            }
        };
        let size = query.top.unwrap_or(PAGE);
        let mut page: Vec<Value> = found.into_iter().skip(begin).take(size + 1).collect();
        let more = page.len() > size;
        page.truncate(size);
        let last = page
            .last()
            .and_then(|entity| entity["id"].as_str())
            .map(ToOwned::to_owned);
        for entity in &mut page {
            match (kind.unasked, query.select.is_empty()) {
                (Some(shown), true) if self.version == Version::V1 => {
                    let of_default = |name: &str| shown.contains(&name) || name.starts_with("@odata.");
                    if let Some(properties) = entity.as_object_mut() {
                        properties.retain(|name, _| of_default(name));
                    }
                }
                _ => query.select(entity)?,
            }
        }
        let selected = if query.select.is_empty() {
            String::new()
        } else {
            format!("({})", query.select.join(","))
        };
        let mut body = Map::new();
        body.insert(
            "@odata.context".to_owned(),
            self.context(&format!("{}{selected}", kind.set)).into(),
        );
        if query.advanced() {
            body.insert("@odata.count".to_owned(), total.into());
        }
        if let (true, Some(last)) = (more, last) {
            body.insert("@odata.nextLink".to_owned(), self.next_link(&last).into());
        }
        body.insert("value".to_owned(), page.into());
        Ok(Answer::Json(StatusCode::OK, Value::Object(body)))
    }

    /// How many there are.
    pub(super) fn count(&self, kind: &Kind, entities: Vec<Value>) -> Answered {
        if !self.query.eventual {
            return Err(GraphError::bad(
                "$count is not currently supported without the header ConsistencyLevel: eventual.",
            ));
        }
        Ok(Answer::Count(self.found(kind, entities)?.len()))
    }

    fn found(&self, kind: &Kind, mut entities: Vec<Value>) -> Result<Vec<Value>, GraphError> {
        let query = &self.query;
        let filter = query.filter.as_deref().map(odata::parse).transpose();
        let filter = filter.map_err(|error| GraphError::unsupported(&error.to_string()))?;
        let specimen = (kind.specimen)();
        let unknown = |Unknown(name)| missing(&name, kind.name);
        if let Some(order) = &query.order
            && odata::property(&specimen, &order.property).is_none()
        {
            return Err(missing(&order.property, kind.name));
        }
        for name in &query.select {
            odata::property(&specimen, name).ok_or_else(|| missing(name, kind.name))?;
        }
        if let Some(filter) = &filter {
            odata::holds(filter, &specimen).map_err(unknown)?;
            if filter.has_contains() && !kind.contains {
                return Err(GraphError::unsupported(
                    "contains is not supported here; use startswith.",
                ));
            }
            if (filter.is_advanced() || query.order.is_some()) && !query.advanced() {
                return Err(GraphError::unsupported(
                    "ne, not, endswith, $count and $filter together with $orderby need the header ConsistencyLevel: eventual and $count=true.",
                ));
            }
            let mut kept = Vec::new();
            for entity in entities {
                if odata::holds(filter, &entity).map_err(unknown)? {
                    kept.push(entity);
                }
            }
            entities = kept;
        }
        if let Some(order) = &query.order {
            let key = |entity: &Value| match odata::property(entity, &order.property) {
                Some(Value::String(text)) => text.to_lowercase(),
                Some(other) => other.to_string(),
                None => String::new(),
            };
            entities.sort_by_cached_key(key);
            if order.descending {
                entities.reverse();
            }
        }
        Ok(entities)
    }

    fn next_link(&self, last: &str) -> String {
        let token = BASE64_URL_SAFE_NO_PAD.encode(last);
        let path = self
            .path
            .iter()
            .map(|segment| saml::binding::percent_encode(segment));
        let others = &self.query.others;
        let separator = if others.is_empty() { "" } else { "&" };
        format!(
            "{}/{}?{others}{separator}$skiptoken={token}",
            self.base,
            path.collect::<Vec<_>>().join("/")
        )
    }
}

fn own_name(entity: &Value, name: &str) -> String {
    let properties = entity.as_object();
    let mut names = properties.into_iter().flat_map(Map::keys);
    let own = names.find(|known| known.eq_ignore_ascii_case(name));
    own.map_or_else(|| name.to_owned(), Clone::clone)
}

fn missing(name: &str, of: &str) -> GraphError {
    GraphError::bad(format!(
        "Could not find a property named '{}' on type '{of}'.",
        shortened(name)
    ))
}

fn expired() -> GraphError {
    GraphError::new(
        StatusCode::BAD_REQUEST,
        "Directory_ExpiredPageToken",
        "The specified page token value has expired and can no longer be included in your request.",
    )
}
