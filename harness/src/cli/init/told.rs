//! What came of it, as text.

use std::fmt::Write;

use super::file::Written;
use crate::run::init::{Entered, Leads, Looked, Place};

/// How the line begins that says that no URL leads to an IdP.
const NO_URL: &str = "missing sign-in";

/// What was found and what was not, a line each.
pub(super) struct Report {
    out: String,
}

impl Report {
    /// What nobody had to sign in for.
    pub(super) fn new(place: &Place, looked: &Looked) -> Self {
        let mut report = Self {
            out: format!(
                "samlitmus {} looked at {}\n\n",
                env!("CARGO_PKG_VERSION"),
                place.url
            ),
        };
        match (&looked.metadata, &looked.entity_id) {
            (Some(found), _) => {
                let acs = found.sp.default_acs().map_or("none", |acs| acs.location.as_str());
                report.found(
                    "metadata",
                    &format!("{}: entity ID {}, ACS {acs}", found.source, found.sp.entity_id),
                );
            }
            (None, Some(entity_id)) => {
                let acs = looked.acs.as_deref().unwrap_or("not named");
                report.found("metadata", &format!("none; entity ID {entity_id}, ACS {acs}"));
            }
            (None, None) => report.missing("metadata", "none at the usual places"),
        }
        match &looked.login {
            Some(way) => match &way.leads {
                Leads::Idp => report.found("sign-in", &format!("{} leads to the mock IdP", way.url)),
                Leads::Elsewhere(to) => report.found(
                    "sign-in",
                    &format!(
                        "{} leads to another IdP, {to}, as long as the SP trusts that one",
                        way.url
                    ),
                ),
            },
            None => report.missing("sign-in", "no URL was found that leads to an IdP"),
        }
        report
    }

    /// What signed-in people showed.
    pub(super) fn entered(&mut self, entered: &Entered, file: &Written) {
        if let Some(login) = entered.login.as_ref().filter(|login| login.url().is_none()) {
            // It was not found by a URL alone.
            let lines = self.out.split_inclusive('\n');
            self.out = lines.filter(|line| !line.starts_with(NO_URL)).collect();
            self.found("sign-in", &format!("the way to the mock IdP: login = {login}"));
        }
        if let (None, Some(_), Some(why)) = (&entered.login, entered.shown.first(), &entered.broke) {
            self.missing("", why);
        }
        match (entered.shown.first(), &entered.rested, &entered.broke) {
            (Some(shown), ..) => {
                let by = match entered.by_idp {
                    true => ", in a sign-in that the IdP begins",
                    false => "",
                };
                self.found(
                    "probe",
                    &format!("{} shows who is signed in, at {}{by}", shown.url, shown.identity),
                );
            }
            (None, Some(rested), _) => self.missing(
                "probe",
                &format!("nobody is seen to be signed in: after a flawless login {rested}"),
            ),
            (None, None, Some(broke)) => self.missing("probe", &format!("nobody could sign in: {broke}")),
            (None, None, None) => self.missing("probe", "nobody could sign in"),
        }
        if entered.shown.is_empty() && file.draft.is_guess("sp.probe", "url") {
            self.missing("", "so [sp.probe] url is only a guess");
        }
    }

    /// All of it.
    pub(super) fn told(&self) -> &str {
        &self.out
    }

    fn found(&mut self, what: &str, told: &str) {
        let _ = writeln!(self.out, "found   {what:<9} {}", plain(told));
    }

    fn missing(&mut self, what: &str, told: &str) {
        let _ = writeln!(self.out, "missing {what:<9} {}", plain(told));
    }
}

/// Foreign text without secrets, in one line, fit for a terminal.
fn plain(text: &str) -> String {
    crate::text::visible(&crate::mask::text(text)).replace('\n', " ")
}
