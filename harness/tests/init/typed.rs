//! What is typed: URLs, options, and shells that complete them.

use super::site::{Site, listener, port};

#[test]
fn without_a_url_it_says_how_to_name_one() {
    let site = Site::new();
    site.init(&[])
        .code(2)
        .tells(&["where is the SP?", "samlitmus init http://127.0.0.1:8080/"]);
    for wrong in ["ftp://127.0.0.1/", "http://", "http://127.0.0.1:{port}/"] {
        site.init(&[wrong]).code(2).tells(&["is no URL of an SP"]);
    }
    let url = format!("http://127.0.0.1:{}/", port());
    site.init(&[&url, "--metadata", "missing.xml"])
        .code(2)
        .tells(&["there is no file missing.xml"]);
    site.samlitmus(&["init", &url, "--listen", "127.0.0.1:0"])
        .code(2)
        .tells(&["give [idp] listen a port"]);
}

#[test]
fn a_host_that_is_named_may_be_asked_and_it_is_said() {
    let site = Site::new();
    let said = site.init(&["http://app.billing.invalid/"]).code(3);
    said.tells(&["sends nothing to any host but 127.0.0.1, localhost, ::1, app.billing.invalid"]);
}

#[test]
fn nobody_is_asked_on_a_pipe() {
    let site = Site::new();
    let (there, _) = listener(|stream| {
        use std::io::Write;
        let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    });
    let said = site.init(&[&format!("http://127.0.0.1:{there}/")]).code(2);
    for question in ["no metadata was found. Its URL", "the SP's entity ID"] {
        assert!(
            !said.err.contains(question) && !said.out.contains(question),
            "{said:#?}"
        );
    }
    let text = site.read("samlitmus.toml");
    assert!(
        text.contains("# init: not found at the usual places\n#metadata = "),
        "{text}"
    );
    assert!(
        !text.contains("127.0.0.1:9/"),
        "what stands on the pipe is no answer"
    );
}

#[test]
fn shells_and_manuals_know_every_command() {
    let site = Site::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let said = site.samlitmus(&["completions", shell]).code(0);
        said.tells(&["samlitmus", "doctor", "init", "probe", "gallery"]);
    }
    let said = site.samlitmus(&["man"]).code(0);
    said.tells(&[".TH samlitmus 1", "litmus test"]);
    site.samlitmus(&["man", "--out", "man/man1"]).code(0);
    for page in [
        "samlitmus",
        "samlitmus-init",
        "samlitmus-run",
        "samlitmus-gallery-add",
        "samlitmus-idp-metadata",
    ] {
        let page = site.read(&format!("man/man1/{page}.1"));
        assert!(page.contains(".SH NAME"), "{page}");
    }
    assert!(site.read("man/man1/samlitmus-init.1").contains("probe"));
}
