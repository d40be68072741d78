//! The administrator's forms as they arrive: of one's own, from this site, and of bounded size.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Form, FromRequest, Multipart, Request};
use axum::http::StatusCode;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use openssl::memcmp;

use crate::admin::administrator::{Admin, is_cross_site};
use crate::admin::pages;
use crate::http::see_other;
use crate::state::Sp;

/// The most that is read of one form, in bytes. What a field holds beyond [`FIELD`] is read past, so that the browser
/// comes to see a page that says so.
pub(crate) const LARGEST: usize = 16 << 20;
/// The most that is kept of one field, in bytes.
pub(crate) const FIELD: usize = 1 << 20;
/// How long a form may take to arrive.
const PATIENCE: Duration = Duration::from_secs(60);
/// How many fields a form may have.
const FIELDS: usize = 20;

/// A form that the administrator, who is signed in, sent from one of our pages.
#[derive(Debug)]
pub(crate) struct Posted {
    pub(crate) session: String,
    pub(crate) csrf: String,
    fields: Vec<Field>,
}

#[derive(Debug)]
struct Field {
    name: String,
    value: Vec<u8>,
    is_too_large: bool,
}

impl Posted {
    /// What was written into a field, without the white space around it.
    pub(crate) fn text(&self, name: &str) -> Cow<'_, str> {
        match String::from_utf8_lossy(self.bytes(name)) {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        }
    }

    /// The bytes of a file or field.
    pub(crate) fn bytes(&self, name: &str) -> &[u8] {
        self.field(name).map_or(&[], |field| &field.value)
    }

    /// Whether more was sent than is kept.
    pub(crate) fn is_too_large(&self, name: &str) -> bool {
        self.field(name).is_some_and(|field| field.is_too_large)
    }

    fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl FromRequest<Arc<Sp>> for Posted {
    type Rejection = Response;

    async fn from_request(request: Request, sp: &Arc<Sp>) -> Result<Self, Response> {
        if is_cross_site(request.headers()) {
            return Err(not_ours(sp));
        }
        let Admin { session, csrf } =
            Admin::of(sp, request.headers()).ok_or_else(|| see_other("/admin/sign-in"))?;
        let is_multipart = request
            .headers()
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/form-data"));
        let fields = async {
            if is_multipart {
                files(request).await
            } else {
                plain(request).await
            }
        };
        let fields = tokio::time::timeout(PATIENCE, fields).await.ok().flatten();
        let fields = fields.ok_or_else(|| unreadable(sp))?;
        let posted = Posted {
            session,
            csrf,
            fields,
        };
        let given = posted.bytes("csrf");
        if given.len() == posted.csrf.len() && memcmp::eq(given, posted.csrf.as_bytes()) {
            Ok(posted)
        } else {
            Err(not_ours(sp))
        }
    }
}

/// The field of that name in a form that was read already.
pub(crate) fn field<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = fields.iter().find(|(key, _)| key == name);
    found.map(|(_, value)| value.as_str())
}

async fn plain(request: Request) -> Option<Vec<Field>> {
    let Form(fields) = Form::<Vec<(String, String)>>::from_request(request, &())
        .await
        .ok()?;
    let kept = |(name, value): (String, String)| Field {
        name,
        is_too_large: value.len() > FIELD,
        value: value.into_bytes().into_iter().take(FIELD).collect(),
    };
    (fields.len() <= FIELDS).then(|| fields.into_iter().map(kept).collect())
}

async fn files(request: Request) -> Option<Vec<Field>> {
    let mut parts = Multipart::from_request(request, &()).await.ok()?;
    let mut fields = Vec::new();
    while let Some(mut part) = parts.next_field().await.ok()? {
        let mut field = Field {
            name: part.name().unwrap_or_default().to_owned(),
            value: Vec::new(),
            is_too_large: false,
        };
        while let Some(bytes) = part.chunk().await.ok()? {
            let room = FIELD - field.value.len();
            field.is_too_large |= bytes.len() > room;
            field.value.extend_from_slice(&bytes[..bytes.len().min(room)]);
        }
        fields.push(field);
        if fields.len() > FIELDS {
            return None;
        }
    }
    Some(fields)
}

fn not_ours(sp: &Sp) -> Response {
    let why = "The form had expired, or did not come from this site. Nothing was changed. Go back, load the page again, and send the form once more.";
    refused(sp, StatusCode::FORBIDDEN, why)
}

fn unreadable(sp: &Sp) -> Response {
    let why = "The form could not be read, or was larger than 16 MB. Nothing was changed. Go back and send it once more, with the right file.";
    refused(sp, StatusCode::BAD_REQUEST, why)
}

fn refused(sp: &Sp, status: StatusCode, why: &str) -> Response {
    (status, Html(pages::refused(why, sp.settings().flaws))).into_response()
}
