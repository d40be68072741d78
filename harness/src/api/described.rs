//! An SP as code describes it: where it is, and how it is asked who is signed in.

use std::path::Path;

use tempfile::TempPath;
use url::Url;

use super::{container::Container, idp::MockIdp};
use crate::{order::Placed, run::options::CannotRun, subject::target::Target};

/// An SP at a URL, with what `samlitmus.toml` would say of it. Made by [`Sp::url`](super::Sp::url) and
/// [`Sp::docker`](super::Sp::docker); a path such as `/login` is one of that URL.
///
/// What stands in no method here can be said in a `samlitmus.toml`: see [`Sp::config`](super::Sp::config).
#[derive(Clone)]
pub struct Described {
    base: String,
    name: Option<String>,
    metadata: Option<String>,
    entity: Option<(String, String)>,
    login: Option<String>,
    logout: Option<String>,
    probe: Option<String>,
    identity: Option<String>,
    start: Option<String>,
    ready: Option<String>,
    allow: Vec<String>,
    idp: Option<MockIdp>,
    container: Option<Container>,
}

/// What a run needs of it, and what must live as long as that.
pub(super) struct Set {
    pub(super) target: Target,
    pub(super) placed: Placed,
    pub(super) idp: Option<MockIdp>,
    /// Where an SP that is started says what it says; it goes when it is dropped.
    pub(super) log: Option<TempPath>,
}

impl Described {
    pub(super) fn at(base: &str) -> Self {
        Self {
            base: base.trim_end_matches('/').to_owned(),
            name: None,
            metadata: None,
            entity: None,
            login: None,
            logout: None,
            probe: None,
            identity: None,
            start: None,
            ready: None,
            allow: Vec::new(),
            idp: None,
            container: None,
        }
    }

    pub(super) fn in_container(what: &str, port: u16) -> Self {
        Self {
            container: Some(Container {
                what: what.to_owned(),
                port,
                engine: "docker".to_owned(),
                environment: Vec::new(),
            }),
            ..Self::at("http://127.0.0.1:{port}")
        }
    }

    /// What reports call it.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.name = Some(name.to_owned());
        self
    }

    /// Where its SAML metadata is: a path or URL of it. Or give [`entity`](Self::entity).
    #[must_use]
    pub fn metadata(mut self, url: &str) -> Self {
        self.metadata = Some(url.to_owned());
        self
    }

    /// Its entity ID and the path or URL of its assertion consumer service, where it has no metadata.
    #[must_use]
    pub fn entity(mut self, id: &str, acs: &str) -> Self {
        self.entity = Some((id.to_owned(), acs.to_owned()));
        self
    }

    /// What starts a sign-in; leave it out where only the IdP can.
    #[must_use]
    pub fn login(mut self, url: &str) -> Self {
        self.login = Some(url.to_owned());
        self
    }

    /// What signs a user out at the SP alone.
    #[must_use]
    pub fn logout(mut self, url: &str) -> Self {
        self.logout = Some(url.to_owned());
        self
    }

    /// A page that only a signed-in user sees, and where his name stands in it: `json:/nameId`, `css:#user`, `regex:…`, `header:…`.
    #[must_use]
    pub fn probe(mut self, url: &str, identity: &str) -> Self {
        self.probe = Some(url.to_owned());
        self.identity = Some(identity.to_owned());
        self
    }

    /// The IdP whose metadata it was given. Without it, an SP that is started here gets one of its own, and any other is expected to
    /// trust the metadata that `samlitmus idp metadata` writes.
    #[must_use]
    pub fn trusts(mut self, idp: &MockIdp) -> Self {
        self.idp = Some(idp.clone());
        self
    }

    /// The command that starts it: `{metadata}` is the file with the IdP's metadata, `{idp}` its origin, and `{port}`, also in the
    /// URL of [`Sp::url`](super::Sp::url), a port that is free. It ends with the run.
    #[must_use]
    pub fn start(mut self, command: &str) -> Self {
        self.start = Some(command.to_owned());
        self
    }

    /// What answers with a success once it is ready; its metadata, if left out.
    #[must_use]
    pub fn ready(mut self, url: &str) -> Self {
        self.ready = Some(url.to_owned());
        self
    }

    /// Another host that may be sent something.
    #[must_use]
    pub fn allow(mut self, host: &str) -> Self {
        self.allow.push(host.to_owned());
        self
    }

    /// Of [`Sp::docker`](super::Sp::docker): the program, such as `podman`, where it is not `docker`.
    #[must_use]
    pub fn engine(mut self, program: &str) -> Self {
        if let Some(container) = &mut self.container {
            container.engine = program.to_owned();
        }
        self
    }

    /// Of [`Sp::docker`](super::Sp::docker): a variable of its environment; `{metadata}`, `{idp}` and `{port}` are filled in.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        if let Some(container) = &mut self.container {
            container.environment.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// Whether its run needs neither the address nor the folder that others use as well.
    pub(super) fn is_apart(&self) -> bool {
        self.idp.is_some() || self.start.is_some() || self.container.is_some()
    }

    /// What a run needs of it, and what must live as long as that.
    pub(super) async fn set(&self) -> Result<Set, CannotRun> {
        let idp = match &self.idp {
            Some(idp) => Some(idp.clone()),
            None if self.is_apart() => Some(MockIdp::beside(&self.base.replace("{port}", "80")).await?),
            None => None,
        };
        let table = self.table(idp.as_ref())?;
        let text = toml::to_string(&table).map_err(|error| CannotRun::Configuration(error.to_string()))?;
        let placed = Placed::of_text(&text, Path::new("Sp")).map_err(|error| {
            // There is no file, and its lines say nothing.
            let said = error.to_string();
            let said = said.split_once(": ").map_or(said.as_str(), |(_, said)| said);
            CannotRun::Configuration(format!("{}: {said}", self.base))
        })?;
        let config = &placed.config;
        let target = match &idp {
            Some(idp) => Target::known_to(idp.directory().clone(), config, idp.folder()),
            None => Target::of(config),
        };
        let mut target = target.map_err(CannotRun::Configuration)?;
        let mut log = None;
        if let Some(start) = &mut target.start {
            let own = log_of(&target.name).map_err(|why| CannotRun::Configuration(why.to_string()))?;
            start.files.log = own.to_path_buf();
            log = Some(own);
        }
        Ok(Set {
            target,
            placed,
            idp,
            log,
        })
    }

    /// The configuration that says the same.
    fn table(&self, idp: Option<&MockIdp>) -> Result<toml::Table, CannotRun> {
        let wrong = |why: String| CannotRun::Configuration(why);
        let name = self.name();
        let commands = match &self.container {
            Some(container) => Some(container.commands(&name).map_err(wrong)?),
            None => None,
        };
        let (start, stop) = match commands {
            Some(commands) => (Some(commands.start), Some(commands.stop)),
            None => (self.start.clone(), None),
        };
        let at = |url: &Option<String>| url.as_deref().map(|url| self.within(url));
        let ready = match start {
            Some(_) => Some(at(&self.ready).or_else(|| at(&self.metadata)).ok_or_else(|| {
                wrong(format!(
                    "{name} is started, and nothing says when it is ready: give .metadata(url), or .ready(url)"
                ))
            })?),
            None => None,
        };
        let (entity_id, acs) = self.entity.clone().unzip();
        let sp = [
            ("name", Some(name)),
            ("metadata", at(&self.metadata)),
            ("entity_id", entity_id),
            ("acs", at(&acs)),
            ("login", at(&self.login)),
            ("logout", at(&self.logout)),
            ("start", start),
            ("stop", stop),
            ("ready", ready),
        ];
        let probe = [("url", at(&self.probe)), ("identity", self.identity.clone())];
        let mut sp = strings(sp);
        sp.insert("probe".to_owned(), toml::Value::Table(strings(probe)));
        let mut allow: Vec<String> = ["127.0.0.1", "::1", "localhost"].map(str::to_owned).to_vec();
        let own = Url::parse(&self.base.replace("{port}", "80")).ok();
        allow.extend(own.and_then(|own| Some(own.host_str()?.to_owned())));
        allow.extend(self.allow.iter().cloned());
        sp.insert("allow".to_owned(), allow.into());
        let mut table = toml::Table::from_iter([("sp".to_owned(), toml::Value::Table(sp))]);
        if let Some(idp) = idp {
            let there = [
                ("listen", Some(idp.address().to_string())),
                ("url", Some(idp.url().to_owned())),
            ];
            table.insert("idp".to_owned(), toml::Value::Table(strings(there)));
        }
        Ok(table)
    }

    fn within(&self, url: &str) -> String {
        match url.starts_with('/') {
            true => format!("{}{url}", self.base),
            false => url.to_owned(),
        }
    }

    fn name(&self) -> String {
        let given = self.name.clone();
        given.unwrap_or_else(|| {
            let of = match &self.container {
                Some(container) => container.name(),
                None => self.base.rsplit("://").next().unwrap_or_default(),
            };
            let word = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
            let name: String = of.chars().map(word).collect();
            name.trim_matches('-').chars().take(64).collect()
        })
    }
}

/// What the SP prints goes there, and stays where nothing could be judged: a cause may name it.
fn log_of(name: &str) -> std::io::Result<TempPath> {
    let file = tempfile::Builder::new()
        .prefix(&format!("samlitmus-{name}-"))
        .suffix(".log")
        .tempfile()?;
    Ok(file.into_temp_path())
}

fn strings<const N: usize>(pairs: [(&str, Option<String>); N]) -> toml::Table {
    let given = pairs.into_iter().filter_map(|(key, value)| Some((key, value?)));
    given
        .map(|(key, value)| (key.to_owned(), toml::Value::String(value)))
        .collect()
}
