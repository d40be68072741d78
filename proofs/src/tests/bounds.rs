//! What asks for too much proves nothing, at once, and says so.

use std::time::{Duration, Instant};

use super::minting::*;
use crate::{Proofs, proofs};

/// Far above what any of these takes, also in an unoptimised build on a busy machine; far below a hang.
const PATIENCE: Duration = Duration::from_secs(30);

#[track_caller]
fn nothing(xml: &str, why: &str) {
    let start = Instant::now();
    let Proofs {
        strict,
        genuine,
        why_not,
    } = prove(xml);
    assert!(start.elapsed() < PATIENCE, "{why} took {:?}", start.elapsed());
    assert_eq!((strict, genuine), (vec![], vec![]));
    let reason = why_not.unwrap();
    assert!(reason.contains(why), "{reason:?} does not say {why:?}");
}

#[test]
fn size_and_depth_are_bounded() {
    nothing(&" ".repeat((8 << 20) + 1), "bytes");
    let deep = format!("{}{}", "<a>".repeat(1_000_000), "</a>".repeat(1_000_000));
    nothing(&deep, "deep");
    nothing(
        &captured()
            .message
            .replace("<samlp:Status>", &"<samlp:Status>".repeat(600)),
        "deep",
    );
}

#[test]
fn deep_but_allowed_nesting_is_read() {
    let levels = 500;
    let nest = format!(
        "<samlp:Extensions>{}{}</samlp:Extensions>",
        "<a>".repeat(levels),
        "</a>".repeat(levels)
    );
    let xml = captured()
        .message
        .replace("<samlp:Status>", &format!("{nest}<samlp:Status>"));
    assert_eq!(names(&prove(&xml).strict), [ATTACKER]);
}

#[test]
fn many_signatures_and_many_candidates_are_bounded() {
    let genuine = captured();
    let many = response(
        "_r",
        &format!("{}{}", genuine.assertion, genuine.signature.repeat(64)),
    );
    nothing(&many, "64 Signatures");
    let doubles = response(
        "_r",
        &format!("{}{}", genuine.assertion, "<x ID=\"_g\"/>".repeat(64)),
    );
    nothing(&doubles, "64 elements");
}

#[test]
fn many_references_to_one_large_element_exhaust_the_budget() {
    let big = response("_r", &assertion("_g", &"x".repeat(200_000)));
    let reference = format!(
        "<ds:Reference URI=\"#_g\"><ds:Transforms>{ENVELOPED}<ds:Transform Algorithm=\"{EXC}\"/></ds:Transforms>\
         <ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/>\
         <ds:DigestValue>AAAA</ds:DigestValue></ds:Reference>"
    );
    let xml = Signing::of("_g")
        .with(|s| s.more = reference.repeat(1_000))
        .sign(&big);
    nothing(&xml, "canonicalisation");
}

#[test]
fn entity_bombs_are_refused() {
    let laughs: String = (1..9)
        .map(|n| format!("<!ENTITY l{n} '{}'>", format!("&l{};", n - 1).repeat(10)))
        .collect();
    let genuine = captured().message;
    let bomb = |uses: &str| {
        format!(
            "<!DOCTYPE r [<!ENTITY l0 'lol'>{laughs}]>{}",
            genuine.replace("<samlp:Status>", uses)
        )
    };
    nothing(&bomb("<samlp:Status a=\"&l8;\">"), "expand");
    nothing(&bomb("<samlp:Status>&l8;"), "expand");
    let big = format!("<!DOCTYPE r [<!ENTITY big '{}'>]>", "x".repeat(1_000));
    let uses = "&big;".repeat(1_000);
    nothing(&format!("{big}<r>{uses}</r>"), "expand");
    nothing(&format!("{big}<r>{uses}<!DOCTYPE r></r>"), "expand");
    let levels: String = (0..9)
        .map(|n| {
            format!(
                "<!ENTITY e{n} '{}&e{};{}'>",
                "<a>".repeat(60),
                n + 1,
                "</a>".repeat(60)
            )
        })
        .collect();
    nothing(
        &format!("<!DOCTYPE r [{levels}<!ENTITY e9 'x'>]><r>&e0;</r>"),
        "deep",
    );
}

#[test]
fn costly_markup_for_the_parser_is_refused() {
    let attributes: String = (0..50_000).map(|n| format!(" a{n}=''")).collect();
    nothing(&format!("<a{attributes}/>"), "attributes");
    let namespaces: String = (0..20_000).map(|n| format!(" xmlns:a{n}='urn:a'")).collect();
    nothing(&format!("<a{namespaces}/>"), "attributes");
    let nested: String = (0..200).map(|n| format!("<a xmlns:a{n}='urn:a'>")).collect();
    nothing(&nested, "namespaces");
    nothing(&"<a/>".repeat(1 << 20), "elements");
}

#[test]
fn the_worst_that_is_allowed_still_ends() {
    let names: String = (0..256).map(|n| format!(" a{n}=''")).collect();
    let wide = format!("<r>{}</r>", format!("<a{names}/>").repeat(1_000));
    let scope: String = (0..127).map(|n| format!(" xmlns:a{n}='urn:a{n}'")).collect();
    let scoped = format!("<r{scope}>{}</r>", "<a xmlns:b='urn:b'/>".repeat(3_900));
    for xml in [wide, scoped] {
        let start = Instant::now();
        assert!(
            proofs(xml.as_bytes(), &trusted())
                .why_not
                .unwrap()
                .contains("root")
        );
        assert!(start.elapsed() < PATIENCE);
    }
}
