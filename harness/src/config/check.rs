//! What the types of the configuration cannot say. The first problem is told; a person mends one at a time.

use std::{net::IpAddr, path::Path};

use url::{Host, Url};

use super::{
    check_steps,
    model::{Config, Metadata, duration},
    probe,
    problem::{Checked, Problem, fail},
    steps::Steps,
};

pub(super) fn first_problem(config: &Config) -> Option<Problem> {
    [sp, steps, urls, probe::probes, listeners, same_site, run]
        .into_iter()
        .find_map(|check| check(config).err())
}

fn sp(config: &Config) -> Checked {
    let sp = &config.sp;
    let word = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if sp.name.is_empty() || sp.name.len() > 64 || sp.name.starts_with('.') || !sp.name.chars().all(word) {
        return fail(
            "sp",
            "name",
            format!(
                "{:?} cannot name a folder; use letters, digits, dots, dashes and underscores, 64 at most",
                sp.name
            ),
        );
    }
    match config.metadata() {
        None => {
            return fail(
                "sp",
                "metadata",
                "it is missing; give the URL or file of the SP's metadata, or entity_id and acs",
            );
        }
        Some(Metadata::File(file)) => is_file("sp", "metadata", &file)?,
        Some(Metadata::Url(_) | Metadata::Given { .. }) => {}
    }
    for (key, file) in [
        ("ca", &sp.ca),
        ("key", &sp.key),
        ("encryption_certificate", &sp.encryption_certificate),
    ] {
        if let Some(file) = file {
            is_file("sp", key, &config.path(file))?;
        }
    }
    if let Some(name) = sp.allow.iter().find(|name| !is_host(name)) {
        return fail(
            "sp",
            "allow",
            format!("{name:?} is no host; write a name or an address, without scheme, port or path"),
        );
    }
    for (name, address) in &sp.resolve {
        if address.parse::<std::net::SocketAddr>().is_err() {
            return fail(
                "sp",
                "resolve",
                format!("{address:?} for {name} is no address with a port; write \"127.0.0.1:8443\""),
            );
        }
    }
    for (name, value) in &sp.headers {
        let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        if name.is_empty() || !name.chars().all(token) {
            return fail("sp", "headers", format!("{name:?} is no name of a header"));
        }
        if value.chars().any(|c| c.is_control() && c != '\t') {
            return fail(
                "sp",
                "headers",
                format!("the value of {name} has control characters in it"),
            );
        }
    }
    if let Some(second) = &sp.second
        && config.second_metadata().is_none()
    {
        let key = if second.entity_id.is_some() {
            "acs"
        } else {
            "metadata"
        };
        return fail(
            "sp.second",
            key,
            "it is missing; give the URL or file of its metadata, or entity_id and acs",
        );
    }
    Ok(())
}

/// The ways in and out, each with its key.
fn ways(config: &Config) -> impl Iterator<Item = (&'static str, &Steps)> {
    let both = [("login", &config.sp.login), ("logout", &config.sp.logout)];
    both.into_iter()
        .filter_map(|(key, way)| Some((key, way.as_ref()?)))
}

fn steps(config: &Config) -> Checked {
    ways(config).try_for_each(|(key, way)| {
        check_steps::steps(way, key == "logout").or_else(|why| fail("sp", key, why))
    })
}

fn urls(config: &Config) -> Checked {
    let sp = &config.sp;
    let of_file = |text: &&String| text.contains("://");
    let second = sp.second.as_ref();
    let second_probe = second.and_then(|second| second.probe.as_ref());
    let all = [
        ("sp", "metadata", sp.metadata.as_ref().filter(of_file)),
        ("sp", "acs", sp.acs.as_ref()),
        ("sp", "slo", sp.slo.as_ref()),
        ("sp", "ready", sp.ready.as_ref()),
        ("sp.probe", "url", sp.probe.url.as_ref()),
        ("sp.probe", "users", sp.probe.users.as_ref()),
        (
            "sp.second",
            "metadata",
            second.and_then(|second| second.metadata.as_ref()).filter(of_file),
        ),
        ("sp.second", "acs", second.and_then(|second| second.acs.as_ref())),
        (
            "sp.second",
            "login",
            second.and_then(|second| second.login.as_ref()),
        ),
        (
            "sp.second.probe",
            "url",
            second_probe.and_then(|probe| probe.url.as_ref()),
        ),
    ];
    let named = all
        .into_iter()
        .filter_map(|(section, key, text)| Some((section, key, text?.as_str())));
    let opened = ways(config).flat_map(|(key, way)| way.urls().map(move |url| ("sp", key, url)));
    let probes = [("sp.probe", Some(&sp.probe)), ("sp.second.probe", second_probe)];
    let asked = probes.into_iter().flat_map(|(section, probe)| {
        let before = probe.into_iter().flat_map(|probe| &probe.before);
        before.map(move |url| (section, "before", url.as_str()))
    });
    for (section, key, text) in named.chain(opened).chain(asked) {
        let url = http(section, key, text)?;
        let host = url.host_str().unwrap_or_default();
        if !permitted(config, host) {
            return fail(
                section,
                key,
                format!("the host {host} is not in [sp] allow; add it there if it is yours to test"),
            );
        }
    }
    Ok(())
}

fn listeners(config: &Config) -> Checked {
    let plain = [
        ("idp", "listen", &config.idp.listen),
        ("oob", "listen", &config.oob.listen),
    ];
    let https = config.idp.https.as_ref().map(|address| ("idp", "https", address));
    for (section, key, listen) in plain.into_iter().chain(https) {
        match listen.parse::<std::net::SocketAddr>() {
            Err(_) => {
                return fail(
                    section,
                    key,
                    format!("{listen:?} is no address with a port; write \"127.0.0.1:8400\""),
                );
            }
            Ok(address) if address.ip().is_unspecified() => {
                return fail(
                    section,
                    key,
                    format!(
                        "{} would serve every network; name loopback or the one bridge address",
                        address.ip()
                    ),
                );
            }
            Ok(_) => {}
        }
    }
    for (section, url) in [("idp", &config.idp.url), ("oob", &config.oob.url)] {
        if let Some(text) = url {
            let url = http(section, "url", text)?;
            if url.path() != "/" || url.query().is_some() {
                return fail(
                    section,
                    "url",
                    format!("{text:?} is more than an origin; leave the path out"),
                );
            }
        }
    }
    let tenant = &config.idp.tenant;
    let is_domain = tenant.contains('.') && is_host(tenant) && tenant.parse::<IpAddr>().is_err();
    if is_domain {
        Ok(())
    } else {
        fail(
            "idp",
            "tenant",
            format!("{tenant:?} is no domain; write one such as contoso.example"),
        )
    }
}

/// `localhost` and its address are two sites, and an IdP on loopback that has no name of its own takes the one that the SP leaves.
fn two_names(config: &Config) -> Checked {
    let loopback = config
        .idp
        .listen()
        .is_some_and(|listen| listen.ip().is_loopback());
    let login = config.sp.login.iter().flat_map(Steps::urls);
    let fixed = [config.sp.acs.as_deref(), config.sp.probe.url.as_deref()];
    let urls = fixed.into_iter().flatten().chain(login);
    let hosts: Vec<String> = urls
        .filter_map(|url| Some(Url::parse(url).ok()?.host_str()?.to_owned()))
        .collect();
    let has = |name: &str| hosts.iter().any(|host| host == name);
    match loopback && has("localhost") && has("127.0.0.1") {
        true => fail(
            "idp",
            "url",
            "the SP has pages at localhost and at 127.0.0.1, so that the IdP would share a host with it at either; give it a name of its own, which no DNS need know: \"http://idp.example.test:8400\"",
        ),
        false => Ok(()),
    }
}

/// Cookies behave otherwise between pages of one site, so a login would be tested that no user ever makes.
fn same_site(config: &Config) -> Checked {
    let Some(origin) = config.idp.url.as_deref().and_then(|url| Url::parse(url).ok()) else {
        return two_names(config);
    };
    let sps = [config.sp.acs.as_deref(), config.sp.probe.url.as_deref()];
    let login = config.sp.login.iter().flat_map(Steps::urls);
    for sp in sps
        .into_iter()
        .flatten()
        .chain(login)
        .filter_map(|url| Url::parse(url).ok())
    {
        if sp.host() == origin.host() {
            let host = origin.host_str().unwrap_or_default();
            return fail(
                "idp",
                "url",
                format!(
                    "the IdP may not share the host {host} with the SP, or cookies behave as they never do with Azure; use another name"
                ),
            );
        }
    }
    Ok(())
}

fn run(config: &Config) -> Checked {
    if !(1..=64).contains(&config.run.jobs) {
        return fail(
            "run",
            "jobs",
            format!("{} is not between 1 and 64", config.run.jobs),
        );
    }
    if let Err(why) = duration(&config.run.timeout) {
        return fail("run", "timeout", why);
    }
    for folder in &config.run.scenarios {
        if !config.path(folder).is_dir() {
            return fail(
                "run",
                "scenarios",
                format!("there is no folder {}", config.path(folder).display()),
            );
        }
    }
    match &config.run.waivers {
        Some(file) => is_file("run", "waivers", &config.path(file)),
        None => Ok(()),
    }
}

/// Whether a host may be sent anything: it is listed, or it is a name that resolves to what is listed.
fn permitted(config: &Config, host: &str) -> bool {
    let bare = |text: &str| text.trim_matches(['[', ']']).to_ascii_lowercase();
    let listed = |host: &str| config.sp.allow.iter().any(|allowed| bare(allowed) == bare(host));
    let resolved = config
        .sp
        .resolve
        .get(host)
        .and_then(|address| address.parse::<std::net::SocketAddr>().ok());
    listed(host) || resolved.is_some_and(|address| listed(&address.ip().to_string()))
}

fn http(section: &'static str, key: &'static str, text: &str) -> Result<Url, Problem> {
    Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .ok_or_else(|| Problem {
            section,
            key,
            why: format!("{text:?} is no URL; it starts with http:// or https://"),
        })
}

fn is_host(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok() || (!text.contains('*') && Host::parse(text).is_ok())
}

fn is_file(section: &'static str, key: &'static str, file: &Path) -> Checked {
    if file.is_file() {
        Ok(())
    } else {
        fail(section, key, format!("there is no file {}", file.display()))
    }
}
