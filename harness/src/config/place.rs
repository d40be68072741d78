//! What is filled into `[sp]` before a run: `{port}`, a port that the SP is told, and `{idp}`, the origin of the IdP.
//!
//! So two runs can go side by side with one file each and no number in it that the other could have taken.

use std::net::{IpAddr, SocketAddr};

use mock_idp::server::origin_for;
use url::{Host, Url};

use super::{Config, Metadata, Steps};

pub(super) const PORT: &str = "{port}";
pub(super) const IDP: &str = "{idp}";

/// The port that stands for `{port}` where nothing is started.
const ON_PAPER: u16 = 8080;

/// Gives ports that nobody else has: the address that somebody wants to listen at, and a port of it.
pub type Claim<'a> = &'a mut dyn FnMut(IpAddr) -> Result<u16, String>;

/// Where things are to be, as the command line says.
#[derive(Default)]
pub struct Places<'a> {
    /// Where the IdP listens, in place of `[idp] listen`.
    pub listen: Option<SocketAddr>,
    /// Where free ports come from; none where nothing is started, and a number stands in.
    pub claim: Option<Claim<'a>>,
}

/// Puts a port in its place, and the IdP's address where it was given; a port 0 of it becomes one that is free.
///
/// # Errors
/// No port is free.
pub(super) fn ports(table: &mut toml::Table, places: &mut Places<'_>) -> Result<(), String> {
    if let Some(listen) = places.listen {
        set_listen(table, listen);
    }
    if let Some(claim) = places.claim.as_mut() {
        let listen = table.get("idp").and_then(|idp| idp.get("listen"));
        let listen = listen
            .and_then(toml::Value::as_str)
            .and_then(|text| text.parse().ok());
        if let Some(mut any) = listen.filter(|listen: &SocketAddr| listen.port() == 0) {
            any.set_port(claim(any.ip())?);
            set_listen(table, any);
        }
    }
    let Some(sp) = table.get_mut("sp").filter(|sp| stands_in(sp, PORT)) else {
        return Ok(());
    };
    if sp.get("start").is_none() {
        return Err("[sp] {port} is a port that the run chooses, and without `start` nobody tells the SP which: write the SP's own port in its place".to_owned());
    }
    let port = match places.claim.as_mut() {
        Some(claim) => claim(IpAddr::from([127, 0, 0, 1]))?,
        None => ON_PAPER,
    };
    fill(sp, PORT, &port.to_string());
    Ok(())
}

/// Puts the IdP's origin in its place; says whether it stood anywhere.
pub(super) fn idp(table: &mut toml::Table, origin: &str) -> bool {
    match table.get_mut("sp").filter(|sp| stands_in(sp, IDP)) {
        Some(sp) => {
            fill(sp, IDP, origin);
            true
        }
        None => false,
    }
}

impl Config {
    /// The IdP's origin, which is never same-site with the SP.
    pub fn origin(&self) -> Option<String> {
        match &self.idp.url {
            Some(url) => Some(url.trim_end_matches('/').to_owned()),
            None => Some(origin_for(self.idp.listen()?, &self.towards())),
        }
    }

    /// The URL of the SP's that decides what the IdP may be called: one on `localhost` if there is any, for it shares that name with
    /// nobody.
    pub fn towards(&self) -> String {
        let sp = &self.sp;
        let login = sp.login.iter().flat_map(Steps::urls);
        let metadata = match self.metadata() {
            Some(Metadata::Url(url)) => Some(url),
            _ => None,
        };
        let fixed = [sp.probe.url.as_deref(), sp.acs.as_deref()];
        let pages: Vec<&str> = fixed.into_iter().flatten().chain(login).collect();
        let local = pages.iter().copied().find(|url| is_localhost(url));
        // Where its metadata is fetched no browser goes: that host counts only where nothing else is known.
        let known = local.or(pages.first().copied()).or(metadata);
        known.unwrap_or_default().to_owned()
    }
}

fn is_localhost(url: &str) -> bool {
    let url = Url::parse(url).ok();
    match url.as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        _ => false,
    }
}

fn set_listen(table: &mut toml::Table, listen: SocketAddr) {
    let idp = table
        .entry("idp")
        .or_insert_with(|| toml::Value::Table(toml::Table::new()));
    if let toml::Value::Table(idp) = idp {
        idp.insert("listen".to_owned(), toml::Value::String(listen.to_string()));
    }
}

fn stands_in(value: &toml::Value, name: &str) -> bool {
    match value {
        toml::Value::String(text) => text.contains(name),
        toml::Value::Array(list) => list.iter().any(|one| stands_in(one, name)),
        toml::Value::Table(table) => table.values().any(|one| stands_in(one, name)),
        _ => false,
    }
}

fn fill(value: &mut toml::Value, name: &str, with: &str) {
    match value {
        toml::Value::String(text) => *text = text.replace(name, with),
        toml::Value::Array(list) => list.iter_mut().for_each(|one| fill(one, name, with)),
        toml::Value::Table(table) => table.iter_mut().for_each(|(_, one)| fill(one, name, with)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const TEXT: &str = "[sp]\nname = \"a\"\nmetadata = \"http://127.0.0.1:{port}/m\"\n\
        login = [{ open = \"http://127.0.0.1:{port}/login?idp={idp}\" }]\nstart = \"serve {port} {metadata} {idp}\"\n\
        [sp.probe]\nurl = \"http://127.0.0.1:{port}/me\"\n[idp]\nlisten = \"127.0.0.1:0\"\n";

    fn read(text: &str, places: &mut Places<'_>) -> Config {
        Config::placed(text, Path::new("s.toml"), &|_| None, places).unwrap()
    }

    #[test]
    fn ports_and_the_idps_origin_are_filled_in_before_a_run() {
        let mut next = 4000;
        let mut claim = |_| {
            next += 1;
            Ok(next)
        };
        let config = read(
            TEXT,
            &mut Places {
                listen: None,
                claim: Some(&mut claim),
            },
        );
        assert_eq!(config.idp.listen, "127.0.0.1:4001");
        assert_eq!(
            config.sp.start.as_deref(),
            Some("serve 4002 {metadata} http://localhost:4001")
        );
        assert_eq!(config.sp.probe.url.as_deref(), Some("http://127.0.0.1:4002/me"));
        let login: Vec<&str> = config.sp.login.iter().flat_map(Steps::urls).collect();
        assert_eq!(login, ["http://127.0.0.1:4002/login?idp=http://localhost:4001"]);
    }

    #[test]
    fn the_command_line_goes_before_the_file_and_on_paper_a_number_stands_in() {
        let listen = "127.0.0.1:8500".parse().ok();
        let config = read(TEXT, &mut Places { listen, claim: None });
        assert_eq!(config.idp.listen, "127.0.0.1:8500");
        assert_eq!(
            config.sp.start.as_deref(),
            Some("serve 8080 {metadata} http://localhost:8500")
        );
    }

    #[test]
    fn the_host_of_a_page_decides_and_not_the_one_of_the_metadata() {
        let text = "[sp]\nname = \"a\"\nmetadata = \"http://localhost:1/m\"\n\
            [sp.probe]\nurl = \"http://127.0.0.1:1/me\"\n";
        let config = read(text, &mut Places::default());
        assert_eq!(config.towards(), "http://127.0.0.1:1/me");
        assert_eq!(config.origin().as_deref(), Some("http://localhost:8400"));
    }

    #[test]
    fn no_free_port_is_said() {
        let mut claim = |_| Err("no port is free".to_owned());
        let mut places = Places {
            listen: None,
            claim: Some(&mut claim),
        };
        let error = Config::placed(TEXT, Path::new("s.toml"), &|_| None, &mut places);
        assert!(error.unwrap_err().to_string().contains("no port is free"));
    }
}
