//! The canonical form and the verdicts held against other people's: `xmllint` and `xmlsec1`, where they are installed.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use proptest::prelude::*;
use roxmltree::Document;

use super::minting::*;
use crate::canonical::{Kind, Method, canonical};
use crate::xml::SAML;

fn installed(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok();
    if !found {
        println!("skipped: {program} is not installed, so nothing is compared with it");
    }
    found
}

/// What `xmllint` takes for the canonical form of `xml`, comments included.
fn xmllint(option: &str, xml: &str) -> Vec<u8> {
    let mut child = Command::new("xmllint")
        .args(["--nonet", option, "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(xml.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{option} {xml}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

/// A random element: what the tree would forget (prefixes, declarations in odd places, references, sections) is in it.
#[derive(Clone, Debug)]
struct Random {
    prefix: u8,
    declares: Vec<(u8, u8)>,
    attributes: Vec<(u8, u8, u8)>,
    content: Vec<Piece>,
}

#[derive(Clone, Debug)]
enum Piece {
    Text(u8),
    Element(Random),
}

const PREFIXES: [&str; 4] = ["", "a", "b", "c"];
const NAMESPACES: [&str; 4] = ["", "urn:x", "urn:y", "urn:z"];
const TEXTS: [&str; 12] = [
    "text",
    " \n\t ",
    "&#13;",
    "a\r\nb\rc",
    "&lt;&amp;&gt;&quot;'",
    "<![CDATA[<&\r\n>]]>",
    "<!-- comment \r\n -->",
    "<?target  some data ?>",
    "<?bare?>",
    "é€😀",
    "&#x1F600;",
    "\r&#9;",
];
const VALUES: [&str; 6] = [
    "v",
    " a\tb\nc ",
    "&#9;&#10;&#13;",
    "&lt;&amp;>&quot;'",
    "é😀",
    "a\r\nb\r&#32;",
];

impl Random {
    /// Writes it, well-formed whatever the numbers are. `scope` holds the namespace of each prefix.
    fn write(&self, mut scope: [u8; 4], out: &mut String) {
        let mut declared = BTreeSet::new();
        let mut tag = String::new();
        for (prefix, namespace) in &self.declares {
            let prefix = usize::from(prefix % 4);
            // Only the default namespace can be undeclared.
            let namespace = if prefix == 0 {
                namespace % 4
            } else {
                1 + namespace % 3
            };
            if declared.insert(prefix) {
                scope[prefix] = namespace;
                let name = if prefix == 0 {
                    "xmlns".into()
                } else {
                    format!("xmlns:{}", PREFIXES[prefix])
                };
                tag += &format!(" {name}=\"{}\"", NAMESPACES[usize::from(namespace)]);
            }
        }
        let mut used = BTreeSet::new();
        for (prefix, name, value) in &self.attributes {
            let prefix = usize::from(prefix % 4);
            let namespace = if prefix == 0 { 0 } else { scope[prefix] };
            if (prefix == 0 || namespace > 0) && used.insert((namespace, name % 3)) {
                let colon = if prefix == 0 { "" } else { ":" };
                let value = VALUES[usize::from(*value) % VALUES.len()];
                tag += &format!(" {}{colon}n{}=\"{value}\"", PREFIXES[prefix], name % 3);
            }
        }
        let prefix = usize::from(self.prefix % 4);
        let prefix = if scope[prefix] > 0 { prefix } else { 0 };
        let name = format!("{}{}e", PREFIXES[prefix], if prefix == 0 { "" } else { ":" });
        out.push_str(&format!("<{name}{tag}>"));
        for piece in &self.content {
            match piece {
                Piece::Text(text) => out.push_str(TEXTS[usize::from(*text) % TEXTS.len()]),
                Piece::Element(element) => element.write(scope, out),
            }
        }
        out.push_str(&format!("</{name}>"));
    }
}

fn documents() -> impl Strategy<Value = String> {
    let tag = || {
        (
            any::<u8>(),
            prop::collection::vec(any::<(u8, u8)>(), 0..3),
            prop::collection::vec(any::<(u8, u8, u8)>(), 0..4),
        )
    };
    let leaf = (
        tag(),
        prop::collection::vec(any::<u8>().prop_map(Piece::Text), 0..4),
    );
    let leaf = leaf.prop_map(|((prefix, declares, attributes), content)| Random {
        prefix,
        declares,
        attributes,
        content,
    });
    let tree = leaf.prop_recursive(5, 40, 4, move |inner| {
        let piece = prop_oneof![any::<u8>().prop_map(Piece::Text), inner.prop_map(Piece::Element)];
        (tag(), prop::collection::vec(piece, 0..5)).prop_map(|((prefix, declares, attributes), content)| {
            Random {
                prefix,
                declares,
                attributes,
                content,
            }
        })
    });
    tree.prop_map(|tree| {
        let mut xml = String::from("<?first\r\nthing?>\n<!-- before -->");
        tree.write([0; 4], &mut xml);
        xml + "\r\n<!-- after --><?last?>"
    })
}

#[test]
fn xmllint_writes_the_same_canonical_forms() {
    if !installed("xmllint") {
        return;
    }
    let kinds = [
        ("--exc-c14n", Kind::Exclusive(Vec::new())),
        ("--c14n", Kind::Inclusive10),
        ("--c14n11", Kind::Inclusive11),
    ];
    let config = ProptestConfig {
        cases: 60,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(xml in documents())| {
        let lines = crate::text::Lines::new(&xml);
        let document = Document::parse(lines.text()).unwrap();
        for (option, kind) in &kinds {
            let method = Method { kind: kind.clone(), comments: true };
            let ours = canonical(document.root(), None, &method, usize::MAX).unwrap();
            let theirs = xmllint(option, &xml);
            prop_assert_eq!(
                String::from_utf8_lossy(&ours), String::from_utf8_lossy(&theirs), "{} {}", option, xml
            );
        }
    });
}

/// A file that is gone when the test ends.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str, content: &[u8]) -> Self {
        let path = std::env::temp_dir().join(format!("proofs-{}-{name}", std::process::id()));
        std::fs::write(&path, content).unwrap();
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A file left behind in the system's own folder does no harm.
        let _ = std::fs::remove_file(&self.0);
    }
}

fn xmlsec1_accepts(name: &str, xml: &str) -> bool {
    let message = Scratch::new(&format!("{name}.xml"), xml.as_bytes());
    let key = Scratch::new(&format!("{name}.pem"), &idp_key().public_key_to_pem().unwrap());
    let output = Command::new("xmlsec1")
        .arg("--verify")
        .arg("--pubkey-pem")
        .arg(&key.0)
        .args(["--id-attr:ID", &format!("{SAML}:Assertion")])
        .arg(&message.0)
        .output()
        .unwrap();
    output.status.success()
}

#[test]
fn xmlsec1_accepts_what_is_proven_and_nothing_else() {
    if !installed("xmlsec1") {
        return;
    }
    let inclusive = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
    let version_11 = "http://www.w3.org/2006/12/xml-c14n11";
    let method = |uri: &str| format!("<ds:CanonicalizationMethod Algorithm=\"{uri}\"/>");
    let transform = |uri: &str| format!("{ENVELOPED}<ds:Transform Algorithm=\"{uri}\"/>");
    let list = format!("<ec:InclusiveNamespaces xmlns:ec=\"{EXC}\" PrefixList=\"samlp #default xs\"/>");
    let signings = [
        ("exclusive", Signing::of("_g")),
        (
            "inclusive",
            Signing::of("_g").with(|s| {
                (s.c14n, s.transforms, s.method.kind) =
                    (method(inclusive), transform(inclusive), Kind::Inclusive10);
            }),
        ),
        (
            "inclusive-1.1",
            Signing::of("_g").with(|s| {
                (s.c14n, s.transforms, s.method.kind) =
                    (method(version_11), transform(version_11), Kind::Inclusive11);
            }),
        ),
        (
            "listed",
            Signing::of("_g").with(|s| {
                s.transforms = format!("{ENVELOPED}<ds:Transform Algorithm=\"{EXC}\">{list}</ds:Transform>");
                s.c14n = format!(
                    "<ds:CanonicalizationMethod Algorithm=\"{EXC}\">{list}</ds:CanonicalizationMethod>"
                );
                s.method.kind = Kind::Exclusive(vec!["samlp", "#default", "xs"]);
            }),
        ),
        (
            "comments",
            Signing::of("_g").with(|s| {
                s.transforms = transform(&format!("{EXC}WithComments"));
                s.c14n = method(&format!("{EXC}WithComments"));
            }),
        ),
    ];
    let plain = response("_r", &assertion("_g", "alice"))
        .replace(
            "<samlp:Response ",
            "<samlp:Response xml:lang=\"en\" xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" ",
        )
        .replace(
            "<Subject>",
            "<!-- c -->\n<?pi x?><Subject xmlns:unused=\"urn:unused\">",
        )
        .replace(
            "<AttributeValue>user",
            "<AttributeValue xmlns=\"urn:oasis:names:tc:SAML:2.0:assertion\" a=\"&#9;&quot;\">us&#13;é",
        );
    for (name, signing) in signings {
        let xml = signing.sign(&plain);
        assert!(xmlsec1_accepts(name, &xml), "{name}: {xml}");
        assert_eq!(names(&prove(&xml).genuine), ["alice"], "{name}");
        let forged = xml.replace("alice", VICTIM);
        assert!(!xmlsec1_accepts(name, &forged), "{name}");
        assert!(prove(&forged).genuine.is_empty(), "{name}");
    }
}
