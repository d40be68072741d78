//! Turns: runs that share keys, an address and an SP go one after the other.

use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
};

use mock_idp::directory::make_state_folder;

/// The file of a state folder that whoever has the turn holds.
const FILE: &str = "turn.lock";

/// The turn of a state folder, until it is dropped or its process ends, however it ends.
#[derive(Debug)]
pub(crate) struct Turn {
    _lock: File,
}

/// Why there are no turns.
#[derive(Debug, thiserror::Error)]
#[error("runs of the state folder {} cannot take turns ({why}); make it writable, or name another in [idp] state", state.display())]
pub(crate) struct NoTurn {
    state: PathBuf,
    why: String,
}

impl Turn {
    /// Waits for it, however long the others take; whoever has to wait hears of it by `waits`.
    ///
    /// # Errors
    /// The state folder cannot be written, or its file system knows no locks.
    pub(crate) fn take(state: &Path, waits: impl FnOnce()) -> Result<Self, NoTurn> {
        let because = |why: String| NoTurn {
            state: state.to_owned(),
            why,
        };
        let cannot = |why: std::io::Error| because(why.to_string());
        make_state_folder(state).map_err(|why| because(why.to_string()))?;
        let mut options = File::options();
        let file = options.create(true).truncate(false).write(true);
        let lock = file.open(state.join(FILE)).map_err(cannot)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                waits();
                // The kernel wakes those who wait; nobody takes a second turn before its process begins anew.
                lock.lock().map_err(cannot)?;
            }
            Err(TryLockError::Error(why)) => return Err(cannot(why)),
        }
        Ok(Self { _lock: lock })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn one_at_a_time_has_the_turn_and_everybody_gets_one() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state");
        let (busy, turns) = (AtomicBool::new(false), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| {
                    let turn = Turn::take(&state, || ()).unwrap();
                    assert!(!busy.swap(true, Ordering::SeqCst), "two have it");
                    std::thread::yield_now();
                    turns.fetch_add(1, Ordering::SeqCst);
                    busy.store(false, Ordering::SeqCst);
                    drop(turn);
                });
            }
        });
        assert_eq!(turns.into_inner(), 6);
    }

    #[test]
    fn whoever_waits_hears_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let first = Turn::take(folder.path(), || panic!("nobody was there")).unwrap();
        let waits = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let second = scope.spawn(|| Turn::take(folder.path(), || waits.store(true, Ordering::SeqCst)));
            while !waits.load(Ordering::SeqCst) {
                std::thread::yield_now();
            }
            drop(first);
            second.join().unwrap().unwrap();
        });
    }

    #[test]
    fn a_folder_that_cannot_be_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("state"), "a file").unwrap();
        let why = Turn::take(&folder.path().join("state"), || ()).unwrap_err();
        assert!(why.to_string().contains("[idp] state"), "{why}");
    }
}
