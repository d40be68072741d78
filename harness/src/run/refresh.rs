//! Making the SP read the IdP's metadata again, and reading the usual one when a flow has published another.

use std::{sync::atomic::Ordering, time::Duration};

use super::stage::Stage;
use crate::{
    judge::observation::{Ended, Journey},
    subject::process::shell,
};

/// So long the last word of a run to the SP may take.
const LAST: Duration = Duration::from_secs(5);

/// How the SP took it.
pub(crate) enum Took {
    /// It said nothing against it.
    Well,
    /// It said that it failed, and how.
    Said(String),
    /// It gave no answer.
    Silently(Box<Journey>),
}

impl Stage {
    /// Makes the SP read the IdP's metadata again: it has done so when this is over.
    pub(crate) async fn refresh(&self) -> Result<Took, String> {
        let Some(how) = self.subject.commands.get("refresh") else {
            return Err("it is not configured".to_owned());
        };
        if !how.starts_with("http://") && !how.starts_with("https://") {
            let said = shell(how, &self.subject.folder).await;
            return Ok(said.map_or_else(Took::Said, |()| Took::Well));
        }
        let journey = self.visit_as_nobody(how).await;
        self.count_requests(journey.hops.len());
        match (&journey.ended, &journey.page) {
            (Ended::Answered, Some(page)) if page.status < 400 => Ok(Took::Well),
            (Ended::Answered, _) => Ok(Took::Said(journey.told())),
            (Ended::TimedOut | Ended::Reset(_), _) => Ok(Took::Silently(Box::new(journey))),
            _ => Err(journey.told()),
        }
    }

    /// The SP may have read by now what is not the usual metadata, where it reads any.
    pub(crate) fn unsettle(&self) {
        let reads = self.subject.commands.contains_key("refresh");
        self.unsettled.store(reads, Ordering::Relaxed);
    }

    /// Makes the SP read the usual metadata again, which the IdP has published anew. Where it does not, that is tried once more at the
    /// end of the run.
    pub(crate) async fn settle(&self) {
        if !self.unsettled.load(Ordering::Relaxed) {
            return;
        }
        if matches!(self.refresh().await, Ok(Took::Well)) {
            self.unsettled.store(false, Ordering::Relaxed);
        }
    }

    /// The same at the end of a run, whatever ended it, where a flow was abandoned or the SP did not obey. What is to be said of it.
    pub(crate) async fn leave_settled(&self) -> Option<String> {
        if !self.unsettled.load(Ordering::Relaxed) {
            return None;
        }
        let why = match tokio::time::timeout(LAST, self.refresh()).await {
            Ok(Ok(Took::Well)) => return None,
            Ok(Ok(Took::Said(why)) | Err(why)) => why,
            Ok(Ok(Took::Silently(journey))) => journey.told(),
            Err(_) => format!("it took longer than {} s", LAST.as_secs()),
        };
        Some(format!(
            "[sp] refresh could not be run after a scenario had published other metadata ({why}): make the SP read the IdP's metadata again, or start it anew"
        ))
    }
}
