//! What nobody has accepted yet, and what becomes of it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use globset::GlobMatcher;

use super::file::{SnapshotError, accepted, remove};

/// A snapshot that waits for somebody's word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// The SP that it is of.
    pub sp: String,
    /// The scenario's id, with base and driver where they stand in the file's name.
    pub id: String,
    /// The text that was accepted before.
    pub accepted: Option<String>,
    /// The text that was seen.
    pub seen: String,
    path: PathBuf,
}

/// What becomes of a pending snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// It is the accepted behaviour from now on.
    Accept,
    /// It is thrown away; what was accepted before stays.
    Reject,
}

impl Pending {
    /// Does what was chosen.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn settle(&self, choice: Choice) -> Result<(), SnapshotError> {
        match choice {
            Choice::Accept => {
                fs::rename(beside(&self.path), &self.path).map_err(|why| SnapshotError::Write {
                    path: self.path.clone(),
                    why,
                })
            }
            Choice::Reject => remove(&beside(&self.path)),
        }
    }

    /// The change, line by line, as a unified diff.
    pub fn diff(&self) -> String {
        let before = self.accepted.as_deref().unwrap_or_default();
        similar::TextDiff::from_lines(before, &self.seen)
            .unified_diff()
            .context_radius(20)
            .header(
                if self.accepted.is_some() {
                    "accepted"
                } else {
                    "nothing accepted"
                },
                "seen",
            )
            .to_string()
    }
}

/// All pending snapshots below a folder whose id (or id without base and driver) matches one of the patterns; all
/// where there is no pattern. Sorted by SP and id.
///
/// # Errors
/// A folder or file that cannot be read.
pub fn pending(folder: &Path, patterns: &[GlobMatcher]) -> Result<Vec<Pending>, SnapshotError> {
    let mut found = Vec::new();
    for sp in entries(folder)? {
        collect(&sp, &sp, &mut found)?;
    }
    found.retain(|pending| {
        let plain = pending.id.split('@').next().unwrap_or_default();
        patterns.is_empty()
            || patterns
                .iter()
                .any(|glob| glob.is_match(&pending.id) || glob.is_match(plain))
    });
    found.sort_by(|a, b| (&a.sp, &a.id).cmp(&(&b.sp, &b.id)));
    Ok(found)
}

/// The file where what is pending waits.
pub(super) fn beside(path: &Path) -> PathBuf {
    path.with_extension("snap.new")
}

fn collect(sp: &Path, folder: &Path, found: &mut Vec<Pending>) -> Result<(), SnapshotError> {
    for path in entries(folder)? {
        if path.is_dir() {
            collect(sp, &path, found)?;
            continue;
        }
        let Some(accepted_at) = path
            .to_str()
            .and_then(|name| name.strip_suffix(".new"))
            .map(PathBuf::from)
        else {
            continue;
        };
        if accepted_at
            .extension()
            .is_none_or(|extension| extension != "snap")
        {
            continue;
        }
        let id = accepted_at.with_extension("");
        let id = id.strip_prefix(sp).unwrap_or(&id);
        found.push(Pending {
            sp: sp
                .file_name()
                .map(|name| name.to_string_lossy().into_owned())
                .unwrap_or_default(),
            id: id.to_string_lossy().replace('\\', "/"),
            accepted: accepted(&accepted_at)?,
            seen: accepted(&path)?.unwrap_or_default(),
            path: accepted_at,
        });
    }
    Ok(())
}

/// What stands in a folder; nothing where there is none, for then nobody has kept a snapshot yet.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, SnapshotError> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let unreadable = |why: std::io::Error| SnapshotError::Read {
        path: folder.to_owned(),
        why: why.to_string(),
    };
    let entries = fs::read_dir(folder).map_err(unreadable)?;
    entries
        .map(|entry| entry.map(|entry| entry.path()).map_err(unreadable))
        .collect()
}
