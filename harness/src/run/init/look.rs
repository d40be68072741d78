//! An SP looked at as nobody, over plain HTTP: its metadata, and the URL that leads to an IdP.

use std::path::Path;

use saml::SpMetadata;
use url::Url;

use super::{paths, place::Place, request::on_the_way};
use crate::{
    config::Steps,
    driver::{DoorKind, HttpDriver, Session, doors},
    judge::observation::{Ended, Journey, Page, Party},
    run::calibration::leads_away,
};

/// So many questions that nobody answers are enough.
const SILENT: usize = 3;
/// So many links of a page are followed.
const LINKS: usize = 12;

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Looked {
    /// Its metadata.
    pub metadata: Option<Found>,
    /// What it calls itself in an AuthnRequest.
    pub entity_id: Option<String>,
    /// Where an AuthnRequest wants the answer.
    pub acs: Option<String>,
    /// What begins a sign-in.
    pub login: Option<Way>,
    /// Pages that rest at the SP, and that may have the way in on them.
    pub rests: Vec<String>,
}

/// Metadata that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its URL or file, as the configuration names it.
    pub source: String,
    /// What it says.
    pub sp: SpMetadata,
}

/// A URL that begins a sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// The URL.
    pub url: String,
    /// Where it leads.
    pub leads: Leads,
}

/// Where a sign-in leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leads {
    /// To the mock IdP.
    Idp,
    /// To an IdP at this origin.
    Elsewhere(String),
}

/// Looks around. What is known already, `metadata` as a URL or a file below `folder`, and `login`, is looked at and not looked for;
/// nor is metadata where the SP is `described` without.
///
/// # Errors
/// Nobody is there, or what is known is not so: one sentence.
pub async fn look(
    place: &Place,
    folder: &Path,
    metadata: Option<&str>,
    login: Option<&Steps>,
    described: bool,
) -> Result<Looked, String> {
    let mut looker = Looker {
        place,
        http: place.http()?,
        silent: 0,
        looked: Looked::default(),
    };
    let home = looker.there().await?;
    looker.looked.metadata = match metadata {
        Some(known) => Some(looker.known(known, folder).await?),
        None if described => None,
        None => looker.metadata(&home).await?,
    };
    match login {
        Some(known) => {
            if let Some(url) = known.url() {
                let journey = looker.peek(url).await?;
                looker.follow(url, &journey);
            }
        }
        None => looker.login(&home).await?,
    }
    Ok(looker.looked)
}

struct Looker<'a> {
    place: &'a Place,
    http: HttpDriver,
    silent: usize,
    looked: Looked,
}

impl Looker<'_> {
    async fn peek(&mut self, url: &str) -> Result<Journey, String> {
        let journey = Session::Http(self.http.session()).peek(url).await;
        if journey.ended == Ended::TimedOut {
            self.silent += 1;
        }
        match self.silent {
            SILENT => Err(format!(
                "{SILENT} pages of {} were asked for and did not answer in time, the last of them {url}: see what the SP waits for, or raise --timeout",
                self.place.url.origin().ascii_serialization()
            )),
            _ => Ok(journey),
        }
    }

    /// The page that was named.
    async fn there(&mut self) -> Result<Journey, String> {
        let url = self.place.url.to_string();
        let journey = self.peek(&url).await?;
        let sends = on_the_way(&journey).is_some();
        match &journey.ended {
            Ended::Answered => Ok(journey),
            _ if sends => Ok(journey),
            Ended::Unreachable(_) => Err(format!("{}: start the SP, or mend the URL", journey.told())),
            Ended::NotAllowed(host) => Err(format!(
                "{url} leads to {host}, which you did not name, so nothing was sent there: name a page of the SP's own, or {host} if it is yours to test"
            )),
            Ended::TimedOut => Err(format!(
                "the SP takes the connection and does not answer: {}; see what it waits for, or raise --timeout",
                journey.told()
            )),
            Ended::Reset(_) | Ended::Limit(_) | Ended::Harness(_) => {
                Err(format!("{url} is no page that can be read: {}", journey.told()))
            }
        }
    }

    /// Reads what is said to be the metadata.
    async fn known(&mut self, known: &str, folder: &Path) -> Result<Found, String> {
        let url = known.starts_with("http://") || known.starts_with("https://");
        let bytes = match url {
            false => {
                std::fs::read(folder.join(known)).map_err(|why| format!("{known} cannot be read: {why}"))?
            }
            true => {
                let journey = self.peek(known).await?;
                match (&journey.ended, journey.page.as_ref()) {
                    (Ended::Answered, Some(page)) if page.status == 200 => page.body.clone().into_bytes(),
                    _ => return Err(format!("{known} gives no metadata: {}", journey.told())),
                }
            }
        };
        let sp = SpMetadata::parse(&bytes).map_err(|why| {
            format!("{known} is no metadata of an SP: {why}; name what the SP publishes of itself, or give --entity-id and --acs")
        })?;
        Ok(Found {
            source: known.to_owned(),
            sp,
        })
    }

    async fn metadata(&mut self, home: &Journey) -> Result<Option<Found>, String> {
        if let Some(found) = home.page.as_ref().and_then(|page| read(page, &page.url)) {
            return Ok(Some(found));
        }
        let says = |words: &str| words.to_ascii_lowercase().contains("metadata");
        let mut all: Vec<Url> = links(home, says);
        all.extend(paths::metadata(&self.place.url));
        for url in paths::unique(all) {
            let journey = self.peek(url.as_str()).await?;
            let page = journey.page.as_ref().filter(|_| journey.ended == Ended::Answered);
            if let Some(found) = page.and_then(|page| read(page, url.as_str())) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    async fn login(&mut self, home: &Journey) -> Result<(), String> {
        let home_url = self.place.url.clone();
        let known = self.software();
        let mut all = vec![home_url.clone()];
        all.extend(links(home, |words| !leads_away(words)));
        all.extend(paths::login(&home_url, &known));
        for url in paths::unique(all) {
            let journey = match url == home_url {
                true => home.clone(),
                false => self.peek(url.as_str()).await?,
            };
            self.follow(url.as_str(), &journey);
            if self
                .looked
                .login
                .as_ref()
                .is_some_and(|way| way.leads == Leads::Idp)
            {
                return Ok(());
            }
        }
        Ok(())
    }

    /// URLs of the SP's own software: beside them is more of it.
    fn software(&self) -> Vec<Url> {
        let Some(found) = &self.looked.metadata else {
            return Vec::new();
        };
        let acs = found.sp.acs.iter().map(|acs| acs.location.as_str());
        let all = [found.source.as_str()].into_iter().chain(acs);
        let allowed = |url: &Url| url.origin() == self.place.url.origin();
        all.filter_map(|url| Url::parse(url).ok())
            .filter(allowed)
            .collect()
    }

    /// What a page says of the way to an IdP.
    fn follow(&mut self, url: &str, journey: &Journey) {
        let request = on_the_way(journey);
        if let Some((_, request)) = &request {
            let looked = &mut self.looked;
            looked.entity_id = looked.entity_id.take().or(request.issuer.clone());
            looked.acs = looked.acs.take().or(request.acs_url.clone());
        }
        let idp = journey.hops.last().is_some_and(|hop| hop.party == Party::Idp);
        let leads = match (idp, request) {
            (true, _) => Some(Leads::Idp),
            (false, Some((to, _))) => Some(Leads::Elsewhere(to.origin().ascii_serialization())),
            (false, None) => None,
        };
        match leads {
            Some(leads) if idp || self.looked.login.is_none() => {
                self.looked.login = Some(Way {
                    url: url.to_owned(),
                    leads,
                });
            }
            Some(_) => {}
            None => {
                let rests = journey.page.as_ref().filter(|_| journey.ended == Ended::Answered);
                if rests.is_some_and(|page| page.status < 400 || page.status == 401) {
                    self.looked.rests.push(url.to_owned());
                }
            }
        }
    }
}

/// The metadata that a page is, where it names an ACS.
fn read(page: &Page, url: &str) -> Option<Found> {
    let sp = (page.status == 200).then(|| SpMetadata::parse(page.body.as_bytes()).ok())??;
    sp.default_acs()?;
    Some(Found {
        source: url.to_owned(),
        sp,
    })
}

/// Links of a page to its own origin of which the words fit.
fn links(journey: &Journey, fit: impl Fn(&str) -> bool) -> Vec<Url> {
    let Some((page, url)) = journey
        .page
        .as_ref()
        .and_then(|page| Some((page, Url::parse(&page.url).ok()?)))
    else {
        return Vec::new();
    };
    let doors = doors(&page.body, &url).all.into_iter();
    doors
        .filter(|door| door.kind == DoorKind::Link && fit(&door.words))
        .filter_map(|door| door.leads)
        .filter(|leads| leads.origin() == url.origin())
        .take(LINKS)
        .collect()
}
