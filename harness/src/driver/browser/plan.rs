//! What is special about one journey of a browser: the page that begins it, the request that is not quite a
//! browser's, the party that must not be reached.

use std::collections::BTreeSet;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use url::Url;

use super::{capture::opening, trace::Blocked};
use crate::{
    driver::{setup::Setup, site::place, visit::Visit},
    judge::observation::{Ended, Party},
};

/// What is special about a journey.
pub(super) struct Plan {
    /// Where the browser is told to go.
    pub(super) start: String,
    /// A page of ours that stands there and goes on at once, and its HTML.
    pub(super) opening: Option<(Url, String)>,
    /// What the first request to its target carries instead of what the browser would send.
    own: Option<Own>,
    pub(super) even_to_idp: bool,
    /// Addresses whose requests are held up.
    held: Vec<Held>,
}

/// A request that is not quite what a browser sends.
struct Own {
    url: Url,
    method: Option<String>,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

enum Held {
    Page(Url),
    Origin(Url),
}

impl Plan {
    pub(super) fn of(visit: &Visit<'_>, even_to_idp: bool, setup: &Setup) -> Result<Self, Ended> {
        let parse = |text: &str| {
            Url::parse(text).map_err(|error| Ended::Harness(format!("`{text}` cannot be visited: {error}")))
        };
        let (target, from, headers, method, body) = match *visit {
            Visit::Get(url) => (url, None, &[][..], None, &[][..]),
            Visit::Post {
                url, from, headers, ..
            } => (url, from, headers, None, &[][..]),
            Visit::Raw {
                method,
                url,
                headers,
                body,
                from,
            } => (url, from, headers, Some(method), body),
        };
        let target = parse(target)?;
        if !setup.guard.permits(&target) {
            return Err(Ended::NotAllowed(place(&target)));
        }
        let mut plan = Self {
            start: target.to_string(),
            opening: None,
            own: None,
            even_to_idp,
            held: Vec::new(),
        };
        if let Some(html) = opening(visit) {
            let mut url = from.map(parse).transpose()?.unwrap_or_else(|| target.clone());
            url.set_path(&format!("/samlitmus-opening-{:x}", target.as_str().len()));
            url.set_query(None);
            url.set_fragment(None);
            plan.start = url.to_string();
            plan.held.push(Held::Page(url.clone()));
            plan.opening = Some((url, html));
        }
        let mut bare = target;
        bare.set_fragment(None);
        if !headers.is_empty() || method.is_some_and(|method| method != "GET") {
            plan.held.push(Held::Page(bare.clone()));
            plan.own = Some(Own {
                url: bare,
                method: method.map(str::to_owned),
                headers: headers.to_vec(),
                body: method.is_some().then(|| body.to_vec()),
            });
        }
        if !even_to_idp {
            plan.held.extend(setup.site.idp().map(Held::Origin));
        }
        Ok(plan)
    }

    /// Which requests are to be held up, as BiDi's URL patterns.
    pub(super) fn patterns(&self) -> Vec<Value> {
        self.held.iter().map(pattern).collect()
    }

    /// What becomes of a request that was held up: a command and its parameters.
    pub(super) fn decision(&self, blocked: &Blocked, setup: &Setup) -> (&'static str, Value) {
        let request = &blocked.request;
        let opening = self
            .opening
            .as_ref()
            .filter(|(url, _)| url.as_str() == blocked.url);
        if let Some((_, html)) = opening {
            let answer = json!({
                "request": request, "statusCode": 200, "reasonPhrase": "OK",
                "headers": [header("Content-Type", "text/html; charset=utf-8")],
                "body": {"type": "string", "value": html},
            });
            ("network.provideResponse", answer)
        } else if let Some(own) = self.own.as_ref().filter(|own| own.url.as_str() == blocked.url) {
            ("network.continueRequest", own.instead_of(blocked))
        } else if Url::parse(&blocked.url).is_ok_and(|url| self.forbids(&url, setup)) {
            ("network.failRequest", json!({"request": request}))
        } else {
            ("network.continueRequest", json!({"request": request}))
        }
    }

    fn forbids(&self, url: &Url, setup: &Setup) -> bool {
        !self.even_to_idp && setup.site.party(url) == Party::Idp
    }
}

impl Own {
    /// The parameters of `network.continueRequest`.
    fn instead_of(&self, blocked: &Blocked) -> Value {
        let mine: BTreeSet<String> = self
            .headers
            .iter()
            .map(|(name, _)| name.to_ascii_lowercase())
            .collect();
        let theirs = blocked.headers.iter().filter(|header| {
            let name = header["name"].as_str().unwrap_or_default().to_ascii_lowercase();
            let replaced = self.body.is_some() && (name == "content-type" || name == "content-length");
            !mine.contains(&name) && !replaced
        });
        let headers: Vec<Value> = theirs
            .cloned()
            .chain(self.headers.iter().map(|(name, value)| header(name, value)))
            .collect();
        let mut params = json!({"request": blocked.request, "headers": headers});
        if let Some(method) = &self.method {
            params["method"] = json!(method);
        }
        if let Some(body) = self
            .body
            .as_ref()
            .filter(|_| self.method.as_deref() != Some("GET"))
        {
            params["body"] = json!({"type": "base64", "value": BASE64_STANDARD.encode(body)});
        }
        params
    }
}

fn pattern(held: &Held) -> Value {
    let (Held::Page(url) | Held::Origin(url)) = held;
    let mut pattern = json!({
        "type": "pattern",
        "protocol": url.scheme(),
        "hostname": url.host_str().unwrap_or_default(),
    });
    if let Some(port) = url.port() {
        pattern["port"] = json!(port.to_string());
    }
    if let Held::Page(url) = held {
        pattern["pathname"] = json!(escaped(url.path()));
        if let Some(query) = url.query() {
            pattern["search"] = json!(format!("?{}", escaped(query)));
        }
    }
    pattern
}

/// BiDi reserves some characters in patterns; a backslash takes their meaning away.
fn escaped(text: &str) -> String {
    let reserved = ['(', ')', '*', '{', '}', '\\'];
    text.chars()
        .flat_map(|c| reserved.contains(&c).then_some('\\').into_iter().chain([c]))
        .collect()
}

pub(super) fn header(name: &str, value: &str) -> Value {
    json!({"name": name, "value": {"type": "string", "value": value}})
}
