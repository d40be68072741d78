//! What signed-in people see, held against what nobody sees.

use scenarios::{Base, Persona, recipe::Start};
use url::Url;

use super::paths;
use crate::{
    driver::{DoorKind, doors},
    judge::{
        fingerprint::fingerprint,
        marker::stands_alone,
        observation::{Ended, Journey, Page, Party},
    },
    run::{calibration::leads_away, firing::Tourist, learned::Learned, stage::Stage},
    subject::probe::{Candidates, IdentityRule},
};

/// So many pages are looked at.
const PAGES: usize = 60;
/// So many links of each page where somebody rests are followed.
const LINKS: usize = 15;
/// So many pages that only a signed-in user sees so are shown to others too.
const KEPT: usize = 8;

/// Where somebody looks around.
pub(super) struct Around {
    /// A page of the SP's that is known.
    pub(super) home: String,
    /// The page that shows who is signed in, where somebody knows it.
    pub(super) probe: Option<String>,
}

/// A page that tells who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The page.
    pub url: String,
    /// Where the name stands in it.
    pub identity: String,
}

/// A page that alice sees otherwise than nobody.
struct Kept {
    url: String,
    /// Alice's name stands on it.
    named: bool,
    /// Nobody gets no page at all there.
    protected: bool,
    candidates: Candidates,
}

/// The pages that show alice, the attacker and the victim, each when it is their turn, the best first.
pub(super) async fn compare(
    stage: &Stage,
    learned: &Learned,
    base: Base,
    start: Start,
    alice: &mut Tourist,
    around: &Around,
) -> Vec<Shown> {
    let mut kept = differing(stage, alice, around).await;
    if kept.is_empty() {
        return Vec::new();
    }
    // Somebody else comes last: where the last who came is shown, it is no more alice.
    for persona in [Persona::Alice, Persona::Victim, Persona::Attacker] {
        let Ok(mut other) = Tourist::arrive(stage, learned, persona, base, start).await else {
            continue;
        };
        see(&mut other, &mut kept).await;
        other.leave().await;
    }
    see(alice, &mut kept).await;
    let mut ranked: Vec<((u8, bool, bool, usize), Shown)> = kept
        .iter()
        .enumerate()
        .filter_map(|(at, page)| {
            let (rank, rule) = page.candidates.ranked().into_iter().next()?;
            let json = matches!(rule, IdentityRule::Json(_));
            Some((
                (rank, !page.protected, !json, at),
                Shown {
                    url: page.url.clone(),
                    identity: rule.to_string(),
                },
            ))
        })
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, shown)| shown).collect()
}

/// Shows a person the pages.
async fn see(person: &mut Tourist, kept: &mut [Kept]) {
    for page in kept {
        let journey = person.see(&page.url).await;
        if let Some(seen) = shown(&journey) {
            page.candidates.saw(person.persona, seen, &person.issued);
        }
    }
}

/// The pages that alice sees otherwise than nobody.
async fn differing(stage: &Stage, alice: &mut Tourist, around: &Around) -> Vec<Kept> {
    let mut kept = Vec::new();
    for url in places(alice, around).await {
        let journey = alice.see(&url).await;
        let Some(page) = shown(&journey) else {
            continue;
        };
        let nobody = stage.visit_as_nobody(&url).await;
        let nobodys = shown(&nobody);
        let named = |page: &Page| {
            let mut values = alice.issued.iter().filter(|value| value.len() > 2);
            values.any(|value| stands_alone(&page.body, value))
        };
        let differs = match nobodys {
            None => true,
            Some(seen) => fingerprint(seen) != fingerprint(page) || (named(page) && !named(seen)),
        };
        if !differs || kept.iter().any(|known: &Kept| known.url == url) {
            continue;
        }
        let mut candidates = Candidates::default();
        if let Some(page) = &nobody.page {
            candidates.anonymous(page);
        }
        candidates.saw(Persona::Alice, page, &alice.issued);
        let found = Kept {
            url,
            named: named(page),
            protected: nobodys.is_none(),
            candidates,
        };
        // A page with her name on it goes before one that only looks otherwise.
        match found.named {
            true => kept.insert(kept.iter().take_while(|one| one.named).count(), found),
            false => kept.push(found),
        }
        if kept.iter().filter(|one| one.named).count() >= KEPT {
            break;
        }
    }
    kept.truncate(KEPT);
    kept
}

/// Where to look: where the login came to rest, the pages that are known and their links, and where such pages usually are.
async fn places(alice: &mut Tourist, around: &Around) -> Vec<String> {
    if let Some(probe) = &around.probe {
        return vec![probe.clone()];
    }
    let Ok(home) = Url::parse(&around.home) else {
        return Vec::new();
    };
    let rests = alice.journey.clone();
    let seen = alice.see(home.as_str()).await;
    let mut all = Vec::new();
    for journey in [&rests, &seen] {
        let at_sp = journey.hops.last().is_some_and(|hop| hop.party == Party::Sp);
        let page = journey.page.as_ref().filter(|page| at_sp && page.status < 400);
        if let Some((page, url)) = page.and_then(|page| Some((page, Url::parse(&page.url).ok()?))) {
            // What stands in its query may be good for once.
            let mut bare = url.clone();
            bare.set_query(None);
            bare.set_fragment(None);
            let mut whole = url.clone();
            whole.set_fragment(None);
            all.extend([bare, whole]);
            all.extend(links(page, &url));
        }
    }
    all.push(home.clone());
    all.extend(paths::who(&home));
    let all = paths::unique(all);
    all.into_iter().take(PAGES).map(String::from).collect()
}

/// Links of a page to its own origin that end no session and begin none.
fn links(page: &Page, url: &Url) -> Vec<Url> {
    let begins = |leads: &Url| {
        let path = leads.path().to_ascii_lowercase();
        let words = ["login", "logon", "signin", "sign-in", "sign_in", "sso", "saml"];
        words.iter().any(|word| path.contains(word))
    };
    doors(&page.body, url)
        .all
        .into_iter()
        .filter(|door| door.kind == DoorKind::Link && !leads_away(&door.words))
        .filter_map(|door| door.leads)
        .filter(|leads| leads.origin() == url.origin() && !begins(leads))
        .take(LINKS)
        .map(|mut leads| {
            leads.set_fragment(None);
            leads
        })
        .collect()
}

/// The page of the SP's that a journey came to, where it is one that shows somebody something.
fn shown(journey: &Journey) -> Option<&Page> {
    let way = journey.hops.iter().any(|hop| hop.party != Party::Sp);
    let page = journey.page.as_ref()?;
    (journey.ended == Ended::Answered && !way && page.status < 300).then_some(page)
}
