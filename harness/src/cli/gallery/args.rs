//! `samlitmus gallery`: templates of applications, from pages, from files and by hand, and applications made of them.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::new::NewArgs;
use super::pair::pair;
use crate::cli::setup::{ConfigArgs, IdpSetup};

/// `samlitmus gallery`
#[derive(Clone, Debug, Args)]
pub struct GalleryArgs {
    /// What to do with it.
    #[command(subcommand)]
    pub command: GalleryCommand,
}

/// What can be done with the gallery.
#[derive(Clone, Debug, Subcommand)]
pub enum GalleryCommand {
    /// Read tutorial pages (Markdown) or template files (TOML) into templates
    Import(ImportArgs),
    /// Show every template: what was imported, and what comes along
    List(GalleryListArgs),
    /// Print a template, and what it takes values for
    Show(ShowArgs),
    /// Make a configured application of a template, or one that is in no gallery
    Add(AddArgs),
    /// Write a page's facts by hand into a template file
    New(Box<NewArgs>),
}

/// Where imported templates are kept.
#[derive(Clone, Debug, Args)]
pub struct Kept {
    /// Which configuration names the state folder.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// Where the mock IdP keeps its directory [default: .samlitmus]
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
}

/// `samlitmus gallery import`
#[derive(Clone, Debug, Args)]
pub struct ImportArgs {
    /// Pages of the tutorial family, or template files that end in .toml
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Where they are kept.
    #[command(flatten)]
    pub kept: Kept,
}

/// `samlitmus gallery list`
#[derive(Clone, Debug, Args)]
pub struct GalleryListArgs {
    /// For programs
    #[arg(long)]
    pub json: bool,
    /// Where they are kept.
    #[command(flatten)]
    pub kept: Kept,
}

/// `samlitmus gallery show`
#[derive(Clone, Debug, Args)]
pub struct ShowArgs {
    /// The template, by id or name
    pub name: String,
    /// Where it is kept.
    #[command(flatten)]
    pub kept: Kept,
}

/// `samlitmus gallery add`
#[derive(Clone, Debug, Args)]
pub struct AddArgs {
    /// The template, by id or name; with --identifier and --reply-url also the name of an application that is in no gallery
    pub name: String,
    /// Its Identifier (Entity ID) (repeatable)
    #[arg(long, value_name = "URI")]
    pub identifier: Vec<String>,
    /// Its Reply URL (Assertion Consumer Service URL) (repeatable)
    #[arg(long, value_name = "URL")]
    pub reply_url: Vec<String>,
    /// A placeholder's value (SUBDOMAIN=acme), a field's own (identifier=…, reply-url=…, sign-on-url=…, relay-state=…,
    /// logout-url=…), a claim's, or the application's name=…; an empty one leaves an optional field out (repeatable)
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    pub set: Vec<(String, String)>,
    /// The tenant, by id or domain [default: the first]
    #[arg(long, value_name = "TENANT")]
    pub tenant: Option<String>,
    /// Somebody who may use it, by account name (repeatable)
    #[arg(long, value_name = "USER")]
    pub assign: Vec<String>,
    /// Everybody may use it: no assignment is required
    #[arg(long, conflicts_with = "assign")]
    pub everyone: bool,
    /// How the mock IdP is set up.
    #[command(flatten)]
    pub setup: IdpSetup,
}
