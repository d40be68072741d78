//! The mock's own certificate authority.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::x509::extension::{
    AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAlternativeName,
    SubjectKeyIdentifier,
};
use openssl::x509::{X509, X509Builder, X509NameBuilder};

use super::tls_error::TlsError;
use crate::guid;

/// Whom a certificate is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Host {
    Name(String),
    Address(IpAddr),
}

impl Host {
    /// Whether every certificate is for it already.
    pub(super) fn is_this_machine(&self) -> bool {
        match self {
            Self::Name(name) => name == "localhost",
            Self::Address(address) => {
                *address == IpAddr::V4(Ipv4Addr::LOCALHOST) || *address == IpAddr::V6(Ipv6Addr::LOCALHOST)
            }
        }
    }

    /// A host as it stands in a URL.
    pub(super) fn of(text: &str) -> Self {
        match text.trim_matches(['[', ']']).parse() {
            Ok(address) => Self::Address(address),
            Err(_) => Self::Name(text.to_ascii_lowercase()),
        }
    }
}

/// A key and the certificate under which it signs others.
#[derive(Clone)]
pub(super) struct Authority {
    key: PKey<Private>,
    certificate: X509,
    pem: String,
}

const AUTHORITY_DAYS: u32 = 3650;
/// Browsers take no certificate that lives longer than 398 days.
const LEAF_DAYS: u32 = 397;

impl Authority {
    pub(super) fn generate() -> Result<Self, ErrorStack> {
        let key = new_key()?;
        let name = format!("samlitmus mock CA {}", &guid::fresh()[..8]);
        let mut builder = certificate(&name, AUTHORITY_DAYS)?;
        builder.set_pubkey(&key)?;
        let subject = common_name(&name)?;
        builder.set_issuer_name(&subject)?;
        builder.append_extension(BasicConstraints::new().critical().ca().pathlen(0).build()?)?;
        builder.append_extension(KeyUsage::new().critical().key_cert_sign().crl_sign().build()?)?;
        let identifier = SubjectKeyIdentifier::new().build(&builder.x509v3_context(None, None))?;
        builder.append_extension(identifier)?;
        builder.sign(&key, MessageDigest::sha256())?;
        Self::of(key, builder.build())
    }

    /// The authority of this folder, made on first use, and the file with its certificate. Of two processes that begin together one
    /// makes it.
    pub(super) fn open(folder: &Path) -> Result<(Self, PathBuf), TlsError> {
        let at = |path: &Path| {
            let path = path.to_owned();
            move |source| TlsError::Folder { path, source }
        };
        let mut builder = DirBuilder::new();
        builder.recursive(true).mode(0o700);
        builder.create(folder).map_err(at(folder))?;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).map_err(at(folder))?;
        let kept = folder.join("ca.key");
        if !kept.exists() {
            let fresh = Self::generate()?;
            let key = String::from_utf8_lossy(&fresh.key.private_key_to_pem_pkcs8()?).into_owned();
            let draft = folder.join(format!("ca.{}", guid::fresh()));
            write(&draft, 0o600, &format!("{key}{}", fresh.pem)).map_err(at(&draft))?;
            let linked = fs::hard_link(&draft, &kept);
            fs::remove_file(&draft).map_err(at(&draft))?;
            match linked {
                Err(source) if source.kind() != io::ErrorKind::AlreadyExists => {
                    return Err(at(&kept)(source));
                }
                _ => {}
            }
        }
        let text = fs::read(&kept).map_err(at(&kept))?;
        let authority = Self::read(&text).ok_or_else(|| TlsError::Damaged { path: kept.clone() })?;
        fs::set_permissions(&kept, fs::Permissions::from_mode(0o600)).map_err(at(&kept))?;
        let public = folder.join("ca.pem");
        if fs::read_to_string(&public).ok().as_deref() != Some(&authority.pem) {
            let draft = folder.join(format!("ca.{}", guid::fresh()));
            write(&draft, 0o644, &authority.pem).map_err(at(&draft))?;
            fs::rename(&draft, &public).map_err(at(&public))?;
        }
        Ok((authority, public))
    }

    pub(super) fn certificate(&self) -> &X509 {
        &self.certificate
    }

    pub(super) fn certificate_pem(&self) -> &str {
        &self.pem
    }

    /// A new key with a certificate for this machine's own names and these.
    pub(super) fn leaf(&self, hosts: &[Host]) -> Result<(PKey<Private>, X509), ErrorStack> {
        let key = new_key()?;
        let mut builder = certificate("localhost", LEAF_DAYS)?;
        builder.set_pubkey(&key)?;
        builder.set_issuer_name(self.certificate.subject_name())?;
        builder.append_extension(BasicConstraints::new().build()?)?;
        builder.append_extension(KeyUsage::new().critical().digital_signature().build()?)?;
        builder.append_extension(ExtendedKeyUsage::new().server_auth().build()?)?;
        let mut names = SubjectAlternativeName::new();
        names
            .dns("localhost")
            .ip(&Ipv4Addr::LOCALHOST.to_string())
            .ip(&Ipv6Addr::LOCALHOST.to_string());
        for host in hosts {
            match host {
                Host::Name(name) => names.dns(name),
                Host::Address(address) => names.ip(&address.to_string()),
            };
        }
        let context = builder.x509v3_context(Some(&self.certificate), None);
        let names = names.build(&context)?;
        let own = SubjectKeyIdentifier::new().build(&context)?;
        let issuer = AuthorityKeyIdentifier::new().keyid(true).build(&context)?;
        for extension in [names, own, issuer] {
            builder.append_extension(extension)?;
        }
        builder.sign(&self.key, MessageDigest::sha256())?;
        Ok((key, builder.build()))
    }

    fn of(key: PKey<Private>, certificate: X509) -> Result<Self, ErrorStack> {
        let pem = String::from_utf8_lossy(&certificate.to_pem()?).into_owned();
        Ok(Self {
            key,
            certificate,
            pem,
        })
    }

    fn read(text: &[u8]) -> Option<Self> {
        let key = PKey::private_key_from_pem(text).ok()?;
        let certificate = X509::from_pem(text).ok()?;
        let own = certificate.public_key().ok()?.public_eq(&key);
        own.then(|| Self::of(key, certificate).ok()).flatten()
    }
}

fn new_key() -> Result<PKey<Private>, ErrorStack> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
    PKey::from_ec_key(EcKey::generate(&group)?)
}

fn common_name(name: &str) -> Result<openssl::x509::X509Name, ErrorStack> {
    let mut builder = X509NameBuilder::new()?;
    builder.append_entry_by_nid(Nid::COMMONNAME, name)?;
    Ok(builder.build())
}

/// A draft with this subject, valid from an hour ago: another machine's clock may be behind.
fn certificate(name: &str, days: u32) -> Result<X509Builder, ErrorStack> {
    let mut builder = X509::builder()?;
    builder.set_version(2)?;
    let mut serial = guid::random::<16>();
    serial[0] &= 0x7f;
    let serial = BigNum::from_slice(&serial)?.to_asn1_integer()?;
    builder.set_serial_number(&serial)?;
    builder.set_subject_name(&*common_name(name)?)?;
    let from = jiff::Timestamp::now().as_second() - 3600;
    builder.set_not_before(&*Asn1Time::from_unix(from)?)?;
    builder.set_not_after(&*Asn1Time::from_unix(from + i64::from(days) * 86_400)?)?;
    Ok(builder)
}

fn write(path: &Path, mode: u32, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leaf_is_for_this_machine_and_the_hosts_asked_for_and_its_authority_vouches_for_it() {
        let authority = Authority::generate().unwrap();
        let hosts = [Host::of("IDP.example"), Host::of("[fd00::1]")];
        let (key, leaf) = authority.leaf(&hosts).unwrap();
        assert!(leaf.verify(&authority.key).unwrap() && leaf.public_key().unwrap().public_eq(&key));
        let names = leaf.subject_alt_names().unwrap();
        let dns: Vec<_> = names.iter().filter_map(|name| name.dnsname()).collect();
        assert_eq!(dns, ["localhost", "idp.example"]);
        assert_eq!(names.iter().filter(|name| name.ipaddress().is_some()).count(), 3);
    }

    #[test]
    fn an_authority_is_made_once_and_its_key_is_for_its_owner_alone() {
        let state = tempfile::tempdir().unwrap();
        let folder = state.path().join("tls");
        let (first, public) = Authority::open(&folder).unwrap();
        let (again, _) = Authority::open(&folder).unwrap();
        assert_eq!(first.pem, again.pem);
        assert_eq!(fs::read_to_string(&public).unwrap(), first.pem);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&folder.join("ca.key"))), (0o700, 0o600));
        assert!(!fs::read_to_string(&public).unwrap().contains("PRIVATE"));
        assert_eq!(
            fs::read_dir(&folder).unwrap().count(),
            2,
            "no draft is left behind"
        );

        fs::write(folder.join("ca.key"), "garbage").unwrap();
        let error = Authority::open(&folder).err().unwrap().to_string();
        assert!(error.contains("delete it"), "{error}");
    }
}
