//! One call, read and not yet judged.

use axum::http::{Method, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::error::GraphError;
use super::query::Query;
use crate::directory::{Application, Directory, Shared, Tenant};

/// Which of the two versions; they differ in what a user shows unasked, and in what only the younger has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    V1,
    Beta,
}

impl Version {
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::V1 => "v1.0",
            Self::Beta => "beta",
        }
    }
}

/// A call of somebody who may call.
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) version: Version,
    /// Where this Graph is, as the client calls it: `https://localhost:8443/v1.0`.
    pub(super) base: String,
    /// The tenant of the token.
    pub(super) tenant: String,
    pub(super) path: Vec<String>,
    pub(super) query: Query,
    /// The object in the body; empty where there is none.
    pub(super) body: Map<String, Value>,
    pub(super) directory: Shared,
}

/// What is answered.
pub(super) enum Answer {
    /// 200 with a body, or another success.
    Json(StatusCode, Value),
    /// 201 with a body and the path of what was made, below the base.
    Created(String, Value),
    /// A number, as `/$count` answers.
    Count(usize),
    /// 204.
    Done,
}

pub(super) type Answered = Result<Answer, GraphError>;

impl Call {
    /// The tenant as it stands in this directory.
    pub(super) fn tenant<'a>(&self, directory: &'a Directory) -> Result<&'a Tenant, GraphError> {
        directory
            .tenant(&self.tenant)
            .ok_or_else(|| GraphError::unauthenticated("The tenant of the token does not exist any more."))
    }

    /// Changes the tenant, or nothing.
    pub(super) fn change<T>(
        &self,
        change: impl FnOnce(&mut Tenant) -> Result<T, GraphError>,
    ) -> Result<T, GraphError> {
        let changed = self.directory.change(|directory| {
            let tenant = directory.tenant_mut(&self.tenant).ok_or_else(|| {
                GraphError::unauthenticated("The tenant of the token does not exist any more.")
            })?;
            change(tenant)
        });
        Ok(changed?)
    }

    /// Changes one application, or nothing; what comes of it keeps the rules of the tenant.
    pub(super) fn change_application<T>(
        &self,
        side: Side,
        key: &str,
        change: impl FnOnce(&Tenant, &mut Application) -> Result<T, GraphError>,
    ) -> Result<T, GraphError> {
        self.change(|tenant| {
            let mut changed = side.find(tenant, key)?.clone();
            let value = change(tenant, &mut changed)?;
            tenant.check_application(&changed)?;
            if let Some(place) = tenant.application_by_id_mut(&changed.app_id) {
                *place = changed;
            }
            Ok(value)
        })
    }

    /// `@odata.context` of this set.
    pub(super) fn context(&self, set: &str) -> String {
        format!("{}/$metadata#{set}", self.base)
    }

    /// One entity.
    pub(super) fn entity(&self, set: &str, mut value: Value) -> Answered {
        self.query.select(&mut value)?;
        Ok(Answer::Json(
            StatusCode::OK,
            self.with_context(&format!("{set}/$entity"), value),
        ))
    }

    /// One entity that was made just now, and where it is.
    pub(super) fn created(&self, set: &str, location: String, value: Value) -> Answered {
        Ok(Answer::Created(
            location,
            self.with_context(&format!("{set}/$entity"), value),
        ))
    }

    /// What an action gives back.
    pub(super) fn result(&self, context: &str, value: Value) -> Answered {
        Ok(Answer::Json(StatusCode::OK, self.with_context(context, value)))
    }

    /// A relationship in which nobody stands.
    pub(super) fn nobody(&self) -> Answered {
        self.result("directoryObjects", json!({ "value": [] }))
    }

    pub(super) fn with_context(&self, context: &str, value: Value) -> Value {
        let mut whole = Map::new();
        whole.insert("@odata.context".to_owned(), self.context(context).into());
        if let Value::Object(properties) = value {
            whole.extend(properties);
        }
        Value::Object(whole)
    }
}

/// The two objects that Graph sees in one application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Application,
    ServicePrincipal,
}

impl Side {
    /// Its object id.
    pub(super) fn id(self, application: &Application) -> &str {
        match self {
            Self::Application => &application.object_id,
            Self::ServicePrincipal => &application.service_principal_id,
        }
    }

    /// The application whose object has this key: an object id, or `appId=…`.
    pub(super) fn find<'a>(self, tenant: &'a Tenant, key: &str) -> Result<&'a Application, GraphError> {
        let named = key.strip_prefix("appId=");
        let mut all = self.all(tenant);
        let found = all.find(|known| match named {
            Some(app_id) => known.app_id.eq_ignore_ascii_case(app_id),
            None => self.id(known).eq_ignore_ascii_case(key),
        });
        found.ok_or_else(|| GraphError::not_found(named.unwrap_or(key)))
    }

    /// All that have such an object.
    pub(super) fn all(self, tenant: &Tenant) -> impl Iterator<Item = &Application> {
        let wanted = move |known: &&Application| self == Self::Application || !known.registration_only;
        tenant.applications.iter().filter(wanted)
    }
}

/// The most segments of a path.
const MOST: usize = 12;

/// The segments of a path: decoded, `things('id')` as two, `microsoft.graph.` left out. None where it is no path.
pub(super) fn segments(path: &str) -> Option<Vec<String>> {
    let mut all = Vec::new();
    for raw in path.split('/').filter(|raw| !raw.is_empty()) {
        let segment = percent_decode_str(raw).decode_utf8().ok()?;
        if segment.chars().any(char::is_control) || all.len() >= MOST {
            return None;
        }
        let segment = segment.strip_prefix("microsoft.graph.").unwrap_or(&segment);
        match segment.strip_suffix(')').and_then(|rest| rest.split_once('(')) {
            Some((name, "")) => all.push(name.to_owned()),
            Some((name, key)) => {
                all.push(name.to_owned());
                all.push(match key.split_once('=') {
                    Some((by, value)) => format!("{by}={}", unquoted(value)),
                    None => unquoted(key),
                });
            }
            None => all.push(segment.to_owned()),
        }
    }
    Some(all)
}

fn unquoted(text: &str) -> String {
    let inner = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
    inner.map_or_else(|| text.to_owned(), |inner| inner.replace("''", "'"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keys_are_read_in_each_way_that_clients_write_them() {
        for (path, segments_of) in [
            (
                "/users/B.Simon%40contoso.example",
                vec!["users", "B.Simon@contoso.example"],
            ),
            ("/users('o''hara@x.example')/", vec!["users", "o'hara@x.example"]),
            (
                "/servicePrincipals(appId='1-2')/owners",
                vec!["servicePrincipals", "appId=1-2", "owners"],
            ),
            (
                "/servicePrincipals/7/microsoft.graph.addTokenSigningCertificate()",
                vec!["servicePrincipals", "7", "addTokenSigningCertificate"],
            ),
        ] {
            assert_eq!(segments(path).unwrap(), segments_of, "{path}");
        }
        for none in ["/users/%ff", "/users/a%00b", &"/a".repeat(13)] {
            assert_eq!(segments(none), None, "{none}");
        }
    }

    proptest! {
        #[test]
        fn any_path_is_read_or_refused(path in "[/a-z%0-9()'=.]{0,80}") {
            if let Some(segments) = segments(&path) {
                prop_assert!(segments.len() <= MOST + 1);
            }
        }
    }
}
