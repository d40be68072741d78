//! A small SP with a switch for each way in which a set-up breaks. It verifies what it is sent, by the independent verifier.

use std::{
    collections::HashMap,
    io::Write as _,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use axum::{
    Form, Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use base64::prelude::{BASE64_STANDARD, Engine};
use jiff::{SignedDuration, Timestamp};
use proofs::TrustedKey;
use url::form_urlencoded::byte_serialize;

/// How it is broken.
#[derive(Clone, Default)]
pub(crate) struct Switches {
    /// So many hours its clock is ahead.
    pub(crate) hours: i64,
    /// How a sign-in begins.
    pub(crate) login: Login,
    /// The ACS wants a cookie back that `/login` set without SameSite=None.
    pub(crate) state_cookie: bool,
    /// It wants the Response signed and the Assertion too, as several libraries do by default.
    pub(crate) both_signed: bool,
    /// Who has no account.
    pub(crate) unknown: &'static str,
    /// What it publishes of itself is no metadata.
    pub(crate) garbage: bool,
}

/// How a sign-in begins.
#[derive(Clone, Copy, Default, PartialEq)]
pub(crate) enum Login {
    /// By HTTP-Redirect.
    #[default]
    Redirect,
    /// By a request that begins its ID with a digit, as Azure refuses it.
    DigitId,
    /// By HTTP-POST, deflated, as nobody can read it.
    DeflatedPost,
    /// At an IdP that nobody named.
    Elsewhere,
    /// A page with words on it and no way on.
    Page,
    /// Not at all.
    Missing,
}

/// The SP, serving until the test process ends.
pub(crate) struct Sp {
    pub(crate) port: u16,
}

/// A port at which another program listens: it has no page of any name.
pub(crate) fn stranger() -> u16 {
    let (listener, port) = listener();
    serve(listener, Router::new());
    port
}

fn listener() -> (std::net::TcpListener, u16) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

fn serve(listener: std::net::TcpListener, routes: Router) {
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            axum::serve(listener, routes).await.unwrap();
        });
    });
}

struct Site {
    base: String,
    sso: String,
    trusted: TrustedKey,
    switches: Switches,
    sessions: Mutex<HashMap<String, String>>,
    next: AtomicU64,
}

impl Sp {
    /// Serves on a free port; trusts what this metadata says, and sends its users there.
    pub(crate) fn serve(idp_metadata: &[u8], switches: Switches) -> Self {
        let idp = saml::IdpMetadata::parse(idp_metadata).unwrap();
        let trusted = TrustedKey::from_certificate_der(&idp.entity_id, idp.signing[0].der()).unwrap();
        let (listener, port) = listener();
        let site = Arc::new(Site {
            base: format!("http://127.0.0.1:{port}"),
            sso: idp.sso[0].location.clone(),
            trusted,
            switches,
            sessions: Mutex::default(),
            next: AtomicU64::new(1),
        });
        let routes = Router::new()
            .route("/metadata", get(metadata))
            .route("/login", get(login))
            .route("/acs", post(acs))
            .route("/me", get(me))
            .route("/blank", get(blank))
            .route("/home", get(async || Html("<h1>Home</h1>")))
            .route("/public", get(async || Html("<h1>Opening hours</h1>")))
            .route("/forbidden", get(async || (StatusCode::FORBIDDEN, "staff only")))
            .with_state(site);
        serve(listener, routes);
        Self { port }
    }
}

async fn metadata(State(site): State<Arc<Site>>) -> Response {
    if site.switches.garbage {
        return Html("<html><h1>Metadata is generated on request</h1></html>").into_response();
    }
    let base = &site.base;
    let text = format!(
        "<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"{base}/metadata\"><md:SPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\"><md:AssertionConsumerService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" Location=\"{base}/acs\" index=\"0\" isDefault=\"true\"/></md:SPSSODescriptor></md:EntityDescriptor>"
    );
    ([(header::CONTENT_TYPE, "application/samlmetadata+xml")], text).into_response()
}

async fn login(State(site): State<Arc<Site>>) -> Response {
    let number = site.next.fetch_add(1, Ordering::Relaxed);
    let start = match site.switches.login {
        Login::Missing => return (StatusCode::NOT_FOUND, "no such page").into_response(),
        Login::Page => return Html("<h1>Sign-in is closed for maintenance</h1>").into_response(),
        Login::Elsewhere => return Redirect::to("http://sso.elsewhere.example/saml2").into_response(),
        Login::DigitId => "1",
        Login::Redirect | Login::DeflatedPost => "_r",
    };
    let base = &site.base;
    let request = format!(
        "<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"{start}{number:032}\" Version=\"2.0\" IssueInstant=\"{}\" AssertionConsumerServiceURL=\"{base}/acs\"><saml:Issuer>{base}/metadata</saml:Issuer></samlp:AuthnRequest>",
        site.now()
    );
    let value = BASE64_STANDARD.encode(deflated(&request));
    if site.switches.login == Login::DeflatedPost {
        return Html(format!(
            "<form method=post action=\"{}\"><input type=hidden name=SAMLRequest value=\"{value}\"></form><script>document.forms[0].submit()</script>",
            site.sso
        ))
        .into_response();
    }
    let value: String = byte_serialize(value.as_bytes()).collect();
    let answer = Redirect::to(&format!(
        "{}?SAMLRequest={value}&RelayState=s3cret-state-of-this-browser",
        site.sso
    ));
    match site.switches.state_cookie {
        true => ([(header::SET_COOKIE, "state=1; Path=/; SameSite=Lax")], answer).into_response(),
        false => answer.into_response(),
    }
}

async fn acs(
    State(site): State<Arc<Site>>,
    headers: HeaderMap,
    Form(fields): Form<HashMap<String, String>>,
) -> Response {
    let refused = |why: &str| (StatusCode::FORBIDDEN, format!("Sign-in failed: {why}")).into_response();
    if site.switches.state_cookie && !cookies(&headers).contains("state=1") {
        return refused("no sign-in was begun in this browser");
    }
    let message = fields
        .get("SAMLResponse")
        .and_then(|text| BASE64_STANDARD.decode(text).ok());
    let Some(message) = message else {
        return refused("no message");
    };
    if site.switches.both_signed && signatures(&message) < 2 {
        return refused("the Response and the Assertion must be signed");
    }
    let proofs = proofs::proofs(&message, std::slice::from_ref(&site.trusted));
    let Some(name) = proofs
        .strict
        .first()
        .and_then(|identity| identity.name_id.clone())
    else {
        return refused("the signature is not valid");
    };
    if !site.is_now(&String::from_utf8_lossy(&message)) {
        return refused("the message is not of this time");
    }
    if !site.switches.unknown.is_empty() && name.contains(site.switches.unknown) {
        return refused("the user has no account");
    }
    let key = format!("s{}", site.next.fetch_add(1, Ordering::Relaxed));
    let cookie = format!("session={key}; Path=/; HttpOnly; SameSite=Lax");
    site.sessions.lock().unwrap().insert(key, name);
    (
        [(header::SET_COOKIE, cookie)],
        Redirect::to("/home?ticket=s3cret-ticket"),
    )
        .into_response()
}

async fn me(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response {
    match site.signed_in(&headers) {
        Some(name) => axum::Json(serde_json::json!({ "nameId": name })).into_response(),
        None => (StatusCode::UNAUTHORIZED, "sign in first").into_response(),
    }
}

/// A page that knows somebody, and does not say whom.
async fn blank(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response {
    match site.signed_in(&headers) {
        Some(_) => Html("<h1>Welcome back</h1>").into_response(),
        None => (StatusCode::UNAUTHORIZED, "sign in first").into_response(),
    }
}

impl Site {
    fn now(&self) -> Timestamp {
        Timestamp::now() + SignedDuration::from_hours(self.switches.hours)
    }

    fn is_now(&self, message: &str) -> bool {
        let Ok(document) = roxmltree::Document::parse(message) else {
            return false;
        };
        let conditions = document
            .descendants()
            .find(|node| node.has_tag_name(("urn:oasis:names:tc:SAML:2.0:assertion", "Conditions")));
        let instant = |name: &str| -> Option<Timestamp> { conditions?.attribute(name)?.parse().ok() };
        match (instant("NotBefore"), instant("NotOnOrAfter")) {
            (Some(from), Some(to)) => (from..to).contains(&self.now()),
            _ => false,
        }
    }

    fn signed_in(&self, headers: &HeaderMap) -> Option<String> {
        let cookies = cookies(headers);
        let key = cookies
            .split("; ")
            .find_map(|cookie| cookie.strip_prefix("session="))?;
        self.sessions.lock().unwrap().get(key).cloned()
    }
}

fn signatures(message: &[u8]) -> usize {
    let text = String::from_utf8_lossy(message);
    let document = roxmltree::Document::parse(&text).unwrap();
    let all = document.descendants();
    all.filter(|node| node.has_tag_name(("http://www.w3.org/2000/09/xmldsig#", "Signature")))
        .count()
}

fn cookies(headers: &HeaderMap) -> String {
    let all = headers.get_all(header::COOKIE).iter();
    let all: Vec<&str> = all.filter_map(|value| value.to_str().ok()).collect();
    all.join("; ")
}

/// RFC 1951, stored: what any reader inflates.
fn deflated(text: &str) -> Vec<u8> {
    let length = u16::try_from(text.len()).unwrap();
    let mut out = vec![1];
    out.write_all(&length.to_le_bytes()).unwrap();
    out.write_all(&(!length).to_le_bytes()).unwrap();
    out.write_all(text.as_bytes()).unwrap();
    out
}
