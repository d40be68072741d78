//! What a run tells, masked: the one place that everything passes on its way to people and machines.

use std::sync::Arc;

use super::{
    find::cookies,
    names::{bears, is_cookies},
    text::{sparing, text, without},
};
use crate::{
    event::{Calibration, Event, RunSummary, ScenarioResult},
    judge::circumstances::Circumstances,
    judge::observation::{Ended, Hop, Journey, Observation, Page, Probe},
};

/// An event without secrets. Identities are none.
pub fn told(event: &Event) -> Event {
    match event {
        Event::Started(_) | Event::ScenarioStarted { .. } => event.clone(),
        Event::Calibrated(learned) => Event::Calibrated(Arc::new(Calibration {
            refuses_with: learned.refuses_with.as_deref().map(text),
            notes: all(&learned.notes, &[]),
            ..learned.as_ref().clone()
        })),
        Event::ScenarioFinished(found) => Event::ScenarioFinished(Arc::new(result(found))),
        Event::Warning(warning) => Event::Warning(text(warning)),
        Event::Finished(end) => Event::Finished(Arc::new(summary(end))),
    }
}

/// The end of a run without secrets.
pub fn summary(summary: &RunSummary) -> RunSummary {
    let around = &summary.circumstances;
    RunSummary {
        causes: all(&summary.causes, &[]),
        warnings: all(&summary.warnings, &[]),
        picture: all(&summary.picture, &[]),
        sp_log: all(&summary.sp_log, &[]),
        circumstances: Circumstances {
            hopeless: around.hopeless.as_deref().map(text),
            unjudged: all(&around.unjudged, &[]),
            refuses_with: around.refuses_with.as_deref().map(text),
            warnings: all(&around.warnings, &[]),
            ..around.clone()
        },
        ..summary.clone()
    }
}

/// A result without secrets. Identities are none.
pub fn result(result: &ScenarioResult) -> ScenarioResult {
    let seen = &result.observation;
    let mut identities = Vec::new();
    if let Probe::SignedIn { identity, .. } = &seen.probe {
        identities.push(identity.as_str());
    }
    if let Some(message) = &result.message {
        identities.push(message.name_id.as_str());
    }
    // An AuthnRequest is given to everybody who asks to sign in: whatever stands in it is no secret.
    for refused in &result.refused {
        identities.extend([refused.says.trim_end_matches('.'), refused.part.as_str()]);
    }
    ScenarioResult {
        reason: sparing(&result.reason, &identities),
        observation: Arc::new(observation(seen, &identities)),
        sp_log: all(&result.sp_log, &identities),
        ..result.clone()
    }
}

fn observation(seen: &Observation, identities: &[&str]) -> Observation {
    let journey = &seen.journey;
    Observation {
        journey: Journey {
            hops: journey.hops.iter().map(|one| hop(one, identities)).collect(),
            ended: ended(&journey.ended),
            page: journey.page.as_ref().map(|one| page(one, identities)),
            lost_cookies: journey.lost_cookies.clone(),
            rules: all(&journey.rules, identities),
            lacked: journey.lacked.clone(),
            console: all(&journey.console, identities),
            screenshot: journey.screenshot.clone(),
            elapsed: journey.elapsed,
        },
        probe: match &seen.probe {
            Probe::Unclear {
                why,
                differs_from_anonymous,
            } => Probe::Unclear {
                why: text(why),
                differs_from_anonymous: *differs_from_anonymous,
            },
            other => other.clone(),
        },
        out_of_band: all(&seen.out_of_band, identities),
        new_accounts: seen.new_accounts.clone(),
    }
}

fn hop(hop: &Hop, identities: &[&str]) -> Hop {
    Hop {
        url: sparing(&hop.url, identities),
        location: hop.location.as_deref().map(|to| sparing(to, identities)),
        ..hop.clone()
    }
}

fn page(page: &Page, identities: &[&str]) -> Page {
    let header = |(name, value): &(String, String)| (name.clone(), self::header(name, value, identities));
    Page {
        url: sparing(&page.url, identities),
        title: sparing(&page.title, identities),
        headers: page.headers.iter().map(header).collect(),
        body: sparing(&page.body, identities),
        status: page.status,
        content_type: page.content_type.clone(),
        claims: None,
    }
}

fn header(name: &str, value: &str, identities: &[&str]) -> String {
    if is_cookies(name) {
        return without(value, cookies(value), &[]).unwrap_or_else(|| value.to_owned());
    }
    if bears(name).is_some() {
        let whole = 0..value.len();
        return without(value, vec![whole], &[]).unwrap_or_else(|| value.to_owned());
    }
    sparing(value, identities)
}

fn ended(ended: &Ended) -> Ended {
    match ended {
        Ended::Answered => Ended::Answered,
        Ended::TimedOut => Ended::TimedOut,
        Ended::Reset(why) => Ended::Reset(text(why)),
        Ended::Unreachable(why) => Ended::Unreachable(text(why)),
        Ended::Limit(why) => Ended::Limit(text(why)),
        Ended::NotAllowed(place) => Ended::NotAllowed(text(place)),
        Ended::Harness(why) => Ended::Harness(text(why)),
    }
}

fn all(texts: &[String], identities: &[&str]) -> Vec<String> {
    texts.iter().map(|one| sparing(one, identities)).collect()
}
