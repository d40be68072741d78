//! ChromeDriver and the Chromium below it, as processes that never outlive the harness.
//!
//! ChromeDriver leads a process group, in which Chromium stays; a watch ends the group and removes the folder in which
//! both write.

use std::{
    os::unix::{fs::MetadataExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use super::{
    output::first_line,
    programs::{browsers, chromedriver},
    watch::Watch,
};
use crate::driver::error::DriverError;

/// More than a busy machine takes to start a program.
pub(super) const START: Duration = Duration::from_secs(120);
/// So often ChromeDriver is started that ends at once.
const TRIES: usize = 5;

/// A running ChromeDriver; dropping it ends it, its browsers and their profiles. Public for whoever drives a browser by
/// WebDriver commands of their own; the drivers of scenarios start theirs by themselves.
#[derive(Debug)]
pub struct ChromeDriver {
    /// Reaped only after the group is gone: until then its number cannot name another group.
    driver: Child,
    watch: Watch,
    port: u16,
    browsers: Vec<PathBuf>,
}

impl ChromeDriver {
    /// Finds both programs and starts ChromeDriver.
    ///
    /// # Errors
    ///
    /// [`DriverError::NoBrowser`] where one of the programs is not installed, [`DriverError::Start`] where ChromeDriver does
    /// not come up.
    pub async fn start() -> Result<Self, DriverError> {
        let program = chromedriver()?;
        let browsers = browsers()?;
        for _ in 0..TRIES {
            if let Some(started) = Self::launch(&program, browsers.clone()).await? {
                return Ok(started);
            }
        }
        Err(DriverError::Start(format!(
            "{} ended before it said where it listens",
            program.display()
        )))
    }

    /// Starts it once. None where it ended at once: the port that it picked for one IP version may be taken in the other.
    async fn launch(program: &Path, browsers: Vec<PathBuf>) -> Result<Option<Self>, DriverError> {
        let failed = |what: &str, error: std::io::Error| DriverError::Start(format!("{what}: {error}"));
        let mut watch = Watch::start(START)
            .await
            .map_err(|error| failed("no folder for its profile", error))?;
        let folder = watch.folder();
        let mut driver = Command::new(program)
            .arg("--port=0")
            // No switch of its own: it tells the watch which processes are ours.
            .arg(format!("--samlitmus-folder={}", folder.display()))
            // Everything that either of them writes stands in the folder.
            .env("TMPDIR", folder)
            .env("HOME", folder)
            .env("XDG_CONFIG_HOME", folder)
            .env("XDG_CACHE_HOME", folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map_err(|error| failed(&program.display().to_string(), error))?;
        let told = watch.group(driver.id());
        let port = first_line(driver.stdout.take(), announced);
        let mut started = Self {
            driver,
            watch,
            port: 0,
            browsers,
        };
        told.map_err(|error| failed("sh", error))?;
        let port = tokio::time::timeout(START, port).await.map_err(|_| {
            let limit = START.as_secs();
            DriverError::Start(format!(
                "{} did not say within {limit} s where it listens",
                program.display()
            ))
        })?;
        Ok(port.ok().map(|port| {
            started.port = port;
            started
        }))
    }

    /// Where it takes WebDriver commands.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The browser program.
    pub fn browser(&self) -> &Path {
        self.browsers
            .first()
            .map_or(Path::new("chromium"), PathBuf::as_path)
    }

    /// The browser programs that there are, the one to be taken first: the next where that does not fit this
    /// ChromeDriver.
    pub(super) fn browsers(&self) -> &[PathBuf] {
        &self.browsers
    }

    /// A fresh folder, which goes with it: for the browser's profile, or for one profile each below it.
    pub fn profile(&self) -> &Path {
        self.watch.folder()
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
        self.watch.end();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// Whether this process is root, for which Chromium has no sandbox.
fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// The port in the line with which ChromeDriver announces it.
fn announced(line: &str) -> Option<u16> {
    let (_, rest) = line.rsplit_once("successfully on port ")?;
    rest.trim_end_matches('.').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_read_from_what_is_announced() {
        assert_eq!(announced("Starting ChromeDriver 156 on port 0"), None);
        assert_eq!(
            announced("ChromeDriver was started successfully on port 41234."),
            Some(41234)
        );
    }
}
