//! Where a page may not go: `form-action`, `sandbox`, upgrades, and headers that only look as if they stopped it (CSP level 3;
//! Fetch; Clear Site Data).

use crate::{
    row::{Row, answer, html, posts, row, to},
    stage::At,
};

pub(crate) fn rows(at: &At) -> Vec<Row> {
    let submits = posts("/echo");
    let csp = |policy: &str| html(&[&format!("Content-Security-Policy: {policy}")], posts("/echo"));
    let page = |policy: &str, body: String| html(&[&format!("Content-Security-Policy: {policy}")], body);
    let cross = at.http("localhost", "/echo");
    vec![
        row("form-action-none", [("start", csp("form-action 'none'"))]).names("form-action"),
        row("form-action-self", [("start", csp("form-action 'self'"))]),
        row(
            "form-action-not-from-default",
            [("start", csp("default-src 'none'; script-src 'unsafe-inline'"))],
        ),
        row(
            "form-action-self-elsewhere",
            [("start", page("form-action 'self'", posts(&cross)))],
        )
        .names("form-action"),
        row(
            "form-action-host",
            [("start", page("form-action localhost:*", posts(&cross)))],
        ),
        row(
            "form-action-host-without-port",
            [("start", page("form-action localhost", posts(&cross)))],
        )
        .names("form-action"),
        row(
            "form-action-origin",
            [(
                "start",
                page(&format!("form-action http://localhost:{}", at.p), posts(&cross)),
            )],
        ),
        row(
            "form-action-scheme",
            [("start", page("form-action http:", posts(&cross)))],
        ),
        row(
            "form-action-https-only",
            [("start", page("form-action https:", posts(&cross)))],
        )
        .names("form-action"),
        row(
            "form-action-star",
            [("start", page("form-action *", posts(&cross)))],
        ),
        row(
            "form-action-wildcard",
            [(
                "start",
                page(
                    &format!("form-action http://*.sp.example:{}", at.p),
                    posts(&at.http("a.sp.example", "/echo")),
                ),
            )],
        ),
        row(
            "form-action-wildcard-not-itself",
            [(
                "start",
                page(
                    "form-action http://*.sp.example:*",
                    posts(&at.http("sp.example", "/echo")),
                ),
            )],
        )
        .names("form-action"),
        row(
            "form-action-path",
            [("start", page("form-action 127.0.0.1:*/echo", posts("/echo")))],
        ),
        row(
            "form-action-other-path",
            [("start", page("form-action 127.0.0.1:*/acs", posts("/echo")))],
        )
        .names("form-action"),
        row(
            "form-action-redirect",
            [
                ("start", page("form-action 'self'", posts("two"))),
                ("two", to("302 Found", &cross)),
            ],
        )
        .names("form-action"),
        row(
            "form-action-redirect-307",
            [
                ("start", page("form-action 'self'", posts("two"))),
                ("two", to("307 T", &cross)),
            ],
        )
        .names("form-action"),
        row(
            "form-action-redirect-same-origin",
            [
                ("start", page("form-action 'self'", posts("two"))),
                ("two", to("302 Found", "/echo")),
            ],
        ),
        row(
            "form-action-redirect-other-path",
            [
                (
                    "start",
                    page(
                        "form-action 127.0.0.1:*/form-action-redirect-other-path/",
                        posts("two"),
                    ),
                ),
                ("two", to("302 Found", "/echo")),
            ],
        ),
        row(
            "form-action-redirect-second",
            [
                ("start", page("form-action 'self' localhost:*", posts("two"))),
                (
                    "two",
                    to(
                        "302 Found",
                        &at.http("localhost", "/form-action-redirect-second/three"),
                    ),
                ),
                ("three", to("302 Found", &at.http("sp.example", "/echo"))),
            ],
        )
        .names("form-action"),
        row(
            "form-action-of-redirecting-page",
            [
                ("start", posts_to("two")),
                (
                    "two",
                    answer(
                        "302 F",
                        &["Location: /echo", "Content-Security-Policy: form-action 'none'"],
                        "",
                    ),
                ),
            ],
        ),
        row(
            "form-action-then-page-redirects",
            [
                ("start", page("form-action 'self'", posts("two"))),
                (
                    "two",
                    html(&[], format!("<meta http-equiv=refresh content='0;url={cross}'>")),
                ),
            ],
        ),
        row(
            "form-action-after-load",
            [(
                "start",
                page(
                    "form-action 'self'",
                    format!("<meta http-equiv=refresh content='0;url={cross}'>"),
                ),
            )],
        ),
        row("navigate-to", [("start", csp("navigate-to 'none'"))]),
        row(
            "x-frame-options",
            [("start", html(&["X-Frame-Options: DENY"], &submits))],
        ),
        row(
            "base-uri-none",
            [(
                "start",
                page(
                    "base-uri 'none'",
                    format!("<base href='/elsewhere/'>{}", posts("echo")),
                ),
            )],
        ),
        row("sandbox", [("start", csp("sandbox"))]).names("sandbox"),
        row("sandbox-scripts", [("start", csp("sandbox allow-scripts"))]).names("sandbox"),
        row("sandbox-forms", [("start", csp("sandbox allow-forms"))]).names("sandbox"),
        row(
            "sandbox-scripts-and-forms",
            [("start", csp("sandbox allow-scripts allow-forms"))],
        ),
        row(
            "sandbox-all-but-origin",
            [(
                "start",
                csp("sandbox allow-scripts allow-forms allow-top-navigation"),
            )],
        ),
        row(
            "sandbox-same-origin",
            [(
                "start",
                csp("sandbox allow-scripts allow-forms allow-same-origin"),
            )],
        ),
        row(
            "sandbox-refresh",
            [(
                "start",
                page(
                    "sandbox",
                    "<meta http-equiv=refresh content='0;url=/echo'>".to_owned(),
                ),
            )],
        )
        .names("sandbox"),
        row(
            "sandbox-refresh-scripts",
            [(
                "start",
                page(
                    "sandbox allow-scripts",
                    "<meta http-equiv=refresh content='0;url=/echo'>".to_owned(),
                ),
            )],
        ),
        row(
            "sandbox-refresh-header",
            [(
                "start",
                html(
                    &["Content-Security-Policy: sandbox", "Refresh: 0;url=/echo"],
                    "<p>words",
                ),
            )],
        ),
        row(
            "sandbox-cookie",
            [(
                "start",
                html(
                    &["Content-Security-Policy: sandbox", "Set-Cookie: a=1; Path=/"],
                    "<p>words",
                ),
            )],
        ),
        row(
            "sandbox-on-redirect",
            [(
                "start",
                answer(
                    "302 F",
                    &["Location: /echo", "Content-Security-Policy: sandbox"],
                    "",
                ),
            )],
        ),
        row(
            "upgrade-insecure",
            [(
                "start",
                page(
                    "upgrade-insecure-requests",
                    posts(&format!("http://sp.example:{}/echo", at.t)),
                ),
            )],
        ),
        row(
            "upgrade-insecure-refresh",
            [(
                "start",
                page(
                    "upgrade-insecure-requests",
                    format!(
                        "<meta http-equiv=refresh content='0;url=http://sp.example:{}/echo'>",
                        at.t
                    ),
                ),
            )],
        )
        .at(at.http("sp.example", "/upgrade-insecure-refresh/start")),
        row(
            "upgrade-insecure-refresh-elsewhere",
            [(
                "start",
                page(
                    "upgrade-insecure-requests",
                    format!(
                        "<meta http-equiv=refresh content='0;url={}'>",
                        at.http("other.example", "/echo")
                    ),
                ),
            )],
        )
        .at(at.http("sp.example", "/upgrade-insecure-refresh-elsewhere/start")),
        row(
            "upgrade-insecure-link",
            [(
                "start",
                page(
                    "upgrade-insecure-requests",
                    format!(
                        "<meta http-equiv=refresh content='0;url={}'>",
                        at.http("127.0.0.1", "/echo")
                    ),
                ),
            )],
        ),
        row(
            "trusted-types",
            [("start", csp("require-trusted-types-for 'script'"))],
        ),
        row(
            "coop",
            [(
                "start",
                html(&["Cross-Origin-Opener-Policy: same-origin"], &submits),
            )],
        ),
        row(
            "coop-sandbox",
            [(
                "start",
                html(
                    &[
                        "Cross-Origin-Opener-Policy: same-origin",
                        "Content-Security-Policy: sandbox allow-scripts allow-forms",
                    ],
                    &submits,
                ),
            )],
        ),
        row(
            "coep",
            [(
                "start",
                html(&["Cross-Origin-Embedder-Policy: require-corp"], &submits),
            )],
        ),
        row(
            "corp",
            [(
                "start",
                html(&["Cross-Origin-Resource-Policy: same-origin"], &submits),
            )],
        ),
        row(
            "permissions-policy",
            [("start", html(&["Permissions-Policy: sync-xhr=()"], &submits))],
        ),
        row(
            "clear-site-data-cookies",
            [(
                "start",
                html(
                    &["Set-Cookie: a=1; Path=/", "Clear-Site-Data: \"cookies\""],
                    "<p>words",
                ),
            )],
        ),
        row(
            "clear-site-data-before",
            [
                (
                    "start",
                    answer("302 F", &["Set-Cookie: a=1; Path=/", "Location: two"], ""),
                ),
                (
                    "two",
                    answer("302 F", &["Clear-Site-Data: \"*\"", "Location: /echo"], ""),
                ),
            ],
        ),
        row(
            "clear-site-data-unquoted",
            [(
                "start",
                html(
                    &["Set-Cookie: a=1; Path=/", "Clear-Site-Data: cookies"],
                    "<p>words",
                ),
            )],
        ),
        row(
            "clear-site-data-storage",
            [(
                "start",
                html(
                    &["Set-Cookie: a=1; Path=/", "Clear-Site-Data: \"storage\""],
                    "<p>words",
                ),
            )],
        ),
    ]
}

fn posts_to(action: &str) -> Vec<u8> {
    html(&[], posts(action))
}
