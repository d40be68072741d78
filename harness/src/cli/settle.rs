//! `samlitmus review`, `accept` and `reject`: a person's word on what the SP does now.

use std::{
    io::{self, BufRead, IsTerminal, Write},
    path::Path,
};

use globset::GlobMatcher;

use crate::snapshot::{Choice, Pending, SnapshotError, pending};

/// Accepts or rejects everything that matches, of one SP or of all, and says what.
///
/// # Errors
/// A snapshot cannot be read or written.
pub(super) fn settle(
    folder: &Path,
    sp: Option<&str>,
    patterns: &[GlobMatcher],
    choice: Choice,
) -> Result<Vec<String>, SnapshotError> {
    let word = match choice {
        Choice::Accept => "accepted",
        Choice::Reject => "rejected",
    };
    let mut said = Vec::new();
    for pending in of(folder, sp, patterns)? {
        pending.settle(choice)?;
        said.push(format!("{word} {} {}", pending.sp, pending.id));
    }
    Ok(said)
}

/// Shows every change and asks what to do, where somebody sits at a terminal; shows them only, where nobody does.
///
/// # Errors
/// A snapshot cannot be read or written, or the terminal went away.
pub(super) fn review(folder: &Path, sp: Option<&str>, patterns: &[GlobMatcher]) -> anyhow::Result<()> {
    let waiting = of(folder, sp, patterns)?;
    let asks = io::stdin().is_terminal() && io::stdout().is_terminal();
    let mut out = io::stdout().lock();
    if waiting.is_empty() {
        writeln!(out, "nothing waits for a review")?;
        return Ok(());
    }
    for (at, change) in waiting.iter().enumerate() {
        writeln!(
            out,
            "{}/{}  {}  {}\n{}",
            at + 1,
            waiting.len(),
            change.sp,
            change.id,
            change.diff()
        )?;
        if asks && !ask(&mut out, &mut io::stdin().lock(), change)? {
            break;
        }
    }
    if !asks {
        writeln!(
            out,
            "`samlitmus accept [PATTERN…]` makes them the accepted behaviour, `reject` throws them away"
        )?;
    }
    Ok(())
}

fn of(folder: &Path, sp: Option<&str>, patterns: &[GlobMatcher]) -> Result<Vec<Pending>, SnapshotError> {
    let mut waiting = pending(folder, patterns)?;
    waiting.retain(|change| sp.is_none_or(|sp| change.sp == sp));
    Ok(waiting)
}

/// Whether to go on.
fn ask(out: &mut impl Write, input: &mut impl BufRead, change: &Pending) -> anyhow::Result<bool> {
    loop {
        write!(out, "accept, reject, skip, quit [a/r/s/q]? ")?;
        out.flush()?;
        let mut answer = String::new();
        if input.read_line(&mut answer)? == 0 {
            return Ok(false);
        }
        match answer.trim() {
            "a" | "accept" | "y" | "yes" => change.settle(Choice::Accept)?,
            "r" | "reject" | "n" | "no" => change.settle(Choice::Reject)?,
            "s" | "skip" => {}
            "q" | "quit" => return Ok(false),
            _ => continue,
        }
        return Ok(true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_an_sp_is_named_only_its_snapshots_are_accepted() {
        let folder = tempfile::tempdir().unwrap();
        for sp in ["billing", "travel"] {
            let at = folder.path().join(sp).join("baseline");
            std::fs::create_dir_all(&at).unwrap();
            let text = "---\nsource: baseline/x\n---\noutcome: rejected\n";
            std::fs::write(at.join("x.snap.new"), text).unwrap();
        }
        let settled = |sp| settle(folder.path(), sp, &[], Choice::Accept).unwrap();
        assert_eq!(settled(Some("billing")), ["accepted billing baseline/x"]);
        assert!(folder.path().join("travel/baseline/x.snap.new").exists());
        assert_eq!(settled(None), ["accepted travel baseline/x"]);
    }
}
