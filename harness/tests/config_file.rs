//! The configuration file: what it gives, and the one sentence for each thing that is wrong with it.

use std::{path::Path, time::Duration};

use proptest::prelude::*;
use samlitmus::config::{Config, ConfigError, Metadata};

const LEAST: &str = r#"[sp]
name = "billing"
metadata = "http://127.0.0.1:8080/saml/metadata"
[sp.probe]
url = "http://127.0.0.1:8080/me"
"#;

fn parse(text: &str) -> Result<Config, ConfigError> {
    let variable = |name: &str| (name == "SP_PORT").then(|| "9090".to_owned());
    Config::parse(text, Path::new("conf/samlitmus.toml"), &variable)
}

fn complaint(text: &str) -> String {
    parse(text).expect_err("should be refused").to_string()
}

#[test]
fn three_keys_are_enough() {
    let config = parse(LEAST).unwrap();
    assert_eq!(
        config.metadata(),
        Some(Metadata::Url("http://127.0.0.1:8080/saml/metadata"))
    );
    assert_eq!(config.sp.allow, ["127.0.0.1", "::1", "localhost"]);
    assert_eq!(config.run.jobs, 8);
    assert_eq!(config.run.timeout(), Duration::from_secs(10));
    assert_eq!(config.idp.listen().unwrap().port(), 8400);
    assert!(config.idle().is_empty());
}

#[test]
fn every_key_of_the_contract_is_understood() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("test-ca.pem"), "").unwrap();
    let text = r#"
[sp]
name      = "billing"
metadata  = "http://127.0.0.1:${SP_PORT}/saml/metadata"
login     = "http://127.0.0.1:8080/login"
allow     = ["127.0.0.1", "localhost"]
resolve   = { "acme.backup.autotask.net" = "127.0.0.1:8443" }
ca        = "test-ca.pem"
headers   = { "X-Test" = "1" }
start     = "docker-compose up -d"
ready     = "https://acme.backup.autotask.net/health"
stop      = "docker-compose down"
log       = "docker-compose logs"
reset     = "true"
restart   = "true"
refresh   = "true"
provision = "./add-user.sh {name_id}"
expendable = false
[sp.probe]
url       = "http://127.0.0.1:8080/me"
identity  = "json:/nameId"
token     = "local-storage:auth#/token"
header    = "X-Auth: {token}"
before    = ["http://127.0.0.1:8080/"]
wait-for  = ".user, #sign-in"
users     = "http://127.0.0.1:8080/admin/users"
[sp.second]
entity_id = "urn:second"
acs       = "http://127.0.0.1:8081/acs"
[idp]
listen    = "127.0.0.1:8400"
url       = "http://localhost:8400"
tenant    = "contoso.example"
[idp.azure]
audience_spn = "never"
[oob]
listen    = "127.0.0.1:0"
url       = "http://127.0.0.1:8500"
[users.victim]
name_id   = "admin@contoso.example"
[run]
jobs      = 8
"#;
    let variable = |name: &str| (name == "SP_PORT").then(|| "9090".to_owned());
    let config = Config::parse(text, &folder.path().join("samlitmus.toml"), &variable).unwrap();
    assert_eq!(
        config.metadata(),
        Some(Metadata::Url("http://127.0.0.1:9090/saml/metadata"))
    );
    assert_eq!(
        config.users.victim.name_id.as_deref(),
        Some("admin@contoso.example")
    );
    assert_eq!(config.path("test-ca.pem"), folder.path().join("test-ca.pem"));
    // Read, and not acted on yet: whoever sets them is told.
    assert_eq!(config.idle(), ["[sp.probe] users", "[sp.second]"]);
}

#[test]
fn a_misspelt_key_is_named_with_its_line_and_the_nearest_right_one() {
    let text = LEAST.replace("metadata =", "metdata =");
    assert_eq!(
        complaint(&text),
        "conf/samlitmus.toml, line 3: there is no key `metdata` in [sp]; did you mean `metadata`?"
    );
    let text = format!("{LEAST}identiy = \"json:/x\"\n");
    assert_eq!(
        complaint(&text),
        "conf/samlitmus.toml, line 6: there is no key `identiy` in [sp.probe]; did you mean `identity`?"
    );
    let text = format!("{LEAST}[user.victim]\nname_id = \"x\"\n");
    assert_eq!(
        complaint(&text),
        "conf/samlitmus.toml, line 6: there is no key `user` at the top; did you mean `users`?"
    );
}

#[test]
fn what_is_missing_is_asked_for() {
    assert_eq!(
        complaint("[sp]\nname = \"a\"\nmetadata = \"http://localhost/m\"\n"),
        "conf/samlitmus.toml, line 1: the table [sp.probe] is missing; its url is a page that only a signed-in user sees"
    );
    assert_eq!(
        complaint(""),
        "conf/samlitmus.toml, line 1: the table [sp] is missing; it names the SP under test"
    );
    let text = LEAST.replace(
        "metadata = \"http://127.0.0.1:8080/saml/metadata\"\n",
        "entity_id = \"urn:x\"\n",
    );
    assert!(
        complaint(&text).contains("or entity_id and acs"),
        "{}",
        complaint(&text)
    );
    assert_eq!(
        complaint(&LEAST.replace(":8080/me", ":8080/${NOT_SET}")),
        "conf/samlitmus.toml, line 5: the environment variable NOT_SET is not set; set it, or write the value here"
    );
}

#[test]
fn a_missing_file_says_how_to_go_on() {
    let error = Config::load(Path::new("/nowhere/samlitmus.toml")).unwrap_err();
    assert!(matches!(error, ConfigError::Missing(_)));
    assert!(error.to_string().contains("samlitmus run --demo"));
}

#[test]
fn values_that_cannot_be_meant_are_refused_with_their_line() {
    for (from, to, line, words) in [
        (
            "name = \"billing\"",
            "name = \"../up\"",
            2,
            "cannot name a folder",
        ),
        (
            "http://127.0.0.1:8080/me",
            "127.0.0.1/me",
            5,
            "starts with http:// or https://",
        ),
        (
            "http://127.0.0.1:8080/me",
            "http://example.com/me",
            5,
            "not in [sp] allow",
        ),
        (
            "http://127.0.0.1:8080/saml/metadata",
            "metadata.xml",
            3,
            "there is no file conf/metadata.xml",
        ),
        (
            "name = \"billing\"",
            "name = \"b\"\nallow = [\"http://x\"]",
            3,
            "is no host",
        ),
        (
            "name = \"billing\"",
            "name = \"b\"\nresolve = { a = \"b\" }",
            3,
            "is no address with a port",
        ),
        (
            "name = \"billing\"",
            "name = \"b\"\nheaders = { \"a b\" = \"c\" }",
            3,
            "is no name of a header",
        ),
        (
            "/me\"\n",
            "/me\"\nidentity = \"xpath://x\"\n",
            6,
            "json:, css:, regex:, header: or jwt:",
        ),
        (
            "/me\"\n",
            "/me\"\nidentity = \"regex:(a)(b)\"\n",
            6,
            "exactly one group",
        ),
        ("/me\"\n", "/me\"\nidentity = \"regex:(a\"\n", 6, "does not read"),
        (
            "url = \"http://127.0.0.1:8080/me\"\n",
            "",
            4,
            "an API that says who asks",
        ),
        (
            "/me\"\n",
            "/me\"\nidentity = \"jwt:sub\"\n",
            6,
            "token = \"url:#access_token\"",
        ),
        (
            "/me\"\n",
            "/me\"\ntoken = \"storage:x\"\n",
            6,
            "local-storage:KEY",
        ),
        ("/me\"\n", "/me\"\ntoken = \"json:x\"\n", 6, "begins with a slash"),
        (
            "/me\"\n",
            "/me\"\nheader = \"X: {token}\"\n",
            6,
            "there is no token for it",
        ),
        (
            "/me\"\n",
            "/me\"\ntoken = \"url:?t\"\nheader = \"X: t\"\n",
            7,
            "Authorization: Bearer {token}",
        ),
        ("/me\"\n", "/me\"\nwait-for = \"a[\"\n", 6, "no CSS selector"),
        (
            "/me\"\n",
            "/me\"\nbefore = [\"http://elsewhere.example/\"]\n",
            6,
            "not in [sp] allow",
        ),
        (
            "/me\"\n",
            "/me\"\n[idp]\nlisten = \"0.0.0.0:80\"\n",
            7,
            "would serve every network",
        ),
        (
            "/me\"\n",
            "/me\"\n[idp]\nhttps = \"localhost\"\n",
            7,
            "is no address with a port",
        ),
        (
            "/me\"\n",
            "/me\"\n[idp]\nurl = \"http://127.0.0.1:8400\"\n",
            7,
            "may not share the host",
        ),
        ("/me\"\n", "/me\"\n[run]\njobs = 0\n", 7, "not between 1 and 64"),
        (
            "/me\"\n",
            "/me\"\n[run]\ntimeout = \"soon\"\n",
            7,
            "write 10s or 500ms",
        ),
        (
            "/me\"\n",
            "/me\"\n[run]\ndriver = \"curl\"\n",
            7,
            "auto, http, browser",
        ),
    ] {
        let complaint = complaint(&LEAST.replace(from, to));
        assert!(
            complaint.starts_with(&format!("conf/samlitmus.toml, line {line}: ")),
            "{complaint}"
        );
        assert!(complaint.contains(words), "{complaint}");
        assert_eq!(complaint.lines().count(), 1, "{complaint}");
    }
}

proptest! {
    #[test]
    fn arbitrary_text_never_panics(text in any::<String>()) {
        let _ = parse(&text);
    }

    #[test]
    fn a_damaged_file_never_panics_and_complains_in_one_line(at in 0usize..LEAST.len(), garbage in "[\\PC\"\\[\\]=\n${}]{0,8}") {
        let mut text = LEAST.to_owned();
        text.insert_str(at, &garbage);
        if let Err(error) = parse(&text) {
            prop_assert_eq!(error.to_string().lines().count(), 1);
        }
    }
}
