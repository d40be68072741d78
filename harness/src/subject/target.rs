//! The SP under test, as a run needs to know it: out of a configuration, or the reference SP that comes along.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Mutex,
};

use mock_idp::{Directory, Keys, StoreError, User};
use reference_sp::{Account, ReferenceSp, Source, Trusted};
use saml::{
    IdpMetadata, SigningKey, SpMetadata,
    key::{Certificate, KeyError, Kind},
    metadata::AcsEndpoint,
};
use scenarios::Persona;

use super::{
    address::Subject,
    files::Files,
    own_key::OwnKey,
    probe::{IdentityRule, Question},
};
use crate::{
    config::{Config, Step, Steps},
    judge::people::Person,
    text::locked,
};

/// The SP under test.
pub struct Target {
    pub(crate) name: String,
    pub(crate) directory: Directory,
    pub(crate) listen: std::net::SocketAddr,
    pub(crate) idp_url: Option<String>,
    /// The URL of the SP's that decides what the IdP may be called.
    pub(crate) towards: String,
    /// The SP's own key.
    pub(crate) own_key: Option<OwnKey>,
    pub(crate) azure: mock_idp::Azure,
    pub(crate) subject: Subject,
    pub(crate) allow: Vec<String>,
    pub(crate) resolve: BTreeMap<String, String>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) ca: Option<PathBuf>,
    pub(crate) question: Question,
    pub(crate) metadata: MetadataOf,
    pub(crate) start: Option<StartCommand>,
    /// The command that prints its log.
    pub(crate) log: Option<String>,
    pub(crate) provision: Option<String>,
    pub(crate) oob: Option<crate::config::Oob>,
    pub(crate) reference: Option<ReferenceSp>,
}

/// Where the SP's metadata comes from.
pub(crate) enum MetadataOf {
    /// A URL of the SP.
    Url(String),
    /// A file.
    File(PathBuf),
    /// Given already.
    Given(Box<SpMetadata>),
}

/// How the SP is started.
pub(crate) struct StartCommand {
    pub(crate) command: String,
    pub(crate) ready: Option<String>,
    pub(crate) stop: Option<String>,
    /// Where the IdP's metadata is written for it, and where what it prints goes.
    pub(crate) files: Files,
}

impl Target {
    /// The SP of a configuration.
    ///
    /// # Errors
    /// The state folder cannot be used, or a value of the configuration cannot.
    pub fn of(config: &Config) -> Result<Self, String> {
        let state = config.path(&config.idp.state);
        let directory = Directory::open(&state).map_err(|error| error.to_string())?;
        Self::known_to(directory, config, &state)
    }

    /// The same, with the IdP's directory at hand; what is written for the SP goes into the folder `state`.
    ///
    /// # Errors
    /// A value of the configuration cannot be used.
    pub(crate) fn known_to(mut directory: Directory, config: &Config, state: &Path) -> Result<Self, String> {
        configured(&mut directory, config);
        let sp = &config.sp;
        let listen = config.idp.listen().ok_or_else(|| {
            format!(
                "[idp] listen = \"{}\" is no address: write ADDRESS:PORT",
                config.idp.listen
            )
        })?;
        let own_key = sp.key.as_ref().map(|path| OwnKey::read(&config.path(path)));
        let question = Question::of(&sp.probe).map_err(|error| format!("[sp.probe] {error}"))?;
        let metadata = match config.metadata() {
            Some(crate::config::Metadata::Url(url)) => MetadataOf::Url(url.to_owned()),
            Some(crate::config::Metadata::File(path)) => MetadataOf::File(path),
            Some(crate::config::Metadata::Given { .. }) | None => {
                MetadataOf::Given(Box::new(described(config)?))
            }
        };
        let commands = [
            ("refresh", &sp.refresh),
            ("restart", &sp.restart),
            ("reset", &sp.reset),
        ];
        Ok(Self {
            name: sp.name.clone(),
            directory,
            listen,
            towards: config.towards(),
            own_key: own_key.transpose().map_err(|error| format!("[sp] key: {error}"))?,
            idp_url: config.idp.url.clone(),
            azure: config.idp.azure,
            subject: Subject {
                login: sp.login.clone(),
                logout: sp.logout.clone(),
                probe: question.place().to_owned(),
                home: home(config).ok_or("[sp.probe] url is missing, and nothing else says where the SP is: give [sp] login, or acs")?,
                provisioned: sp.provision.is_some(),
                expendable: sp.expendable,
                verifies_metadata: sp.verifies_metadata,
                commands: commands
                    .into_iter()
                    .filter_map(|(name, c)| Some((name, c.clone()?)))
                    .collect(),
                folder: config.folder.clone(),
            },
            allow: sp.allow.clone(),
            resolve: sp.resolve.clone(),
            headers: sp.headers.clone().into_iter().collect(),
            ca: sp.ca.as_ref().map(|path| config.path(path)),
            question,
            metadata,
            start: sp.start.clone().map(|command| StartCommand {
                command,
                ready: sp.ready.clone(),
                stop: sp.stop.clone(),
                files: Files::claim(state, listen.port()),
            }),
            log: sp.log.clone(),
            provision: sp.provision.clone(),
            oob: Some(config.oob.clone()),
            reference: None,
        })
    }

    /// The reference SP, started here as it is configured; whom it trusts is set by the run, and its users are those
    /// whom the IdP names.
    ///
    /// # Errors
    /// It cannot listen, or keys cannot be made.
    pub async fn reference(config: reference_sp::Config) -> Result<Self, String> {
        let mut directory = demo_directory().map_err(|error| error.to_string())?;
        for tenant in &mut directory.tenants {
            tenant.artifact_resolution = true;
        }
        let key = demo_key().map_err(|error| error.to_string())?;
        let own_key = Some(OwnKey::given(&key));
        let sp = ReferenceSp::start(reference_sp::Config {
            encryption_key: Some(key),
            create_users: true,
            slo: true,
            simple_sign: true,
            artifact: true,
            encryption: true,
            next_encryption_key: true,
            // Here it is told to read metadata again.
            test_endpoint: true,
            ..config
        })
        .await
        .map_err(|error| error.to_string())?;
        let identity = "css:#name-id"
            .parse::<IdentityRule>()
            .map_err(|error| error.to_string())?;
        Ok(Self {
            name: "reference-sp".to_owned(),
            directory,
            listen: std::net::SocketAddr::from(([127, 0, 0, 1], 0)),
            idp_url: None,
            towards: sp.url(),
            own_key,
            azure: mock_idp::Azure::default(),
            subject: Subject {
                login: Some(opened(sp.login_url())),
                logout: Some(opened(format!("{}/logout", sp.url()))),
                probe: sp.account_url(),
                home: sp.account_url(),
                provisioned: false,
                expendable: true,
                verifies_metadata: true,
                commands: BTreeMap::from([("refresh", sp.refresh_url())]),
                folder: PathBuf::from("."),
            },
            allow: vec!["127.0.0.1".to_owned(), "localhost".to_owned(), "::1".to_owned()],
            resolve: BTreeMap::new(),
            headers: Vec::new(),
            ca: None,
            question: Question::page(&sp.account_url(), identity),
            metadata: MetadataOf::Url(sp.metadata_url()),
            start: None,
            log: None,
            provision: None,
            oob: Some(crate::config::Oob::default()),
            reference: Some(sp),
        })
    }

    /// The SP's name, as reports and snapshot folders call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The origin at which it is asked who is signed in.
    pub fn address(&self) -> String {
        let url = url::Url::parse(&self.subject.probe);
        url.map_or_else(
            |_| self.subject.probe.clone(),
            |url| url.origin().ascii_serialization(),
        )
    }

    /// The directory of the IdP that this SP is tested with.
    pub fn directory(&self) -> &Directory {
        &self.directory
    }

    /// Where its one probe asks.
    pub fn probe_url(&self) -> &str {
        &self.subject.probe
    }
}

fn opened(url: String) -> Steps {
    Steps(vec![Step::Open(url)])
}

/// A directory of new ids, under keys that are made once a process: finding primes costs more than a demo.
fn demo_directory() -> Result<Directory, StoreError> {
    static KEYS: Mutex<Option<[Keys; 2]>> = Mutex::new(None);
    let mut keys = locked(&KEYS);
    let [contoso, fabrikam] = match &*keys {
        Some(keys) => keys.clone(),
        None => {
            let made = Directory::ephemeral()?;
            keys.insert([made.contoso(), made.fabrikam()].map(|tenant| tenant.keys.clone()))
                .clone()
        }
    };
    Ok(Directory::with_keys(contoso, fabrikam))
}

/// The key of the reference SP's own, made once a process as well: what it opens what is encrypted with.
fn demo_key() -> Result<SigningKey, KeyError> {
    static KEY: Mutex<Option<SigningKey>> = Mutex::new(None);
    let mut key = locked(&KEY);
    match &*key {
        Some(key) => Ok(key.clone()),
        None => Ok(key.insert(SigningKey::generate(Kind::Rsa2048)?).clone()),
    }
}

/// What the reference SP must trust: each tenant for its own domain only. `origin` is the IdP's.
pub(crate) fn trust(directory: &Directory, origin: &str) -> Vec<Trusted> {
    let sso_url = |tenant: &str| format!("{origin}/{tenant}/saml2");
    let artifact_resolution = |tenant: &mock_idp::Tenant| AcsEndpoint {
        binding: saml::names::binding::SOAP.to_owned(),
        location: format!("{origin}/{}/artifact", tenant.id),
        index: Some(0),
        is_default: true,
    };
    directory
        .tenants
        .iter()
        .map(|tenant| Trusted {
            metadata: IdpMetadata {
                entity_id: tenant.entity_id(),
                artifact_resolution: tenant
                    .artifact_resolution
                    .then(|| artifact_resolution(tenant))
                    .into_iter()
                    .collect(),
                sso: vec![by_redirect(sso_url(&tenant.id))],
                // With Azure AD, sign-in and sign-out have one address.
                slo: vec![by_redirect(sso_url(&tenant.id))],
                signing: tenant
                    .keys
                    .published
                    .iter()
                    .map(|key| key.certificate().clone())
                    .collect(),
                ..IdpMetadata::default()
            },
            domains: vec![tenant.domain.clone()],
        })
        .collect()
}

/// Where the reference SP reads the metadata of each tenant again, and whose keys may have signed it.
pub(crate) fn sources(directory: &Directory, metadata_url: impl Fn(&str) -> String) -> Vec<Source> {
    let of = |tenant: &mock_idp::Tenant| Source {
        entity_id: tenant.entity_id(),
        url: metadata_url(&tenant.id),
        signers: [&tenant.keys.k1, &tenant.keys.k2]
            .map(|key| key.certificate().clone())
            .to_vec(),
    };
    directory.tenants.iter().map(of).collect()
}

fn by_redirect(location: String) -> saml::metadata::Endpoint {
    saml::metadata::Endpoint {
        binding: saml::names::binding::REDIRECT.to_owned(),
        location,
        response_location: None,
    }
}

/// The users of the reference SP: the personas, each of its own tenant.
pub(crate) fn accounts(directory: &Directory) -> Vec<Account> {
    let of = |persona: Persona| {
        let (tenant, user) = directory.user(persona.name())?;
        Some(Account {
            tenant: Some(tenant.entity_id()),
            ..Account::active(&user.user_principal_name, &user.display_name)
        })
    };
    Persona::ALL.into_iter().filter_map(of).collect()
}

/// Everybody, with the values that each has alone: the first is the account's name.
pub(crate) fn everybody(directory: &Directory) -> Vec<Person> {
    let of = |persona: Persona| {
        let (_, user) = directory.user(persona.name())?;
        let mut values = vec![user.user_principal_name.clone()];
        values.extend(user.mail.clone());
        values.extend(markers(user));
        values.retain(|value| !value.is_empty());
        values.dedup();
        Some(Person {
            persona,
            values,
            shown: Vec::new(),
        })
    };
    Persona::ALL.into_iter().filter_map(of).collect()
}

/// Values that only one persona has, for the probe to find.
pub(crate) fn markers(user: &User) -> Vec<String> {
    let named = [
        user.given_name.clone(),
        user.surname.clone(),
        Some(user.display_name.clone()),
    ];
    let mut markers: Vec<String> = named.into_iter().flatten().collect();
    markers.push(user.object_id.clone());
    markers
}

pub(crate) fn configured(directory: &mut Directory, config: &Config) {
    people(directory, config);
    for tenant in &mut directory.tenants {
        tenant.artifact_resolution = config.idp.artifact_resolution;
    }
}

fn people(directory: &mut Directory, config: &Config) {
    let users = &config.users;
    let named = [
        ("alice", &users.alice),
        ("attacker", &users.attacker),
        ("victim", &users.victim),
        ("outsider", &users.outsider),
    ];
    for (name, wanted) in named {
        let found = directory
            .tenants
            .iter_mut()
            .flat_map(|t| t.users.iter_mut())
            .find(|user| user.name == name);
        let Some(user) = found else { continue };
        if let Some(name_id) = wanted.user_principal_name.as_ref().or(wanted.name_id.as_ref()) {
            user.user_principal_name.clone_from(name_id);
            user.mail = Some(name_id.clone());
        }
        if wanted.mail.is_some() {
            user.mail.clone_from(&wanted.mail);
        }
        if let Some(display_name) = &wanted.display_name {
            user.display_name.clone_from(display_name);
        }
        if wanted.given_name.is_some() {
            user.given_name.clone_from(&wanted.given_name);
        }
        if wanted.surname.is_some() {
            user.surname.clone_from(&wanted.surname);
        }
    }
}

/// A URL of the SP, whether or not its probe has one.
pub(crate) fn home(config: &Config) -> Option<String> {
    let sp = &config.sp;
    let metadata = match config.metadata() {
        Some(crate::config::Metadata::Url(url)) => Some(url.to_owned()),
        Some(crate::config::Metadata::File(path)) => acs_in(&path),
        _ => None,
    };
    let login = sp
        .login
        .as_ref()
        .and_then(|way| way.urls().next())
        .map(str::to_owned);
    [sp.probe.url.clone(), login, sp.acs.clone(), metadata]
        .into_iter()
        .flatten()
        .next()
}

fn acs_in(metadata: &std::path::Path) -> Option<String> {
    let metadata = SpMetadata::parse(&std::fs::read(metadata).ok()?).ok()?;
    Some(metadata.default_acs()?.location.clone())
}

/// Metadata out of `entity_id` and `acs`.
pub(crate) fn described(config: &Config) -> Result<SpMetadata, String> {
    let missing = || "[sp] needs metadata, or entity_id and acs".to_owned();
    let sp = &config.sp;
    Ok(SpMetadata {
        entity_id: sp.entity_id.clone().ok_or_else(missing)?,
        acs: vec![saml::metadata::AcsEndpoint {
            binding: saml::names::binding::POST.to_owned(),
            location: sp.acs.clone().ok_or_else(missing)?,
            index: Some(0),
            is_default: true,
        }],
        slo: sp.slo.iter().cloned().map(by_redirect).collect(),
        encryption: encryption_certificate(config)?.into_iter().collect(),
        ..SpMetadata::default()
    })
}

/// The certificate that assertions are encrypted for, where a file gives it.
fn encryption_certificate(config: &Config) -> Result<Option<Certificate>, String> {
    let Some(file) = &config.sp.encryption_certificate else {
        return Ok(None);
    };
    let wrong =
        |why: &dyn std::fmt::Display| format!("[sp] encryption_certificate: {file} cannot be used: {why}");
    let bytes = std::fs::read(config.path(file)).map_err(|error| wrong(&error))?;
    Certificate::read(&bytes).map(Some).map_err(|error| wrong(&error))
}
