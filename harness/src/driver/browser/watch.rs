//! The shell that waits for the end of the harness, and then takes away whatever was started and written.
//!
//! It waits for the end of a pipe that only the harness holds: however the harness ends (dropped, interrupted,
//! killed), the pipe closes. It is there before anything else is, and makes the folder itself.

use std::{
    io::Write,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use openssl::rand::rand_bytes;
use tokio::sync::oneshot;

use super::output::first_line;

/// The longest wait for it to end what there is.
const END: Duration = Duration::from_secs(20);

/// A watch and its folder; dropping it ends every process that names the folder, and removes it.
#[derive(Debug)]
pub(super) struct Watch {
    shell: Child,
    leash: Option<ChildStdin>,
    folder: PathBuf,
}

impl Watch {
    /// Starts the shell and waits until its folder is there, at most so long.
    pub(super) async fn start(limit: Duration) -> std::io::Result<Self> {
        let (mut watch, ready) = Self::spawn(fresh_name()?)?;
        match tokio::time::timeout(limit, ready).await {
            Ok(Ok(())) => Ok(watch),
            _ => {
                let _ = watch.shell.kill();
                Err(std::io::Error::other(format!(
                    "{} could not be made",
                    watch.folder.display()
                )))
            }
        }
    }

    fn spawn(folder: PathBuf) -> std::io::Result<(Self, oneshot::Receiver<()>)> {
        // Whom nobody listens to any more has the more to do: its word that the folder is there may meet a closed pipe.
        // Chromium's crash handlers leave the group, and a driver may be killed before its group is known: all of
        // them have the folder in their arguments. What is being killed may still write, so that it looks again.
        const SCRIPT: &str = r#"
            trap '' PIPE
            mkdir -m 700 -- "$1" || exit 1
            echo ready
            read -r group
            read -r _
            [ -n "$group" ] && kill -s KILL -- "-$group"
            for round in 1 2 3 4 5 6 7 8 9 10; do
                alone=yes
                for line in $(grep -laF -- "$1" /proc/[0-9]*/cmdline); do
                    id=${line#/proc/}
                    id=${id%/cmdline}
                    [ "$id" != $$ ] && kill -s KILL "$id" && alone=
                done
                rm -rf -- "$1" && [ -n "$alone" ] && exit
                sleep 0.2
            done
        "#;
        let mut shell = Command::new("/bin/sh")
            .args(["-c", SCRIPT, "samlitmus-watch"])
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // A group of its own, so that Ctrl-C does not reach it.
            .process_group(0)
            .spawn()?;
        let leash = shell.stdin.take();
        let output = shell.stdout.take();
        let ready = first_line(output, |line| (line == "ready").then_some(()));
        let watch = Self { shell, leash, folder };
        Ok((watch, ready))
    }

    /// Tells it which process group is to end with the harness.
    pub(super) fn group(&mut self, group: u32) -> std::io::Result<()> {
        let gone = || std::io::Error::other("the watch is gone");
        writeln!(self.leash.as_mut().ok_or_else(gone)?, "{group}")
    }

    /// The folder that goes with it.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Lets it end everything, and waits until it has.
    pub(super) fn end(&mut self) {
        drop(self.leash.take());
        let until = Instant::now() + END;
        while Instant::now() < until && matches!(self.shell.try_wait(), Ok(None)) {
            thread::sleep(Duration::from_millis(5));
        }
        let _ = self.shell.kill();
        let _ = self.shell.wait();
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.end();
    }
}

fn fresh_name() -> std::io::Result<PathBuf> {
    let mut random = [0u8; 8];
    rand_bytes(&mut random).map_err(std::io::Error::other)?;
    Ok(std::env::temp_dir().join(format!("samlitmus-browser-{:016x}", u64::from_ne_bytes(random))))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn when_the_leash_is_cut_the_group_is_killed_and_the_folder_removed() {
        let mut watch = Watch::start(SOON).await.unwrap();
        let folder = watch.folder().to_owned();
        std::fs::write(folder.join("file"), b"x").unwrap();
        let mut sleeper = Command::new("/bin/sh")
            .args(["-c", "sleep 100 & wait"])
            .process_group(0)
            .spawn()
            .unwrap();
        watch.group(sleeper.id()).unwrap();
        assert!(sleeper.try_wait().unwrap().is_none());
        drop(watch);
        assert!(!sleeper.wait().unwrap().success());
        assert!(!folder.exists());
    }

    #[tokio::test]
    async fn a_process_whose_group_was_never_told_is_found_by_the_folder_in_its_arguments() {
        let watch = Watch::start(SOON).await.unwrap();
        let folder = watch.folder().to_owned();
        let mut sleeper = Command::new("/bin/sh")
            .args(["-c", "sleep 100", "half-started"])
            .arg(&folder)
            .process_group(0)
            .spawn()
            .unwrap();
        drop(watch);
        assert!(!sleeper.wait().unwrap().success());
        assert!(!folder.exists());
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_made_is_an_error() {
        let (mut watch, ready) = Watch::spawn(PathBuf::from("/no/such/place")).unwrap();
        assert!(ready.await.is_err());
        watch.end();
    }
}
