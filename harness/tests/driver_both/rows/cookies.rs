//! Cookies (RFC 6265bis, as Chromium has it).

use crate::{
    row::{Row, answer, html, posts, row, to},
    stage::At,
};

pub(crate) fn rows(at: &At) -> Vec<Row> {
    let sets = |lines: &[&str]| {
        let lines: Vec<String> = lines.iter().map(|line| format!("Set-Cookie: {line}")).collect();
        html(&lines.iter().map(String::as_str).collect::<Vec<_>>(), "<p>words")
    };
    let then = |lines: &[&str], location: &str| {
        let lines: Vec<String> = lines
            .iter()
            .map(|line| format!("Set-Cookie: {line}"))
            .chain([format!("Location: {location}")])
            .collect();
        answer("302 F", &lines.iter().map(String::as_str).collect::<Vec<_>>(), "")
    };
    let kinds = [
        "s=1; SameSite=Strict; Path=/",
        "l=1; SameSite=Lax; Path=/",
        "n=1; SameSite=None; Secure; Path=/",
        "u=1; Path=/",
    ];
    let named = |name: &str, row: &str| at.http(name, &format!("/{row}/start"));
    let secure = |name: &str, row: &str| at.https(name, &format!("/{row}/start"));
    vec![
        row("cookie-kinds-typed", [("start", then(&kinds, "/echo"))]),
        row("cookie-kinds-cross-post", [("start", then(&kinds, &at.http("localhost", "/cookie-kinds-cross-post/two"))), ("two", html(&[], posts(&at.http("127.0.0.1", "/echo"))))]),
        row("cookie-kinds-cross-post-redirects", [("start", then(&kinds, &at.http("localhost", "/cookie-kinds-cross-post-redirects/two"))), ("two", html(&[], posts(&at.http("127.0.0.1", "/cookie-kinds-cross-post-redirects/three")))), ("three", to("303 F", "/echo"))]),
        row("cookie-kinds-cross-post-307", [("start", then(&kinds, &at.http("localhost", "/cookie-kinds-cross-post-307/two"))), ("two", html(&[], posts(&at.http("127.0.0.1", "/cookie-kinds-cross-post-307/three")))), ("three", to("307 F", "/echo"))]),
        row("cookie-kinds-cross-refresh", [("start", then(&kinds, &at.http("localhost", "/cookie-kinds-cross-refresh/two"))), ("two", html(&[], format!("<meta http-equiv=refresh content='0;url={}'>", at.http("127.0.0.1", "/echo"))))]),
        row("cookie-kinds-cross-redirect", [("start", then(&kinds, &at.http("localhost", "/cookie-kinds-cross-redirect/two"))), ("two", to("302 F", &at.http("127.0.0.1", "/echo")))]),
        row("cookie-set-in-cross-post", [("start", html(&[], posts(&at.http("localhost", "/cookie-set-in-cross-post/two")))), ("two", then(&kinds, "/echo"))]),
        row("cookie-schemeful", [("start", then(&kinds, &at.http("sp.example", "/cookie-schemeful/two"))), ("two", html(&[], posts(&at.https("sp.example", "/echo"))))]).at(secure("sp.example", "cookie-schemeful")),
        row("cookie-subdomain-post", [("start", then(&["s=1; SameSite=Strict; Path=/; Domain=sp.example"], &at.http("b.sp.example", "/cookie-subdomain-post/two"))), ("two", html(&[], posts(&at.http("a.sp.example", "/echo"))))]).at(named("a.sp.example", "cookie-subdomain-post")),
        row("cookie-public-suffix-post", [("start", then(&["s=1; SameSite=Strict; Path=/"], &at.http("b.github.io", "/cookie-public-suffix-post/two"))), ("two", html(&[], posts(&at.http("a.github.io", "/echo"))))]).at(named("a.github.io", "cookie-public-suffix-post")),
        row("cookie-for-public-suffix", [("start", then(&["a=1; Path=/; Domain=github.io", "b=1; Path=/; Domain=a.github.io"], "/echo"))]).at(named("a.github.io", "cookie-for-public-suffix")),
        row("cookie-for-wildcard-suffix", [("start", then(&["a=1; Path=/; Domain=kawasaki.jp", "b=1; Path=/; Domain=a.kawasaki.jp"], "/echo"))]).at(named("a.kawasaki.jp", "cookie-for-wildcard-suffix")),
        row("cookie-for-parent", [("start", then(&["a=1; Path=/; Domain=sp.example", "b=1; Path=/; Domain=.sp.example", "c=1; Path=/; Domain=example", "d=1; Path=/; Domain=b.sp.example"], &at.http("b.sp.example", "/echo")))]).at(named("a.sp.example", "cookie-for-parent")),
        row("cookie-for-itself-with-dot", [("start", then(&["a=1; Path=/; Domain=sp.example.", "b=1; Path=/"], "/echo"))]).at(named("sp.example", "cookie-for-itself-with-dot")),
        row("cookie-for-address", [("start", sets(&["a=1; Path=/; Domain=127.0.0.1", "b=1; Path=/; Domain=.127.0.0.1", "c=1; Path=/; Domain=0.0.1"]))]),
        row("cookie-for-localhost", [("start", then(&["a=1; Path=/; Domain=localhost", "b=1; Path=/; Domain=.localhost"], "/echo"))]).at(named("localhost", "cookie-for-localhost")),
        row("cookie-domain-upper-and-idn", [("start", then(&["a=1; Path=/; Domain=XN--BCHER-KVA.example", "b=1; Path=/; Domain=bücher.example"], "/echo"))]).at(named("bücher.example", "cookie-domain-upper-and-idn")),
        row("cookie-domain-twice", [("start", then(&["a=1; Path=/; Domain=other.example; Domain=sp.example", "b=1; Path=/; Domain=sp.example; Domain=", "c=1; Path=/; Domain="], &at.http("a.sp.example", "/echo")))]).at(named("sp.example", "cookie-domain-twice")),
        row("cookie-secure-in-the-clear", [("start", then(&["a=1; Path=/; Secure", "b=1; Path=/"], "/echo"))]).at(named("sp.example", "cookie-secure-in-the-clear")),
        row("cookie-secure-on-localhost", [("start", then(&["a=1; Path=/; Secure", "b=1; Path=/"], "/echo"))]).at(named("localhost", "cookie-secure-on-localhost")),
        row("cookie-secure-not-shadowed", [("start", then(&["a=1; Path=/; Secure"], &at.http("sp.example", "/cookie-secure-not-shadowed/two"))), ("two", then(&["a=2; Path=/", "a=3; Path=/x"], &at.https("sp.example", "/echo")))]).at(secure("sp.example", "cookie-secure-not-shadowed")),
        row("cookie-secure-goes-not-in-the-clear", [("start", then(&["a=1; Path=/; Secure", "b=1; Path=/"], &at.http("sp.example", "/echo")))]).at(secure("sp.example", "cookie-secure-goes-not-in-the-clear")),
        row("cookie-none-without-secure", [("start", sets(&["a=1; Path=/; SameSite=None", "b=1; Path=/; SameSite=acme", "c=1; Path=/; SameSite"]))]),
        row("cookie-prefixes", [("start", sets(&["__Host-a=1; Path=/; Secure", "__Host-b=1; Path=/", "__Host-c=1; Secure", "__Host-d=1; Path=/; Secure; Domain=127.0.0.1", "__Secure-e=1; Path=/; Secure", "__Secure-f=1; Path=/", "__HOST-g=1; Path=/", "__Http-h=1; Path=/; Secure; HttpOnly", "__Http-i=1; Path=/; Secure", "__Host-Http-j=1; Path=/; Secure; HttpOnly", "=__Host-k=1; Path=/"]))]),
        row("cookie-prefix-host-default-path", [("start", sets(&["__Host-a=1; Secure", "__Host-b=1; Path=/; Secure"])), ("x", vec![])]),
        row("cookie-partitioned", [("start", sets(&["a=1; Path=/; Partitioned; Secure", "b=1; Path=/; Partitioned", "__Host-c=1; Path=/; Secure; Partitioned; SameSite=None"]))]),
        row("cookie-partitioned-and-not", [("start", sets(&["a=1; Path=/; Partitioned; Secure", "a=2; Path=/; Secure"]))]),
        row("cookie-partitioned-from-cross-site", [("start", then(&["a=1; Path=/; Partitioned; Secure; SameSite=None"], &at.http("localhost", "/cookie-partitioned-from-cross-site/two"))), ("two", html(&[], posts(&at.http("127.0.0.1", "/echo"))))]),
        row("cookie-too-long", [("start", sets(&[&format!("a={}; Path=/", "x".repeat(4095)), &format!("b={}; Path=/", "x".repeat(4096)), &format!("c=1; Path=/{}", "x".repeat(1024))]))]),
        row("cookie-path-too-long", [("start", sets(&[&format!("a=1; Path=/{}", "x".repeat(1023)), &format!("b=1; Path=/; Domain={}", "x".repeat(1025))]))]),
        row("cookie-200-of-them", [("start", sets(&(0..200).map(|n| format!("c{n}=1; Path=/")).collect::<Vec<_>>().iter().map(String::as_str).collect::<Vec<_>>()))]),
        row("cookie-many-secure", [("start", sets(&(0..200).map(|n| format!("c{n}=1; Path=/{}", if n % 2 == 0 { "; Secure" } else { "" })).collect::<Vec<_>>().iter().map(String::as_str).collect::<Vec<_>>()))]),
        row("cookie-syntax", [("start", sets(&["a = 1 ; path=/", "b; Path=/", "=c; Path=/", "d=; Path=/", "e=\"q; r\"; Path=/", "f=a=b; Path=/", " g\t=\t1; Path=/", "h=1,2; Path=/", "i=1;;;Path=/", "j=1; Path=/; acme=x", ";k=1", "=; Path=/", "l=1; PATH = /"]))]),
        row("cookie-control-characters", [("start", raw(b"Set-Cookie: a=1\x01; Path=/\r\nSet-Cookie: b=1\t2; Path=/\r\nSet-Cookie: c\t=1; Path=/\r\nSet-Cookie: d=\x7f; Path=/\r\nSet-Cookie: e=1; Path=/\r\n"))]),
        row("cookie-nul", [("start", raw(b"Set-Cookie: a=1\0; Path=/\r\nSet-Cookie: b=1; Path=/\r\n"))]),
        row("cookie-not-ascii", [("start", raw("Set-Cookie: a=ä; Path=/\r\nSet-Cookie: ö=1; Path=/\r\n".as_bytes()))]),
        row("cookie-latin-1", [("start", raw(b"Set-Cookie: a=\xe4; Path=/\r\nSet-Cookie: b=1; Path=/\r\n"))]),
        row("cookie-paths", [("start", sets(&["a=1", "b=1; Path=/cookie-paths", "c=1; Path=/echo", "d=1; Path=/echo/", "e=1; Path=/ech", "f=1; Path=echo", "g=1; Path=", "h=1; Path=\"/\"", "i=1; Path=/ECHO", "j=1; Path=/%65cho"]))]),
        row("cookie-order", [("start", sets(&["a=1; Path=/", "b=1; Path=/echo", "c=1; Path=/", "a=2; Path=/"]))]),
        row("cookie-expires", [("start", sets(&["a=1; Path=/; Max-Age=0", "b=1; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "c=1; Path=/; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "d=1; Path=/; Max-Age=x", "e=1; Path=/; Expires=nonsense", "f=1; Path=/; Max-Age=-1", "g=1; Path=/; Expires=0", "h=1; Path=/; Max-Age=\"60\"", "i=1; Path=/; Expires=Wed, 21 Oct 2015", "j=1; Path=/; Expires=Sun, 06-Nov-94 08:49:37 GMT", "k=1; Path=/; Max-Age=+60", "l=1; Path=/; Max-Age= 0"]))]),
        row("cookie-expires-odd", [("start", sets(&["a=1; Path=/; Expires=-1", "b=1; Path=/; Expires=Tue, 01 Jan 2030 25:00:00 GMT", "c=1; Path=/; Expires=Sun Nov  6 08:49:37 1994", "d=1; Path=/; Expires=31 Feb 2020 00:00:00", "e=1; Path=/; Expires=Mon, 01 Jan 0001 00:00:00 GMT", "f=1; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Expires=nonsense", "g=1; Path=/; Expires=1 1 1"]))]),
        row("cookie-deleted", [("start", then(&["a=1; Path=/", "b=1; Path=/"], "two")), ("two", then(&["a=; Path=/; Max-Age=0", "b=; Max-Age=0"], "/echo"))]),
        row("cookie-ports", [("start", then(&["a=1; Path=/", "s=1; Path=/; Secure"], &at.https("localhost", "/echo")))]).at(named("localhost", "cookie-ports")),
        row("cookie-http-against-https", [("start", then(&["a=1; Path=/"], &at.https("sp.example", "/cookie-http-against-https/two"))), ("two", html(&[], posts(&at.https("sp.example", "/echo"))))]).at(named("sp.example", "cookie-http-against-https")),
        row("cookie-on-error", [("start", answer("500 No", &["Set-Cookie: a=1; Path=/"], ""))]),
        row("cookie-on-download", [("start", answer("200 OK", &["Set-Cookie: a=1; Path=/", "Content-Disposition: attachment"], ""))]),
        row("cookie-before-broken-body", [("start", b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1; Path=/\r\nContent-Type: text/html\r\nContent-Length: 1000\r\nConnection: close\r\n\r\n<p>words".to_vec())]),
        row("cookie-before-broken-coding", [("start", html(&["Set-Cookie: a=1; Path=/", "Content-Encoding: gzip"], "words"))]),
        row("cookie-in-one-line", [("start", raw(b"Set-Cookie: a=1; Path=/, b=1; Path=/\r\n"))]),
        row("cookie-meta", [("start", html(&[], "<meta http-equiv=Set-Cookie content='a=1; Path=/'><p>words"))]),
        row("cookie-document", [("start", html(&[], "<script>document.cookie = 'a=1; path=/'</script><p>words"))]).names("script"),
    ]
}

fn raw(lines: &[u8]) -> Vec<u8> {
    [
        &b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"[..],
        lines,
        b"Connection: close\r\n\r\n<p>words",
    ]
    .concat()
}
