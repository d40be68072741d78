//! `keyCredentials`: an application's own signing certificates, and those of the service provider.

use base64::prelude::*;
use jiff::Timestamp;
use saml::key::{Certificate, SigningKey};
use serde_json::{Map, Value, json};

use super::body;
use super::call::Side;
use super::error::GraphError;
use crate::directory::{Application, PublicCertificate, SigningCertificate};
use crate::guid;

/// The most certificates of a kind.
const MOST: usize = 32;

/// The credentials of one of the two objects: at the application those of the service provider, at the service principal two for
/// each token-signing certificate. The keys themselves are shown where they are asked for; private ones never.
pub(super) fn shown(application: &Application, side: Side, keys: bool) -> Value {
    let public = |known: &PublicCertificate, usage: &str| {
        one(
            &known.certificate,
            &known.key_id,
            "AsymmetricX509Cert",
            usage,
            keys,
        )
    };
    let all: Vec<Value> = match side {
        Side::Application => {
            let encrypt = application
                .encryption_certificates
                .iter()
                .map(|known| public(known, "Encrypt"));
            let verify = application
                .verification
                .certificates
                .iter()
                .map(|known| public(known, "Verify"));
            encrypt.chain(verify).collect()
        }
        Side::ServicePrincipal => application
            .certificates
            .iter()
            .flat_map(|own| {
                [
                    one(
                        &own.certificate,
                        &private_id(own),
                        "X509CertAndPassword",
                        "Sign",
                        false,
                    ),
                    one(
                        &own.certificate,
                        &own.key_id,
                        "AsymmetricX509Cert",
                        "Verify",
                        keys,
                    ),
                ]
            })
            .collect(),
    };
    all.into()
}

/// The id of the credential that stands for the private key, and of the password that belongs to it.
pub(super) fn private_id(own: &SigningCertificate) -> String {
    guid::derived(&format!("private key of {}", own.key_id))
}

/// SHA-1 of the certificate, as Base64: what ties the credentials of one certificate together.
pub(super) fn custom_id(certificate: &Certificate) -> String {
    BASE64_STANDARD.encode(openssl::sha::sha1(certificate.der()))
}

fn one(certificate: &Certificate, id: &str, kind: &str, usage: &str, with_key: bool) -> Value {
    json!({
        "customKeyIdentifier": custom_id(certificate),
        "displayName": format!("CN={}", certificate.subject_cn().unwrap_or_default()),
        "endDateTime": body::written(certificate.not_after()),
        "key": with_key.then(|| certificate.base64()),
        "keyId": id,
        "startDateTime": body::written(certificate.not_before()),
        "type": kind,
        "usage": usage,
    })
}

/// All credentials at once; those without a key are kept by their id, and those that are missing go.
pub(super) fn patch(
    application: &mut Application,
    side: Side,
    whole: &Map<String, Value>,
    value: &Value,
) -> Result<(), GraphError> {
    let list = body::list("keyCredentials", value)?;
    if list.len() > 3 * MOST {
        return Err(GraphError::property("keyCredentials", "There are too many."));
    }
    let credentials: Vec<Credential> = list.iter().map(Credential::read).collect::<Result<_, _>>()?;
    match side {
        Side::Application => {
            application.encryption_certificates =
                public(&application.encryption_certificates, &credentials, "Encrypt")?;
            application.verification.certificates =
                public(&application.verification.certificates, &credentials, "Verify")?;
            if application.encryption_certificate().is_none() {
                application.token_encryption_key_id = None;
            }
            match credentials.iter().any(|known| known.usage == "Sign") {
                true => Err(GraphError::property(
                    "keyCredentials",
                    "Signing certificates belong to the service principal.",
                )),
                false => Ok(()),
            }
        }
        Side::ServicePrincipal => signing(application, &credentials, whole),
    }
}

/// `tokenEncryptionKeyId`: the certificate that assertions are encrypted to.
pub(super) fn patch_encryption(application: &mut Application, value: &Value) -> Result<(), GraphError> {
    const NAME: &str = "tokenEncryptionKeyId";
    application.token_encryption_key_id = match value {
        Value::Null => None,
        value => {
            let id = body::guid(NAME, value)?;
            let mut all = application.encryption_certificates.iter();
            let known = all.find(|known| known.key_id.eq_ignore_ascii_case(&id));
            let known = known
                .ok_or_else(|| GraphError::property(NAME, "No key credential for encryption has this id."))?;
            Some(known.key_id.clone())
        }
    };
    Ok(())
}

struct Credential {
    id: Option<String>,
    usage: String,
    kind: String,
    key: Option<Vec<u8>>,
}

impl Credential {
    fn read(value: &Value) -> Result<Self, GraphError> {
        const KNOWN: [&str; 8] = [
            "customKeyIdentifier",
            "displayName",
            "endDateTime",
            "key",
            "keyId",
            "startDateTime",
            "type",
            "usage",
        ];
        let object = body::object("keyCredentials", value)?;
        if let Some((strange, _)) = body::properties(object).find(|(name, _)| !KNOWN.contains(name)) {
            return Err(GraphError::unknown(&format!("keyCredentials/{strange}")));
        }
        let field = |name: &str| object.get(name).filter(|value| !value.is_null());
        let text = |name: &str| field(name).map(|value| body::text(name, value)).transpose();
        // A key is longer than texts may be.
        let key = field("key").and_then(Value::as_str).filter(|key| !key.is_empty());
        let key = key.map(|key| BASE64_STANDARD.decode(key)).transpose();
        Ok(Self {
            id: field("keyId")
                .map(|value| body::guid("keyId", value))
                .transpose()?,
            usage: text("usage")?.unwrap_or_else(|| "Verify".to_owned()),
            kind: text("type")?.unwrap_or_default(),
            key: key.map_err(|_| GraphError::property("key", "Base64 is expected."))?,
        })
    }

    fn certificate(&self) -> Result<Option<Certificate>, GraphError> {
        let Some(bytes) = &self.key else { return Ok(None) };
        let pem = || Certificate::from_pem(std::str::from_utf8(bytes).unwrap_or_default());
        let certificate = Certificate::from_der(bytes).or_else(|_| pem());
        // Some clients send the Base64 of the file's Base64.
        let twice = || Certificate::from_base64(std::str::from_utf8(bytes).unwrap_or_default());
        let certificate = certificate.or_else(|_| twice());
        certificate
            .map(Some)
            .map_err(|_| GraphError::property("key", "The key is no X.509 certificate."))
    }
}

fn public(
    before: &[PublicCertificate],
    credentials: &[Credential],
    usage: &str,
) -> Result<Vec<PublicCertificate>, GraphError> {
    let mut after: Vec<PublicCertificate> = Vec::new();
    for credential in credentials.iter().filter(|credential| credential.usage == usage) {
        let known = before.iter().find(|known| {
            credential
                .id
                .as_ref()
                .is_some_and(|id| known.key_id.eq_ignore_ascii_case(id))
        });
        after.push(match (credential.certificate()?, known) {
            (Some(certificate), known) => PublicCertificate {
                key_id: credential.id.clone().unwrap_or_else(guid::fresh),
                uploaded: known.map_or_else(Timestamp::now, |known| known.uploaded),
                certificate,
            },
            (None, Some(known)) => known.clone(),
            (None, None) => return Err(GraphError::property("key", "A new key credential needs its key.")),
        });
    }
    Ok(after)
}

/// Certificates stay of which a credential is named; a `Sign` one with a key is an imported `.pfx`, whose password stands beside it.
fn signing(
    application: &mut Application,
    credentials: &[Credential],
    whole: &Map<String, Value>,
) -> Result<(), GraphError> {
    let named = |id: &str| {
        credentials.iter().any(|known| {
            known
                .id
                .as_deref()
                .is_some_and(|known| known.eq_ignore_ascii_case(id))
        })
    };
    application
        .certificates
        .retain(|own| named(&own.key_id) || named(&private_id(own)));
    for credential in credentials {
        match (&credential.key, credential.usage.as_str()) {
            (Some(pfx), "Sign") => {
                let password = password_of(whole, credential.id.as_deref());
                let key = read_pfx(pfx, &password).ok_or_else(|| {
                    GraphError::property(
                        "key",
                        "It is no .pfx with one RSA key, or the password does not open it.",
                    )
                })?;
                let thumbprint = key.certificate().thumbprint_sha1();
                if application
                    .certificates
                    .iter()
                    .all(|own| own.certificate.thumbprint_sha1() != thumbprint)
                {
                    application.certificates.push(SigningCertificate::of(key, true));
                }
            }
            (Some(_), "Encrypt") => {
                let one = std::slice::from_ref(credential);
                application
                    .encryption_certificates
                    .extend(public(&[], one, "Encrypt")?);
            }
            // The certificate of a `.pfx` comes with it.
            (Some(_) | None, _) => {}
        }
        if credential.usage == "Sign" && credential.key.is_some() && credential.kind != "X509CertAndPassword"
        {
            return Err(GraphError::property("type", "X509CertAndPassword is expected."));
        }
    }
    match application.certificates.len() > MOST {
        true => Err(GraphError::property("keyCredentials", "There are too many.")),
        false => Ok(()),
    }
}

fn password_of(whole: &Map<String, Value>, id: Option<&str>) -> String {
    let passwords = whole.get("passwordCredentials").and_then(Value::as_array);
    let mut passwords = passwords.into_iter().flatten();
    let found = passwords.find(|known| {
        let of = known["keyId"].as_str();
        id.is_none() || of.zip(id).is_some_and(|(of, id)| of.eq_ignore_ascii_case(id))
    });
    found
        .and_then(|known| known["secretText"].as_str())
        .unwrap_or_default()
        .to_owned()
}

fn read_pfx(pfx: &[u8], password: &str) -> Option<SigningKey> {
    let parsed = openssl::pkcs12::Pkcs12::from_der(pfx)
        .ok()?
        .parse2(password)
        .ok()?;
    let (key, certificate) = (parsed.pkey?, parsed.cert?);
    key.rsa().ok()?;
    if !certificate.public_key().ok()?.public_eq(&key) {
        return None;
    }
    let key = String::from_utf8(key.private_key_to_pem_pkcs8().ok()?).ok()?;
    let certificate = String::from_utf8(certificate.to_pem().ok()?).ok()?;
    SigningKey::from_pem(&key, &certificate).ok()
}
