//! What the harness learns about an SP before it fires: how it may be signed in to, and how it refuses.

use jiff::SignedDuration;
use scenarios::{
    Base, Need, Persona, Proves, Recipe, Take,
    flow::{Login, LoginAs, Step},
    recipe::{Delivery, Start},
};

use crate::{
    answers::locked,
    classify::mark,
    driver::contains,
    event::Calibration,
    observation::{Ended, Observation, Party, Probe},
    play::{Broke, Played, play},
    stage::{Abilities, Stage},
};

/// Why nothing can be judged: no user can be signed in by any means, or nobody can tell who is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hopeless(pub(crate) String);

/// Learns it, by a dozen logins.
pub(crate) async fn calibrate(stage: &Stage) -> Result<(Calibration, Abilities), Hopeless> {
    let mut learned = Calibration::default();
    let mut abilities = Abilities::default();
    reach(stage).await?;

    let none = Abilities::default();
    let by_sp = match &stage.subject.login {
        Some(_) => logins(stage, &none, Start::Sp, &[Base::A, Base::B, Base::R]).await,
        None => Vec::new(),
    };
    let works = |tried: &[(Base, Played)]| -> Vec<Base> {
        tried
            .iter()
            .filter(|(_, played)| is(stage, played, Persona::Alice))
            .map(|(base, _)| *base)
            .collect()
    };
    abilities.bases = works(&by_sp);
    learned.sp_initiated = !abilities.bases.is_empty();
    // One base shows whether the IdP may begin; all of them are tried only where the SP cannot.
    let by_idp = match abilities.bases.first() {
        Some(accepted) => logins(stage, &none, Start::Idp, &[*accepted]).await,
        None => logins(stage, &none, Start::Idp, &[Base::A, Base::B, Base::R]).await,
    };
    learned.idp_initiated = !works(&by_idp).is_empty();
    if !learned.sp_initiated {
        abilities.bases = works(&by_idp);
    }
    abilities.start = Some(if learned.sp_initiated {
        Start::Sp
    } else {
        Start::Idp
    });
    let ahead = by_sp
        .iter()
        .find_map(|(_, played)| minutes_ahead(played.sp_instant.as_deref()?));
    if let Some(minutes) = ahead.filter(|minutes| minutes.abs() > TOLERATED) {
        return Err(off(minutes));
    }
    if abilities.bases.is_empty() {
        return Err(explain(
            stage,
            by_sp.into_iter().chain(by_idp).map(|(_, played)| played).next(),
        )
        .await);
    }
    learned.assertion_signed = abilities.bases.contains(&Base::A);
    learned.both_signed = abilities.bases.contains(&Base::B);
    learned.response_signed = abilities.bases.contains(&Base::R);

    let start = abilities.start.unwrap_or(Start::Idp);
    let base = abilities.bases[0];
    let (second, outsider, unsigned) = tokio::join!(
        login(stage, &abilities, Persona::Attacker, base, start),
        login(stage, &abilities, Persona::Outsider, base, Start::Idp),
        logins(stage, &abilities, start, &[Base::N, Base::N]),
    );
    learned.probe_tells_users_apart = is(stage, &second, Persona::Attacker);
    if !learned.probe_tells_users_apart {
        return Err(Hopeless(format!(
            "the probe cannot tell two users apart: with {} signed in it shows {}; set [sp.probe] identity to where the NameID stands",
            name(stage, Persona::Attacker),
            second.observation.probe,
        )));
    }
    learned.two_tenants = learned.idp_initiated && is(stage, &outsider, Persona::Outsider);
    refusal(&unsigned, &mut abilities, &mut learned);
    learned.identity_rule = Some(stage.prober().rule().to_string());
    abilities.can = needs(stage, &learned, &second.observation);
    Ok((learned, abilities))
}

/// So many minutes of difference between the SP's clock and ours are life; more makes every verdict on time wrong.
const TOLERATED: i64 = 5;

/// How many minutes the clock that wrote this instant just now is ahead of ours.
fn minutes_ahead(instant: &str) -> Option<i64> {
    let theirs = saml::instant::parse(instant).ok()?;
    Some(theirs.duration_since(jiff::Timestamp::now()).as_secs() / 60)
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

/// Whether anybody is there at all, said before a dozen logins fail for that reason.
pub(crate) async fn reach(stage: &Stage) -> Result<(), Hopeless> {
    let mut session = stage
        .driver
        .session()
        .await
        .map_err(|error| Hopeless(error.to_string()))?;
    let journey = session.peek(&stage.subject.probe).await;
    session.close().await;
    let url = &stage.subject.probe;
    match journey.ended {
        Ended::Unreachable(why) => Err(Hopeless(format!(
            "the SP does not answer at {url} ({why}): start it, or mend [sp.probe] url"
        ))),
        Ended::NotAllowed(host) => Err(Hopeless(format!(
            "{url} leads to {host}, which is not on the allow-list: add it to [sp] allow if it is yours"
        ))),
        Ended::TimedOut => Err(Hopeless(format!(
            "the SP accepts connections at {url} and never answers"
        ))),
        Ended::Harness(why) => Err(Hopeless(why)),
        _ => Ok(()),
    }
}

/// Flawless logins of alice, one a base, at the same time.
async fn logins(stage: &Stage, abilities: &Abilities, start: Start, bases: &[Base]) -> Vec<(Base, Played)> {
    let all = bases
        .iter()
        .map(async |base| (*base, login(stage, abilities, Persona::Alice, *base, start).await));
    futures_util::future::join_all(all).await
}

/// A flawless login.
pub(crate) async fn login(
    stage: &Stage,
    abilities: &Abilities,
    persona: Persona,
    base: Base,
    start: Start,
) -> Played {
    let recipe = Recipe {
        persona: Some(persona),
        // Unsigned on purpose; any other flawless login claims what it is without being asked.
        proves: (base == Base::N).then_some(Proves::Nothing),
        deliver: Some(Delivery {
            start: Some(start),
            ..Delivery::default()
        }),
        ..Recipe::default()
    };
    play(stage, &stage.driver, abilities, &single(recipe), base, None).await
}

/// One login with this recipe.
fn single(recipe: Recipe) -> Take {
    let step = Login {
        login: LoginAs(recipe.persona()),
        recipe: Some(recipe.clone()),
        ..Login::default()
    };
    Take {
        variant: None,
        each: None,
        recipe,
        steps: vec![Step::Login(step)],
    }
}

fn name(stage: &Stage, persona: Persona) -> &str {
    stage
        .people
        .iter()
        .find(|(p, _)| *p == persona)
        .map_or("", |(_, name)| name)
}

/// Whether a persona is signed in after a flow.
pub(crate) fn is(stage: &Stage, played: &Played, persona: Persona) -> bool {
    matches!(&played.observation.probe, Probe::SignedIn { identity, .. }
        if played.broke.is_none() && identity.trim().eq_ignore_ascii_case(name(stage, persona)))
}

/// An unsigned message was sent twice: the same 5xx page both times is how this SP says no.
fn refusal(unsigned: &[(Base, Played)], abilities: &mut Abilities, learned: &mut Calibration) {
    let [(_, first), (_, second)] = unsigned else {
        return;
    };
    if let Some(broke) = first.broke.as_ref().or(second.broke.as_ref()) {
        learned
            .notes
            .push(format!("how this SP refuses could not be seen: {broke}"));
        return;
    }
    let seen = [&first.observation, &second.observation];
    let how = |seen: &Observation| match (&seen.journey.ended, &seen.journey.page) {
        (Ended::Answered, Some(page)) => (mark(page), page.status),
        (ended, _) => (format!("no page: it {ended}"), 0),
    };
    let (first, second) = (how(seen[0]), how(seen[1]));
    let varies = first.0 != second.0;
    learned.refuses_with = Some(if varies {
        "a page that varies".to_owned()
    } else {
        // A refusal's fingerprint has no address in it, only the place of one.
        first.0.split_whitespace().collect::<Vec<_>>().join(" ")
    });
    if first.1 >= 500 && !varies && seen.iter().all(|s| s.probe == Probe::SignedOut) {
        abilities.refusal = Some(first.0);
        learned.notes.push(format!(
            "this SP refuses with a constant {} page: that counts as a refusal, though a 4xx would say so",
            first.1
        ));
    }
}

fn needs(stage: &Stage, learned: &Calibration, seen: &Observation) -> Vec<Need> {
    let attributes = matches!(&seen.probe, Probe::SignedIn { markers, .. } if !markers.is_empty());
    let commands = &stage.subject.commands;
    [
        (Need::SpInitiated, learned.sp_initiated),
        (Need::IdpInitiated, learned.idp_initiated),
        (
            Need::UnsolicitedRefused,
            learned.sp_initiated && !learned.idp_initiated,
        ),
        (Need::Browser, stage.has_browser()),
        (Need::TwoTenants, learned.two_tenants),
        (Need::OutOfBand, stage.oob.is_some()),
        (Need::AttributesVisible, attributes),
        (Need::NameIdRead, true),
        (Need::Logout, stage.subject.logout.is_some()),
        (Need::NewAccounts, !stage.subject.provisioned),
        (Need::MetadataRefresh, commands.contains_key("refresh")),
        (Need::Restart, commands.contains_key("restart")),
    ]
    .into_iter()
    .filter_map(|(need, can)| can.then_some(need))
    .collect()
}

/// Why no login works, in one sentence that says what to do.
async fn explain(stage: &Stage, last: Option<Played>) -> Hopeless {
    let Some(played) = last else {
        return Hopeless(
            "no login could be tried: [sp] login is missing, and the IdP has no application for the SP"
                .to_owned(),
        );
    };
    match &played.broke {
        Some(Broke::Fault(fault)) => return Hopeless(format!("a flawless message cannot be made: {fault}")),
        Some(Broke::Driver(why)) => return Hopeless(why.clone()),
        Some(Broke::Precondition(why)) => return Hopeless(format!("no login works: {why}")),
        None => {}
    }
    if let Probe::Unclear {
        why,
        differs_from_anonymous: true,
    } = &played.observation.probe
    {
        return Hopeless(format!(
            "alice seems to be signed in, but the probe shows no identity ({why}): set [sp.probe] identity to where her NameID stands in {}",
            stage.subject.probe
        ));
    }
    if let Probe::SignedIn { identity, .. } = &played.observation.probe {
        return Hopeless(format!(
            "after alice's login the probe shows `{identity}`, not {}: mend [sp.probe] identity",
            name(stage, Persona::Alice)
        ));
    }
    if let Some(hours) = clock(stage).await {
        return off(hours * 60);
    }
    let journey = &played.observation.journey;
    let alice = name(stage, Persona::Alice);
    if let Some(page) = &journey.page
        && journey.hops.last().is_some_and(|hop| hop.party == Party::Sp)
        && page.status < 300
        && contains(&page.body, alice)
    {
        return Hopeless(format!(
            "alice seems to be signed in at {}, but {} shows nobody: set [sp.probe] url to a page that only a signed-in user sees",
            page.url, stage.subject.probe
        ));
    }
    let rest = match (&journey.ended, &journey.page) {
        (Ended::Answered, Some(page)) => format!("it answers {} at {}", page.status, page.url),
        (ended, _) => format!("it {ended}"),
    };
    Hopeless(format!(
        "no flawless login works ({rest}): does the SP trust this IdP's metadata (`samlitmus idp metadata`), and is its ACS the one in its metadata?"
    ))
}

/// Whether a login works with the IdP's clock moved: so many hours the SP's is ahead.
async fn clock(stage: &Stage) -> Option<i64> {
    let start = if stage.subject.login.is_some() {
        Start::Sp
    } else {
        Start::Idp
    };
    for hours in [1, -1, 2, -2, 3, -3] {
        *locked(&stage.forge.offset) = SignedDuration::from_hours(hours);
        let played = login(stage, &Abilities::default(), Persona::Alice, Base::B, start).await;
        let other = login(stage, &Abilities::default(), Persona::Alice, Base::A, start).await;
        *locked(&stage.forge.offset) = SignedDuration::ZERO;
        if is(stage, &played, Persona::Alice) || is(stage, &other, Persona::Alice) {
            return Some(hours);
        }
    }
    None
}
