//! What the types cannot say of a probe.

use super::{
    model::{Config, Probe},
    problem::{Checked, fail},
};
use crate::driver::{Target, TokenHeader, TokenSource};

/// Both probes.
pub(super) fn probes(config: &Config) -> Checked {
    let second = config.sp.second.as_ref().and_then(|second| second.probe.as_ref());
    let both = [("sp.probe", Some(&config.sp.probe)), ("sp.second.probe", second)];
    for (section, probe) in both {
        if let Some(probe) = probe {
            identity(section, probe)?;
            token(section, probe)?;
            wait_for(section, probe)?;
        }
    }
    Ok(())
}

fn identity(section: &'static str, probe: &Probe) -> Checked {
    let claim = probe
        .identity
        .as_deref()
        .is_some_and(|rule| rule.starts_with("jwt:"));
    if probe.url.is_none() && !claim {
        return fail(
            section,
            "url",
            "it is missing; give a page that only a signed-in user sees, or an API that says who asks",
        );
    }
    if claim && probe.token.is_none() {
        return fail(
            section,
            "identity",
            "a claim stands in a token; say where that is: token = \"url:#access_token\"",
        );
    }
    let Some(rule) = probe.identity.as_deref() else {
        return Ok(());
    };
    let (kind, value) = rule.split_once(':').unwrap_or((rule, ""));
    let why = match kind {
        _ if value.is_empty() => {
            "say where: json:/nameId, css:#user, regex:user=(\\w+), header:x-user or jwt:sub"
        }
        "json" if !value.starts_with('/') => "a JSON pointer starts with a slash: json:/nameId",
        "regex" => match regex::Regex::new(value) {
            Ok(regex) if regex.captures_len() == 2 => return Ok(()),
            Ok(_) => "the pattern needs exactly one group, around the identity: regex:user=(\\w+)",
            Err(why) => {
                let why = format!("the pattern does not read: {}", last_line(&why.to_string()));
                return fail(section, "identity", why);
            }
        },
        "json" | "css" | "header" | "jwt" => return Ok(()),
        _ => "it starts with json:, css:, regex:, header: or jwt:",
    };
    fail(section, "identity", why)
}

fn token(section: &'static str, probe: &Probe) -> Checked {
    let Some(source) = &probe.token else {
        return match probe.header {
            Some(_) => fail(
                section,
                "header",
                "there is no token for it; say where it stands: token = \"json:/token\"",
            ),
            None => Ok(()),
        };
    };
    if let Err(why) = source.parse::<TokenSource>() {
        return fail(section, "token", why.to_string());
    }
    match probe.header.as_deref().map(str::parse::<TokenHeader>) {
        Some(Err(why)) => fail(section, "header", why.to_string()),
        _ => Ok(()),
    }
}

fn wait_for(section: &'static str, probe: &Probe) -> Checked {
    match probe.wait_for.as_deref().map(str::parse::<Target>) {
        Some(_) if probe.url.is_none() => {
            fail(section, "wait-for", "there is no page to wait at; give its url")
        }
        Some(Err(why)) => fail(section, "wait-for", why),
        _ => Ok(()),
    }
}

fn last_line(text: &str) -> &str {
    let last = text.lines().last().unwrap_or_default();
    last.trim_start_matches("error: ")
}
