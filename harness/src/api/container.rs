//! An SP in a container: the command lines of Docker and of what speaks like it.

use std::{path::Path, process::Command};

use crate::subject::process::{last_words, quoted};

/// Where the container finds the IdP's metadata.
const METADATA: &str = "/samlitmus/idp-metadata.xml";

/// What is run, and by which program.
#[derive(Clone, Debug)]
pub(super) struct Container {
    /// An image, or a compose file.
    pub(super) what: String,
    /// The port at which the SP listens inside.
    pub(super) port: u16,
    pub(super) engine: String,
    pub(super) environment: Vec<(String, String)>,
}

/// The commands of a configuration that start and stop it.
pub(super) struct Commands {
    pub(super) start: String,
    pub(super) stop: String,
}

impl Container {
    /// A name for the SP, made of the image's or the file's.
    pub(super) fn name(&self) -> &str {
        let last = self.what.rsplit('/').next().unwrap_or_default();
        last.split([':', '@', '.']).next().unwrap_or_default()
    }

    /// How it is started and stopped, `name` being that of the container or of the project. It asks the engine, so that one that is
    /// missing is said before anything else.
    ///
    /// # Errors
    /// The engine is missing, or does not answer.
    pub(super) fn commands(&self, name: &str) -> Result<Commands, String> {
        let engine = quoted(&self.engine);
        answers(&self.engine, &["version"]).map_err(|why| self.no_engine(&why))?;
        let name = quoted(&format!("samlitmus-{}-{{port}}", name.to_ascii_lowercase()));
        if self.is_compose() {
            let compose = self.compose()?;
            let compose = format!("{compose} --file {} --project-name {name}", quoted(&self.what));
            let set = |pairs: &mut dyn Iterator<Item = (&str, String)>| -> String {
                pairs
                    .map(|(key, value)| format!("export {key}={value}; "))
                    .collect()
            };
            let own = self
                .environment
                .iter()
                .map(|(key, value)| (key.as_str(), worded(value)));
            let port = [("SAMLITMUS_PORT", "{port}".to_owned())];
            let started = [("SAMLITMUS_IDP_METADATA", "{metadata}".to_owned())];
            // What is stopped reads the file again, and wants its variables.
            let stopped = [("SAMLITMUS_IDP_METADATA", "/dev/null".to_owned())];
            let both = || port.clone().into_iter().chain(own.clone());
            return Ok(Commands {
                start: format!(
                    "{}exec {compose} up --abort-on-container-exit",
                    set(&mut both().chain(started))
                ),
                stop: format!(
                    "{}{compose} down --volumes --remove-orphans",
                    set(&mut both()
                        .filter(|(_, value)| !value.contains("{metadata}"))
                        .chain(stopped))
                ),
            });
        }
        let environment = self.environment.iter();
        let environment = environment.map(|(key, value)| {
            let inside = value.replace("{metadata}", METADATA);
            format!(" --env {}", quoted(&format!("{key}={inside}")))
        });
        Ok(Commands {
            start: format!(
                "exec {engine} run --rm --name {name} --publish 127.0.0.1:{{port}}:{} --volume {{metadata}}:{METADATA}:ro \
                 --env SAMLITMUS_IDP_METADATA={METADATA}{} {}",
                self.port,
                environment.collect::<String>(),
                quoted(&self.what)
            ),
            // One that has ended is gone already.
            stop: format!("{engine} rm --force --volumes {name} >/dev/null 2>&1 || :"),
        })
    }

    fn is_compose(&self) -> bool {
        let file = Path::new(&self.what);
        file.extension()
            .is_some_and(|kind| kind == "yml" || kind == "yaml")
    }

    /// `docker compose`, or `docker-compose` where that is missing.
    fn compose(&self) -> Result<String, String> {
        let why = match answers(&self.engine, &["compose", "version"]) {
            Ok(()) => return Ok(format!("{} compose", quoted(&self.engine))),
            Err(why) => why,
        };
        let alone = format!("{}-compose", self.engine);
        match answers(&alone, &["version"]) {
            Ok(()) => Ok(quoted(&alone)),
            Err(other) => Err(format!(
                "Sp::docker(\"{}\") needs `{} compose` or `{alone}`, and neither runs ({why}; {other}): install one of them",
                self.what, self.engine
            )),
        }
    }

    fn no_engine(&self, why: &str) -> String {
        format!(
            "Sp::docker(\"{}\") drives the program `{}`, and that does not do ({why}): install it, start its daemon, or name another with .engine(\"podman\")",
            self.what, self.engine
        )
    }
}

/// A value as a word of the shell, in which the path of the metadata, which is quoted already, may stand.
fn worded(value: &str) -> String {
    let parts: Vec<String> = value.split("{metadata}").map(quoted).collect();
    parts.join("{metadata}")
}

/// Whether a program is there and ends well.
fn answers(program: &str, arguments: &[&str]) -> Result<(), String> {
    let asked = format!("`{program} {}`", arguments.join(" "));
    match Command::new(program).args(arguments).output() {
        Ok(ended) if ended.status.success() => Ok(()),
        Ok(ended) => Err(format!(
            "{asked} ended with {}: {}",
            ended.status,
            last_words(&ended.stderr)
        )),
        Err(why) => Err(format!("{asked} cannot be run: {why}")),
    }
}
