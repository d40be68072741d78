//! What a person sees while it runs, and the summary at the end.

use std::io::{IsTerminal, Write};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use scenarios::Severity;

use super::{
    asked::Target,
    listener::{Listener, ReportError, cannot},
    words::{attacker, authn_requests, learned, page, seconds, sentence, severity},
};
use crate::text::{counted, visible};
use crate::{
    event::{Calibration, Event, RunInfo, RunSummary, ScenarioResult, SnapshotState},
    exit::Exit,
    judge::VerdictKind,
};

/// The listener that writes to a terminal, or to whatever stands in for one.
pub struct Terminal<W> {
    out: W,
    color: bool,
    bar: ProgressBar,
    reports: Vec<Target>,
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
            bar: ProgressBar::hidden(),
            reports: Vec::new(),
            drifted: 0,
            unseen: 0,
            warned: Vec::new(),
            trouble: None,
        }
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
        self.say(&format!(
            "samlitmus {} against {}: {}, driver {}, seed {}",
            info.version,
            info.sp,
            counted(info.planned, "scenario"),
            info.driver,
            info.seed,
        ));
        self.bar.set_length(info.planned as u64);
        if let Ok(style) = ProgressStyle::with_template("{bar:32} {pos}/{len} {elapsed} {msg}") {
            self.bar.set_style(style);
        }
    }

    fn calibrated(&mut self, calibration: &Calibration) {
        self.say(&format!("learned: {}", learned(calibration)));
        for note in &calibration.notes {
            self.say(&format!("  {}", visible(note)));
        }
    }

    fn finished(&mut self, result: &ScenarioResult) {
        self.bar.inc(1);
        match result.snapshot {
            SnapshotState::OutcomeDrift | SnapshotState::PresentationDrift => self.drifted += 1,
            SnapshotState::New => self.unseen += 1,
            SnapshotState::Off | SnapshotState::Same | SnapshotState::Unapplied => {}
        }
        if !matches!(
            result.verdict,
            VerdictKind::Fail | VerdictKind::Warn | VerdictKind::Inconclusive
        ) {
            return;
        }
        let id = match &result.variant {
            Some(variant) => format!("{}#{}", result.scenario.id, visible(variant)),
            None => result.scenario.id.clone(),
        };
        let severity = if result.verdict == VerdictKind::Fail {
            format!("  {}", severity(result.severity))
        } else {
            String::new()
        };
        let base = match result.scenario.watches() {
            true => "AuthnRequest".to_owned(),
            false => format!("base {}", result.base),
        };
        let line = format!(
            "{}  {}  {base}  {}{severity}",
            self.verdict(result.verdict),
            self.paint(1, &id),
            result.outcome,
        );
        self.say(&line);
        let reason = Some(sentence(&result.reason).replace('\n', " "));
        for line in [reason, attacker(result), page(result)].into_iter().flatten() {
            self.say(&format!("      {line}"));
        }
    }

    /// Once each, though the summary repeats what was told on the way.
    fn warn(&mut self, warning: &str) {
        if self.warned.iter().any(|told| told == warning) {
            return;
        }
        self.warned.push(warning.to_owned());
        let line = format!("{}: {}", self.paint(33, "warning"), sentence(warning));
        self.say(&line);
    }

    fn summary(&mut self, summary: &RunSummary) {
        self.bar.finish_and_clear();
        self.say("");
        let counts: Vec<String> = VerdictKind::ALL
            .into_iter()
            .filter_map(|verdict| {
                let count = summary.counts.get(&verdict).copied().filter(|count| *count > 0)?;
                let severities = if verdict == VerdictKind::Fail {
                    by_severity(summary)
                } else {
                    String::new()
                };
                Some(format!("{count} {}{severities}", self.verdict(verdict)))
            })
            .collect();
        let counts = if counts.is_empty() {
            match summary.exit {
                0 => "nothing deviates".to_owned(),
                _ => "nothing ran".to_owned(),
            }
        } else {
            counts.join(", ")
        };
        let requests = usize::try_from(summary.requests).unwrap_or(usize::MAX);
        self.say(&format!(
            "{counts} in {}, {}{}",
            seconds(summary.duration),
            counted(requests, "request"),
            authn_requests(summary).map_or_else(String::new, |words| format!(", {words}")),
        ));
        for warning in &summary.warnings {
            self.warn(warning);
        }
        if self.drifted + self.unseen > 0 {
            self.say(&format!(
                "snapshots: {} new, {} changed; see them with `samlitmus review`",
                self.unseen, self.drifted
            ));
        }
        for target in std::mem::take(&mut self.reports) {
            self.say(&format!("{}: {}", target.kind.word(), target.path.display()));
        }
        for cause in &summary.causes {
            self.say(&format!("cause: {}", sentence(cause)));
        }
        for line in &summary.picture {
            self.say(&format!("  {}", sentence(line)));
        }
        let meaning = Exit::ALL
            .into_iter()
            .find(|exit| exit.code() == summary.exit)
            .map_or("", Exit::meaning);
        let line = format!("exit {}: {meaning}", summary.exit);
        let line = self.paint(if summary.exit == 0 { 32 } else { 31 }, &line);
        self.say(&line);
    }
}

impl<W: Write + Send> Listener for Terminal<W> {
    fn on(&mut self, event: &Event) {
        match event {
            Event::Started(info) => self.started(info),
            Event::Calibrated(calibration) => self.calibrated(calibration),
            Event::ScenarioStarted { id } => self.bar.set_message(id.clone()),
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

fn by_severity(summary: &RunSummary) -> String {
    let words: Vec<String> = [
        Severity::Critical,
        Severity::High,
        Severity::Medium,
        Severity::Issuer,
        Severity::Low,
        Severity::Info,
    ]
    .into_iter()
    .filter_map(|severity| {
        let count = summary
            .fail_by_severity
            .get(&severity)
            .filter(|count| **count > 0)?;
        Some(format!("{count} {severity}"))
    })
    .collect();
    if words.is_empty() {
        String::new()
    } else {
        format!(" ({})", words.join(", "))
    }
}
