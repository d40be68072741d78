//! The fields of a form as it arrives.

use std::time::Duration;

use axum::RequestExt as _;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, FromRequest, Request};
use axum::http::StatusCode;

use crate::Aadsts;

/// The fields of a form, in order.
pub(super) struct Fields(pub(super) Vec<(String, String)>);

/// How long a browser may take to send a form.
const BODY_TIME: Duration = Duration::from_secs(30);

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Aadsts;

    async fn from_request(request: Request, _: &S) -> Result<Self, Aadsts> {
        let invalid = |detail: &str| Aadsts::InvalidRequest {
            detail: detail.to_owned(),
        };
        let form = request.extract::<Form<Vec<(String, String)>>, _>();
        match tokio::time::timeout(BODY_TIME, form).await {
            Err(_) => Err(invalid("its body did not arrive within 30 seconds")),
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
