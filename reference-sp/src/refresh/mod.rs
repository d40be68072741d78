//! Reading the IdPs' metadata again: what a document says replaces what the last one said, and a document that is no good changes
//! nothing.

mod fetch;
mod read;

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::config::Source;
use crate::flaw::Flaw;
use crate::state::{Settings, Sp};
use read::Read;

/// `/test/refresh`: 204, or 422 and a line for each source whose document changed nothing.
pub(crate) async fn now(State(sp): State<Arc<Sp>>) -> Response {
    let refused = refresh(&sp).await;
    match refused.is_empty() {
        true => StatusCode::NO_CONTENT.into_response(),
        false => (StatusCode::UNPROCESSABLE_ENTITY, refused.join("\n")).into_response(),
    }
}

/// Fetches every source anew. Why a document changed nothing, one sentence each.
pub(crate) async fn refresh(sp: &Sp) -> Vec<String> {
    let Settings { sources, flaws, .. } = sp.settings();
    let mut refused = Vec::new();
    for source in &sources {
        let read = match fetch::fetch(&source.url, flaws).await {
            Ok(bytes) => read::read(&bytes, source, flaws, sp.clock.now()),
            Err(why) => Err(why),
        };
        match read {
            Ok(read) => sp.change(|settings| replace(settings, source, read)),
            Err(why) => {
                tracing::warn!(%why, url = source.url, "metadata not taken, the last stays in force");
                refused.push(format!("{}: {why}", source.url));
            }
        }
    }
    refused
}

/// What the document says is what is so, from now on.
fn replace(settings: &mut Settings, source: &Source, read: Read) {
    let is_led = settings.flaws.has(Flaw::OpenRedirect);
    let stays = settings.flaws.has(Flaw::MetadataUnverified);
    settings.trust = settings.trust.changed(|tenants| {
        let Some(tenant) = tenants.iter_mut().find(|one| one.entity_id == source.entity_id) else {
            return;
        };
        if !stays {
            tenant.forget_keys();
        }
        tenant.valid_until = read.valid_until;
        let renamed = read.metadata.entity_id.clone();
        let anywhere = read.metadata.sso.first().map(|sso| sso.location.clone());
        tenant.update(read.metadata);
        if is_led {
            tenant.sign_in = anywhere;
        }
        if stays && tenant.entity_id != renamed {
            let mut other = tenant.clone();
            other.entity_id = renamed;
            tenants.push(other);
        }
    });
}
