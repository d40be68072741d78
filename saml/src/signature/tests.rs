use base64::Engine;
use proptest::prelude::*;

use super::*;
use crate::{
    key::{Kind, SigningKey},
    names::alg,
};

const TEXT: &str = "<r ID='_r'><a ID=\"_a\"  x='1' xmlns=\"urn:a\"><i>it's</i>HERE<b/></a></r>";

fn placed(template: &Template) -> (String, usize) {
    let at = TEXT.find("HERE").unwrap();
    (TEXT.replace("HERE", &template.to_xml()), at)
}

fn key() -> SigningKey {
    SigningKey::generate(Kind::Rsa2048).unwrap()
}

#[test]
fn only_the_two_values_change_in_our_bytes() {
    let key = key();
    let (text, at) = placed(&Template::azure("_a", key.certificate(), false));
    let signed = sign(&text, at, &key).unwrap();
    let strip = |text: &str| {
        let mut text = text.to_owned();
        for name in ["DigestValue", "SignatureValue"] {
            let from = text.find(&format!("<{name}>")).unwrap() + name.len() + 2;
            let to = text.find(&format!("</{name}>")).unwrap();
            text.replace_range(from..to, "");
        }
        text
    };
    assert_eq!(strip(&signed), text);
    assert!(verify(&signed, at, key.certificate()).unwrap());
    assert!(verify_saml(&signed, at, key.certificate()).unwrap());
    assert!(
        !verify(
            &signed.replace("it's", "it's".to_uppercase().as_str()),
            at,
            key.certificate()
        )
        .unwrap()
    );
    assert!(!verify(&signed, at, self::key().certificate()).unwrap());
}

#[test]
fn the_second_path_comes_to_the_same_bytes() {
    let key = key();
    for (method, digest, form) in [
        (alg::RSA_SHA256, alg::SHA256, alg::EXC_C14N),
        (alg::RSA_SHA1, alg::SHA1, alg::EXC_C14N_COMMENTS),
        (alg::RSA_SHA512, alg::SHA384, alg::C14N),
        (alg::RSA_SHA256, alg::SHA512, alg::EXC_C14N),
    ] {
        let mut template = Template::azure("_a", key.certificate(), false);
        template.method = method.to_owned();
        template.references[0].digest_method = digest.to_owned();
        template.references[0].transforms[1] = form.to_owned();
        let (text, at) = placed(&template);
        let by_xmlsec = sign(&text, at, &key).unwrap();
        assert_eq!(
            sign_by_hand(&text, at, Secret::Key(&key)).unwrap(),
            by_xmlsec,
            "{method} {form}"
        );
        assert!(
            verify(&by_xmlsec, at, key.certificate()).unwrap(),
            "{method} {digest}"
        );
    }
}

#[test]
fn a_signature_may_stand_anywhere_and_cover_another_element() {
    let key = key();
    let template = Template::azure("_a", key.certificate(), false).to_xml();
    let text = format!("<r><a ID=\"_a\">x</a><b>{template}</b></r>");
    let at = text.find("<Signature").unwrap();
    let signed = sign(&text, at, &key).unwrap();
    assert!(verify(&signed, at, key.certificate()).unwrap());
    assert_eq!(signatures(&signed), [at]);
}

#[test]
fn hmac_given_digests_and_references_to_nothing_go_the_second_path() {
    let mut template = Template::azure("_absent", key().certificate(), false);
    template.method = alg::HMAC_SHA1.to_owned();
    template.hmac_output_length = Some(8);
    let (text, at) = placed(&template);
    let signed = sign_by_hand(&text, at, Secret::Hmac(b"")).unwrap();
    // The SHA-256 of nothing.
    assert!(signed.contains("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="));
    assert!(signed.contains("<SignatureValue>") && !signed.contains("<SignatureValue></"));
    template.references[0].digest_value = Some("AAAA".to_owned());
    let (text, at) = placed(&template);
    assert!(
        sign_by_hand(&text, at, Secret::Hmac(b"k"))
            .unwrap()
            .contains("<DigestValue>AAAA<")
    );
}

#[test]
fn an_elliptic_curve_signature_has_r_and_s_side_by_side() {
    let key = SigningKey::generate(Kind::P256).unwrap();
    let mut template = Template::azure("_a", key.certificate(), false);
    template.method = alg::ECDSA_SHA256.to_owned();
    let (text, at) = placed(&template);
    let signed = sign_by_hand(&text, at, Secret::Key(&key)).unwrap();
    assert!(verify(&signed, at, key.certificate()).unwrap());
}

#[test]
fn what_cannot_be_signed_is_an_error() {
    let key = key();
    let mut template = Template::azure("_a", key.certificate(), false);
    template.method = "urn:none".to_owned();
    let (text, at) = placed(&template);
    assert!(sign(&text, at, &key).is_err());
    assert!(matches!(
        sign(&text, 0, &key),
        Err(SignatureError::NoSignature(_))
    ));
    let (text, at) = placed(&Template::azure("_absent", key.certificate(), false));
    assert!(sign(&text, at, &key).is_err());
}

#[test]
fn what_libxmlsec1_objects_to_is_said() {
    let key = key();
    let mut template = Template::azure("_a", key.certificate(), false);
    template.references[0].digest_method = "urn:none".to_owned();
    let (text, at) = placed(&template);
    assert!(
        sign(&text, at, &key)
            .unwrap_err()
            .to_string()
            .contains("urn:none")
    );
}

#[test]
fn comments_prefix_lists_and_whole_documents_come_out_alike_on_both_paths() {
    let key = key();
    let listed = format!(
        "<Transform Algorithm=\"{}\"><InclusiveNamespaces xmlns=\"{}\" PrefixList=\"u #default\"/></Transform>",
        alg::EXC_C14N,
        ns::EC
    );
    let forms = [
        alg::EXC_C14N,
        alg::EXC_C14N_COMMENTS,
        alg::C14N,
        alg::C14N_COMMENTS,
        &listed,
    ];
    for uri in ["#_a", "", "#xpointer(id('_a'))", "#xpointer(/)"] {
        for form in forms {
            let mut template = Template::azure("_a", key.certificate(), false);
            template.references[0].uri = Some(uri.to_owned());
            template.references[0].transforms[1] = form.to_owned();
            let text = format!(
                "<?xml version='1.0'?><?p before?><!--b--><r xml:lang='en' xmlns='urn:r' xmlns:u='urn:u'>\
                 <a ID='_a'>é<!--c--><u:b/>{}</a></r><!--a-->",
                template.to_xml()
            );
            let at = text.find("<Signature").unwrap();
            let by_xmlsec = sign(&text, at, &key).unwrap();
            assert_eq!(
                sign_by_hand(&text, at, Secret::Key(&key)).unwrap(),
                by_xmlsec,
                "{uri} {form}"
            );
            assert!(verify(&by_xmlsec, at, key.certificate()).unwrap(), "{uri} {form}");
        }
    }
}

#[test]
fn of_two_elements_with_one_id_the_first_is_signed_and_neither_is_verified() {
    let key = key();
    let template = Template::azure("_a", key.certificate(), false).to_xml();
    let text = format!("<r><a ID=\"_a\">one{template}</a><a ID=\"_a\">two</a></r>");
    let at = text.find("<Signature").unwrap();
    let signed = sign(&text, at, &key).unwrap();
    assert_eq!(sign_by_hand(&text, at, Secret::Key(&key)).unwrap(), signed);
    let alone = signed.replace("<a ID=\"_a\">two</a>", "");
    assert!(verify(&alone, at, key.certificate()).unwrap());
    assert!(matches!(
        verify(&signed, at, key.certificate()),
        Err(SignatureError::Reference(why)) if why.contains("two elements")
    ));
}

#[test]
fn nothing_but_the_attribute_named_id_is_an_id() {
    let key = key();
    let template = Template::azure("_a", key.certificate(), false).to_xml();
    let text = format!("<r><b xml:id=\"_a\" id=\"_a\" Id=\"_a\"/><a ID=\"_a\">one{template}</a></r>");
    let at = text.find("<Signature").unwrap();
    let signed = sign(&text, at, &key).unwrap();
    assert!(verify(&signed, at, key.certificate()).unwrap());
    let tampered = signed.replace("<a ID=\"_a\">one", "<a ID=\"_a\">two");
    assert!(!verify(&tampered, at, key.certificate()).unwrap());
    let unnamed = signed.replace("<a ID=", "<a Id=");
    assert!(verify(&unnamed, at, key.certificate()).is_err());
}

#[test]
fn an_id_with_quotes_dots_or_a_digit_first_is_an_id() {
    let key = key();
    for id in ["1st", "_a.b-c_9é", "it's", "a b]"] {
        let (text, at) = placed(&Template::azure(id, key.certificate(), false));
        let text = text.replace("ID=\"_a\"", &format!("ID=\"{id}\""));
        let at = at + id.len() - 2;
        let signed = sign(&text, at, &key).unwrap();
        assert!(verify(&signed, at, key.certificate()).unwrap(), "{id}");
    }
}

#[test]
fn no_reference_leaves_the_document_and_no_stylesheet_runs() {
    let key = key();
    let xslt = format!(
        "<Transform Algorithm=\"{}\"><x:stylesheet xmlns:x=\"http://www.w3.org/1999/XSL/Transform\" \
         version=\"1.0\"/></Transform>",
        alg::XSLT
    );
    let manifest = format!(
        "<Object><Manifest><Reference URI=\"file:///etc/hostname\"><DigestMethod Algorithm=\"{}\"/>\
         <DigestValue></DigestValue></Reference></Manifest></Object>",
        alg::SHA256
    );
    for (uri, transform, extra) in [
        (Some("file:///etc/hostname"), alg::EXC_C14N, ""),
        (Some("http://127.0.0.1:1/x"), alg::EXC_C14N, ""),
        (Some("other.xml#_a"), alg::EXC_C14N, ""),
        (Some("#xpointer(//*)"), alg::EXC_C14N, ""),
        (None, alg::EXC_C14N, ""),
        (Some("#_a"), &xslt, ""),
        (Some("#_a"), alg::EXC_C14N, &manifest),
    ] {
        let mut template = Template::azure("_a", key.certificate(), false);
        template.references[0].uri = uri.map(str::to_owned);
        template.references[0].transforms[1] = transform.to_owned();
        template.extra = extra.to_owned();
        let (text, at) = placed(&template);
        assert!(
            matches!(sign(&text, at, &key), Err(SignatureError::Reference(_))),
            "{uri:?} {transform}"
        );
        assert!(
            matches!(
                verify(&text, at, key.certificate()),
                Err(SignatureError::Reference(_))
            ),
            "{uri:?} {transform}"
        );
    }
}

#[test]
fn a_stranger_makes_us_neither_search_nor_walk_for_long() {
    let key = key();
    let mut template = Template::azure("_a", key.certificate(), false);
    template.references[0].transforms.insert(
        1,
        format!(
            "<Transform Algorithm=\"{}\"><XPath>true()</XPath></Transform>",
            alg::XPATH
        ),
    );
    let (text, at) = placed(&template);
    let signed = sign(&text, at, &key).unwrap();
    assert!(verify(&signed, at, key.certificate()).unwrap());
    let refusal = verify_saml(&signed, at, key.certificate()).unwrap_err();
    assert!(refusal.to_string().contains("is not run"));
    let mut template = Template::azure("_a", key.certificate(), false);
    template.references = vec![template.references[0].clone(); 30];
    let (text, at) = placed(&template);
    let signed = sign(&text, at, &key).unwrap();
    assert!(
        verify(&signed, at, key.certificate())
            .unwrap_err()
            .to_string()
            .contains("more than 64")
    );
    let (text, at) = placed(&Template::azure("xpointer(//*)", key.certificate(), false));
    let named = text.replace("ID='_r'", "ID='xpointer(//*)'");
    let at = at + named.len() - text.len();
    assert!(
        verify(&named, at, key.certificate())
            .unwrap_err()
            .to_string()
            .contains("a program")
    );
    let deep = format!("{}<b/>{}", "<a>".repeat(10_000), "</a>".repeat(10_000));
    assert!(
        verify(&deep, 0, key.certificate())
            .unwrap_err()
            .to_string()
            .contains("nested")
    );
    let doctype = format!("<!DOCTYPE r>{text}");
    assert!(
        sign(&doctype, at + 12, &key)
            .unwrap_err()
            .to_string()
            .contains("DOCTYPE")
    );
}

#[test]
fn empty_element_tags_are_filled_in_too() {
    let key = key();
    let mut template = Template::azure("_a", key.certificate(), false);
    template.prefix = "ds".to_owned();
    let (text, at) = placed(&template);
    let short = text
        .replace("<ds:DigestValue></ds:DigestValue>", "<ds:DigestValue />")
        .replace(
            "<ds:SignatureValue></ds:SignatureValue>",
            "<ds:SignatureValue Id='v'/>",
        );
    assert_ne!(short, text);
    let signed = sign(&short, at, &key).unwrap();
    assert!(verify(&signed, at, key.certificate()).unwrap());
    assert!(signed.contains("<ds:SignatureValue Id='v'>"));
    assert_eq!(sign_by_hand(&short, at, Secret::Key(&key)).unwrap(), signed);
}

#[test]
fn several_references_and_those_of_a_manifest_are_filled_in() {
    let key = key();
    let mut template = Template::azure("_a", key.certificate(), false);
    let mut second = template.references[0].clone();
    second.uri = Some("#_r".to_owned());
    template.references.push(second);
    template.extra = format!(
        "<Object><Manifest><Reference URI=\"#_b\"><DigestMethod Algorithm=\"{}\"/><DigestValue></DigestValue>\
         </Reference></Manifest></Object>",
        alg::SHA1
    );
    let (text, at) = placed(&template);
    let text = text.replace("</r>", "<b ID='_b'/></r>");
    let signed = sign(&text, at, &key).unwrap();
    assert!(!signed.contains("<DigestValue></DigestValue>"));
    assert!(
        signed.contains(&digest_of(&text, text.find("<b ").unwrap(), &[], alg::C14N, alg::SHA1).unwrap())
    );
    assert!(verify(&signed, at, key.certificate()).unwrap());
}

#[test]
fn pss_is_a_signature_over_the_canonical_signed_info() {
    let key = key();
    let mut template = Template::azure("_a", key.certificate(), false);
    template.method = alg::RSA_PSS_SHA256.to_owned();
    let (text, at) = placed(&template);
    let signed = sign_by_hand(&text, at, Secret::Key(&key)).unwrap();
    let tree = crate::document::parse(&signed).unwrap();
    let part = |name| {
        crate::document::descendants(tree.root(), ns::DS, name)
            .next()
            .unwrap()
    };
    let info = part("SignedInfo").range().start;
    let octets = crate::canonical::canonicalize(&signed, info, alg::EXC_C14N, &[], &[]).unwrap();
    let value = base64::prelude::BASE64_STANDARD
        .decode(crate::document::text(part("SignatureValue")))
        .unwrap();
    let public = key.certificate().public_key();
    let mut verifier = openssl::sign::Verifier::new(openssl::hash::MessageDigest::sha256(), &public).unwrap();
    verifier
        .set_rsa_padding(openssl::rsa::Padding::PKCS1_PSS)
        .unwrap();
    assert!(verifier.verify_oneshot(&value, &octets).unwrap());
}

#[test]
fn threads_share_a_key_and_sign_alike() {
    let key = key();
    let (text, at) = placed(&Template::azure("_a", key.certificate(), false));
    let once = sign(&text, at, &key).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..20 {
                    assert_eq!(sign(&text, at, &key).unwrap(), once);
                    assert!(verify(&once, at, key.certificate()).unwrap());
                }
            });
        }
    });
}

#[test]
fn more_keys_than_a_thread_keeps_are_no_trouble() {
    let (text, at) = placed(&Template {
        method: alg::ECDSA_SHA256.to_owned(),
        ..Template::azure("_a", key().certificate(), false)
    });
    for _ in 0..80 {
        let key = SigningKey::generate(Kind::P256).unwrap();
        let signed = sign(&text, at, &key).unwrap();
        assert!(verify(&signed, at, key.certificate()).unwrap());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn both_paths_agree_on_any_text(name in "[a-z]{1,5}", value in "\\PC{0,30}", inner in "\\PC{0,60}", tail in "[ \t\n\r]{0,4}") {
        let key = one_key();
        let text = format!(
            "<r xmlns:p='urn:p'><{name}   {name}='{}' ID=\"_a\"\n>{}<p:b/>{}{tail}</{name}\n></r>",
            crate::document::escape_attribute(&value).replace('\'', "&apos;"),
            crate::document::escape_text(&inner),
            Template::azure("_a", key.certificate(), false).to_xml(),
        );
        let at = text.find("<Signature").unwrap();
        let signed = sign(&text, at, key).unwrap();
        prop_assert_eq!(&sign_by_hand(&text, at, Secret::Key(key)).unwrap(), &signed);
        prop_assert!(verify(&signed, at, key.certificate()).unwrap());
    }

    #[test]
    fn verifying_garbage_is_an_error_and_never_a_panic(garbage in "[<>/a:S\"'= IDignature]{0,120}", at in 0usize..200, cut in 0usize..3_000) {
        let key = one_key();
        let (text, place) = placed(&Template::azure("_a", key.certificate(), false));
        let signed = sign(&text, place, key).unwrap();
        let cut = signed.floor_char_boundary(cut);
        let broken = format!("{}{garbage}{}", &signed[..cut], &signed[cut..]);
        prop_assert!(!garbage.is_empty() || verify(&broken, place, key.certificate()).unwrap());
        let _ = verify(&broken, place, key.certificate());
        let _ = verify(&garbage, at, key.certificate());
        let _ = sign_by_hand(&broken, place, Secret::Hmac(b"k"));
    }
}

fn one_key() -> &'static SigningKey {
    static KEY: std::sync::OnceLock<SigningKey> = std::sync::OnceLock::new();
    KEY.get_or_init(key)
}

#[test]
fn another_verifier_agrees() {
    if std::process::Command::new("xmlsec1")
        .arg("--version")
        .output()
        .is_err()
    {
        println!("skipped: the command-line tool xmlsec1 is not installed");
        return;
    }
    let key = key();
    let template = Template::azure("_2f7d", key.certificate(), false).to_xml();
    let response = crate::Response {
        id: "_8e5c".to_owned(),
        assertions: vec![crate::Assertion {
            id: "_2f7d".to_owned(),
            issuer: Some(crate::response::Issuer::default()),
            ..crate::Assertion::default()
        }],
        ..crate::Response::default()
    };
    let xml = response.to_xml();
    let at = xml.find("</Issuer>").unwrap() + "</Issuer>".len();
    let signed = sign(&crate::document::splice(&xml, at..at, &template), at, &key).unwrap();
    let folder = std::env::temp_dir().join(format!("samlitmus-saml-{}-{}", std::process::id(), key.id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (file, pem) = (folder.join("signed.xml"), folder.join("certificate.pem"));
    std::fs::write(&pem, key.certificate().pem()).unwrap();
    let agrees = |xml: &str| {
        std::fs::write(&file, xml).unwrap();
        std::process::Command::new("xmlsec1")
            .args([
                "--verify",
                "--id-attr:ID",
                "urn:oasis:names:tc:SAML:2.0:assertion:Assertion",
            ])
            .arg("--pubkey-cert-pem")
            .args([&pem, &file])
            .output()
            .unwrap()
    };
    let (good, bad) = (
        agrees(&signed),
        agrees(&signed.replace("<Subject>", "<Subject> ")),
    );
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(good.status.success(), "{}", String::from_utf8_lossy(&good.stderr));
    assert!(!bad.status.success());
}
