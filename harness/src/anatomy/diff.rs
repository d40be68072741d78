//! What is different from a flawless message: line by line, without what differs between any two messages.

use serde::{Deserialize, Serialize};
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::{model::cut, written::Written, written::written};

/// The most changes that are told one by one.
const MOST: usize = 60;
/// The most characters of one line.
const LONGEST: usize = 240;
/// So much of what two long lines have in common is shown before they part.
const BEFORE: usize = 40;

/// What is different from a flawless message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// One after the other, in the order of the message that was sent.
    pub lines: Vec<Change>,
    /// So many more are not told.
    pub more: usize,
}

/// One line that is different.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// How it is different.
    pub how: How,
    /// What it stands in: the names from the outside in, without prefixes.
    pub within: String,
    /// How many elements stand around it.
    pub depth: usize,
    /// As it was sent; where it is missing, as it would have been.
    pub text: String,
    /// As a flawless message has it, where it was changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    /// Nothing that is the same stands between it and the line before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub follows: bool,
}

/// How a line is different.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// A flawless message does not have it.
    Added,
    /// Only a flawless message has it.
    Removed,
    /// It reads otherwise.
    Changed,
    /// It reads the same, and other elements stand around it.
    Moved,
}

impl How {
    /// The sign before the line.
    pub fn sign(self) -> char {
        match self {
            Self::Added => '+',
            Self::Removed => '−',
            Self::Changed => '~',
            Self::Moved => '→',
        }
    }
}

/// Holds a message against a flawless one. DigestValue and SignatureValue of the same length count as the same; everything else that
/// varies by itself must be alike already (see [`changes`](super::changes)).
pub fn diff(flawless: &str, sent: &str) -> Changes {
    let (old, new) = (written(flawless), written(sent));
    let keys = |lines: &[Written]| -> Vec<String> { lines.iter().map(|line| line.same.clone()).collect() };
    let mut found = Vec::new();
    let mut within = None;
    for op in capture_diff_slices(Algorithm::Patience, &keys(&old), &keys(&new)) {
        let (before, after) = (
            old.get(op.old_range()).unwrap_or_default(),
            new.get(op.new_range()).unwrap_or_default(),
        );
        match op {
            DiffOp::Equal { .. } => moved(before, after, &mut within, &mut found),
            DiffOp::Delete { .. } | DiffOp::Insert { .. } | DiffOp::Replace { .. } => {
                replaced(before, after, &mut found);
            }
        }
    }
    let more = found.len().saturating_sub(MOST);
    found.truncate(MOST);
    Changes { lines: found, more }
}

/// Lines that read the same. `within` is how deep something stands that was moved, and we are in it: its own lines go without saying.
fn moved(before: &[Written], after: &[Written], within: &mut Option<usize>, found: &mut Vec<Change>) {
    for (old, new) in before.iter().zip(after) {
        if within.is_some_and(|depth| new.depth > depth) {
            continue;
        }
        let is_moved = old.within != new.within;
        *within = is_moved.then_some(new.depth);
        if is_moved {
            found.push(Change {
                was: Some(format!("in {}", place(old))),
                ..change(How::Moved, new)
            });
        }
    }
}

/// Lines in the place of others: those of the same name are one line that was changed.
fn replaced(before: &[Written], after: &[Written], found: &mut Vec<Change>) {
    let first = found.len();
    let mut left = before;
    for new in after {
        let pair = left
            .iter()
            .position(|old| old.name == new.name && old.within == new.within);
        let Some(at) = pair else {
            found.push(change(How::Added, new));
            continue;
        };
        let (gone, rest) = left.split_at(at);
        found.extend(gone.iter().map(|old| change(How::Removed, old)));
        if let Some((old, rest)) = rest.split_first() {
            let (was, text) = apart(&old.text, &new.text);
            found.push(Change {
                text,
                was: Some(was),
                ..change(How::Changed, new)
            });
            left = rest;
        }
    }
    found.extend(left.iter().map(|old| change(How::Removed, old)));
    found
        .iter_mut()
        .skip(first + 1)
        .for_each(|change| change.follows = true);
}

fn change(how: How, line: &Written) -> Change {
    Change {
        how,
        within: line.within.clone(),
        depth: line.depth,
        text: cut(&line.text, LONGEST).into_owned(),
        was: None,
        follows: false,
    }
}

fn place(line: &Written) -> &str {
    if line.within.is_empty() {
        "no element"
    } else {
        &line.within
    }
}

/// Two lines, cut so that it can be seen where they part.
fn apart(was: &str, now: &str) -> (String, String) {
    let alike = was.chars().zip(now.chars()).take_while(|(a, b)| a == b).count();
    let long = was.chars().count().max(now.chars().count()) > LONGEST;
    let from = if long { alike.saturating_sub(BEFORE) } else { 0 };
    let cut = |text: &str| {
        let rest: String = text.chars().skip(from).collect();
        format!("{}{}", if from > 0 { "…" } else { "" }, cut(&rest, LONGEST))
    };
    (cut(was), cut(now))
}
