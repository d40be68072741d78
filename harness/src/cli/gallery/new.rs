//! `samlitmus gallery new`: a page's facts, written by hand.

use std::{io::Write as _, path::PathBuf};

use clap::{Args, ValueEnum};
use mock_idp::gallery::{
    Choose, ClaimRow, ConfiguredBy, Download, Field, FieldName, GroupValue, Groups, GroupsClaim, Initiation,
    NameIdFormat, Pattern, Signed, SigningAlgorithm, Template, UserCreation,
};
use serde::de::{DeserializeOwned, value::StrDeserializer};

use super::pair::pair;
use crate::{
    cli::output::{Mistake, print},
    exit::Exit,
};

/// `samlitmus gallery new`
#[derive(Clone, Debug, Args)]
pub struct NewArgs {
    /// The product's name
    pub name: String,
    /// Where a sign-in begins
    #[arg(long, value_name = "WHERE", value_parser = word::<Initiation>)]
    pub initiation: Initiation,
    /// An Identifier, fixed or with placeholders in angle brackets (repeatable: alternatives)
    #[arg(long, value_name = "PATTERN", value_parser = pattern)]
    pub identifier: Vec<Pattern>,
    /// A Reply URL (repeatable: alternatives, or all of them with --all-reply-urls)
    #[arg(long, value_name = "PATTERN", value_parser = pattern)]
    pub reply_url: Vec<Pattern>,
    /// The Reply URLs belong together, the first the default
    #[arg(long)]
    pub all_reply_urls: bool,
    /// A Sign on URL (repeatable: alternatives)
    #[arg(long, value_name = "PATTERN", value_parser = pattern)]
    pub sign_on_url: Vec<Pattern>,
    /// A Relay State
    #[arg(long, value_name = "PATTERN", value_parser = pattern)]
    pub relay_state: Vec<Pattern>,
    /// A Logout URL
    #[arg(long, value_name = "PATTERN", value_parser = pattern)]
    pub logout_url: Vec<Pattern>,
    /// A claim: NAME=user.mail, NAME="text", or NAME= where the text is asked for; a namespace goes before the name with a
    /// slash (repeatable)
    #[arg(long, value_name = "NAME=SOURCE", value_parser = pair)]
    pub claim: Vec<(String, String)>,
    /// The attribute that the NameID is made of, such as user.mail
    #[arg(long, value_name = "SOURCE")]
    pub name_id: Option<String>,
    /// The NameID's format: email-address, persistent, transient, unspecified, windows-domain-qualified-name
    #[arg(long, value_name = "FORMAT", value_parser = word::<NameIdFormat>)]
    pub name_id_format: Option<NameIdFormat>,
    /// The role claim's name: user.assignedroles
    #[arg(long, value_name = "NAME")]
    pub role_claim: Option<String>,
    /// A groups claim: all, security, directory-roles, assigned
    #[arg(long, value_name = "WHICH", value_parser = word::<Groups>)]
    pub groups: Option<Groups>,
    /// What is signed: assertion, response, both
    #[arg(long, value_name = "WHAT", value_parser = word::<Signed>)]
    pub sign: Option<Signed>,
    /// Sign with SHA-1
    #[arg(long)]
    pub sha1: bool,
    /// The assertion is encrypted
    #[arg(long)]
    pub encrypted: bool,
    /// What is downloaded: metadata-xml, metadata-url, certificate-base64, certificate-raw, certificate-pem, thumbprint
    /// (repeatable)
    #[arg(long, value_name = "FORM", value_parser = word::<Download>)]
    pub download: Vec<Download>,
    /// What the service provider is given by hand (repeatable)
    #[arg(long, value_enum, value_name = "ADDRESS")]
    pub consumes: Vec<Address>,
    /// How the test user comes to exist: by-hand, support, just-in-time, provisioning, not-needed
    #[arg(long, value_name = "HOW", value_parser = word::<UserCreation>)]
    pub users: Option<UserCreation>,
    /// The vendor's support team sets up the service provider's side
    #[arg(long)]
    pub support: bool,
    /// Where to [default: the id with .toml, in this folder]; a file that is there already is left alone
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// The "Set up" card's addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Address {
    /// Login URL
    LoginUrl,
    /// Azure AD Identifier
    Identifier,
    /// Logout URL
    LogoutUrl,
}

pub(super) fn new(args: &NewArgs) -> anyhow::Result<Exit> {
    let template = template(args);
    template.check().map_err(|error| Mistake(error.to_string()))?;
    let path = args
        .out
        .clone()
        .unwrap_or_else(|| PathBuf::from(format!("{}.toml", template.id)));
    let cannot = |error: std::io::Error| Mistake(format!("{} cannot be written: {error}", path.display()));
    let mut file = std::fs::File::create_new(&path).map_err(cannot)?;
    file.write_all(template.to_toml().as_bytes()).map_err(cannot)?;
    print(&format!(
        "wrote {0}; `samlitmus gallery import {0}` puts it into the gallery\n",
        path.display()
    ))
}

fn template(args: &NewArgs) -> Template {
    let mut template = Template::new(&args.name, args.initiation);
    let sp_only = args.initiation == Initiation::Sp;
    let fields = [
        (FieldName::Identifier, &args.identifier, true),
        (FieldName::ReplyUrl, &args.reply_url, true),
        (FieldName::SignOnUrl, &args.sign_on_url, sp_only),
        (FieldName::RelayState, &args.relay_state, false),
        (FieldName::LogoutUrl, &args.logout_url, false),
    ];
    for (name, values, required) in fields {
        if values.is_empty() {
            continue;
        }
        *template.field_mut(name) = Some(Field {
            required,
            choose: match name {
                FieldName::ReplyUrl if args.all_reply_urls => Choose::All,
                _ => Choose::One,
            },
            values: values.clone(),
            examples: Vec::new(),
        });
    }
    template.claims = args
        .claim
        .iter()
        .map(|(name, value)| claim(name, value))
        .collect();
    if let Some(name) = &args.role_claim {
        template.claims.push(claim(name, "user.assignedroles"));
    }
    template.name_id.source.clone_from(&args.name_id);
    template.name_id.format = args.name_id_format;
    template.groups = args.groups.map(|which| GroupsClaim {
        name: None,
        which,
        value: GroupValue::ObjectId,
    });
    template.signing.option = args.sign;
    template.signing.algorithm = args.sha1.then_some(SigningAlgorithm::Sha1);
    template.encrypted = args.encrypted;
    template.download.clone_from(&args.download);
    template.consumes.login_url = args.consumes.contains(&Address::LoginUrl);
    template.consumes.identifier = args.consumes.contains(&Address::Identifier);
    template.consumes.logout_url = args.consumes.contains(&Address::LogoutUrl);
    template.users.created = args.users.unwrap_or_default();
    if args.support {
        template.configured_by = ConfiguredBy::Support;
    }
    template
}

fn claim(name: &str, value: &str) -> ClaimRow {
    let (namespace, name) = match name.rsplit_once('/') {
        Some((namespace, last)) if !last.is_empty() => (Some(namespace.to_owned()), last),
        _ => (None, name),
    };
    let row = ClaimRow {
        name: name.to_owned(),
        namespace,
        ..ClaimRow::default()
    };
    let is_source = value.starts_with("user.") || value.starts_with("application.");
    match value.trim_matches('"') {
        "" => ClaimRow { ask: true, ..row },
        _ if is_source => ClaimRow {
            source: Some(value.to_lowercase()),
            ..row
        },
        text => ClaimRow {
            constant: Some(text.to_owned()),
            ..row
        },
    }
}

fn pattern(text: &str) -> Result<Pattern, String> {
    Pattern::parse(text).map_err(|error| error.to_string())
}

/// A choice, spelt as in template files.
fn word<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    T::deserialize(StrDeserializer::<serde::de::value::Error>::new(text)).map_err(|error| error.to_string())
}
