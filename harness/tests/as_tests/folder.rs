//! A folder with a `samlitmus.toml`, in which this program is run as the user's test.

use std::{
    collections::BTreeMap,
    fmt::Write,
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use crate::USER;

/// A folder of a user.
pub(crate) struct Folder(tempfile::TempDir);

/// What the tests said, and how the process ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) passed: bool,
    pub(crate) out: String,
    pub(crate) err: String,
    /// By the test's name: `ok`, `FAILED`, `ignored`, `ignored (…)`.
    pub(crate) tests: BTreeMap<String, String>,
}

impl Folder {
    /// One whose SP is the reference SP, started by the run with these arguments besides.
    pub(crate) fn with_sp(more: &str) -> Self {
        let program = env!("CARGO_BIN_EXE_samlitmus");
        Self::with(&format!(
            "start = \"echo begun >>turns; exec {program} sp --listen 127.0.0.1:{{port}} --create-users --idp-metadata {{metadata}} {more}\"\n\
             stop = \"echo ended >>turns\"\n\
             ready = \"http://127.0.0.1:{{port}}/singlesignon/saml/metadata\""
        ))
    }

    /// One whose SP is not there.
    pub(crate) fn without_sp() -> Self {
        let folder = Self::with("");
        // Nobody listens there: programs of users may not.
        folder.edit(|text| text.replace("{port}", "19"));
        folder
    }

    fn with(started: &str) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        let mut text = String::new();
        write!(
            text,
            "[sp]\nname = \"billing\"\n\
             metadata = \"http://127.0.0.1:{{port}}/singlesignon/saml/metadata\"\n\
             login = \"http://127.0.0.1:{{port}}/singlesignon/saml/login\"\n{started}\n\
             [sp.probe]\nurl = \"http://127.0.0.1:{{port}}/whoami\"\nidentity = \"json:/nameId\"\n\
             [idp]\nlisten = \"127.0.0.1:0\"\n[run]\ndriver = \"http\"\n"
        )
        .unwrap();
        folder.write("samlitmus.toml", &text);
        folder
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn edit(&self, edit: impl FnOnce(String) -> String) {
        let text = std::fs::read_to_string(self.path("samlitmus.toml")).unwrap();
        self.write("samlitmus.toml", &edit(text));
    }

    /// How often the SP was started and stopped, in order.
    pub(crate) fn turns(&self) -> Vec<String> {
        let told = std::fs::read_to_string(self.path("turns")).unwrap_or_default();
        told.lines().map(str::to_owned).collect()
    }

    pub(crate) fn start(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Child {
        Command::new(std::env::current_exe().unwrap())
            .args(arguments)
            .current_dir(self.0.path())
            .env(USER, "yes")
            .env_remove("CI")
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// What follows `cargo test --test saml --`.
    #[track_caller]
    pub(crate) fn test(&self, arguments: &[&str]) -> Said {
        Said::of(self.start(arguments, &[]))
    }

    /// The same in an environment.
    #[track_caller]
    pub(crate) fn test_in(&self, environment: &[(&str, &str)], arguments: &[&str]) -> Said {
        Said::of(self.start(arguments, environment))
    }
}

impl Said {
    #[track_caller]
    pub(crate) fn of(child: Child) -> Self {
        let ended = child.wait_with_output().unwrap();
        let out = String::from_utf8(ended.stdout).unwrap();
        let said = Self {
            passed: ended.status.success(),
            tests: tests(&out),
            out,
            err: String::from_utf8(ended.stderr).unwrap(),
        };
        assert!(said.passed || ended.status.code() == Some(101), "{said:#?}");
        assert!(
            !said.err.contains("panicked") && !said.out.contains("fault of its own"),
            "{said:#?}"
        );
        said
    }

    /// How a test ended.
    #[track_caller]
    pub(crate) fn came(&self, test: &str) -> &str {
        self.tests
            .get(test)
            .unwrap_or_else(|| panic!("no {test} in {self:#?}"))
    }

    /// What a test that failed says.
    #[track_caller]
    pub(crate) fn why(&self, test: &str) -> &str {
        let begin = format!("---- {test} ----\n");
        let said = self
            .out
            .split_once(&begin)
            .unwrap_or_else(|| panic!("{self:#?}"))
            .1;
        said.split("\n\n\n").next().unwrap()
    }

    /// The tests that ended so.
    pub(crate) fn all(&self, end: &str) -> Vec<&str> {
        let tests = self.tests.iter().filter(|(_, came)| *came == end);
        tests.map(|(name, _)| name.as_str()).collect()
    }
}

/// `test [core] signature/xsw-3 ... ok`
fn tests(out: &str) -> BTreeMap<String, String> {
    let lines = out.lines().filter_map(|line| line.strip_prefix("test ["));
    let pairs = lines.filter_map(|line| {
        let (name, came) = line.split_once("] ")?.1.split_once(" ... ")?;
        Some((name.trim().to_owned(), came.trim().to_owned()))
    });
    pairs.collect()
}
