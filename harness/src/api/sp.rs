//! The SP that a test by hand fires at.

use std::path::{Path, PathBuf};

use super::{described::Described, reference::Reference};

/// A service provider under test.
#[derive(Clone)]
pub struct Sp(pub(super) Which);

#[derive(Clone)]
pub(super) enum Which {
    Config(PathBuf),
    Described(Box<Described>),
    Reference(Reference),
}

impl Sp {
    /// The SP of a `samlitmus.toml`: what is configured there counts as in `samlitmus run`.
    pub fn config(path: impl AsRef<Path>) -> Self {
        Self(Which::Config(path.as_ref().to_owned()))
    }

    /// The SP at this URL, such as `http://127.0.0.1:8080`.
    pub fn url(url: &str) -> Described {
        Described::at(url)
    }

    /// The SP of a container image, or of a compose file (`….yml`), which listens at this port inside. It is started for the run and
    /// removed after it, however that ends.
    ///
    /// The program `docker` is driven, with `docker compose` or `docker-compose` for a file. An image finds the IdP's metadata in the
    /// file that the variable `SAMLITMUS_IDP_METADATA` names. A compose file is given that variable, the path on this machine, and
    /// `SAMLITMUS_PORT`, to be used as in
    ///
    /// ```yaml
    /// ports: ["127.0.0.1:${SAMLITMUS_PORT}:8080"]
    /// volumes: ["${SAMLITMUS_IDP_METADATA}:/etc/billing/idp.xml:ro"]
    /// ```
    pub fn docker(image_or_file: &str, port: u16) -> Described {
        Described::in_container(image_or_file, port)
    }

    /// The reference SP that comes along.
    pub fn reference() -> Reference {
        Reference::default()
    }
}

impl From<Described> for Sp {
    fn from(described: Described) -> Self {
        Self(Which::Described(Box::new(described)))
    }
}

impl From<Reference> for Sp {
    fn from(reference: Reference) -> Self {
        Self(Which::Reference(reference))
    }
}
