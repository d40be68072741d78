//! A browser of a few lines: it keeps cookies, follows no redirect by itself, and sends no cookie across sites with POST.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use reference_sp::ReferenceSp;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response};

pub(crate) struct Browser<'a> {
    pub(crate) client: Client,
    pub(crate) sp: &'a ReferenceSp,
    pub(crate) cookies: RefCell<BTreeMap<String, String>>,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Signed in as this NameID.
    In(String),
    /// Nobody is signed in, and why.
    Out(String),
}

impl Outcome {
    #[track_caller]
    pub(crate) fn is(&self, user: &str) {
        assert_eq!(*self, Outcome::In(user.to_owned()));
    }

    #[track_caller]
    pub(crate) fn is_refused(&self, because: &str) {
        match self {
            Outcome::Out(reason) => assert!(
                reason.contains(because),
                "refused because {reason:?}, not {because:?}"
            ),
            Outcome::In(user) => panic!("signed in as {user}, not refused because {because:?}"),
        }
    }
}

impl<'a> Browser<'a> {
    pub(crate) fn new(sp: &'a ReferenceSp) -> Self {
        // One client for all, as it reads the system's certificates; no connection outlives its test.
        static CLIENT: OnceLock<Client> = OnceLock::new();
        let client = CLIENT.get_or_init(|| {
            let builder = Client::builder()
                .redirect(Policy::none())
                .pool_max_idle_per_host(0);
            builder.build().unwrap()
        });
        let client = client.clone();
        Browser {
            client,
            sp,
            cookies: RefCell::default(),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        let request = self.client.get(format!("{}{path}", self.sp.url()));
        self.send(request.header(COOKIE, self.cookie_line())).await
    }

    /// The auto-submitted form of the IdP's page: cross-site, so no SameSite=Lax cookie goes with it.
    pub(crate) async fn post(&self, xml: &str, relay_state: Option<&str>) -> Response {
        let mut body = format!(
            "SAMLResponse={}",
            saml::binding::percent_encode(&saml::binding::encode_post(xml.as_bytes()))
        );
        if let Some(relay_state) = relay_state {
            body.push_str(&format!(
                "&RelayState={}",
                saml::binding::percent_encode(relay_state)
            ));
        }
        self.post_form(body).await
    }

    pub(crate) async fn post_form(&self, body: String) -> Response {
        self.post_form_to(&self.sp.acs_url(), body).await
    }

    pub(crate) async fn post_form_to(&self, address: &str, body: String) -> Response {
        let request = self
            .client
            .post(address)
            .header("Content-Type", "application/x-www-form-urlencoded");
        self.send(request.body(body)).await
    }

    /// Begins a sign-in: the AuthnRequest's ID.
    pub(crate) async fn begin(&self, query: &str) -> String {
        let request = self.request(query).await;
        saml::AuthnRequest::parse(&request.0).unwrap().id
    }

    /// Begins a sign-in: the AuthnRequest as XML, and the address it goes to.
    pub(crate) async fn request(&self, query: &str) -> (String, String) {
        let answer = self.get(&format!("/singlesignon/saml/login{query}")).await;
        let location = location(&answer);
        let query = location
            .split_once("SAMLRequest=")
            .unwrap()
            .1
            .split('&')
            .next()
            .unwrap();
        let plain = query.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=");
        (saml::binding::decode_redirect(&plain).unwrap(), location)
    }

    /// Delivers a message, follows the redirects within the site, and asks who is signed in.
    pub(crate) async fn deliver(&self, xml: &str) -> Outcome {
        let answer = self.post(xml, None).await;
        if answer.status() == 303 && location(&answer).contains("/finish") {
            self.get(&location(&answer)).await;
        }
        match self.whoami().await {
            Some(user) => Outcome::In(user),
            None => Outcome::Out(self.sp.denials().pop().unwrap_or_default()),
        }
    }

    pub(crate) async fn whoami(&self) -> Option<String> {
        let answer = self.get("/whoami").await;
        let signed_in = answer.status() == 200;
        let json: serde_json::Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        signed_in.then(|| json["nameId"].as_str().unwrap().to_owned())
    }

    pub(crate) fn cookie_line(&self) -> String {
        self.cookies
            .borrow()
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join("; ")
    }

    pub(crate) async fn send(&self, request: RequestBuilder) -> Response {
        let answer = request.send().await.unwrap();
        for set in answer.headers().get_all(SET_COOKIE) {
            let (name, value) = set
                .to_str()
                .unwrap()
                .split(';')
                .next()
                .unwrap()
                .split_once('=')
                .unwrap();
            self.cookies
                .borrow_mut()
                .insert(name.to_owned(), value.to_owned());
        }
        answer
    }
}

/// Delivers a message in a new browser.
pub(crate) async fn deliver(sp: &ReferenceSp, xml: &str) -> Outcome {
    Browser::new(sp).deliver(xml).await
}

pub(crate) fn location(answer: &Response) -> String {
    answer.headers()[LOCATION].to_str().unwrap().to_owned()
}
