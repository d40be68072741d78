//! Messages signed with the crate's own canonical form and OpenSSL, so that every detail of a Signature can be chosen.

use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use openssl::asn1::Asn1Time;
use openssl::ec::{EcGroup, EcKey};
use openssl::ecdsa::EcdsaSig;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::{Padding, Rsa};
use openssl::sign::{RsaPssSaltlen, Signer};
use openssl::x509::{X509, X509Name};
use roxmltree::{Document, Node};

use crate::algorithm::Hash;
use crate::canonical::{Kind, Method, canonical};
use crate::xml::{self, DS, SAML};
use crate::{Identity, Proofs, TrustedKey, proofs};

pub(super) const IDP: &str = "https://sts.example/tenant/";
pub(super) const ATTACKER: &str = "attacker@corp.example";
pub(super) const VICTIM: &str = "admin@corp.example";
pub(super) const ENVELOPED: &str =
    r#"<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>"#;
pub(super) const EXC: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";

fn rsa(slot: &'static OnceLock<PKey<Private>>) -> &'static PKey<Private> {
    slot.get_or_init(|| PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap())
}

/// The key of the IdP.
pub(super) fn idp_key() -> &'static PKey<Private> {
    static KEY: OnceLock<PKey<Private>> = OnceLock::new();
    rsa(&KEY)
}

/// A key nobody trusts.
pub(super) fn rogue_key() -> &'static PKey<Private> {
    static KEY: OnceLock<PKey<Private>> = OnceLock::new();
    rsa(&KEY)
}

pub(super) fn ec_key() -> &'static PKey<Private> {
    static KEY: OnceLock<PKey<Private>> = OnceLock::new();
    KEY.get_or_init(|| {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
    })
}

/// A certificate of `key` that it signed itself, in DER.
pub(super) fn certificate(key: &PKey<Private>) -> Vec<u8> {
    let mut name = X509Name::builder().unwrap();
    name.append_entry_by_text("CN", "Microsoft Azure Federated SSO Certificate")
        .unwrap();
    let name = name.build();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_subject_name(&name).unwrap();
    builder.set_issuer_name(&name).unwrap();
    builder
        .set_not_before(&Asn1Time::days_from_now(0).unwrap())
        .unwrap();
    builder
        .set_not_after(&Asn1Time::days_from_now(1).unwrap())
        .unwrap();
    builder.set_pubkey(key).unwrap();
    builder.sign(key, MessageDigest::sha256()).unwrap();
    builder.build().to_der().unwrap()
}

pub(super) fn trust(issuer: &str, key: &PKey<Private>) -> TrustedKey {
    let key = PKey::public_key_from_der(&key.public_key_to_der().unwrap()).unwrap();
    TrustedKey {
        issuer: issuer.into(),
        key,
    }
}

pub(super) fn trusted() -> Vec<TrustedKey> {
    vec![trust(IDP, idp_key())]
}

/// The proofs of `xml` under the IdP's key.
pub(super) fn prove(xml: &str) -> Proofs {
    proofs(xml.as_bytes(), &trusted())
}

pub(super) fn names(identities: &[Identity]) -> Vec<&str> {
    identities
        .iter()
        .map(|identity| identity.name_id.as_deref().unwrap_or("nobody"))
        .collect()
}

/// An unsigned Assertion about `who`.
pub(super) fn assertion(id: &str, who: &str) -> String {
    format!(
        r#"<Assertion xmlns="{SAML}" ID="{id}" Version="2.0" IssueInstant="2024-01-01T00:00:00Z"><Issuer>{IDP}</Issuer><Subject><NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">{who}</NameID><SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"/></Subject><AttributeStatement><Attribute Name="role"><AttributeValue>user</AttributeValue><AttributeValue>a &amp; b</AttributeValue></Attribute></AttributeStatement></Assertion>"#
    )
}

/// An unsigned Response around `content`.
pub(super) fn response(id: &str, content: &str) -> String {
    format!(
        r#"<samlp:Response xmlns:samlp="{}" ID="{id}" Version="2.0" Destination="https://sp.example/acs"><Issuer xmlns="{SAML}">{IDP}</Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>{content}</samlp:Response>"#,
        crate::xml::SAMLP
    )
}

/// How to sign.
#[derive(Clone)]
pub(super) struct Signing {
    pub(super) key: PKey<Private>,
    pub(super) id: String,
    /// The Reference's URI, `#id` by default.
    pub(super) uri: String,
    pub(super) transforms: String,
    /// The canonical form that is digested.
    pub(super) method: Method<'static>,
    pub(super) c14n: String,
    pub(super) algorithm: &'static str,
    pub(super) hash: MessageDigest,
    pub(super) digest: (&'static str, Hash),
    /// Added inside SignedInfo after the Reference.
    pub(super) more: String,
    /// Added to the Signature's end.
    pub(super) tail: String,
}

impl Signing {
    /// As Entra ID signs: RSA-SHA256, SHA-256, exclusive canonicalisation.
    pub(super) fn of(id: &str) -> Self {
        Self {
            key: idp_key().clone(),
            id: id.into(),
            uri: format!("#{id}"),
            transforms: format!(r#"{ENVELOPED}<ds:Transform Algorithm="{EXC}"/>"#),
            method: Method {
                kind: Kind::Exclusive(Vec::new()),
                comments: false,
            },
            c14n: format!(r#"<ds:CanonicalizationMethod Algorithm="{EXC}"/>"#),
            algorithm: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            hash: MessageDigest::sha256(),
            digest: ("http://www.w3.org/2001/04/xmlenc#sha256", Hash::Sha256),
            more: String::new(),
            tail: String::new(),
        }
    }

    pub(super) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// `xml` with a Signature after the Issuer of the element that has the ID.
    pub(super) fn sign(&self, xml: &str) -> String {
        let document = Document::parse(xml).unwrap();
        let element = by_id(&document, &self.id);
        let digest = STANDARD.encode(
            self.digest
                .1
                .digest(&canonical(element, None, &self.method, usize::MAX).unwrap()),
        );
        let issuer = xml::children(element, SAML, "Issuer").next();
        let at = match issuer {
            Some(issuer) => issuer.range().end,
            None => element.first_child().unwrap().range().start,
        };
        let signature = format!(
            r#"<ds:Signature xmlns:ds="{DS}"><ds:SignedInfo>{c14n}<ds:SignatureMethod Algorithm="{algorithm}"/><ds:Reference URI="{uri}"><ds:Transforms>{transforms}</ds:Transforms><ds:DigestMethod Algorithm="{digest_method}"/><ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>{more}</ds:SignedInfo><ds:SignatureValue>@@</ds:SignatureValue>{tail}</ds:Signature>"#,
            c14n = self.c14n,
            algorithm = self.algorithm,
            uri = self.uri,
            transforms = self.transforms,
            digest_method = self.digest.0,
            more = self.more,
            tail = self.tail,
        );
        self.fill(&format!("{}{signature}{}", &xml[..at], &xml[at..]))
    }

    /// Fills in the SignatureValue that says `@@`.
    pub(super) fn fill(&self, xml: &str) -> String {
        let document = Document::parse(xml).unwrap();
        let value = document
            .descendants()
            .find(|node| xml::is(*node, DS, "SignatureValue") && node.text() == Some("@@"))
            .unwrap();
        let signed_info = xml::children(value.parent().unwrap(), DS, "SignedInfo")
            .last()
            .unwrap();
        let method = Method::of(
            xml::children(signed_info, DS, "CanonicalizationMethod")
                .next()
                .unwrap(),
        )
        .unwrap();
        let octets = canonical(signed_info, None, &method, usize::MAX).unwrap();
        let mut signer = Signer::new(self.hash, &self.key).unwrap();
        if self.algorithm.ends_with("MGF1") {
            signer.set_rsa_padding(Padding::PKCS1_PSS).unwrap();
            signer.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH).unwrap();
        }
        let mut made = signer.sign_oneshot_to_vec(&octets).unwrap();
        if self.algorithm.contains("ecdsa") {
            let pair = EcdsaSig::from_der(&made).unwrap();
            made = [
                pair.r().to_vec_padded(32).unwrap(),
                pair.s().to_vec_padded(32).unwrap(),
            ]
            .concat();
        }
        xml.replacen("@@", &STANDARD.encode(made), 1)
    }
}

pub(super) fn by_id<'a, 'i>(document: &'a Document<'i>, id: &str) -> Node<'a, 'i> {
    document
        .descendants()
        .find(|node| xml::attribute(*node, "ID") == Some(id))
        .unwrap()
}

/// A Response with one signed Assertion about the attacker, and its pieces.
pub(super) struct Captured {
    pub(super) message: String,
    /// The signed Assertion, its Signature in it.
    pub(super) assertion: String,
    /// The Assertion without its Signature.
    pub(super) bare: String,
    pub(super) signature: String,
}

/// Signs the Assertion `_g` about the attacker.
pub(super) fn captured() -> Captured {
    let message = Signing::of("_g").sign(&response("_r", &assertion("_g", ATTACKER)));
    let signature = piece(&message, DS, "Signature");
    let assertion = piece(&message, SAML, "Assertion");
    Captured {
        bare: assertion.replace(&signature, ""),
        message,
        assertion,
        signature,
    }
}

/// The source of the first element with that name.
pub(super) fn piece(xml: &str, namespace: &str, name: &str) -> String {
    let document = Document::parse(xml).unwrap();
    let node = document
        .descendants()
        .find(|node| xml::is(*node, namespace, name))
        .unwrap();
    xml[node.range()].to_owned()
}
