//! From an order to a message, with everything that forging needs beside the recipe.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError, RwLock},
};

use jiff::{SignedDuration, Timestamp};
use mock_idp::Shared;
use saml::{AuthnRequest, SpMetadata};
use scenarios::{Base, Context, Fault, KeyRing, Message, Recipe};

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
}

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

    /// Calls `make` with the context of an order.
    pub(crate) fn with_context<T>(
        &self,
        order: &Order,
        request: Option<&AuthnRequest>,
        relay_state: Option<&str>,
        make: impl FnOnce(&Context<'_>) -> T,
    ) -> T {
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
