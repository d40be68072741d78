//! What deviates, row by row.

use std::io::Write;

use super::Terminal;
use crate::{judge::VerdictKind, report::digest::Row, text::counted};

/// The most failures that are repeated at the end.
const REPEATED: usize = 20;
/// The most reasons why scenarios do not apply.
const REASONS: usize = 12;

impl<W: Write> Terminal<W> {
    /// What deviates, the worst first, and what does not apply.
    pub(super) fn rows(&mut self) {
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
    pub(super) fn failures(&mut self) {
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
}
