//! The fields of a form as it arrives.

use std::sync::Arc;

use axum::RequestExt as _;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, FromRequest, Request};
use axum::http::StatusCode;

use super::idp::Idp;
use crate::Aadsts;

/// The fields of a form, in order.
pub(super) struct Fields(pub(super) Vec<(String, String)>);

impl FromRequest<Arc<Idp>> for Fields {
    type Rejection = Aadsts;

    async fn from_request(request: Request, idp: &Arc<Idp>) -> Result<Self, Aadsts> {
        let invalid = |detail: &str| Aadsts::InvalidRequest {
            detail: detail.to_owned(),
        };
        let form = request.extract::<Form<Vec<(String, String)>>, _>();
        let time = idp.patience.body();
        match tokio::time::timeout(time, form).await {
            Err(_) => Err(invalid(&format!(
                "its body did not arrive within {} seconds",
                time.as_secs_f32()
            ))),
            Ok(Ok(Form(fields))) => Ok(Self(fields)),
            Ok(Err(FormRejection::InvalidFormContentType(_))) => Err(invalid(
                "a form must be sent as application/x-www-form-urlencoded",
            )),
            Ok(Err(rejection)) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                Err(invalid("it is larger than 1 MiB"))
            }
            Ok(Err(rejection)) => Err(invalid(&rejection.body_text())),
        }
    }
}
