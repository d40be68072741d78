//! Lines by which a CI system marks a run where somebody looks anyway: GitHub's annotations, Azure Pipelines' issues.

use std::io::Write;

use super::{
    digest::{Digest, Row},
    listener::{Listener, ReportError, cannot},
    words,
};
use crate::{
    event::{Event, RunSummary},
    exit::Exit,
    judge::VerdictKind,
    text::visible,
};

/// GitHub shows ten of a step; the first says how the run ended.
const MOST: usize = 9;

/// Whose lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// `::error title=…::…`
    /// (<https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>)
    GitHub,
    /// `##vso[task.logissue type=error]…`
    /// (<https://learn.microsoft.com/en-us/azure/devops/pipelines/scripts/logging-commands>)
    AzurePipelines,
}

impl Service {
    /// The one that this process runs in, by the variables that it sets.
    pub fn around() -> Option<Self> {
        let is = |name: &str| std::env::var(name).is_ok_and(|value| value.eq_ignore_ascii_case("true"));
        if is("GITHUB_ACTIONS") {
            Some(Self::GitHub)
        } else {
            is("TF_BUILD").then_some(Self::AzurePipelines)
        }
    }

    fn line(self, bad: bool, title: &str, text: &str) -> String {
        let (title, text) = (visible(title), visible(text));
        let level = if bad { "error" } else { "warning" };
        match self {
            Self::GitHub => format!("::{level} title={}::{}", property(&title), data(&text)),
            Self::AzurePipelines => format!(
                "##vso[task.logissue type={level}]{}",
                data(&format!("{title}: {text}"))
            ),
        }
    }
}

/// The listener that writes them when the run is over.
pub struct Annotations<W> {
    service: Service,
    out: W,
    sp: String,
    digest: Digest,
    end: Option<RunSummary>,
}

impl<W: Write> Annotations<W> {
    /// For this service, which reads `out`.
    pub fn new(service: Service, out: W) -> Self {
        Self {
            service,
            out,
            sp: String::new(),
            digest: Digest::default(),
            end: None,
        }
    }

    fn lines(&self) -> Vec<String> {
        let Some(end) = self.end.as_ref().filter(|end| end.exit != Exit::Conforms.code()) else {
            return Vec::new();
        };
        let (_, headline) = words::headline(Some(end));
        let whole = end.causes.join("; ");
        let title = format!("samlitmus: {}: {headline}", self.sp);
        let first = self.service.line(true, &title, &words::sentence(&whole));
        let rows = self.digest.rows().into_iter();
        let rows = rows.filter(|row| !row.passed && row.verdict != VerdictKind::Warn);
        let more = rows.take(MOST).map(|row| self.row(row));
        std::iter::once(first).chain(more).collect()
    }

    fn row(&self, row: &Row) -> String {
        let title = format!("{} ({}), {}", row.name, row.which(), row.severity);
        let text = format!("{}: {}", row.title, row.lines.join("; "));
        self.service.line(row.verdict == VerdictKind::Fail, &title, &text)
    }
}

impl<W: Write + Send> Listener for Annotations<W> {
    fn on(&mut self, event: &Event) {
        match event {
            Event::Started(info) => {
                self.digest.begin(info);
                self.sp.clone_from(&info.sp);
            }
            Event::ScenarioFinished(result) => self.digest.add(result),
            Event::Finished(summary) => self.end = Some(summary.as_ref().clone()),
            Event::Calibrated(_) | Event::ScenarioStarted { .. } | Event::Warning(_) => {}
        }
    }

    fn write(&mut self) -> Result<(), ReportError> {
        Ok(())
    }

    fn publish(mut self: Box<Self>) -> Result<(), ReportError> {
        let lines = self.lines();
        let written = lines
            .iter()
            .try_for_each(|line| writeln!(self.out, "{line}"))
            .and_then(|()| self.out.flush());
        written.map_err(|why| cannot("standard output".as_ref(), why))
    }
}

/// A text in which the service finds no end of its command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_its_command() {
        let line = Service::GitHub.line(true, "a, b: c", "100 %\n::error::x");
        assert_eq!(line, "::error title=a%2C b%3A c::100 %25%0A::error::x");
        let line = Service::AzurePipelines.line(false, "a", "b\n##vso[task.complete result=Succeeded]");
        assert_eq!(line.lines().count(), 1);
    }
}
