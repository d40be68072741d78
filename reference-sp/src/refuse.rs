//! How a refused message is answered. None of the answers says why.

use std::panic::resume_unwind;

use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use crate::config::Refusal;
use crate::denial::Denial;
use crate::memory::secret;
use crate::pages;
use crate::state::Sp;

/// Notes the reason and answers in the manner that the service provider was told to.
pub(crate) async fn refuse(sp: &Sp, denial: &Denial) -> Response {
    sp.note(denial);
    let page = |status: StatusCode| (status, Html(pages::refused(None))).into_response();
    match sp.settings().refuse_with {
        Refusal::Forbidden => page(StatusCode::FORBIDDEN),
        Refusal::ServerErrorConstant => page(StatusCode::INTERNAL_SERVER_ERROR),
        Refusal::ServerErrorVarying => (
            StatusCode::INTERNAL_SERVER_ERROR,
            Html(pages::refused(Some(&incident()))),
        )
            .into_response(),
        Refusal::Redirect => (StatusCode::FOUND, [(header::LOCATION, "/error")]).into_response(),
        Refusal::Page => page(StatusCode::OK),
        Refusal::Silence => silence(sp).await,
        // Hyper's task for this connection ends with it, and the connection is closed. Tokio catches it; no hook prints.
        Refusal::Die => resume_unwind(Box::new("told to die")),
    }
}

/// Nothing, until the server stops: the browser has given up by then.
async fn silence(sp: &Sp) -> Response {
    let mut stop = sp.stop.clone();
    let _stopped = stop.wait_for(|stop| *stop).await;
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}

/// Words and a length that never come twice, as a stack trace would.
fn incident() -> String {
    let random = secret();
    let length = random.bytes().map(usize::from).sum::<usize>() % 23;
    (0..=length)
        .map(|line| format!("at {}:{line}", &random[line..line + 24]))
        .collect::<Vec<_>>()
        .join("\n")
}
