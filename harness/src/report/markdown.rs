//! A summary in Markdown, for the page that a CI system shows of a run.

use std::{fmt::Write as _, path::Path};

use super::{
    digest::{Digest, Row},
    draft::Draft,
    listener::{Listener, ReportError},
    words,
};
use crate::{
    event::{Calibration, Event, RunInfo, RunSummary},
    judge::VerdictKind,
    text::{counted, visible},
};

/// GitHub's name for the file that its page of a step is made of.
pub const STEP_SUMMARY: &str = "GITHUB_STEP_SUMMARY";
/// The most rows of a table: such a page may have 1 MiB, and nobody reads more.
const ROWS: usize = 100;

/// The listener that writes it.
pub struct Markdown {
    draft: Draft,
    info: Option<RunInfo>,
    calibration: Option<Calibration>,
    digest: Digest,
    end: Option<RunSummary>,
}

impl Markdown {
    /// Makes the file, under another name; an earlier report goes. In the file of [`STEP_SUMMARY`] it is added to what others
    /// wrote there.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn create(path: &Path) -> Result<Self, ReportError> {
        let shared = std::env::var_os(STEP_SUMMARY).is_some_and(|shared| shared == path);
        let draft = match shared {
            true => Draft::behind(path),
            false => Draft::begin(path),
        };
        Ok(Self {
            draft: draft?,
            info: None,
            calibration: None,
            digest: Digest::default(),
            end: None,
        })
    }

    fn whole(&self) -> String {
        let mut out = String::new();
        let sp = self.info.as_ref().map_or("no SP", |info| info.sp.as_str());
        let (_, headline) = words::headline(self.end.as_ref());
        line(&mut out, &format!("## {}: {}", plain(sp), plain(&headline)));
        self.counts(&mut out);
        self.causes(&mut out);
        self.table(&mut out, "Failures, the worst first", VerdictKind::Fail);
        self.table(&mut out, "Could not be judged", VerdictKind::Inconclusive);
        self.table(&mut out, "Warnings", VerdictKind::Warn);
        if !self.digest.rows().is_empty() {
            line(
                &mut out,
                "`samlitmus explain ID` says what is sent, why, and how an SP is mended.",
            );
        }
        for news in self.digest.news() {
            line(&mut out, &plain(&news));
        }
        if let Some(passed) = self.end.as_ref().and_then(|end| end.let_pass.as_ref()) {
            line(&mut out, &plain(&words::sentence(passed)));
        }
        self.inapplicable(&mut out);
        self.facts(&mut out);
        out
    }

    fn counts(&self, out: &mut String) {
        let Some(end) = &self.end else { return };
        let counts: Vec<String> = VerdictKind::ALL
            .into_iter()
            .filter_map(|verdict| {
                let count = end.counts.get(&verdict).filter(|count| **count > 0)?;
                Some(format!("**{count}** {}", verdict.word()))
            })
            .collect();
        if !counts.is_empty() {
            line(out, &counts.join(" · "));
        }
    }

    fn causes(&self, out: &mut String) {
        let Some(end) = self.end.as_ref().filter(|end| !end.causes.is_empty()) else {
            return;
        };
        line(out, &format!("**Why it ends with {}**", end.exit));
        for cause in &end.causes {
            let _ = writeln!(out, "- {}", plain(&words::sentence(cause)));
        }
        for told in &end.picture {
            let _ = writeln!(out, "  - {}", plain(&words::sentence(told)));
        }
        out.push('\n');
    }

    fn table(&self, out: &mut String, title: &str, verdict: VerdictKind) {
        let rows = self.digest.rows();
        let rows: Vec<&Row> = rows.into_iter().filter(|row| row.verdict == verdict).collect();
        if rows.is_empty() {
            return;
        }
        line(out, &format!("### {title} ({})", rows.len()));
        out.push_str("| severity | scenario | what happened |\n| --- | --- | --- |\n");
        for row in rows.iter().take(ROWS) {
            let mut name = format!("<code>{}</code><br>{}", plain(&row.name), plain(&row.which()));
            for word in [row.news, if row.passed { "let pass" } else { "" }] {
                if !word.is_empty() {
                    let _ = write!(name, "<br>*{word}*");
                }
            }
            let told: Vec<String> = row.lines.iter().map(|told| plain(told)).collect();
            let _ = writeln!(
                out,
                "| {} | {name} | **{}**: {}<br>{} |",
                row.severity,
                plain(&row.outcome.to_string()),
                plain(&row.title),
                told.join("<br>")
            );
        }
        out.push('\n');
        let more = rows.len().saturating_sub(ROWS);
        if more > 0 {
            line(out, &format!("and {more} more, in the report"));
        }
    }

    fn inapplicable(&self, out: &mut String) {
        let reasons = self.digest.reasons();
        let all: usize = reasons.iter().map(|(_, count)| count).sum();
        if all == 0 {
            return;
        }
        let _ = writeln!(
            out,
            "<details><summary>{all} not applicable, for {}</summary>\n",
            counted(reasons.len(), "reason")
        );
        for (reason, count) in reasons.iter().take(ROWS) {
            let _ = writeln!(out, "- {count}: {}", plain(reason));
        }
        out.push_str("\n</details>\n\n");
    }

    fn facts(&self, out: &mut String) {
        let mut facts = Vec::new();
        if let Some(calibration) = &self.calibration {
            facts.push(words::learned(calibration));
        }
        if let Some(end) = &self.end {
            let requests = usize::try_from(end.requests).unwrap_or(usize::MAX);
            facts.push(format!(
                "{} in {}",
                counted(requests, "request"),
                words::seconds(end.duration)
            ));
            facts.extend(words::authn_requests(end));
        }
        if let Some(info) = &self.info {
            facts.push(format!(
                "samlitmus {}, catalogue {}, seed {}, driver {}",
                info.version, info.catalogue, info.seed, info.driver
            ));
        }
        if !facts.is_empty() {
            line(out, &format!("<sub>{}</sub>", plain(&facts.join("; "))));
        }
    }
}

impl Listener for Markdown {
    fn on(&mut self, event: &Event) {
        match event {
            Event::Started(info) => {
                self.digest.begin(info);
                self.info = Some(info.as_ref().clone());
            }
            Event::Calibrated(calibration) => self.calibration = Some(calibration.as_ref().clone()),
            Event::ScenarioFinished(result) => self.digest.add(result),
            Event::Finished(summary) => self.end = Some(summary.as_ref().clone()),
            Event::ScenarioStarted { .. } | Event::Warning(_) => {}
        }
    }

    fn write(&mut self) -> Result<(), ReportError> {
        let whole = self.whole();
        self.draft.write(|out| out.write_all(whole.as_bytes()))
    }

    fn publish(self: Box<Self>) -> Result<(), ReportError> {
        self.draft.publish()
    }
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push_str("\n\n");
}

/// A text, foreign or not, in which Markdown and HTML find nothing of theirs.
pub(crate) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in visible(text).chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\n' | '\r' => out.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '$' | '!' => {
                out.push('\\');
                out.push(character);
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn foreign_words_stay_words() {
        assert_eq!(
            plain("<img src=x> | `a` [b](c)\n# d"),
            "&lt;img src=x&gt; \\| \\`a\\` \\[b\\](c) \\# d"
        );
    }

    proptest! {
        #[test]
        fn no_text_ends_a_row_or_begins_an_element(text in "\\PC{0,80}") {
            let told = plain(&text);
            prop_assert!(!told.contains(['<', '>', '\n']), "{told}");
            let bare = told.replace("\\\\", "").replace("\\|", "");
            prop_assert!(!bare.contains('|'), "{told}");
        }
    }
}
