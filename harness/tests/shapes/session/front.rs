//! What stands before the reference SP: hands everything on to it, and keeps the session where its shape says.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Bytes, to_bytes},
    extract::{Request, State},
    http::{
        HeaderMap, StatusCode,
        header::{self, HeaderValue},
    },
    response::{Html, IntoResponse, Json, Response},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use reference_sp::{Config, Flaws, ReferenceSp};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::shapes::Kept;

/// A front that listens, and the reference SP behind it.
pub(crate) struct Front {
    pub(crate) origin: String,
    pub(crate) sp: Arc<ReferenceSp>,
    server: tokio::task::JoinHandle<()>,
    here: Arc<Here>,
}

struct Here {
    kept: Kept,
    /// Where the reference SP listens.
    behind: String,
    client: reqwest::Client,
    /// Who holds which token.
    tokens: Mutex<BTreeMap<String, String>>,
    /// Sessions that have asked once.
    asked: Mutex<BTreeSet<String>>,
}

impl Drop for Front {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Front {
    pub(crate) async fn start(kept: Kept, flaws: Flaws) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let config = Config {
            url: Some(origin.clone()),
            create_users: true,
            flaws,
            ..Config::default()
        };
        let sp = Arc::new(ReferenceSp::start(config).await.unwrap());
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        let here = Here {
            kept,
            behind: format!("http://{}", sp.address()),
            client,
            tokens: Mutex::default(),
            asked: Mutex::default(),
        };
        let here = Arc::new(here);
        let router = Router::new().fallback(answer).with_state(here.clone());
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            origin,
            sp,
            server,
            here,
        }
    }

    /// Every token that was given.
    pub(crate) fn tokens(&self) -> Vec<String> {
        self.here.tokens.lock().unwrap().keys().cloned().collect()
    }
}

async fn answer(State(here): State<Arc<Here>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap_or_default();
    let (path, headers) = (parts.uri.path(), &parts.headers);
    match (parts.method.as_str(), path) {
        ("GET", "/account")
            if !matches!(
                here.kept,
                Kept::Cookie | Kept::Second | Kept::Late | Kept::Fetched
            ) =>
        {
            here.landing(headers).await
        }
        ("GET", "/account") if here.kept != Kept::Cookie => Html("<h1>Welcome</h1>").into_response(),
        ("GET", "/app") => Html("<title>App</title><div id=root></div>").into_response(),
        ("GET", "/app/out") => {
            Html("<p>Bye<script>localStorage.removeItem('auth'); sessionStorage.removeItem('auth')</script>")
                .into_response()
        }
        ("GET", "/late") => Html(LATE).into_response(),
        ("GET", "/me") => here.me(headers).await,
        ("GET", "/api/me") => match here.holder(headers) {
            Some(name) => Json(json!({"user": {"nameId": name}, "served": "by the API"})).into_response(),
            None => refused(),
        },
        ("GET", "/api/ping") => match here.holder(headers) {
            Some(_) => Json(json!({"pong": true})).into_response(),
            None => refused(),
        },
        ("GET", "/api/session") => {
            let token = here.who(headers).await.map(|name| here.mint(&name));
            Json(json!({"token": token})).into_response()
        }
        ("GET", "/bye") => {
            let secret = cookie(headers, "sp_session").map_or_else(String::new, |session| csrf(&session));
            Html(format!(
                "<form id=bye method=post action=/bye><input type=hidden name=csrf value={secret}><button>Sign out</button></form>"
            ))
            .into_response()
        }
        ("POST", "/bye") => here.bye(headers, &body).await,
        (method, _) => {
            let target = parts.uri.path_and_query().map_or(path, |target| target.as_str());
            here.behind(method, target, headers, body).await
        }
    }
}

/// A page whose script asks late who is there.
const LATE: &str = "<title>Late</title><p>Loading<div id=x></div><script>setTimeout(async () => {
    const answer = await fetch('/whoami');
    const name = answer.ok ? (await answer.json()).nameId : '';
    document.querySelector('p').remove();
    document.querySelector('#x').outerHTML = name ? '<b id=user></b>' : '<i id=nobody>Please sign in</i>';
    if (name) document.querySelector('#user').textContent = name;
}, 700)</script>";

impl Here {
    /// Where a sign-in ends: the session goes to where it is kept.
    async fn landing(&self, headers: &HeaderMap) -> Response {
        let Some(name) = self.who(headers).await else {
            return self.behind("GET", "/account", headers, Bytes::new()).await;
        };
        let token = self.mint(&name);
        let mut ended = self.behind("POST", "/logout", headers, Bytes::new()).await;
        let script = |area: &str| {
            Html(format!("<title>App</title><script>{area}.setItem('auth', JSON.stringify({{state: {{token: '{token}'}}}}))</script>"))
                .into_response()
        };
        let to = |url: String| (StatusCode::FOUND, [(header::LOCATION, url)]).into_response();
        let mut landed = match self.kept {
            Kept::Fragment => to(format!("/app#token_type=bearer&access_token={token}")),
            Kept::Query => to(format!("/callback?t={token}")),
            Kept::Json => Json(json!({"session": {"token": token}})).into_response(),
            Kept::Local => script("localStorage"),
            Kept::Session => script("sessionStorage"),
            _ => to("/app".to_owned()),
        };
        if self.kept == Kept::TokenCookie {
            let set = HeaderValue::from_str(&format!("jwt={token}; Path=/; SameSite=Lax")).unwrap();
            landed.headers_mut().append(header::SET_COOKIE, set);
        }
        if let Some(cookie) = ended.headers_mut().remove(header::SET_COOKIE) {
            landed.headers_mut().append(header::SET_COOKIE, cookie);
        }
        landed
    }

    /// The session, from the second request on.
    async fn me(&self, headers: &HeaderMap) -> Response {
        let session = cookie(headers, "sp_session").unwrap_or_default();
        let first = self.asked.lock().unwrap().insert(session);
        match self.who(headers).await {
            Some(name) if !first => Json(json!({"user": {"nameId": name}})).into_response(),
            _ => refused(),
        }
    }

    async fn bye(&self, headers: &HeaderMap, body: &[u8]) -> Response {
        let session = cookie(headers, "sp_session").unwrap_or_default();
        if String::from_utf8_lossy(body) != format!("csrf={}", csrf(&session)) {
            return (StatusCode::FORBIDDEN, "no").into_response();
        }
        self.behind("POST", "/logout", headers, Bytes::new()).await
    }

    /// Who is signed in at the reference SP.
    async fn who(&self, headers: &HeaderMap) -> Option<String> {
        let answer = self.behind("GET", "/whoami", headers, Bytes::new()).await;
        let ok = answer.status() == StatusCode::OK;
        let body = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        let told: Value = serde_json::from_slice(&body).unwrap_or_default();
        told["nameId"].as_str().filter(|_| ok).map(str::to_owned)
    }

    /// Whose token a request carries.
    fn holder(&self, headers: &HeaderMap) -> Option<String> {
        let carried = match self.kept {
            Kept::Query => headers.get("x-auth")?.to_str().ok()?,
            _ => headers
                .get(header::AUTHORIZATION)?
                .to_str()
                .ok()?
                .strip_prefix("Bearer ")?,
        };
        self.tokens.lock().unwrap().get(carried).cloned()
    }

    fn mint(&self, name: &str) -> String {
        let mut tokens = self.tokens.lock().unwrap();
        if self.kept == Kept::Query {
            // Nothing in it looks like a token.
            let token = format!("pass-of-{}-{}", name.replace('@', "-at-"), tokens.len());
            tokens.insert(token.clone(), name.to_owned());
            return token;
        }
        let part = |json: Value| BASE64_URL_SAFE_NO_PAD.encode(json.to_string());
        let claims = json!({"sub": name, "emails": [name], "jti": tokens.len(), "aud": "api"});
        let token = format!(
            "{}.{}.{}",
            part(json!({"alg": "HS256"})),
            part(claims),
            part(json!(tokens.len()))
        );
        tokens.insert(token.clone(), name.to_owned());
        token
    }

    /// The reference SP's own answer.
    async fn behind(&self, method: &str, target: &str, headers: &HeaderMap, body: Bytes) -> Response {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self
            .client
            .request(method, format!("{}{target}", self.behind))
            .body(body);
        for name in [header::COOKIE, header::CONTENT_TYPE, header::ORIGIN] {
            for value in headers.get_all(&name) {
                request = request.header(&name, value);
            }
        }
        let answer = request.send().await.unwrap();
        let mut out = Response::builder().status(answer.status());
        for name in [header::SET_COOKIE, header::CONTENT_TYPE, header::LOCATION] {
            for value in answer.headers().get_all(&name) {
                out = out.header(&name, value);
            }
        }
        out.body(answer.bytes().await.unwrap().into()).unwrap()
    }
}

fn refused() -> Response {
    (StatusCode::UNAUTHORIZED, Json(json!({"error": "who are you?"}))).into_response()
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let pairs = all
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs
        .filter(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
        .next()
}

/// The secret of a session's forms.
fn csrf(session: &str) -> String {
    session
        .chars()
        .rev()
        .filter(char::is_ascii_alphanumeric)
        .take(24)
        .collect()
}
