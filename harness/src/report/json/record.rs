//! What an entry does not say, and other reports do.

use std::sync::Arc;

use base64::prelude::{BASE64_STANDARD, Engine};
use scenarios::Scenario;
use serde::{Deserialize, Serialize};

use crate::{
    anatomy::{Anatomy, Changes},
    event::ScenarioResult,
    judge::{VerdictKind, observation::Observation},
};

/// The most characters of a page's body, which is more than any report shows.
const BODY: usize = 4_100;
/// The largest screenshot, in bytes.
const SCREENSHOT: usize = 512 << 10;

/// What an entry does not say, and other reports do.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    /// The sentence that was fired.
    pub(super) scenario: Box<Scenario>,
    /// What was seen; of the page the beginning, without its headers.
    seen: Observation,
    /// The message that was sent, laid out.
    pub(super) sent: Option<Anatomy>,
    /// What is different in it from a flawless one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) changes: Option<Changes>,
    /// It came as a 5xx and counts as refused.
    pub(super) by_server_error: bool,
    /// What the browser showed, in Base64, where somebody has to look at it.
    screenshot: Option<String>,
}

impl Record {
    pub(super) fn of(result: &ScenarioResult) -> Self {
        let mut seen = result.observation.as_ref().clone();
        if let Some(page) = &mut seen.journey.page {
            page.headers.clear();
            let end = page.body.char_indices().nth(BODY).map(|(end, _)| end);
            page.body.truncate(end.unwrap_or(page.body.len()));
        }
        let matters = matches!(result.verdict, VerdictKind::Fail | VerdictKind::Inconclusive);
        let screenshot = seen.journey.screenshot.take();
        let screenshot = screenshot.filter(|png| matters && png.len() <= SCREENSHOT);
        Self {
            scenario: Box::new(result.scenario.as_ref().clone()),
            seen,
            sent: result.drawn().map(Arc::unwrap_or_clone),
            changes: result.changes().map(Arc::unwrap_or_clone),
            by_server_error: result.by_server_error,
            screenshot: screenshot.map(|png| BASE64_STANDARD.encode(png)),
        }
    }

    /// What was seen, with the screenshot.
    pub(super) fn observation(&mut self) -> Observation {
        let png = self.screenshot.take();
        let mut seen = std::mem::take(&mut self.seen);
        seen.journey.screenshot = png.and_then(|text| BASE64_STANDARD.decode(text).ok());
        seen
    }
}
