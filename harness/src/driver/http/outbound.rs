//! One request of the HTTP driver, and what it says of itself as a browser would.

use std::time::Duration;

use reqwest::{
    Method,
    header::{self, HeaderMap, HeaderName, HeaderValue},
};
use url::Url;

use super::{
    jar::Relation,
    policy::{Context, Policies, Referrer, Way},
};
use crate::{
    driver::{
        setup::LONGEST,
        site::{same_site, trustworthy},
        visit::{Visit, urlencoded},
    },
    judge::observation::{Hop, Party},
    text::clip,
};

/// The type of a form's body, unless the form says otherwise.
const FORM: &str = "application/x-www-form-urlencoded";

/// A request to be sent.
#[derive(Debug)]
pub(super) struct Outbound {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) body: Option<Vec<u8>>,
    fields: Vec<String>,
    pub(super) extra: Vec<(String, String)>,
    /// The page that led here, and still leads after redirects; none if nobody's did.
    leader: Option<Leader>,
    /// What is said of that page, and by which policy it goes on to be said.
    said: Option<Url>,
    referrer: Referrer,
    /// How far the way has led from that page.
    reach: Reach,
    /// What `Origin` says, where it is sent.
    origin: Option<String>,
    /// A person did it.
    pub(super) by_person: bool,
    /// Whether a form sends it, and the policies of that form's page.
    by_form: bool,
    form_policies: Option<Policies>,
}

#[derive(Clone, Debug)]
struct Leader {
    url: Url,
    /// It has no origin of its own.
    opaque: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    SameOrigin,
    SameSite,
    CrossSite,
}

impl Outbound {
    pub(super) fn of(visit: Visit<'_>) -> Result<Self, String> {
        let parse =
            |text: &str| Url::parse(text).map_err(|error| format!("`{text}` cannot be visited: {error}"));
        match visit {
            Visit::Get(url) => Ok(Self {
                by_person: true,
                ..Self::new(Method::GET, parse(url)?, None)
            }),
            Visit::Post {
                url,
                fields,
                from,
                headers,
            } => {
                let url = parse(url)?;
                let from = from.map(parse).transpose()?.unwrap_or_else(|| url.clone());
                let names = fields.iter().map(|(name, _)| name.clone()).collect();
                let content = (FORM.to_owned(), urlencoded(fields).into_bytes());
                let mut post = Self::from_page(&from, Method::POST, url, Some(content), names);
                if headers.iter().any(|(name, _)| is_type(name)) {
                    post.extra.clear();
                }
                post.extra.extend(headers.to_vec());
                Ok(post)
            }
            Visit::Raw {
                method,
                url,
                headers,
                body,
                from,
            } => {
                let url = parse(url)?;
                let method = Method::from_bytes(method.as_bytes())
                    .map_err(|_| format!("`{method}` is no method of HTTP"))?;
                let from = match from {
                    Some(from) => Some(parse(from)?),
                    None => (method != Method::GET).then(|| url.clone()),
                };
                let body = (!body.is_empty()).then(|| body.to_vec());
                let from = from.map(|url| Context::of(&url, &HeaderMap::new()));
                Ok(Self {
                    body,
                    extra: headers.to_vec(),
                    by_person: from.is_none(),
                    ..Self::new(method, url, from.as_ref())
                })
            }
        }
    }

    /// What a link of this page asks for, or a form: with the type of its body and the body, and the names of its entries.
    pub(super) fn from_page(
        page: &Url,
        method: Method,
        url: Url,
        content: Option<(String, Vec<u8>)>,
        fields: Vec<String>,
    ) -> Self {
        let context = Context::of(page, &HeaderMap::new());
        let (kind, body) = content.unzip();
        let kind = kind.map(|kind| ("Content-Type".to_owned(), kind));
        Self {
            body,
            fields,
            extra: kind.into_iter().collect(),
            ..Self::new(method, url, Some(&context))
        }
    }

    pub(super) fn by_form(self) -> Self {
        Self {
            by_form: true,
            ..self
        }
    }

    fn new(method: Method, url: Url, leader: Option<&Context>) -> Self {
        let url = spelt(url);
        let writes = !matches!(method, Method::GET | Method::HEAD);
        let mut request = Self {
            method,
            url,
            body: None,
            fields: Vec::new(),
            extra: Vec::new(),
            leader: None,
            said: None,
            referrer: Referrer::default(),
            reach: Reach::SameOrigin,
            origin: None,
            by_person: false,
            by_form: false,
            form_policies: None,
        };
        if let Some(context) = leader {
            let opaque = context.is_opaque();
            let hidden = opaque || context.referrer.hides_origin(&context.url, &request.url);
            let origin = || context.url.origin().ascii_serialization();
            request.origin = writes.then(|| if hidden { "null".to_owned() } else { origin() });
            request.said = context
                .referrer
                .said(&context.url, &request.url)
                .filter(|_| !opaque);
            request.referrer = context.referrer;
            request.leader = Some(Leader {
                url: context.url.clone(),
                opaque,
            });
            request.reach = request.reach_of(&request.url);
        }
        request
    }

    /// The same as this page leads it.
    ///
    /// # Errors
    /// The rule by which the page does not.
    pub(super) fn leave(self, context: &Context, way: Way) -> Result<Self, String> {
        let way = if self.by_form { Way::Form } else { way };
        let url = context.leave(self.url, way)?;
        Ok(Self {
            body: self.body,
            fields: self.fields,
            extra: self.extra,
            by_person: self.by_person,
            by_form: self.by_form,
            form_policies: (way == Way::Form).then(|| context.policies.clone()),
            ..Self::new(self.method, url, Some(context))
        })
    }

    /// Whether the page lets its form be redirected there.
    ///
    /// # Errors
    /// The rule by which it does not.
    pub(super) fn may_be_redirected(&self, to: &Url) -> Result<(), String> {
        let policies = self.form_policies.as_ref();
        policies.map_or(Ok(()), |policies| policies.may_send_to(to, true))
    }

    /// Fetch, HTTP-redirect fetch: 301 and 302 make a GET of a POST, 303 of whatever is no HEAD; 307 and 308 keep
    /// method and body. Headers of the first request's own do not go on.
    pub(super) fn redirected(self, url: Url, status: u16, headers: &HeaderMap) -> Self {
        let mut url = spelt(url);
        if url.fragment().is_none() {
            url.set_fragment(self.url.fragment());
        }
        let to_get = match status {
            301 | 302 => self.method == Method::POST,
            303 => self.method != Method::HEAD && self.method != Method::GET,
            _ => false,
        };
        let mut referrer = self.referrer;
        referrer.take_header(headers);
        let crosses = self.url.origin() != url.origin();
        let mut next = Self {
            said: self.said.as_ref().and_then(|said| referrer.said(said, &url)),
            reach: self.reach.max(self.reach_of(&url)),
            referrer,
            origin: self
                .origin
                .map(|origin| if crosses { "null".to_owned() } else { origin }),
            extra: self.extra.into_iter().filter(|(name, _)| is_type(name)).collect(),
            url,
            ..self
        };
        if to_get {
            next.method = Method::GET;
            (next.body, next.origin) = (None, None);
            (next.fields, next.extra) = (Vec::new(), Vec::new());
        }
        next
    }

    fn reach_of(&self, target: &Url) -> Reach {
        match &self.leader {
            Some(leader) if leader.opaque => Reach::CrossSite,
            Some(leader) if leader.url.origin() == target.origin() => Reach::SameOrigin,
            Some(leader) if same_site(&leader.url, target) => Reach::SameSite,
            Some(_) => Reach::CrossSite,
            None => Reach::SameOrigin,
        }
    }

    /// How it relates to its target, for cookies: redirects do not count there.
    pub(super) fn relation(&self) -> Relation {
        Relation::of(self.reach_of(&self.url) == Reach::CrossSite, self.method.as_str())
    }

    pub(super) fn hop(&self, party: Party) -> Hop {
        Hop {
            method: self.method.to_string(),
            url: clip(self.url.as_str(), LONGEST).to_owned(),
            party,
            status: None,
            location: None,
            fields: self.fields.clone(),
            set_cookies: Vec::new(),
            elapsed: Duration::ZERO,
        }
    }

    /// What a browser says of a navigation: which codings it takes, where it comes from (`Origin`, `Referer`) and what it
    /// is (Fetch Metadata).
    pub(super) fn browser_headers(&self, headers: &mut HeaderMap) {
        let mut put = |name: HeaderName, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        };
        let safe = trustworthy(&self.url);
        put(
            header::ACCEPT_ENCODING,
            if safe {
                "gzip, deflate, br, zstd"
            } else {
                "gzip, deflate"
            },
        );
        if let Some(origin) = &self.origin {
            put(header::ORIGIN, origin);
        }
        if let Some(said) = &self.said {
            put(header::REFERER, said.as_str());
        }
        if safe {
            let relation = match (&self.leader, self.reach) {
                (None, _) => "none",
                (Some(_), Reach::SameOrigin) => "same-origin",
                (Some(_), Reach::SameSite) => "same-site",
                (Some(_), Reach::CrossSite) => "cross-site",
            };
            put(HeaderName::from_static("sec-fetch-site"), relation);
            put(HeaderName::from_static("sec-fetch-mode"), "navigate");
            put(HeaderName::from_static("sec-fetch-dest"), "document");
            if self.by_person {
                put(HeaderName::from_static("sec-fetch-user"), "?1");
            }
        }
    }
}

/// The type of a body goes with the body.
fn is_type(name: &str) -> bool {
    name.eq_ignore_ascii_case("content-type")
}

/// An address as Chromium spells it: two characters more than the standard has are escaped in a path.
fn spelt(mut url: Url) -> Url {
    if url.path().contains(['|', '^']) {
        let path = url.path().replace('|', "%7C").replace('^', "%5E");
        url.set_path(&path);
    }
    url
}
