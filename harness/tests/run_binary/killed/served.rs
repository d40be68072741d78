//! The served IdP, as those who write to it meet it: forms of the portal, and Graph.

use std::{collections::BTreeSet, sync::Mutex};

use serde_json::{Value, json};

use super::Ledger;
use crate::PATIENCE;

/// A served IdP, as a program meets it.
#[derive(Clone)]
pub(super) struct Served {
    http: reqwest::Client,
    origin: String,
    token: String,
    cookie: String,
    csrf: String,
}

impl Served {
    pub(super) async fn of(out: &str) -> Self {
        let words = |name: &str| -> Vec<String> {
            let line = out.lines().find_map(|line| line.trim_start().strip_prefix(name));
            line.unwrap().split_whitespace().map(str::to_owned).collect()
        };
        let origin = words("mock identity provider, for tests only: ").remove(0);
        let graph = words("graph ");
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .no_proxy()
            .build()
            .unwrap();
        let form = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}&scope=https://graph.microsoft.com/.default",
            graph[1], graph[3]
        );
        let asked = http.post(format!("{origin}/contoso.example/oauth2/v2.0/token"));
        let asked = asked
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        let answer = asked.send().await.unwrap().text().await.unwrap();
        let answer: Value = serde_json::from_str(&answer).unwrap();
        let page = http
            .get(format!("{origin}/portal/contoso.example/users/new"))
            .send()
            .await
            .unwrap();
        let cookie = page.headers()["set-cookie"].to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let csrf = hidden(&page.text().await.unwrap(), "csrf");
        Self {
            token: answer["access_token"].as_str().unwrap().to_owned(),
            http,
            origin,
            cookie,
            csrf,
        }
    }

    /// Sends a form of the portal. The Location, where it answered 303; none where it does not answer any more.
    async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Option<String> {
        let token = [("csrf", self.csrf.as_str())];
        let fields = fields.iter().chain(&token);
        let encode = saml::binding::percent_encode;
        let body: Vec<_> = fields
            .map(|(name, value)| format!("{name}={}", encode(value)))
            .collect();
        let sent = self
            .http
            .post(format!("{}/portal/contoso.example/{path}", self.origin));
        let sent = sent
            .header("cookie", &self.cookie)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.join("&"));
        let answer = sent.send().await.ok()?;
        assert_eq!(answer.status(), 303, "{path}: {:?}", answer.text().await);
        Some(answer.headers()["location"].to_str().unwrap().to_owned())
    }

    async fn page(&self, path: &str) -> Option<String> {
        let asked = self
            .http
            .get(format!("{}/portal/contoso.example/{path}", self.origin));
        asked
            .header("cookie", &self.cookie)
            .send()
            .await
            .ok()?
            .text()
            .await
            .ok()
    }

    /// Asks Graph; what it answers with this status, none where it does not answer any more.
    async fn graph(&self, method: &str, path: &str, body: Option<Value>, status: u16) -> Option<Value> {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let url = match path.starts_with("http") {
            true => path.to_owned(),
            false => format!("{}/v1.0/{path}", self.origin),
        };
        let mut asked = self.http.request(method, url).bearer_auth(&self.token);
        if let Some(body) = body {
            asked = asked
                .header("content-type", "application/json")
                .body(body.to_string());
        }
        let answer = asked.send().await.ok()?;
        let came = answer.status();
        // The head alone acknowledges a change.
        let text = answer.text().await.unwrap_or_default();
        assert_eq!(came, status, "{path}: {text}");
        Some(serde_json::from_str(&text).unwrap_or_default())
    }

    pub(super) async fn make_application(&self) -> String {
        let place = self
            .form("applications/new", &[("template", ""), ("name", "Ledger")])
            .await
            .unwrap();
        let (_, rest) = place.split_once("/applications/").unwrap();
        rest.split('?').next().unwrap().to_owned()
    }

    pub(super) async fn make_group(&self) -> String {
        let group =
            json!({"displayName": "0", "mailEnabled": false, "mailNickname": "ops", "securityEnabled": true});
        let made = self.graph("POST", "groups", Some(group), 201).await.unwrap();
        made["id"].as_str().unwrap().to_owned()
    }

    pub(super) async fn user_by_portal(&self, ledger: &Mutex<Ledger>, name: &str) -> Option<()> {
        let fields = [
            ("display_name", name),
            ("user_name", name),
            ("domain", "contoso.example"),
            ("password", "Sesame-0pen"),
            ("enabled", "yes"),
        ];
        self.form("users/new", &fields).await?;
        ledger
            .lock()
            .unwrap()
            .users
            .insert(format!("{name}@contoso.example"));
        Some(())
    }

    pub(super) async fn notes_by_portal(&self, ledger: &Mutex<Ledger>, application: &str) -> Option<()> {
        let path = format!("applications/{application}/properties");
        let page = self.page(&path).await?;
        let next = notes(&page) + 1;
        let (revision, next_text) = (hidden(&page, "revision"), next.to_string());
        let fields = [
            ("revision", revision.as_str()),
            ("name", "Ledger"),
            ("enabled", "yes"),
            ("notes", &next_text),
        ];
        self.form(&path, &fields).await?;
        ledger.lock().unwrap().notes = next;
        Some(())
    }

    /// Makes a user, and deletes every other one again.
    pub(super) async fn user_by_graph(&self, ledger: &Mutex<Ledger>, name: &str) -> Option<()> {
        let account = format!("{name}@contoso.example");
        let user = json!({
            "displayName": name, "userPrincipalName": account, "mailNickname": name, "accountEnabled": true,
            "passwordProfile": {"password": "Sesame-0pen"},
        });
        let made = self.graph("POST", "users", Some(user), 201).await?;
        ledger.lock().unwrap().users.insert(account.clone());
        if name.ends_with(['1', '3', '5', '7', '9']) {
            // Once it is asked for, the user may be gone, whether or not an answer comes.
            ledger.lock().unwrap().users.remove(&account);
            let id = made["id"].as_str()?;
            self.graph("DELETE", &format!("users/{id}"), None, 204).await?;
            ledger.lock().unwrap().gone.insert(account);
        }
        Some(())
    }

    pub(super) async fn group_by_graph(&self, ledger: &Mutex<Ledger>, group: &str) -> Option<()> {
        let next = self.group_now(group).await? + 1;
        let change = json!({"displayName": next.to_string()});
        self.graph("PATCH", &format!("groups/{group}"), Some(change), 204)
            .await?;
        ledger.lock().unwrap().group = next;
        Some(())
    }

    async fn group_now(&self, group: &str) -> Option<u32> {
        let known = self.graph("GET", &format!("groups/{group}"), None, 200).await?;
        known["displayName"].as_str()?.parse().ok()
    }

    /// Fails where something is not here that was acknowledged. A change under way when the program was killed may be here too.
    pub(super) async fn holds(&self, ledger: &Ledger, application: &str, group: &str) {
        let mut here = BTreeSet::new();
        let mut next = Some("users?$top=500&$select=userPrincipalName".to_owned());
        while let Some(path) = next {
            let page = self.graph("GET", &path, None, 200).await.unwrap();
            let names = page["value"].as_array().unwrap().iter();
            here.extend(names.map(|user| user["userPrincipalName"].as_str().unwrap().to_owned()));
            next = page["@odata.nextLink"].as_str().map(str::to_owned);
        }
        let lost: Vec<_> = ledger.users.difference(&here).collect();
        assert!(lost.is_empty(), "lost: {lost:?}");
        let back: Vec<_> = ledger.gone.intersection(&here).collect();
        assert!(back.is_empty(), "deleted, and here again: {back:?}");
        let page = self
            .page(&format!("applications/{application}/properties"))
            .await
            .unwrap();
        let (notes, group) = (notes(&page), self.group_now(group).await.unwrap());
        assert!(
            (ledger.notes..=ledger.notes + 1).contains(&notes),
            "{notes} for {}",
            ledger.notes
        );
        assert!(
            (ledger.group..=ledger.group + 1).contains(&group),
            "{group} for {}",
            ledger.group
        );
    }
}

/// The value of a hidden field.
fn hidden(page: &str, name: &str) -> String {
    let page = scraper::Html::parse_document(page);
    let field = scraper::Selector::parse(&format!("input[type=hidden][name={name}]")).unwrap();
    page.select(&field)
        .next()
        .unwrap()
        .attr("value")
        .unwrap()
        .to_owned()
}

/// The number in the application's notes.
fn notes(page: &str) -> u32 {
    let page = scraper::Html::parse_document(page);
    let field = scraper::Selector::parse("textarea[name=notes]").unwrap();
    let text: String = page.select(&field).next().unwrap().text().collect();
    text.trim().parse().unwrap_or_default()
}
