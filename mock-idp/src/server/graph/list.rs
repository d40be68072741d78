//! Lists, and how many there are, as the query options have it.

use axum::http::StatusCode;
use base64::prelude::*;
use serde_json::{Map, Value};

use super::call::{Answer, Answered, Call, Version};
use super::error::GraphError;
use super::odata::{self, Unknown};
use super::query::{Kind, expired, missing};

/// So many stand on a page where nobody asks for another number.
const PAGE: usize = 100;

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
