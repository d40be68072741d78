//! `samlitmus gallery` from outside: pages in, templates kept, applications made, and what is wrong told.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::path::Path;

use snapbox::cmd::{Command, OutputAssert, cargo_bin};

const PAGE: &str = "# Tutorial: Azure AD SSO integration with Tool Shed

## Scenario description

* Tool Shed supports **IDP** initiated SSO.

## Configure Azure AD SSO

1. On the **Basic SAML Configuration** section:

    a. In the **Identifier** text box, type a URL by the pattern: `https://<SUBDOMAIN>.toolshed.example/sp`

    b. In the **Reply URL** text box, type a URL by the pattern: `https://<SUBDOMAIN>.toolshed.example/acs`
";

fn gallery(folder: &Path, args: &[&str]) -> OutputAssert {
    Command::new(cargo_bin!("samlitmus"))
        .arg("gallery")
        .args(args)
        .current_dir(folder)
        .env_remove("CI")
        .env_remove("SAMLITMUS_LOG")
        .assert()
}

fn stdout(output: &OutputAssert) -> String {
    String::from_utf8(output.get_output().stdout.clone()).unwrap()
}

fn stderr(output: &OutputAssert) -> String {
    String::from_utf8(output.get_output().stderr.clone()).unwrap()
}

fn with_page() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("good.md"), PAGE).unwrap();
    folder
}

#[test]
fn bad_pages_among_good_ones_are_told_with_their_lines_and_the_good_ones_are_kept() {
    let folder = with_page();
    let bad = PAGE.replace("`https://<SUBDOMAIN>.toolshed.example/acs`", "`toolshed/acs`");
    std::fs::write(folder.path().join("bad.md"), bad).unwrap();
    std::fs::write(folder.path().join("bytes.md"), b"# Fine\n\xff\xfe").unwrap();
    std::fs::write(folder.path().join("same.md"), PAGE).unwrap();
    let output = gallery(
        folder.path(),
        &["import", "bad.md", "good.md", "bytes.md", "same.md", "none.md"],
    )
    .code(2);
    assert_eq!(stdout(&output), "imported tool-shed: Tool Shed, IdP-initiated\n");
    let told = stderr(&output);
    for line in [
        "samlitmus: bad.md: line 13: the Reply URL cannot be used: \"toolshed/acs\" is no http or https address",
        "samlitmus: bytes.md: line 2: it is not UTF-8",
        "samlitmus: same.md: it has the id \"tool-shed\", which good.md has already",
        "samlitmus: none.md: it cannot be read",
    ] {
        assert!(told.contains(line), "{line} is missing in:\n{told}");
    }
    let listed = stdout(&gallery(folder.path(), &["list"]).code(0));
    assert!(listed.starts_with("tool-shed"), "{listed}");
    assert!(
        listed.contains("endpoint-backup"),
        "what comes along is listed too"
    );
    let again = stdout(&gallery(folder.path(), &["import", "good.md"]).code(0));
    assert!(again.starts_with("replaced tool-shed"), "{again}");
}

#[test]
fn nothing_is_kept_where_no_page_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("bad.md"), "# Bread\n").unwrap();
    gallery(folder.path(), &["import", "bad.md"]).code(2);
    assert!(!folder.path().join(".samlitmus").exists());
}

#[test]
fn an_application_is_added_with_the_addresses_that_its_service_provider_needs() {
    let folder = with_page();
    gallery(folder.path(), &["import", "good.md"]).code(0);
    let args = [
        "add",
        "Tool Shed",
        "--set",
        "subdomain=acme",
        "--assign",
        "B.Simon@contoso.example",
    ];
    let added = stdout(&gallery(folder.path(), &args).code(0));
    for line in [
        "  identifier   https://acme.toolshed.example/sp\n",
        "  reply URL    https://acme.toolshed.example/acs\n",
    ] {
        assert!(added.contains(line), "{line} is missing in:\n{added}");
    }
    let app_id = added
        .lines()
        .next()
        .unwrap()
        .rsplit(' ')
        .next()
        .unwrap()
        .to_owned();
    let metadata = added.lines().find(|line| line.starts_with("  metadata")).unwrap();
    assert!(
        metadata.starts_with("  metadata     http://localhost:8400/"),
        "{metadata}"
    );
    assert!(metadata.ends_with(&format!(
        "/federationmetadata/2007-06/federationmetadata.xml?appid={app_id}"
    )));
    // An Identifier is unique in a tenant, and free in another.
    let again = stderr(&gallery(folder.path(), &args).code(2));
    assert!(
        again.contains("is used by the application Tool Shed already"),
        "{again}"
    );
    let elsewhere = [
        "add",
        "tool-shed",
        "--set",
        "subdomain=acme",
        "--tenant",
        "fabrikam.example",
    ];
    let added = stdout(&gallery(folder.path(), &elsewhere).code(0));
    assert!(added.contains("nobody is assigned yet"), "{added}");
}

#[test]
fn what_is_missing_wrong_or_unknown_adds_nothing_and_is_named() {
    let folder = with_page();
    gallery(folder.path(), &["import", "good.md"]).code(0);
    for (args, why) in [
        (
            &["add", "tool-shed"][..],
            "the Identifier lacks SUBDOMAIN; give SUBDOMAIN, or identifier itself",
        ),
        (
            &["add", "tool-shed", "--set", "subdomain=a/b"],
            "\"https://a/b.toolshed.example/sp\" does not fit",
        ),
        (
            &["add", "tool-shed", "--set", "colour=red"],
            "the template has no colour; it has SUBDOMAIN, identifier",
        ),
        (
            &["add", "tool-shed", "--set", "subdomain"],
            "has no =; write NAME=VALUE",
        ),
        (
            &["add", "hammer"],
            "there is no template \"hammer\"; there are tool-shed, endpoint-backup",
        ),
        (
            &["add", "tool-shed", "--set", "subdomain=a", "--tenant", "x"],
            "there is no tenant \"x\"; there are contoso.example",
        ),
        (
            &["add", "tool-shed", "--set", "subdomain=a", "--assign", "nobody"],
            "contoso.example has no user \"nobody\"",
        ),
    ] {
        let told = stderr(&gallery(folder.path(), args).code(2));
        assert!(told.contains(why), "{why} is missing in:\n{told}");
    }
    gallery(folder.path(), &["add", "tool-shed", "--set", "subdomain=a"]).code(0);
}

#[test]
fn facts_written_by_hand_are_checked_become_a_file_and_are_imported() {
    let folder = tempfile::tempdir().unwrap();
    let bad = ["new", "Lamp", "--initiation", "sp", "--reply-url", "lamp"];
    assert!(stderr(&gallery(folder.path(), &bad).code(2)).contains("the Reply URL cannot be used"));
    assert!(!folder.path().join("lamp.toml").exists());
    let good = [
        "new",
        "Lamp",
        "--initiation",
        "idp",
        "--identifier",
        "lamp",
        "--reply-url",
        "https://<ID>.lamp.example/acs",
        "--claim",
        "mail=user.mail",
        "--role-claim",
        "role",
        "--sign",
        "both",
        "--download",
        "metadata-xml",
    ];
    gallery(folder.path(), &good).code(0);
    assert!(
        stderr(&gallery(folder.path(), &good).code(2)).contains("cannot be written"),
        "it is left alone"
    );
    gallery(folder.path(), &["import", "lamp.toml"]).code(0);
    let shown = stdout(&gallery(folder.path(), &["show", "lamp"]).code(0));
    for line in [
        "takes --set ID, identifier",
        "option = \"both\"",
        "source = \"user.assignedroles\"",
    ] {
        assert!(shown.contains(line), "{line} is missing in:\n{shown}");
    }
    let json: serde_json::Value =
        serde_json::from_str(&stdout(&gallery(folder.path(), &["list", "--json"]).code(0))).unwrap();
    assert_eq!(json[0]["template"]["id"], "lamp");
    assert_eq!(json[0]["origin"], "imported");
    assert_eq!(json[1]["origin"], "comes-along");
}

#[test]
fn an_application_that_is_in_no_gallery_is_added_with_its_identifier_and_reply_url() {
    let folder = tempfile::tempdir().unwrap();
    let add = |more: &[&str]| gallery(folder.path(), &[&["add", "Our Billing"], more].concat());
    let urls = [
        "--identifier",
        "https://billing.example/sp",
        "--reply-url",
        "https://billing.example/acs",
    ];
    let said = stdout(&add(&[&urls[..], &["--everyone"]].concat()).code(0));
    for line in [
        "Our Billing  application id ",
        "  identifier   https://billing.example/sp\n",
        "  reply URL    https://billing.example/acs\n",
        "  metadata     http://localhost:8400/",
    ] {
        assert!(said.contains(line), "{line:?} is missing in:\n{said}");
    }
    assert!(stderr(&add(&urls).code(2)).contains("used by the application Our Billing already"));
    let half = stderr(&add(&urls[..2]).code(2));
    assert!(half.contains("both --identifier and --reply-url"), "{half}");
    let wrong = ["--identifier", "urn:other", "--reply-url", "billing/acs"];
    assert!(stderr(&add(&wrong).code(2)).contains("Reply URL"));
}
