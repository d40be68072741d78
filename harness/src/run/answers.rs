//! What the live IdP answers to the sign-ins that the runner started: told apart by their tickets, never by
//! order, since many browsers sign in at once.

use std::{
    collections::HashMap,
    future::Future,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use mock_idp::server::{Answer, Binding, Live, LogoutCame, Metadata, Reply};
use saml::{ArtifactResolve, LogoutRequest};
use scenarios::{Fault, Message, Publication, Wire};

use super::forging::{Forge, Kept, Order};
use crate::{
    judge::request::{Arrived, Requests},
    text::locked,
};

/// So many AuthnRequests are kept as they came.
const KEPT: usize = 64;

/// What one ticket stands for.
#[derive(Clone, Debug)]
pub(crate) enum Task {
    /// Make a message for whatever request arrives.
    Forge(Order),
    /// Make a message for a request that was kept, whatever request arrives.
    ForgeFor(Order, Box<Kept>),
    /// Send a message that was made before; the order is of who sends it now.
    Send(Order, Arc<Message>),
    /// Answer nothing; keep the request.
    Hold,
}

/// What came of a ticket.
#[derive(Clone, Debug, Default)]
pub(crate) struct Done {
    /// The sign-in that arrived.
    pub(crate) live: Option<Live>,
    /// The message that was made for it, or why none could be.
    pub(crate) message: Option<Result<Arc<Message>, Fault>>,
    /// The SP's logout message that arrived.
    pub(crate) left: Option<LogoutCame>,
    /// How often the browser came.
    pub(crate) arrivals: u32,
}

/// A message that an artifact stands for.
#[derive(Clone)]
struct HandedOut {
    message: Arc<Message>,
    order: Order,
    /// It was asked for.
    spent: bool,
}

/// The IdP's answers, by ticket.
pub(crate) struct Answers {
    forge: Arc<Forge>,
    tickets: Mutex<HashMap<String, (Task, Done)>>,
    /// The sign-ins that the SP began, the first of them: their AuthnRequests, as they came.
    begun: Mutex<Vec<Live>>,
    requests: Mutex<Requests>,
    published: Mutex<Option<Arc<Publication>>>,
    /// What artifacts stand for.
    handed_out: Mutex<HashMap<String, HandedOut>>,
    /// How often somebody came for what was published.
    came: AtomicUsize,
}

impl Answers {
    pub(crate) fn new(forge: Arc<Forge>) -> Self {
        Self {
            forge,
            tickets: Mutex::default(),
            begun: Mutex::default(),
            requests: Mutex::default(),
            published: Mutex::default(),
            handed_out: Mutex::default(),
            came: AtomicUsize::new(0),
        }
    }

    /// Serves this as the first tenant's metadata from now on; none: its usual document.
    pub(crate) fn publish(&self, publication: Option<Publication>) {
        *locked(&self.published) = publication.map(Arc::new);
    }

    /// How often somebody came for what was published.
    pub(crate) fn came(&self) -> usize {
        self.came.load(Ordering::Relaxed)
    }

    /// Says what a ticket is to be answered with.
    pub(crate) fn expect(&self, ticket: &str, task: Task) {
        locked(&self.tickets).insert(ticket.to_owned(), (task, Done::default()));
    }

    /// What has come of a ticket so far.
    pub(crate) fn so_far(&self, ticket: &str) -> Done {
        let tickets = locked(&self.tickets);
        tickets
            .get(ticket)
            .map(|(_, done)| done.clone())
            .unwrap_or_default()
    }

    /// What came of a ticket; it is forgotten.
    pub(crate) fn take(&self, ticket: &str) -> Done {
        locked(&self.tickets)
            .remove(ticket)
            .map(|(_, done)| done)
            .unwrap_or_default()
    }

    /// The first sign-in that the SP began: its AuthnRequest, as it came.
    pub(crate) fn first(&self) -> Option<Live> {
        locked(&self.begun).first().cloned()
    }

    /// All sign-ins that the SP began, but no more than can be looked at.
    pub(crate) fn begun(&self) -> Vec<Live> {
        locked(&self.begun).clone()
    }

    /// What Azure would have made of the requests that came so far.
    pub(crate) fn requests(&self) -> Requests {
        locked(&self.requests).clone()
    }

    /// Adds the requests of the run that this one goes on with.
    pub(crate) fn go_on(&self, before: Requests) {
        locked(&self.requests).after(before);
    }

    /// Every request counts, also one that a refusal brought here again.
    fn check(&self, live: &Live) {
        if live.binding == Binding::IdpInitiated {
            return;
        }
        let text = live.request_xml.as_deref().or(live.parameter.as_deref());
        locked(&self.requests).add(&Arrived {
            refusals: &live.refusals,
            text: text.unwrap_or_default(),
            query: live.raw_query.as_deref(),
            binding: live.binding.as_str(),
        });
    }

    fn reply(&self, ticket: &str, live: Live) -> Reply {
        self.check(&live);
        if live.binding != Binding::IdpInitiated {
            let mut begun = locked(&self.begun);
            if begun.len() < KEPT {
                begun.push(live.clone());
            }
        }
        let task = {
            let mut tickets = locked(&self.tickets);
            let Some((task, done)) = tickets.get_mut(ticket) else {
                return page(410, "This sign-in is over.");
            };
            done.arrivals += 1;
            if done.arrivals > 1 {
                // An SP that refuses by sending the browser here again would go round for ever.
                return page(200, "This sign-in was answered before.");
            }
            done.live = Some(live.clone());
            task.clone()
        };
        let (relay_state, arrived) = (live.relay_state.as_deref(), live.request.as_ref());
        let (order, made) = match &task {
            Task::Hold => return page(200, "This sign-in stays unanswered."),
            Task::Send(order, message) => {
                self.hand_out(message, order);
                return carried(&message.wire);
            }
            Task::Forge(order) => (order, self.forge.make(order, arrived, relay_state)),
            Task::ForgeFor(order, kept) => {
                let state = kept.relay_state.as_deref();
                (order, self.forge.make(order, Some(&kept.request), state))
            }
        };
        let made = made.map(Arc::new);
        let reply = match &made {
            Ok(message) => {
                self.hand_out(message, order);
                carried(&message.wire)
            }
            Err(_) => page(200, "This message could not be made."),
        };
        if let Some((_, done)) = locked(&self.tickets).get_mut(ticket) {
            done.message = Some(made);
        }
        reply
    }

    /// Keeps what an artifact stands for, where the message travels by one. What was handed out before stays as spent as it is.
    fn hand_out(&self, message: &Arc<Message>, order: &Order) {
        let Some(artifact) = &message.artifact else {
            return;
        };
        let new = || HandedOut {
            message: message.clone(),
            order: order.clone(),
            spent: false,
        };
        let mut all = locked(&self.handed_out);
        all.entry(artifact.artifact.clone()).or_insert_with(new);
    }

    /// The message that an artifact stands for, for the SP that it was made for, and once (Bindings 3.6.5.2).
    fn spend(&self, asked: &ArtifactResolve) -> Option<HandedOut> {
        if asked.issuer.as_deref() != Some(self.forge.sp.entity_id.as_str()) {
            return None;
        }
        let mut all = locked(&self.handed_out);
        let known = all.get_mut(&asked.artifact)?;
        let reusable = known.message.artifact.as_ref()?.exchange.reusable;
        (!std::mem::replace(&mut known.spent, true) || reusable).then(|| known.clone())
    }
}

impl Answers {
    /// What the SP's LogoutRequest is answered, where somebody waits for it. Its LogoutResponse is kept, and Azure's affair.
    fn left(&self, ticket: &str, came: LogoutCame) -> Option<Reply> {
        let task = {
            let mut tickets = locked(&self.tickets);
            let (task, done) = tickets.get_mut(ticket)?;
            if done.left.is_some() {
                return Some(page(200, "This sign-out was answered before."));
            }
            done.left = Some(came.clone());
            task.clone()
        };
        if came.answers {
            return None;
        }
        let Task::Forge(mut order) = task else {
            return Some(page(200, "This sign-out stays unanswered."));
        };
        // A message that cannot be read has no ID to be answered under.
        if let Ok(request) = LogoutRequest::parse(&came.xml) {
            order.values.insert("logout_request".to_owned(), request.id);
        }
        let made = self.forge.make(&order, None, None);
        let reply = match &made {
            Ok(message) => carried(&message.wire),
            Err(_) => page(200, "This message could not be made."),
        };
        if let Some((_, done)) = locked(&self.tickets).get_mut(ticket) {
            done.message = Some(made.map(Arc::new));
        }
        Some(reply)
    }
}

impl Answer for Answers {
    fn answer(&self, ticket: &str, live: Live) -> Pin<Box<dyn Future<Output = Reply> + Send + '_>> {
        let reply = self.reply(ticket, live);
        Box::pin(std::future::ready(reply))
    }

    fn sign_out(&self, ticket: &str, came: LogoutCame) -> Option<Reply> {
        self.left(ticket, came)
    }

    fn resolve(&self, _: &str, asked: &ArtifactResolve) -> Option<String> {
        let HandedOut { message, order, .. } = self.spend(asked)?;
        let made = self.forge.with_context(&order, None, None, |context| {
            scenarios::exchange::exchanged(&message, &asked.id, context)
        });
        match made {
            Ok(response) => Some(response),
            Err(fault) => {
                tracing::warn!(%fault, "an artifact cannot be exchanged");
                None
            }
        }
    }

    fn metadata(&self, tenant_id: &str, place: &str) -> Option<Metadata> {
        let published = locked(&self.published).clone()?;
        if self.forge.directory.read().contoso().id != tenant_id {
            return None;
        }
        self.came.fetch_add(1, Ordering::Relaxed);
        let scenarios::publication::Served {
            status,
            location,
            body,
        } = published.at(place);
        Some(Metadata {
            status,
            location,
            body,
        })
    }
}

/// What makes a browser carry the message on. What no browser would send, with headers of its own for example, the runner
/// sends itself.
fn carried(wire: &Wire) -> Reply {
    match wire.method() {
        _ if wire.is_the_runners() => page(200, "This message is sent by the runner."),
        "GET" => Reply::Redirect(wire.target()),
        _ => Reply::Post {
            action: wire.url.clone(),
            fields: wire.fields.clone(),
        },
    }
}

fn page(status: u16, sentence: &str) -> Reply {
    Reply::Page {
        status,
        html: format!(
            "<!doctype html><html lang=\"en\"><title>samlitmus mock IdP</title><p>{sentence}</p></html>"
        ),
    }
}
