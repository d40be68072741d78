//! The SP: the reference SP behind a login of its own, which sends the request of a case.

use std::{net::TcpListener, path::Path, sync::Arc};

use axum::{
    Router, extract::State, http::HeaderMap, response::Html, response::IntoResponse, response::Redirect,
    routing::get,
};
use mock_idp::Directory;
use reference_sp::{Config, Flaw, Flaws, ReferenceSp, Trusted};
use saml::{
    AuthnRequest, IdpMetadata, SigningKey, SpMetadata,
    binding::{deflate, encode_post, percent_encode, redirect_query, sign_query},
    key::Kind,
    names::binding,
};

use crate::cases::Case;

/// How a request is put on its way.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// Deflated, Base64, in the query.
    Redirect,
    /// Base64, in the query.
    Plain,
    /// As it is, in the query.
    Text,
    /// Base64, in a form.
    Post,
    /// Deflated, Base64, in a form.
    DeflatedPost,
}

/// Who signs the query.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    Not,
    /// The key of the metadata.
    Own,
    /// Another one.
    Other,
}

/// The SP of a case. It ends with this value.
pub(crate) struct Sp {
    reference: ReferenceSp,
    login: String,
    idp: u16,
    azure: &'static str,
    server: tokio::task::JoinHandle<()>,
}

/// What the login needs.
struct Login {
    entity_id: String,
    acs: String,
    sso: String,
    change: fn(&mut AuthnRequest),
    more: &'static str,
    encoding: Encoding,
    key: Option<SigningKey>,
}

impl Sp {
    pub(crate) async fn start(case: &Case, folder: &Path) -> Self {
        // What it sends is its own, so the reference SP cannot know which requests it answers.
        let reference = ReferenceSp::start(Config {
            flaws: Flaws::NONE.with(Flaw::NoInResponseTo),
            create_users: true,
            ..Config::default()
        });
        let reference = reference.await.unwrap();
        let idp = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let keys = [
            SigningKey::generate(Kind::Rsa2048),
            SigningKey::generate(Kind::Rsa2048),
        ];
        let [own, other] = keys.map(Result::unwrap);
        let metadata = SpMetadata {
            authn_requests_signed: case.advertises,
            signing: vec![own.certificate().clone()],
            ..reference.metadata()
        };
        std::fs::write(folder.join("sp.xml"), metadata.to_xml()).unwrap();
        let tenant = case.tenant.unwrap_or(mock_idp::directory::CONTOSO);
        let login = Login {
            entity_id: metadata.entity_id,
            acs: reference.acs_url(),
            sso: format!("http://localhost:{idp}/{tenant}/saml2"),
            change: case.change,
            more: case.more,
            encoding: case.encoding,
            key: match case.sign {
                Sign::Not => None,
                Sign::Own => Some(own),
                Sign::Other => Some(other),
            },
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let router = Router::new()
            .route("/login", get(begin))
            .with_state(Arc::new(login));
        Self {
            reference,
            login: format!("http://{at}/login"),
            idp,
            azure: case.azure,
            server: tokio::spawn(async move { axum::serve(listener, router).await.unwrap() }),
        }
    }

    /// The configuration for it, in this folder.
    pub(crate) fn configuration(&self, folder: &Path) -> String {
        format!(
            "[sp]\nname = \"asks\"\nmetadata = \"{}\"\nlogin = \"{}\"\n[sp.probe]\nurl = \"{}\"\n\
             identity = \"json:/nameId\"\n[idp]\nlisten = \"127.0.0.1:{}\"\nstate = \"state\"\n[idp.azure]\n{}\n",
            folder.join("sp.xml").display(),
            self.login,
            self.reference.whoami_url(),
            self.idp,
            self.azure,
        )
    }

    /// Lets it trust the tenants of this directory.
    pub(crate) fn trusts(&self, directory: &Directory) {
        let trusted = directory.tenants.iter().map(|tenant| {
            let text = mock_idp::federation_metadata(tenant, "http://localhost", None).unwrap();
            Trusted {
                metadata: IdpMetadata::parse(&text).unwrap(),
                domains: vec![tenant.domain.clone()],
            }
        });
        self.reference.set_trust(trusted.collect());
    }
}

impl Drop for Sp {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn begin(State(login): State<Arc<Login>>, headers: HeaderMap) -> axum::response::Response {
    let mut request = AuthnRequest {
        id: format!("_{:x}", jiff::Timestamp::now().as_nanosecond()),
        version: "2.0".to_owned(),
        issue_instant: Some(saml::instant::format(jiff::Timestamp::now())),
        issuer: Some(login.entity_id.clone()),
        destination: Some(login.sso.clone()),
        acs_url: Some(login.acs.clone()),
        protocol_binding: Some(binding::POST.to_owned()),
        ..AuthnRequest::default()
    };
    (login.change)(&mut request);
    // It believes whoever says at which host it was asked.
    if let Some(host) = headers.get("x-forwarded-host") {
        request.acs_url = Some(format!("https://{}/acs", host.to_str().unwrap()));
    }
    let end = "</samlp:AuthnRequest>";
    let xml = request.to_xml().replace(end, &format!("{}{end}", login.more));
    let query = match login.encoding {
        Encoding::Redirect => redirect_query("SAMLRequest", &xml, Some("/home")),
        Encoding::Plain => format!("SAMLRequest={}", percent_encode(&encode_post(xml.as_bytes()))),
        Encoding::Text => format!("SAMLRequest={}", percent_encode(&xml)),
        Encoding::Post => return form(&login.sso, &encode_post(xml.as_bytes())),
        Encoding::DeflatedPost => return form(&login.sso, &encode_post(&deflate(&xml))),
    };
    let query = match &login.key {
        None => query,
        Some(key) => sign_query(&query, key).unwrap(),
    };
    Redirect::to(&format!("{}?{query}", login.sso)).into_response()
}

fn form(to: &str, value: &str) -> axum::response::Response {
    let page = format!(
        "<form method=\"post\" action=\"{to}\"><input type=\"hidden\" name=\"SAMLRequest\" value=\"{value}\"></form>\
         <script>document.forms[0].submit()</script>"
    );
    Html(page).into_response()
}
