//! Why no login works, in one sentence that says what to do. No cause is guessed where something tells.

use jiff::SignedDuration;
use scenarios::{Base, Persona, recipe::Start};

use super::reach::Hopeless;
use crate::{
    judge::observation::{Ended, Party, Probe},
    run::{
        firing::{
            flawless,
            played::{Broke, Played},
        },
        learned::Learned,
        stage::Stage,
    },
    text::{contains, locked},
};

/// So many minutes of difference between the SP's clock and ours are life; more makes every verdict on time wrong.
const TOLERATED: i64 = 5;

/// How far the SP's clock is off, where an AuthnRequest told and it is too far.
pub(super) fn clock_of(instant: &str) -> Option<Hopeless> {
    let theirs = saml::instant::parse(instant).ok()?;
    let minutes = theirs.duration_since(jiff::Timestamp::now()).as_secs() / 60;
    (minutes.abs() > TOLERATED).then(|| off(minutes))
}

fn off(minutes: i64) -> Hopeless {
    let amount = match minutes.abs() {
        m @ 0..90 => format!("{m} minutes"),
        m => format!("{} hours", (m + 30) / 60),
    };
    let word = if minutes > 0 { "ahead" } else { "behind" };
    Hopeless(format!(
        "the SP's clock is about {amount} {word} of this machine's, so nothing about time can be judged: set the SP's clock"
    ))
}

/// Why no login works.
pub(super) async fn explain(stage: &Stage, last: Option<Played>) -> Hopeless {
    let Some(played) = last else {
        return Hopeless(
            "no login could be tried: [sp] login is missing, and the IdP has no application for the SP"
                .to_owned(),
        );
    };
    if let Some(hopeless) = told(stage, &played) {
        return hopeless;
    }
    if let Some(hours) = clock(stage).await {
        return off(hours * 60);
    }
    let lacked = played.lacked();
    let mut journey = played.observation.journey;
    if let Some(looked) = played.looked {
        journey.lost_cookies.extend(looked.lost_cookies);
    }
    journey.lost_cookies.dedup();
    Hopeless(format!(
        "no flawless login works: {}{lacked}; does the SP trust this IdP's metadata (`samlitmus idp metadata`), and is its ACS the one in its metadata?",
        journey.told()
    ))
}

/// What the login itself tells.
fn told(stage: &Stage, played: &Played) -> Option<Hopeless> {
    let journey = &played.observation.journey;
    let probe = &stage.subject.probe;
    match &played.broke {
        Some(Broke::Fault(fault)) => {
            return Some(Hopeless(format!("a flawless message cannot be made: {fault}")));
        }
        Some(Broke::Driver(why)) => return Some(Hopeless(why.clone())),
        Some(Broke::Precondition(why)) => return Some(Hopeless(format!("no login works: {why}"))),
        None => {}
    }
    match &played.observation.probe {
        Probe::Unclear {
            why,
            differs_from_anonymous: true,
        } => {
            return Some(Hopeless(format!(
                "alice seems to be signed in, but the probe shows no identity ({why}): set [sp.probe] identity to where her name stands in {probe}"
            )));
        }
        Probe::Unclear { why, .. } if journey.ended == Ended::Answered => {
            return Some(Hopeless(format!(
                "alice may be signed in ({}), but {why}: mend [sp.probe] url, or wait until it answers",
                journey.told()
            )));
        }
        Probe::SignedIn { identity, .. } => {
            return Some(Hopeless(format!(
                "after alice's login the probe shows `{identity}`, which is no value of hers: mend [sp.probe] identity"
            )));
        }
        _ => {}
    }
    if journey.ended != Ended::Answered {
        return Some(Hopeless(format!("no flawless login works: {}", journey.told())));
    }
    let page = journey.page.as_ref()?;
    let at_sp = journey.hops.last().is_some_and(|hop| hop.party == Party::Sp);
    let hers = stage.people.values(Persona::Alice);
    let shows_her = hers
        .iter()
        .any(|value| value.contains('@') && contains(&page.body, value));
    (at_sp && page.status < 300 && shows_her).then(|| {
        Hopeless(format!(
            "alice seems to be signed in at {}, but {probe} shows nobody: set [sp.probe] url to a page that only a signed-in user sees",
            page.url
        ))
    })
}

/// Whether a login works with the IdP's clock moved: so many hours the SP's is ahead.
async fn clock(stage: &Stage) -> Option<i64> {
    let start = if stage.subject.login.is_some() {
        Start::Sp
    } else {
        Start::Idp
    };
    let learned = Learned {
        people: stage.people.clone(),
        ..Learned::default()
    };
    for hours in [1, -1, 2, -2, 3, -3] {
        for base in [Base::B, Base::A] {
            *locked(&stage.forge.offset) = SignedDuration::from_hours(hours);
            let played = flawless(stage, &learned, Persona::Alice, base, start).await;
            *locked(&stage.forge.offset) = SignedDuration::ZERO;
            if played.is(&learned.people, Persona::Alice) {
                return Some(hours);
            }
        }
    }
    None
}
