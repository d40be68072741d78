//! IdP-initiated sign-in: `/api/signin/{app id}?tenantId=…`, Azure's "User access URL", and `/signin/{name}/{id}`, the link of a
//! tile in My Apps.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};

use super::arrival::{Arrival, Goal};
use super::caller::Caller;
use super::idp::Idp;
use super::{page, sso};
use crate::{Aadsts, Directory};

type Fields = Query<Vec<(String, String)>>;

/// The "User access URL".
pub(super) async fn by_id(
    State(idp): State<Arc<Idp>>,
    Path(app_id): Path<String>,
    Query(query): Fields,
    caller: Caller,
) -> Response {
    launch(&idp, app_id, &query, &caller).await
}

/// The link of a tile; the name is for people.
pub(super) async fn by_name(
    State(idp): State<Arc<Idp>>,
    Path((_, id)): Path<(String, String)>,
    Query(query): Fields,
    caller: Caller,
) -> Response {
    launch(&idp, id, &query, &caller).await
}

/// Goes on as any sign-in does, only without a request.
async fn launch(idp: &Idp, id: String, query: &[(String, String)], caller: &Caller) -> Response {
    let field = |name| page::field(query, name).map(ToOwned::to_owned);
    let Some(tenant) = field("tenantId").or_else(|| only_tenant_with(&idp.directory(), &id)) else {
        return Aadsts::TenantUnknown.into_response();
    };
    let arrival = Arrival {
        app_id: Some(id),
        login_hint: field("login_hint"),
        domain_hint: field("domain_hint").or_else(|| field("whr")),
        ..Arrival::without_request(tenant, Goal::Application)
    };
    sso::handle(idp, arrival, caller).await
}

fn only_tenant_with(directory: &Directory, id: &str) -> Option<String> {
    let mut with = directory
        .tenants
        .iter()
        .filter(|tenant| tenant.application_by_id(id).is_some());
    match (with.next(), with.next()) {
        (Some(tenant), None) => Some(tenant.id.clone()),
        _ => None,
    }
}
