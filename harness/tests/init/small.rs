//! Small SPs that are not like the reference SP: no metadata, a button before the IdP, a page that shows the last who came.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
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
use proofs::TrustedKey;

use super::site::Site;

struct Sp {
    base: String,
    sso: String,
    trusted: TrustedKey,
    sessions: Mutex<Vec<String>>,
    shape: Shape,
}

#[derive(Clone, Copy, PartialEq)]
enum Shape {
    /// It publishes no metadata, and `/login` redirects to the IdP.
    NoMetadata,
    /// A button on the home page leads to the IdP, and the name stands on a page that only a link names.
    Button,
    /// Only a script leads on from the home page.
    Script,
}

/// Serves it on a free port, trusting the folder's IdP.
fn serve(site: &Site, shape: Shape) -> String {
    let idp = saml::IdpMetadata::parse(&site.metadata()).unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let base = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
    let sp = Arc::new(Sp {
        base: base.clone(),
        sso: idp.sso[0].location.clone(),
        trusted: TrustedKey::from_certificate_der(&idp.entity_id, idp.signing[0].der()).unwrap(),
        sessions: Mutex::default(),
        shape,
    });
    let mut routes = Router::new()
        .route("/", get(home))
        .route("/acs", post(acs))
        .route("/staff/card", get(card))
        .route("/account", get(last))
        .route("/log-out", get(logged_out));
    routes = match shape {
        Shape::NoMetadata => routes.route("/login", get(begin)),
        Shape::Button | Shape::Script => routes
            .route("/go", post(begin).get(begin))
            .route("/auth/saml/metadata", get(metadata)),
    };
    let routes = routes.with_state(sp);
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
    base
}

async fn home(State(sp): State<Arc<Sp>>, headers: HeaderMap) -> Html<&'static str> {
    Html(match (sp.who(&headers), sp.shape) {
        (Some(_), _) => "<h1>Welcome</h1><a href=/log-out>Log out</a><a href=/staff/card>Your card</a>",
        (None, Shape::Button) => "<form method=post action=/go><button>Company account</button></form>",
        (None, Shape::Script) => {
            "<button id=sso>Sign in</button><script>sso.onclick = () => location.href = '/go'</script>"
        }
        (None, Shape::NoMetadata) => "<h1>Billing</h1>",
    })
}

async fn begin(State(sp): State<Arc<Sp>>) -> Redirect {
    let base = &sp.base;
    let request = format!(
        "<p:AuthnRequest xmlns:p=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_r1\" Version=\"2.0\" IssueInstant=\"{}\" AssertionConsumerServiceURL=\"{base}/acs\"><a:Issuer xmlns:a=\"urn:oasis:names:tc:SAML:2.0:assertion\">urn:example:small</a:Issuer></p:AuthnRequest>",
        jiff::Timestamp::now()
    );
    let query = saml::binding::redirect_query("SAMLRequest", &request, None);
    Redirect::to(&format!("{}?{query}", sp.sso))
}

async fn metadata(State(sp): State<Arc<Sp>>) -> String {
    format!(
        "<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"urn:example:small\"><md:SPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\"><md:AssertionConsumerService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" Location=\"{}/acs\" index=\"0\"/></md:SPSSODescriptor></md:EntityDescriptor>",
        sp.base
    )
}

async fn acs(State(sp): State<Arc<Sp>>, Form(fields): Form<HashMap<String, String>>) -> Response {
    let message = fields
        .get("SAMLResponse")
        .and_then(|text| BASE64_STANDARD.decode(text).ok());
    let proofs = proofs::proofs(&message.unwrap_or_default(), std::slice::from_ref(&sp.trusted));
    let Some(name) = proofs
        .strict
        .first()
        .and_then(|identity| identity.name_id.clone())
    else {
        return (StatusCode::FORBIDDEN, "the signature is not valid").into_response();
    };
    let mut sessions = sp.sessions.lock().unwrap();
    sessions.push(name);
    let cookie = format!("session={}; Path=/; HttpOnly", sessions.len());
    ([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response()
}

async fn card(State(sp): State<Arc<Sp>>, headers: HeaderMap) -> Response {
    match sp.who(&headers) {
        Some(name) => Html(format!("<p>Card of <b id=holder>{name}</b></p>")).into_response(),
        None => Redirect::to("/").into_response(),
    }
}

/// Whoever is signed in sees the last who came.
async fn last(State(sp): State<Arc<Sp>>, headers: HeaderMap) -> Response {
    match sp.who(&headers) {
        Some(_) => {
            let last = sp.sessions.lock().unwrap().last().cloned().unwrap_or_default();
            axum::Json(serde_json::json!({ "user": last })).into_response()
        }
        None => StatusCode::UNAUTHORIZED.into_response(),
    }
}

/// Nobody may come here by looking around: everybody is signed out.
async fn logged_out(State(sp): State<Arc<Sp>>) -> &'static str {
    sp.sessions.lock().unwrap().iter_mut().for_each(String::clear);
    "bye"
}

impl Sp {
    fn who(&self, headers: &HeaderMap) -> Option<String> {
        let cookie = headers.get(header::COOKIE)?.to_str().ok()?;
        let number: usize = cookie
            .split("; ")
            .find_map(|one| one.strip_prefix("session="))?
            .parse()
            .ok()?;
        let name = self
            .sessions
            .lock()
            .unwrap()
            .get(number.checked_sub(1)?)
            .cloned()?;
        (!name.is_empty()).then_some(name)
    }
}

#[test]
fn an_authn_request_says_what_no_metadata_says() {
    let site = Site::new();
    let base = serve(&site, Shape::NoMetadata);
    let said = site.init(&[&base]).code(0);
    said.tells(&["none; entity ID urn:example:small", "next: samlitmus run"]);
    assert_eq!(
        site.value("sp", "entity_id").as_deref(),
        Some("urn:example:small")
    );
    assert_eq!(site.value("sp", "acs").unwrap(), format!("{base}/acs"));
    assert_eq!(site.value("sp", "login").unwrap(), format!("{base}/login"));
    assert!(site.value("sp", "metadata").is_none());
}

#[test]
fn a_button_before_the_idp_becomes_steps_and_a_page_is_found_by_its_link() {
    let site = Site::new();
    let base = serve(&site, Shape::Button);
    let said = site.init(&[&base]).code(0);
    assert!(!said.out.contains("missing"), "{}", said.out);
    let steps = site.config()["sp"]["login"].to_string();
    assert_eq!(
        steps,
        format!("[{{ open = \"{base}/\" }}, {{ click = \"text:Company account\" }}]")
    );
    // /account shows a name as well, of the last who came.
    assert_eq!(
        site.value("sp.probe", "url").unwrap(),
        format!("{base}/staff/card")
    );
    assert_eq!(site.value("sp.probe", "identity").as_deref(), Some("css:#holder"));
    site.samlitmus(&["run", "baseline/assertion-signed", "--driver", "http"])
        .code(0);
}

#[test]
fn a_page_that_is_named_is_looked_at_and_no_other() {
    let site = Site::new();
    let base = serve(&site, Shape::Button);
    let card = format!("{base}/staff/card");
    site.init(&[&base, "--probe", &card, "--name", "cards"]).code(0);
    assert_eq!(site.value("sp.probe", "url"), Some(card));
    assert_eq!(site.value("sp", "name").as_deref(), Some("cards"));

    // One that shows the last who came is none, and stands there all the same: somebody wanted it.
    let last = format!("{base}/account");
    let said = site.init(&["--force", &base, "--probe", &last]);
    said.tells(&["missing probe"]);
    assert_eq!(site.value("sp.probe", "url"), Some(last));
    assert!(site.value("sp.probe", "identity").is_none());
}

#[test]
fn where_only_a_script_leads_on_the_browser_finds_the_way() {
    let site = Site::new();
    let base = serve(&site, Shape::Script);
    let listen = format!("127.0.0.1:{}", site.idp);
    let said = site.samlitmus(&["init", &base, "--listen", &listen]).code(0);
    said.tells(&["click = \"text:Sign in\"", "next: samlitmus run"]);
    assert_eq!(site.value("sp.probe", "identity").as_deref(), Some("css:#holder"));
    // Plain HTTP says what it lacks.
    let said = site.init(&["--force", &base]);
    said.tells(&["missing sign-in", "its scripts are run by a browser only"]);
}
