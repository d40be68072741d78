//! Flows without an SP: what a run would forge, forged.

use std::collections::BTreeMap;

use mock_idp::Directory;
use saml::{
    AuthnRequest, SigningKey, SpMetadata, authn_request::NameIdPolicy, metadata::AcsEndpoint, names::binding,
};
use scenarios::{
    Base, Context, KeyRing, Message, Publication, Recipe, Scenario, Step, Take,
    flow::{Login, LoginAs},
    forge::{forge, reforge},
    recipe::Start,
};

/// What a run would bring along: tenants, an SP, keys.
pub(crate) struct Stage {
    pub(crate) directory: Directory,
    sp: SpMetadata,
    keys: KeyRing,
    request: AuthnRequest,
    identity: Option<&'static str>,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let acs = AcsEndpoint {
            binding: binding::POST.to_owned(),
            location: "https://sp.example/acs".to_owned(),
            index: Some(0),
            is_default: true,
        };
        let own = SigningKey::generate(saml::key::Kind::Rsa2048).unwrap();
        let sp = SpMetadata {
            encryption: vec![own.certificate().clone(), own.certificate().clone()],
            entity_id: "https://sp.example/metadata".to_owned(),
            acs: vec![acs],
            ..SpMetadata::default()
        };
        let mut directory = Directory::ephemeral().unwrap();
        for tenant in &mut directory.tenants {
            tenant.adopt(&sp);
        }
        let request = AuthnRequest {
            id: "id-of-the-request".to_owned(),
            version: "2.0".to_owned(),
            issuer: Some(sp.entity_id.clone()),
            ..AuthnRequest::default()
        };
        let keys = KeyRing::default().with_sp(own);
        Self {
            directory,
            sp,
            keys,
            request,
            identity: None,
        }
    }

    /// The same for an SP that asks for names of this format, and knows its users by an attribute.
    pub(crate) fn knowing_by(mut self, identity: &'static str, format: &str) -> Self {
        self.identity = Some(identity);
        self.request.name_id_policy = Some(NameIdPolicy {
            format: Some(format.to_owned()),
            ..NameIdPolicy::default()
        });
        self
    }

    fn context<'a>(&'a self, play: &'a Play<'_>, solicited: bool) -> Context<'a> {
        Context {
            directory: play.directory.as_ref().unwrap_or(&self.directory),
            sp: &self.sp,
            keys: &self.keys,
            origin: "http://localhost:8400",
            request: solicited.then_some(&self.request),
            relay_state: solicited.then_some("relay-state"),
            now: jiff::Timestamp::now(),
            encryption: None,
            out_of_band: Some("http://127.0.0.1:8499/token"),
            each: play.take.each.as_deref(),
            azure: mock_idp::Azure::default(),
            identity: self.identity,
            values: &play.values,
        }
    }

    /// The keys that the SP trusts, each for its tenant.
    pub(crate) fn trusted(&self) -> Vec<proofs::TrustedKey> {
        let published = |tenant: &mock_idp::Tenant| {
            let keys = tenant
                .keys
                .published
                .iter()
                .map(|key| key.certificate().public_key());
            keys.map(|key| proofs::TrustedKey {
                issuer: tenant.entity_id(),
                key,
            })
            .collect::<Vec<_>>()
        };
        self.directory.tenants.iter().flat_map(published).collect()
    }

    /// Every take of a scenario with every base, and what came of it.
    pub(crate) fn play_all<'s>(&self, scenario: &'s Scenario) -> Vec<(String, Result<Play<'s>, String>)> {
        let mut all = Vec::new();
        for take in scenario.takes() {
            let any = [Base::A, Base::R, Base::B];
            let bases: &[Base] = if scenario.suits_any_base() {
                &any
            } else {
                &scenario.bases
            };
            for base in bases {
                let variant = take
                    .variant
                    .as_ref()
                    .map_or(String::new(), |name| format!("#{name}"));
                let address = format!("{}{variant} base {}", scenario.id, base.letter());
                all.push((address, self.play(scenario, take.clone(), *base)));
            }
        }
        all
    }

    fn play<'s>(&self, scenario: &'s Scenario, take: Take, base: Base) -> Result<Play<'s>, String> {
        let steps = take.steps.clone();
        let mut play = Play {
            scenario,
            take,
            base,
            is_last: false,
            directory: None,
            values: BTreeMap::new(),
            kept: BTreeMap::new(),
            messages: Vec::new(),
        };
        for (at, step) in steps.iter().enumerate() {
            play.is_last = at + 1 == steps.len();
            play.step(self, step)?;
        }
        Ok(play)
    }
}

/// A flow without an SP: all its messages, in order.
pub(crate) struct Play<'s> {
    scenario: &'s Scenario,
    pub(crate) take: Take,
    pub(crate) base: Base,
    /// The step that is played is the last one.
    is_last: bool,
    directory: Option<Directory>,
    values: BTreeMap<String, String>,
    kept: BTreeMap<String, Message>,
    pub(crate) messages: Vec<Message>,
}

impl Play<'_> {
    fn step(&mut self, stage: &Stage, step: &Step) -> Result<(), String> {
        match step {
            Step::Login(login) => self.login(stage, login),
            Step::End(end) => {
                let login = Login {
                    login: LoginAs(end.end),
                    jar: end.jar.clone(),
                    recipe: end.recipe.clone(),
                    ..Login::default()
                };
                self.login(stage, &login)
            }
            Step::Mint(mint) => {
                let login = Login {
                    login: LoginAs(mint.mint),
                    recipe: mint.recipe.clone(),
                    ..Login::default()
                };
                let recipe = self.recipe(&login, None);
                let context = stage.context(self, mint.request.is_some());
                let message =
                    forge(&recipe, self.base, &context).map_err(|fault| format!("mint: {fault}"))?;
                self.keep(Some(&mint.keep), message);
                Ok(())
            }
            Step::Send(send) => {
                let message = self
                    .kept
                    .get(&send.send)
                    .ok_or_else(|| format!("nothing is kept as {}", send.send))?;
                let context = stage.context(self, true);
                let message = reforge(message, &send.forge, send.deliver.as_ref(), &context)
                    .map_err(|fault| format!("send: {fault}"))?;
                self.keep(send.keep.as_deref(), message);
                Ok(())
            }
            Step::Begin(_) => {
                self.values
                    .insert("relay_state".to_owned(), "relay-state".to_owned());
                Ok(())
            }
            Step::Publish(publish) => {
                let directory = self.directory.get_or_insert_with(|| stage.directory.clone());
                let keys = &publish.publish.keys;
                let named = |name: &String| stage.keys.named(name, &stage.directory);
                let published: Result<Vec<_>, _> = keys.iter().map(named).collect();
                for tenant in directory.tenants.iter_mut().take(1) {
                    tenant.keys.published = published.clone().map_err(|fault| fault.to_string())?;
                }
                let made = Publication::make(&publish.publish, &stage.context(self, false));
                made.map(drop).map_err(|fault| format!("publish: {fault}"))
            }
            Step::Together(together) => together
                .together
                .iter()
                .try_for_each(|step| self.step(stage, step)),
            _ => Ok(()),
        }
    }

    fn login(&mut self, stage: &Stage, login: &Login) -> Result<(), String> {
        let judged = self
            .scenario
            .judge
            .as_ref()
            .and_then(|judge| judge.jar.as_deref());
        let recipe = self.recipe(login, judged);
        let start = recipe
            .deliver
            .as_ref()
            .and_then(|deliver| deliver.start)
            .or(login.start);
        let context = stage.context(self, start != Some(Start::Idp));
        let message = forge(&recipe, self.base, &context).map_err(|fault| format!("login: {fault}"))?;
        self.keep(login.keep.as_deref(), message);
        Ok(())
    }

    /// A step's own recipe; the scenario's for the judged step; else a flawless login.
    fn recipe(&self, login: &Login, judged: Option<&str>) -> Recipe {
        let own = login.recipe.clone();
        let is_judged = match judged {
            Some(jar) => login.jar.as_deref() == Some(jar),
            None => self.is_last,
        };
        let scenarios = is_judged.then(|| self.take.recipe.clone());
        let recipe = own.or(scenarios).unwrap_or_default();
        Recipe {
            persona: recipe.persona.or(Some(login.login.0)),
            ..recipe
        }
    }

    fn keep(&mut self, name: Option<&str>, message: Message) {
        self.values.extend(message.values.clone());
        if let Some(name) = name {
            for (key, value) in &message.values {
                self.values.insert(format!("{name}.{key}"), value.clone());
            }
            self.kept.insert(name.to_owned(), message.clone());
        }
        self.messages.push(message);
    }
}
