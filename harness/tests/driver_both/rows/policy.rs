//! Which scripts of a page run (Content Security Policy level 3).

use crate::{
    row::{Row, answer, form, html, posts, row},
    stage::At,
};

pub(crate) fn rows(_: &At) -> Vec<Row> {
    let submits = posts("/echo");
    let csp = |policy: &str| html(&[&format!("Content-Security-Policy: {policy}")], posts("/echo"));
    let page = |policy: &str, body: String| html(&[&format!("Content-Security-Policy: {policy}")], body);
    let onload = format!("<body onload='document.forms[0].submit()'>{}", form("/echo"));
    let nonce = |nonce: &str| {
        format!(
            "{}<script nonce='{nonce}'>document.forms[0].submit()</script>",
            form("/echo")
        )
    };
    let meta = |policy: &str| {
        html(
            &[],
            format!(
                "<!doctype html><meta http-equiv=Content-Security-Policy content=\"{policy}\">{}",
                posts("/echo")
            ),
        )
    };
    let src = |at: &str| format!("{}<script src='{at}'></script>", form("/echo"));
    let script = || {
        answer(
            "200 OK",
            &["Content-Type: text/javascript"],
            "document.forms[0].submit()",
        )
    };
    vec![
        row("csp-none", [("start", csp("default-src 'none'"))]).names("script-src"),
        row("csp-script-none", [("start", csp("script-src 'none'"))]).names("script-src"),
        row("csp-script-self", [("start", csp("script-src 'self'"))]).names("script-src"),
        row(
            "csp-script-unsafe-inline",
            [("start", csp("script-src 'unsafe-inline'"))],
        ),
        row(
            "csp-default-unsafe-inline",
            [("start", csp("default-src 'self' 'unsafe-inline'"))],
        ),
        row(
            "csp-unsafe-inline-under-nonce",
            [("start", csp("script-src 'unsafe-inline' 'nonce-abc'"))],
        )
        .names("script-src"),
        row(
            "csp-unsafe-inline-under-strict-dynamic",
            [("start", csp("script-src 'unsafe-inline' 'strict-dynamic'"))],
        )
        .names("script-src"),
        row(
            "csp-nonce",
            [("start", page("script-src 'nonce-abc'", nonce("abc")))],
        ),
        row(
            "csp-nonce-wrong",
            [("start", page("script-src 'nonce-abc'", nonce("abd")))],
        )
        .names("script-src"),
        row("csp-hash", [("start", csp("script-src 'sha256-HASH256'"))]).names("script-src"),
        row(
            "csp-hash-right",
            [(
                "start",
                csp(&format!("script-src '{}'", hash("document.forms[0].submit()"))),
            )],
        ),
        row(
            "csp-onload-none",
            [("start", page("script-src 'self'", onload.clone()))],
        )
        .names("script-src"),
        row(
            "csp-onload-unsafe-inline",
            [("start", page("script-src 'unsafe-inline'", onload.clone()))],
        ),
        row(
            "csp-onload-hash",
            [(
                "start",
                page(
                    &format!("script-src '{}'", hash("document.forms[0].submit()")),
                    onload.clone(),
                ),
            )],
        )
        .names("script-src"),
        row(
            "csp-onload-unsafe-hashes",
            [(
                "start",
                page(
                    &format!(
                        "script-src 'unsafe-hashes' '{}'",
                        hash("document.forms[0].submit()")
                    ),
                    onload.clone(),
                ),
            )],
        ),
        row(
            "csp-script-src-attr",
            [(
                "start",
                page(
                    "script-src 'unsafe-inline'; script-src-attr 'none'",
                    onload.clone(),
                ),
            )],
        )
        .names("script-src"),
        row(
            "csp-script-src-elem",
            [("start", csp("script-src 'none'; script-src-elem 'unsafe-inline'"))],
        ),
        row(
            "csp-external-self",
            [
                ("start", page("script-src 'self'", src("go.js"))),
                ("go.js", script()),
            ],
        ),
        row(
            "csp-external-none",
            [
                ("start", page("script-src 'none'", src("go.js"))),
                ("go.js", script()),
            ],
        )
        .names("script-src"),
        row(
            "csp-external-host",
            [
                ("start", page("script-src 127.0.0.1:*", src("go.js"))),
                ("go.js", script()),
            ],
        ),
        row(
            "csp-external-path",
            [
                ("start", page("script-src 127.0.0.1:*/other/", src("go.js"))),
                ("go.js", script()),
            ],
        )
        .names("script-src"),
        row(
            "csp-external-scheme",
            [
                ("start", page("script-src https:", src("go.js"))),
                ("go.js", script()),
            ],
        )
        .names("script-src"),
        row(
            "csp-external-star",
            [("start", page("script-src *", src("go.js"))), ("go.js", script())],
        ),
        row(
            "external",
            [("start", html(&[], src("go.js"))), ("go.js", script())],
        ),
        row("external-missing", [("start", html(&[], src("gone.js")))]).names("script"),
        row(
            "external-elsewhere",
            [
                ("start", html(&[], src("do-not.js"))),
                (
                    "do-not.js",
                    answer("200 OK", &["Content-Type: text/javascript"], "1"),
                ),
            ],
        )
        .names("script"),
        row(
            "external-nosniff-html",
            [
                ("start", html(&[], src("go.js"))),
                (
                    "go.js",
                    answer(
                        "200 OK",
                        &["Content-Type: text/html", "X-Content-Type-Options: nosniff"],
                        "document.forms[0].submit()",
                    ),
                ),
            ],
        )
        .names("script"),
        row(
            "csp-report-only",
            [(
                "start",
                html(
                    &["Content-Security-Policy-Report-Only: default-src 'none'; form-action 'none'"],
                    &submits,
                ),
            )],
        ),
        row(
            "csp-two-headers",
            [(
                "start",
                html(
                    &[
                        "Content-Security-Policy: script-src 'unsafe-inline'",
                        "Content-Security-Policy: script-src 'none'",
                    ],
                    &submits,
                ),
            )],
        )
        .names("script-src"),
        row(
            "csp-two-in-one",
            [("start", csp("script-src 'unsafe-inline', script-src 'none'"))],
        )
        .names("script-src"),
        row(
            "csp-directive-twice",
            [("start", csp("script-src 'unsafe-inline'; script-src 'none'"))],
        ),
        row("csp-nonsense", [("start", csp("acme; ;; script-src"))]).names("script-src"),
        row("csp-meta", [("start", meta("script-src 'none'"))]).names("script-src"),
        row("csp-meta-form-action", [("start", meta("form-action 'none'"))]).names("form-action"),
        row("csp-meta-sandbox-ignored", [("start", meta("sandbox"))]),
        row(
            "csp-meta-after-script",
            [(
                "start",
                html(
                    &[],
                    format!(
                        "{submits}<meta http-equiv=Content-Security-Policy content=\"script-src 'none'\">"
                    ),
                ),
            )],
        ),
        row(
            "csp-meta-in-body",
            [(
                "start",
                html(
                    &[],
                    format!(
                        "<body><meta http-equiv=Content-Security-Policy content=\"form-action 'none'\">{submits}"
                    ),
                ),
            )],
        ),
        row("csp-frame-ancestors", [("start", csp("frame-ancestors 'none'"))]),
    ]
}

fn hash(script: &str) -> String {
    use base64::{Engine as _, prelude::BASE64_STANDARD};
    let digest = openssl::hash::hash(openssl::hash::MessageDigest::sha256(), script.as_bytes()).unwrap();
    format!("sha256-{}", BASE64_STANDARD.encode(digest))
}
