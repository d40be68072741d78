//! The whole way: an SP that does not know the IdP yet, what it must trust, and a run with the file as it was written.

use saml::IdpMetadata;
use samlitmus::config::Config;

use super::site::{Site, port};

#[test]
fn from_an_empty_folder_to_a_run_that_conforms_with_the_file_as_it_was_written() {
    let site = Site::new();
    let sp = port();
    let home = format!("http://127.0.0.1:{sp}/");

    // Another IdP is trusted.
    let stranger = Site::with_keys_of_its_own();
    std::fs::write(site.path("stranger.xml"), stranger.metadata()).unwrap();
    let served = site.serve(sp, "stranger.xml");
    let said = site.init(&[&home]).code(3);
    said.tells(&[
        &format!("found   metadata  {home}singlesignon/saml/metadata"),
        &format!("leads to another IdP, http://localhost:{}", stranger.idp),
        "missing probe",
        "let the SP trust the mock IdP",
        "/.samlitmus/idp-metadata.xml",
        "then: samlitmus init",
    ]);
    assert_eq!(
        site.value("sp", "metadata").unwrap(),
        format!("{home}singlesignon/saml/metadata")
    );
    assert!(site.value("sp.probe", "identity").is_none());
    Config::load(&site.path("samlitmus.toml")).unwrap();
    // The same keys at the same address; each text has an ID of its own.
    let written = IdpMetadata::parse(site.read(".samlitmus/idp-metadata.xml").as_bytes());
    assert_eq!(written.unwrap(), IdpMetadata::parse(&site.metadata()).unwrap());
    drop(served);

    // This one is, by the file that init wrote.
    let _served = site.serve(sp, ".samlitmus/idp-metadata.xml");
    let said = site.init(&[]).code(0);
    said.tells(&[
        "leads to the mock IdP",
        &format!("found   probe     {home}whoami shows who is signed in, at json:/nameId"),
        "exit 0: a run can begin",
        "next: samlitmus run",
    ]);
    assert_eq!(site.value("sp.probe", "url").unwrap(), format!("{home}whoami"));
    assert!(
        !site.read("samlitmus.toml").contains("# init:"),
        "nothing is missing any more"
    );
    let said = site.samlitmus(&["run", "baseline/*", "--driver", "http"]).code(0);
    said.tells(&["7 pass", "sp-"]);
}

#[test]
fn an_sp_that_sends_its_users_here_and_trusts_other_keys_is_told_to_trust_these() {
    let site = Site::new();
    let sp = port();
    let mut stranger = Site::with_keys_of_its_own();
    stranger.idp = site.idp;
    std::fs::write(site.path("stranger.xml"), stranger.metadata()).unwrap();
    let _served = site.serve(sp, "stranger.xml");
    let said = site.init(&[&format!("127.0.0.1:{sp}")]).code(3);
    said.tells(&[
        "leads to the mock IdP",
        "missing probe",
        "Sign-in refused",
        "let the SP trust the mock IdP",
        "exit 3: a run could not judge this SP",
    ]);
    assert!(
        !said.out.contains("--probe"),
        "the page is not what is missing: {}",
        said.out
    );
}

#[test]
fn editors_find_the_schema_beside_the_keys() {
    let site = Site::new();
    let sp = port();
    std::fs::write(site.path("idp.xml"), site.metadata()).unwrap();
    let _served = site.serve(sp, "idp.xml");
    site.init(&[&format!("http://127.0.0.1:{sp}/singlesignon/saml/metadata")])
        .code(0);
    let first = site.read("samlitmus.toml").lines().next().unwrap().to_owned();
    let at = first.strip_prefix("#:schema ").unwrap();
    assert_eq!(site.read(at), site.samlitmus(&["schema", "config"]).code(0).out);
}
