//! Why no login works, in one sentence that says what to do. No cause is guessed where something tells.

use jiff::SignedDuration;
use scenarios::{Base, Persona, recipe::Start};

use super::{contrast::furthest, logins::Tried, reach::Hopeless};
use crate::{
    judge::observation::{Ended, Party, Probe},
    run::{
        clues::Contrast,
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
pub(super) fn clock_of(stage: &Stage, ahead: SignedDuration) -> Option<Hopeless> {
    let minutes = ahead.as_mins();
    (minutes.abs() > TOLERATED).then(|| of_clock(stage, off(minutes)))
}

/// Keeps it as a clue.
fn of_clock(stage: &Stage, hopeless: Hopeless) -> Hopeless {
    locked(&stage.clues).clock = Some(hopeless.0.clone());
    hopeless
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
pub(super) async fn explain(stage: &Stage, learned: &Learned, tried: Vec<Tried>) -> Hopeless {
    let telling = tried
        .iter()
        .find_map(|tried| Some((tried, told(stage, &tried.played)?)));
    if let Some((tried, hopeless)) = telling {
        locked(&stage.clues).rests_on(tried.start, tried.base, &tried.played);
        return hopeless;
    }
    if let Some(hours) = clock(stage, learned).await {
        return of_clock(stage, off(hours * 60));
    }
    let Some((furthest, contrast)) = furthest(stage, learned, tried).await else {
        return Hopeless(
            "no login could be tried: [sp] login is missing, and the IdP has no application for the SP"
                .to_owned(),
        );
    };
    locked(&stage.clues).rests_on(furthest.start, furthest.base, &furthest.played);
    let mut journey = furthest.played.observation.journey;
    let mut lacked = None;
    if let Some(looked) = furthest.played.looked {
        journey.lost_cookies.extend(looked.lost_cookies);
        lacked = looked.lacked;
    }
    journey.lost_cookies.dedup();
    let told = match (&contrast, lacked) {
        // What never came along may be all that is wrong.
        (Some(Contrast::Same(_)), _) if !journey.lost_cookies.is_empty() => {
            "a message under a key that nobody trusts is answered in the same way, so the SP either never came to look at the signature (a cookie that must come along with the IdP's POST needs SameSite=None and Secure), or does not trust this IdP's key (give it the metadata that `samlitmus idp metadata` writes)".to_owned()
        }
        (Some(Contrast::Accepted(ours, _)), Some(lack)) => {
            format!("the SP lets a flawless message through to {ours}, but {lack}: {}", lack.mend())
        }
        (Some(contrast), _) => contrast.to_string(),
        (None, _) => "see that the SP trusts what `samlitmus idp metadata` writes, and that its ACS is the one in its metadata".to_owned(),
    };
    let what = match &contrast {
        Some(Contrast::Accepted(..)) => "nobody is seen after a flawless login",
        _ => "no flawless login works",
    };
    locked(&stage.clues).contrast = contrast;
    Hopeless(format!("{what}: {}; {told}", journey.told()))
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
        Some(Broke::Precondition(why) | Broke::Session(why) | Broke::NeedsBrowser(why)) => {
            return Some(Hopeless(format!("no login works: {why}")));
        }
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
    if let Some(stopped) = &played.stopped {
        return Some(Hopeless(format!(
            "no flawless login works: {}; behind the IdP {}",
            stopped.why,
            journey.told()
        )));
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

/// Who begins, before anybody knows who can.
fn beginning(stage: &Stage) -> Start {
    match stage.subject.login {
        Some(_) => Start::Sp,
        None => Start::Idp,
    }
}

/// Whether a login works with the IdP's clock moved: so many hours the SP's is ahead.
async fn clock(stage: &Stage, learned: &Learned) -> Option<i64> {
    let start = beginning(stage);
    for hours in [1, -1, 2, -2, 3, -3] {
        for base in [Base::B, Base::A] {
            *locked(&stage.forge.offset) = SignedDuration::from_hours(hours);
            let played = flawless(stage, learned, Persona::Alice, base, start).await;
            *locked(&stage.forge.offset) = SignedDuration::ZERO;
            if played.is(&learned.people, Persona::Alice) {
                return Some(hours);
            }
        }
    }
    None
}
