//! Which ChromeDriver and which browser there are on this machine.

use std::{
    ffi::OsString,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use crate::driver::error::DriverError;

const INSTALL: &str = "install the packages chromium-headless-shell (or chromium) and chromium-driver (Debian and \
                       Ubuntu have them), or name the programs in CHROMIUM and CHROMEDRIVER (CHROMIUM=chromium takes \
                       the full browser where the headless shell is there too), or run with --driver http";

/// The smallest first: the shell has no windows to draw and takes half the time for the same pages.
const BROWSERS: [&str; 7] = [
    "chromium-headless-shell",
    "chrome-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
];

/// The ChromeDriver that `CHROMEDRIVER` names, or the one on the PATH.
pub(super) fn chromedriver() -> Result<PathBuf, DriverError> {
    found("CHROMEDRIVER", &["chromedriver"])
        .into_iter()
        .next()
        .ok_or_else(|| DriverError::NoBrowser(format!("no ChromeDriver is on the PATH: {INSTALL}")))
}

/// The browser that `CHROMIUM` names, or all that are on the PATH, the one to be taken first; never none.
pub(super) fn browsers() -> Result<Vec<PathBuf>, DriverError> {
    let found = found("CHROMIUM", &BROWSERS);
    if found.is_empty() {
        return Err(DriverError::NoBrowser(format!(
            "no Chromium is on the PATH: {INSTALL}"
        )));
    }
    Ok(found)
}

/// The program that the variable names, or those of these names on the PATH.
fn found(variable: &str, names: &[&str]) -> Vec<PathBuf> {
    let named = std::env::var_os(variable).filter(|value| !value.is_empty());
    let path = std::env::var_os("PATH").unwrap_or_default();
    search(named, names, &path)
}

fn search(named: Option<OsString>, names: &[&str], path: &OsString) -> Vec<PathBuf> {
    let runs = |file: &PathBuf| {
        file.metadata()
            .is_ok_and(|data| data.is_file() && data.mode() & 0o111 != 0)
    };
    if let Some(named) = named {
        let named = PathBuf::from(named);
        let file = if named.components().count() > 1 {
            Some(named).filter(runs)
        } else {
            on_path(&named, path, runs)
        };
        return file.into_iter().collect();
    }
    names
        .iter()
        .filter_map(|name| on_path(Path::new(name), path, runs))
        .collect()
}

fn on_path(name: &Path, path: &OsString, runs: impl Fn(&PathBuf) -> bool) -> Option<PathBuf> {
    std::env::split_paths(path)
        .map(|folder| folder.join(name))
        .find(|file| runs(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_program_goes_before_the_path_and_must_exist() {
        let path = OsString::from("/nowhere:/bin");
        let one = |name: &str| vec![PathBuf::from(name)];
        assert_eq!(search(None, &["no-such", "sh"], &path), one("/bin/sh"));
        assert_eq!(search(Some("/bin/ls".into()), &["sh"], &path), one("/bin/ls"));
        assert_eq!(search(Some("ls".into()), &["sh"], &path), one("/bin/ls"));
        assert!(search(Some("/no/such".into()), &["sh"], &path).is_empty());
        assert!(search(None, &["sh"], &OsString::from("/nowhere")).is_empty());
    }

    #[test]
    fn what_is_found_by_itself_comes_in_the_order_of_preference() {
        let path = OsString::from("/bin");
        let files = search(None, &["sh", "no-such", "ls"], &path);
        assert_eq!(files, [PathBuf::from("/bin/sh"), PathBuf::from("/bin/ls")]);
    }

    #[test]
    fn the_headless_shell_goes_before_the_full_browser() {
        let place = |name: &str| BROWSERS.iter().position(|browser| *browser == name);
        assert!(place("chromium-headless-shell") < place("chromium"));
    }
}
