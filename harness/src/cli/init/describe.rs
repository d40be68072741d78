//! What is known of an SP, written into its file.

use std::path::Path;

use super::{args::InitArgs, file::Written};
use crate::run::init::{Looked, Place};

/// Writes what is known of the SP into the file. Whether it is enough to make messages for it.
pub(super) fn describe(args: &InitArgs, file: &mut Written, looked: &Looked, place: &Place) -> bool {
    let text = |text: &str| toml::Value::from(text).to_string();
    let own = [
        ("sp", "name", args.name.clone()),
        (
            "sp",
            "metadata",
            args.metadata.as_deref().map(|at| from(file, at)),
        ),
        ("sp", "entity_id", args.entity_id.clone()),
        ("sp", "acs", args.acs.clone()),
        ("sp", "login", args.login.clone()),
        (
            "sp",
            "ca",
            args.ca.as_ref().map(|ca| from(file, &ca.display().to_string())),
        ),
        ("sp.probe", "url", args.probe.clone()),
        ("idp", "listen", args.listen.map(|listen| listen.to_string())),
    ];
    for (table, key, value) in own {
        if let Some(value) = value {
            file.draft.set(table, key, &text(&value));
        }
    }
    let name = place.url.host_str().unwrap_or("sp");
    let named: String = match (name.parse::<std::net::IpAddr>(), place.url.port()) {
        (Err(_), _) if name != "localhost" => name.to_owned(),
        (_, Some(port)) => format!("sp-{port}"),
        (_, None) => "sp".to_owned(),
    };
    file.learn("sp", "name", &text(&named));
    allow(file, place);
    let described = match &looked.metadata {
        Some(found) => {
            file.learn("sp", "metadata", &text(&from(file, &found.source)));
            true
        }
        None => {
            for (key, value) in [("entity_id", &looked.entity_id), ("acs", &looked.acs)] {
                match value {
                    Some(value) => drop(file.learn("sp", key, &text(value))),
                    None if file.draft.has("sp", key) => {}
                    None => file
                        .draft
                        .remark("sp", key, "not found; needed where there is no metadata"),
                }
            }
            if !file.draft.has("sp", "metadata") && !file.draft.has("sp", "entity_id") {
                file.draft
                    .remark("sp", "metadata", "not found at the usual places");
            }
            file.draft.has("sp", "entity_id") && file.draft.has("sp", "acs")
        }
    };
    match &looked.login {
        Some(way) => drop(file.learn("sp", "login", &text(&way.url))),
        None if file.draft.has("sp", "login") => {}
        None => file.draft.remark(
            "sp",
            "login",
            "not found: name the URL that leads to the IdP, or leave it out if only the IdP can begin",
        ),
    }
    if !file.draft.has("sp.probe", "url") || file.draft.is_guess("sp.probe", "url") {
        file.draft.guess("sp.probe", "url", &text(place.url.as_str()));
    }
    described
}

/// Lists the hosts that may be sent anything.
pub(super) fn allow(file: &mut Written, place: &Place) {
    let listed = file.value("sp", "allow").and_then(toml::Value::as_array);
    let all = listed.is_some_and(|list| {
        place
            .allow
            .iter()
            .all(|host| list.contains(&host.as_str().into()))
    });
    if !all {
        let hosts: Vec<String> = place
            .allow
            .iter()
            .map(|host| toml::Value::from(host.as_str()).to_string())
            .collect();
        file.draft.set("sp", "allow", &format!("[{}]", hosts.join(", ")));
    }
}

/// A file as the configuration names it: from its own folder.
fn from(file: &Written, named: &str) -> String {
    let here = file.folder() == Path::new(".");
    match named.contains("://") || here {
        true => named.to_owned(),
        false => {
            std::path::absolute(named).map_or_else(|_| named.to_owned(), |path| path.display().to_string())
        }
    }
}
