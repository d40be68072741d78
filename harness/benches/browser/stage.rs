//! An SP and an IdP that do nothing but what a sign-in needs.

use std::collections::HashMap;

use axum::{
    Form, Router,
    http::{HeaderMap, StatusCode, Uri, header},
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use samlitmus::driver::{BrowserDriver, Driver, Guard, Setup, Site};
use tokio::net::TcpListener;
use url::Url;

/// An SP and an IdP on another site.
pub(crate) struct Stage {
    pub(crate) sp: String,
    pub(crate) idp: String,
}

impl Stage {
    pub(crate) async fn serve() -> Self {
        let idp = format!("http://localhost:{}", serve(idp()).await);
        let sp = format!("http://127.0.0.1:{}", serve(sp(idp.clone())).await);
        Self { sp, idp }
    }

    fn setup(&self) -> Setup {
        let url = |text: &str| Url::parse(text).expect("it is an address");
        let mut setup = Setup::new(Guard::default(), Site::new(&url(&self.sp), &url(&self.idp)));
        setup.pictures = false;
        setup
    }

    pub(crate) async fn driver(&self) -> Driver {
        Driver::Browser(
            BrowserDriver::start(self.setup())
                .await
                .expect("a browser is there"),
        )
    }
}

async fn serve(router: Router) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let port = listener.local_addr().expect("it has an address").port();
    tokio::spawn(async move { axum::serve(listener, router).await });
    port
}

fn idp() -> Router {
    Router::new().route(
        "/sso",
        get(|uri: Uri, headers: HeaderMap| async move {
            let acs = uri.query().and_then(|query| query.strip_prefix("acs="));
            let who = cookie(&headers, "ticket");
            // About as much as a signed response.
            let more = "A".repeat(8_000);
            Html(format!(
                "<html><head><title>Working...</title></head><body><form method=post action='{}'>\
                 <input type=hidden name=SAMLResponse value='{who}.{more}'></form>\
                 <script>document.forms[0].submit();</script></body></html>",
                acs.unwrap_or_default()
            ))
        }),
    )
}

fn sp(idp: String) -> Router {
    let login = move |headers: HeaderMap| async move {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let to = format!("{idp}/sso?acs=http://{}/acs", host.unwrap_or_default());
        sent(StatusCode::FOUND, &to, "asked=1; Path=/; SameSite=Lax")
    };
    let acs = |Form(form): Form<HashMap<String, String>>| async move {
        let who = form.get("SAMLResponse").and_then(|field| field.split('.').next());
        let session = format!("sid={}; HttpOnly; SameSite=Lax; Path=/", who.unwrap_or_default());
        sent(StatusCode::SEE_OTHER, "/account", &session)
    };
    let account = |headers: HeaderMap| async move {
        Html(format!(
            "<!doctype html><title>Account</title><p>{}</p>",
            cookie(&headers, "sid")
        ))
    };
    Router::new()
        .route("/login", get(login))
        .route("/acs", post(acs))
        .route("/account", get(account))
}

fn sent(status: StatusCode, to: &str, cookie: &str) -> Response {
    let headers = [
        (header::LOCATION, to.to_owned()),
        (header::SET_COOKIE, cookie.to_owned()),
    ];
    (status, headers).into_response()
}

fn cookie(headers: &HeaderMap, name: &str) -> String {
    let line = headers.get(header::COOKIE).and_then(|line| line.to_str().ok());
    let pairs = line.unwrap_or_default().split("; ");
    let found = pairs
        .filter_map(|pair| pair.split_once('='))
        .find(|(known, _)| *known == name);
    found.map(|(_, value)| value.to_owned()).unwrap_or_default()
}
