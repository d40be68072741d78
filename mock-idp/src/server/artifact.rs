//! `/{tenant}/artifact`: exchanges artifacts for messages, by SOAP (Bindings 3.6, Core 3.5). Azure AD has no such service and hands no
//! artifacts out, nor does this mock by itself: only the harness does ([`Answer::resolve`](super::Answer::resolve)).

use std::sync::Arc;

use axum::extract::rejection::StringRejection;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use saml::names::status;
use saml::{ArtifactResolve, ArtifactResponse, soap};

use super::idp::Idp;
use crate::guid;

/// Answers an ArtifactResolve; what is none with a Fault, and an artifact that is not known with an ArtifactResponse without a
/// message (Core 3.5.3).
pub(super) async fn resolve(
    State(idp): State<Arc<Idp>>,
    Path(tenant): Path<String>,
    body: Result<String, StringRejection>,
) -> Response {
    let directory = idp.directory();
    let Some(tenant) = directory.tenant(&tenant) else {
        return fault(&format!("the mock identity provider has no tenant {tenant}"));
    };
    let asked = match body
        .map_err(|error| error.to_string())
        .and_then(|body| read(&body))
    {
        Ok(asked) => asked,
        Err(why) => return fault(&why),
    };
    let known = idp
        .answer
        .as_ref()
        .and_then(|answer| answer.resolve(&tenant.id, &asked));
    let response = known.unwrap_or_else(|| {
        ArtifactResponse {
            id: format!("_{}", guid::fresh()),
            in_response_to: Some(asked.id),
            issue_instant: Some(saml::instant::format(Timestamp::now())),
            destination: None,
            issuer: Some(tenant.entity_id()),
            status: vec![status::SUCCESS.to_owned()],
            message: None,
        }
        .to_xml()
    });
    enveloped(StatusCode::OK, soap::wrap(&response))
}

fn read(body: &str) -> Result<ArtifactResolve, String> {
    let message = soap::unwrap(body).map_err(|error| error.to_string())?;
    ArtifactResolve::parse(&message).map_err(|error| error.to_string())
}

/// SOAP says by 500 that a Fault is in the envelope (SOAP 1.1, section 6.2).
fn fault(why: &str) -> Response {
    enveloped(StatusCode::INTERNAL_SERVER_ERROR, soap::fault("Client", why))
}

fn enveloped(status: StatusCode, envelope: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, soap::CONTENT_TYPE),
        // Neither message may be kept by a cache (Bindings 3.2.3.2).
        (header::CACHE_CONTROL, "no-cache, no-store"),
    ];
    (status, headers, envelope).into_response()
}
