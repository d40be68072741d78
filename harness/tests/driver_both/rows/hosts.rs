//! How hosts are written and where they lead (WHATWG URL; RFC 6761; UTS 46).

use crate::{
    row::{Row, html, row, to},
    stage::At,
};

pub(crate) fn rows(at: &At) -> Vec<Row> {
    let p = at.p;
    let go = |url: String| [("start", to("302 F", &url))];
    vec![
        row("host-localhost-below", go(at.http("app.localhost", "/echo"))),
        row("host-localhost-deep-below", go(at.http("a.b.localhost", "/echo"))),
        row("host-localhost-with-dot", go(at.http("localhost.", "/echo"))),
        row("host-localhost-capital", go(at.http("LocalHost", "/echo"))),
        row(
            "host-localhost-below-https",
            go(at.https("app.localhost", "/echo")),
        ),
        row(
            "host-localhost-cookie",
            [(
                "start",
                crate::row::answer(
                    "302 F",
                    &[
                        &format!("Location: {}", at.http("b.localhost", "/echo")),
                        "Set-Cookie: a=1; Path=/; Domain=localhost",
                        "Set-Cookie: b=1; Path=/; Secure",
                    ],
                    "",
                ),
            )],
        )
        .at(at.http("a.localhost", "/host-localhost-cookie/start")),
        row("host-localdomain", go(at.http("localhost.localdomain", "/echo"))),
        row("host-decimal", go(format!("http://2130706433:{p}/echo"))),
        row("host-hexadecimal", go(format!("http://0x7f.1:{p}/echo"))),
        row("host-octal", go(format!("http://0177.0.0.1:{p}/echo"))),
        row("host-short", go(format!("http://127.1:{p}/echo"))),
        row("host-percent", go(format!("http://%31%32%37.0.0.1:{p}/echo"))),
        row("host-full-width", go(format!("http://１２７.0.0.1:{p}/echo"))),
        row("host-address-with-dot", go(format!("http://127.0.0.1.:{p}/echo"))),
        row(
            "host-mapped-address",
            go(format!("http://[::ffff:127.0.0.1]:{p}/echo")),
        ),
        row("host-other-loopback", go(format!("http://127.0.0.2:{p}/echo"))),
        row("host-zero", go(format!("http://0.0.0.0:{p}/echo"))),
        row("host-idn", go(at.http("bücher.example", "/echo"))),
        row("host-idn-capital", go(at.http("BÜCHER.example", "/echo"))),
        row("host-punycode", go(at.http("xn--bcher-kva.example", "/echo"))),
        row("host-sharp-s", go(at.http("straße.example", "/echo"))),
        row("host-ideographic-dot", go(at.http("sp。example", "/echo"))),
        row("host-soft-hyphen", go(at.http("s\u{ad}p.example", "/echo"))),
        row("host-with-dot", go(at.http("sp.example.", "/echo"))),
        row("host-unknown", go(at.http("nobody.example", "/echo"))),
        row("host-with-underscore", go(at.http("a_b.example", "/echo"))),
        row("host-with-space", go(at.http("a b.example", "/echo"))).names("no URL"),
        row("host-forbidden-character", go(at.http("a<b.example", "/echo"))),
        row("host-empty", go("http:///echo".to_owned())),
        row("host-at-sign", go(format!("http://127.0.0.1@localhost:{p}/echo"))),
        row("port-default", go("http://127.0.0.1:80/".to_owned())),
        row("port-out-of-range", go("http://127.0.0.1:99999/".to_owned())),
        row("port-zero", go("http://127.0.0.1:0/".to_owned())),
        row("port-unsafe-6000", go("http://127.0.0.1:6000/".to_owned())),
        row("port-refused", go("http://127.0.0.1:1/".to_owned())),
        row("url-upper-scheme", go(format!("HTTP://127.0.0.1:{p}/echo"))),
        row("url-dots", go(at.http("127.0.0.1", "/a/../b/./../echo"))),
        row("url-encoded-dots", go(at.http("127.0.0.1", "/a/%2e%2E/echo"))),
        row(
            "url-odd-characters",
            go(at.http("127.0.0.1", "/x|{}\"<>`^/echo?|{}\"<>`^'\\#|{}\"<>`")),
        ),
        row("url-broken-percent", go(at.http("127.0.0.1", "/%zz%/echo?%zz%"))),
        row("url-tabs", go(at.http("127.0.0.1", "/ec\tho"))),
        row("url-fragment-percent", go(at.http("127.0.0.1", "/echo#a%20b c"))),
        row(
            "hsts-is-not-for-addresses",
            [(
                "start",
                html(
                    &["Strict-Transport-Security: max-age=1000"],
                    format!(
                        "<meta http-equiv=refresh content='0;url={}'>",
                        at.http("127.0.0.1", "/echo")
                    ),
                ),
            )],
        )
        .at(at.https("127.0.0.1", "/hsts-is-not-for-addresses/start")),
        row(
            "hsts",
            [(
                "start",
                html(
                    &["Strict-Transport-Security: max-age=1000"],
                    format!(
                        "<meta http-equiv=refresh content='0;url=http://sp.example:{}/echo'>",
                        at.t
                    ),
                ),
            )],
        )
        .at(at.https("sp.example", "/hsts/start"))
        .names("Strict-Transport-Security"),
        row(
            "hsts-in-the-clear",
            [(
                "start",
                html(
                    &["Strict-Transport-Security: max-age=1000"],
                    format!(
                        "<meta http-equiv=refresh content='0;url={}'>",
                        at.http("sp.example", "/echo")
                    ),
                ),
            )],
        )
        .at(at.http("sp.example", "/hsts-in-the-clear/start")),
        row("tls-to-a-clear-port", go(format!("https://127.0.0.1:{p}/echo"))),
        row(
            "clear-to-a-tls-port",
            go(format!("http://127.0.0.1:{}/echo", at.t)),
        ),
    ]
}
