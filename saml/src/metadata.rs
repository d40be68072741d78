//! Metadata of both roles (SAML Metadata 2.4), read and written. Azure's own federation metadata, with its
//! other roles around the one, is read here too.

use roxmltree::Node;
use thiserror::Error;

use crate::{
    authn_request::{plain, truth},
    document::{XmlError, child, children, decode_utf8, descendants, escape_text, parse, text},
    key::{Certificate, KeyError},
    names::{binding, ns},
    write::{attribute, optional},
};

/// Why bytes are no metadata of the role that is wanted.
#[derive(Debug, Error)]
pub enum MetadataError {
    /// A web page.
    #[error("this is an HTML page, not SAML metadata: check the URL, and whether it needs a sign-in")]
    Html,
    /// Not XML as SAML wants it.
    #[error("this is not SAML metadata: {0}")]
    Xml(#[from] XmlError),
    /// Another document.
    #[error("this is not SAML metadata: its document element is {0}, not md:EntityDescriptor")]
    Other(String),
    /// No entityID.
    #[error("the md:EntityDescriptor has no entityID")]
    NoEntityId,
    /// Not the role that is wanted.
    #[error("the metadata of {entity} describes no {role}")]
    NoRole {
        /// Whose it is.
        entity: String,
        /// `SPSSODescriptor` or `IDPSSODescriptor`.
        role: &'static str,
    },
    /// An aggregate in which several could be meant.
    #[error("this is an aggregate with {0} entities of that role: give the metadata of one")]
    Aggregate(usize),
    /// A certificate that cannot be read.
    #[error("a certificate in the metadata of {entity} cannot be read: {why}")]
    Certificate {
        /// Whose it is.
        entity: String,
        /// Why.
        why: KeyError,
    },
}

/// An endpoint of a role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endpoint {
    /// The binding.
    pub binding: String,
    /// The URL.
    pub location: String,
    /// The URL for responses, where it is another one.
    pub response_location: Option<String>,
}

/// An endpoint with an index: an AssertionConsumerService, an ArtifactResolutionService.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AcsEndpoint {
    /// The binding.
    pub binding: String,
    /// The URL.
    pub location: String,
    /// The index that an AuthnRequest, or an artifact, may name.
    pub index: Option<u16>,
    /// Whether it is the default.
    pub is_default: bool,
}

/// What an SP publishes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpMetadata {
    /// Its name.
    pub entity_id: String,
    /// Where it takes responses.
    pub acs: Vec<AcsEndpoint>,
    /// Where it takes logout messages.
    pub slo: Vec<Endpoint>,
    /// Whether it signs its requests.
    pub authn_requests_signed: bool,
    /// Whether it wants Assertions signed.
    pub want_assertions_signed: bool,
    /// Its signing certificates.
    pub signing: Vec<Certificate>,
    /// Its encryption certificates.
    pub encryption: Vec<Certificate>,
    /// The name formats that it understands.
    pub name_id_formats: Vec<String>,
}

/// What an IdP publishes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdpMetadata {
    /// Its name.
    pub entity_id: String,
    /// Where artifacts are exchanged for what they stand for.
    pub artifact_resolution: Vec<AcsEndpoint>,
    /// Where it takes AuthnRequests.
    pub sso: Vec<Endpoint>,
    /// Where it takes logout messages.
    pub slo: Vec<Endpoint>,
    /// Its signing certificates.
    pub signing: Vec<Certificate>,
    /// Its encryption certificates.
    pub encryption: Vec<Certificate>,
}

impl SpMetadata {
    /// Reads an SP's metadata; of an aggregate, its only SP.
    ///
    /// # Errors
    /// What [`MetadataError`] names.
    pub fn parse(bytes: &[u8]) -> Result<Self, MetadataError> {
        role(bytes, "SPSSODescriptor", |entity_id, role| {
            let (signing, encryption) = certificates(&entity_id, role)?;
            Ok(Self {
                acs: indexed(role, "AssertionConsumerService"),
                slo: endpoints(role, "SingleLogoutService"),
                authn_requests_signed: plain(role, "AuthnRequestsSigned").is_some_and(|v| truth(&v)),
                want_assertions_signed: plain(role, "WantAssertionsSigned").is_some_and(|v| truth(&v)),
                signing,
                encryption,
                name_id_formats: children(role, ns::MD, "NameIDFormat")
                    .map(|n| text(n).trim().to_owned())
                    .collect(),
                entity_id,
            })
        })
    }

    /// The ACS of responses that answer no particular endpoint: HTTP-POST, the default or the first.
    pub fn default_acs(&self) -> Option<&AcsEndpoint> {
        let posts = || self.acs.iter().filter(|acs| acs.binding == binding::POST);
        posts().find(|acs| acs.is_default).or_else(|| posts().next())
    }

    /// The text.
    pub fn to_xml(&self) -> String {
        let mut out = begin(&self.entity_id);
        out.push_str("<md:SPSSODescriptor");
        attribute(
            &mut out,
            "AuthnRequestsSigned",
            if self.authn_requests_signed {
                "true"
            } else {
                "false"
            },
        );
        attribute(
            &mut out,
            "WantAssertionsSigned",
            if self.want_assertions_signed {
                "true"
            } else {
                "false"
            },
        );
        attribute(&mut out, "protocolSupportEnumeration", ns::SAMLP);
        out.push('>');
        keys(&mut out, &self.signing, &self.encryption);
        write_endpoints(&mut out, "SingleLogoutService", &self.slo);
        for format in &self.name_id_formats {
            out.push_str(&format!(
                "<md:NameIDFormat>{}</md:NameIDFormat>",
                escape_text(format)
            ));
        }
        write_indexed(&mut out, "AssertionConsumerService", &self.acs);
        out.push_str("</md:SPSSODescriptor></md:EntityDescriptor>");
        out
    }
}

impl IdpMetadata {
    /// Reads an IdP's metadata. A KeyDescriptor without `use` is for both uses (erratum E62).
    ///
    /// # Errors
    /// What [`MetadataError`] names.
    pub fn parse(bytes: &[u8]) -> Result<Self, MetadataError> {
        role(bytes, "IDPSSODescriptor", Self::of_role)
    }

    /// What one IDPSSODescriptor says of the entity that it stands in, for those who have found it themselves.
    ///
    /// # Errors
    /// A certificate that cannot be read.
    pub fn of_role(entity_id: String, role: Node<'_, '_>) -> Result<Self, MetadataError> {
        let (signing, encryption) = certificates(&entity_id, role)?;
        Ok(Self {
            artifact_resolution: indexed(role, "ArtifactResolutionService"),
            sso: endpoints(role, "SingleSignOnService"),
            slo: endpoints(role, "SingleLogoutService"),
            signing,
            encryption,
            entity_id,
        })
    }

    /// The text.
    pub fn to_xml(&self) -> String {
        let mut out = begin(&self.entity_id);
        out.push_str("<md:IDPSSODescriptor");
        attribute(&mut out, "protocolSupportEnumeration", ns::SAMLP);
        out.push('>');
        keys(&mut out, &self.signing, &self.encryption);
        write_indexed(&mut out, "ArtifactResolutionService", &self.artifact_resolution);
        write_endpoints(&mut out, "SingleLogoutService", &self.slo);
        write_endpoints(&mut out, "SingleSignOnService", &self.sso);
        out.push_str("</md:IDPSSODescriptor></md:EntityDescriptor>");
        out
    }
}

/// Finds the one entity with a role, and reads it.
fn role<T>(
    bytes: &[u8],
    name: &'static str,
    read: impl FnOnce(String, Node<'_, '_>) -> Result<T, MetadataError>,
) -> Result<T, MetadataError> {
    let xml = decode_utf8(bytes)?;
    let tree = parse(xml.trim_start()).map_err(|error| {
        if is_html(&xml) {
            MetadataError::Html
        } else {
            error.into()
        }
    })?;
    let root = tree.root_element();
    if root.tag_name().name().eq_ignore_ascii_case("html") {
        return Err(MetadataError::Html);
    }
    let entity = if root.has_tag_name((ns::MD, "EntityDescriptor")) {
        root
    } else if root.has_tag_name((ns::MD, "EntitiesDescriptor")) {
        let fitting: Vec<_> = descendants(root, ns::MD, "EntityDescriptor")
            .filter(|n| child(*n, ns::MD, name).is_some())
            .collect();
        match fitting[..] {
            [one] => one,
            _ => return Err(MetadataError::Aggregate(fitting.len())),
        }
    } else {
        return Err(MetadataError::Other(
            root.tag_name().name().chars().take(64).collect(),
        ));
    };
    let entity_id = plain(entity, "entityID")
        .filter(|id| !id.is_empty())
        .ok_or(MetadataError::NoEntityId)?;
    // An entity may describe the role once more for an older protocol (Metadata 2.4.1).
    let saml2 = |n: &Node<'_, '_>| {
        let protocols = n.attribute("protocolSupportEnumeration").unwrap_or_default();
        protocols.split_ascii_whitespace().any(|p| p == ns::SAMLP)
    };
    let role = children(entity, ns::MD, name)
        .find(saml2)
        .or_else(|| child(entity, ns::MD, name))
        .ok_or_else(|| MetadataError::NoRole {
            entity: entity_id.clone(),
            role: name,
        })?;
    read(entity_id, role)
}

fn is_html(text: &str) -> bool {
    let head: String = text.chars().take(2_048).collect::<String>().to_ascii_lowercase();
    head.contains("<html") || head.contains("<!doctype html")
}

fn endpoints(role: Node<'_, '_>, name: &str) -> Vec<Endpoint> {
    children(role, ns::MD, name)
        .map(|n| Endpoint {
            binding: plain(n, "Binding").unwrap_or_default(),
            location: plain(n, "Location").unwrap_or_default().trim().to_owned(),
            response_location: plain(n, "ResponseLocation"),
        })
        .collect()
}

fn indexed(role: Node<'_, '_>, name: &str) -> Vec<AcsEndpoint> {
    children(role, ns::MD, name)
        .map(|n| AcsEndpoint {
            binding: plain(n, "Binding").unwrap_or_default(),
            location: plain(n, "Location").unwrap_or_default().trim().to_owned(),
            index: plain(n, "index").and_then(|index| index.trim().parse().ok()),
            is_default: plain(n, "isDefault").is_some_and(|v| truth(&v)),
        })
        .collect()
}

fn certificates(
    entity: &str,
    role: Node<'_, '_>,
) -> Result<(Vec<Certificate>, Vec<Certificate>), MetadataError> {
    let (mut signing, mut encryption) = (Vec::new(), Vec::new());
    for descriptor in children(role, ns::MD, "KeyDescriptor") {
        let usage = plain(descriptor, "use");
        for node in descendants(descriptor, ns::DS, "X509Certificate") {
            let certificate =
                Certificate::from_base64(&text(node)).map_err(|why| MetadataError::Certificate {
                    entity: entity.to_owned(),
                    why,
                })?;
            if usage.as_deref() != Some("encryption") {
                signing.push(certificate.clone());
            }
            if usage.as_deref() != Some("signing") {
                encryption.push(certificate);
            }
        }
    }
    Ok((signing, encryption))
}

fn begin(entity_id: &str) -> String {
    let mut out = String::with_capacity(4_096);
    out.push_str("<md:EntityDescriptor");
    attribute(&mut out, "xmlns:md", ns::MD);
    attribute(&mut out, "entityID", entity_id);
    out.push('>');
    out
}

fn keys(out: &mut String, signing: &[Certificate], encryption: &[Certificate]) {
    let uses = signing
        .iter()
        .map(|c| ("signing", c))
        .chain(encryption.iter().map(|c| ("encryption", c)));
    for (usage, certificate) in uses {
        out.push_str(&format!(
            "<md:KeyDescriptor use=\"{usage}\"><ds:KeyInfo xmlns:ds=\"{}\"><ds:X509Data><ds:X509Certificate>{}\
             </ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>",
            ns::DS,
            certificate.base64(),
        ));
    }
}

fn write_endpoints(out: &mut String, name: &str, endpoints: &[Endpoint]) {
    for endpoint in endpoints {
        out.push_str(&format!("<md:{name}"));
        attribute(out, "Binding", &endpoint.binding);
        attribute(out, "Location", &endpoint.location);
        optional(out, "ResponseLocation", endpoint.response_location.as_deref());
        out.push_str("/>");
    }
}

fn write_indexed(out: &mut String, name: &str, endpoints: &[AcsEndpoint]) {
    for (place, endpoint) in (0u16..).zip(endpoints) {
        out.push_str(&format!("<md:{name}"));
        attribute(out, "Binding", &endpoint.binding);
        attribute(out, "Location", &endpoint.location);
        attribute(out, "index", &endpoint.index.unwrap_or(place).to_string());
        optional(out, "isDefault", endpoint.is_default.then_some("true"));
        out.push_str("/>");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::{Kind, SigningKey};
    use proptest::prelude::*;

    #[test]
    fn both_roles_read_back_what_they_write() {
        let certificate = SigningKey::generate(Kind::P256).unwrap().certificate().clone();
        let sp = SpMetadata {
            entity_id: "https://sp.example/?a&b".to_owned(),
            acs: vec![
                AcsEndpoint {
                    binding: binding::ARTIFACT.to_owned(),
                    location: "https://sp.example/a".to_owned(),
                    index: Some(0),
                    is_default: true,
                },
                AcsEndpoint {
                    binding: binding::POST.to_owned(),
                    location: "https://sp.example/b".to_owned(),
                    index: Some(1),
                    is_default: false,
                },
            ],
            want_assertions_signed: true,
            encryption: vec![certificate.clone()],
            name_id_formats: vec!["urn:a&b".to_owned()],
            ..SpMetadata::default()
        };
        let again = SpMetadata::parse(sp.to_xml().as_bytes()).unwrap();
        assert_eq!(again, sp);
        assert_eq!(again.default_acs().unwrap().location, "https://sp.example/b");
        let idp = IdpMetadata {
            entity_id: "https://idp.example/".to_owned(),
            artifact_resolution: vec![AcsEndpoint {
                binding: binding::SOAP.to_owned(),
                location: "https://idp.example/artifact".to_owned(),
                index: Some(3),
                is_default: true,
            }],
            sso: vec![Endpoint {
                binding: binding::REDIRECT.to_owned(),
                location: "https://idp.example/sso".to_owned(),
                response_location: None,
            }],
            signing: vec![certificate],
            ..IdpMetadata::default()
        };
        let with_mark = [b"\xEF\xBB\xBF", idp.to_xml().as_bytes()].concat();
        assert_eq!(IdpMetadata::parse(&with_mark).unwrap(), idp);
    }

    #[test]
    fn a_key_without_use_serves_both() {
        let certificate = SigningKey::generate(Kind::P256).unwrap().certificate().clone();
        let idp = IdpMetadata {
            entity_id: "i".to_owned(),
            signing: vec![certificate.clone()],
            ..IdpMetadata::default()
        };
        let read = IdpMetadata::parse(idp.to_xml().replace(" use=\"signing\"", "").as_bytes()).unwrap();
        assert_eq!(
            (read.signing, read.encryption),
            (vec![certificate.clone()], vec![certificate])
        );
    }

    #[test]
    fn what_is_no_metadata_is_told_what_it_is() {
        let say = |text: &str| SpMetadata::parse(text.as_bytes()).unwrap_err().to_string();
        assert!(say("<!doctype html><p>sign in").contains("HTML page"));
        assert!(say("{}").contains("not well-formed"));
        assert!(say("<a/>").contains("its document element is a"));
        let idp = IdpMetadata {
            entity_id: "https://i".to_owned(),
            ..IdpMetadata::default()
        }
        .to_xml();
        assert!(say(&idp).contains("describes no SPSSODescriptor"));
    }

    #[test]
    fn of_an_aggregate_the_only_one_of_the_role_is_read_and_of_two_roles_the_one_for_saml_2() {
        let sp = SpMetadata {
            entity_id: "https://sp".to_owned(),
            acs: vec![AcsEndpoint {
                binding: binding::POST.to_owned(),
                location: "https://sp/acs".to_owned(),
                index: Some(0),
                is_default: false,
            }],
            ..SpMetadata::default()
        };
        let old = format!(
            "<md:SPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:1.1:protocol\"/>{}",
            "<md:SPSSODescriptor"
        );
        let xml = sp.to_xml().replacen("<md:SPSSODescriptor", &old, 1);
        let idp = IdpMetadata {
            entity_id: "https://i".to_owned(),
            ..IdpMetadata::default()
        }
        .to_xml();
        let many = |inside: &str| {
            format!(
                "<md:EntitiesDescriptor xmlns:md=\"{}\">{inside}</md:EntitiesDescriptor>",
                ns::MD
            )
        };
        assert_eq!(
            SpMetadata::parse(many(&format!("{idp}{xml}")).as_bytes()).unwrap(),
            sp
        );
        assert!(matches!(
            SpMetadata::parse(many(&format!("{xml}{xml}")).as_bytes()),
            Err(MetadataError::Aggregate(2))
        ));
    }

    proptest! {
        #[test]
        fn garbage_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = SpMetadata::parse(&bytes);
            let _ = IdpMetadata::parse(&bytes);
        }
    }
}
