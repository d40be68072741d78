//! What one running service provider shares between its handlers.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError, RwLock};

use saml::SigningKey;
use saml::authn_request::RequestedContext;
use saml::metadata::{AcsEndpoint, Endpoint, SpMetadata};
use saml::names::{binding, name_id};
use tokio::sync::watch;

use crate::account::{Accounts, Admission};
use crate::admin::Desk;
use crate::clock::Clock;
use crate::config::{Config, Manner, Refusal, Source};
use crate::denial::Denial;
use crate::flaw::{Flaw, Flaws};
use crate::identity::Identity;
use crate::keys::OwnKeys;
use crate::memory::Memory;
use crate::profile::{Accepted, Profile};
use crate::trust::Trust;

/// How many refusals `/test/denials` tells of.
const DENIALS: usize = 100;

/// One service provider.
#[derive(Debug)]
pub(crate) struct Sp {
    /// The origin that browsers see, without a slash at the end.
    pub(crate) url: String,
    pub(crate) entity_id: String,
    pub(crate) acs_url: String,
    pub(crate) manner: Manner,
    pub(crate) clock: Clock,
    pub(crate) memory: Memory,
    pub(crate) accounts: Accounts,
    pub(crate) keys: OwnKeys,
    /// Whether there is single logout.
    pub(crate) slo: bool,
    /// Where forms go that are signed beside their message, where there is such an address.
    pub(crate) simple_sign_url: Option<String>,
    /// Where browsers bring artifacts, where there is such an address.
    pub(crate) artifact_url: Option<String>,
    /// Where the administrator sits.
    pub(crate) desk: Desk,
    /// Becomes true when the server is to stop.
    pub(crate) stop: watch::Receiver<bool>,
    sp_initiated_only: bool,
    both_signed: bool,
    pub(crate) force_authn: bool,
    pub(crate) requested_context: Option<RequestedContext>,
    create_users: bool,
    settings: RwLock<Settings>,
    denials: Mutex<VecDeque<String>>,
}

/// What may change while it runs.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) trust: Trust,
    /// Where the metadata of those trusted is read again.
    pub(crate) sources: Vec<Source>,
    pub(crate) flaws: Flaws,
    pub(crate) refuse_with: Refusal,
}

impl Sp {
    pub(crate) fn new(config: Config, keys: OwnKeys, url: String, stop: watch::Receiver<bool>) -> Self {
        Sp {
            entity_id: format!("{url}/singlesignon/saml/metadata"),
            acs_url: format!("{url}/singlesignon/saml/SSO"),
            simple_sign_url: config
                .simple_sign
                .then(|| format!("{url}/singlesignon/saml/SimpleSign")),
            artifact_url: config
                .artifact
                .then(|| format!("{url}/singlesignon/saml/Artifact")),
            url,
            manner: config.manner,
            clock: Clock::new(config.clock_offset),
            memory: Memory::new(),
            accounts: Accounts::new(config.accounts),
            keys,
            slo: config.slo,
            desk: Desk::new(config.admin_password),
            stop,
            sp_initiated_only: config.sp_initiated_only,
            both_signed: config.both_signed,
            force_authn: config.force_authn,
            requested_context: config.requested_context,
            create_users: config.create_users,
            settings: RwLock::new(Settings {
                trust: Trust::new(config.trust),
                sources: config.sources,
                flaws: config.flaws,
                refuse_with: config.refuse_with,
            }),
            denials: Mutex::new(VecDeque::new()),
        }
    }

    pub(crate) fn settings(&self) -> Settings {
        let settings = self.settings.read().unwrap_or_else(PoisonError::into_inner);
        Settings {
            trust: settings.trust.at(self.clock.now()),
            ..settings.clone()
        }
    }

    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut Settings) -> T) -> T {
        change(&mut self.settings.write().unwrap_or_else(PoisonError::into_inner))
    }

    /// Judges one SAMLResponse field by the profile. `again` is the text from which a second parser reads the user.
    pub(crate) fn judge(&self, field: &str, again: Option<&str>) -> Result<Accepted, Denial> {
        self.judge_at(&self.acs_url, false, field, again)
    }

    /// The same at another address of ours. `is_signed`: what carried it was signed, and verified by now.
    pub(crate) fn judge_at(
        &self,
        acs_url: &str,
        is_signed: bool,
        field: &str,
        again: Option<&str>,
    ) -> Result<Accepted, Denial> {
        let Settings { trust, flaws, .. } = self.settings();
        let profile = Profile {
            entity_id: &self.entity_id,
            acs_url,
            is_signed,
            trust: &trust,
            flaws,
            memory: &self.memory,
            now: self.clock.now(),
            decryption: &self.keys.encryption,
            sp_initiated_only: self.sp_initiated_only,
            both_signed: self.both_signed,
        };
        profile.judge(field, again)
    }

    /// Begins the session of somebody whose message was accepted, if he has an active account; answers its name.
    pub(crate) fn open_session(&self, identity: Identity, kept: Option<&str>) -> Result<String, Denial> {
        let now = self.clock.now();
        if self.manner == Manner::AcceptEverything {
            return Ok(self.memory.open_session(identity, kept, now));
        }
        let flaws = self.settings().flaws;
        let admission = Admission {
            create: self.create_users,
            flaws,
        };
        self.accounts.admit(&identity, admission, |id| {
            let identity = Identity {
                account: Some(id),
                ..identity.clone()
            };
            match flaws.has(Flaw::ClientSession) {
                true => identity.in_a_cookie(),
                false => self.memory.open_session(identity, kept, now),
            }
        })
    }

    /// The session of this name, as long as its account is active.
    pub(crate) fn session(&self, name: &str) -> Option<Identity> {
        let identity = match self.settings().flaws.has(Flaw::ClientSession) {
            true => Identity::of_a_cookie(name)?,
            false => self.memory.session(name, self.clock.now())?,
        };
        match identity.account {
            Some(id) if self.accounts.active(id).is_none() => None,
            _ => Some(identity),
        }
    }

    /// Cookies go over TLS only where the browser sees TLS.
    pub(crate) fn is_https(&self) -> bool {
        self.url.starts_with("https://")
    }

    /// Whether the first sign-in makes an account.
    pub(crate) fn creates_users(&self) -> bool {
        self.create_users
    }

    pub(crate) fn note(&self, denial: &Denial) {
        tracing::info!(%denial, "sign-in refused");
        let mut denials = self.denials.lock().unwrap_or_else(PoisonError::into_inner);
        if denials.len() == DENIALS {
            denials.pop_front();
        }
        denials.push_back(denial.to_string());
    }

    /// The latest refusals, oldest first.
    pub(crate) fn denials(&self) -> Vec<String> {
        self.denials
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .cloned()
            .collect()
    }

    pub(crate) fn forget(&self) {
        self.memory.forget();
        self.denials
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    /// Where browsers bring logout messages, where there is single logout.
    pub(crate) fn slo_url(&self) -> String {
        format!("{}/singlesignon/saml/SLO", self.url)
    }

    /// Where the IdP itself sends them.
    pub(crate) fn slo_soap_url(&self) -> String {
        format!("{}/soap", self.slo_url())
    }

    /// What an IdP needs to know of us. As it comes, requests are unsigned and no key is published: there is none.
    pub(crate) fn metadata(&self) -> SpMetadata {
        let certificates = |keys: &[SigningKey]| keys.iter().map(|key| key.certificate().clone()).collect();
        let slo = [
            (binding::REDIRECT, self.slo_url()),
            (binding::POST, self.slo_url()),
            (binding::SOAP, self.slo_soap_url()),
        ];
        let slo = slo.map(|(binding, location)| Endpoint {
            binding: binding.to_owned(),
            location,
            response_location: None,
        });
        let acs = AcsEndpoint {
            binding: binding::POST.to_owned(),
            location: self.acs_url.clone(),
            index: Some(0),
            is_default: true,
        };
        let further = |url: &Option<String>, binding: &str, index| {
            url.as_ref().map(|location| AcsEndpoint {
                binding: binding.to_owned(),
                location: location.clone(),
                index: Some(index),
                is_default: false,
            })
        };
        let simple_sign = further(&self.simple_sign_url, binding::POST_SIMPLE_SIGN, 1);
        let artifact = further(&self.artifact_url, binding::ARTIFACT, 2);
        SpMetadata {
            entity_id: self.entity_id.clone(),
            acs: std::iter::once(acs).chain(simple_sign).chain(artifact).collect(),
            slo: slo.into_iter().filter(|_| self.slo).collect(),
            authn_requests_signed: self.keys.signing.is_some(),
            want_assertions_signed: false,
            signing: certificates(self.keys.signing.as_slice()),
            encryption: certificates(&self.keys.encryption),
            name_id_formats: vec![name_id::EMAIL.to_owned(), name_id::PERSISTENT.to_owned()],
        }
    }
}
