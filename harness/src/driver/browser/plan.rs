//! What is special about one journey of a browser: the page that begins it, the request that is not quite a
//! browser's, the party that must not be reached.
//!
//! One intercept stands from the browser's start to its end and holds up, in every tab, what a plan may have something
//! to say about: pages that begin a journey, and all that goes to the IdP. Each request that it holds up is decided by
//! the plan of the tab that it belongs to, at once. An intercept that came and went with each journey would make the
//! browser ask all of its tabs each time, those included that are being closed, and their end would refuse the command.

use std::collections::BTreeSet;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use url::Url;

use super::{bidi::Reply, opening::opening};
use crate::{
    driver::{
        setup::Setup,
        site::{Site, place},
        visit::Visit,
    },
    judge::observation::{Ended, Party},
};

/// Where pages stand that begin a journey, on whatever origin it begins.
const OPENING: &str = "/samlitmus-opening";

/// What is special about a journey.
#[derive(Debug)]
pub(super) struct Plan {
    /// Where the browser is told to go.
    pub(super) start: String,
    /// A page of ours that stands there and goes on at once, and its HTML.
    opening: Option<(Url, String)>,
    /// What the first request to its target carries instead of what the browser would send.
    own: Option<Own>,
    pub(super) even_to_idp: bool,
    /// Somebody does something on a page: windows may open.
    pub(super) acts: bool,
    site: Site,
}

/// A request that is not quite what a browser sends.
#[derive(Debug)]
struct Own {
    url: Url,
    method: Option<String>,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

/// A request that waits for a decision.
#[derive(Clone, Copy, Debug)]
pub(super) struct Blocked<'a> {
    pub(super) request: &'a str,
    pub(super) url: &'a str,
    pub(super) headers: &'a Value,
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
            acts: false,
            site: setup.site.clone(),
        };
        if let Some(html) = opening(visit) {
            let mut url = from.map(parse).transpose()?.unwrap_or_else(|| target.clone());
            url.set_path(OPENING);
            url.set_query(None);
            url.set_fragment(None);
            plan.start = url.to_string();
            plan.opening = Some((url, html));
        }
        let mut bare = target;
        bare.set_fragment(None);
        if !headers.is_empty() || method.is_some_and(|method| method != "GET") {
            plan.own = Some(Own {
                url: bare,
                method: method.map(str::to_owned),
                headers: headers.to_vec(),
                body: method.is_some().then(|| body.to_vec()),
            });
        }
        Ok(plan)
    }

    /// That of a journey which begins on the page that is there.
    pub(super) fn staying(setup: &Setup, even_to_idp: bool) -> Self {
        Self {
            start: String::new(),
            opening: None,
            own: None,
            even_to_idp,
            acts: even_to_idp,
            site: setup.site.clone(),
        }
    }

    /// The page of ours that begins it and is no hop of it.
    pub(super) fn aside(&self) -> Option<&str> {
        self.opening.as_ref().map(|(url, _)| url.as_str())
    }

    /// What must be held up for this journey alone, as BiDi's URL pattern.
    pub(super) fn beyond(&self) -> Option<Value> {
        self.own.as_ref().map(|own| {
            let mut pattern = origin(&own.url);
            pattern["pathname"] = json!(escaped(own.url.path()));
            if let Some(query) = own.url.query() {
                pattern["search"] = json!(format!("?{}", escaped(query)));
            }
            pattern
        })
    }

    /// Its address.
    pub(super) fn own(&self) -> Option<&Url> {
        self.own.as_ref().map(|own| &own.url)
    }

    /// What becomes of a request that was held up: a command and its parameters.
    pub(super) fn decision(&self, blocked: &Blocked<'_>) -> Reply {
        let request = blocked.request;
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
        } else if Url::parse(blocked.url).is_ok_and(|url| self.forbids(&url)) {
            unsent(request)
        } else {
            unhindered(request)
        }
    }

    /// Whether nothing may be sent there.
    pub(super) fn forbids(&self, url: &Url) -> bool {
        !self.even_to_idp && self.site.party(url) == Party::Idp
    }
}

/// The requests that are held up in every tab, as BiDi's URL patterns.
pub(super) fn everywhere(site: &Site) -> Vec<Value> {
    let opening = json!({"type": "pattern", "pathname": OPENING});
    let idp = site.idp().as_ref().map(origin);
    [Some(opening), idp].into_iter().flatten().collect()
}

/// The same as DevTools have it, for one tab, with what is to be held up there besides: BiDi makes the browser hold up whatever
/// a tab asks for, and lets go at once what none of its patterns names, which costs more than the requests themselves.
pub(super) fn no_more_than(site: &Site, own: Option<&Url>) -> Value {
    let mut patterns = vec![format!("*{OPENING}")];
    patterns.extend(
        site.idp()
            .map(|idp| format!("{}/*", literal(&idp.origin().ascii_serialization()))),
    );
    patterns.extend(own.map(|url| format!("{}*", literal(url.as_str()))));
    let pattern = |pattern: &String| json!({"urlPattern": pattern, "requestStage": "Request"});
    json!({"patterns": patterns.iter().map(pattern).collect::<Vec<Value>>()})
}

/// A request that nobody has anything to say about goes on.
pub(super) fn unhindered(request: &str) -> Reply {
    ("network.continueRequest", json!({"request": request}))
}

/// A request that must not reach its party gets an empty answer, which changes nothing on the page; a failure would
/// show a page of its own, in a process of its own.
pub(super) fn unsent(request: &str) -> Reply {
    let answer = json!({"request": request, "statusCode": 204, "headers": []});
    ("network.provideResponse", answer)
}

impl Own {
    /// The parameters of `network.continueRequest`.
    fn instead_of(&self, blocked: &Blocked<'_>) -> Value {
        let mine: BTreeSet<String> = self
            .headers
            .iter()
            .map(|(name, _)| name.to_ascii_lowercase())
            .collect();
        let theirs = blocked.headers.as_array().into_iter().flatten().filter(|header| {
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

fn origin(url: &Url) -> Value {
    let mut pattern = json!({
        "type": "pattern",
        "protocol": url.scheme(),
        "hostname": url.host_str().unwrap_or_default(),
    });
    if let Some(port) = url.port() {
        pattern["port"] = json!(port.to_string());
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

/// A text as DevTools' patterns have it.
fn literal(text: &str) -> String {
    let reserved = ['*', '?', '\\'];
    text.chars()
        .flat_map(|c| reserved.contains(&c).then_some('\\').into_iter().chain([c]))
        .collect()
}

pub(super) fn header(name: &str, value: &str) -> Value {
    json!({"name": name, "value": {"type": "string", "value": value}})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::guard::Guard;

    fn setup() -> Setup {
        let url = |text: &str| Url::parse(text).unwrap();
        let site = Site::new(&url("http://127.0.0.1:8080/"), &url("http://localhost:8400/"));
        Setup::new(Guard::default(), site)
    }

    fn decided(plan: &Plan, url: &str) -> (&'static str, Value) {
        let headers = json!([{"name": "Content-Type", "value": {"type": "string", "value": "x"}}]);
        plan.decision(&Blocked {
            request: "1",
            url,
            headers: &headers,
        })
    }

    #[test]
    fn only_a_question_is_kept_from_the_idp() {
        let (idp, sp) = ("http://localhost:8400/sso?x", "http://127.0.0.1:8080/me");
        let question = Plan::of(&Visit::Get(sp), false, &setup()).unwrap();
        let (method, params) = decided(&question, idp);
        assert_eq!(
            (method, &params["statusCode"]),
            ("network.provideResponse", &json!(204))
        );
        assert_eq!(decided(&question, sp), unhindered("1"));
        let journey = Plan::of(&Visit::Get(sp), true, &setup()).unwrap();
        assert_eq!(decided(&journey, idp), unhindered("1"));
    }

    #[test]
    fn a_form_begins_on_a_page_of_the_origin_that_it_comes_from() {
        let fields = [("a".to_owned(), "1".to_owned())];
        let visit = Visit::Post {
            url: "http://127.0.0.1:8080/acs?x=1#y",
            fields: &fields,
            from: Some("http://localhost:8400"),
            headers: &[],
        };
        let plan = Plan::of(&visit, true, &setup()).unwrap();
        assert_eq!(plan.start, "http://localhost:8400/samlitmus-opening");
        assert_eq!(plan.aside(), Some(plan.start.as_str()));
        assert_eq!(plan.beyond(), None);
        let (method, params) = decided(&plan, &plan.start);
        assert_eq!(method, "network.provideResponse");
        assert!(params["body"]["value"].as_str().unwrap().contains("/acs?x=1"));
    }

    #[test]
    fn a_request_of_its_own_is_held_up_for_its_journey_alone() {
        let visit = Visit::Raw {
            method: "POST",
            url: "http://127.0.0.1:8080/a(cs)?x={1}#y",
            headers: &[("Content-Type".to_owned(), "text/xml".to_owned())],
            body: b"<x/>",
            from: None,
        };
        let plan = Plan::of(&visit, true, &setup()).unwrap();
        let pattern = plan.beyond().unwrap();
        assert_eq!(
            (&pattern["port"], &pattern["pathname"], &pattern["search"]),
            (&json!("8080"), &json!("/a\\(cs\\)"), &json!("?x=\\{1\\}"))
        );
        let (method, params) = decided(&plan, "http://127.0.0.1:8080/a(cs)?x={1}");
        assert_eq!(
            (method, &params["method"]),
            ("network.continueRequest", &json!("POST"))
        );
        assert_eq!(params["headers"], json!([header("Content-Type", "text/xml")]));
    }

    #[test]
    fn a_tab_is_held_up_where_a_plan_may_have_something_to_say_and_nowhere_else() {
        let own = Url::parse("http://127.0.0.1:8080/a*b?x=1").unwrap();
        let told = no_more_than(&setup().site, Some(&own));
        let patterns: Vec<&str> = told["patterns"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|pattern| pattern["urlPattern"].as_str())
            .collect();
        assert_eq!(
            patterns,
            [
                "*/samlitmus-opening",
                "http://localhost:8400/*",
                "http://127.0.0.1:8080/a\\*b\\?x=1*"
            ]
        );
    }

    #[test]
    fn nothing_leads_to_a_host_that_is_not_allowed() {
        let refused = Plan::of(&Visit::Get("http://elsewhere.example/"), true, &setup());
        assert_eq!(
            refused.unwrap_err(),
            Ended::NotAllowed("elsewhere.example".to_owned())
        );
    }
}
