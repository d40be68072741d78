//! Microsoft Graph and its tokens, as provisioning scripts meet them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod assigned;
mod bad_input;
mod certificates;
mod claims;
mod https;
mod people;
mod provisioning;
mod queries;
mod tokens;

use std::sync::LazyLock;

use mock_idp::server::{ApplicationTemplate, Client, MockIdp, Options};
use mock_idp::{Directory, Shared};
use serde_json::{Value, json};

/// Two tenants. Made once: keys take their time.
static DIRECTORY: LazyLock<Directory> = LazyLock::new(|| Directory::ephemeral().unwrap());

const NON_GALLERY: &str = ApplicationTemplate::NON_GALLERY;
const CLAIMS: &str = r#"{"ClaimsMappingPolicy":{"Version":1,"IncludeBasicClaimSet":"true","ClaimsSchema":[{"Source":"user","ID":"mail","SamlClaimType":"mail"}]}}"#;

/// A mock and a client of it that has a token.
struct Graph {
    idp: MockIdp,
    http: reqwest::Client,
    token: String,
}

/// What came back.
struct Got {
    status: u16,
    headers: reqwest::header::HeaderMap,
    body: Value,
}

impl Got {
    fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }

    /// The body, where the status is this one.
    fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{:#}", self.body);
        self.body
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Graph {
    async fn start() -> Self {
        Self::serving(Options::new(DIRECTORY.clone())).await
    }

    async fn serving(options: Options) -> Self {
        let idp = MockIdp::start(options).await.unwrap();
        let mut graph = Self {
            idp,
            http: reqwest::Client::new(),
            token: String::new(),
        };
        graph.token = graph.token_of("contoso.example").await;
        graph
    }

    /// A token of this tenant's own client.
    async fn token_of(&self, tenant: &str) -> String {
        let client = Client::of(self.shared().read().tenant(tenant).unwrap()).unwrap();
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &client.id),
            ("client_secret", &client.secret),
            ("scope", "https://graph.microsoft.com/.default"),
        ];
        let got = self.form(&format!("/{tenant}/oauth2/v2.0/token"), &form).await;
        got.expect(200)["access_token"].as_str().unwrap().to_owned()
    }

    fn shared(&self) -> &Shared {
        self.idp.directory()
    }

    async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Got {
        let url = format!("{}{path}", self.idp.origin());
        let body: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", saml::binding::percent_encode(value)))
            .collect();
        let request = self.http.post(url).body(body.join("&"));
        sent(request.header("content-type", "application/x-www-form-urlencoded")).await
    }

    fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let url = match path.starts_with("http") {
            true => path.to_owned(),
            false => format!("{}/{}", self.idp.origin(), path.trim_start_matches('/')),
        };
        self.http
            .request(method.parse().unwrap(), url)
            .bearer_auth(&self.token)
    }

    async fn get(&self, path: &str) -> Got {
        sent(self.request("GET", path)).await
    }

    /// With `ConsistencyLevel: eventual`.
    async fn advanced(&self, path: &str) -> Got {
        sent(self.request("GET", path).header("ConsistencyLevel", "eventual")).await
    }

    async fn send(&self, method: &str, path: &str, body: &Value) -> Got {
        let request = self
            .request(method, path)
            .header("content-type", "application/json");
        sent(request.body(body.to_string())).await
    }

    async fn post(&self, path: &str, body: Value) -> Got {
        self.send("POST", path, &body).await
    }

    async fn patch(&self, path: &str, body: Value) -> Got {
        self.send("PATCH", path, &body).await
    }

    async fn delete(&self, path: &str) -> Got {
        sent(self.request("DELETE", path)).await
    }

    /// A non-gallery application: the ids of application and service principal.
    async fn instantiate(&self, name: &str) -> (String, String) {
        let path = format!("v1.0/applicationTemplates/{NON_GALLERY}/instantiate");
        let made = self.post(&path, json!({ "displayName": name })).await.expect(201);
        (id(&made["application"]), id(&made["servicePrincipal"]))
    }

    async fn user(&self, name: &str) -> String {
        let user = json!({
            "accountEnabled": true, "displayName": name, "mailNickname": name,
            "userPrincipalName": format!("{name}@contoso.example"),
            "passwordProfile": { "forceChangePasswordNextSignIn": false, "password": "Sesame-0pen" },
        });
        id(&self.post("v1.0/users", user).await.expect(201))
    }
}

fn id(value: &Value) -> String {
    value["id"]
        .as_str()
        .unwrap_or_else(|| panic!("no id in {value:#}"))
        .to_owned()
}

fn ids(list: &Value) -> Vec<String> {
    list["value"].as_array().unwrap().iter().map(id).collect()
}

async fn sent(request: reqwest::RequestBuilder) -> Got {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.unwrap();
    Got {
        status,
        headers,
        body: serde_json::from_str(&text).unwrap_or(Value::String(text)),
    }
}
