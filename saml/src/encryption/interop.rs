//! Another implementation reads what we write, and we read what it writes: the command-line tool of libxmlsec1,
//! which `ci/setup test` installs.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{
    tests::{every_way, key},
    *,
};

/// As libxml2 writes it anew: ASCII, namespaces first.
const ASSERTION: &str = "<Assertion xmlns=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_a\"><Issuer>a &amp; b</Issuer></Assertion>";

/// A folder that goes when the test does.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("samlitmus-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let file = self.0.join(name);
        fs::write(&file, text).unwrap();
        file
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn xmlsec1(arguments: &[&str], files: &[&Path]) -> String {
    let output = Command::new("xmlsec1").args(arguments).args(files).output();
    let output = output.expect("xmlsec1 is installed: run ci/setup test");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {told}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn another_implementation_decrypts_what_we_encrypt() {
    let folder = Folder::new("decrypt");
    let private = folder.write("key.pem", &key().to_pem().unwrap().0);
    for options in every_way() {
        // This tool learnt RSA-OAEP with SHA-256 in its version 1.3 only.
        if matches!(
            options.transport,
            KeyTransport::OaepSha256 | KeyTransport::OaepSha256Mgf1Sha1
        ) {
            continue;
        }
        let xml = encrypt_assertion(ASSERTION, key().certificate(), options).unwrap();
        let file = folder.write("encrypted.xml", &xml);
        let plain = xmlsec1(&["--decrypt", "--privkey-pem"], &[&private, &file]);
        assert!(plain.contains(ASSERTION), "{options:?}: {plain}");
    }
}

#[test]
fn we_decrypt_what_another_implementation_encrypts() {
    let folder = Folder::new("encrypt");
    let certificate = folder.write("certificate.pem", &key().certificate().pem());
    let plain = folder.write("plain.xml", ASSERTION);
    for (data, session) in DataAlgorithm::ALL
        .into_iter()
        .zip(["aes-128", "aes-256", "aes-128", "aes-256"])
    {
        let options = Options {
            data,
            hint: Hint::None,
            ..Options::default()
        };
        let empty = Sealed {
            data: Vec::new(),
            key: Vec::new(),
        };
        let template = empty.to_xml(key().certificate(), options).unwrap();
        let start = template.find("<xenc:EncryptedData").unwrap();
        let end = template.find("</EncryptedAssertion>").unwrap();
        let template = folder.write("template.xml", &template[start..end]);
        let arguments = ["--encrypt", "--session-key", session, "--xml-data"];
        let mut command = Command::new("xmlsec1");
        command.args(arguments).arg(&plain);
        command.args(["--node-name", "urn:oasis:names:tc:SAML:2.0:assertion:Assertion"]);
        command.arg("--pubkey-cert-pem").arg(&certificate).arg(&template);
        let output = command.output().expect("xmlsec1 is installed: run ci/setup test");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let xml = String::from_utf8(output.stdout).unwrap();
        assert!(
            xml.contains("EncryptedData") && !xml.contains("<Issuer>"),
            "{xml}"
        );
        assert_eq!(
            decrypt(&xml, key(), Allowed::CAREFUL).unwrap(),
            ASSERTION,
            "{data:?}"
        );
    }
}
