//! The last lines: whether a run could begin, and what to type next.

use std::path::Path;

use super::trust::Trust;
use crate::{
    cli::doctor::{checks, ending},
    config::FILE_NAME,
    exit::Exit,
    run::{
        doctor::{Examination, Part, State},
        init::{Leads, Way},
    },
};

/// Where too little is known of the SP to make messages for it.
pub(super) fn undescribed(path: &Path, trust: &Trust) -> String {
    format!(
        "Nobody knows what this SP is called, and where it takes messages. Give its metadata (--metadata URL or FILE), or --entity-id and --acs; many SPs say both on the page where SAML is set up, and some publish metadata only when they know an IdP.\n\n{}\nthen: {}\n",
        trust.told(),
        again("init", "--out", path)
    )
}

/// Where the SP sends its users to another IdP: nobody can sign in, and nothing more can be seen.
pub(super) fn elsewhere(to: &str, path: &Path, trust: &Trust) -> String {
    format!(
        "The SP sends its users to {to}, and not to this mock IdP, which it does not know yet: nobody could sign in.\n\n{}then: {}\n",
        trust.told(),
        again("init", "--out", path)
    )
}

/// What an examination showed, and the next thing to do. `pageless` says that somebody may be signed in and no page was found that tells who.
pub(super) fn all(
    found: &Examination,
    login: Option<&Way>,
    pageless: bool,
    path: &Path,
    trust: &Trust,
    color: bool,
) -> String {
    let mut out = String::from("\n");
    checks(&mut out, found, color);
    out.push('\n');
    ending(&mut out, found, color);
    let trusted = found
        .checks
        .iter()
        .any(|check| check.part == Part::Trust && check.state == State::Good);
    // It may trust the keys, and still send its users somewhere else.
    let leads = login.map(|way| &way.leads);
    let here = !matches!(leads, Some(Leads::Elsewhere(_)));
    out.push('\n');
    if found.exit == Exit::Conforms {
        out.push_str(&format!("next: {}\n", again("run", "--config", path)));
        return out;
    }
    if pageless && leads == Some(&Leads::Idp) {
        out.push_str(&format!(
            "The SP knows this IdP, and no page was found that shows who is signed in. Name one that only a signed-in user sees, in [sp.probe] url or by\n  {} --probe URL\nREADME.md says what to write where the session is a token. If the SP does not take this IdP's messages yet:\n\n",
            again("init", "--out", path)
        ));
    }
    match trusted && here {
        false => out.push_str(&format!("{}then: {}\n", trust.told(), again("init", "--out", path))),
        true => out.push_str(&format!(
            "next: mend in {} what is said above, then {}, which fills in what is still missing and keeps what you wrote\n",
            path.display(),
            again("init", "--out", path)
        )),
    }
    out
}

/// A command for this file.
fn again(command: &str, option: &str, path: &Path) -> String {
    match path == Path::new(FILE_NAME) {
        true => format!("samlitmus {command}"),
        false => format!("samlitmus {command} {option} {}", path.display()),
    }
}
