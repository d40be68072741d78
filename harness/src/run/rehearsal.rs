//! Messages that nobody sends: made with throw-away keys for an SP that need not exist, to be looked at.

use std::{collections::BTreeSet, path::Path};

use jiff::Timestamp;
use mock_idp::{Directory, directory::CONTOSO};
use saml::{AuthnRequest, SpMetadata, names::binding};
use scenarios::{
    Base, Context, Fault, KeyRing, Message, Recipe, Scenario, Step, Take, forge, keys::directory_on_paper,
};
use thiserror::Error;

use crate::config::{Config, Metadata};

/// The SP that stands in where no configuration names one.
const STAND_IN: &str = "http://127.0.0.1:8080";
const ORIGIN: &str = "http://localhost:8400";

/// An IdP and an SP on paper.
pub struct Rehearsal {
    directory: Directory,
    sp: SpMetadata,
    keys: KeyRing,
    request: Option<AuthnRequest>,
    azure: mock_idp::Azure,
}

/// Why a message cannot be rehearsed.
#[derive(Debug, Error)]
pub enum RehearsalError {
    /// No keys.
    #[error("the IdP's keys cannot be used: {0}")]
    Store(#[from] mock_idp::StoreError),
    /// No keys for it.
    #[error("no keys can be made: {0}")]
    Keys(Fault),
    /// No metadata.
    #[error("the SP's metadata {file} cannot be used: {why}")]
    Metadata {
        /// The file.
        file: String,
        /// Why.
        why: String,
    },
    /// The scenario has no such variant.
    #[error("{id} has no variant {variant:?}; there are {known}")]
    Variant {
        /// The scenario.
        id: String,
        /// What was asked for.
        variant: String,
        /// What there is.
        known: String,
    },
    /// The message cannot be made.
    #[error("{id} cannot be made: {why}")]
    Fault {
        /// The scenario.
        id: String,
        /// Why.
        why: Fault,
    },
}

impl Rehearsal {
    /// For the SP of a configuration where its metadata needs no network, for a stand-in otherwise; with the kept keys
    /// of the configuration, or with new ones: no more than these names need (see [`Scenario::keys`]).
    ///
    /// # Errors
    /// Keys or metadata cannot be used.
    pub fn new(config: Option<&Config>, keys: &BTreeSet<&str>) -> Result<Self, RehearsalError> {
        let mut directory = match config.map(|config| config.path(&config.idp.state)) {
            Some(state) if Directory::folder(&state).is_dir() => Directory::open(&state)?,
            _ => directory_on_paper(keys).map_err(RehearsalError::Keys)?,
        };
        let sp = match config.and_then(Config::metadata) {
            Some(Metadata::File(file)) => read(&file)?,
            Some(Metadata::Given { entity_id, acs }) => on_paper(entity_id, acs),
            Some(Metadata::Url(_)) | None => on_paper(
                &format!("{STAND_IN}/saml/metadata"),
                &format!("{STAND_IN}/saml/acs"),
            ),
        };
        for tenant in &mut directory.tenants {
            tenant.adopt(&sp);
        }
        let request = AuthnRequest {
            id: "_request-on-paper".to_owned(),
            version: "2.0".to_owned(),
            issuer: Some(sp.entity_id.clone()),
            ..AuthnRequest::default()
        };
        let ring = KeyRing::default().with_sp_on_paper();
        ring.warm(keys.iter().copied(), &directory)
            .map_err(RehearsalError::Keys)?;
        Ok(Self {
            directory,
            sp,
            keys: ring,
            request: Some(request),
            azure: config.map_or_else(Default::default, |config| config.idp.azure),
        })
    }

    /// The same, answering no request.
    #[must_use]
    pub fn unsolicited(self) -> Self {
        Self {
            request: None,
            ..self
        }
    }

    /// The judged message of a scenario, for its first base or another, for its first variant or another.
    ///
    /// # Errors
    /// No such variant, or the message cannot be made.
    pub fn message(
        &self,
        scenario: &Scenario,
        base: Option<Base>,
        variant: Option<&str>,
    ) -> Result<Message, RehearsalError> {
        let takes = scenario.takes();
        let known = || {
            takes
                .iter()
                .filter_map(|take| take.variant.as_deref())
                .collect::<Vec<_>>()
                .join(", ")
        };
        let take = takes
            .iter()
            .find(|take| variant.is_none() || take.variant.as_deref() == variant);
        let take = take.ok_or_else(|| RehearsalError::Variant {
            id: scenario.id.clone(),
            variant: variant.unwrap_or_default().to_owned(),
            known: if known().is_empty() {
                "none".to_owned()
            } else {
                known()
            },
        })?;
        // What a request of the SP's, and a message of an earlier step, would have left behind.
        let left = [
            ("relay_state", "relay-state-on-paper"),
            ("response_id", "_response-on-paper"),
            ("assertion_id", "_assertion-on-paper"),
        ];
        let values = left
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
        let published = self.published(take).map_err(|why| RehearsalError::Fault {
            id: scenario.id.clone(),
            why,
        })?;
        let context = Context {
            directory: published.as_ref().unwrap_or(&self.directory),
            sp: &self.sp,
            keys: &self.keys,
            origin: ORIGIN,
            request: self.request.as_ref(),
            relay_state: None,
            now: Timestamp::now(),
            encryption: None,
            out_of_band: Some("http://127.0.0.1:8500/hit"),
            each: take.each.as_deref(),
            azure: self.azure,
            identity: None,
            values: &values,
        };
        let base = base.or(scenario.bases.first().copied()).unwrap_or(Base::A);
        forge(&judged(take), base, &context).map_err(|why| RehearsalError::Fault {
            id: scenario.id.clone(),
            why,
        })
    }

    /// The IdP as a flow of the scenario has made it: it vouches for what it published last. None where that is as ever.
    fn published(&self, take: &Take) -> Result<Option<Directory>, Fault> {
        let publish = |step: &Step| match step {
            Step::Publish(verb) => Some(verb.publish.keys.clone()),
            _ => None,
        };
        let Some(names) = take.steps.iter().rev().find_map(publish) else {
            return Ok(None);
        };
        let named = |name: &String| self.keys.named(name, &self.directory);
        let keys: Vec<_> = names.iter().map(named).collect::<Result<_, _>>()?;
        let mut directory = self.directory.clone();
        if let Some(tenant) = directory.tenant_mut(CONTOSO) {
            tenant.keys.published = keys;
        }
        Ok(Some(directory))
    }
}

/// The recipe that the scenario is about: its own, or in a flow the last that differs from a flawless login.
fn judged(take: &Take) -> Recipe {
    if !take.recipe.is_flawless() {
        return take.recipe.clone();
    }
    let of = |step: &Step| match step {
        Step::End(verb) => Some((verb.recipe.clone(), verb.end)),
        Step::Login(verb) => Some((verb.recipe.clone(), verb.login.0)),
        Step::Mint(verb) => Some((verb.recipe.clone(), verb.mint)),
        _ => None,
    };
    let made = take.steps.iter().rev().filter_map(of);
    let with_persona = made.map(|(recipe, persona)| {
        let mut recipe = recipe.unwrap_or_default();
        recipe.persona.get_or_insert(persona);
        recipe
    });
    let recipes: Vec<Recipe> = with_persona.collect();
    let odd = recipes.iter().find(|recipe| !recipe.is_flawless());
    odd.or(recipes.first()).unwrap_or(&take.recipe).clone()
}

fn read(file: &Path) -> Result<SpMetadata, RehearsalError> {
    let unusable = |why: String| RehearsalError::Metadata {
        file: file.display().to_string(),
        why,
    };
    let bytes = std::fs::read(file).map_err(|why| unusable(why.to_string()))?;
    SpMetadata::parse(&bytes).map_err(|why| unusable(why.to_string()))
}

fn on_paper(entity_id: &str, acs: &str) -> SpMetadata {
    let endpoint = saml::metadata::AcsEndpoint {
        binding: binding::POST.to_owned(),
        location: acs.to_owned(),
        index: Some(0),
        is_default: true,
    };
    SpMetadata {
        entity_id: entity_id.to_owned(),
        acs: vec![endpoint],
        ..SpMetadata::default()
    }
}
