//! A flawless message that signs nobody in, held against one that nobody may accept: does the SP tell them apart?

use scenarios::{Persona, Recipe, recipe::Delivery};
use url::Url;

use super::{logins::Tried, refusals::under_nobodys_key};
use crate::{
    judge::{
        fingerprint::fingerprint,
        observation::{Ended, Journey, Page},
    },
    run::{
        clues::Contrast,
        firing::{fire, single},
        learned::Learned,
        stage::Stage,
    },
    said::said,
};

/// The login that came furthest of those that sign nobody in, with its contrast: an SP that wants more signed than the first
/// of them has refuses that one before it looks at any key.
pub(super) async fn furthest(
    stage: &Stage,
    learned: &Learned,
    tried: Vec<Tried>,
) -> Option<(Tried, Option<Contrast>)> {
    let mut all = Vec::new();
    for tried in tried {
        let contrast = contrast(stage, learned, &tried).await;
        all.push((tried, contrast));
    }
    // The first of those that came as far.
    all.into_iter()
        .rev()
        .max_by_key(|(_, contrast)| rank(contrast.as_ref()))
}

fn rank(contrast: Option<&Contrast>) -> u8 {
    match contrast {
        None => 0,
        Some(Contrast::Same(_)) => 1,
        Some(Contrast::Otherwise(..)) => 2,
        Some(Contrast::Accepted(..)) => 3,
    }
}

/// Sends what a flawless login sent, signed by a key that nobody trusts. None where either was not answered.
async fn contrast(stage: &Stage, learned: &Learned, tried: &Tried) -> Option<Contrast> {
    let (flawless, start) = (&tried.played, tried.start);
    let recipe = Recipe {
        persona: Some(Persona::Alice),
        deliver: Some(Delivery {
            start: Some(start),
            ..Delivery::default()
        }),
        ..under_nobodys_key()
    };
    let take = single(recipe);
    let rogue = fire(stage, &stage.driver, learned, &take, tried.base, None).await;
    if flawless.broke.is_some() || rogue.broke.is_some() {
        return None;
    }
    let ours = rested(&flawless.observation.journey)?;
    let theirs = rested(&rogue.observation.journey)?;
    Some(between(ours, theirs))
}

/// Which of the three it is.
fn between(ours: &Page, theirs: &Page) -> Contrast {
    if fingerprint(ours) == fingerprint(theirs) {
        return Contrast::Same(place(ours));
    }
    let elsewhere = theirs.status >= 400 || path(ours) != path(theirs) || asked(ours) != asked(theirs);
    match ours.status < 400 && elsewhere {
        true => Contrast::Accepted(place(ours), place(theirs)),
        false => Contrast::Otherwise(place(ours), place(theirs)),
    }
}

fn rested(journey: &Journey) -> Option<&Page> {
    journey.page.as_ref().filter(|_| journey.ended == Ended::Answered)
}

fn path(page: &Page) -> String {
    Url::parse(&page.url).map_or_else(|_| page.url.clone(), |url| url.path().to_owned())
}

/// Which parameters its URL has: a token, or the name of an error.
fn asked(page: &Page) -> Vec<String> {
    let url = Url::parse(&page.url).ok();
    let names = url.iter().flat_map(Url::query_pairs);
    names.map(|(name, _)| name.into_owned()).collect()
}

/// Where it came to rest: `/acs (403 “Forbidden”)`.
fn place(page: &Page) -> String {
    let words = said(page).line();
    let words = words.map_or_else(String::new, |words| format!(" “{words}”"));
    format!("{} ({}{words})", path(page), page.status)
}

impl std::fmt::Display for Contrast {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Same(place) => write!(
                f,
                "a message under a key that nobody trusts comes to rest in the same way at {place}, so the SP does not trust this IdP's key, or never came to look at the signature: give it the metadata that `samlitmus idp metadata` writes, and see that the ACS in its own metadata is where it listens"
            ),
            Self::Accepted(ours, theirs) => write!(
                f,
                "the SP lets a flawless message through to {ours}, and one under a key that nobody trusts only to {theirs}, but the probe shows nobody afterwards: set [sp.probe] url to a page that only a signed-in user sees"
            ),
            Self::Otherwise(ours, theirs) => write!(
                f,
                "the SP refuses a flawless message at {ours}, and in another way one under a key that nobody trusts, at {theirs}: it looks at what is signed, so mend what its own words and log name (entity ID, ACS, NameID format, the user's account)"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(url: &str, status: u16, body: &str) -> Page {
        Page {
            url: url.to_owned(),
            status,
            content_type: "text/plain".to_owned(),
            body: body.to_owned(),
            ..Page::default()
        }
    }

    #[test]
    fn what_is_answered_alike_is_told_apart_from_what_goes_through() {
        let refused = page("http://sp/acs", 403, "bad signature, request 4711");
        let again = page("http://sp/acs", 403, "bad signature, request 4712");
        let audience = page("http://sp/acs", 403, "bad audience");
        let home = page("http://sp/home", 200, "welcome");
        assert!(matches!(between(&again, &refused), Contrast::Same(_)));
        assert!(matches!(between(&audience, &refused), Contrast::Otherwise(..)));
        assert_eq!(
            between(&home, &refused),
            Contrast::Accepted(
                "/home (200 “welcome”)".to_owned(),
                "/acs (403 “bad signature, request 4711”)".to_owned()
            )
        );
        // A page of one place that only says something else is no way in.
        let login = |words: &str| page("http://sp/login", 200, words);
        assert!(matches!(
            between(&login("wrong audience"), &login("wrong signature")),
            Contrast::Otherwise(..)
        ));
        // A page that finds in its URL who came, or why nobody did.
        let token = page("http://sp/?access_token=abc", 200, "welcome");
        let error = page("http://sp/?error=signature", 200, "sign in");
        assert!(matches!(between(&token, &error), Contrast::Accepted(..)));
    }
}
