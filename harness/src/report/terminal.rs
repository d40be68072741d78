//! What a person sees while it runs, and the summary at the end.

use std::io::{IsTerminal, Write};

use super::{
    asked::Target,
    digest::{Digest, Row, name},
    listener::{Listener, ReportError, cannot},
    words::{authn_requests, learned, seconds, sentence},
};
use crate::text::{counted, visible};
use crate::{
    event::{Calibration, Event, RunInfo, RunSummary, ScenarioResult, SnapshotState},
    exit::Exit,
    judge::{VerdictKind, summary::severities},
};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The most failures that are repeated at the end.
const REPEATED: usize = 20;
/// The most reasons why scenarios do not apply.
const REASONS: usize = 12;
/// The most lines of the SP's log; the other reports have more.
const SP_LOG: usize = 15;

/// The listener that writes to a terminal, or to whatever stands in for one.
pub struct Terminal<W> {
    out: W,
    color: bool,
    bar: ProgressBar,
    reports: Vec<Target>,
    /// Name and address of the SP.
    sp: String,
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
            bar: ProgressBar::hidden(),
            reports: Vec::new(),
            sp: String::new(),
            digest: Digest::default(),
            failed: 0,
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
        self.sp = format!("{} at {}", info.sp, visible(&info.address));
        self.digest.begin(info);
        self.say(&format!(
            "samlitmus {} against {}: {}, driver {}, seed {}",
            info.version,
            self.sp,
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
        if let Some(server) = &calibration.server {
            let server = visible(server);
            self.sp.push_str(&format!(" ({server})"));
            self.say(&format!("the SP says it is {server}"));
        }
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
        self.digest.add(result);
        if result.verdict == VerdictKind::Fail {
            self.failed += 1;
            // Without a bar, whoever watches or is left with half a log sees what was found so far.
            if self.bar.is_hidden() {
                self.say(&format!(
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

    /// What deviates, the worst first, and what does not apply.
    fn rows(&mut self) {
        let rows: Vec<Row> = self.digest.rows().into_iter().cloned().collect();
        if !rows.is_empty() {
            self.say("");
        }
        for row in &rows {
            let line = format!("{}{}", self.head(row), self.tail(row));
            self.say(&line);
            for line in &row.lines {
                self.say(&format!("      {line}"));
            }
        }
        let reasons: Vec<(String, usize)> = self
            .digest
            .reasons()
            .into_iter()
            .map(|(reason, count)| (reason.to_owned(), count))
            .collect();
        if reasons.is_empty() {
            return;
        }
        let all: usize = reasons.iter().map(|(_, count)| count).sum();
        self.say("");
        let title = format!("{}, {all}:", self.verdict(VerdictKind::NotApplicable));
        self.say(&title);
        for (reason, count) in reasons.iter().take(REASONS) {
            self.say(&format!("{count:>6}  {reason}"));
        }
        if let Some(more) = reasons.len().checked_sub(REASONS).filter(|more| *more > 0) {
            self.say(&format!("        and {}", counted(more, "other reason")));
        }
    }

    fn head(&self, row: &Row) -> String {
        let verdict = self.verdict(row.verdict);
        let word = match row.verdict {
            VerdictKind::Fail => format!("{verdict}  {}", self.severity(row)),
            _ => verdict,
        };
        format!("{word}  {}", self.paint(1, &row.name))
    }

    fn severity(&self, row: &Row) -> String {
        let code = match row.severity {
            scenarios::Severity::Critical => 41,
            scenarios::Severity::High => 31,
            _ => 33,
        };
        self.paint(code, &row.severity.to_string())
    }

    fn tail(&self, row: &Row) -> String {
        let mut tail = format!("  {}  {}", row.which(), row.outcome);
        if !row.news.is_empty() {
            tail.push_str(&self.paint(35, &format!("  {}", row.news)));
        }
        if row.passed {
            tail.push_str("  let pass");
        }
        tail
    }

    /// The failures once more, a line each: what stands last is read first.
    fn failures(&mut self) {
        let rows: Vec<Row> = self.digest.failures().into_iter().cloned().collect();
        let shown = &rows[..rows.len().min(REPEATED)];
        let width = |of: fn(&Row) -> String| {
            let lengths = shown.iter().map(|row| of(row).chars().count());
            lengths.max().unwrap_or(0)
        };
        let (severities, names) = (
            width(|row| row.severity.to_string()),
            width(|row| row.name.clone()),
        );
        let all = width(Row::which);
        for row in shown {
            let pad = severities - row.severity.to_string().len();
            let mut line = format!(
                "  {}{:pad$}  {:<names$}  {:<all$}  {}",
                self.severity(row),
                "",
                row.name,
                row.which(),
                row.outcome
            );
            if !row.news.is_empty() {
                line.push_str(&self.paint(35, &format!("  {}", row.news)));
            }
            if row.passed {
                line.push_str("  let pass");
            }
            self.say(&line);
        }
        if rows.len() > shown.len() {
            self.say(&format!("  and {} more, above", rows.len() - shown.len()));
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
        self.rows();
        self.say("");
        let rule = format!(
            "── {} {}",
            self.sp,
            "─".repeat(72usize.saturating_sub(self.sp.chars().count()))
        );
        if !self.sp.is_empty() {
            self.say(&rule);
        }
        self.failures();
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
        for news in self.digest.news() {
            self.say(&news);
        }
        if let Some(passed) = &summary.let_pass {
            let passed = self.paint(33, &sentence(passed));
            self.say(&passed);
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
        // Where something was judged, the log's end is seldom about it: it stands in the other reports.
        if summary.exit == Exit::NotJudged.code() && !summary.sp_log.is_empty() {
            self.say("what the SP said last:");
            let hidden = summary.sp_log.len().saturating_sub(SP_LOG);
            for line in summary.sp_log.iter().skip(hidden) {
                self.say(&format!("  | {line}"));
            }
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

fn by_severity(summary: &RunSummary) -> String {
    let all = summary.fail_by_severity.iter();
    let words = severities(all.flat_map(|(severity, count)| std::iter::repeat_n(*severity, *count)));
    match words.as_str() {
        "" => words,
        words => format!(" ({words})"),
    }
}
