//! `cookies`: what the SP's hosts set in one jar, put into another.

use scenarios::{
    Persona,
    flow::{CookieValues, Cookies},
};
use url::Url;

use super::{
    altered::{made_up, renamed},
    played::Broke,
    scene::Scene,
};
use crate::{
    driver::{Session, StoredCookie},
    run::stage::Stage,
};

/// Shorter names stand in too many texts to be replaced.
const SHORT: usize = 3;

pub(super) async fn carry(
    scene: &Scene<'_>,
    verb: &Cookies,
    from: &Session,
    into: &mut Session,
) -> Result<(), Broke> {
    let names = names(scene.stage, Persona::Attacker, Persona::Victim);
    let mut changed = false;
    for mut cookie in of_the_sp(scene.stage, from).await {
        if let Some(value) = value(&cookie, verb.values, &names, &scene.token) {
            changed |= value != cookie.value;
            cookie.value = value;
        }
        into.put(&cookie)
            .await
            .map_err(|error| Broke::Driver(format!("the cookie {}: {error}", cookie.name)))?;
    }
    match verb.values {
        Some(CookieValues::Victim | CookieValues::VictimUnsigned) if !changed => Err(Broke::Precondition(
            "no cookie says in readable form who is signed in".to_owned(),
        )),
        _ => Ok(()),
    }
}

/// Whether a cookie says in readable form who is signed in.
pub(crate) fn is_readable(stage: &Stage, cookie: &StoredCookie, persona: Persona) -> bool {
    let names = names(stage, persona, Persona::Victim);
    renamed(&cookie.value, &names, false).is_some()
}

/// The cookies of all hosts of the SP that are known, each once.
async fn of_the_sp(stage: &Stage, session: &Session) -> Vec<StoredCookie> {
    let subject = &stage.subject;
    let login = subject.login.iter().flat_map(|way| way.urls());
    let acs = stage.forge.sp.acs.iter().map(|acs| acs.location.as_str());
    let mut all: Vec<StoredCookie> = Vec::new();
    for url in std::iter::once(subject.home.as_str()).chain(login).chain(acs) {
        let Ok(url) = Url::parse(url) else { continue };
        for cookie in session.cookies(&url).await {
            if !all.contains(&cookie) {
                all.push(cookie);
            }
        }
    }
    all
}

fn value(
    cookie: &StoredCookie,
    wanted: Option<CookieValues>,
    names: &[(String, String)],
    seed: &str,
) -> Option<String> {
    match wanted? {
        CookieValues::MadeUp => Some(made_up(&cookie.value, &format!("{seed} {}", cookie.name))),
        CookieValues::Victim => renamed(&cookie.value, names, false),
        CookieValues::VictimUnsigned => renamed(&cookie.value, names, true),
    }
}

/// What one person is called, and the other in the same respect; longer names first, since one may be a part of another.
fn names(stage: &Stage, one: Persona, other: Persona) -> Vec<(String, String)> {
    let directory = stage.forge.directory.read();
    let of = |persona: Persona| {
        let (_, user) = directory.user(persona.name())?;
        Some([
            Some(user.user_principal_name.clone()),
            user.mail.clone(),
            Some(user.display_name.clone()),
            user.given_name.clone(),
            user.surname.clone(),
            Some(user.object_id.clone()),
        ])
    };
    let (Some(one), Some(other)) = (of(one), of(other)) else {
        return Vec::new();
    };
    let pairs = one.into_iter().zip(other).filter_map(|(from, to)| from.zip(to));
    let mut pairs: Vec<_> = pairs
        .filter(|(from, to)| from.len() > SHORT && from != to)
        .collect();
    pairs.sort_by_key(|(from, _)| std::cmp::Reverse(from.len()));
    pairs
}
