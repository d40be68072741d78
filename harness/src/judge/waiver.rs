//! Known deviations: data, reviewed like code. A waiver that has healed, or has expired, breaks the gate.

use std::{collections::BTreeSet, path::Path};

use globset::{Glob, GlobMatcher};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::judge::VerdictKind;

/// The file.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WaiverFile {
    /// The waivers.
    #[serde(default)]
    pub waiver: Vec<Waiver>,
}

/// One waiver.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// The scenario's id, or a glob.
    pub id: String,
    /// Why the deviation is accepted for now.
    pub reason: String,
    /// The last day on which it holds: `2027-06-30`. None: for good.
    pub expires: Option<String>,
}

/// Why waivers cannot be used.
#[derive(Debug, Error)]
pub enum WaiverError {
    /// The file cannot be read.
    #[error("the waivers in {path} cannot be read: {why}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        why: String,
    },
    /// An entry is wrong.
    #[error("the waiver for {id} in {path}: {why}")]
    Wrong {
        /// The file.
        path: String,
        /// Whose.
        id: String,
        /// Why.
        why: String,
    },
}

/// Waivers in force, and what became of them.
#[derive(Debug, Default)]
pub struct Waivers {
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    waiver: Waiver,
    matcher: GlobMatcher,
    expired: bool,
    seen: bool,
    bit: bool,
    /// Something that it is for is not fired.
    partly: bool,
}

impl Waivers {
    /// Reads a file; `today` decides what has expired.
    ///
    /// # Errors
    /// The file, a glob or a date is wrong; a reason is missing.
    pub fn load(path: &Path, today: Date) -> Result<Self, WaiverError> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|e| WaiverError::Unreadable {
            path: name.clone(),
            why: match e.kind() {
                std::io::ErrorKind::NotFound => "there is no such file; mend the path".to_owned(),
                _ => e.to_string(),
            },
        })?;
        Self::read(&name, &text, today)
    }

    /// The same, from a text.
    ///
    /// # Errors
    /// As [`Waivers::load`].
    pub fn read(path: &str, text: &str, today: Date) -> Result<Self, WaiverError> {
        let file: WaiverFile = toml::from_str(text).map_err(|e| WaiverError::Unreadable {
            path: path.to_owned(),
            why: in_line(text, &e),
        })?;
        let mut entries = Vec::new();
        for waiver in file.waiver {
            let wrong = |why: String| WaiverError::Wrong {
                path: path.to_owned(),
                id: waiver.id.clone(),
                why,
            };
            if waiver.reason.trim().is_empty() {
                return Err(wrong("a reason is needed".to_owned()));
            }
            let matcher = Glob::new(&waiver.id)
                .map_err(|e| wrong(e.to_string()))?
                .compile_matcher();
            let last = waiver.expires.as_deref().map(str::parse::<Date>).transpose();
            let last = last.map_err(|_| wrong("expires is a date such as 2027-06-30".to_owned()))?;
            let expired = last.is_some_and(|last| last < today);
            entries.push(Entry {
                waiver,
                matcher,
                expired,
                seen: false,
                bit: false,
                partly: false,
            });
        }
        Ok(Self { entries })
    }

    /// The ids and patterns that none of these ids is meant by, as they stand in the file.
    pub fn unknown<'a>(&self, ids: impl Iterator<Item = &'a str> + Clone) -> Vec<&str> {
        let meant = |entry: &&Entry| ids.clone().any(|id| entry.matcher.is_match(id));
        let unknown = self.entries.iter().filter(|entry| !meant(entry));
        unknown.map(|entry| entry.waiver.id.as_str()).collect()
    }

    /// Of what a whole run fires, only a part is fired: a waiver that is also for the rest has not healed because this part has
    /// nothing to waive.
    pub(crate) fn part_of_a_run(&mut self, fired: &BTreeSet<String>, whole: &BTreeSet<String>) {
        for entry in &mut self.entries {
            let mut rest = whole.difference(fired);
            entry.partly = rest.any(|id| entry.matcher.is_match(id));
        }
    }

    /// What a verdict becomes under the waivers, with the reason of the one that bit.
    pub fn apply(&mut self, id: &str, verdict: VerdictKind) -> Option<String> {
        let mut reason = None;
        for entry in self.entries.iter_mut().filter(|entry| entry.matcher.is_match(id)) {
            entry.seen |= !matches!(verdict, VerdictKind::NotApplicable | VerdictKind::Inconclusive);
            if matches!(verdict, VerdictKind::Fail | VerdictKind::Warn) && !entry.expired {
                entry.bit = true;
                reason.get_or_insert(entry.waiver.reason.clone());
            }
        }
        reason
    }

    /// What became of each.
    pub fn bites(&self) -> Vec<Bite> {
        let bite = |entry: &Entry| Bite {
            id: entry.waiver.id.clone(),
            expired: entry
                .expired
                .then(|| entry.waiver.expires.clone().unwrap_or_default()),
            seen: entry.seen,
            bit: entry.bit,
            partly: entry.partly,
        };
        self.entries.iter().map(bite).collect()
    }
}

/// What became of a waiver in a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Bite {
    /// The scenario's id, or the glob.
    pub id: String,
    /// The day on which it expired, where it has.
    pub expired: Option<String>,
    /// Something that it means was judged.
    pub seen: bool,
    /// Something that it means deviated.
    pub bit: bool,
    /// Something that it means was not to be fired in this run.
    #[serde(default)]
    pub partly: bool,
}

impl Bite {
    /// What is wrong with the waiver after the run, in one sentence. `partly`: what it means may be fired by another run.
    pub fn complaint(&self, partly: bool) -> Option<String> {
        let id = &self.id;
        if let Some(day) = &self.expired {
            return Some(format!(
                "the waiver for {id} expired on {day}: mend the SP, or argue it anew"
            ));
        }
        (self.seen && !self.bit && !partly && !self.partly)
            .then(|| format!("the waiver for {id} no longer bites: the deviation has healed, take it out"))
    }
}

/// What the TOML reader says, on one line and with the line that it means.
fn in_line(text: &str, error: &toml::de::Error) -> String {
    let start = error.span().map_or(0, |span| span.start);
    let line = text.bytes().take(start).filter(|byte| *byte == b'\n').count() + 1;
    let said: Vec<&str> = error.message().lines().map(str::trim).collect();
    format!(
        "line {line}: {}; a waiver is a table [[waiver]] with id, reason and expires",
        said.join(" ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "[[waiver]]\nid = 'destination/*'\nreason = 'known'\nexpires = '2027-01-31'\n";

    fn complaints(waivers: &Waivers) -> Vec<String> {
        let bites = waivers.bites();
        bites.iter().filter_map(|bite| bite.complaint(false)).collect()
    }

    fn on(day: &str) -> Waivers {
        Waivers::read("w.toml", TEXT, day.parse().unwrap()).unwrap()
    }

    #[test]
    fn a_waiver_of_which_only_a_part_is_fired_has_not_healed() {
        let all = ["destination/x", "destination/y", "time/x"];
        let of = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        for (fired, healed) in [(&all[..1], 0), (&all[..2], 1)] {
            let mut waivers = on("2027-01-31");
            waivers.part_of_a_run(&of(fired), &of(&all));
            fired
                .iter()
                .for_each(|id| drop(waivers.apply(id, VerdictKind::Pass)));
            assert_eq!(complaints(&waivers).len(), healed, "{fired:?}");
        }
    }

    #[test]
    fn a_waiver_bites_until_its_last_day_and_complains_when_it_heals() {
        let mut waivers = on("2027-01-31");
        assert_eq!(
            waivers.apply("destination/x", VerdictKind::Fail).as_deref(),
            Some("known")
        );
        assert_eq!(waivers.apply("time/x", VerdictKind::Fail), None);
        assert!(complaints(&waivers).is_empty());

        let mut late = on("2027-02-01");
        assert_eq!(late.apply("destination/x", VerdictKind::Fail), None);
        assert!(complaints(&late)[0].contains("expired on 2027-01-31"));

        let mut healed = on("2027-01-01");
        assert_eq!(healed.apply("destination/x", VerdictKind::Pass), None);
        assert!(complaints(&healed)[0].contains("no longer bites"));
    }

    #[test]
    fn a_waiver_that_was_not_asked_says_nothing() {
        assert!(complaints(&on("2027-01-01")).is_empty());
    }

    #[test]
    fn a_waiver_that_means_nothing_there_is_is_told() {
        let waivers = on("2027-01-01");
        assert!(
            waivers
                .unknown(["time/x", "destination/x"].into_iter())
                .is_empty()
        );
        assert_eq!(waivers.unknown(["time/x"].into_iter()), ["destination/*"]);
    }

    #[test]
    fn a_waiver_needs_a_reason_and_a_date_that_is_one() {
        let read = |text: &str| {
            Waivers::read("w", text, "2026-01-01".parse().unwrap())
                .unwrap_err()
                .to_string()
        };
        assert!(read("[[waiver]]\nid='a'\nreason=' '").contains("a reason is needed"));
        assert!(read("[[waiver]]\nid='a'\nreason='r'\nexpires='soon'").contains("is a date"));
        assert!(read("[[waver]]").contains("unknown field"));
    }
}
