//! One mode, run: the SP in a process of its own, the program against it, and what it said.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Condvar, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU16, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::modes::Mode;

/// What is fired at every SP: the baseline, fifteen wrappings, and a few of each other kind.
const FIRED: [&str; 16] = [
    "baseline/*",
    "signature/xsw-?",
    "signature/xsw-genuine-in-*",
    "signature/xsw-same-id-evil-first",
    "signature/exclusion-response-forged",
    "signature/exclusion-assertion-only",
    "signature/digest-stale",
    "identity/comment-truncation",
    "identity/cdata-split",
    "identity/attribute-comment-truncation",
    "trust/rogue-key-x509-keyinfo",
    "trust/untrusted-issuer",
    "time/conditions-expired",
    "time/scd-expired",
    "audience/wrong",
    "replay/same-bytes-new-session",
];

/// What is fired in the browser, where each takes longer.
const IN_BROWSER: [&str; 2] = ["baseline/*", "signature/xsw-?"];

/// How the wrappings begin.
pub(crate) const WRAPPING: &str = "signature/xsw-";

/// No mode takes longer, on any machine; in the browser none takes four times as long.
const LONGEST: Duration = Duration::from_secs(120);

/// So many modes run at once, in all tests of this process.
const AT_ONCE: usize = 2;

/// What came of a run.
pub(crate) struct Ran {
    /// The exit code; none where it did not end in time.
    pub(crate) exit: Option<i32>,
    /// Everything it said.
    pub(crate) said: String,
    /// Its JSON report, if there is one.
    pub(crate) results: Value,
    /// How long it took.
    pub(crate) took: Duration,
}

impl Ran {
    /// A count of the summary.
    pub(crate) fn count(&self, verdict: &str) -> u64 {
        self.results["summary"][verdict].as_u64().unwrap_or_default()
    }

    /// The causes.
    pub(crate) fn causes(&self) -> Vec<&str> {
        let causes = self.results["summary"]["causes"].as_array();
        causes.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// Ids and verdicts of scenarios whose ids begin so.
    pub(crate) fn scenarios(&self, beginning: &str) -> impl Iterator<Item = (&str, &str)> {
        let all = self.results["scenarios"].as_array().into_iter().flatten();
        let pairs = all.filter_map(|one| Some((one["id"].as_str()?, one["verdict"].as_str()?)));
        pairs.filter(move |(id, _)| id.starts_with(beginning))
    }

    /// Why what could not be judged could not.
    pub(crate) fn unjudged(&self) -> Vec<&str> {
        let all = self.results["scenarios"].as_array().into_iter().flatten();
        let unjudged = all.filter(|one| one["verdict"] == "inconclusive");
        unjudged.filter_map(|one| one["reason"].as_str()).collect()
    }

    /// Whether each line is met by something that was said: by one of the words between its bars, in any case.
    pub(crate) fn says(&self, lines: &[&str]) -> bool {
        let said = self.said.to_lowercase();
        lines
            .iter()
            .all(|line| line.split('|').any(|word| said.contains(&word.to_lowercase())))
    }
}

/// Runs the program against the SP of a mode, as it is or open to wrapping.
pub(crate) fn run(mode: &Mode, open: bool) -> Ran {
    let fired = if mode.browser { &IN_BROWSER[..] } else { &FIRED[..] };
    Site::of(mode, open).run(fired)
}

/// The SP of a mode, and the folder of who tests it.
pub(crate) struct Site<'a> {
    mode: &'a Mode,
    folder: TempDir,
    _sp: Served,
    _turn: Turn,
}

impl<'a> Site<'a> {
    pub(crate) fn of(mode: &'a Mode, open: bool) -> Self {
        let turn = Turn::take();
        let folder = tempfile::tempdir().unwrap();
        let idp = port();
        let (state, metadata) = identity_provider();
        copy(
            &state.path().join(".samlitmus"),
            &folder.path().join(".samlitmus"),
        );
        let metadata = metadata.replace(&format!("localhost:{PLACE}"), &format!("localhost:{idp}"));
        fs::write(folder.path().join("idp.xml"), metadata).unwrap();
        let sp = Served::start(mode.name, open, &folder.path().join("idp.xml"));
        fs::write(
            folder.path().join("samlitmus.toml"),
            configuration(mode, &sp.origin, idp),
        )
        .unwrap();
        Self {
            mode,
            folder,
            _sp: sp,
            _turn: turn,
        }
    }

    /// Runs the program once.
    pub(crate) fn run(&self, fired: &[&str]) -> Ran {
        fire(self.mode, self.folder.path(), fired)
    }

    /// Makes what was seen the accepted behaviour.
    pub(crate) fn accept(&self) {
        let mut program = Command::new(env!("CARGO_BIN_EXE_samlitmus"));
        let status = program
            .arg("accept")
            .current_dir(self.folder.path())
            .status()
            .unwrap();
        assert!(status.success(), "{status}");
    }
}

fn fire(mode: &Mode, folder: &Path, fired: &[&str]) -> Ran {
    let file = |name: &str| File::create(folder.join(name)).unwrap();
    let begun = Instant::now();
    let mut program = Command::new(env!("CARGO_BIN_EXE_samlitmus"));
    program
        .arg("run")
        .args(fired)
        .args(["--driver", if mode.browser { "browser" } else { "http" }])
        .args(["--seed", "7", "--report", "json=r.json"]);
    let longest = if mode.browser { 4 * LONGEST } else { LONGEST };
    if let Some(timeout) = mode.timeout {
        program.args(["--timeout", timeout]);
    }
    program
        .current_dir(folder)
        .env_remove("CI")
        .env_remove("SAMLITMUS_LOG")
        .stdin(Stdio::null());
    let mut child = program.stdout(file("out")).stderr(file("err")).spawn().unwrap();
    let exit = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status.code();
        }
        if begun.elapsed() > longest {
            child.kill().unwrap();
            child.wait().unwrap();
            break None;
        }
        thread::sleep(Duration::from_millis(20));
    };
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap_or_default();
    Ran {
        exit,
        said: format!("{}\n{}", read("out"), read("err")),
        results: serde_json::from_str(&read("r.json")).unwrap_or_default(),
        took: begun.elapsed(),
    }
}

fn configuration(mode: &Mode, sp: &str, idp: u16) -> String {
    let login = if mode.login {
        format!("login = \"{sp}/login\"\n")
    } else {
        String::new()
    };
    let rule = mode
        .rule
        .map(|rule| format!("identity = '{rule}'\n"))
        .unwrap_or_default();
    format!(
        "[sp]\nname = \"gauntlet\"\nmetadata = \"{sp}/metadata\"\n{login}allow = [\"127.0.0.1\", \"localhost\"]\n\n\
         [sp.probe]\nurl = \"{sp}/me\"\n{rule}\n[idp]\nlisten = \"127.0.0.1:{idp}\"\n"
    )
}

/// The SP of a mode, in a process of its own that ends with this value.
struct Served {
    child: Child,
    origin: String,
}

/// How the process says where it listens.
pub(crate) const LISTENS: &str = "the SP listens at ";

impl Served {
    fn start(mode: &str, open: bool, idp: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["serves_one_mode", "--exact", "--ignored", "--nocapture"])
            .env("GAUNTLET_MODE", mode)
            .env("GAUNTLET_OPEN", if open { "1" } else { "0" })
            .env("GAUNTLET_IDP", idp)
            .env("GAUNTLET_ENDS_WITH_INPUT", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok);
        let origin = lines.find_map(|line| Some(line.split_once(LISTENS)?.1.to_owned()));
        // A test that runs for a minute says so, and must find a reader.
        thread::spawn(move || lines.for_each(drop));
        Self {
            origin: origin.unwrap_or_else(|| panic!("the SP of mode {mode} did not start")),
            child,
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The port that stands in the metadata until a mode has its own.
const PLACE: u16 = 8400;

/// A folder with an IdP's keys, made once, and its metadata.
fn identity_provider() -> &'static (TempDir, String) {
    static MADE: OnceLock<(TempDir, String)> = OnceLock::new();
    MADE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let text = format!(
            "[sp]\nname = \"none\"\nentity_id = \"none\"\nacs = \"http://127.0.0.1:9/acs\"\n[sp.probe]\n\
             url = \"http://127.0.0.1:9/me\"\n[idp]\nlisten = \"127.0.0.1:{PLACE}\"\n"
        );
        fs::write(folder.path().join("samlitmus.toml"), text).unwrap();
        let made = Command::new(env!("CARGO_BIN_EXE_samlitmus"))
            .args(["idp", "metadata", "--out", "idp.xml"])
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(made.status.success(), "{made:?}");
        let metadata = fs::read_to_string(folder.path().join("idp.xml")).unwrap();
        (folder, metadata)
    })
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// A port that is free on both loopback addresses, each given once.
fn port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Another process with the same tests begins elsewhere.
    let first = u16::try_from(std::process::id() % 50).unwrap() * 200;
    for _ in 0..10_000 {
        // No browser asks port 10080.
        let port = 10_100 + (first + NEXT.fetch_add(1, Ordering::Relaxed)) % 9_900;
        let six = TcpListener::bind(("::1", port)).is_ok() || TcpListener::bind("[::1]:0").is_err();
        if six && TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no port is free");
}

/// The right to run a mode now.
struct Turn;

static TAKEN: Mutex<usize> = Mutex::new(0);
static GIVEN_BACK: Condvar = Condvar::new();

impl Turn {
    fn take() -> Self {
        let taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = GIVEN_BACK.wait_while(taken, |taken| *taken >= AT_ONCE);
        *wait.unwrap_or_else(PoisonError::into_inner) += 1;
        Self
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        *TAKEN.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        GIVEN_BACK.notify_one();
    }
}
