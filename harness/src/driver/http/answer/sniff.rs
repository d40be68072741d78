//! What Chromium takes an answer for that does not say what it is (`net/base/mime_sniffer.cc`).

/// Bytes that are looked at.
const LOOK: usize = 512;
/// Beginnings of a page, in any case.
const TAGS: [&str; 18] = [
    "<!doctype html",
    "<script",
    "<html",
    "<!--",
    "<head",
    "<iframe",
    "<h1",
    "<div",
    "<font",
    "<table",
    "<a",
    "<style",
    "<title",
    "<b",
    "<body",
    "<br",
    "<p",
    "<?xml",
];

/// The type of an answer that declares `essence`, which may be nothing.
pub(super) fn sniff(essence: &str, body: &[u8], sniffing: bool) -> String {
    let unknown =
        !essence.contains('/') || matches!(essence, "unknown/unknown" | "application/unknown" | "*/*");
    let start = body.get(..LOOK).unwrap_or(body);
    match (unknown, sniffing) {
        (true, false) => "text/plain".to_owned(),
        (true, true) => guess(start).to_owned(),
        (false, true) if essence == "text/plain" && is_binary(start) => "application/octet-stream".to_owned(),
        (false, _) => essence.to_owned(),
    }
}

fn guess(start: &[u8]) -> &'static str {
    let text = String::from_utf8_lossy(start).to_ascii_lowercase();
    let text = text.trim_start_matches('\u{feff}').trim_ascii_start();
    match TAGS.iter().find(|tag| text.starts_with(**tag)) {
        Some(&"<?xml") => "text/xml",
        Some(_) => "text/html",
        None if start.starts_with(b"%PDF-") => "application/pdf",
        None if start.starts_with(b"GIF8") => "image/gif",
        None if start.starts_with(b"\x89PNG\r\n\x1a\n") => "image/png",
        None if start.starts_with(b"\xff\xd8\xff") => "image/jpeg",
        None if is_binary(start) => "application/octet-stream",
        None => "text/plain",
    }
}

/// Bytes that stand in no text, unless a byte order mark says otherwise.
fn is_binary(start: &[u8]) -> bool {
    let marked = [&b"\xfe\xff"[..], b"\xff\xfe", b"\xef\xbb\xbf"]
        .iter()
        .any(|mark| start.starts_with(mark));
    !marked
        && start
            .iter()
            .any(|byte| matches!(byte, 0..=8 | 0x0B | 0x0E..=0x1A | 0x1C..=0x1F))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_without_a_type_is_what_it_begins_with() {
        for (body, kind) in [
            (&b"\n <!-- x --><form>"[..], "text/html"),
            (b"<form>", "text/plain"),
            (b"<?xml version='1.0'?>", "text/xml"),
            (b"{}", "text/plain"),
            (b"", "text/plain"),
            (b"\x00\x01", "application/octet-stream"),
        ] {
            assert_eq!(sniff("", body, true), kind, "{body:?}");
        }
        assert_eq!(sniff("", b"<html>", false), "text/plain");
        assert_eq!(sniff("html", b"<html>", true), "text/html");
        assert_eq!(sniff("text/plain", b"<html>", true), "text/plain");
        assert_eq!(sniff("text/plain", b"\0", true), "application/octet-stream");
    }
}
