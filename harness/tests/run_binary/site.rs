//! A folder with an SP of one's own: configuration, state, and the reference SP as a process of its own.

use std::{
    fmt::Write,
    net::TcpStream,
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use super::{Process, Said, port, samlitmus};

/// A folder with a `samlitmus.toml`, and the ports that it names.
pub(crate) struct Site {
    folder: tempfile::TempDir,
    pub(crate) sp: u16,
    pub(crate) idp: u16,
}

impl Site {
    /// A configuration for the reference SP, which trusts the keys of the state folder.
    pub(crate) fn new() -> Self {
        let site = Self {
            folder: tempfile::tempdir().unwrap(),
            sp: port(),
            idp: port(),
        };
        site.configure(|text| text);
        site
    }

    /// Writes the configuration anew, edited.
    pub(crate) fn configure(&self, edit: impl FnOnce(String) -> String) {
        let Self { sp, idp, .. } = self;
        let mut text = String::new();
        writeln!(
            text,
            "[sp]\n\
             name = \"billing\"\n\
             metadata = \"http://127.0.0.1:{sp}/singlesignon/saml/metadata\"\n\
             login = \"http://127.0.0.1:{sp}/singlesignon/saml/login\"\n\
             allow = [\"127.0.0.1\", \"localhost\"]\n\
             \n\
             [sp.probe]\n\
             url = \"http://127.0.0.1:{sp}/whoami\"\n\
             identity = \"json:/nameId\"\n\
             \n\
             [idp]\n\
             listen = \"127.0.0.1:{idp}\""
        )
        .unwrap();
        std::fs::write(self.path("samlitmus.toml"), edit(text)).unwrap();
    }

    /// A file of the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file of the folder.
    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// Runs the program in the folder to its end.
    #[track_caller]
    pub(crate) fn samlitmus(&self, args: &[&str]) -> Said {
        samlitmus(self.folder.path(), args)
    }

    /// Starts the program in the folder.
    pub(crate) fn start(&self, args: &[&str]) -> Process {
        Process::start(self.folder.path(), args, &[])
    }

    /// The same, with these variables in its environment.
    pub(crate) fn start_in(&self, environment: &[(&str, &str)], args: &[&str]) -> Process {
        Process::start(self.folder.path(), args, environment)
    }

    /// Has the run start and stop something, and wait until the SP is there.
    pub(crate) fn starts(&self, start: &str, stop: &str) {
        let ready = format!("http://127.0.0.1:{}/singlesignon/saml/metadata", self.sp);
        self.configure(|text| {
            let lines = format!("start = {start:?}\nstop = {stop:?}\nready = {ready:?}\n\n[sp.probe]");
            text.replacen("[sp.probe]", &lines, 1)
        });
    }

    /// Serves the reference SP at its port; further arguments make it worse.
    #[track_caller]
    pub(crate) fn serve(&self, args: &[&str]) -> Process {
        let listen = format!("127.0.0.1:{}", self.sp);
        let mut all = vec!["sp", "--listen", listen.as_str()];
        all.extend(args);
        let mut served = self.start(&all);
        served.until("Ctrl-C ends it");
        served
    }
}

impl Site {
    /// Whether nobody listens at the SP's port.
    pub(crate) fn is_free(&self) -> bool {
        TcpStream::connect(("127.0.0.1", self.sp)).is_err()
    }

    /// Waits until nobody does.
    #[track_caller]
    pub(crate) fn wait_until_free(&self) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while !self.is_free() {
            assert!(Instant::now() < deadline, "the SP still listens");
            thread::sleep(Duration::from_millis(20));
        }
    }
}
