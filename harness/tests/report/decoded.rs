//! `decode`: however a message is wrapped, and whatever is no message.

use base64::prelude::{BASE64_STANDARD, Engine};
use proptest::prelude::*;
use saml::binding;
use samlitmus::cli::decode::{DecodeError, Found, find, show};

use super::told;

fn one(input: &str) -> Found {
    let mut found = find(input.as_bytes()).unwrap();
    assert_eq!(found.len(), 1);
    found.remove(0)
}

fn request() -> String {
    "<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_q\" Version=\"2.0\"/>"
        .to_owned()
}

#[test]
fn every_wrapping_comes_off() {
    let (xml, _) = told::signed_response();
    let post = binding::encode_post(xml.as_bytes());
    let escaped = binding::percent_encode(&post);
    let query = binding::redirect_query("SAMLRequest", &request(), Some("a b"));
    for (input, wrapping) in [
        (xml.clone(), vec![]),
        (post.clone(), vec!["Base64"]),
        (
            format!(
                "  {}\n",
                post.as_bytes()
                    .chunks(64)
                    .map(|l| String::from_utf8_lossy(l))
                    .collect::<Vec<_>>()
                    .join("\r\n")
            ),
            vec!["Base64"],
        ),
        (escaped.clone(), vec!["Base64"]),
        (
            format!("RelayState=x&SAMLResponse={escaped}"),
            vec!["a form", "Base64"],
        ),
        (format!("SAMLResponse={post}"), vec!["a form", "Base64"]),
        (
            format!(
                "<!doctype html><form method=post><input type=hidden name=SAMLResponse value=\"{post}\"><br></form>"
            ),
            vec!["a page's form", "Base64"],
        ),
    ] {
        let found = one(&input);
        assert_eq!(found.wrapping, wrapping, "{}", &input[..40]);
        assert_eq!(String::from_utf8(found.bytes).unwrap(), xml);
    }
    let found = one(&format!(
        "https://login.example/tenant/saml2?{query}&SigAlg=rsa&Signature=x"
    ));
    assert_eq!(found.wrapping, ["a URL", "Base64", "deflated"]);
    assert_eq!(found.bytes, request().into_bytes());
    assert_eq!(
        (found.relay_state.as_deref(), found.query_signature.as_deref()),
        (Some("a b"), Some("rsa"))
    );
    assert_eq!(
        find(&binding::deflate(&request())).unwrap()[0].wrapping,
        ["deflated"]
    );
}

#[test]
fn a_recording_gives_each_of_its_messages() {
    let (xml, _) = told::signed_response();
    let query = binding::redirect_query("SAMLRequest", &request(), None);
    let har = serde_json::json!({ "log": { "entries": [
        { "request": { "url": format!("http://localhost:8400/t/saml2?{query}") } },
        { "request": { "url": "http://127.0.0.1/style.css" } },
        { "request": { "url": "http://127.0.0.1/acs", "postData": { "params": [
            { "name": "SAMLResponse", "value": BASE64_STANDARD.encode(&xml) },
            { "name": "RelayState", "value": "here" },
        ] } } },
    ] } });
    let found = find(har.to_string().as_bytes()).unwrap();
    let fields: Vec<Option<&str>> = found.iter().map(|found| found.field.as_deref()).collect();
    assert_eq!(fields, [Some("SAMLRequest"), Some("SAMLResponse")]);
    assert_eq!(
        find(b"{\"log\":{\"entries\":[]}}"),
        Err(DecodeError::NoneRecorded)
    );
}

#[test]
fn it_says_what_the_signature_covers_and_trusts_nobody() {
    let (xml, _) = told::signed_response();
    let shown = show(
        &one(&format!(
            "SAMLResponse={}&RelayState=%1b[31m",
            binding::percent_encode(&binding::encode_post(xml.as_bytes()))
        )),
        false,
    );
    assert!(
        shown.starts_with("SAML Response in SAMLResponse (a form, Base64), "),
        "{shown}"
    );
    assert!(shown.contains("RelayState: \\u{1b}[31m"), "{shown}");
    assert!(shown.contains("└── Assertion ID=\"_a1\""), "{shown}");
    assert!(
        shown.contains("[1] agrees with its own KeyInfo: rsa-sha256 over Assertion _a1"),
        "{shown}"
    );
    assert!(shown.contains("proves nothing about who made it"), "{shown}");

    let tampered = xml.replace("attacker@", "admin@");
    assert!(
        show(&one(&tampered), false).contains("[1] does not hold"),
        "a changed name breaks the digest"
    );
    assert!(show(&one(&request()), false).contains("no signature in it"));
    assert!(show(&one("<a><b></a>"), false).contains("no well-formed XML"));
}

#[test]
fn what_is_no_message_ends_in_one_sentence() {
    for (input, error) in [
        ("", DecodeError::Empty),
        (" \n\t", DecodeError::Empty),
        ("hello there, this is not SAML", DecodeError::NotSaml),
        ("{\"a\":1}", DecodeError::NotSaml),
        ("{", DecodeError::NotSaml),
        ("aGVsbG8gd29ybGQ=", DecodeError::NotSaml),
        (
            "SAMLResponse=!!!",
            DecodeError::Broken {
                field: "SAMLResponse".to_owned(),
                why: "it is not Base64",
            },
        ),
        (
            "http://h/?SAMLRequest=aGVsbG8%3D",
            DecodeError::Broken {
                field: "SAMLRequest".to_owned(),
                why: "its Base64 holds neither XML nor compressed XML",
            },
        ),
    ] {
        let found = find(input.as_bytes());
        assert_eq!(found, Err(error), "{input}");
        assert_eq!(found.unwrap_err().to_string().lines().count(), 1);
    }
}

#[test]
fn a_deflate_bomb_is_refused() {
    let bomb = binding::deflate(&format!("<a>{}</a>", " ".repeat(64 << 20)));
    assert!(bomb.len() < 1 << 20, "it is small outside");
    let query = format!(
        "SAMLRequest={}",
        binding::percent_encode(&BASE64_STANDARD.encode(bomb))
    );
    assert!(matches!(find(query.as_bytes()), Err(DecodeError::Broken { .. })));
    assert_eq!(
        find(&vec![b'a'; samlitmus::cli::decode::MOST + 1]),
        Err(DecodeError::TooLarge)
    );
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        for found in find(&bytes).unwrap_or_default() {
            show(&found, true);
        }
    }

    #[test]
    fn arbitrary_parameters_never_panic(value in "\\PC{0,60}", name in "SAMLRe(quest|sponse)") {
        let _ = find(format!("{name}={value}").as_bytes());
        let _ = find(format!("{{\"log\":{{\"entries\":[{{\"request\":{{\"url\":\"?{name}={value}\"}}}}]}}}}").as_bytes());
    }

    #[test]
    fn a_damaged_message_never_panics(at in 0usize..4000, byte in any::<u8>()) {
        let mut bytes = told::signed_response().0.into_bytes();
        let at = at % bytes.len();
        bytes[at] = byte;
        for found in find(&bytes).unwrap_or_default() {
            show(&found, false);
        }
    }
}
