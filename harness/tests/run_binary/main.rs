//! The program as its users meet it: processes, files, ports, signals, exit codes.

#![expect(clippy::unwrap_used, reason = "the helpers of tests may panic as tests do")]

mod again;
mod alike;
mod bad_input;
mod demo;
mod ends;
mod gates;
mod killed;
mod own_sp;
mod serving;
mod shards;
mod side_by_side;
mod site;

use std::{
    io::{BufRead, BufReader, Read},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        atomic::{AtomicU16, Ordering},
        mpsc::{self, Receiver},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// Far more than anything takes, even where many builds share the machine: only a hang gets here.
const PATIENCE: Duration = Duration::from_secs(240);

/// What a CI system may say around the tests, and the program listens to.
const AROUND: [&str; 10] = [
    "CI",
    "CI_NODE_TOTAL",
    "CIRCLE_NODE_TOTAL",
    "BUILDKITE_PARALLEL_JOB_COUNT",
    "SYSTEM_TOTALJOBSINPHASE",
    "SAMLITMUS_SHARDS",
    "GITHUB_ACTIONS",
    "GITHUB_STEP_SUMMARY",
    "TF_BUILD",
    "SAMLITMUS_LOG",
];

/// How a process ended, and what it said.
#[derive(Debug)]
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Said {
    /// The same, if it ended with this code and without any trace of a fault of the program's own.
    #[track_caller]
    fn code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        for trace in [
            "panicked",
            "RUST_BACKTRACE",
            "fault of its own",
            "stack backtrace",
        ] {
            assert!(
                !self.err.contains(trace) && !self.out.contains(trace),
                "{self:#?}"
            );
        }
        self
    }

    /// The one sentence on standard error, without the program's name.
    #[track_caller]
    fn sentence(&self) -> &str {
        let said = self.err.strip_prefix("samlitmus: ").unwrap_or_default();
        assert_eq!(said.matches('\n').count(), 1, "one sentence: {self:#?}");
        said.trim_end()
    }

    /// What the terminal names as causes.
    fn causes(&self) -> Vec<&str> {
        self.out
            .lines()
            .filter_map(|line| line.strip_prefix("cause: "))
            .collect()
    }
}

/// A process of the program. Dropping it kills it.
struct Process {
    child: Child,
    lines: Receiver<String>,
    out: String,
    err: Option<JoinHandle<String>>,
}

impl Process {
    /// Starts the program in a folder, in an environment that says nothing about CI, colours and browsers' output.
    fn start(folder: &Path, args: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_samlitmus"));
        for name in AROUND {
            command.env_remove(name);
        }
        let mut child = command
            .args(args)
            .current_dir(folder)
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (tell, lines) = mpsc::channel();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                if tell.send(line).is_err() {
                    break;
                }
            }
        });
        let mut stderr = child.stderr.take().unwrap();
        let err = thread::spawn(move || {
            let mut said = String::new();
            let _ = stderr.read_to_string(&mut said);
            said
        });
        Self {
            child,
            lines,
            out: String::new(),
            err: Some(err),
        }
    }

    /// Reads on until a line begins so.
    #[track_caller]
    fn until(&mut self, beginning: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok(line) = self.lines.recv_timeout(left) else {
                let _ = self.child.kill();
                let err = self.err.take().map(|err| err.join().unwrap());
                panic!("no line {beginning:?} in:\n{}\n{err:?}", self.out);
            };
            self.out.push_str(&line);
            self.out.push('\n');
            if line.starts_with(beginning) {
                return;
            }
        }
    }

    /// Ctrl-C.
    fn interrupt(&self) {
        self.signal("INT");
    }

    /// Any signal; it must be there to get it.
    fn signal(&self, name: &str) {
        let kill = Command::new("sh")
            .args(["-c", &format!("kill -s {name} {}", self.child.id())])
            .status();
        assert!(kill.unwrap().success());
    }

    /// Whether it has not ended yet.
    fn runs(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Does as a reader does who has read enough.
    fn stop_reading(&mut self) {
        self.lines = mpsc::channel().1;
    }

    /// Waits for its end.
    #[track_caller]
    fn end(mut self) -> Said {
        let deadline = Instant::now() + PATIENCE;
        let code = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status.code();
            }
            assert!(Instant::now() < deadline, "it does not end:\n{}", self.out);
            thread::sleep(Duration::from_millis(10));
        };
        for line in self.lines.iter() {
            self.out.push_str(&line);
            self.out.push('\n');
        }
        Said {
            code,
            out: std::mem::take(&mut self.out),
            err: self.err.take().unwrap().join().unwrap(),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs the program to its end.
#[track_caller]
fn samlitmus(folder: &Path, args: &[&str]) -> Said {
    Process::start(folder, args, &[]).end()
}

/// A port that is free on both loopback addresses, and will be in a second: each is given once, and systems take none of
/// these for connections of their own.
fn port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Another process with the same tests begins elsewhere.
    let first = u16::try_from(std::process::id() % 100).unwrap() * 100;
    for _ in 0..10_000 {
        let port = 20_000 + (first + NEXT.fetch_add(1, Ordering::Relaxed)) % 10_000;
        let six = TcpListener::bind(("::1", port)).is_ok() || TcpListener::bind("[::1]:0").is_err();
        if six && TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no port is free");
}

/// Waits until something is so.
#[track_caller]
fn wait_until(what: &str, mut is: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is() {
        assert!(Instant::now() < deadline, "never: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// The lines on standard output that begin so.
fn lines<'a>(said: &'a Said, beginning: &str) -> Vec<&'a str> {
    let lines = said.out.lines().filter(|line| line.starts_with(beginning));
    lines.collect()
}

/// The results of a run.
#[track_caller]
fn results(path: &Path) -> serde_json::Value {
    let text = std::fs::read_to_string(path).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|why| panic!("{}: {why}:\n{text}", path.display()))
}

/// The causes that results name.
fn causes(results: &serde_json::Value) -> Vec<&str> {
    let causes = results["summary"]["causes"].as_array().unwrap();
    causes.iter().map(|cause| cause.as_str().unwrap()).collect()
}
