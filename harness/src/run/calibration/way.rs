//! The way in, found by itself: where the configured URL rests on a page at the SP, the form, link or answer there that leads to
//! the IdP.

use std::collections::VecDeque;

use url::Url;

use super::{likely::onward, logins::Tried, reach::Hopeless};
use crate::{
    config::Steps,
    driver::{ActError, Driver, doors},
    judge::observation::{Ended, Journey, Lack, Page, Party},
    run::{
        clues::Need,
        firing::{
            Explored, explore,
            played::{Broke, Played},
        },
        stage::Stage,
    },
    text::locked,
};

/// So many ways are tried, each in a jar of its own.
const TRIES: usize = 8;
/// So many pages at most lie between the configured URL and the IdP.
const PAGES: usize = 2;

/// What was found.
enum Found {
    /// These steps lead to the IdP.
    Way(Steps),
    /// Nothing does without a script, and this is why.
    NeedsBrowser(String),
    /// Nothing does.
    Nothing,
}

/// The way in, where what is configured does not lead to the IdP.
pub(super) async fn beyond(stage: &Stage, tried: &[Tried]) -> Result<Option<Steps>, Hopeless> {
    let needs_browser = |why: String| {
        locked(&stage.clues).browser = Some(Need::Sure(why.clone()));
        Err(Hopeless(why))
    };
    let first = tried.first().and_then(|tried| tried.played.broke.clone());
    if let Some(Broke::NeedsBrowser(why)) = first {
        return needs_browser(why);
    }
    let (Some(login), None) = (
        stage.subject.login.as_ref().filter(|login| login.url().is_some()),
        tried.iter().find_map(|tried| tried.played.arrived),
    ) else {
        return Ok(None);
    };
    match way(stage, login).await {
        Found::Way(way) => Ok(Some(way)),
        Found::NeedsBrowser(why) => needs_browser(why),
        Found::Nothing => Ok(None),
    }
}

/// The steps that lead to the IdP from here on: these themselves, or what is found behind them.
///
/// # Errors
/// Nothing does without a script, and this is why.
pub(in crate::run) async fn leading(stage: &Stage, first: &Steps) -> Result<Option<Steps>, String> {
    if explore(stage, first).await.arrived {
        return Ok(Some(first.clone()));
    }
    match way(stage, first).await {
        Found::Way(way) => Ok(Some(way)),
        Found::NeedsBrowser(why) => Err(why),
        Found::Nothing => Ok(None),
    }
}

/// Whether scripts might sign in where nobody was signed in without.
pub(super) fn scripts(stage: &Stage, played: &Played) -> Option<Need> {
    if !matches!(stage.driver, Driver::Http(_)) {
        return None;
    }
    if let Some(Lack::Script(why)) = played.looked.as_ref().and_then(|looked| looked.lacked.clone()) {
        return Some(Need::Sure(format!("[sp.probe] wait-for: {why}")));
    }
    let journey = &played.observation.journey;
    let page = journey.page.as_ref().filter(|page| page.status < 400)?;
    let at_sp = journey.hops.last().is_some_and(|hop| hop.party == Party::Sp);
    let scripted = at_sp && doors(&page.body, &Url::parse(&page.url).ok()?).scripted;
    let stopped = played
        .stopped
        .as_ref()
        .is_some_and(|stopped| stopped.needs_browser);
    (scripted || stopped).then_some(Need::Perhaps)
}

/// Looks for the way from a URL on.
async fn way(stage: &Stage, login: &Steps) -> Found {
    let mut scripted = None;
    let mut waiting = VecDeque::from([(login.clone(), 0)]);
    for _ in 0..=TRIES {
        let Some((steps, depth)) = waiting.pop_front() else {
            break;
        };
        let Explored {
            journey,
            arrived,
            error,
        } = explore(stage, &steps).await;
        match error {
            _ if arrived && depth > 0 => return Found::Way(steps),
            _ if arrived => return Found::Nothing,
            Some(ActError::NeedsBrowser(why)) => {
                let tried = steps.0.last().map(ToString::to_string).unwrap_or_default();
                scripted.get_or_insert(format!("{tried} may lead to the IdP, and {why}"));
                continue;
            }
            Some(_) => continue,
            None => {}
        }
        let Some(page) = rested(&journey).filter(|_| depth < PAGES) else {
            continue;
        };
        let (next, scripts) = onward(page, stage.idp.origin());
        if scripts && depth == 0 && matches!(stage.driver, Driver::Http(_)) {
            scripted.get_or_insert(format!(
                "{}, and its scripts are run by a browser only",
                journey.told()
            ));
        }
        waiting.extend(next.into_iter().map(|more| {
            let all = steps.0.iter().cloned().chain(more).collect();
            (Steps(all), depth + 1)
        }));
    }
    match scripted {
        Some(why) => Found::NeedsBrowser(format!("[sp] login = {login} does not lead to the IdP: {why}")),
        None => Found::Nothing,
    }
}

/// The page at the SP where somebody might look for the way.
fn rested(journey: &Journey) -> Option<&Page> {
    let at_sp = journey.hops.last().is_some_and(|hop| hop.party == Party::Sp);
    let page = journey.page.as_ref()?;
    (at_sp && journey.ended == Ended::Answered && (page.status < 400 || page.status == 401)).then_some(page)
}
