//! The pages of the SP and of the IdP that the tests visit.

use std::{collections::BTreeMap, sync::Mutex, time::Duration};

use axum::{
    Form, Router,
    body::Bytes,
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::{any as on_any, get as on_get, post},
};

/// For which address of the SP the IdP was asked to sign somebody in.
pub(crate) static SIGN_INS: Mutex<Vec<String>> = Mutex::new(Vec::new());

pub(crate) fn idp() -> Router {
    Router::new().route("/sso", on_get(|uri: Uri, headers: HeaderMap| async move {
        let who = cookies(&headers).split("; ").find_map(|c| c.strip_prefix("ticket=").map(str::to_owned));
        let acs = uri.query().and_then(|q| q.strip_prefix("acs=")).unwrap_or_default().to_owned();
        SIGN_INS.lock().unwrap().push(acs.clone());
        Html(format!(
            "<body onload='document.forms[0].submit()'><form method=post action='{acs}'>\
             <input type=hidden name=SAMLResponse value='{}'><input type=hidden name=RelayState value='&lt;ä&#10;+'></form>",
            who.unwrap_or_default()
        ))
    }))
}

pub(crate) fn sp(idp: String) -> Router {
    let (framed, opened) = (idp.clone(), idp.clone());
    let login = move |headers: HeaderMap| async move {
        let host = headers[header::HOST].to_str().unwrap().to_owned();
        let set = [
            "lax=1; SameSite=Lax; Path=/",
            "none=1; SameSite=None; Secure; Path=/; HttpOnly",
        ];
        let mut answer = sets(&set, "");
        *answer.status_mut() = StatusCode::FOUND;
        answer.headers_mut().insert(
            header::LOCATION,
            format!("{idp}/sso?acs=http://{host}/acs").parse().unwrap(),
        );
        answer
    };
    let acs = |headers: HeaderMap, Form(form): Form<BTreeMap<String, String>>| async move {
        let mut answer = sets(
            &[&format!(
                "sid={}; HttpOnly; SameSite=Lax; Path=/",
                form["SAMLResponse"]
            )],
            "",
        );
        *answer.status_mut() = StatusCode::SEE_OTHER;
        let seen = format!(
            "/account?seen={}&relay={:?}",
            cookies(&headers).replace("; ", ","),
            form["RelayState"].as_bytes()
        );
        answer
            .headers_mut()
            .insert(header::LOCATION, seen.replace(' ', "").parse().unwrap());
        answer
    };
    Router::new()
        .route("/login", on_get(login))
        .route("/acs", post(acs))
        .route("/account", on_get(|uri: Uri, headers: HeaderMap| async move {
            Html(format!("<title>Account</title><p id=who>{}</p><p>{uri}</p><script>console.error('boom '+1)</script>", cookies(&headers)))
        }))
        .route("/echo", on_any(echo))
        .route("/set", on_get(|uri: Uri| async move {
            let query = uri.query().unwrap_or_default().to_owned();
            let lines: Vec<String> = url::form_urlencoded::parse(query.as_bytes()).map(|(_, line)| line.into_owned()).collect();
            sets(&lines.iter().map(String::as_str).collect::<Vec<_>>(), "set")
        }))
        .route("/deep/echo", on_any(echo))
        .route("/json", on_get(|| async { ([(header::CONTENT_TYPE, "application/json")], r#"{"nameId": "<alice>"}"#) }))
        .route("/throws", on_get(|| async { Html("<script>nonsense()</script>") }))
        .route("/policy", on_get(|| async {
            let policy = [(header::CONTENT_SECURITY_POLICY, "script-src 'none'")];
            (policy, Html("<body onload='document.forms[0].submit()'><form method=post action=/echo><input type=hidden name=SAMLResponse value=x></form>"))
        }))
        .route("/empty", on_get(|| async { StatusCode::NO_CONTENT }))
        .route("/download", on_get(|| async { ([(header::CONTENT_DISPOSITION, "attachment; filename=x")], "x") }))
        .route("/basic", on_get(|| async { (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Basic realm=x")]) }))
        .route("/alert", on_get(|| async { Html("<script>alert(1); confirm(2); onbeforeunload = () => 'stay'</script><p>after") }))
        .route("/redirects", on_get(|| async { Redirect::to("/redirects") }))
        .route("/wanders", on_get(|| async { Html("<script>location.href = '/wanders?' + Math.random()</script>") }))
        .route("/later", on_get(|| async { Html("<p>wait</p><script>setTimeout(() => location.href = '/json', 80)</script>") }))
        .route("/spins", on_get(|| stuck("onload = () => { for (;;) {} }")))
        .route("/spins-at-once", on_get(|| stuck("for (;;) {}")))
        .route("/alerts", on_get(|| stuck("for (;;) alert(1)")))
        .route("/alerts-later", on_get(|| stuck("onload = () => { for (;;) alert(1) }")))
        .route("/eats", on_get(|| stuck("const all = []; onload = () => { for (;;) all.push(new Array(1e7).fill(all.length)) }")))
        .route("/closes", on_get(|| stuck("window.close()")))
        .route("/refreshes", on_get(|| async { Html("<meta http-equiv=refresh content='0.5;url=/json'><p>wait") }))
        .route("/refreshes-later", on_get(|| async { Html("<meta http-equiv=refresh content='6;url=/json'><p>stay") }))
        .route("/refreshes-by-header", on_get(|| async { ([(header::REFRESH, "0;url=/json")], Html("<p>wait")) }))
        .route("/hides", on_get(|| async {
            Html("<p>wait<script>setTimeout(() => location.href = '/json', 80); document.currentScript.remove()</script>")
        }))
        .route("/framed", on_get(move || async move { Html(format!("<p>around<iframe src='{framed}/sso?acs=/framed'></iframe>")) }))
        .route("/opens", on_get(move || async move { Html(format!("<p>opened<script>window.open('{opened}/sso?acs=/opened')</script>")) }))
        .route("/keeps", on_get(|| async {
            Html("<script>localStorage.token = 'a\"ä.b'; localStorage.empty = ''; sessionStorage.token = 'of the tab'</script>")
        }))
        .route("/lies", on_get(|| async {
            Html("<script>localStorage.token = 'true'; Storage.prototype.getItem = () => 'false'</script>")
        }))
        .route("/polls", on_get(|| async { Html("<p>polling</p><script>fetch('/silent')</script>") }))
        .route("/silent", on_get(|| async { tokio::time::sleep(Duration::from_secs(600)).await }))
        .route("/dies", on_get(dies))
        .route("/spoils", on_get(|| async { Html("<script>document.__defineGetter__('title', () => { throw 1 }); JSON.stringify = () => 'x'</script><p>here") }))
        .route("/huge", on_get(|| async { Html("<p>ä".repeat(200_000)) }))
        .fallback(|| async { StatusCode::NOT_FOUND })
}

async fn echo(method: Method, headers: HeaderMap, body: Bytes) -> Html<String> {
    let header = |name: &str| {
        headers
            .get(name)
            .and_then(|v| v.to_str().ok())
            .unwrap_or("-")
            .to_owned()
    };
    Html(format!(
        "<pre>{method}\ncookie: {}\norigin: {}\nreferer: {}\nsite: {}\ntype: {}\nx-test: {}\nx-own: {}\n\n{}</pre>",
        header("cookie"),
        header("origin"),
        header("referer"),
        header("sec-fetch-site"),
        header("content-type"),
        header("x-test"),
        header("x-own"),
        String::from_utf8_lossy(&body)
            .replace('&', "&amp;")
            .replace('<', "&lt;"),
    ))
}

/// A page that sets a cookie and then is busy with itself.
async fn stuck(script: &str) -> Response {
    let page = format!("<title>Stuck</title><p>before<script>{script}</script>after");
    sets(&["stuck=1; Path=/"], &page)
}

async fn dies() -> &'static str {
    panic!("a worker dies, as it should here")
}

fn cookies(headers: &HeaderMap) -> String {
    headers
        .get(header::COOKIE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_owned()
}

fn sets(lines: &[&str], body: &str) -> Response {
    let headers: HeaderMap = lines
        .iter()
        .map(|line| (header::SET_COOKIE, line.parse().unwrap()))
        .collect();
    (headers, Html(body.to_owned())).into_response()
}
