//! ChromeDriver and the Chromium below it, as processes that never outlive the harness.
//!
//! ChromeDriver leads a process group, in which Chromium stays. A shell waits beside it for the end of a pipe that
//! only the harness holds: however the harness ends (dropped, interrupted, killed), the pipe closes, and the shell
//! kills the group and removes the profile.

use std::{
    ffi::OsString,
    io::{BufRead, BufReader},
    os::unix::{fs::DirBuilderExt, fs::MetadataExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use openssl::rand::rand_bytes;
use tokio::sync::oneshot;

use crate::driver::error::DriverError;

const INSTALL: &str = "install the packages chromium and chromium-driver (Debian and Ubuntu have them), or name \
                       the programs in CHROMIUM and CHROMEDRIVER, or run with --driver http";
const START: Duration = Duration::from_secs(30);
const END: Duration = Duration::from_secs(5);

/// A running ChromeDriver; dropping it ends it, its browsers and their profiles. Public for whoever drives a browser by
/// WebDriver commands of their own; the drivers of scenarios start theirs by themselves.
#[derive(Debug)]
pub struct ChromeDriver {
    /// Reaped only after the group is gone: until then its number cannot name another group.
    driver: Child,
    watch: Child,
    leash: Option<ChildStdin>,
    port: u16,
    browser: PathBuf,
    profile: PathBuf,
}

impl ChromeDriver {
    /// Finds both programs and starts ChromeDriver.
    ///
    /// # Errors
    ///
    /// [`DriverError::NoBrowser`] where one of the programs is not installed, [`DriverError::Start`] where ChromeDriver does
    /// not come up.
    pub async fn start() -> Result<Self, DriverError> {
        let program = find("CHROMEDRIVER", &["chromedriver"])
            .ok_or_else(|| DriverError::NoBrowser(format!("no ChromeDriver is on the PATH: {INSTALL}")))?;
        let names = [
            "chromium",
            "chromium-browser",
            "google-chrome",
            "google-chrome-stable",
            "chrome",
        ];
        let browser = find("CHROMIUM", &names)
            .ok_or_else(|| DriverError::NoBrowser(format!("no Chromium is on the PATH: {INSTALL}")))?;
        let failed = |what: &str, error: std::io::Error| DriverError::Start(format!("{what}: {error}"));
        let profile = fresh_folder().map_err(|error| failed("no folder for its profile", error))?;
        let mut driver = Command::new(&program)
            .arg("--port=0")
            .env("TMPDIR", &profile)
            .env("HOME", &profile)
            .env("XDG_CONFIG_HOME", &profile)
            .env("XDG_CACHE_HOME", &profile)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map_err(|error| failed(&program.display().to_string(), error))?;
        let mut watch = match watch(driver.id(), &profile) {
            Ok(watch) => watch,
            Err(error) => {
                let _ = driver.kill();
                return Err(failed("sh", error));
            }
        };
        let output = driver.stdout.take();
        let leash = watch.stdin.take();
        let mut started = Self {
            driver,
            watch,
            leash,
            port: 0,
            browser,
            profile,
        };
        let silent = || DriverError::Start(format!("{} did not say where it listens", program.display()));
        let port = announced(output.ok_or_else(silent)?);
        let port = tokio::time::timeout(START, port).await;
        started.port = port.ok().and_then(Result::ok).ok_or_else(silent)?;
        Ok(started)
    }

    /// Where it takes WebDriver commands.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The browser program.
    pub fn browser(&self) -> &Path {
        &self.browser
    }

    /// A fresh folder, which goes with it: for the browser's profile, or for one profile each below it.
    pub fn profile(&self) -> &Path {
        &self.profile
    }

    /// What Chromium is to be started with, beside its profile: headless, and quiet on the network.
    pub fn arguments() -> Vec<String> {
        let sandbox = is_root().then_some("--no-sandbox");
        FLAGS.into_iter().chain(sandbox).map(str::to_owned).collect()
    }
}

const FLAGS: [&str; 18] = [
    "--headless=new",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-proxy-server",
    "--no-pings",
    "--disable-background-networking",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--disable-breakpad",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-quic",
    "--disable-sync",
    // WebRTC would speak UDP to any address.
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
];

impl Drop for ChromeDriver {
    fn drop(&mut self) {
        drop(self.leash.take());
        let until = Instant::now() + END;
        while Instant::now() < until && matches!(self.watch.try_wait(), Ok(None)) {
            thread::sleep(Duration::from_millis(5));
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
        let _ = self.watch.kill();
        let _ = self.watch.wait();
    }
}

/// Whether this process is root, for which Chromium has no sandbox.
fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// The shell at the other end of the leash. It leads a group of its own, so that Ctrl-C does not reach it.
fn watch(group: u32, profile: &Path) -> std::io::Result<Child> {
    // Chromium's crash handlers leave the group; the profile in their arguments tells them.
    const SCRIPT: &str = r#"
        read -r _
        kill -s KILL -- "-$1"
        for line in /proc/[0-9]*/cmdline; do
            id=${line#/proc/}
            id=${id%/cmdline}
            [ "$id" != $$ ] && grep -qaF -- "$2" "$line" && kill -s KILL "$id"
        done
        rm -rf -- "$2" || { sleep 1; rm -rf -- "$2"; }
    "#;
    Command::new("/bin/sh")
        .args(["-c", SCRIPT, "samlitmus-watch"])
        .arg(group.to_string())
        .arg(profile)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
}

/// The port that ChromeDriver announces. Its output is read to the end, so that it never blocks on it.
fn announced(output: impl std::io::Read + Send + 'static) -> oneshot::Receiver<u16> {
    let (tell, hear) = oneshot::channel();
    thread::spawn(move || {
        let mut tell = Some(tell);
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            let port = line
                .rsplit_once("successfully on port ")
                .and_then(|(_, rest)| rest.trim_end_matches('.').parse().ok());
            if let (Some(port), Some(tell)) = (port, tell.take_if(|_| port.is_some())) {
                let _ = tell.send(port);
            }
        }
    });
    hear
}

/// The program that the variable names, or the first of these on the PATH.
fn find(variable: &str, names: &[&str]) -> Option<PathBuf> {
    let named = std::env::var_os(variable).filter(|value| !value.is_empty());
    let path = std::env::var_os("PATH").unwrap_or_default();
    search(named, names, &path)
}

fn search(named: Option<OsString>, names: &[&str], path: &OsString) -> Option<PathBuf> {
    let runs = |file: &PathBuf| {
        file.metadata()
            .is_ok_and(|data| data.is_file() && data.mode() & 0o111 != 0)
    };
    if let Some(named) = named {
        let named = PathBuf::from(named);
        return if named.components().count() > 1 {
            Some(named).filter(runs)
        } else {
            on_path(&named, path, runs)
        };
    }
    names.iter().find_map(|name| on_path(Path::new(name), path, runs))
}

fn on_path(name: &Path, path: &OsString, runs: impl Fn(&PathBuf) -> bool) -> Option<PathBuf> {
    std::env::split_paths(path)
        .map(|folder| folder.join(name))
        .find(|file| runs(file))
}

fn fresh_folder() -> std::io::Result<PathBuf> {
    let mut random = [0u8; 8];
    rand_bytes(&mut random).map_err(std::io::Error::other)?;
    let folder = std::env::temp_dir().join(format!("samlitmus-browser-{:016x}", u64::from_ne_bytes(random)));
    std::fs::DirBuilder::new().mode(0o700).create(&folder)?;
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_program_goes_before_the_path_and_must_exist() {
        let path = OsString::from("/nowhere:/bin");
        assert_eq!(
            search(None, &["no-such", "sh"], &path),
            Some(PathBuf::from("/bin/sh"))
        );
        assert_eq!(
            search(Some("/bin/ls".into()), &["sh"], &path),
            Some(PathBuf::from("/bin/ls"))
        );
        assert_eq!(
            search(Some("ls".into()), &["sh"], &path),
            Some(PathBuf::from("/bin/ls"))
        );
        assert_eq!(search(Some("/no/such".into()), &["sh"], &path), None);
        assert_eq!(search(None, &["sh"], &OsString::from("/nowhere")), None);
    }

    #[test]
    fn the_port_is_read_from_what_is_announced() {
        let hear = announced(&b"Starting ChromeDriver 156 on port 0\nChromeDriver was started successfully on port 41234.\nmore\n"[..]);
        assert_eq!(hear.blocking_recv(), Ok(41234));
        assert!(announced(&b"nothing of the kind\n"[..]).blocking_recv().is_err());
    }

    #[test]
    fn the_watch_kills_the_group_and_removes_the_profile_when_the_leash_is_cut() {
        let profile = fresh_folder().unwrap();
        let mut sleeper = Command::new("/bin/sh")
            .args(["-c", "sleep 100 & wait"])
            .process_group(0)
            .spawn()
            .unwrap();
        let mut watch = watch(sleeper.id(), &profile).unwrap();
        assert!(sleeper.try_wait().unwrap().is_none());
        drop(watch.stdin.take());
        watch.wait().unwrap();
        assert!(!sleeper.wait().unwrap().success());
        assert!(!profile.exists());
    }
}
