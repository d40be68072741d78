//! All that the SP sends by itself, gathered once for all scenarios that look at it.

use std::sync::Arc;

use jiff::Timestamp;
use mock_idp::Directory;
use scenarios::{MetadataProperty, Persona, Property, Scenario};
use url::Url;

use super::{learned::Learned, sessions::sessions, stage::Stage};
use crate::judge::{
    emitted::Emitted,
    observation::{Ended, Journey, mend},
};

/// What calibration saw, and what a look more shows where a scenario asks for it.
pub(super) async fn emitted(stage: &Stage, learned: &Learned, scenarios: &[Arc<Scenario>]) -> Emitted {
    let asked = |property: MetadataProperty| {
        let wanted = Some(Property::Metadata(property));
        scenarios.iter().any(|scenario| scenario.holds == wanted)
    };
    let mut document = stage
        .document
        .as_ref()
        .map(|published| published.document.clone());
    if let (true, Some(document), Some(url)) = (
        asked(MetadataProperty::MetadataStable),
        &mut document,
        published_at(stage),
    ) {
        document.again = Some(again(stage, url).await);
    }
    let mut deaf = Vec::new();
    if asked(MetadataProperty::MetadataAcsAnswers) {
        for acs in &stage.forge.sp.acs {
            deaf.extend(unanswered(&look(stage, &acs.location).await).map(|why| (acs.location.clone(), why)));
        }
    }
    let sessions = Box::pin(sessions(stage, learned, scenarios)).await;
    let directory = stage.forge.directory.read();
    let people = Persona::ALL
        .into_iter()
        .flat_map(|persona| stage.people.values(persona));
    Emitted {
        requests: stage.answers.begun(),
        document,
        sp: stage.forge.sp.clone(),
        sso: directory
            .tenants
            .iter()
            .map(|tenant| stage.idp.sso_url(&tenant.id))
            .collect(),
        also: also(&directory, stage.idp.origin()),
        taken: learned.bases.clone(),
        people: people.collect(),
        host: Url::parse(&stage.subject.home)
            .ok()
            .and_then(|url| url.host_str().map(str::to_owned))
            .unwrap_or_default(),
        deaf,
        sessions,
        refused: learned.refused.clone(),
        now: Timestamp::now(),
        journey: None,
    }
}

/// A tenant is found by its domain too, and an application by its own path.
fn also(directory: &Directory, origin: &str) -> Vec<String> {
    let mut all = vec![format!("{origin}/common/saml2")];
    for tenant in &directory.tenants {
        for name in [&tenant.id, &tenant.domain] {
            let address = format!("{origin}/{name}/saml2");
            let own = tenant.applications.iter();
            all.extend(own.map(|application| format!("{address}/{}", application.service_principal_id)));
            all.push(address);
        }
    }
    all
}

fn published_at(stage: &Stage) -> Option<&str> {
    stage.document.as_ref()?.url.as_deref()
}

/// The metadata once more, as it is answered.
async fn again(stage: &Stage, url: &str) -> Result<String, String> {
    let journey = look(stage, url).await;
    match (&journey.ended, journey.page) {
        (Ended::Answered, Some(page)) if page.status == 200 => Ok(page.body),
        (Ended::Answered, Some(page)) => Err(format!("{url} answers {}", page.status)),
        (ended, _) => Err(format!("{url} {ended}")),
    }
}

/// Why an address did not answer; nothing where it did, however.
fn unanswered(journey: &Journey) -> Option<String> {
    match &journey.ended {
        Ended::Unreachable(why) => Some(format!("{why}{}", mend(why))),
        Ended::Reset(_) | Ended::TimedOut => Some(journey.ended.to_string()),
        _ => None,
    }
}

async fn look(stage: &Stage, url: &str) -> Journey {
    match stage.session_with(&std::collections::BTreeMap::new()) {
        Ok(mut session) => session.peek(url).await,
        Err(error) => Journey {
            ended: Ended::Harness(error.to_string()),
            ..Journey::default()
        },
    }
}
