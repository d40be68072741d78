//! Several flawless logins, looked at for what a session rests on: where a scenario asks for it.

use std::{collections::BTreeSet, sync::Arc};

use scenarios::{Base, Need, Persona, Property, Scenario, recipe::Start};
use url::Url;

use super::{
    firing::{Tourist, is_readable},
    learned::Learned,
    stage::Stage,
};
use crate::{
    driver::StoredCookie,
    judge::{
        emitted::{Bearer, OtherPath, Sessions},
        observation::{Hop, Party, Probe},
    },
};

/// So many logins: as many as say something about what an ID is made of.
const LOGINS: usize = 8;

/// Looks, where one of the scenarios rests on it.
pub(super) async fn sessions(
    stage: &Stage,
    learned: &Learned,
    scenarios: &[Arc<Scenario>],
) -> Option<Sessions> {
    let asks = |scenario: &Arc<Scenario>| {
        let about = matches!(scenario.holds, Some(Property::Web(property)) if property.is_of_sessions());
        let needs = [Need::SessionCookie, Need::ReadableSession];
        about || needs.iter().any(|need| scenario.needs.contains(need))
    };
    let home = Url::parse(&stage.subject.home).ok()?;
    if !scenarios.iter().any(asks) {
        return None;
    }
    let mut seen = Sessions {
        https: home.scheme() == "https",
        ..Sessions::default()
    };
    let (mut tried, mut values) = (BTreeSet::new(), Vec::new());
    for _ in 0..LOGINS {
        match Box::pin(visit(stage, learned, &home, &mut tried, &mut seen)).await {
            Ok(cookies) => values.extend(cookies),
            Err(why) => {
                seen.broke = Some(why);
                break;
            }
        }
    }
    for bearer in &mut seen.bearers {
        let own = values.iter().filter(|cookie| cookie.name == bearer.cookie.name);
        bearer.values = own.map(|cookie| cookie.value.clone()).collect();
    }
    let mut bearers = seen.bearers.iter().map(|bearer| &bearer.cookie);
    seen.readable = bearers.any(|cookie| is_readable(stage, cookie, Persona::Alice));
    seen.paths = paths(stage, learned, &home).await;
    Some(seen)
}

/// What the SP can do, seen from its sessions.
pub(super) fn can(stage: &Stage, seen: Option<&Sessions>) -> Vec<Need> {
    let https = stage.subject.home.starts_with("https:");
    let rests = seen.is_some_and(|seen| !seen.bearers.is_empty());
    [
        (Need::Https, https),
        (Need::SessionCookie, rests),
        (
            Need::ReadableSession,
            rests && seen.is_some_and(|seen| seen.readable),
        ),
    ]
    .into_iter()
    .filter_map(|(need, can)| can.then_some(need))
    .collect()
}

/// Signs alice in and takes one cookie away that was not tried yet; answers with all that she had.
async fn visit(
    stage: &Stage,
    learned: &Learned,
    home: &Url,
    tried: &mut BTreeSet<String>,
    seen: &mut Sessions,
) -> Result<Vec<StoredCookie>, String> {
    let mut alice = arrive(stage, learned).await?;
    let prober = stage.prober();
    let looked = alice.look(&prober).await;
    let cookies = alice.cookies(home).await;
    if !matches!(prober.judge(&looked, &alice.issued), Probe::SignedIn { .. }) {
        alice.leave().await;
        return Err(looked.told());
    }
    if seen.page.is_none() {
        seen.page = looked.page;
        seen.answer = answer(stage, &alice.journey.hops).cloned();
    }
    if let Some(next) = cookies.iter().find(|cookie| !tried.contains(&cookie.name)) {
        tried.insert(next.name.clone());
        alice.drop_cookie(&next.name).await;
        let without = alice.look(&prober).await;
        if prober.judge(&without, &alice.issued) == Probe::SignedOut {
            let sets = alice.journey.hops.iter().flat_map(|hop| &hop.set_cookies);
            seen.bearers.push(Bearer {
                cookie: next.clone(),
                declared: sets.rev().find(|set| set.name == next.name).cloned(),
                values: Vec::new(),
            });
        }
    }
    alice.leave().await;
    Ok(cookies)
}

async fn arrive(stage: &Stage, learned: &Learned) -> Result<Tourist, String> {
    let base = learned.bases.first().copied().unwrap_or(Base::A);
    let start = learned.start.unwrap_or(Start::Idp);
    let came = Tourist::arrive(stage, learned, Persona::Alice, base, start).await;
    came.map_err(|(broke, _)| broke.to_string())
}

/// The hop that brought the message.
fn answer<'a>(stage: &Stage, hops: &'a [Hop]) -> Option<&'a Hop> {
    let sp = &stage.forge.sp;
    let is_acs = |hop: &&Hop| sp.acs.iter().any(|acs| acs.location == hop.url);
    let brought =
        |hop: &&Hop| hop.party == Party::Sp && hop.fields.iter().any(|field| field == "SAMLResponse");
    hops.iter()
        .filter(brought)
        .find(is_acs)
        .or_else(|| hops.iter().find(brought))
}

/// Other spellings of the protected page's path, asked for by alice and by nobody. What a URL cannot hold, since each reader makes
/// the same of it, is not among them.
async fn paths(stage: &Stage, learned: &Learned, home: &Url) -> Vec<OtherPath> {
    let Ok(mut alice) = arrive(stage, learned).await else {
        return Vec::new();
    };
    let prober = stage.prober();
    let mut paths = Vec::new();
    for url in spellings(home) {
        let to_user = prober.judge(&alice.see(&url).await, &alice.issued);
        let to_nobody = match to_user {
            Probe::SignedIn { .. } => prober.judge(&stage.visit_as_nobody(&url).await, &[]),
            _ => Probe::NotAsked,
        };
        paths.push(OtherPath {
            url,
            to_user,
            to_nobody,
        });
    }
    alice.leave().await;
    paths
}

fn spellings(home: &Url) -> Vec<String> {
    let path = home.path();
    let first = path.chars().nth(1).filter(char::is_ascii_alphanumeric);
    let encoded = first.map(|first| path.replacen(first, &format!("%{:02X}", u32::from(first)), 1));
    let spelled = [
        Some(format!("/{path}")),
        Some(format!("{path}/")),
        Some(format!("{path};x")),
        Some(format!("{path}%2F")),
        Some(format!("/x/..;{path}")),
        Some(path.to_ascii_uppercase()),
        encoded,
    ];
    let other = spelled.into_iter().flatten().filter(|spelled| spelled != path);
    let before = &home[..url::Position::BeforePath];
    let query = home.query().map_or_else(String::new, |query| format!("?{query}"));
    other.map(|path| format!("{before}{path}{query}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_spelled_in_ways_that_a_url_keeps() {
        let home = Url::parse("http://sp.example:8080/account?tab=1").unwrap();
        let all = spellings(&home);
        assert!(
            all.contains(&"http://sp.example:8080//account?tab=1".to_owned()),
            "{all:?}"
        );
        assert!(
            all.contains(&"http://sp.example:8080/%61ccount?tab=1".to_owned()),
            "{all:?}"
        );
        for url in &all {
            assert_eq!(Url::parse(url).unwrap().as_str(), url);
            assert_ne!(url, home.as_str());
        }
        assert!(!spellings(&Url::parse("http://sp.example/").unwrap()).is_empty());
    }
}
