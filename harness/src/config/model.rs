//! `samlitmus.toml`: which service provider is under test, and how the mock IdP and the run are set up.

use scenarios::Profile;
use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use mock_idp::Azure;

pub use crate::judge::FailOn;

use super::steps::Steps;

/// The name that is looked for where no `--config` is given.
pub const FILE_NAME: &str = "samlitmus.toml";

/// The whole file. `${NAME}` in any text stands for that environment variable (`$${NAME}` for the text itself);
/// relative paths start at the folder of the file.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The service provider under test.
    pub sp: Sp,
    /// The mock IdP.
    #[serde(default)]
    pub idp: Idp,
    /// The listener that out-of-band hits come in at (external entities, XSLT, fetched keys).
    #[serde(default)]
    pub oob: Oob,
    /// What differs from the built-in people.
    #[serde(default)]
    pub users: Users,
    /// How a run goes, where the command line does not say otherwise.
    #[serde(default)]
    pub run: Run,
    /// The folder that relative paths and the SP's commands start at.
    #[serde(skip)]
    pub folder: PathBuf,
}

/// The service provider under test. In every text of it, `{port}` is a port that is free, the same everywhere in a run, for an SP
/// that `start` can tell, and `{idp}` is the origin of the mock IdP: so two runs go side by side.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sp {
    /// A name for reports and for the folder of its snapshots: letters, digits, dots, dashes, underscores.
    pub name: String,
    /// URL or file of its SAML metadata. Or give `entity_id` and `acs`.
    pub metadata: Option<String>,
    /// Its entity ID, where there is no metadata.
    pub entity_id: Option<String>,
    /// The URL of its assertion consumer service (HTTP-POST), where there is no metadata.
    pub acs: Option<String>,
    /// The URL of its single logout service (HTTP-Redirect), where there is no metadata.
    pub slo: Option<String>,
    /// A PEM file with its encryption certificate, where there is no metadata.
    pub encryption_certificate: Option<String>,
    /// What starts a sign-in: a URL, or steps as a person does them; leave it out if only the IdP can start one.
    pub login: Option<Steps>,
    /// What signs a user out at the SP alone, a URL or steps; leave it out if there is none.
    pub logout: Option<Steps>,
    /// The only hosts that are ever sent anything. The loopback addresses if left out.
    #[serde(default = "loopback")]
    pub allow: Vec<String>,
    /// Addresses of names that no DNS knows: `"app.example" = "127.0.0.1:8443"`.
    #[serde(default)]
    pub resolve: BTreeMap<String, String>,
    /// A PEM file with the SP's own private key, so that messages under it can be made (`trust/sp-own-key`): as it is, or with its
    /// certificate, which otherwise is the one of the SP's metadata that fits.
    pub key: Option<String>,
    /// A PEM file with CA certificates that are trusted besides the system's.
    pub ca: Option<String>,
    /// Headers that go with every request to the SP.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The command that starts the SP; `{metadata}` is the file with the IdP's metadata.
    pub start: Option<String>,
    /// A URL that answers with a success once the SP is ready.
    pub ready: Option<String>,
    /// The command that stops the SP. It is run however the run ends, also where `start` failed.
    pub stop: Option<String>,
    /// The command that prints the SP's log, where what it says does not come out of `start` (`docker compose logs`). It is run before
    /// `stop`; where a run does not end well, the last lines stand in its reports. It is run as well when a failure is fired again, alone:
    /// what was added meanwhile stands beside it.
    pub log: Option<String>,
    /// The command that brings the SP back to its first state.
    pub reset: Option<String>,
    /// The command that starts the SP anew.
    pub restart: Option<String>,
    /// What makes the SP read the IdP's metadata again, at the URL where the mock publishes it: a URL that is asked for (GET), or a
    /// command; `sleep 60` where it does so by itself every minute. When it is over, the SP has read it.
    pub refresh: Option<String>,
    /// Whether the SP verifies that metadata with the IdP's key, and takes none that is not signed by it.
    #[serde(default)]
    pub verifies_metadata: bool,
    /// The command that creates one account, for SPs that create none at first sign-in; `{name_id}` is the NameID.
    pub provision: Option<String>,
    /// Whether the SP may be harmed: allows `dos/`.
    #[serde(default)]
    pub expendable: bool,
    /// How to ask who is signed in.
    pub probe: Probe,
    /// Another SP that trusts the same IdP, for confusion between the two.
    pub second: Option<Second>,
}

/// How to ask who is signed in.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Probe {
    /// A page that only a signed-in user sees, or an API that says who asks. May be left out where `identity` is a claim of the
    /// token; then nothing shows that the SP takes the token.
    pub url: Option<String>,
    /// Where the identity stands in it: `json:POINTER`, `css:SELECTOR`, `regex:PATTERN` with one group, `header:NAME`, or in the
    /// token `jwt:CLAIM`, a claim's name or a JSON Pointer. Found by calibration if left out.
    pub identity: Option<String>,
    /// Where the SP gives its client a bearer token: `url:#NAME` or `url:?NAME` of a URL on the way, `json:POINTER` of
    /// the answer, `cookie:NAME`; `local-storage:KEY` or `session-storage:KEY` of the page, which need the browser, and behind the
    /// KEY `#` and a JSON Pointer, where JSON is kept there.
    pub token: Option<String>,
    /// The header that carries the token: `X-Auth: {token}`. `Authorization: Bearer {token}` if left out.
    pub header: Option<String>,
    /// URLs that are asked before, in this order: for sessions that begin with the second request.
    #[serde(default)]
    pub before: Vec<String>,
    /// What the page shows only after a while, as a CSS selector or `text:Words`: it is waited for. Name what nobody sees as well
    /// (`#user, #sign-in`), or every refusal waits for the whole time.
    #[serde(rename = "wait-for")]
    pub wait_for: Option<String>,
    /// A page that lists the accounts: detects those that a refused message created.
    pub users: Option<String>,
}

/// Another SP that trusts the same IdP.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Second {
    /// URL or file of its SAML metadata. Or give `entity_id` and `acs`.
    pub metadata: Option<String>,
    /// Its entity ID, where there is no metadata.
    pub entity_id: Option<String>,
    /// The URL of its assertion consumer service, where there is no metadata.
    pub acs: Option<String>,
    /// The URL that starts a sign-in there.
    pub login: Option<String>,
    /// How to ask who is signed in there.
    pub probe: Option<Probe>,
}

/// The mock IdP.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Idp {
    /// The address it listens at: loopback, or the one bridge address that containers reach. In a run, port 0 is one that is free.
    pub listen: String,
    /// Its public origin, where SP and browsers know it by another name than `listen` gives it. No DNS need know the name: in a run
    /// the browser finds it at `listen`.
    pub url: Option<String>,
    /// Where it speaks https besides, under an authority of its own: `127.0.0.1:8443`. Nowhere if left out.
    pub https: Option<String>,
    /// The domain of the first tenant.
    pub tenant: String,
    /// The folder where tenants and keys are kept.
    pub state: String,
    /// Its metadata says where artifacts are exchanged (HTTP-Artifact), for an SP that takes them. Azure AD has no such service.
    pub artifact_resolution: bool,
    /// What the documentation of Azure AD leaves open or contradicts.
    pub azure: Azure,
}

/// The out-of-band listener.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Oob {
    /// The address it listens at.
    pub listen: String,
    /// Its origin as the SP sees it.
    pub url: Option<String>,
}

/// What differs from the built-in people.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Users {
    /// The ordinary user.
    pub alice: User,
    /// The low-privileged user who attacks.
    pub attacker: User,
    /// The administrator who never signs in.
    pub victim: User,
    /// The user of the second tenant.
    pub outsider: User,
}

/// What differs from one built-in person.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct User {
    /// The NameID that the IdP issues for them.
    pub name_id: Option<String>,
    /// The user principal name.
    pub user_principal_name: Option<String>,
    /// The e-mail address.
    pub mail: Option<String>,
    /// The display name.
    pub display_name: Option<String>,
    /// The given name.
    pub given_name: Option<String>,
    /// The surname.
    pub surname: Option<String>,
}

/// How a run goes.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Run {
    /// How many scenarios run at the same time, 1 to 64; eight if left out.
    pub jobs: usize,
    /// How long one request may take: `10s`, `500ms`.
    pub timeout: String,
    /// What carries the messages.
    pub driver: DriverChoice,
    /// The seed that decides everything random; a random one if left out.
    pub seed: Option<u64>,
    /// The folder of accepted snapshots.
    pub snapshots: String,
    /// The version of the catalogue that is fired, such as 2: what comes in a later one is left out; the latest if left out.
    pub catalogue: Option<u32>,
    /// Folders with scenarios of your own.
    pub scenarios: Vec<String>,
    /// The file of waivers.
    pub waivers: Option<String>,
    /// From which deviation on the run fails: a verdict, or the least severity of a failure.
    pub fail_on: FailOn,
    /// Deployment profiles that make a MUST of some recommendations: `saml2int`, `kantara-fedinterop`, `spid`.
    pub profiles: Vec<Profile>,
}

/// What carries the messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum DriverChoice {
    /// HTTP, and the browser for scenarios that need one.
    #[default]
    Auto,
    /// HTTP only.
    Http,
    /// The browser for all that it can send.
    Browser,
}

impl DriverChoice {
    /// The word, as configuration, command line and results write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Http => "http",
            Self::Browser => "browser",
        }
    }
}

/// Where an SP's metadata comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Metadata<'a> {
    /// It is fetched.
    Url(&'a str),
    /// It is read.
    File(PathBuf),
    /// There is none: the configuration itself says what matters.
    Given {
        /// The entity ID.
        entity_id: &'a str,
        /// The assertion consumer service.
        acs: &'a str,
    },
}

impl Config {
    /// A path of this file: absolute as it is, relative from the file's folder.
    pub fn path(&self, written: &str) -> PathBuf {
        self.folder.join(written)
    }

    /// Where the SP's metadata comes from.
    pub fn metadata(&self) -> Option<Metadata<'_>> {
        source(&self.folder, &self.sp.metadata, &self.sp.entity_id, &self.sp.acs)
    }

    /// Where the second SP's metadata comes from, if there is one.
    pub fn second_metadata(&self) -> Option<Metadata<'_>> {
        let second = self.sp.second.as_ref()?;
        source(&self.folder, &second.metadata, &second.entity_id, &second.acs)
    }

    /// Keys that are set and that this version does not act on, as `[section] key`.
    pub fn idle(&self) -> Vec<&'static str> {
        let commands = [
            ("[sp.probe] users", self.sp.probe.users.is_some()),
            ("[sp.second]", self.sp.second.is_some()),
            ("[idp] tenant", self.idp.tenant != Idp::default().tenant),
        ];
        commands
            .into_iter()
            .filter(|(_, set)| *set)
            .map(|(key, _)| key)
            .collect()
    }
}

impl Run {
    /// How long one request may take.
    pub fn timeout(&self) -> Duration {
        duration(&self.timeout).unwrap_or(Duration::from_secs(10))
    }
}

impl Idp {
    /// The address it listens at.
    pub fn listen(&self) -> Option<SocketAddr> {
        self.listen.parse().ok()
    }

    /// The address where it speaks https.
    pub fn https(&self) -> Option<SocketAddr> {
        self.https.as_deref()?.parse().ok()
    }
}

impl Default for Idp {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8400".to_owned(),
            url: None,
            https: None,
            tenant: "contoso.example".to_owned(),
            state: ".samlitmus".to_owned(),
            artifact_resolution: false,
            azure: Azure::default(),
        }
    }
}

impl Default for Oob {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:0".to_owned(),
            url: None,
        }
    }
}

impl Default for Run {
    fn default() -> Self {
        Self {
            jobs: 8,
            timeout: "10s".to_owned(),
            driver: DriverChoice::default(),
            seed: None,
            snapshots: "snapshots".to_owned(),
            catalogue: None,
            scenarios: Vec::new(),
            waivers: None,
            fail_on: FailOn::default(),
            profiles: Vec::new(),
        }
    }
}

/// Reads a time such as `10s`, `500ms`, `2m`: more than nothing, ten minutes at most.
///
/// # Errors
/// One sentence that shows how it is written.
pub fn duration(text: &str) -> Result<Duration, String> {
    let most = Duration::from_secs(600);
    text.parse::<jiff::SignedDuration>()
        .ok()
        .and_then(|time| Duration::try_from(time).ok())
        .filter(|time| !time.is_zero() && *time <= most)
        .ok_or_else(|| format!("{text:?} is no time between 1ms and 10m; write 10s or 500ms"))
}

fn loopback() -> Vec<String> {
    ["127.0.0.1", "::1", "localhost"].map(str::to_owned).to_vec()
}

fn source<'a>(
    folder: &Path,
    metadata: &'a Option<String>,
    entity_id: &'a Option<String>,
    acs: &'a Option<String>,
) -> Option<Metadata<'a>> {
    match (metadata, entity_id, acs) {
        (Some(url), _, _) if url.starts_with("http://") || url.starts_with("https://") => {
            Some(Metadata::Url(url))
        }
        (Some(file), _, _) => Some(Metadata::File(folder.join(file))),
        (None, Some(entity_id), Some(acs)) => Some(Metadata::Given { entity_id, acs }),
        _ => None,
    }
}
