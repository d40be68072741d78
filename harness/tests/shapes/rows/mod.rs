//! The table of shapes: what the SP does, how it is configured, and what must come of it with each driver.

mod sign_in;

use crate::sp::Sp;

/// One shape.
pub(crate) struct Row {
    /// What it is called.
    pub(crate) name: &'static str,
    /// What the SP does, in one sentence.
    pub(crate) what: &'static str,
    /// Its switches.
    pub(crate) sp: Sp,
    /// `[sp] login`, as TOML; `{sp}` is its origin.
    pub(crate) login: &'static str,
    /// The lines of `[sp.probe]`, as TOML; `{sp}` is its origin.
    pub(crate) probe: &'static str,
    /// What must come of it over plain HTTP.
    pub(crate) http: Expected,
    /// What must come of it in the browser.
    pub(crate) browser: Expected,
}

/// What must come of a shape.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Expected {
    /// The SP that is right conforms, and the open one is red. Each of these is told in the notes of calibration.
    Judged(&'static [&'static str]),
    /// Neither is judged, and each of these is in the cause.
    Cannot(&'static [&'static str]),
}

/// A shape that is found by itself from `/login`, and judged with both drivers.
pub(crate) fn row(name: &'static str, what: &'static str, switch: impl FnOnce(&mut Sp)) -> Row {
    let mut sp = Sp::default();
    switch(&mut sp);
    Row {
        name,
        what,
        sp,
        login: "\"{sp}/login\"",
        probe: "url = \"{sp}/me\"\nidentity = \"json:/user\"\n",
        http: Expected::Judged(&[]),
        browser: Expected::Judged(&[]),
    }
}

impl Row {
    /// With this `[sp] login`.
    pub(crate) fn login(self, login: &'static str) -> Self {
        Self { login, ..self }
    }

    /// With these notes, whatever the driver.
    pub(crate) fn notes(self, notes: &'static [&'static str]) -> Self {
        Self {
            http: Expected::Judged(notes),
            browser: Expected::Judged(notes),
            ..self
        }
    }

    /// Over plain HTTP it cannot be judged, for this cause.
    pub(crate) fn only_browser(self, cause: &'static [&'static str]) -> Self {
        Self {
            http: Expected::Cannot(cause),
            ..self
        }
    }
}

/// Every shape.
pub(crate) fn all() -> Vec<Row> {
    sign_in::rows()
}
