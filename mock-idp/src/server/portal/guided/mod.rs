use std::sync::Arc;
use axum::Router;
use crate::server::Idp;
pub(crate) fn routes() -> Router<Arc<Idp>> { Router::new() }
