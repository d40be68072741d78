//! One request and its answer: what is sent, what a browser makes of what came, and where that leads.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

use reqwest::{
    Method,
    header::{self, HeaderMap, HeaderValue},
};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::{
    answer::{Redirect, complaint, redirect, unpack, value},
    arrived::arrived,
    client::HttpSession,
    connect::parsed,
    cookie::SetCookie,
    failure::{chain, classified},
    hsts::clears,
    jar::Relation,
    jar::refusal,
    onward::Loaded,
    outbound::Outbound,
};
use crate::{
    driver::{setup::LONGEST, site::trustworthy},
    judge::observation::{Ended, Journey, Party},
    text::clip,
};

/// A redirect's body is read so far, to keep the connection; nobody sees it.
const NOBODYS: usize = 64 << 10;

/// What follows an answer.
pub(super) enum Next {
    /// The page stays.
    Rests,
    Asks(Box<Outbound>),
    AsksAfter(Box<Outbound>, Duration),
}

impl HttpSession {
    /// Sends one request, reads its answer into the journey, and says where it leads.
    pub(super) async fn ask(
        &mut self,
        request: Outbound,
        deadline: Instant,
        journey: &mut Journey,
    ) -> Result<Next, Ended> {
        let mut answer = self.send(&request, deadline, journey).await?;
        let status = answer.status().as_u16();
        let headers = answer.headers().clone();
        if let Some(why) = complaint(status, &headers) {
            return Err(Ended::Reset(format!("a browser throws the answer away: {why}")));
        }
        self.keep_cookies(&request.url, &headers, journey);
        let to = redirect(status, &headers, &request.url);
        if let Redirect::Broken(why) = to {
            return Err(Ended::Reset(format!("a browser throws the answer away: {why}")));
        }
        let codings = value(&headers, &header::CONTENT_ENCODING).unwrap_or_default();
        let safe = trustworthy(&request.url);
        if to == Redirect::No
            && let Err(broken) = unpack(&codings, safe, Vec::new(), 0)
        {
            return Err(Ended::Reset(broken.to_string()));
        }
        if let Some(hop) = journey.hops.last_mut() {
            hop.status = Some(status);
            let location = headers.get(header::LOCATION);
            hop.location = location
                .map(|location| clip(&String::from_utf8_lossy(location.as_bytes()), LONGEST).to_owned());
        }
        let limit = self.shared.setup.limits().bytes;
        let (body, whole) = if to == Redirect::No {
            let read = timeout_at(deadline, body(&mut answer, limit)).await;
            let (packed, all) = read.map_err(|_| Ended::TimedOut)??;
            let unpacked = unpack(&codings, safe, packed, limit);
            let (body, whole) = unpacked.map_err(|broken| Ended::Reset(broken.to_string()))?;
            (body, whole && all)
        } else {
            let read = timeout_at(deadline, body(&mut answer, NOBODYS)).await;
            (read.ok().and_then(Result::ok).unwrap_or_default().0, true)
        };
        let page = arrived(&request.url, status, &headers, &body, to != Redirect::No);
        journey.page = Some(page.shown.clone());
        if !whole {
            self.page = None;
            return Err(Ended::Limit(format!("the answer is longer than {limit} bytes")));
        }
        match to {
            Redirect::To(url) => match request.may_be_redirected(&url) {
                Ok(()) => Ok(Next::Asks(Box::new(request.redirected(url, status, &headers)))),
                Err(rule) => {
                    journey.rules.push(rule);
                    Ok(Next::Rests)
                }
            },
            Redirect::Nowhere(rule) => {
                journey.rules.push(rule);
                Ok(Next::Rests)
            }
            Redirect::Elsewhere(place) => Err(Ended::NotAllowed(place)),
            Redirect::No | Redirect::Broken(_) => {
                let looked = page.seen().look();
                let led = match looked {
                    Ok(led) => led,
                    Err(wanted) => {
                        let mut scripts = BTreeMap::new();
                        for url in wanted {
                            let loaded = self.script(&page.context.url, &url, deadline).await;
                            scripts.insert(url, loaded);
                        }
                        page.seen().led(&scripts)
                    }
                };
                journey.rules.extend(led.rules);
                journey.rules.extend(page.rules.iter().cloned());
                match led.next {
                    Some((request, Duration::ZERO)) => {
                        self.page = Some(page.rests());
                        Ok(Next::Asks(Box::new(request)))
                    }
                    Some((request, after)) => {
                        self.page = Some(page.rests());
                        Ok(Next::AsksAfter(Box::new(request), after))
                    }
                    None => {
                        journey.rules.extend(page.scripted());
                        self.page = Some(page.rests());
                        Ok(Next::Rests)
                    }
                }
            }
        }
    }

    /// A script of a page, to be read and not to be run.
    async fn script(&self, page: &Url, url: &Url, deadline: Instant) -> Loaded {
        let setup = &self.shared.setup;
        let failed = |why: &str| format!("the script {} is not there ({why})", clip(url.as_str(), 200));
        if !setup.guard.permits(url) || setup.site.party(url) == Party::Idp {
            return Err(failed("its host is not on the allow-list"));
        }
        let mut request = self.shared.client.get(url.clone());
        let relation = Relation::of(!crate::driver::site::same_site(page, url), "POST");
        if let Some(cookies) = self.jar().header(url, relation, SystemTime::now()) {
            request = request.header(header::COOKIE, cookies);
        }
        request = request.header(header::ACCEPT_ENCODING, "gzip, deflate").header(
            header::REFERER,
            format!("{}/", page.origin().ascii_serialization()),
        );
        if setup.site.party(url) == Party::Sp {
            request = request.headers(self.shared.for_sp.iter().cloned().collect());
        }
        let sent = timeout_at(deadline, request.send()).await;
        let mut answer = sent
            .map_err(|_| failed("no answer in time"))?
            .map_err(|error| failed(&chain(&error)))?;
        if !answer.status().is_success() {
            return Err(failed(answer.status().as_str()));
        }
        let headers = answer.headers().clone();
        if let Some(why) = super::arrived::no_script(&headers) {
            return Err(format!(
                "the script {} is not run: {why}",
                clip(url.as_str(), 200)
            ));
        }
        let read = timeout_at(deadline, body(&mut answer, setup.limits().bytes)).await;
        let (packed, _) = read
            .map_err(|_| failed("no answer in time"))?
            .map_err(|_| failed("it breaks off"))?;
        let codings = value(&headers, &header::CONTENT_ENCODING).unwrap_or_default();
        let (bytes, _) = unpack(&codings, false, packed, setup.limits().bytes)
            .map_err(|broken| failed(&broken.to_string()))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
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
        let relation = request.relation();
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
        tracing::trace!(
            target: "samlitmus::requests",
            method = request.method.as_str(),
            url = request.url.as_str(),
            cookies = cookies.is_some(),
        );
        if let Some(value) = cookies.and_then(|cookies| HeaderValue::from_bytes(cookies.as_bytes()).ok()) {
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
        // A name and a password are for a challenge: no browser sends them before it is asked.
        let mut url = request.url.clone();
        let _ = (url.set_username(""), url.set_password(None));
        let mut prepared = shared
            .client
            .request(request.method.clone(), url)
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
        let now = SystemTime::now();
        let mut jar = self.jar();
        jar.hsts.learn(url, headers, now);
        for cookie in &cookies {
            if let Some(why) = refusal(url, cookie) {
                let lost = format!("{} ({why}: not kept)", cookie.name);
                journey.lost_cookies.push(lost);
            }
            jar.receive(url, cookie, now);
        }
        if clears(url, headers) {
            jar.clear(url);
            journey
                .rules
                .push("Clear-Site-Data: the cookies of this site are forgotten".to_owned());
        }
        if let Some(hop) = journey.hops.last_mut()
            && !cookies.is_empty()
        {
            hop.set_cookies = cookies.iter().map(SetCookie::seen).collect();
        }
    }
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
