//! Where the SP is, as it was typed or stands in the file; and so whom anything may be sent.

use std::collections::BTreeMap;

use mock_idp::server::origin_for;
use url::Url;

use super::{args::InitArgs, ask::Asker, file::Written};
use crate::{cli::output::Mistake, config, run::init::Place};

/// What is known before anything is sent.
pub(super) struct Known {
    pub(super) place: Place,
}

/// Gathers it.
///
/// # Errors
/// Nobody says where the SP is, or a URL is none.
pub(super) fn known(args: &InitArgs, file: &Written, asker: &mut Asker) -> Result<Known, Mistake> {
    let url = match first(args, file) {
        Some(url) => url,
        None => asker
            .ask("a URL of the SP, such as http://127.0.0.1:8080/")
            .ok_or_else(|| {
                Mistake(
                    "where is the SP? Name any URL of it: `samlitmus init http://127.0.0.1:8080/`".to_owned(),
                )
            })?,
    };
    let url = read(&url)?;
    let mut allow = ["127.0.0.1", "localhost", "::1"].map(str::to_owned).to_vec();
    if let Some(listed) = file.value("sp", "allow").and_then(toml::Value::as_array) {
        allow = listed
            .iter()
            .filter_map(|host| Some(host.as_str()?.to_owned()))
            .collect();
    }
    for text in [&args.metadata, &args.acs, &args.login, &args.probe]
        .into_iter()
        .flatten()
    {
        if text.contains("://") {
            add(&mut allow, &read(text)?);
        }
    }
    add(&mut allow, &url);
    let listen = match (args.listen, file.text("idp", "listen")) {
        (Some(listen), _) => Some(listen),
        (None, Some(text)) => text.parse().ok(),
        (None, None) => config::Idp::default().listen(),
    };
    let listen = listen.filter(|listen| listen.port() != 0).ok_or_else(|| {
        Mistake(
            "the SP must know where the mock IdP is: give [idp] listen a port, such as 127.0.0.1:8400"
                .to_owned(),
        )
    })?;
    let origin = match file.text("idp", "url") {
        Some(url) => url.trim_end_matches('/').to_owned(),
        None => origin_for(listen, url.as_str()),
    };
    let texts = |key: &str| -> BTreeMap<String, String> {
        let table = file.value("sp", key).and_then(toml::Value::as_table);
        let pairs = table.into_iter().flatten();
        pairs
            .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
            .collect()
    };
    let timeout = file
        .text("run", "timeout")
        .and_then(|text| config::duration(text).ok());
    let ca = file.text("sp", "ca").map(|ca| file.folder().join(ca));
    Ok(Known {
        place: Place {
            url,
            allow,
            resolve: texts("resolve"),
            headers: texts("headers"),
            ca: args.ca.clone().or(ca),
            timeout: args
                .timeout
                .or(timeout)
                .unwrap_or_else(|| config::Run::default().timeout()),
            listen,
            origin,
        },
    })
}

/// The first URL of the SP that somebody named.
fn first(args: &InitArgs, file: &Written) -> Option<String> {
    let is_url = |text: &&String| text.contains("://");
    let given = [&args.url, &args.login, &args.probe, &args.metadata, &args.acs];
    if let Some(url) = &args.url {
        return Some(url.clone());
    }
    let given = given.into_iter().flatten().find(is_url).cloned();
    let guessed = file
        .says
        .get("sp")
        .and_then(|sp| sp.get("probe")?.get("url")?.as_str());
    let kept = ["login", "metadata", "acs"].map(|key| file.text("sp", key));
    let kept = [file.text("sp.probe", "url"), guessed]
        .into_iter()
        .chain(kept)
        .flatten();
    given.or_else(|| kept.map(str::to_owned).find(|text| is_url(&text)))
}

/// Whoever types a URL means its host.
///
/// # Errors
/// It is none.
pub(super) fn permit(place: &mut Place, text: &str) -> Result<(), Mistake> {
    add(&mut place.allow, &read(text)?);
    Ok(())
}

fn add(allow: &mut Vec<String>, url: &Url) {
    let host = host(url);
    if !allow.contains(&host) {
        allow.push(host);
    }
}

/// A URL as configurations write it: people leave the scheme out.
pub(super) fn whole(text: &str) -> String {
    match text.contains("://") {
        true => text.to_owned(),
        false => format!("http://{text}"),
    }
}

/// A URL as people type it.
fn read(text: &str) -> Result<Url, Mistake> {
    let wrong = |why: &str| {
        Mistake(format!(
            "{text:?} is no URL of an SP ({why}): write it like http://127.0.0.1:8080/"
        ))
    };
    let url = Url::parse(&whole(text)).map_err(|why| wrong(&why.to_string()))?;
    match url.scheme() {
        _ if text.contains(['{', '}']) => {
            Err(wrong("a port that is filled in later can be asked for nothing"))
        }
        "http" | "https" if url.has_host() => Ok(url),
        "http" | "https" => Err(wrong("it has no host")),
        _ => Err(wrong("it begins neither with http:// nor https://")),
    }
}

/// The host of a URL, as the allow-list writes it.
fn host(url: &Url) -> String {
    url.host_str()
        .unwrap_or_default()
        .trim_matches(['[', ']'])
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_read_as_people_type_it() {
        assert_eq!(read("127.0.0.1:8080").unwrap().as_str(), "http://127.0.0.1:8080/");
        assert_eq!(read("https://sp.example/a?b#c").unwrap().path(), "/a");
        for wrong in ["ftp://sp/", "http://", "http://127.0.0.1:{port}/", "", "a b"] {
            let why = read(wrong).unwrap_err().to_string();
            assert!(why.contains("http://127.0.0.1:8080/"), "{why}");
        }
        assert_eq!(host(&read("http://[::1]:8/").unwrap()), "::1");
    }
}
