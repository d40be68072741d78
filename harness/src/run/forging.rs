//! From an order to a message, with everything that forging needs beside the recipe.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use jiff::{SignedDuration, Timestamp};
use mock_idp::Shared;
use saml::{AuthnRequest, SpMetadata};
use scenarios::{Base, Context, Fault, KeyRing, Kind, Message, Persona, Recipe};

use crate::text::locked;

/// Everything that forging needs beside the recipe.
pub(crate) struct Forge {
    pub(crate) directory: Shared,
    pub(crate) sp: SpMetadata,
    pub(crate) keys: KeyRing,
    pub(crate) origin: RwLock<String>,
    pub(crate) azure: mock_idp::Azure,
    /// How far the IdP's clock is ahead of ours.
    pub(crate) offset: Mutex<SignedDuration>,
    /// The SAML Attribute that the SP takes as identity, once that is known.
    pub(crate) identity: Mutex<Option<String>>,
    /// How the SP reads what is encrypted for it, once that is known.
    pub(crate) encryption: Mutex<Option<saml::encryption::Options>>,
    /// Flawless messages to hold others against.
    pub(crate) flawless: Flawless,
}

/// So many flawless messages are kept: for everybody and everything that is signed, for the few kinds of requests of one SP.
const FLAWLESS: usize = 64;

/// Flawless messages by person, base and what was asked for.
pub(crate) type Flawless = Mutex<BTreeMap<(Persona, &'static str, String), Arc<Message>>>;

/// One message to make: which recipe, and what the flow has kept so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Order {
    pub(crate) recipe: Recipe,
    pub(crate) base: Option<Base>,
    pub(crate) each: Option<String>,
    pub(crate) values: BTreeMap<String, String>,
    pub(crate) out_of_band: Option<String>,
}

impl Forge {
    /// Makes a message that answers this request, or none.
    pub(crate) fn make(
        &self,
        order: &Order,
        request: Option<&AuthnRequest>,
        relay_state: Option<&str>,
    ) -> Result<Message, Fault> {
        self.with_context(order, request, relay_state, |context| {
            scenarios::forge(&order.recipe, order.base.unwrap_or(Base::A), context)
        })
    }

    /// A flawless message for the same person, with the same parts signed and for a request that asks for the same; for a message of
    /// which nothing is signed one with a signed assertion. It is not that message's own twin, which would cost a signature each
    /// time: whoever holds the two against each other knows what varies by itself ([`scenarios::Minted`]).
    ///
    /// None for a logout message: it names a session, and no two of them are alike.
    pub(crate) fn flawless(&self, sent: &Message) -> Option<Arc<Message>> {
        if sent.kind != Kind::Response {
            return None;
        }
        let base = match sent.base {
            Base::N => Base::A,
            base => base,
        };
        let request = sent.minted.request.clone().map(|request| AuthnRequest {
            id: "_flawless".to_owned(),
            issue_instant: None,
            ..request
        });
        let key = (sent.persona, base.letter(), format!("{request:?}"));
        if let Some(known) = locked(&self.flawless).get(&key) {
            return Some(known.clone());
        }
        let order = Order {
            recipe: Recipe {
                persona: Some(sent.persona),
                ..Recipe::default()
            },
            base: Some(base),
            ..Order::default()
        };
        let made = Arc::new(self.make(&order, request.as_ref(), None).ok()?);
        let mut flawless = locked(&self.flawless);
        if flawless.len() >= FLAWLESS {
            flawless.clear();
        }
        flawless.insert(key, made.clone());
        Some(made)
    }

    /// Calls `make` with the context of an order.
    pub(crate) fn with_context<T>(
        &self,
        order: &Order,
        request: Option<&AuthnRequest>,
        relay_state: Option<&str>,
        make: impl FnOnce(&Context<'_>) -> T,
    ) -> T {
        // Who wants to know what forging costs listens here (`benches/shares.rs`).
        let _forging = tracing::trace_span!("forge").entered();
        let directory = self.directory.read();
        let origin = self.origin.read().unwrap_or_else(PoisonError::into_inner);
        let offset = *locked(&self.offset);
        let identity = locked(&self.identity).clone();
        make(&Context {
            directory: &directory,
            sp: &self.sp,
            keys: &self.keys,
            origin: &origin,
            request,
            relay_state,
            now: Timestamp::now()
                .checked_add(offset)
                .unwrap_or_else(|_| Timestamp::now()),
            encryption: *locked(&self.encryption),
            out_of_band: order.out_of_band.as_deref(),
            each: order.each.as_deref(),
            azure: self.azure,
            identity: identity.as_deref(),
            values: &order.values,
        })
    }
}

/// An AuthnRequest that was left unanswered, with the RelayState that came with it.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) request: AuthnRequest,
    pub(crate) relay_state: Option<String>,
}
