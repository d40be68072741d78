//! What `samlitmus init` can be told.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::Args;

use crate::config::{self, DriverChoice};

/// `samlitmus init`
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Looks at the SP over HTTP: where its metadata is, which URL leads to an IdP. Where the SP trusts the mock IdP already, signs people in \
and finds the page that shows who is signed in. Where it does not, says what it must trust: make it, and run init again, which fills \
in what is missing and keeps what you edited. Nothing is sent to any host but this machine's and those that you name.")]
pub struct InitArgs {
    /// Any URL of the SP: a page, its login, its metadata [default: what the file that is there names]
    #[arg(value_name = "URL")]
    pub url: Option<String>,
    /// Its metadata, URL or file [default: looked for]
    #[arg(long, value_name = "URL|FILE")]
    pub metadata: Option<String>,
    /// Its entity ID, where it publishes no metadata
    #[arg(long, value_name = "URI", requires = "acs")]
    pub entity_id: Option<String>,
    /// Its assertion consumer service, where it publishes no metadata
    #[arg(long, value_name = "URL", requires = "entity_id")]
    pub acs: Option<String>,
    /// What begins a sign-in [default: looked for]
    #[arg(long, value_name = "URL")]
    pub login: Option<String>,
    /// The page that only a signed-in user sees, and that shows who that is [default: looked for]
    #[arg(long, value_name = "URL")]
    pub probe: Option<String>,
    /// What reports and snapshots call it [default: made of its address]
    #[arg(long)]
    pub name: Option<String>,
    /// A PEM file with certificates that are trusted besides the system's
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// Where the mock IdP listens [default: 127.0.0.1:8400]
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// The configuration that is written
    #[arg(long, value_name = "FILE", default_value = config::FILE_NAME)]
    pub out: PathBuf,
    /// Write a file anew that is there already, whoever wrote it
    #[arg(long)]
    pub force: bool,
    /// Ask nothing, also where somebody sits there
    #[arg(long, short)]
    pub yes: bool,
    /// What carries the messages; auto takes the browser where plain HTTP does not sign in [default: auto]
    #[arg(long, value_enum)]
    pub driver: Option<DriverChoice>,
    /// How long one request may take, such as 10s or 500ms [default: 10s]
    #[arg(long, value_name = "TIME", value_parser = config::duration)]
    pub timeout: Option<Duration>,
}
