//! Statuses and redirects (Fetch, "HTTP-redirect fetch"; RFC 9110, section 15).

use crate::{
    row::{Row, answer, html, rests, row, to},
    stage::At,
};

pub(crate) fn rows(at: &At) -> Vec<Row> {
    let other = at.http("localhost", "/echo");
    let mut rows = Vec::new();
    let methods = [
        ("post-301", "301 Moved"),
        ("post-302", "302 Found"),
        ("post-303", "303 See Other"),
        ("post-307", "307 Temporary"),
        ("post-308", "308 Permanent"),
    ];
    for (name, status) in methods {
        rows.push(row(name, [("start", to(status, "/echo"))]).posted_from(at.http("127.0.0.1", "")));
    }
    rows.extend([
        row("post-307-crosses-origins", [("start", to("307 T", &other))])
            .posted_from(at.http("127.0.0.1", "")),
        row(
            "post-307-crosses-back",
            [
                (
                    "start",
                    to("307 T", &at.http("localhost", "/post-307-crosses-back/two")),
                ),
                ("two", to("307 T", &at.http("127.0.0.1", "/echo"))),
            ],
        )
        .posted_from(at.http("127.0.0.1", "")),
        row("post-302-crosses-origins", [("start", to("302 T", &other))])
            .posted_from(at.http("127.0.0.1", "")),
        row(
            "redirect-without-location",
            [(
                "start",
                answer("302 Found", &["Content-Type: text/html"], rests()),
            )],
        ),
        row(
            "redirect-with-empty-location",
            [(
                "start",
                answer("302 Found", &["Location:", "Content-Type: text/html"], rests()),
            )],
        ),
        row(
            "redirect-to-nonsense",
            [(
                "start",
                answer(
                    "302 Found",
                    &["Location: http://[", "Content-Type: text/html"],
                    rests(),
                ),
            )],
        ),
        row(
            "redirect-300",
            [(
                "start",
                answer(
                    "300 Many",
                    &["Location: /echo", "Content-Type: text/html"],
                    rests(),
                ),
            )],
        ),
        row(
            "redirect-304",
            [("start", answer("304 Not Modified", &["Location: /echo"], ""))],
        ),
        row(
            "redirect-305",
            [(
                "start",
                answer(
                    "305 Proxy",
                    &["Location: /echo", "Content-Type: text/html"],
                    rests(),
                ),
            )],
        ),
        row(
            "redirect-201",
            [(
                "start",
                answer(
                    "201 Created",
                    &["Location: /echo", "Content-Type: text/html"],
                    rests(),
                ),
            )],
        ),
        row(
            "location-twice-alike",
            [(
                "start",
                answer("302 Found", &["Location: /echo", "Location: /echo"], ""),
            )],
        ),
        row(
            "location-twice-unlike",
            [(
                "start",
                answer("302 Found", &["Location: /echo?1", "Location: /echo?2"], ""),
            )],
        ),
        row(
            "location-with-fragment",
            [("start", to("302 Found", "/echo#there"))],
        ),
        row(
            "location-takes-fragment-along",
            [("start", to("302 Found", "/echo"))],
        )
        .at(at.http("127.0.0.1", "/location-takes-fragment-along/start#here")),
        row("location-utf-8", [("start", to("302 Found", "/echo?ä=ö"))]),
        row("location-latin-1", [("start", latin("/echo?\u{e4}"))]),
        row(
            "location-with-spaces",
            [("start", to("302 Found", "  /a b/echo?c d"))],
        ),
        row(
            "location-with-backslashes",
            [("start", to("302 Found", &format!("\\\\localhost:{}\\echo", at.p)))],
        ),
        row(
            "location-without-scheme",
            [("start", to("302 Found", &format!("//localhost:{}/echo", at.p)))],
        ),
        row(
            "location-odd-scheme-form",
            [("start", to("302 Found", "http:/echo"))],
        ),
        row(
            "location-with-credentials",
            [(
                "start",
                to("302 Found", &format!("http://u:p@127.0.0.1:{}/echo", at.p)),
            )],
        ),
        row("location-data", [("start", to("302 Found", "data:text/html,x"))]),
        row(
            "location-javascript",
            [("start", to("302 Found", "javascript:alert(1)"))],
        ),
        row(
            "location-file",
            [("start", to("302 Found", "file:///etc/passwd"))],
        ),
        row("location-about", [("start", to("302 Found", "about:blank"))]),
        row(
            "location-custom-scheme",
            [("start", to("302 Found", "myapp://signed-in"))],
        ),
        row(
            "location-unsafe-port",
            [("start", to("302 Found", "http://127.0.0.1:25/"))],
        ),
        row(
            "redirect-sets-cookies",
            [(
                "start",
                answer("302 Found", &["Location: /echo", "Set-Cookie: a=1; Path=/"], ""),
            )],
        ),
        row("redirect-circle", [("start", to("302 Found", "start"))]),
        row(
            "no-content",
            [(
                "start",
                answer("204 No Content", &["Set-Cookie: a=1; Path=/"], ""),
            )],
        ),
        row("reset-content", [("start", answer("205 Reset Content", &[], ""))]),
        row(
            "no-content-after-redirect",
            [
                ("start", to("302 Found", "two")),
                ("two", answer("204 No Content", &[], "")),
            ],
        ),
        row(
            "early-hints",
            [(
                "start",
                [
                    b"HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n".to_vec(),
                    html(&[], rests()),
                ]
                .concat(),
            )],
        ),
        row(
            "continue-first",
            [(
                "start",
                [b"HTTP/1.1 100 Continue\r\n\r\n".to_vec(), html(&[], rests())].concat(),
            )],
        ),
        row(
            "status-400-with-page",
            [("start", answer("400 Bad", &["Content-Type: text/html"], rests()))],
        ),
        row("status-404-empty", [("start", answer("404 Not Found", &[], ""))]),
        row(
            "status-500-empty",
            [("start", answer("500 Broken", &["Content-Type: text/html"], ""))],
        ),
        row(
            "status-401-basic",
            [(
                "start",
                answer(
                    "401 Who",
                    &["WWW-Authenticate: Basic realm=x", "Content-Type: text/html"],
                    rests(),
                ),
            )],
        ),
        row(
            "status-401-without-challenge",
            [("start", answer("401 Who", &["Content-Type: text/html"], rests()))],
        ),
        row(
            "status-401-bearer",
            [(
                "start",
                answer(
                    "401 Who",
                    &["WWW-Authenticate: Bearer", "Content-Type: text/html"],
                    rests(),
                ),
            )],
        ),
        row(
            "status-407",
            [(
                "start",
                answer(
                    "407 Proxy",
                    &["Proxy-Authenticate: Basic realm=x", "Content-Type: text/html"],
                    rests(),
                ),
            )],
        ),
        row(
            "status-999",
            [("start", answer("999 Odd", &["Content-Type: text/html"], rests()))],
        ),
        row(
            "status-600",
            [("start", answer("600 Odd", &["Content-Type: text/html"], rests()))],
        ),
        row(
            "status-099",
            [("start", answer("099 Odd", &["Content-Type: text/html"], rests()))],
        )
        .names("RFC 9112"),
    ]);
    rows
}

fn latin(location: &str) -> Vec<u8> {
    let mut out = b"HTTP/1.1 302 Found\r\nLocation: ".to_vec();
    out.extend(location.chars().map(|c| u8::try_from(u32::from(c)).unwrap()));
    out.extend_from_slice(b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    out
}
