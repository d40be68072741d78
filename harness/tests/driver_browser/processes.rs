//! Chromium and ChromeDriver: started again where they die, gone where the harness is.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use samlitmus::{
    driver::{BrowserDriver, Driver, Setup, Visit},
    judge::observation::Ended,
};

use crate::{
    driver_support::{body, setup},
    stage::{RUNTIME, STARTING, on_stage},
};

#[test]
fn a_browser_that_died_is_replaced() {
    on_stage(|stage| async move {
        let (browser, driver) = own_browser(stage.setup.clone()).await;
        let mut session = browser.session().await.unwrap();
        let url = format!("{}/json", stage.sp);
        kill("KILL", driver);
        let journey = session.travel(Visit::Get(&url)).await;
        assert!(matches!(journey.ended, Ended::Harness(_)), "{:?}", journey.ended);
        let mut again = browser.session().await.unwrap();
        assert!(body(&again.travel(Visit::Get(&url)).await).contains("alice"));
    });
}

#[test]
fn what_was_closed_is_gone_from_the_browser_too() {
    on_stage(|stage| async move {
        let (browser, driver) = own_browser(stage.setup.clone()).await;
        let url = format!("{}/json", stage.sp);
        let mut sessions = Vec::new();
        for _ in 0..MANY {
            let mut session = browser.session().await.unwrap();
            assert!(body(&session.travel(Visit::Get(&url)).await).contains("alice"));
            sessions.push(session);
        }
        assert!(pages_below(driver) >= MANY);
        for session in sessions {
            session.close().await;
        }
        // Those that are ready, one in reserve, and what ChromeDriver itself needs.
        wait_for(|| (pages_below(driver) < MANY / 2).then_some(()));
    });
}

/// Enough to be told from the tabs that are made ahead.
const MANY: usize = 20;

/// Processes of pages in the group that this ChromeDriver leads.
fn pages_below(driver: u32) -> usize {
    let group = |pid: u32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let group = stat.rsplit_once(')')?.1.split_whitespace().nth(2)?.to_owned();
        group.parse::<u32>().ok()
    };
    let all = processes().into_iter();
    all.filter(|(pid, _, line)| line.contains("--type=renderer") && group(*pid) == Some(driver))
        .count()
}

/// A browser of this test alone, and the ChromeDriver that it runs under.
async fn own_browser(setup: Setup) -> (Driver, u32) {
    let _alone = STARTING.lock().await;
    let before = drivers_below(std::process::id());
    let browser = BrowserDriver::start(setup).await.unwrap();
    let ours = drivers_below(std::process::id())
        .into_iter()
        .find(|driver| !before.contains(driver));
    (Driver::Browser(browser), ours.unwrap())
}

fn drivers_below(parent: u32) -> Vec<u32> {
    let children = children_of(parent).into_iter();
    children
        .filter(|(_, line)| line.contains("chromedriver"))
        .map(|(pid, _)| pid)
        .collect()
}

/// Not a test of its own: what the tests below run and end in several ways.
#[test]
#[ignore = "holds a browser open until it is killed"]
fn holds_a_browser_open() {
    RUNTIME.block_on(async {
        let browser = BrowserDriver::start(setup("http://127.0.0.1:1", "http://localhost:1"))
            .await
            .unwrap();
        let _session = browser.session().await.unwrap();
        let told = std::env::temp_dir().join("told");
        if std::env::var_os("SAMLITMUS_TEST_DROP").is_some() {
            drop(browser);
            drop(_session);
        }
        std::fs::write(told, b"told").unwrap();
        tokio::time::sleep(Duration::from_secs(600)).await;
    });
}

#[test]
fn nothing_outlives_the_harness() {
    on_stage(|_| async {
        // Where the tests themselves run in the background, INT is ignored, and whoever they start inherits that.
        for signal in ["KILL", "TERM"] {
            let home = tempfile::tempdir().unwrap();
            let mut harness = holder(home.path(), false);
            wait_for(|| home.path().join("told").exists().then_some(()));
            assert!(running_with(home.path()).len() > 2);
            kill(signal, harness.id());
            harness.wait().unwrap();
            assert_gone(home.path(), signal);
        }
    });
}

#[test]
fn nothing_is_left_when_the_driver_is_dropped() {
    on_stage(|_| async {
        let home = tempfile::tempdir().unwrap();
        let mut harness = holder(home.path(), true);
        wait_for(|| home.path().join("told").exists().then_some(()));
        assert_eq!(running_with(home.path()), []);
        assert_eq!(left_in(home.path()), Vec::<PathBuf>::new());
        harness.kill().unwrap();
        harness.wait().unwrap();
    });
}

#[test]
fn nothing_is_left_when_the_harness_is_killed_while_it_starts() {
    on_stage(|_| async {
        for moment in [0, 3, 6, 12, 25, 50, 100, 200, 400, 800] {
            let home = tempfile::tempdir().unwrap();
            let mut harness = holder(home.path(), false);
            std::thread::sleep(Duration::from_millis(moment));
            harness.kill().unwrap();
            harness.wait().unwrap();
            assert_gone(home.path(), &format!("KILL after {moment} ms"));
        }
    });
}

/// A harness that keeps its temporary files in this folder.
fn holder(home: &Path, dropping: bool) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--ignored", "--exact", "processes::holds_a_browser_open"])
        .env("TMPDIR", home)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if dropping {
        command.env("SAMLITMUS_TEST_DROP", "1");
    }
    command.spawn().unwrap()
}

fn assert_gone(home: &Path, how: &str) {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(60) {
        if running_with(home).is_empty() && left_in(home).is_empty() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!(
        "after {how} there is still {:?} {:?}",
        running_with(home),
        left_in(home)
    );
}

/// What stands in a folder, but for what the holder told.
fn left_in(home: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(home).unwrap().flatten();
    entries
        .map(|entry| entry.path())
        .filter(|path| !path.ends_with("told"))
        .collect()
}

fn wait_for<T>(look: impl Fn() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_secs(120), "waited for nothing");
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

fn running_with(folder: &Path) -> Vec<(u32, u32, String)> {
    let folder = folder.to_str().unwrap();
    processes()
        .into_iter()
        .filter(|(_, _, line)| line.contains(folder))
        .collect()
}

fn kill(signal: &str, process: u32) {
    Command::new("sh")
        .args(["-c", &format!("kill -s {signal} {process}")])
        .status()
        .unwrap();
}
