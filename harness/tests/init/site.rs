//! An empty folder, and the program run in it.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{
        LazyLock,
        atomic::{AtomicU16, Ordering},
    },
};

/// A folder in which nothing is but keys, which take seconds to make.
pub(crate) struct Site {
    folder: tempfile::TempDir,
    /// Where the mock IdP listens.
    pub(crate) idp: u16,
}

/// How the program ended, and what it said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// A process of the program, which ends with it.
pub(crate) struct Served(Child);

impl Site {
    pub(crate) fn new() -> Self {
        static KEYS: LazyLock<Site> = LazyLock::new(|| {
            let site = Site::with_keys_of_its_own();
            site.samlitmus(&["idp", "metadata", "--out", "idp.xml"]).code(0);
            site
        });
        let site = Self::with_keys_of_its_own();
        let (from, to) = (KEYS.path(".samlitmus/idp"), site.path(".samlitmus/idp"));
        std::fs::create_dir_all(&to).unwrap();
        for file in std::fs::read_dir(from).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
        }
        site
    }

    /// The same, and nobody else has its keys.
    pub(crate) fn with_keys_of_its_own() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            idp: port(),
        }
    }

    /// A file of the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What stands in a file.
    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// What `samlitmus.toml` says.
    pub(crate) fn config(&self) -> toml::Table {
        self.read("samlitmus.toml").parse().unwrap()
    }

    /// A text of it, or nothing.
    pub(crate) fn value(&self, table: &str, key: &str) -> Option<String> {
        let config = self.config();
        let found = table
            .split('.')
            .try_fold(&config, |at, part| at.get(part)?.as_table())?;
        Some(found.get(key)?.as_str()?.to_owned())
    }

    /// Edits a file.
    pub(crate) fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{from:?} is not in:\n{text}");
        std::fs::write(self.path(name), text.replacen(from, to, 1)).unwrap();
    }

    /// The metadata of the folder's IdP, as the SP must trust it.
    pub(crate) fn metadata(&self) -> Vec<u8> {
        let listen = format!("127.0.0.1:{}", self.idp);
        let said = self.samlitmus(&["idp", "metadata", "--listen", &listen]);
        said.code(0).out.into_bytes()
    }

    /// Runs the program; whatever is on a pipe is no person.
    pub(crate) fn samlitmus(&self, args: &[&str]) -> Said {
        let mut child = Command::new(env!("CARGO_BIN_EXE_samlitmus"))
            .args(args)
            .current_dir(self.folder.path())
            .env_remove("CI")
            .env_remove("SAMLITMUS_LOG")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Who ends without reading breaks the pipe.
        let _ = child
            .stdin
            .take()
            .unwrap()
            .write_all(b"http://127.0.0.1:9/\n".repeat(9).as_slice());
        let output = child.wait_with_output().unwrap();
        let said = Said {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        };
        assert!(!said.err.contains("fault of its own"), "{said:#?}");
        said
    }

    /// `samlitmus init` over plain HTTP, its IdP at this folder's port.
    pub(crate) fn init(&self, args: &[&str]) -> Said {
        let listen = format!("127.0.0.1:{}", self.idp);
        let all = [&["init", "--listen", &listen, "--driver", "http"], args].concat();
        self.samlitmus(&all)
    }

    /// Serves the reference SP, which trusts this metadata.
    pub(crate) fn serve(&self, port: u16, metadata: &str) -> Served {
        let listen = format!("127.0.0.1:{port}");
        let mut child = Command::new(env!("CARGO_BIN_EXE_samlitmus"))
            .args([
                "sp",
                "--create-users",
                "--listen",
                &listen,
                "--idp-metadata",
                metadata,
            ])
            .current_dir(self.folder.path())
            .env_remove("SAMLITMUS_LOG")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(
            lines.any(|line| line.unwrap().contains("Ctrl-C ends it")),
            "it does not serve"
        );
        std::thread::spawn(move || {
            let _ = lines.count();
        });
        Served(child)
    }
}

impl Said {
    /// The same, if it ended with this code.
    #[track_caller]
    pub(crate) fn code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}\n{}", self.out, self.err);
        self
    }

    /// Whether all of these words were said.
    #[track_caller]
    pub(crate) fn tells(&self, words: &[&str]) {
        for words in words {
            let all = format!("{}\n{}", self.out, self.err);
            assert!(all.contains(words), "no {words:?} in:\n{all}");
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Listens, counts who comes, and does this with each, until the test process ends.
pub(crate) fn listener(
    answer: impl Fn(&mut std::net::TcpStream) + Send + Sync + 'static,
) -> (u16, &'static AtomicU16) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let count: &'static AtomicU16 = Box::leak(Box::default());
    let answer: &'static (dyn Fn(&mut std::net::TcpStream) + Send + Sync) = Box::leak(Box::new(answer));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            count.fetch_add(1, Ordering::SeqCst);
            std::thread::spawn(move || {
                let mut stream = stream;
                let mut head = [0; 4096];
                let _ = stream.read(&mut head);
                answer(&mut stream);
            });
        }
    });
    (port, count)
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
