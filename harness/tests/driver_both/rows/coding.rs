//! Content codings and charsets (RFC 9110, section 8.4; WHATWG Encoding and HTML, "Determining the character encoding").

use std::io::Write as _;

use flate2::{
    Compression,
    write::{DeflateEncoder, GzEncoder, ZlibEncoder},
};

use crate::{
    row::{Row, answer, html, posts, rests, row},
    stage::At,
};

/// `posts("/echo")` is long to write by hand; this is `<p>words` by the reference encoders.
const BROTLI: &[u8] = b"\x8b\x03\x80<p>words\x03";
const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd\x04\x58\x41\x00\x00<p>words\x39\x23\x72\x74";

pub(crate) fn rows(at: &At) -> Vec<Row> {
    let submits = posts("/echo");
    let coded = |coding: &str, body: &[u8]| html(&[&format!("Content-Encoding: {coding}")], body);
    let gz = gzip(submits.as_bytes());
    let charset = |kind: &str, body: &[u8]| answer("200 OK", &[&format!("Content-Type: {kind}")], body);
    vec![
        row("gzip", [("start", coded("gzip", &gz))]),
        row("x-gzip", [("start", coded("x-gzip", &gz))]),
        row("gzip-in-capitals", [("start", coded("GZip", &gz))]),
        row("gzip-not-packed", [("start", coded("gzip", submits.as_bytes()))]),
        row("gzip-cut-off", [("start", coded("gzip", &gz[..gz.len() - 12]))]),
        row("gzip-wrong-checksum", [("start", coded("gzip", &wrong(&gz)))]),
        row("gzip-and-more-after", [("start", coded("gzip", &[&gz[..], b"garbage"].concat()))]),
        row("gzip-twice", [("start", coded("gzip, gzip", &gzip(&gz)))]),
        row("gzip-two-members", [("start", coded("gzip", &[gzip(b"<p>one"), gzip(b"<p>two")].concat()))]),
        row("gzip-empty", [("start", coded("gzip", b""))]),
        row("gzip-said-twice", [("start", html(&["Content-Encoding: gzip", "Content-Encoding: gzip"], gzip(&gz)))]),
        row("gzip-bomb", [("start", coded("gzip", &gzip(&vec![b' '; 30 << 20])))]).names("longer than"),
        row("gzip-on-redirect", [("start", answer("302 Found", &["Location: /echo", "Content-Encoding: gzip"], b"not packed"))]),
        row("deflate-zlib", [("start", coded("deflate", &zlib(submits.as_bytes())))]),
        row("deflate-raw", [("start", coded("deflate", &deflate(submits.as_bytes())))]),
        row("deflate-not-packed", [("start", coded("deflate", b"<p>words"))]),
        row("brotli", [("start", coded("br", BROTLI))]),
        row("brotli-broken", [("start", coded("br", b"<p>words"))]),
        row("brotli-https", [("start", coded("br", BROTLI))]).at(at.https("localhost", "/brotli-https/start")),
        row("brotli-named-http", [("start", coded("br", BROTLI))]).at(at.http("sp.example", "/brotli-named-http/start")),
        row("zstd", [("start", coded("zstd", ZSTD))]),
        row("zstd-broken", [("start", coded("zstd", b"<p>words"))]),
        row("coding-identity", [("start", coded("identity", submits.as_bytes()))]),
        row("coding-unknown", [("start", coded("acme", submits.as_bytes()))]),
        row("coding-unknown-and-gzip", [("start", coded("acme, gzip", &gz))]),
        row("coding-utf-8", [("start", coded("utf-8", submits.as_bytes()))]),
        row("coding-empty", [("start", coded("", submits.as_bytes()))]),
        row("coding-compress", [("start", coded("compress", submits.as_bytes()))]),
        row("charset-latin-1", [("start", charset("text/html; charset=iso-8859-1", b"<title>\xe4\x80</title><p>\xf6"))]),
        row("charset-windows-1251", [("start", charset("text/html; charset=windows-1251", b"<title>\xcf\xf0</title><p>\xcf"))]),
        row("charset-shift-jis", [("start", charset("text/html; charset=Shift_JIS", b"<p>\x83e\x83X"))]),
        row("charset-quoted", [("start", charset("text/html; charset=\"windows-1251\"", b"<p>\xcf"))]),
        row("charset-unknown", [("start", charset("text/html; charset=acme", b"<p>\xe4"))]),
        row("charset-utf-16", [("start", charset("text/html; charset=utf-16", &wide("<title>ä</title><p>ö")))]),
        row("charset-utf-7", [("start", charset("text/html; charset=utf-7", b"<p>+AOQ-"))]),
        row("charset-none-ascii", [("start", charset("text/html", b"<p>words"))]),
        row("charset-none-latin-1", [("start", charset("text/html", b"<title>x</title><p>\xe4\xf6 und \xfc"))]),
        row("charset-none-utf-8", [("start", charset("text/html", "<title>x</title><p>Grüße aus Köln, schöne Übungen für Ärzte, äöü ÄÖÜ ß und noch viel mehr".as_bytes()))]),
        row("charset-meta", [("start", charset("text/html", b"<meta charset=windows-1251><title>\xcf</title><p>\xcf"))]),
        row("charset-meta-http-equiv", [("start", charset("text/html", b"<meta http-equiv=Content-Type content='text/html; charset=windows-1251'><p>\xcf"))]),
        row("charset-meta-utf-16", [("start", charset("text/html", b"<meta charset=utf-16><p>\xc3\xa4"))]),
        row("charset-meta-in-comment", [("start", charset("text/html", b"<!-- <meta charset=windows-1251> --><meta charset=utf-8><p>\xc3\xa4"))]),
        row("charset-meta-after-1024", [("start", charset("text/html", &[b"<!--".to_vec(), vec![b'x'; 1100], b"--><meta charset=windows-1251><p>\xcf".to_vec()].concat()))]),
        row("charset-meta-against-header", [("start", charset("text/html; charset=utf-8", b"<meta charset=windows-1251><p>\xc3\xa4"))]),
        row("charset-bom-against-header", [("start", charset("text/html; charset=windows-1251", b"\xef\xbb\xbf<p>\xc3\xa4"))]),
        row("charset-bom-utf-16", [("start", charset("text/html; charset=utf-8", &[&b"\xff\xfe"[..], &wide("<p>ö")].concat()))]),
        row("charset-broken-utf-8", [("start", charset("text/html; charset=utf-8", b"<p>a\xffb\xc3("))]),
        row("charset-plain-text-latin-1", [("start", charset("text/plain; charset=latin1", b"\xe4"))]),
        row("charset-plain-text-none", [("start", charset("text/plain", b"words \xc3\xa4"))]),
        row("charset-json", [("start", charset("application/json", "{\"a\": \"ä\"}".as_bytes()))]),
        row("charset-json-latin-1", [("start", charset("application/json; charset=iso-8859-1", "{\"a\": \"ä\"}".as_bytes()))]),
        row("charset-xml-declaration", [("start", charset("text/xml", b"<?xml version='1.0' encoding='windows-1251'?><a>\xcf</a>"))]),
        row("charset-form-in-windows-1251", [("start", charset("text/html; charset=windows-1251", &[&b"<form method=post action=/echo><input type=hidden name=SAMLResponse value='\xcf \xe4'><input type=hidden name=RelayState value='&#8364;&#128512;'></form><script>document.forms[0].submit()</script>"[..]].concat()))]),
        row("charset-form-accepts", [("start", html(&[], "<form method=post action=/echo accept-charset='acme windows-1251 utf-8'><input type=hidden name=SAMLResponse value='П ä'></form><script>document.forms[0].submit()</script>"))]),
        row("charset-form-accepts-utf-16", [("start", html(&[], "<form method=post action=/echo accept-charset='utf-16'><input type=hidden name=SAMLResponse value='П'></form><script>document.forms[0].submit()</script>"))]),
        row("charset-form-says-charset", [("start", html(&[], "<form method=post action=/echo accept-charset=windows-1251><input type=hidden name=SAMLResponse value='П'><input type=hidden name=_charset_></form><script>document.forms[0].submit()</script>"))]),
        row("charset-query-of-action", [("start", charset("text/html; charset=windows-1251", b"<form method=post action='/echo?\xcf=\xcf'><input type=hidden name=SAMLResponse value=x></form><script>document.forms[0].submit()</script>"))]),
        row("charset-nul-characters", [("start", html(&[], "<p>a\0b</p>"))]),
        row("rests-in-html", [("start", html(&[], rests()))]),
    ]
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::best());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut out = ZlibEncoder::new(Vec::new(), Compression::best());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut out = DeflateEncoder::new(Vec::new(), Compression::best());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

/// The checksum is another content's.
fn wrong(packed: &[u8]) -> Vec<u8> {
    let mut out = packed.to_vec();
    let at = out.len() - 6;
    out[at] ^= 0xFF;
    out
}

/// UTF-16, little end first.
fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}
