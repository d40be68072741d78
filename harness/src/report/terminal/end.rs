//! The end of a run: how it came out, and what to type next.

use std::io::Write;

use super::Terminal;
use crate::{
    config,
    event::RunSummary,
    exit::Exit,
    judge::{VerdictKind, summary::severities},
    report::{
        digest::Row,
        words::{authn_requests, seconds, sentence},
    },
    text::counted,
};

/// The most lines of the SP's log; the other reports have more.
const SP_LOG: usize = 15;

impl<W: Write> Terminal<W> {
    pub(super) fn summary(&mut self, summary: &RunSummary) {
        self.bar.finish_and_clear();
        if self.quiet && summary.exit == 0 {
            return;
        }
        if !self.quiet {
            self.rows();
            self.say("");
        }
        self.came_to(summary);
        self.causes(summary);
        if let Some(next) = self.next(summary) {
            self.aside(&format!("next: {next}"));
        }
        let meaning = Exit::ALL
            .into_iter()
            .find(|exit| exit.code() == summary.exit)
            .map_or("", Exit::meaning);
        let line = format!("exit {}: {meaning}", summary.exit);
        let line = self.paint(if summary.exit == 0 { 32 } else { 31 }, &line);
        self.say(&line);
    }

    /// How everything came out.
    fn came_to(&mut self, summary: &RunSummary) {
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
    }

    /// Why it does not conform.
    fn causes(&mut self, summary: &RunSummary) {
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
    }

    /// What to type next, where something is left to do.
    fn next(&self, summary: &RunSummary) -> Option<String> {
        let config = match self.config.as_deref() {
            Some(config::FILE_NAME) => String::new(),
            Some(other) => format!(" --config {other}"),
            // The reference SP has no other configuration than its flaws.
            None => return self.digest.failures().first().map(|row| explain(row)),
        };
        match self.digest.failures().first() {
            Some(row) => Some(format!(
                "{}; once it is mended, samlitmus run --failed{config}",
                explain(row)
            )),
            None if summary.counts.is_empty() && summary.exit == Exit::NotJudged.code() => {
                Some(format!("samlitmus doctor{config}"))
            }
            None if self.drifted + self.unseen > 0 => Some(format!("samlitmus review{config}")),
            None => None,
        }
    }
}

fn explain(row: &Row) -> String {
    // A variant is explained with its scenario.
    let id = row.name.split('#').next().unwrap_or(&row.name);
    format!("samlitmus explain {id}")
}

fn by_severity(summary: &RunSummary) -> String {
    let all = summary.fail_by_severity.iter();
    let words = severities(all.flat_map(|(severity, count)| std::iter::repeat_n(*severity, *count)));
    match words.as_str() {
        "" => words,
        words => format!(" ({words})"),
    }
}
