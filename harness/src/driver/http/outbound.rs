//! One request of the HTTP driver: what it says of itself as a browser would, and what follows from its answer.

use std::time::Duration;

use reqwest::{
    Method,
    header::{self, HeaderMap, HeaderName, HeaderValue},
};
use url::Url;

use crate::{
    driver::{
        page::Onward,
        setup::LONGEST,
        site::{same_site, trustworthy},
        visit::{Visit, urlencoded},
    },
    judge::observation::{Hop, Party},
    text::clip,
};

/// A request to be sent.
#[derive(Debug)]
pub(super) struct Outbound {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) body: Option<Vec<u8>>,
    form: bool,
    fields: Vec<String>,
    /// The page that led here, and still leads after redirects.
    pub(super) initiator: Option<Url>,
    /// What `Origin` says, where it is sent.
    origin: Option<String>,
    pub(super) extra: Vec<(String, String)>,
}

pub(super) enum Next {
    Redirect(Url, u16),
    Page(Onward),
}

impl Outbound {
    pub(super) fn of(visit: Visit<'_>) -> Result<Self, String> {
        let parse =
            |text: &str| Url::parse(text).map_err(|error| format!("`{text}` cannot be visited: {error}"));
        match visit {
            Visit::Get(url) => Ok(Self::new(Method::GET, parse(url)?, None)),
            Visit::Post {
                url,
                fields,
                from,
                headers,
            } => {
                let url = parse(url)?;
                let from = from.map(parse).transpose()?.unwrap_or_else(|| url.clone());
                let names = fields.iter().map(|(name, _)| name.clone()).collect();
                let post = Self::new(Method::POST, url, Some(from)).with_form(urlencoded(fields), names);
                Ok(Self {
                    extra: headers.to_vec(),
                    ..post
                })
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
                Ok(Self {
                    body,
                    extra: headers.to_vec(),
                    ..Self::new(method, url, from)
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
        let request = Self::new(method, url, Some(page.clone()));
        let (kind, body) = content.unzip();
        let kind = kind.map(|kind| ("Content-Type".to_owned(), kind));
        Self {
            body,
            fields,
            extra: kind.into_iter().collect(),
            ..request
        }
    }

    fn new(method: Method, url: Url, initiator: Option<Url>) -> Self {
        let origin = match (&initiator, method != Method::GET && method != Method::HEAD) {
            (Some(page), true) => Some(page.origin().ascii_serialization()),
            _ => None,
        };
        Self {
            method,
            url,
            body: None,
            form: false,
            fields: Vec::new(),
            initiator,
            origin,
            extra: Vec::new(),
        }
    }

    fn with_form(self, body: String, fields: Vec<String>) -> Self {
        Self {
            body: Some(body.into_bytes()),
            form: true,
            fields,
            ..self
        }
    }

    /// The request that the answer to this one leads to.
    pub(super) fn then(self, next: Next) -> Self {
        match next {
            Next::Redirect(url, status) => self.redirected(url, status),
            Next::Page(Onward::Refresh(url, _)) => Self::new(Method::GET, url, Some(self.url)),
            Next::Page(Onward::Submit {
                action,
                post: true,
                fields,
            }) => {
                let names = fields.iter().map(|(name, _)| name.clone()).collect();
                Self::new(Method::POST, action, Some(self.url)).with_form(urlencoded(&fields), names)
            }
            Next::Page(Onward::Submit {
                mut action,
                post: false,
                fields,
            }) => {
                action.set_query(Some(&urlencoded(&fields)));
                let names = fields.into_iter().map(|(name, _)| name).collect();
                Self {
                    fields: names,
                    ..Self::new(Method::GET, action, Some(self.url))
                }
            }
        }
    }

    /// Fetch, HTTP-redirect fetch: 301 and 302 make a GET of a POST, 303 of whatever is no HEAD; 307 and 308 keep
    /// method and body. Headers of the first request's own do not go on.
    fn redirected(self, mut url: Url, status: u16) -> Self {
        if url.fragment().is_none() {
            url.set_fragment(self.url.fragment());
        }
        let to_get = match status {
            301 | 302 => self.method == Method::POST,
            303 => self.method != Method::HEAD && self.method != Method::GET,
            _ => false,
        };
        if to_get {
            return Self::new(Method::GET, url, self.initiator);
        }
        let foreign = self.url.origin() != url.origin()
            && self
                .origin
                .as_ref()
                .is_some_and(|origin| *origin != self.url.origin().ascii_serialization());
        let origin = if foreign {
            Some("null".to_owned())
        } else {
            self.origin
        };
        // A form's type goes with its body; another body's type came as a header of its own.
        let typed = |name: &str| name.eq_ignore_ascii_case("content-type");
        let extra = self.extra.into_iter().filter(|(name, _)| typed(name)).collect();
        Self {
            url,
            origin,
            extra,
            ..self
        }
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

    /// What a browser says of where a navigation comes from: `Origin`, `Referer` (strict-origin-when-cross-origin)
    /// and Fetch Metadata.
    pub(super) fn browser_headers(&self, headers: &mut HeaderMap) {
        let mut put = |name: HeaderName, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        };
        if self.form {
            put(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        if let Some(origin) = &self.origin {
            put(header::ORIGIN, origin);
        }
        if let Some(page) = &self.initiator
            && !(page.scheme() == "https" && self.url.scheme() == "http")
        {
            let mut shown = page.clone();
            shown.set_fragment(None);
            let origin = format!("{}/", page.origin().ascii_serialization());
            put(
                header::REFERER,
                if page.origin() == self.url.origin() {
                    shown.as_str()
                } else {
                    &origin
                },
            );
        }
        if trustworthy(&self.url) {
            let relation = match &self.initiator {
                None => "none",
                Some(page) if page.origin() == self.url.origin() => "same-origin",
                Some(page) if same_site(page, &self.url) => "same-site",
                Some(_) => "cross-site",
            };
            put(HeaderName::from_static("sec-fetch-site"), relation);
            put(HeaderName::from_static("sec-fetch-mode"), "navigate");
            put(HeaderName::from_static("sec-fetch-dest"), "document");
        }
    }
}
