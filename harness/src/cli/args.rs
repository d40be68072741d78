//! The command line: what can be asked, and who answers.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::{Args, Parser, Subcommand, ValueEnum};
use reference_sp::{Flaw, Refusal};

use super::{
    gallery::GalleryArgs,
    init::InitArgs,
    pick::Tiers,
    setup::{ConfigArgs, IdpSetup},
};
use crate::{
    config::{self, DriverChoice, FailOn},
    order,
    report::Target,
    run::shard::Part,
};
use scenarios::Profile;

/// A litmus test for SAML single sign-on: a mock IdP that behaves like Azure AD (Entra ID) signs whatever assertion it is
/// asked for, a runner fires it at a service provider, and the verdict is who is signed in.
#[derive(Debug, Parser)]
#[command(name = "samlitmus", version, about, max_term_width = 100, after_help = EXIT_CODES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "\
Exit codes: 0 conforms · 1 deviates · 2 wrong usage or configuration · 3 the harness could not judge · 4 nothing ran · \
130 interrupted.

Start with `samlitmus run --demo`, which needs no service provider of yours; then `samlitmus init URL`, which writes \
the configuration for yours.";

/// What can be asked for.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Fire scenarios at the SP of samlitmus.toml, or at the embedded reference SP
    Run(RunArgs),
    /// Look at an SP, ask what cannot be found out, write a commented samlitmus.toml
    Init(InitArgs),
    /// Walk one login at the SP and say what is missing for a run, with the mends
    Doctor(DoctorArgs),
    /// Show the catalogue, all tiers
    List(ListArgs),
    /// Say what a scenario sends, why, and how an SP is mended
    Explain(ExplainArgs),
    /// Build a scenario's message and print it, without sending
    Forge(ForgeArgs),
    /// Serve the mock IdP: sign-in, metadata, admin portal, My Apps, Microsoft Graph
    Idp(IdpArgs),
    /// Templates of applications: read tutorial pages, make applications of them
    Gallery(GalleryArgs),
    /// Serve the reference SP, hardened or with named flaws
    Sp(SpArgs),
    /// Show what changed against the accepted snapshots, and decide one by one
    Review(SettleArgs),
    /// Make what was seen the accepted behaviour
    Accept(SettleArgs),
    /// Throw away what was seen
    Reject(SettleArgs),
    /// Show any SAML message, with what each signature covers
    Decode(DecodeArgs),
    /// Merge the results of several runs that fired one selection together, or show results once more
    Report(ReportArgs),
    /// Print a JSON Schema
    Schema(SchemaArgs),
    /// Print what completes these commands in a shell
    Completions(CompletionsArgs),
    /// Print the manual page, or write one for each command
    Man(ManArgs),
    /// Write a page of Markdown for each scenario, each key of the configuration, and each command
    Book(BookArgs),
}

/// `samlitmus run`
#[derive(Clone, Debug, Default, Args)]
pub struct RunArgs {
    /// Ids, or patterns such as 'signature/*' [default: all of the tiers smoke and core]
    #[arg(value_name = "PATTERN")]
    pub patterns: Vec<String>,
    /// Only what failed or could not be judged when it was last fired at this SP
    #[arg(long)]
    pub failed: bool,
    /// Go on with a run of the same that was interrupted or killed: what was judged there is not fired again
    #[arg(long)]
    pub resume: bool,
    /// Which SP.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// Run against the reference SP that comes along; needs no configuration
    #[arg(long, conflicts_with = "config")]
    pub demo: bool,
    /// Make the reference SP vulnerable in a known way, such as V11 (repeatable)
    #[arg(long, value_name = "FLAW", requires = "demo")]
    pub flaw: Vec<Flaw>,
    /// Where the mock IdP listens, port 0 for any that is free [default: that of the configuration, or 127.0.0.1:8400]
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// Only these tiers: smoke, core, extended, observe, opt-in, or all
    #[arg(long, value_name = "TIERS")]
    pub tier: Option<Tiers>,
    /// What carries the messages [default: auto]
    #[arg(long, value_enum)]
    pub driver: Option<DriverChoice>,
    /// How many scenarios run at the same time [default: 8]
    #[arg(long, value_name = "N", value_parser = jobs)]
    pub jobs: Option<usize>,
    /// Decides everything random [default: a random one, which is printed]
    #[arg(long, value_name = "S")]
    pub seed: Option<u64>,
    /// How long one request may take, such as 10s or 500ms [default: 10s]
    #[arg(long, value_name = "TIME", value_parser = config::duration)]
    pub timeout: Option<Duration>,
    /// The version of the catalogue to fire, such as 2: what a later version of samlitmus adds or changes is left out, so that an
    /// upgrade never reddens a gate; scenarios of your own always fire [default: the latest]
    #[arg(long, value_name = "VERSION")]
    pub catalogue: Option<u32>,
    /// A folder with scenarios of your own (repeatable)
    #[arg(long, value_name = "DIR")]
    pub scenarios: Vec<PathBuf>,
    /// Deviations that are known, each with its reason and its end
    #[arg(long, value_name = "FILE")]
    pub waivers: Option<PathBuf>,
    /// The folder of accepted snapshots [default: snapshots]
    #[arg(long, value_name = "DIR")]
    pub snapshots: Option<PathBuf>,
    /// A missing snapshot is a deviation, and none is written [default where CI is set]
    #[arg(long)]
    pub locked: bool,
    /// Write a report: html=PATH and md=PATH for people, json=PATH for programs, junit=PATH and sarif=PATH for CI systems
    /// (repeatable); md is added to GITHUB_STEP_SUMMARY where that is set
    #[arg(long, value_name = "KIND=PATH")]
    pub report: Vec<Target>,
    /// Say nothing but what keeps the SP from conforming, and nothing at all where it conforms
    #[arg(long, short)]
    pub quiet: bool,
    /// Fire one part of what is picked, such as 2/4 [default: as the CI system says that runs several jobs of one kind (GitLab, CircleCI,
    /// Buildkite, Azure Pipelines; Kubernetes with SAMLITMUS_SHARDS), else all of it; 1/1 is all of it everywhere]
    #[arg(long, value_name = "K/N")]
    pub shard: Option<Part>,
    /// The JSON results of an earlier run: what is new, healed, still failing or no longer applies since then is said
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Judge by a deployment profile as well, which makes a MUST of some recommendations: saml2int, kantara-fedinterop, spid
    /// (repeatable, or with commas)
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub profile: Vec<Profile>,
    /// From which deviation on the run fails: a severity (critical, high, medium, low), fail for every failure, warn for
    /// warnings too. What it lets pass is said; snapshots, waivers and what could not be judged decide as before [default: fail]
    #[arg(long, value_enum)]
    pub fail_on: Option<FailOn>,
}

impl RunArgs {
    /// Whether snapshots are locked: asked for, or `CI` is set to anything but `false` or `0`.
    pub fn is_locked(&self) -> bool {
        self.locked || order::wishes::is_ci()
    }
}

/// `samlitmus doctor`
#[derive(Clone, Debug, Args)]
pub struct DoctorArgs {
    /// Which SP.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// Where the mock IdP listens, port 0 for any that is free [default: that of the configuration, or 127.0.0.1:8400]
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// What carries the messages; auto walks over plain HTTP, and in the browser
    /// where that does not do; that it starts is seen in any case [default: auto]
    #[arg(long, value_enum)]
    pub driver: Option<DriverChoice>,
    /// How long one request may take, such as 10s or 500ms [default: 10s]
    #[arg(long, value_name = "TIME", value_parser = config::duration)]
    pub timeout: Option<Duration>,
}

/// `samlitmus list`
#[derive(Clone, Debug, Args)]
pub struct ListArgs {
    /// Ids, or patterns such as 'signature/*'
    #[arg(value_name = "PATTERN")]
    pub patterns: Vec<String>,
    /// Only these tiers: smoke, core, extended, observe, opt-in, or all
    #[arg(long, value_name = "TIERS")]
    pub tier: Option<Tiers>,
    /// For programs
    #[arg(long)]
    pub json: bool,
    /// A folder with scenarios of your own (repeatable)
    #[arg(long, value_name = "DIR")]
    pub scenarios: Vec<PathBuf>,
}

/// `samlitmus explain`
#[derive(Clone, Debug, Args)]
pub struct ExplainArgs {
    /// The scenario
    pub id: String,
    /// Whose metadata the message is for.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// A folder with scenarios of your own (repeatable)
    #[arg(long, value_name = "DIR")]
    pub scenarios: Vec<PathBuf>,
}

/// `samlitmus forge`
#[derive(Clone, Debug, Args)]
pub struct ForgeArgs {
    /// The scenario
    pub id: String,
    /// Only the message, byte for byte
    #[arg(long)]
    pub raw: bool,
    /// Only the form that carries it, for `curl --data-binary @- ACS`: signed with the keys of the configuration's IdP
    #[arg(long, conflicts_with = "raw")]
    pub form: bool,
    /// Answer no request, as where sign-in starts at the IdP
    #[arg(long)]
    pub unsolicited: bool,
    /// What is signed: A the assertion, R the response, B both, N nothing [default: the scenario's first]
    #[arg(long, value_parser = base)]
    pub base: Option<scenarios::Base>,
    /// Which variant [default: the first]
    #[arg(long, value_name = "NAME")]
    pub variant: Option<String>,
    /// Whose metadata the message is for.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// A folder with scenarios of your own (repeatable)
    #[arg(long, value_name = "DIR")]
    pub scenarios: Vec<PathBuf>,
}

/// `samlitmus idp`
#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct IdpArgs {
    /// Instead of serving.
    #[command(subcommand)]
    pub command: Option<IdpCommand>,
    /// How it is set up.
    #[command(flatten)]
    pub setup: IdpSetup,
    /// Speak https here besides, under an authority of its own: for Microsoft Graph's clients, and SPs that ask for it
    #[arg(long, value_name = "ADDR")]
    pub https: Option<SocketAddr>,
    /// Forget tenants, users, applications and keys first: metadata that was handed out no longer counts
    #[arg(long)]
    pub reset: bool,
}

/// What the mock IdP can do besides serving.
#[derive(Clone, Debug, Subcommand)]
pub enum IdpCommand {
    /// Write the federation metadata that the SP must trust, before anything runs
    Metadata {
        /// How it is set up.
        #[command(flatten)]
        setup: IdpSetup,
        /// Where to [default: standard output]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Write tenants, users, groups and applications as one TOML file, without private keys, to be committed next to tests
    Export {
        /// How it is set up.
        #[command(flatten)]
        setup: IdpSetup,
        /// Where to [default: standard output]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Put such a file in the place of all that is there; keys that are at hand are kept
    Import {
        /// How it is set up.
        #[command(flatten)]
        setup: IdpSetup,
        /// The file
        file: PathBuf,
    },
}

/// `samlitmus sp`
#[derive(Clone, Debug, Args)]
pub struct SpArgs {
    /// Make it vulnerable in a known way, such as V11 or V11-unbound-verify (repeatable)
    #[arg(long, value_name = "FLAW")]
    pub flaw: Vec<Flaw>,
    /// How it refuses: 403, 500, redirect, page or silence
    #[arg(long, value_name = "HOW", default_value = "403")]
    pub refuse_with: Refusal,
    /// Create an account for whoever signs in first, as a run over the whole catalogue wants it, instead of refusing
    /// users that no administrator created
    #[arg(long)]
    pub create_users: bool,
    /// Publish an encryption certificate and take encrypted assertions too
    #[arg(long)]
    pub encryption: bool,
    /// Take part in single logout
    #[arg(long)]
    pub slo: bool,
    /// Take artifacts, too (HTTP-Artifact)
    #[arg(long)]
    pub artifact: bool,
    /// Publish a signing certificate and sign what is sent
    #[arg(long)]
    pub sign_requests: bool,
    /// Its signing key: a PEM file with the key and its certificate [default: a new one]
    #[arg(long, value_name = "FILE", requires = "sign_requests")]
    pub key: Option<PathBuf>,
    /// Where it listens
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Metadata of an IdP that it trusts (repeatable) [default: the mock IdP of the state folder]
    #[arg(long, value_name = "FILE", conflicts_with_all = ["config", "state"])]
    pub idp_metadata: Vec<PathBuf>,
    /// Which mock IdP it trusts.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// Where the mock IdP keeps tenants and keys [default: .samlitmus]
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
}

/// `samlitmus review`, `accept` and `reject`
#[derive(Clone, Debug, Args)]
pub struct SettleArgs {
    /// Ids, or patterns such as 'signature/*' [default: all]
    #[arg(value_name = "PATTERN")]
    pub patterns: Vec<String>,
    /// Whose snapshots: where one is named, its SP's only.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// The folder of accepted snapshots [default: snapshots]
    #[arg(long, value_name = "DIR")]
    pub snapshots: Option<PathBuf>,
}

/// `samlitmus decode`
#[derive(Clone, Debug, Args)]
pub struct DecodeArgs {
    /// XML, Base64, a URL, a form, the page that posts one, or a HAR file [default: standard input]
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
}

/// `samlitmus report`
#[derive(Clone, Debug, Args)]
pub struct ReportArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: ReportCommand,
}

/// What can be done with results.
#[derive(Clone, Debug, Subcommand)]
pub enum ReportCommand {
    /// Make one run's reports of the JSON results of all its shards; a missing or doubled shard ends with 3
    Merge {
        /// What `samlitmus run --shard K/N --report json=FILE` wrote, all of it
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Write a report: html=, md=, json=, junit= or sarif=PATH (repeatable)
        #[arg(long, value_name = "KIND=PATH")]
        report: Vec<Target>,
    },
    /// Tell a run's results on the terminal, or as another report
    Show {
        /// What `samlitmus run --report json=FILE` wrote
        file: PathBuf,
        /// Write a report: html=, md=, json=, junit= or sarif=PATH (repeatable)
        #[arg(long, value_name = "KIND=PATH")]
        report: Vec<Target>,
        /// Open the HTML in a browser; it is written beside the results unless --report says where
        #[arg(long)]
        open: bool,
    },
}

/// `samlitmus schema`
#[derive(Clone, Debug, Args)]
pub struct SchemaArgs {
    /// Of what
    #[arg(value_enum)]
    pub name: SchemaName,
}

/// `samlitmus completions`
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
bash: samlitmus completions bash > ~/.local/share/bash-completion/completions/samlitmus
zsh:  samlitmus completions zsh > \"${fpath[1]}/_samlitmus\"
fish: samlitmus completions fish > ~/.config/fish/completions/samlitmus.fish")]
pub struct CompletionsArgs {
    /// Which shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// `samlitmus man`
#[derive(Clone, Debug, Args)]
pub struct ManArgs {
    /// Write samlitmus.1, samlitmus-run.1 and so on into this folder [default: samlitmus.1 to standard output]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// `samlitmus book`
#[derive(Clone, Debug, Args)]
pub struct BookArgs {
    /// The folder to write into: scenarios/, and keys.md, vocabulary.md, results.md, commands.md
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// A folder with scenarios of your own (repeatable)
    #[arg(long, value_name = "DIR")]
    pub scenarios: Vec<PathBuf>,
}

/// What has a JSON Schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaName {
    /// samlitmus.toml
    Config,
    /// One scenario of a catalogue file
    Scenario,
    /// The results that --report json= writes
    Results,
}

fn jobs(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| (1..=64).contains(number));
    number.ok_or_else(|| format!("{text:?} is not between 1 and 64"))
}

fn base(text: &str) -> Result<scenarios::Base, String> {
    use scenarios::Base;
    let base = [Base::A, Base::R, Base::B, Base::N]
        .into_iter()
        .find(|base| base.letter() == text);
    base.ok_or_else(|| format!("there is no base {text:?}; there are A, R, B, N"))
}
