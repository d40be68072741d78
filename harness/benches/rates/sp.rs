//! The real SPs below `ci/sp`: which there are, whether this machine has them, and each started as its `samlitmus.toml` says.

use std::{
    net::TcpListener,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use mock_idp::{Directory, federation_metadata};
use samlitmus::config::Config;

use crate::wire::Connection;

/// One of `ci/sp`.
pub(crate) struct Known {
    pub(crate) name: &'static str,
    pub(crate) language: &'static str,
    /// A run sends so much of what the generator sends at least.
    pub(crate) goal: Option<f64>,
    /// What is there where it is installed, from the repository's root.
    needs: &'static str,
}

pub(crate) const ALL: [Known; 6] = [
    known(
        "python3-saml",
        "Python",
        Some(0.95),
        "ci/.cache/python3-saml/installed",
    ),
    known("pysaml2", "Python", Some(0.95), "ci/.cache/pysaml2/installed"),
    known("node-saml", "Node", Some(0.95), "ci/sp/node-saml/node_modules"),
    known("crewjam", "Go", Some(0.85), "ci/.cache/crewjam/crewjam"),
    known("keycloak-adapter", "Java", None, "ci/.cache/keycloak-adapter/lib"),
    known(
        "mod_auth_mellon",
        "C",
        None,
        "/usr/lib/apache2/modules/mod_auth_mellon.so",
    ),
];

const fn known(name: &'static str, language: &'static str, goal: Option<f64>, needs: &'static str) -> Known {
    Known {
        name,
        language,
        goal,
        needs,
    }
}

impl Known {
    pub(crate) fn is_installed(&self) -> bool {
        root().join(self.needs).exists()
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// One that runs, ended when dropped, with all that it started.
pub(crate) struct Sp {
    pub(crate) config: Config,
    pub(crate) directory: Directory,
    /// `127.0.0.1:8471`
    pub(crate) address: String,
    /// The IdP's.
    pub(crate) origin: String,
    child: Child,
}

impl Sp {
    /// Starts it, on ports that are free.
    pub(crate) fn start(known: &Known, state: &Path) -> Self {
        let path = root().join("ci/sp").join(known.name).join("samlitmus.toml");
        let mut text = std::fs::read_to_string(&path).expect("the repository has it");
        // Its own ports may be those of a run that somebody else has going.
        for own in [
            number_in(&text, "127.0.0.1:"),
            number_in(&text, "http://localhost:"),
        ] {
            text = text.replace(&own, &free_port());
        }
        let mut config = Config::parse(&text, &path, &|_| None).expect("it is right");
        config.idp.state = state.to_string_lossy().into_owned();
        let origin = config.origin().expect("it has one");
        let directory = Directory::open(state).expect("keys can be made");
        let metadata = state.join("idp-metadata.xml");
        let written = federation_metadata(directory.contoso(), &origin, None).expect("it can be written");
        std::fs::write(&metadata, written).expect("the folder can be written");
        let command = config.sp.start.take().expect("it is started by a command");
        let command = command.replace("{metadata}", &metadata.to_string_lossy());
        let child = Command::new("sh")
            .args(["-c", &format!("exec {command}")])
            .current_dir(&config.folder)
            .process_group(0)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("there is a shell");
        let ready = config.sp.ready.take().expect("it says when it is ready");
        let rest = ready.trim_start_matches("http://");
        let (address, path) = rest.split_at(rest.find('/').expect("it has a path"));
        let sp = Self {
            address: address.to_owned(),
            config,
            directory,
            origin,
            child,
        };
        let begun = Instant::now();
        let is_ready = || {
            let answer = Connection::new(&sp.address).ask(path, None, None);
            answer.is_ok_and(|answer| answer.status < 400)
        };
        while !is_ready() {
            assert!(
                begun.elapsed() < Duration::from_secs(180),
                "{} does not come up",
                known.name
            );
            std::thread::sleep(Duration::from_millis(100));
        }
        sp
    }
}

impl Drop for Sp {
    fn drop(&mut self) {
        let group = format!("-{}", self.child.id());
        // It may have ended by itself.
        let _ = Command::new("kill").args(["-TERM", "--", &group]).status();
        let _ = self.child.wait();
    }
}

/// The port that stands behind the first of these.
fn number_in(text: &str, before: &str) -> String {
    let at = text.find(before).expect("it stands there") + before.len();
    let digits = text[at..].chars().take_while(char::is_ascii_digit);
    digits.collect()
}

fn free_port() -> String {
    let free = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
    free.expect("a port is free").port().to_string()
}
