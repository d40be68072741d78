//! What a person sees while it runs, and the summary at the end (`rows`, `end`).

mod end;
mod rows;

use std::io::{IsTerminal, Write};

use super::{
    asked::Target,
    digest::{Digest, name},
    listener::{Listener, ReportError, cannot},
    words::{learned, profiles, sentence},
};
use crate::{
    event::{Calibration, Event, RunInfo, ScenarioResult, SnapshotState},
    judge::VerdictKind,
    text::{counted, visible},
};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The listener that writes to a terminal, or to whatever stands in for one.
pub struct Terminal<W> {
    out: W,
    color: bool,
    quiet: bool,
    bar: ProgressBar,
    reports: Vec<Target>,
    /// Name and address of the SP.
    sp: String,
    /// The configuration's file; none for the reference SP.
    config: Option<String>,
    digest: Digest,
    failed: usize,
    drifted: usize,
    unseen: usize,
    warned: Vec<String>,
    trouble: Option<std::io::Error>,
}

impl Terminal<std::io::Stdout> {
    /// On standard output, with progress on standard error where that is a terminal, and colours where `NO_COLOR`
    /// does not forbid them.
    pub fn standard() -> Self {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let color = !plain && std::io::stdout().is_terminal();
        let mut terminal = Self::plain(std::io::stdout());
        terminal.color = color;
        if std::io::stderr().is_terminal() {
            terminal.bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        }
        terminal
    }
}

impl<W: Write> Terminal<W> {
    /// Into any writer, without colours and progress.
    pub fn plain(out: W) -> Self {
        Self {
            out,
            color: false,
            quiet: false,
            bar: ProgressBar::hidden(),
            reports: Vec::new(),
            sp: String::new(),
            config: None,
            digest: Digest::default(),
            failed: 0,
            drifted: 0,
            unseen: 0,
            warned: Vec::new(),
            trouble: None,
        }
    }

    /// Says nothing but what keeps the run from conforming.
    #[must_use]
    pub fn quiet(mut self, quiet: bool) -> Self {
        self.quiet = quiet;
        if quiet {
            self.bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        self
    }

    /// Names these reports at the end.
    pub fn wrote(&mut self, reports: Vec<Target>) {
        self.reports = reports;
    }

    fn say(&mut self, line: &str) {
        let Self {
            out, bar, trouble, ..
        } = self;
        if let Err(why) = bar.suspend(|| writeln!(out, "{line}")) {
            trouble.get_or_insert(why);
        }
    }

    /// What nobody needs who was asked to be quiet.
    fn aside(&mut self, line: &str) {
        if !self.quiet {
            self.say(line);
        }
    }

    fn paint(&self, code: u8, text: &str) -> String {
        if self.color {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    fn verdict(&self, verdict: VerdictKind) -> String {
        let code = match verdict {
            VerdictKind::Pass | VerdictKind::PassInert => 32,
            VerdictKind::Fail => 31,
            VerdictKind::Warn | VerdictKind::Inconclusive => 33,
            VerdictKind::Recorded | VerdictKind::NotApplicable | VerdictKind::Waived => 36,
        };
        self.paint(code, verdict.word())
    }

    fn started(&mut self, info: &RunInfo) {
        self.sp = format!("{} at {}", info.sp, visible(&info.address));
        self.config.clone_from(&info.config);
        self.digest.begin(info);
        self.aside(&format!(
            "samlitmus {} against {}: {}, driver {}, seed {}{}",
            info.version,
            self.sp,
            counted(info.planned, "scenario"),
            info.driver,
            info.seed,
            match info.profiles.is_empty() {
                true => String::new(),
                false => format!(", judged by {} as well", profiles(info)),
            },
        ));
        self.bar.set_length(info.planned as u64);
        if let Ok(style) = ProgressStyle::with_template(
            "{bar:32} {pos}/{len}, {per_sec:.1}, {elapsed} gone, about {eta} left  {msg}",
        ) {
            self.bar.set_style(style);
        }
    }

    fn calibrated(&mut self, calibration: &Calibration) {
        if let Some(server) = &calibration.server {
            let server = visible(server);
            self.sp.push_str(&format!(" ({server})"));
            self.aside(&format!("the SP says it is {server}"));
        }
        self.aside(&format!("learned: {}", learned(calibration)));
        for note in &calibration.notes {
            self.aside(&format!("  {}", visible(note)));
        }
    }

    fn finished(&mut self, result: &ScenarioResult) {
        self.bar.inc(1);
        match result.snapshot {
            SnapshotState::OutcomeDrift | SnapshotState::PresentationDrift => self.drifted += 1,
            SnapshotState::New => self.unseen += 1,
            SnapshotState::Off | SnapshotState::Same | SnapshotState::Unapplied => {}
        }
        self.digest.add(result);
        if result.verdict == VerdictKind::Fail {
            self.failed += 1;
            // Without a bar, whoever watches or is left with half a log sees what was found so far.
            if self.bar.is_hidden() {
                self.aside(&format!(
                    "{} of {}: {} {} fails, base {}, {}",
                    self.bar.position(),
                    self.bar.length().unwrap_or_default(),
                    result.severity,
                    name(result),
                    result.base,
                    result.outcome
                ));
            }
        }
    }

    /// Once each, though the summary repeats what was told on the way.
    fn warn(&mut self, warning: &str) {
        if self.warned.iter().any(|told| told == warning) {
            return;
        }
        self.warned.push(warning.to_owned());
        let line = format!("{}: {}", self.paint(33, "warning"), sentence(warning));
        self.aside(&line);
    }
}

impl<W: Write + Send> Listener for Terminal<W> {
    fn on(&mut self, event: &Event) {
        match event {
            Event::Started(info) => self.started(info),
            Event::Calibrated(calibration) => self.calibrated(calibration),
            Event::ScenarioStarted { id } => {
                let failed = match self.failed {
                    0 => String::new(),
                    failed => format!("{failed} failed · "),
                };
                self.bar.set_message(format!("{failed}{id}"));
            }
            Event::ScenarioFinished(result) => self.finished(result),
            Event::Warning(warning) => self.warn(warning),
            Event::Finished(summary) => self.summary(summary),
        }
    }

    fn write(&mut self) -> Result<(), ReportError> {
        self.bar.finish_and_clear();
        let flushed = self.out.flush();
        match self.trouble.take().or(flushed.err()) {
            Some(why) if !went_away(&why) => Err(cannot("standard output".as_ref(), why)),
            _ => Ok(()),
        }
    }

    fn publish(self: Box<Self>) -> Result<(), ReportError> {
        Ok(())
    }
}

/// Whoever reads may have read enough (`| head`), or closed the terminal, which is an EIO.
fn went_away(why: &std::io::Error) -> bool {
    why.kind() == std::io::ErrorKind::BrokenPipe || why.raw_os_error() == Some(5)
}
