//! `/api/signin/{app id}?tenantId=…`: IdP-initiated sign-in, Azure's "User access URL".

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};

use super::answer::Binding;
use super::page;
use super::sso::{self, Arrival};
use super::{Idp, csrf};
use crate::{Aadsts, Directory};

/// Goes on as any sign-in does, only without a request.
pub(super) async fn launch(
    State(idp): State<Arc<Idp>>,
    Path(app_id): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
    browser: csrf::Browser,
    headers: HeaderMap,
) -> Response {
    let named = page::field(&query, "tenantId").map(ToOwned::to_owned);
    let Some(tenant) = named.or_else(|| only_tenant_with(&idp.directory(), &app_id)) else {
        return Aadsts::TenantUnknown.into_response();
    };
    let arrival = Arrival {
        tenant,
        binding: Binding::IdpInitiated,
        request: Ok(None),
        request_xml: None,
        app_id: Some(app_id),
        relay_state: None,
        raw_query: None,
        login_hint: page::field(&query, "login_hint").map(ToOwned::to_owned),
    };
    sso::handle(&idp, arrival, &headers, &browser).await
}

fn only_tenant_with(directory: &Directory, app_id: &str) -> Option<String> {
    let mut with = directory
        .tenants
        .iter()
        .filter(|tenant| tenant.application(app_id).is_some());
    match (with.next(), with.next()) {
        (Some(tenant), None) => Some(tenant.id.clone()),
        _ => None,
    }
}
