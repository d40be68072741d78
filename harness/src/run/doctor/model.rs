//! What an examination found, as lines for people. Nothing in it is a secret.

use crate::{exit::Exit, mask, text::visible};

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Examination {
    /// The SP's name in the configuration.
    pub sp: String,
    /// The origin of its probe's page.
    pub address: String,
    /// What it says of its software.
    pub server: Option<String>,
    /// Everything that a run rests on, in the order in which it is needed.
    pub checks: Vec<Check>,
    /// The logins that were walked: one for each way of beginning one.
    pub ways: Vec<Way>,
    /// What the IdP made of the SP's AuthnRequest: name and value.
    pub request: Vec<(&'static str, String)>,
    /// What calibration learned, and what it rests on: name and value.
    pub learned: Vec<(&'static str, String)>,
    /// Why a run could not begin or not be judged, one sentence each; none where it could.
    pub causes: Vec<String>,
    /// What a run would end with at best.
    pub exit: Exit,
}

/// A login that was walked.
#[derive(Clone, Debug, Default)]
pub struct Way {
    /// Who began it, and with which base.
    pub title: String,
    /// A line for each request, each cookie, and the end.
    pub lines: Vec<String>,
}

/// One thing that a run rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What it is about.
    pub part: Part,
    /// Whether it is there.
    pub state: State,
    /// What was found, one sentence.
    pub told: String,
    /// What to do, where something is to be done.
    pub mend: Option<String>,
}

/// What a check is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Chromium and ChromeDriver.
    Browser,
    /// The mock IdP: its address, its keys.
    Idp,
    /// The SP's addresses.
    Reachability,
    /// The SP's metadata.
    Metadata,
    /// The way to the IdP.
    SignIn,
    /// The SP's AuthnRequest.
    Request,
    /// Cookies on the way.
    Cookies,
    /// The SP's clock.
    Clock,
    /// Whether the SP takes this IdP's messages.
    Trust,
    /// The page that tells who is signed in.
    Probe,
    /// Whether everybody can be seen on whom verdicts rest.
    People,
}

/// Whether something is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is.
    Good,
    /// It is, and somebody should know something about it.
    Note,
    /// It is not.
    Broken,
    /// Nobody could look.
    Unknown,
}

impl Part {
    /// The word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Idp => "IdP",
            Self::Reachability => "reachability",
            Self::Metadata => "metadata",
            Self::SignIn => "sign-in",
            Self::Request => "AuthnRequest",
            Self::Cookies => "cookies",
            Self::Clock => "clock",
            Self::Trust => "trust",
            Self::Probe => "probe",
            Self::People => "people",
        }
    }
}

impl State {
    /// The word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Note => "note",
            Self::Broken => "broken",
            Self::Unknown => "-",
        }
    }
}

impl Check {
    pub(super) fn good(part: Part, told: impl AsRef<str>) -> Self {
        Self::new(part, State::Good, told.as_ref(), None)
    }

    pub(super) fn note(part: Part, told: impl AsRef<str>, mend: &str) -> Self {
        Self::new(part, State::Note, told.as_ref(), Some(mend))
    }

    pub(super) fn broken(part: Part, told: impl AsRef<str>, mend: &str) -> Self {
        Self::new(part, State::Broken, told.as_ref(), Some(mend))
    }

    pub(super) fn unknown(part: Part, told: impl AsRef<str>) -> Self {
        Self::new(part, State::Unknown, told.as_ref(), None)
    }

    fn new(part: Part, state: State, told: &str, mend: Option<&str>) -> Self {
        Self {
            part,
            state,
            told: plain(told),
            mend: mend.filter(|mend| !mend.is_empty()).map(plain),
        }
    }
}

/// Foreign text without secrets, in one line, fit for a terminal.
pub(super) fn plain(text: &str) -> String {
    visible(&mask::text(text)).replace('\n', " ")
}
