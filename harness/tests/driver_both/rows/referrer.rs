//! What a navigation says of where it comes from (Fetch, "Origin"; Referrer Policy; Fetch Metadata).

use crate::{
    row::{Row, html, posts, row, to},
    stage::At,
};

pub(crate) fn rows(at: &At) -> Vec<Row> {
    let cross = at.http("localhost", "/echo");
    let with = |policy: &str, action: &str| html(&[&format!("Referrer-Policy: {policy}")], posts(action));
    let refresh = |policy: &str, url: &str| {
        html(
            &[&format!("Referrer-Policy: {policy}")],
            format!("<meta http-equiv=refresh content='0;url={url}'>"),
        )
    };
    let sub = at.http("b.sp.example", "/echo");
    let mut rows = vec![
        row("from-same-origin", [("start", html(&[], posts("/echo")))]),
        row("from-another-site", [("start", html(&[], posts(&cross)))]),
        row("from-same-site", [("start", html(&[], posts(&sub)))])
            .at(at.http("a.sp.example", "/from-same-site/start")),
        row(
            "from-refresh",
            [(
                "start",
                html(&[], format!("<meta http-equiv=refresh content='0;url={cross}'>")),
            )],
        ),
        row(
            "from-refresh-same",
            [(
                "start",
                html(&[], "<meta http-equiv=refresh content='0;url=/echo'>"),
            )],
        ),
        row(
            "from-refresh-header",
            [("start", html(&[&format!("Refresh: 0;url={cross}")], "<p>x"))],
        ),
        row(
            "from-get-form",
            [(
                "start",
                html(
                    &[],
                    format!(
                        "<form action='{cross}'><input type=hidden name=SAMLRequest value=x></form><script>document.forms[0].submit()</script>"
                    ),
                ),
            )],
        ),
        row("from-https-to-http", [("start", html(&[], posts(&cross)))])
            .at(at.https("localhost", "/from-https-to-http/start")),
        row(
            "from-https-to-named-http",
            [("start", html(&[], posts(&at.http("sp.example", "/echo"))))],
        )
        .at(at.https("localhost", "/from-https-to-named-http/start")),
        row(
            "from-http-to-https",
            [("start", html(&[], posts(&at.https("localhost", "/echo"))))],
        ),
        row(
            "from-https-to-https",
            [("start", html(&[], posts(&at.https("sp.example", "/echo"))))],
        )
        .at(at.https("localhost", "/from-https-to-https/start")),
        row("from-long-url", [("start", html(&[], posts("/echo")))])
            .at(at.http("127.0.0.1", &format!("/from-long-url/start?{}", "a".repeat(5000)))),
        row("from-credentials", [("start", html(&[], posts("/echo")))])
            .at(format!("http://u:p@127.0.0.1:{}/from-credentials/start", at.p)),
        row(
            "credentials-and-a-challenge",
            [(
                "start",
                crate::row::answer(
                    "401 Who",
                    &["WWW-Authenticate: Basic realm=x", "Content-Type: text/html"],
                    crate::row::rests(),
                ),
            )],
        )
        .at(format!(
            "http://u:p@127.0.0.1:{}/credentials-and-a-challenge/start",
            at.p
        )),
        row(
            "to-named-http",
            [("start", to("302 F", &at.http("sp.example", "/echo")))],
        ),
        row("typed-https", []).at(at.https("localhost", "/echo")),
        row("typed-named-https", []).at(at.https("sp.example", "/echo")),
        row(
            "redirect-crosses-sites-and-back",
            [
                (
                    "start",
                    to(
                        "302 F",
                        &at.http("localhost", "/redirect-crosses-sites-and-back/two"),
                    ),
                ),
                ("two", to("302 F", &at.http("127.0.0.1", "/echo"))),
            ],
        ),
        row(
            "post-crosses-sites-and-back",
            [
                (
                    "start",
                    html(
                        &[],
                        posts(&at.http("localhost", "/post-crosses-sites-and-back/two")),
                    ),
                ),
                ("two", to("302 F", &at.http("127.0.0.1", "/echo"))),
            ],
        ),
        row(
            "form-crosses-and-back-307",
            [
                (
                    "start",
                    html(
                        &[],
                        posts(&at.http("localhost", "/form-crosses-and-back-307/two")),
                    ),
                ),
                ("two", to("307 F", &at.http("127.0.0.1", "/echo"))),
            ],
        ),
        row(
            "policy-on-redirect",
            [
                ("start", html(&[], posts("two"))),
                (
                    "two",
                    crate::row::answer("307 F", &["Location: /echo", "Referrer-Policy: no-referrer"], ""),
                ),
            ],
        ),
        row(
            "policy-on-redirect-unsafe",
            [
                ("start", html(&[], posts("two"))),
                (
                    "two",
                    crate::row::answer(
                        "302 F",
                        &[&format!("Location: {cross}"), "Referrer-Policy: unsafe-url"],
                        "",
                    ),
                ),
            ],
        ),
        row("policy-unknown", [("start", with("acme", &cross))]),
        row(
            "policy-list",
            [("start", with("no-referrer, acme, unsafe-url, acme", &cross))],
        ),
        row(
            "policy-twice",
            [(
                "start",
                html(
                    &["Referrer-Policy: no-referrer", "Referrer-Policy: unsafe-url"],
                    posts(&cross),
                ),
            )],
        ),
        row(
            "policy-meta",
            [(
                "start",
                html(
                    &[],
                    format!("<meta name=referrer content=no-referrer>{}", posts(&cross)),
                ),
            )],
        ),
        row(
            "policy-meta-never",
            [(
                "start",
                html(
                    &[],
                    format!("<meta name=referrer content=never>{}", posts("/echo")),
                ),
            )],
        ),
        row(
            "policy-meta-always",
            [(
                "start",
                html(
                    &[],
                    format!("<meta name=referrer content=always>{}", posts(&cross)),
                ),
            )],
        ),
        row(
            "policy-meta-after-header",
            [(
                "start",
                html(
                    &["Referrer-Policy: unsafe-url"],
                    format!("<meta name=referrer content=no-referrer>{}", posts(&cross)),
                ),
            )],
        ),
        row(
            "policy-meta-after-script",
            [(
                "start",
                html(
                    &[],
                    format!("{}<meta name=referrer content=no-referrer>", posts(&cross)),
                ),
            )],
        ),
        row(
            "form-rel-noreferrer",
            [(
                "start",
                html(
                    &[],
                    format!(
                        "<form rel=noreferrer method=post action='{cross}'><input type=hidden name=SAMLResponse value=x></form><script>document.forms[0].submit()</script>"
                    ),
                ),
            )],
        ),
        row(
            "redirect-to-form-origin",
            [
                (
                    "start",
                    to("302 F", &at.http("localhost", "/redirect-to-form-origin/two")),
                ),
                ("two", html(&[], posts(&at.http("127.0.0.1", "/echo")))),
            ],
        ),
    ];
    let policies: [(&str, &str, &str); 8] = [
        ("no-referrer", "policy-no-referrer", "policy-no-referrer-refresh"),
        (
            "no-referrer-when-downgrade",
            "policy-no-downgrade",
            "policy-no-downgrade-refresh",
        ),
        ("origin", "policy-origin", "policy-origin-refresh"),
        (
            "origin-when-cross-origin",
            "policy-origin-cross",
            "policy-origin-cross-refresh",
        ),
        ("same-origin", "policy-same-origin", "policy-same-origin-refresh"),
        (
            "strict-origin",
            "policy-strict-origin",
            "policy-strict-origin-refresh",
        ),
        (
            "strict-origin-when-cross-origin",
            "policy-strict-cross",
            "policy-strict-cross-refresh",
        ),
        ("unsafe-url", "policy-unsafe-url", "policy-unsafe-url-refresh"),
    ];
    for (policy, form, meta) in policies {
        rows.push(row(form, [("start", with(policy, &cross))]));
        rows.push(row(meta, [("start", refresh(policy, "/echo"))]));
    }
    rows.push(row(
        "policy-no-referrer-same-origin-post",
        [("start", with("no-referrer", "/echo"))],
    ));
    rows.push(row(
        "policy-same-origin-post",
        [("start", with("same-origin", "/echo"))],
    ));
    rows
}
