//! Where a request is in the portal: which tenant, which application, in which browser.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::document;
use super::entry::{Entry, Failure};
use super::memory::Memory;
use crate::directory::{Directory, Tenant};
use crate::server::csrf::Browser;
use crate::server::idp::Idp;
use crate::server::page;

/// A page of a tenant.
pub(crate) struct Scene {
    pub(crate) idp: Arc<Idp>,
    /// As it was when the request came: one page shows one state.
    pub(crate) directory: Arc<Directory>,
    pub(crate) memory: Arc<Memory>,
    pub(crate) browser: Browser,
    /// The sentence that the page before left.
    pub(crate) notice: Option<String>,
    parameters: HashMap<String, String>,
    query: Vec<(String, String)>,
    at: usize,
}

impl Scene {
    pub(crate) fn tenant(&self) -> &Tenant {
        &self.directory.tenants[self.at]
    }

    /// A path of this tenant.
    pub(crate) fn path(&self, below: &str) -> String {
        let tenant = page::path_segment(&self.tenant().domain);
        match below {
            "" => format!("/portal/{tenant}"),
            below => format!("/portal/{tenant}/{below}"),
        }
    }

    /// A part of the path that was asked for.
    pub(crate) fn parameter(&self, name: &str) -> &str {
        self.parameters.get(name).map_or("", String::as_str)
    }

    /// A part of the query.
    pub(crate) fn query(&self, name: &str) -> &str {
        page::field(&self.query, name).unwrap_or_default().trim()
    }

    /// Every part of the query, as a form's fields.
    pub(crate) fn queried(&self) -> Entry {
        Entry::from(self.query.clone())
    }

    /// 303 to a page of this tenant, which shows the notice.
    pub(crate) fn done(&self, below: &str, notice: &str) -> Response {
        let path = match below.starts_with('/') {
            true => below.to_owned(),
            false => self.path(below),
        };
        let query = if path.contains('?') { '&' } else { '?' };
        see_other(&format!("{path}{query}notice={}", self.memory.tell(notice)))
    }

    /// The page for what is not there, or not any more.
    pub(crate) fn gone(&self, what: &str) -> Response {
        (StatusCode::NOT_FOUND, document::gone(&self.path(""), what)).into_response()
    }

    /// The same place in the directory as it is now; none where the tenant has gone.
    pub(crate) fn anew(&self) -> Option<Self> {
        let directory = self.idp.directory();
        let id = &self.tenant().id;
        let at = directory.tenants.iter().position(|tenant| &tenant.id == id)?;
        Some(Self {
            idp: self.idp.clone(),
            directory,
            memory: self.memory.clone(),
            browser: self.browser.clone(),
            notice: None,
            parameters: self.parameters.clone(),
            query: self.query.clone(),
            at,
        })
    }

    /// Shows a form again that was not saved, with what was typed and the reason. `show` finds what the form is about, and says
    /// what its mark is now.
    pub(crate) fn again(
        &self,
        mut entry: Entry,
        failure: Failure,
        show: impl FnOnce(&Self, &Entry) -> Response,
    ) -> Response {
        if matches!(failure, Failure::Gone) {
            return self.gone("What you were changing");
        }
        let Some(scene) = self.anew() else {
            return self.gone("The tenant");
        };
        entry.failed(failure);
        (entry.status(), show(&scene, &entry)).into_response()
    }
}

impl FromRequestParts<Arc<Idp>> for Scene {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, idp: &Arc<Idp>) -> Result<Self, Response> {
        let Ok(browser) = Browser::from_request_parts(parts, idp).await;
        let parameters = Path::<HashMap<String, String>>::from_request_parts(parts, idp).await;
        let parameters = parameters.map(|Path(all)| all).unwrap_or_default();
        let query = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
        let query = query.map(|Query(query)| query).unwrap_or_default();
        let memory = parts.extensions.get::<Arc<Memory>>().cloned().unwrap_or_default();
        let directory = idp.directory();
        let named = parameters.get("tenant").map_or("", String::as_str);
        let id = directory.tenant(named).map(|tenant| tenant.id.clone());
        let at = directory
            .tenants
            .iter()
            .position(|tenant| Some(&tenant.id) == id.as_ref());
        match at {
            Some(at) => Ok(Self {
                notice: page::field(&query, "notice").and_then(|key| memory.told(key)),
                idp: idp.clone(),
                directory,
                memory,
                browser,
                parameters,
                query,
                at,
            }),
            None => Err((StatusCode::NOT_FOUND, document::gone("/portal", "That tenant")).into_response()),
        }
    }
}

/// 303 to a path of our own.
pub(crate) fn see_other(path: &str) -> Response {
    let location = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/portal"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}
