//! A folder with a configuration for the small SP, and the program run in it.

use std::{
    net::TcpListener,
    path::Path,
    process::Command,
    sync::{
        LazyLock,
        atomic::{AtomicU16, Ordering},
    },
};

use super::sp::{Sp, Switches};

/// A folder with a `samlitmus.toml`.
pub(crate) struct Site {
    folder: tempfile::TempDir,
    pub(crate) idp: u16,
}

/// How the program ended, and what it said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Site {
    /// A folder whose IdP listens at a free port, with keys that all these tests share: to make some takes seconds.
    pub(crate) fn new() -> Self {
        static KEYS: LazyLock<Site> = LazyLock::new(|| {
            let site = Site::with_keys_of_its_own();
            site.metadata();
            site
        });
        let site = Self::with_keys_of_its_own();
        let inner = std::path::Path::new(".samlitmus/idp");
        let (from, to) = (KEYS.folder.path().join(inner), site.folder.path().join(inner));
        std::fs::create_dir_all(&to).unwrap();
        for file in std::fs::read_dir(from).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
        }
        site
    }

    /// The same, and nobody else has its keys.
    pub(crate) fn with_keys_of_its_own() -> Self {
        let site = Self {
            folder: tempfile::tempdir().unwrap(),
            idp: port(),
        };
        site.write(9, "");
        site
    }

    /// What an SP must trust to take what this folder's IdP signs.
    pub(crate) fn metadata(&self) -> Vec<u8> {
        let said = self.samlitmus(&["idp", "metadata", "--out", "idp.xml"], &[]);
        assert_eq!(said.code, 0, "{said:#?}");
        std::fs::read(self.folder.path().join("idp.xml")).unwrap()
    }

    /// Serves the SP, which trusts this folder's IdP, and writes the configuration for it.
    pub(crate) fn serve(&self, switches: Switches) -> Sp {
        let sp = Sp::serve(&self.metadata(), switches);
        self.write(sp.port, "");
        sp
    }

    /// Writes the configuration for an SP at this port.
    pub(crate) fn write(&self, sp: u16, more: &str) {
        let text = format!(
            "[sp]\n\
             name = \"billing\"\n\
             metadata = \"http://127.0.0.1:{sp}/metadata\"\n\
             login = \"http://127.0.0.1:{sp}/login\"\n\
             allow = [\"127.0.0.1\", \"localhost\"]\n\
             [sp.probe]\n\
             url = \"http://127.0.0.1:{sp}/me\"\n\
             [idp]\n\
             listen = \"127.0.0.1:{}\"\n{more}",
            self.idp
        );
        std::fs::write(self.path("samlitmus.toml"), text).unwrap();
    }

    /// Edits the configuration.
    pub(crate) fn edit(&self, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.path("samlitmus.toml")).unwrap();
        assert!(text.contains(from), "{from:?} is not in:\n{text}");
        std::fs::write(self.path("samlitmus.toml"), text.replace(from, to)).unwrap();
    }

    /// A file of the folder.
    pub(crate) fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// Runs the program.
    pub(crate) fn samlitmus(&self, args: &[&str], environment: &[(&str, &str)]) -> Said {
        let output = Command::new(env!("CARGO_BIN_EXE_samlitmus"))
            .args(args)
            .current_dir(self.folder.path())
            .env_remove("CI")
            .env_remove("SAMLITMUS_LOG")
            .envs(environment.iter().copied())
            .output()
            .unwrap();
        Said {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Has the doctor look, and keeps what it said, so that a person can read it after the test.
    pub(crate) fn doctor(&self, name: &str, args: &[&str]) -> Said {
        let said = self.samlitmus(&[&["doctor"], args].concat(), &[]);
        keep(name, &said);
        said
    }
}

/// Keeps what was said.
pub(crate) fn keep(name: &str, said: &Said) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("doctor");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(format!("{name}.txt")), &said.out).unwrap();
}

/// A port that is free on both loopback addresses: each is given once, and systems take none of these by themselves.
pub(crate) fn port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = u16::try_from(std::process::id() % 100).unwrap() * 100;
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
