//! Chromium and ChromeDriver: started again where they die, gone where the harness is.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use samlitmus::{
    driver::{BrowserDriver, Driver, Visit},
    judge::observation::Ended,
};

use crate::{
    driver_support::{body, setup},
    stage::{RUNTIME, on_stage},
};

#[test]
fn a_browser_that_died_is_replaced() {
    on_stage(|stage| async move {
        let browser = match BrowserDriver::start(stage.setup.clone()).await {
            Ok(browser) => Driver::Browser(browser),
            Err(error) => panic!("{error}"),
        };
        let mut session = browser.session().await.unwrap();
        let url = format!("{}/json", stage.sp);
        // Another test's browser is not a child of this very call: the newest one is ours.
        let ours = children_of(std::process::id())
            .into_iter()
            .filter(|(_, line)| line.contains("chromedriver"))
            .max();
        kill("KILL", ours.unwrap().0);
        let journey = session.travel(Visit::Get(&url)).await;
        assert!(matches!(journey.ended, Ended::Harness(_)), "{:?}", journey.ended);
        let mut again = browser.session().await.unwrap();
        assert!(body(&again.travel(Visit::Get(&url)).await).contains("alice"));
    });
}

/// Not a test of its own: what `no_process_outlives_the_harness` runs and ends in several ways.
#[test]
#[ignore = "holds a browser open until it is killed"]
fn holds_a_browser_open() {
    RUNTIME.block_on(async {
        let browser = BrowserDriver::start(setup("http://127.0.0.1:1", "http://localhost:1"))
            .await
            .unwrap();
        let _session = browser.session().await.unwrap();
        if std::env::var_os("SAMLITMUS_TEST_DROP").is_some() {
            drop(browser);
            drop(_session);
            std::fs::write(std::env::var_os("SAMLITMUS_TEST_DROP").unwrap(), b"dropped").unwrap();
        }
        tokio::time::sleep(Duration::from_secs(60)).await;
    });
}

#[test]
fn no_process_outlives_the_harness() {
    on_stage(|_| async {
        for signal in ["KILL", "INT", "TERM"] {
            let mut harness = holder(None);
            let profile = profile_below(harness.id());
            kill(signal, harness.id());
            harness.wait().unwrap();
            assert_gone(&profile, signal);
        }
        let told = std::env::temp_dir().join(format!("samlitmus-test-dropped-{}", std::process::id()));
        let mut harness = holder(Some(&told));
        let profile = profile_below(harness.id());
        wait_for(|| told.exists().then_some(()));
        assert!(
            running_with(&profile).is_empty(),
            "dropped, but {:?}",
            running_with(&profile)
        );
        assert!(!profile.exists());
        harness.kill().unwrap();
        harness.wait().unwrap();
        std::fs::remove_file(told).unwrap();
    });
}

fn holder(dropping: Option<&PathBuf>) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--ignored", "--exact", "processes::holds_a_browser_open"])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if let Some(path) = dropping {
        command.env("SAMLITMUS_TEST_DROP", path);
    }
    command.spawn().unwrap()
}

fn profile_below(harness: u32) -> PathBuf {
    wait_for(|| {
        let driver = children_of(harness)
            .into_iter()
            .find(|(_, line)| line.contains("chromedriver"))?;
        let browser = children_of(driver.0)
            .into_iter()
            .find(|(_, line)| line.contains("--user-data-dir="))?;
        let argument = browser
            .1
            .split('\0')
            .find_map(|part| part.strip_prefix("--user-data-dir="))?;
        Some(PathBuf::from(argument))
    })
}

fn assert_gone(profile: &Path, how: &str) {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(10) {
        if running_with(profile).is_empty() && !profile.exists() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("after {how} there is still {:?}", running_with(profile));
}

fn wait_for<T>(look: impl Fn() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "waited for nothing");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Processes with their parents and command lines, arguments apart by NUL.
fn processes() -> Vec<(u32, u32, String)> {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let process = |entry: std::fs::DirEntry| {
        let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
        let line = std::fs::read(entry.path().join("cmdline")).ok()?;
        let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
        let parent = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()?;
        Some((pid, parent, String::from_utf8_lossy(&line).into_owned()))
    };
    entries.filter_map(process).collect()
}

fn children_of(parent: u32) -> Vec<(u32, String)> {
    processes()
        .into_iter()
        .filter(|(_, of, _)| *of == parent)
        .map(|(pid, _, line)| (pid, line))
        .collect()
}

fn running_with(profile: &Path) -> Vec<(u32, u32, String)> {
    let profile = profile.to_str().unwrap();
    processes()
        .into_iter()
        .filter(|(_, _, line)| line.contains(profile))
        .collect()
}

fn kill(signal: &str, process: u32) {
    Command::new("sh")
        .args(["-c", &format!("kill -s {signal} {process}")])
        .status()
        .unwrap();
}
