//! `idp`, `idp metadata` and `sp` by themselves.

use std::{
    collections::BTreeSet,
    io::{Read, Write},
    net::TcpStream,
    os::unix::fs::PermissionsExt,
    time::Duration,
};

use saml::IdpMetadata;

use super::{port, samlitmus, site::Site};

/// The body of a page.
fn get(url: &str) -> Vec<u8> {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    write!(
        stream,
        "GET /{path} HTTP/1.0\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let head = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    assert!(
        answer.starts_with(b"HTTP/1.0 200"),
        "{url}: {}",
        String::from_utf8_lossy(&answer[..head])
    );
    answer.split_off(head + 4)
}

/// The URL that a line of the program names.
fn url<'a>(out: &'a str, name: &str) -> &'a str {
    let line = out.lines().find_map(|line| line.trim_start().strip_prefix(name));
    line.unwrap_or_else(|| panic!("no {name} in:\n{out}"))
        .split_whitespace()
        .next()
        .unwrap()
}

#[test]
fn metadata_that_was_written_before_is_what_the_idp_publishes_later() {
    let site = Site::new();
    let said = site.samlitmus(&["idp", "metadata", "--out", "idp.xml"]).code(0);
    assert_eq!(said.sentence(), "wrote idp.xml; let the SP trust it");
    let written = IdpMetadata::parse(&std::fs::read(site.path("idp.xml")).unwrap()).unwrap();

    let mut idp = site.start(&["idp"]);
    idp.until("Ctrl-C ends it");
    let published = IdpMetadata::parse(&get(url(&idp.out, "metadata "))).unwrap();
    assert_eq!(published.entity_id, written.entity_id);
    let keys = |metadata: &IdpMetadata| -> BTreeSet<Vec<u8>> {
        metadata
            .signing
            .iter()
            .map(|certificate| certificate.der().to_vec())
            .collect()
    };
    assert!(!keys(&written).is_empty());
    assert_eq!(keys(&published), keys(&written));
    let places = |metadata: &IdpMetadata| -> Vec<String> {
        metadata
            .sso
            .iter()
            .map(|endpoint| endpoint.location.clone())
            .collect()
    };
    assert_eq!(
        places(&published),
        places(&written),
        "and it listens where it said"
    );
    assert_eq!(places(&published)[0], url(&idp.out, "sign-in "));
    idp.interrupt();
    idp.end().code(0);

    // Without a file it goes to standard output, byte for byte as it is.
    let said = site.samlitmus(&["idp", "metadata"]).code(0);
    let printed = IdpMetadata::parse(said.out.as_bytes()).unwrap();
    assert_eq!(keys(&printed), keys(&written));

    for file in std::fs::read_dir(site.path(".samlitmus/idp")).unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", file.path().display());
    }
    let folder = std::fs::metadata(site.path(".samlitmus/idp")).unwrap();
    assert_eq!(folder.permissions().mode() & 0o777, 0o700);
}

#[test]
fn reset_makes_new_keys() {
    let site = Site::new();
    site.samlitmus(&["idp", "metadata", "--out", "before.xml"])
        .code(0);
    let mut idp = site.start(&["idp", "--reset"]);
    idp.until("Ctrl-C ends it");
    idp.interrupt();
    idp.end().code(0);
    site.samlitmus(&["idp", "metadata", "--out", "after.xml"]).code(0);
    let read = |name: &str| IdpMetadata::parse(&std::fs::read(site.path(name)).unwrap()).unwrap();
    assert_ne!(
        read("before.xml").signing[0].der(),
        read("after.xml").signing[0].der()
    );
}

#[test]
fn https_is_served_under_an_authority_that_is_named_and_what_graph_changes_is_kept() {
    let site = Site::new();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let serve = || {
        let mut idp = site.start(&["idp", "--https", "127.0.0.1:0"]);
        idp.until("Ctrl-C ends it");
        idp
    };
    let line = |out: &str, name: &str| -> Vec<String> {
        let line = out
            .lines()
            .find_map(|line| line.trim_start().strip_prefix(name))
            .unwrap();
        line.split_whitespace().map(str::to_owned).collect()
    };
    let idp = serve();
    let (https, graph) = (line(&idp.out, "https "), line(&idp.out, "graph "));
    let (origin, authority, client, secret) = (&https[0], site.path(&https[2]), &graph[1], &graph[3]);
    let authority = reqwest::Certificate::from_pem(&std::fs::read(authority).unwrap()).unwrap();
    let http = reqwest::Client::builder()
        .add_root_certificate(authority)
        .build()
        .unwrap();
    let send = |request: reqwest::RequestBuilder| -> serde_json::Value {
        let request = request.header("content-type", "application/json");
        let answer = runtime.block_on(async { request.send().await.unwrap().text().await.unwrap() });
        serde_json::from_str(&answer).unwrap()
    };
    let token = |origin: &str| {
        let form = format!(
            "grant_type=client_credentials&client_id={client}&client_secret={secret}&scope=https://graph.microsoft.com/.default"
        );
        let request = http.post(format!("{origin}/contoso.example/oauth2/v2.0/token"));
        let request = request
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        let answer = runtime.block_on(async { request.send().await.unwrap().text().await.unwrap() });
        let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
        answer["access_token"].as_str().unwrap().to_owned()
    };
    let request = http
        .post(format!("{origin}/v1.0/groups"))
        .bearer_auth(token(origin));
    let made = send(
        request
            .body(r#"{"displayName":"ops","mailEnabled":false,"mailNickname":"ops","securityEnabled":true}"#),
    );
    idp.interrupt();
    idp.end().code(0);

    // The same authority, the same client, and what was made is there.
    let idp = serve();
    let origin = &line(&idp.out, "https ")[0];
    let groups = send(
        http.get(format!("{origin}/v1.0/groups"))
            .bearer_auth(token(origin)),
    );
    assert_eq!(groups["value"][0]["id"], made["id"]);
    idp.interrupt();
    idp.end().code(0);
}

#[test]
fn the_sp_names_its_urls_and_they_answer() {
    let site = Site::new();
    let mut sp = site.serve(&["--flaw", "V11", "--flaw", "V37-no-time", "--refuse-with", "page"]);
    for line in [
        "wrong on purpose: V11-unbound-verify",
        "wrong on purpose: V37-no-time",
        "refuses with page",
    ] {
        assert!(sp.out.contains(line), "{}", sp.out);
    }
    let metadata = saml::SpMetadata::parse(&get(url(&sp.out, "metadata "))).unwrap();
    assert!(metadata.default_acs().is_some());
    assert!(url(&sp.out, "sign in ").starts_with(&format!("http://127.0.0.1:{}/", site.sp)));
    assert!(url(&sp.out, "probe ").ends_with("/whoami"));
    sp.interrupt();
    sp = {
        let said = sp.end().code(0);
        assert!(said.err.is_empty(), "{said:#?}");
        site.serve(&[])
    };
    assert!(!sp.out.contains("wrong on purpose"), "{}", sp.out);
}

#[test]
fn the_sp_names_its_administration_and_knows_the_users_of_the_folder() {
    let site = Site::new();
    let sp = site.serve(&["--slo", "--encryption", "--sign-requests"]);
    let administration = url(&sp.out, "admin ");
    assert!(administration.ends_with("/admin"), "{administration}");
    let line = sp
        .out
        .lines()
        .find(|line| line.trim_start().starts_with("admin "));
    let (_, password) = line.unwrap().split_once("password ").unwrap();
    let start = get(&format!("http://127.0.0.1:{}/", site.sp));
    let start = String::from_utf8(start).unwrap();
    assert!(start.contains(password), "{start}");
    let metadata = saml::SpMetadata::parse(&get(url(&sp.out, "metadata "))).unwrap();
    let sign_out = [
        saml::names::binding::REDIRECT,
        saml::names::binding::POST,
        saml::names::binding::SOAP,
    ];
    let ways: Vec<_> = metadata.slo.iter().map(|way| way.binding.as_str()).collect();
    assert_eq!(ways, sign_out, "{metadata:#?}");
    assert_eq!((metadata.encryption.len(), metadata.signing.len()), (1, 1));
    // Each persona is known; a name that nobody bears is not, unless users are created as they come.
    let said = site.samlitmus(&["run", "baseline/*", "interop/unicode-identity"]);
    let said = said.code(1);
    assert!(
        said.out.contains("  interop/unicode-identity  base "),
        "{said:#?}"
    );
    assert_eq!(said.out.matches("\nfail ").count(), 1, "{said:#?}");
    drop(sp);
    let _sp = site.serve(&["--create-users"]);
    site.samlitmus(&["run", "baseline/*", "interop/unicode-identity"])
        .code(0);
}

#[test]
fn what_cannot_be_served_ends_with_2_and_says_what_to_do() {
    let site = Site::new();
    let _served = site.serve(&[]);
    let taken = format!("127.0.0.1:{}", site.sp);
    let free = format!("127.0.0.1:{}", port());
    site.write("idp.json", "{}");
    for (args, hint) in [
        (
            &["idp", "--listen", &taken][..],
            "is in use by another program; stop that program",
        ),
        (&["sp", "--listen", &taken], "choose another address, or port 0"),
        (&["idp", "--listen", "0.0.0.0:0"], "name 127.0.0.1"),
        (&["idp", "--https", "0.0.0.0:0"], "name 127.0.0.1"),
        (&["idp", "--https", &taken], "is in use by another program"),
        (
            &["sp", "--listen", &free, "--idp-metadata", "idp.json"],
            "idp.json: this is not SAML metadata",
        ),
        (
            &["sp", "--listen", &free, "--idp-metadata", "gone.xml"],
            "gone.xml: it cannot be read",
        ),
        (&["idp", "--state", "samlitmus.toml"], "samlitmus.toml"),
        (
            &["idp", "metadata", "--out", "no/such/folder.xml"],
            "cannot be written",
        ),
    ] {
        let said = site.samlitmus(args).code(2);
        assert!(said.sentence().contains(hint), "{args:?}: {said:#?}");
    }
}

#[test]
fn the_stranger_without_a_configuration_is_told_where_to_begin() {
    let folder = tempfile::tempdir().unwrap();
    let said = samlitmus(folder.path(), &["run"]).code(2);
    assert!(said.sentence().contains("samlitmus run --demo"), "{said:#?}");
}
