//! The reports that somebody asked for.

use std::{path::PathBuf, str::FromStr};

use super::{
    draft::Draft,
    html::Html,
    json::Json,
    junit::Junit,
    listener::{Listener, ReportError},
    markdown::Markdown,
    sarif::Sarif,
};

/// What a report is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The results, for programs.
    Json,
    /// JUnit's XML, for CI systems.
    Junit,
    /// One page, for people.
    Html,
    /// SARIF 2.1.0, for code-scanning services.
    Sarif,
    /// A summary in Markdown, for the page that a CI system shows.
    Markdown,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Json, Self::Junit, Self::Html, Self::Sarif, Self::Markdown];

    /// The word on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Junit => "junit",
            Self::Html => "html",
            Self::Sarif => "sarif",
            Self::Markdown => "md",
        }
    }
}

/// A report that somebody asked for, `html=report.html`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// As what.
    pub kind: Kind,
    /// Where to.
    pub path: PathBuf,
}

impl Target {
    /// Begins the report, so that a path that cannot be written is known before the run. An earlier report at this path goes:
    /// whoever reads only the file must not take it for this run's.
    ///
    /// # Errors
    /// No report can be written there.
    pub fn open(&self) -> Result<Box<dyn Listener>, ReportError> {
        let path = &self.path;
        Ok(match self.kind {
            Kind::Json => Box::new(Json::create(path)?),
            Kind::Junit => Box::new(Junit::create(path)?),
            Kind::Html => Box::new(Html::create(path)?),
            Kind::Sarif => Box::new(Sarif::create(path)?),
            Kind::Markdown => Box::new(Markdown::create(path)?),
        })
    }

    /// Takes away what a run that ends at once, in the middle of its report, would leave beside this path.
    pub fn abandon(&self) {
        Draft::abandon(&self.path);
    }
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let words = Kind::ALL.map(Kind::word).join(", ");
        let (kind, path) = text
            .split_once('=')
            .ok_or_else(|| format!("write KIND=PATH, where KIND is one of {words}"))?;
        let kind = Kind::ALL
            .into_iter()
            .find(|known| known.word() == kind)
            .ok_or_else(|| format!("there is no report {kind:?}; there are {words}"))?;
        if path.is_empty() {
            return Err(format!("{kind}= needs a path", kind = kind.word()));
        }
        Ok(Self {
            kind,
            path: path.into(),
        })
    }
}
