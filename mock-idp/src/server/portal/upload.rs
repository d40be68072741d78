//! Forms with files.

use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts as _, Multipart, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::document;
use super::entry::Entry;
use crate::server::csrf::{Browser, FIELD};
use crate::server::idp::Idp;
use crate::server::page;

/// A form with a file whose token was this browser's.
pub(crate) struct Upload {
    /// Its other fields.
    pub(crate) entry: Entry,
    /// The file; empty where none was chosen.
    pub(crate) file: Vec<u8>,
}

/// How many fields are read.
const MOST: usize = 64;

impl FromRequest<Arc<Idp>> for Upload {
    type Rejection = Response;

    async fn from_request(request: Request, idp: &Arc<Idp>) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let Ok(browser) = Browser::from_request_parts(&mut parts, idp).await;
        let request = Request::from_parts(parts, body);
        let (fields, file) = match tokio::time::timeout(idp.patience.upload(), read(request)).await {
            Ok(Ok(read)) => read,
            Ok(Err(status)) => return Err(unreadable(status)),
            Err(_) => return Err(unreadable(StatusCode::REQUEST_TIMEOUT)),
        };
        browser
            .check(page::field(&fields, FIELD))
            .map_err(IntoResponse::into_response)?;
        Ok(Self {
            entry: fields.into(),
            file,
        })
    }
}

type Read = (Vec<(String, String)>, Vec<u8>);

async fn read(request: Request) -> Result<Read, StatusCode> {
    let bad = |_| StatusCode::BAD_REQUEST;
    let mut parts = Multipart::from_request(request, &()).await.map_err(bad)?;
    let (mut fields, mut file) = (Vec::new(), Vec::new());
    for _ in 0..MOST {
        let Some(part) = parts.next_field().await.map_err(|error| error.status())? else {
            return Ok((fields, file));
        };
        let name = part.name().unwrap_or_default().to_owned();
        let is_file = part.file_name().is_some();
        let bytes = part.bytes().await.map_err(|error| error.status())?;
        match is_file {
            true => file = bytes.to_vec(),
            false => fields.push((name, String::from_utf8_lossy(&bytes).into_owned())),
        }
    }
    Err(StatusCode::BAD_REQUEST)
}

fn unreadable(status: StatusCode) -> Response {
    let why = match status {
        StatusCode::PAYLOAD_TOO_LARGE => "The file is larger than this page takes.",
        StatusCode::REQUEST_TIMEOUT => "The file did not arrive in time.",
        _ => "The form could not be read.",
    };
    let page = document::plain(
        "Nothing was changed",
        &format!("{why} Go back and send it once more."),
    );
    (status, page).into_response()
}
