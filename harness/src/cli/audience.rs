//! All who are told what happens in a run: the terminal, the reports, the CI system around.

use std::{io::Stdout, path::PathBuf, sync::Arc};

use super::output::{Mistake, note};
use crate::{
    event::{Event, RunSummary},
    exit::Exit,
    judge::VerdictKind,
    report::{
        Kind, Listener, Reports, Target as Report,
        annotations::{Annotations, Service},
        markdown::STEP_SUMMARY,
        terminal::Terminal,
    },
};

/// The reports that were asked for, and the page that GitHub shows of a step.
pub(super) fn asked(named: &[Report]) -> Vec<Report> {
    let mut all = named.to_vec();
    let page = std::env::var_os(STEP_SUMMARY).filter(|path| !path.is_empty());
    if let Some(path) = page.map(PathBuf::from)
        && all.iter().all(|report| report.path != path)
    {
        let kind = Kind::Markdown;
        all.push(Report { kind, path });
    }
    all
}

/// All who are told.
pub(super) struct Audience {
    terminal: Terminal<Stdout>,
    /// The lines for the CI system that this runs in.
    marks: Option<Box<Annotations<Stdout>>>,
    reports: Reports,
    /// What came so far.
    pub(super) counted: RunSummary,
}

impl Audience {
    /// Begins the reports.
    ///
    /// # Errors
    /// One of them cannot be written.
    pub(super) fn open(asked: &[Report], quiet: bool) -> Result<Self, Mistake> {
        Ok(Self {
            terminal: Terminal::standard().quiet(quiet),
            marks: Service::around().map(|service| Box::new(Annotations::new(service, std::io::stdout()))),
            reports: Reports::open(asked).map_err(|error| Mistake(error.to_string()))?,
            counted: RunSummary::default(),
        })
    }

    pub(super) fn on(&mut self, event: &Event) {
        if let Event::ScenarioFinished(result) = event {
            *self.counted.counts.entry(result.verdict).or_default() += 1;
            if result.verdict == VerdictKind::Fail {
                *self.counted.fail_by_severity.entry(result.severity).or_default() += 1;
            }
        }
        self.terminal.on(event);
        if let Some(marks) = &mut self.marks {
            marks.on(event);
        }
        self.reports.on(event);
    }

    /// The end: with the exit that it came to, and what could not be written.
    pub(super) fn end(self, summary: RunSummary) -> (Exit, Option<anyhow::Error>) {
        let mut terminal = self.terminal;
        let (summary, written) = self.reports.end(summary);
        terminal.wrote(written);
        let end = Event::Finished(Arc::new(summary.clone()));
        terminal.on(&end);
        let mut trouble = terminal.write().err();
        if let Some(mut marks) = self.marks {
            marks.on(&end);
            trouble = trouble.or(marks.publish().err());
        }
        (exit(&summary), trouble.map(anyhow::Error::from))
    }

    /// The end where nothing was fired: reports say so too.
    pub(super) fn nothing(self, summary: RunSummary) -> Exit {
        let (summary, _) = self.reports.end(summary);
        summary.causes.iter().skip(1).for_each(|cause| note(cause));
        exit(&summary)
    }
}

fn exit(summary: &RunSummary) -> Exit {
    let known = Exit::ALL.into_iter().find(|known| known.code() == summary.exit);
    known.unwrap_or(Exit::NotJudged)
}
