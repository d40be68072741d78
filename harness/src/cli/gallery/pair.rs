//! `NAME=VALUE` on the command line.

/// Name and value, without white space around them.
pub(super) fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text
        .split_once('=')
        .ok_or_else(|| format!("{text:?} has no =; write NAME=VALUE"))?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}
