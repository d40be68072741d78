//! Federation metadata, by a path whose case does not matter; and every path that nothing else serves.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use super::answer::Metadata;
use super::arrival::COMMON;
use super::idp::Idp;
use super::{named, page};
use crate::Aadsts;
use crate::issuance::{IssueError, common_federation_metadata, federation_metadata};

/// The document of the tenant in the path, of nobody (`common`), or of one application of it (`?appid=`); 404 for any other path.
pub(super) async fn show(State(idp): State<Arc<Idp>>, method: Method, uri: Uri) -> Response {
    let path = uri.path().to_ascii_lowercase();
    let named = path
        .strip_prefix('/')
        .and_then(|path| path.strip_suffix("/federationmetadata/2007-06/federationmetadata.xml"))
        .filter(|tenant| !tenant.is_empty() && !tenant.contains('/'));
    match named {
        Some(tenant) if matches!(method, Method::GET | Method::HEAD) => {
            document(&idp, tenant, &uri).into_response()
        }
        _ => page::not_found(uri.path()),
    }
}

fn document(idp: &Idp, tenant: &str, uri: &Uri) -> Result<Response, Aadsts> {
    let query = Query::<Vec<(String, String)>>::try_from_uri(uri)
        .map(|Query(query)| query)
        .unwrap_or_default();
    let directory = idp.directory();
    if COMMON.contains(&tenant) {
        let document = common_federation_metadata(&directory, &idp.origin);
        return document.map(answer).map_err(failed);
    }
    let tenant = named::tenant(&directory, tenant)?;
    if let Some(other) = published(idp, &tenant.id, uri) {
        return Ok(other);
    }
    let application = page::field(&query, "appid")
        .map(|app_id| {
            let known = tenant
                .applications
                .iter()
                .find(|known| known.app_id.eq_ignore_ascii_case(app_id));
            known.ok_or_else(|| Aadsts::ApplicationNotFound {
                identifier: app_id.to_owned(),
                tenant: tenant.display_name.clone(),
            })
        })
        .transpose()?;
    let document = federation_metadata(tenant, &idp.origin, application);
    document.map(answer).map_err(failed)
}

/// What the harness serves in the stead of the tenant's document.
fn published(idp: &Idp, tenant_id: &str, uri: &Uri) -> Option<Response> {
    let place = uri.path_and_query().map_or(uri.path(), |place| place.as_str());
    let Metadata {
        status,
        location,
        body,
    } = idp.answer.as_ref()?.metadata(tenant_id, place)?;
    let mut response = answer(body.to_vec());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Some(location) = location.and_then(|location| HeaderValue::try_from(location).ok()) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Some(response)
}

fn answer(document: Vec<u8>) -> Response {
    let kind = [(header::CONTENT_TYPE, "application/xml; charset=utf-8")];
    (StatusCode::OK, kind, document).into_response()
}

fn failed(error: IssueError) -> Aadsts {
    Aadsts::ServiceFailed {
        detail: error.to_string(),
    }
}
