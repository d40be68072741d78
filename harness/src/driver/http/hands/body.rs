//! How an entry list travels (HTML, sections 4.10.21.5 to 4.10.21.8).

use std::borrow::Cow;

use base64::prelude::*;
use encoding_rs::Encoding;
use url::form_urlencoded;

use super::entries::Entry;
use crate::driver::visit::line_breaks;

/// `application/x-www-form-urlencoded`: the body of a POST, or the query of a GET.
pub(super) fn urlencoded(entries: &[Entry], encoding: &'static Encoding) -> String {
    let encode = encoder(|text| encoding.encode(text).0);
    let mut out = form_urlencoded::Serializer::new(String::new());
    out.encoding_override(Some(&encode));
    for entry in entries {
        out.append_pair(&line_breaks(&entry.name), &line_breaks(&entry.value));
    }
    out.finish()
}

/// A closure of the type that [`form_urlencoded`] wants.
fn encoder<F: for<'a> Fn(&'a str) -> Cow<'a, [u8]>>(encode: F) -> F {
    encode
}

/// `text/plain`.
pub(super) fn plain(entries: &[Entry], encoding: &'static Encoding) -> Vec<u8> {
    let line = |entry: &Entry| format!("{}={}\r\n", line_breaks(&entry.name), line_breaks(&entry.value));
    let text: String = entries.iter().map(line).collect();
    encoding.encode(&text).0.into_owned()
}

/// `multipart/form-data`: the type with its boundary, and the body.
pub(super) fn multipart(entries: &[Entry], encoding: &'static Encoding) -> (String, Vec<u8>) {
    let boundary = boundary();
    let mut body = Vec::new();
    for entry in entries {
        let name = line_breaks(&entry.name)
            .replace('\r', "%0D")
            .replace('\n', "%0A")
            .replace('"', "%22");
        let mut part = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"");
        if entry.file {
            part.push_str("; filename=\"\"\r\nContent-Type: application/octet-stream");
        }
        part.push_str("\r\n\r\n");
        part.push_str(&line_breaks(&entry.value));
        part.push_str("\r\n");
        body.extend_from_slice(&encoding.encode(&part).0);
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    (format!("multipart/form-data; boundary={boundary}"), body)
}

/// A line that stands in no value: 96 random bits of it.
fn boundary() -> String {
    let mut random = [0; 12];
    // Without them the line is one that nobody writes by chance either.
    let _ = openssl::rand::rand_bytes(&mut random);
    format!(
        "----WebKitFormBoundary{}",
        BASE64_URL_SAFE_NO_PAD.encode(random).replace(['-', '_'], "A")
    )
}
