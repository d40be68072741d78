//! The driver over plain HTTP: walks each hop itself, so that each is seen, as Chromium would walk it.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use reqwest::{
    Client, Method,
    header::{self, HeaderMap, HeaderName, HeaderValue},
    redirect::Policy,
};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::{
    cookie::SetCookie,
    hands::Resting,
    jar::{Jar, Relation, refusal},
    outbound::{Next, Outbound},
};
use crate::{
    driver::{
        act::{Act, ActError},
        bearer::Bearer,
        error::DriverError,
        page::{self, Onward},
        setup::{BODY, LONGEST, Setup},
        site::{place, trustworthy},
        visit::Visit,
    },
    judge::observation::{Ended, Journey, Page, Party},
    text::clip,
};

/// A pooled connection is given up sooner than any server of note gives it up: a request must not run into a
/// closing connection, since that looks like a server that died.
const IDLE: Duration = Duration::from_millis(1500);
/// The mock IdP is ours: what it takes longer than this is a fault of this machine.
const OURS: Duration = Duration::from_secs(120);

/// Makes sessions that share connections and nothing else.
#[derive(Debug)]
pub struct HttpDriver {
    shared: Arc<Shared>,
}

/// One tab with its cookie jar.
#[derive(Debug)]
pub struct HttpSession {
    shared: Arc<Shared>,
    jar: Arc<Mutex<Jar>>,
    pub(in crate::driver) bearer: Bearer,
    /// The page where the last journey came to rest.
    page: Option<Resting>,
}

#[derive(Debug)]
struct Shared {
    client: Client,
    /// Without kept connections: what it is told about a connection is about the request that it carried.
    fresh: Client,
    setup: Setup,
    usual: HeaderMap,
    for_sp: Vec<(HeaderName, HeaderValue)>,
}

impl HttpDriver {
    /// Prepares a client.
    ///
    /// # Errors
    ///
    /// [`DriverError::Certificates`], [`DriverError::Header`] or [`DriverError::Client`].
    pub fn new(setup: Setup) -> Result<Self, DriverError> {
        let authorities = match &setup.ca {
            Some(path) => certificates(path)?,
            None => Vec::new(),
        };
        let build = |kept: usize| {
            let mut builder = Client::builder()
                .redirect(Policy::none())
                .retry(reqwest::retry::never())
                .no_proxy()
                .referer(false)
                .pool_idle_timeout(IDLE)
                .pool_max_idle_per_host(kept)
                .tcp_nodelay(true)
                .tls_certs_merge(authorities.clone())
                .resolve_to_addrs(
                    "localhost",
                    &[loopback(Ipv4Addr::LOCALHOST), loopback(Ipv6Addr::LOCALHOST)],
                );
            for (name, address) in setup.guard.resolved() {
                builder = builder.resolve(name, address);
            }
            builder
                .build()
                .map_err(|error| DriverError::Client(chain(&error)))
        };
        let (client, fresh) = (build(usize::MAX)?, build(0)?);
        let for_sp = setup
            .headers
            .iter()
            .map(|(name, value)| parsed(name, value))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            shared: Arc::new(Shared {
                client,
                fresh,
                setup,
                usual: usual_headers(),
                for_sp,
            }),
        })
    }

    /// An empty jar.
    pub fn session(&self) -> HttpSession {
        HttpSession {
            shared: Arc::clone(&self.shared),
            jar: Arc::default(),
            bearer: Bearer::new(&self.shared.setup),
            page: None,
        }
    }
}

impl HttpSession {
    pub(in crate::driver) fn plant(
        &mut self,
        origin: &str,
        name: &str,
        value: &str,
    ) -> Result<(), DriverError> {
        let url = Url::parse(origin).map_err(|_| DriverError::Origin(origin.to_owned()))?;
        let flags = if trustworthy(&url) {
            "; Secure; SameSite=None"
        } else {
            ""
        };
        let line = format!("{name}={value}; Path=/; HttpOnly{flags}");
        let set = SetCookie::parse(line.as_bytes()).ok_or_else(|| DriverError::Header(name.to_owned()))?;
        self.jar().receive(&url, &set, SystemTime::now());
        Ok(())
    }

    pub(in crate::driver) async fn travel(&mut self, visit: Visit<'_>) -> Journey {
        self.walk(Outbound::of(visit), true).await
    }

    pub(in crate::driver) async fn peek(&mut self, visit: Visit<'_>) -> Journey {
        self.walk(Outbound::of(visit), false).await
    }

    /// The value of a cookie that one of these URLs has, and the first that has one.
    pub(in crate::driver) fn cookie(&self, name: &str, of: &[Url]) -> Option<(String, Url)> {
        let (jar, now) = (self.jar(), SystemTime::now());
        of.iter()
            .find_map(|url| Some((jar.value(name, url, now)?, url.clone())))
    }

    /// Deletes the cookies of a name.
    pub(in crate::driver) fn drop_cookie(&mut self, name: &str) {
        self.jar().delete(name);
    }

    pub(in crate::driver) async fn act(&mut self, act: &Act) -> Result<Journey, ActError> {
        let page = self.page.as_mut();
        let page = page.ok_or_else(|| ActError::Missing("no page is open".to_owned()))?;
        Ok(match page.act(act)? {
            Some(request) => self.walk(Ok(request), true).await,
            None => Journey::default(),
        })
    }

    pub(in crate::driver) fn tab(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            jar: Arc::clone(&self.jar),
            bearer: self.bearer.tab(),
            page: None,
        }
    }

    fn jar(&self) -> std::sync::MutexGuard<'_, Jar> {
        self.jar.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn walk(&mut self, first: Result<Outbound, String>, even_to_idp: bool) -> Journey {
        let begun = Instant::now();
        // What is no time of the SP's: the mock's own, and what a page lets one wait for.
        let mut others = Duration::ZERO;
        let shared = Arc::clone(&self.shared);
        let (site, limits) = (&shared.setup.site, &shared.setup.limits);
        let mut journey = Journey::default();
        let mut next = match first {
            Ok(first) => Some(first),
            Err(why) => {
                journey.ended = Ended::Harness(why);
                None
            }
        };
        while let Some(request) = next.take() {
            if !shared.setup.guard.permits(&request.url) {
                journey.ended = Ended::NotAllowed(place(&request.url));
                break;
            }
            if journey.hops.len() >= limits.hops {
                journey.ended = Ended::Limit(format!("the way goes on after {} requests", limits.hops));
                break;
            }
            journey.hops.push(request.hop(site.party(&request.url)));
            if !even_to_idp && site.party(&request.url) == Party::Idp {
                break;
            }
            let hop_begun = Instant::now();
            let ours = site.party(&request.url) == Party::Idp;
            let deadline = if ours {
                hop_begun + OURS
            } else {
                (hop_begun + limits.request).min(begun + others + limits.journey)
            };
            let answer = self.ask(&request, deadline, &mut journey).await;
            let elapsed = hop_begun.elapsed();
            if ours {
                others += elapsed;
            }
            if let Some(hop) = journey.hops.last_mut() {
                hop.elapsed = elapsed;
            }
            let answer = match answer {
                Err(Ended::TimedOut) if ours => Err(Ended::Harness(
                    "the mock IdP itself did not answer; this machine is too busy".to_owned(),
                )),
                answer => answer,
            };
            match answer {
                Ok(onward) => {
                    if let Some(Next::Page(Onward::Refresh(_, after))) = &onward {
                        tokio::time::sleep(*after).await;
                        others += *after;
                    }
                    next = onward.map(|onward| request.then(onward));
                }
                Err(ended) => {
                    self.page = None;
                    journey.ended = ended;
                }
            }
        }
        journey.elapsed = begun.elapsed();
        journey
    }

    /// Sends one request, reads its answer into the journey, and says where it leads.
    async fn ask(
        &mut self,
        request: &Outbound,
        deadline: Instant,
        journey: &mut Journey,
    ) -> Result<Option<Next>, Ended> {
        let mut answer = self.send(request, deadline, journey).await?;
        self.keep_cookies(&request.url, answer.headers(), journey);
        let status = answer.status();
        let location = text_of(answer.headers(), &header::LOCATION);
        if let Some(hop) = journey.hops.last_mut() {
            hop.status = Some(status.as_u16());
            hop.location = location
                .as_deref()
                .map(|location| clip(location, LONGEST).to_owned());
        }
        let limit = self.shared.setup.limits.bytes;
        let read = timeout_at(deadline, body(&mut answer, limit));
        let (body, whole) = read.await.map_err(|_| Ended::TimedOut)??;
        let (shown, resting, onward) = arrived(&request.url, status.as_u16(), answer.headers(), &body);
        journey.page = Some(shown);
        self.page = Some(resting);
        if !whole {
            return Err(Ended::Limit(format!("the answer is longer than {limit} bytes")));
        }
        match redirect(status.as_u16(), location.as_deref(), &request.url) {
            Redirect::To(url) => Ok(Some(Next::Redirect(url, status.as_u16()))),
            Redirect::Elsewhere(place) => Err(Ended::NotAllowed(place)),
            Redirect::No => Ok(onward.map(Next::Page)),
        }
    }

    /// A connection that was kept may be closed by the other side just then, which says nothing about this request: what
    /// only reads is sent again on a new one, as every browser does, and what writes goes on a new one at once.
    async fn send(
        &self,
        request: &Outbound,
        deadline: Instant,
        journey: &mut Journey,
    ) -> Result<reqwest::Response, Ended> {
        let reads = matches!(request.method, Method::GET | Method::HEAD);
        if reads {
            let prepared = self.prepare(request, journey)?;
            let sent = timeout_at(deadline, self.shared.client.execute(prepared));
            match sent.await.map_err(|_| Ended::TimedOut)? {
                Ok(answer) => return Ok(answer),
                Err(error) => match classified(&error) {
                    Ended::Reset(_) => {}
                    ended => return Err(ended),
                },
            }
        }
        let prepared = self.prepare(request, journey)?;
        let sent = timeout_at(deadline, self.shared.fresh.execute(prepared));
        sent.await
            .map_err(|_| Ended::TimedOut)?
            .map_err(|error| classified(&error))
    }

    fn prepare(&self, request: &Outbound, journey: &mut Journey) -> Result<reqwest::Request, Ended> {
        let shared = &self.shared;
        let mut headers = shared.usual.clone();
        request.browser_headers(&mut headers);
        let relation = Relation::of(request.initiator.as_ref(), &request.url, request.method.as_str());
        let now = SystemTime::now();
        let cookies = self.jar().header(&request.url, relation, now);
        if cookies.is_none() {
            journey.lost_cookies.extend(self.jar().elsewhere(&request.url));
        }
        if matches!(relation, Relation::CrossSiteUnsafe) {
            journey
                .lost_cookies
                .extend(self.jar().withheld(&request.url, relation, now));
        }
        if let Some(value) = cookies.and_then(|cookies| HeaderValue::from_str(&cookies).ok()) {
            headers.insert(header::COOKIE, value);
        }
        if shared.setup.site.party(&request.url) == Party::Sp {
            headers.extend(
                shared
                    .for_sp
                    .iter()
                    .map(|(name, value)| (name.clone(), value.clone())),
            );
        }
        let mut named: Vec<&str> = Vec::new();
        for (name, value) in &request.extra {
            let (key, value) = parsed(name, value).map_err(|error| Ended::Harness(error.to_string()))?;
            if named.contains(&name.as_str()) {
                headers.append(key, value);
            } else {
                headers.insert(key, value);
            }
            named.push(name);
        }
        let mut prepared = shared
            .client
            .request(request.method.clone(), request.url.clone())
            .headers(headers);
        if let Some(body) = &request.body {
            prepared = prepared.body(body.clone());
        }
        prepared.build().map_err(|error| Ended::Harness(chain(&error)))
    }

    fn keep_cookies(&self, url: &Url, headers: &HeaderMap, journey: &mut Journey) {
        let lines = headers.get_all(header::SET_COOKIE);
        let cookies: Vec<SetCookie> = lines
            .iter()
            .filter_map(|line| SetCookie::parse(line.as_bytes()))
            .collect();
        if cookies.is_empty() {
            return;
        }
        let now = SystemTime::now();
        let mut jar = self.jar();
        for cookie in &cookies {
            if let Some(why) = refusal(url, cookie) {
                let lost = format!("{} ({why}: not kept)", cookie.name);
                journey.lost_cookies.push(lost);
            }
            jar.receive(url, cookie, now);
        }
        if let Some(hop) = journey.hops.last_mut() {
            hop.set_cookies = cookies.iter().map(SetCookie::seen).collect();
        }
    }
}

enum Redirect {
    No,
    To(Url),
    Elsewhere(String),
}

fn redirect(status: u16, location: Option<&str>, page: &Url) -> Redirect {
    let (301 | 302 | 303 | 307 | 308, Some(location)) = (status, location) else {
        return Redirect::No;
    };
    match page.join(location) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Redirect::To(url),
        Ok(url) => Redirect::Elsewhere(place(&url)),
        Err(_) => Redirect::No,
    }
}

/// The page, cut to size; the same at rest; and what it does by itself.
fn arrived(url: &Url, status: u16, headers: &HeaderMap, body: &[u8]) -> (Page, Resting, Option<Onward>) {
    let declared = text_of(headers, &header::CONTENT_TYPE).unwrap_or_default();
    let content_type = declared
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let text = page::text(&declared, body);
    let html = page::is_html(&content_type, &text);
    let refresh = text_of(headers, &header::REFRESH).and_then(|value| page::refresh(&value, url));
    let onward = match refresh {
        Some((url, after)) => Some(Onward::Refresh(url, after)),
        None if html => page::onward(&text, url),
        None => None,
    };
    let held = if html { text.clone() } else { String::new() };
    let resting = Resting::new(url.clone(), held, page::encoding(&declared));
    let shown = Page {
        url: clip(url.as_str(), LONGEST).to_owned(),
        status,
        title: if html { page::title(&text) } else { String::new() },
        content_type,
        headers: headers
            .iter()
            .map(|(name, value)| {
                (
                    name.to_string(),
                    clip(&String::from_utf8_lossy(value.as_bytes()), LONGEST).to_owned(),
                )
            })
            .collect(),
        body: cut(text),
        claims: None,
    };
    (shown, resting, onward)
}

fn cut(mut text: String) -> String {
    if text.len() > BODY {
        text.truncate(clip(&text, BODY).len());
        text.shrink_to_fit();
    }
    text
}

/// Reads a body up to a limit; says whether that is all of it.
async fn body(answer: &mut reqwest::Response, limit: usize) -> Result<(Vec<u8>, bool), Ended> {
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| classified(&error))? {
        let room = limit.saturating_sub(bytes.len());
        bytes.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
        if chunk.len() > room {
            return Ok((bytes, false));
        }
    }
    Ok((bytes, true))
}

fn classified(error: &reqwest::Error) -> Ended {
    let why = chain(error);
    if error.is_timeout() {
        Ended::TimedOut
    } else if error.is_connect() || error.is_dns() {
        Ended::Unreachable(why)
    } else if error.is_builder() {
        Ended::Harness(why)
    } else {
        Ended::Reset(why)
    }
}

/// The innermost reason, which is the one that a person can act on.
fn chain(error: &dyn std::error::Error) -> String {
    let mut inner = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    clip(&inner.to_string(), 400).to_owned()
}

fn text_of(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers
        .get(name)
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

fn parsed(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), DriverError> {
    let wrong = || DriverError::Header(name.to_owned());
    let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong())?;
    let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| wrong())?;
    Ok((key, value))
}

fn usual_headers() -> HeaderMap {
    let agent = concat!(
        "Mozilla/5.0 (compatible; samlitmus/",
        env!("CARGO_PKG_VERSION"),
        ")"
    );
    HeaderMap::from_iter([
        (header::USER_AGENT, HeaderValue::from_static(agent)),
        (
            header::ACCEPT,
            HeaderValue::from_static("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
        ),
        (header::ACCEPT_LANGUAGE, HeaderValue::from_static("en")),
        (header::UPGRADE_INSECURE_REQUESTS, HeaderValue::from_static("1")),
    ])
}

fn certificates(path: &std::path::Path) -> Result<Vec<reqwest::Certificate>, DriverError> {
    let wrong = |why: String| DriverError::Certificates {
        path: path.display().to_string(),
        why,
    };
    let pem = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
    let found = reqwest::Certificate::from_pem_bundle(&pem).map_err(|error| wrong(chain(&error)))?;
    if found.is_empty() {
        Err(wrong("there is none in it".to_owned()))
    } else {
        Ok(found)
    }
}

/// Port 0: the URL's own port.
fn loopback(address: impl Into<IpAddr>) -> SocketAddr {
    SocketAddr::new(address.into(), 0)
}
