//! The order in which an SP is learned about.

use scenarios::{Base, Carriage, Persona, recipe::Start};

use super::{
    account::account,
    artifact::takes_artifacts,
    encryption::encryption,
    explain::{clock_of, explain},
    logins::{Tried, by},
    needs::{Also, needs},
    people::{Genuine, everybody, interleaved, learn, places, shows_somebody, tells_apart},
    reach::{Hopeless, reach},
    refusals::refusals,
    sign_out::{asks_to_end, ends_sessions, sign_out},
    source::source,
    way::{beyond, scripts},
};
use crate::{
    banner::banner,
    event::Calibration,
    judge::{
        observation::{Journey, Party, Probe},
        people::Manner,
    },
    run::{clues::Clues, firing::played::Played, learned::Learned, stage::Stage},
    subject::probe::IdentityRule,
    text::locked,
};

/// Learns it, by two or three dozen logins, one after the other.
pub(crate) async fn calibrate(stage: &Stage) -> Result<(Calibration, Learned), Hopeless> {
    // What plain HTTP saw says nothing about what the browser sees.
    *locked(&stage.clues) = Clues::default();
    let mut told = Calibration::default();
    let mut learned = Learned {
        people: stage.people.clone(),
        ..Learned::default()
    };
    let anonymous = reach(stage).await?;
    told.server = anonymous.page.as_ref().and_then(banner);
    nobody(stage, &anonymous)?;
    stage.learn_anonymous(&anonymous);

    let alices = ways_in(stage, &mut learned, &mut told).await?;
    let base = learned.bases.first().copied().unwrap_or(Base::A);
    let mut genuine = everybody(stage, &learned, base, alices).await;
    let between = interleaved(stage, &learned, base).await;
    found(stage, &anonymous, &genuine, &between)?;
    learn(stage, &mut genuine, &between, &mut learned);
    empty_jar(stage).await?;
    tells_apart(stage, &genuine, &learned)?;
    told.probe_tells_users_apart = true;
    told.identity_rule = Some(stage.prober().rule().to_string());
    told.two_tenants = told.idp_initiated
        && genuine.iter().any(|login| {
            login.persona == Persona::Outsider && login.played.is(&learned.people, Persona::Outsider)
        });

    let taken = source(stage, &learned, base, &genuine).await;
    locked(&stage.forge.identity).clone_from(&taken.claim);
    told.identity_claim.clone_from(&taken.claim);
    learned.claim = taken.claim;
    learned.ignores_name_id = taken.ignores_name_id;

    encryption(stage, &learned, &mut told, base).await;
    let accepted: Vec<Journey> = genuine
        .iter()
        .filter(|login| login.persona != Persona::Outsider && login.played.is(&learned.people, login.persona))
        .map(|login| login.played.observation.journey.clone())
        .collect();
    refusals(stage, &mut learned, &mut told, base, &accepted).await;
    account(stage, &mut learned, &mut told, base).await;
    sign_out(stage, &mut learned, base).await?;
    let ended = Box::pin(ends_sessions(stage, &learned, base, None)).await;
    let asks_to_end = Box::pin(asks_to_end(stage, &learned, base)).await;
    let ended_by_post = Box::pin(ends_sessions(stage, &learned, base, Some(Carriage::Form))).await;
    let ended_by_soap = Box::pin(ends_sessions(stage, &learned, base, Some(Carriage::Soap))).await;
    let artifact = told.idp_initiated && Box::pin(takes_artifacts(stage, &learned, base)).await;
    for (persona, why) in &learned.unseen {
        learned.causes.push(format!(
            "{why}: what is forged in the name of the {name} and refused proves nothing; give him an account there ([sp] provision), a probe that shows him too, or another name in [users.{name}]",
            name = persona.name()
        ));
    }
    let requests = stage.answers.requests();
    (told.authn_requests, told.authn_requests_refused) = (requests.checked, requests.refused);
    told.notes.extend(requests.told());
    notes(&mut told, &learned, &genuine);
    let attributes = genuine.iter().any(|login| {
        login.persona == Persona::Attacker
            && matches!(&login.played.observation.probe, Probe::SignedIn { markers, .. }
                if markers.iter().any(|marker| marker == login.persona.name()))
    });
    learned.can = needs(
        stage,
        &told,
        Also {
            attributes: attributes && learned.people.manner() == Manner::Whole,
            ends_sessions: ended,
            asks_to_end,
            ends_sessions_by_post: ended_by_post,
            ends_sessions_by_soap: ended_by_soap,
            artifact,
            one_address: one_address(stage, &learned),
            deep_link: anonymous.hops.iter().any(|hop| hop.party == Party::Idp),
        },
    );
    Ok((told, learned))
}

/// Whether a sign-in takes one address and no more steps.
fn one_address(stage: &Stage, learned: &Learned) -> bool {
    let way = learned.way.as_ref().or(stage.subject.login.as_ref());
    way.is_some_and(|way| way.0.len() == 1 && way.urls().count() == 1)
}

/// A probe that shows a name to an empty jar shows nothing.
fn nobody(stage: &Stage, anonymous: &Journey) -> Result<(), Hopeless> {
    let probe = stage.prober().judge(anonymous, &[]);
    let Some(page) = &anonymous.page else {
        return Ok(());
    };
    match probe {
        Probe::SignedIn { identity, .. } if !stage.prober().markers(page).is_empty() => {
            Err(Hopeless(format!(
                "the probe shows `{identity}` to an empty jar, so it cannot tell who is signed in: mend [sp.probe] url"
            )))
        }
        _ => Ok(()),
    }
}

/// The same after people have signed in: what a cache or the last visitor left must not be shown to everybody.
async fn empty_jar(stage: &Stage) -> Result<(), Hopeless> {
    let journey = stage.look_as_nobody().await;
    match stage.prober().judge(&journey, &[]) {
        Probe::SignedIn { identity, .. } => Err(Hopeless(format!(
            "the probe shows `{identity}` to an empty jar after others have signed in (a cache, or the last visitor): mend [sp.probe] url, or name a page that is never cached"
        ))),
        _ => Ok(()),
    }
}

/// Which bases and beginnings sign alice in, and her logins.
async fn ways_in(
    stage: &Stage,
    learned: &mut Learned,
    told: &mut Calibration,
) -> Result<Vec<Played>, Hopeless> {
    let all = [Base::A, Base::B, Base::R];
    let works = |played: &Played| shows_somebody(stage, played);
    let mut by_sp = match &stage.subject.login {
        Some(_) => by(stage, learned, Start::Sp, &all, works).await,
        None => Vec::new(),
    };
    if let Some(way) = beyond(stage, &by_sp).await? {
        told.notes.push(format!(
            "[sp] login is only the beginning of the way to the IdP; what was found is, for samlitmus.toml: login = {way}"
        ));
        learned.way = Some(way);
        by_sp = by(stage, learned, Start::Sp, &all, works).await;
    }
    learned.arrives = by_sp.iter().find_map(|tried| tried.played.arrived);
    let ahead = by_sp.iter().find_map(|tried| tried.played.sp_ahead);
    if let Some(off) = ahead.and_then(|ahead| clock_of(stage, ahead)) {
        return Err(off);
    }
    let accepted = |tried: &[Tried]| -> Vec<Base> {
        let works = tried.iter().filter(|tried| tried.works);
        works.map(|tried| tried.base).collect()
    };
    learned.bases = accepted(&by_sp);
    told.sp_initiated = !learned.bases.is_empty();
    // One base shows whether the IdP may begin; all of them are tried only where the SP cannot.
    let by_idp = match learned.bases.first() {
        Some(base) => by(stage, learned, Start::Idp, &[*base], works).await,
        None => by(stage, learned, Start::Idp, &all, works).await,
    };
    told.idp_initiated = by_idp.iter().any(|tried| tried.works);
    if !told.sp_initiated {
        learned.bases = accepted(&by_idp);
    }
    learned.start = Some(if told.sp_initiated { Start::Sp } else { Start::Idp });
    if learned.bases.is_empty() {
        let begun = if by_sp.is_empty() { by_idp } else { by_sp };
        locked(&stage.clues).browser = begun.first().and_then(|tried| scripts(stage, &tried.played));
        return Err(explain(stage, learned, begun).await);
    }
    if let (false, Some(login), Some(first)) = (told.sp_initiated, &stage.subject.login, by_sp.first()) {
        // Half of what was configured does not work: that is said, and nothing is green for it.
        let why = match &first.played.broke {
            Some(broke) => broke.to_string(),
            None => first.played.observation.journey.told(),
        };
        learned.causes.push(format!(
            "[sp] login = {login} does not work, though a sign-in that the IdP begins does: {why}; mend it, or leave it out if only the IdP can begin"
        ));
    }
    told.assertion_signed = learned.bases.contains(&Base::A);
    told.both_signed = learned.bases.contains(&Base::B);
    told.response_signed = learned.bases.contains(&Base::R);
    let start = learned.start;
    let logins = by_sp.into_iter().chain(by_idp);
    let works = logins.filter(|tried| tried.works && Some(tried.start) == start);
    Ok(works.map(|tried| tried.played).collect())
}

/// Where nothing was configured, the place that follows everybody.
fn found(stage: &Stage, anonymous: &Journey, genuine: &[Genuine], between: &Played) -> Result<(), Hopeless> {
    if !matches!(stage.prober().rule(), IdentityRule::Anywhere) {
        return Ok(());
    }
    match places(stage, anonymous, genuine, between).first() {
        Some(rule) => stage.learn_rule(rule, anonymous),
        // A name in the middle of a text has no place of its own, and is looked for anywhere.
        None if genuine
            .iter()
            .any(|login| matches!(login.played.observation.probe, Probe::SignedIn { .. })) => {}
        None => {
            return Err(Hopeless(format!(
                "somebody seems to be signed in, but nothing on {} tells two people apart: set [sp.probe] identity to where the signed-in user's name stands",
                stage.subject.probe
            )));
        }
    }
    Ok(())
}

fn notes(told: &mut Calibration, learned: &Learned, genuine: &[Genuine]) {
    if let Some(claim) = &learned.claim {
        told.notes.push(format!(
            "this SP takes the attribute {claim} as identity, and never looks at the NameID: what is forged in a NameID is forged there as well"
        ));
    }
    if !learned.bystanders.is_empty() {
        told.notes.push(format!(
            "the probe's page shows values of others too ({}), whoever is signed in: only the identity itself is believed",
            learned.bystanders.join(", ")
        ));
    }
    match learned.people.manner() {
        Manner::Whole => {}
        Manner::Part => told.notes.push(
            "the probe shows only a part of a name: who is called otherwise and begins alike cannot be told from who is meant"
                .to_owned(),
        ),
        Manner::Opaque => told.notes.push(
            "the probe shows something of the SP's own, not a value of the message: people are known by what their genuine logins showed"
                .to_owned(),
        ),
    }
    if genuine.is_empty() {
        told.notes.push("nobody was signed in".to_owned());
    }
}
