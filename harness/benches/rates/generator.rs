//! What the run is held against: a thread a lane sends the same requests, with messages that were made before the clock began.
//!
//! It answers nobody, forges nothing, reads no page, follows nothing, judges nothing and tells nothing: it reads each answer to its end and
//! takes the cookies out of it, and its connections are kept wherever the SP keeps them.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicUsize, Ordering},
    time::Instant,
};

use saml::{AuthnRequest, SpMetadata, binding};
use scenarios::{Base, Context, KeyRing, Message, Recipe};
use scraper::{Html, Selector};

use crate::{
    record::Flow,
    sp::Sp,
    wire::{Answer, Connection},
};

pub(crate) struct Generator<'a> {
    sp: &'a Sp,
    metadata: SpMetadata,
    directory: mock_idp::Directory,
    keys: KeyRing,
}

/// A flow with its message, and the cookies of the sign-in that the message answers.
pub(crate) struct Ready<'a> {
    flow: &'a Flow,
    message: Option<Message>,
    cookies: Cookies,
}

type Cookies = BTreeMap<String, String>;

impl<'a> Generator<'a> {
    pub(crate) fn new(sp: &'a Sp) -> Self {
        let at = sp.config.sp.metadata.as_ref().expect("it publishes metadata");
        let path = at.split_once(&sp.address).expect("it is the SP's").1;
        let answer = Connection::new(&sp.address)
            .ask(path, None, None)
            .expect("it answers");
        let metadata = SpMetadata::parse(&answer.body).expect("it is metadata");
        let mut directory = sp.directory.clone();
        for tenant in &mut directory.tenants {
            tenant.adopt(&metadata);
        }
        Self {
            sp,
            metadata,
            directory,
            keys: KeyRing::default(),
        }
    }

    /// Begins every sign-in at the SP and makes the message that answers it.
    pub(crate) fn prepare(&self, flows: &'a [Flow], lanes: usize) -> Vec<Ready<'a>> {
        let next = AtomicUsize::new(0);
        let mut ready: Vec<(usize, Ready<'_>)> = std::thread::scope(|scope| {
            let lane = || {
                let mut ready = Vec::new();
                let mut connection = Connection::new(&self.sp.address);
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(flow) = flows.get(at) else {
                        return ready;
                    };
                    ready.push((at, self.begin(flow, &mut connection)));
                }
            };
            let lanes: Vec<_> = (0..lanes).map(|_| scope.spawn(lane)).collect();
            let ready = lanes
                .into_iter()
                .map(|lane| lane.join().expect("it does not panic"));
            ready.flatten().collect()
        });
        ready.sort_by_key(|(at, _)| *at);
        ready.into_iter().map(|(_, ready)| ready).collect()
    }

    fn begin(&self, flow: &'a Flow, connection: &mut Connection<'_>) -> Ready<'a> {
        let mut cookies = Cookies::new();
        let Some((recipe, base)) = &flow.message else {
            return Ready {
                flow,
                message: None,
                cookies,
            };
        };
        let (mut request, mut relay_state) = (None, None);
        for before in flow.requests.iter().take_while(|request| !request.is_post) {
            let sent = connection.ask(&before.path, None, None).expect("the SP answers");
            take_cookies(&sent, &mut cookies);
            if let Some((asked, state)) = asked(&sent) {
                (request, relay_state) = (Some(asked), state);
            }
        }
        let message = self.message(recipe, *base, request.as_ref(), relay_state.as_deref());
        Ready {
            flow,
            message: Some(message),
            cookies,
        }
    }

    /// The recipe's message; a flawless one where the recipe wants something of a run that a generator has not.
    fn message(
        &self,
        recipe: &Recipe,
        base: Base,
        request: Option<&AuthnRequest>,
        relay_state: Option<&str>,
    ) -> Message {
        let values = BTreeMap::new();
        let context = Context {
            directory: &self.directory,
            sp: &self.metadata,
            keys: &self.keys,
            origin: &self.sp.origin,
            request,
            relay_state,
            now: jiff::Timestamp::now(),
            encryption: None,
            out_of_band: Some("http://127.0.0.1:9/"),
            each: None,
            azure: mock_idp::Azure::default(),
            identity: None,
            values: &values,
        };
        scenarios::forge::forge_unchecked(recipe, base, &context)
            .or_else(|_| scenarios::forge::forge_unchecked(&Recipe::default(), base, &context))
            .expect("a flawless message can be made")
    }

    /// Sends it all, so many lanes at once. Requests, and seconds.
    pub(crate) fn fire(&self, ready: &[Ready<'_>], lanes: usize) -> (u64, f64) {
        let next = AtomicUsize::new(0);
        let begun = Instant::now();
        let sent = std::thread::scope(|scope| {
            let lane = || {
                let mut connection = Connection::new(&self.sp.address);
                let mut sent = 0;
                while let Some(ready) = ready.get(next.fetch_add(1, Ordering::Relaxed)) {
                    sent += ready.send(&mut connection);
                }
                sent
            };
            let lanes: Vec<_> = (0..lanes).map(|_| scope.spawn(lane)).collect();
            lanes
                .into_iter()
                .map(|lane| lane.join().expect("it does not panic"))
                .sum()
        });
        (sent, begun.elapsed().as_secs_f64())
    }
}

impl Ready<'_> {
    fn send(&self, connection: &mut Connection<'_>) -> u64 {
        let mut cookies = self.cookies.clone();
        let mut form = self.message.as_ref().map(|message| {
            let fields = message.wire.fields.iter();
            let fields = fields.map(|(name, value)| format!("{name}={}", binding::percent_encode(value)));
            fields.collect::<Vec<_>>().join("&")
        });
        let mut sent = 0;
        for request in &self.flow.requests {
            let form = if request.is_post { form.take() } else { None };
            let jar = request.cookies.then(|| told(&cookies));
            let answer = connection.ask(&request.path, jar.as_deref(), form.as_deref());
            // What a broken message does to a connection is the SP's affair.
            if let Ok(answer) = answer
                && request.is_post
            {
                take_cookies(&answer, &mut cookies);
            }
            sent += 1;
        }
        sent
    }
}

fn told(cookies: &Cookies) -> String {
    let pairs: Vec<_> = cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("; ")
}

fn take_cookies(answer: &Answer, cookies: &mut Cookies) {
    for (_, line) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
        let pair = line.split(';').next().and_then(|pair| pair.split_once('='));
        match pair {
            Some((name, "")) => drop(cookies.remove(name)),
            Some((name, value)) => drop(cookies.insert(name.to_owned(), value.to_owned())),
            None => {}
        }
    }
}

/// The AuthnRequest and RelayState of an answer that sends a browser to the IdP.
fn asked(answer: &Answer) -> Option<(AuthnRequest, Option<String>)> {
    let (xml, relay_state) = match answer.header("location") {
        Some(location) => {
            let url = url::Url::parse(location).ok()?;
            let value = |name: &str| {
                let mut pairs = url.query_pairs();
                pairs
                    .find(|(known, _)| known == name)
                    .map(|(_, value)| value.into_owned())
            };
            (
                binding::decode_redirect(&value("SAMLRequest")?).ok()?,
                value("RelayState"),
            )
        }
        None => {
            let page = Html::parse_document(&String::from_utf8_lossy(&answer.body));
            let value = |name: &str| {
                let field = Selector::parse(&format!("input[name={name}]")).ok()?;
                page.select(&field).next()?.attr("value").map(str::to_owned)
            };
            (
                binding::decode_post(&value("SAMLRequest")?).ok()?,
                value("RelayState"),
            )
        }
    };
    Some((AuthnRequest::parse(&xml).ok()?, relay_state))
}
