//! The SP's addresses, asked as nobody and over plain HTTP: is anybody there, and is the metadata some?

use std::{path::PathBuf, time::Duration};

use saml::SpMetadata;
use url::Url;

use super::{
    model::{Check, Part},
    walk::address,
};
use crate::{
    driver::{Guard, HttpDriver, Limits, Session, Setup, Site},
    judge::observation::{Ended, Journey, Party, mend},
    subject::target::{MetadataOf, Target},
};

/// Where the SP is asked.
pub(super) struct Places {
    pub(super) setup: Setup,
    /// The first page of a sign-in.
    login: Option<String>,
    probe: String,
    metadata: From,
}

enum From {
    Url(String),
    File(PathBuf),
    Given(Box<SpMetadata>),
}

impl Places {
    /// The places of a target.
    ///
    /// # Errors
    /// A value of the configuration that cannot be used.
    pub(super) fn of(target: &Target, timeout: Duration) -> Result<Self, String> {
        let probe = &target.subject.probe;
        let wrong = |error: &dyn std::fmt::Display| error.to_string();
        let origin = target
            .idp_url
            .clone()
            .unwrap_or_else(|| mock_idp::server::origin_for(target.listen, probe));
        let guard = Guard::new(&target.allow, &target.resolve).map_err(|e| wrong(&e))?;
        let url = |text: &str| Url::parse(text).map_err(|e| format!("{text:?} is no URL: {e}"));
        let mut setup = Setup::new(guard, Site::new(&url(probe)?, &url(&origin)?));
        setup.limits = Limits::of(timeout);
        setup.headers.clone_from(&target.headers);
        setup.ca.clone_from(&target.ca);
        Ok(Self {
            setup,
            login: target
                .subject
                .login
                .as_ref()
                // A placeholder is somebody's, and nobody asks here.
                .and_then(|steps| steps.urls().find(|url| !url.contains('{')))
                .map(str::to_owned),
            probe: probe.clone(),
            metadata: match &target.metadata {
                MetadataOf::Url(url) => From::Url(url.clone()),
                MetadataOf::File(path) => From::File(path.clone()),
                MetadataOf::Given(given) => From::Given(given.clone()),
            },
        })
    }

    /// Whether the SP answers where it is said to be, and what it says of itself.
    pub(super) async fn look(&self) -> Vec<Check> {
        let http = match HttpDriver::new(self.setup.clone()) {
            Ok(http) => http,
            Err(error) => return vec![Check::broken(Part::Reachability, error.to_string(), "")],
        };
        let peek = async |url: &str| Session::Http(http.session()).peek(url).await;
        let mut checks = Vec::new();
        if let Some(login) = &self.login {
            checks.push(answers("[sp] login", login, &peek(login).await));
        }
        checks.push(answers("[sp.probe] url", &self.probe, &peek(&self.probe).await));
        checks.push(match &self.metadata {
            From::Given(given) => described(given, "entity_id and acs of the configuration"),
            From::File(path) => match std::fs::read(path) {
                Ok(bytes) => read(&bytes, &path.display().to_string()),
                Err(why) => Check::broken(
                    Part::Metadata,
                    format!("{} cannot be read: {why}", path.display()),
                    "name the file of the SP's metadata, or its URL, in [sp] metadata",
                ),
            },
            From::Url(url) => fetched(url, &peek(url).await),
        });
        checks
    }
}

/// Whether somebody answers at an address.
fn answers(key: &str, url: &str, journey: &Journey) -> Check {
    let place = format!("{key} {}", address(url));
    let status = journey.page.as_ref().map(|page| page.status);
    let idp = journey.hops.last().is_some_and(|hop| hop.party == Party::Idp);
    match (&journey.ended, status) {
        _ if idp => Check::good(Part::Reachability, format!("{place} leads to the IdP")),
        (Ended::Answered, Some(status @ (404 | 500..))) => Check::note(
            Part::Reachability,
            format!("{place} answers {status}"),
            &format!("read the SP's log, or mend {key}"),
        ),
        (Ended::Answered, _) => Check::good(Part::Reachability, format!("{place}: {}", journey.told())),
        (ended, _) => Check::broken(
            Part::Reachability,
            format!("{place} {ended}"),
            &way_out(key, ended),
        ),
    }
}

/// What mends an address at which nobody answers.
fn way_out(key: &str, ended: &Ended) -> String {
    match ended {
        Ended::NotAllowed(host) => format!("add {host} to [sp] allow if it is yours to test, or mend {key}"),
        Ended::Unreachable(why) => match mend(why).trim_start_matches(": ") {
            "" => format!("start the SP ([sp] start does it for you), or mend host and port of {key}"),
            known => known.to_owned(),
        },
        Ended::TimedOut => format!("see why the SP does not answer, raise --timeout, or mend {key}"),
        Ended::Answered | Ended::Reset(_) | Ended::Limit(_) | Ended::Harness(_) => {
            format!("read the SP's log, or mend {key}")
        }
    }
}

fn fetched(url: &str, journey: &Journey) -> Check {
    match (&journey.ended, &journey.page) {
        (Ended::Answered, Some(page)) if page.status == 200 => read(page.body.as_bytes(), &address(url)),
        (Ended::Answered, _) => Check::broken(
            Part::Metadata,
            format!("{} gives no metadata: {}", address(url), journey.told()),
            "mend [sp] metadata, or give entity_id and acs in its place",
        ),
        (ended, _) => Check::broken(
            Part::Metadata,
            format!("{} gives no metadata, for it {ended}", address(url)),
            &way_out("[sp] metadata", ended),
        ),
    }
}

fn read(bytes: &[u8], from: &str) -> Check {
    match SpMetadata::parse(bytes) {
        Ok(metadata) => described(&metadata, from),
        Err(why) => Check::broken(
            Part::Metadata,
            format!("{from} cannot be read: {why}"),
            "let [sp] metadata name what the SP publishes of itself, an md:EntityDescriptor with an SPSSODescriptor; or give entity_id and acs in its place",
        ),
    }
}

fn described(metadata: &SpMetadata, from: &str) -> Check {
    match metadata.default_acs() {
        Some(acs) => Check::good(
            Part::Metadata,
            format!(
                "{from}: entity ID {}, ACS {}",
                metadata.entity_id,
                address(&acs.location)
            ),
        ),
        None => Check::broken(
            Part::Metadata,
            format!("{from} names no HTTP-POST AssertionConsumerService"),
            "Azure sends by no other binding: let the SP publish one",
        ),
    }
}
