//! Telling the applications of a sign-out, and waiting for them.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::Response;

use super::leaving::Leaving;
use super::pages;
use crate::server::idp::Idp;
use crate::server::page;
use crate::server::redirect::found;

/// The page that tells them, or the way on where there are none.
pub(super) fn begin(leaving: Leaving, idp: &Idp) -> Response {
    if leaving.others.is_empty() {
        return end(leaving.then.as_deref());
    }
    let key = leaving.key.clone();
    let page = pages::telling(&key, &leaving.others);
    for other in &leaving.others {
        idp.told.put_as(other.id.clone(), key.clone(), 128);
    }
    let weight = 4096 * (leaving.others.len() + 1);
    idp.leaving.put_as(key, leaving, weight);
    page
}

/// `/signed-out?ctx=…`: waits a moment for those that have not answered, then goes on. Without a key it is the page at the end.
pub(in crate::server) async fn next(
    State(idp): State<Arc<Idp>>,
    Query(query): Query<Vec<(String, String)>>,
) -> Response {
    let key = page::field(&query, "ctx").unwrap_or_default();
    let skip = page::field(&query, "now").is_some();
    let state = idp.leaving.change(key, |leaving| {
        let done = leaving.is_done() || skip;
        (done, leaving.then.clone(), leaving.others.clone())
    });
    match state {
        None => pages::signed_out(),
        Some((true, then, _)) => end(then.as_deref()),
        Some((false, _, others)) => pages::waiting(key, &others),
    }
}

fn end(then: Option<&str>) -> Response {
    match then {
        Some(url) => found(url),
        None => pages::signed_out(),
    }
}
