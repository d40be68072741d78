//! New keys. rcgen writes their certificates, without a back end of its own: OpenSSL signs.

use openssl::{
    ec::{EcGroup, EcKey},
    hash::MessageDigest,
    nid::Nid,
    pkey::{PKey, Private},
    rsa::Rsa,
    sign::Signer,
};
use rcgen::{CertificateParams, DistinguishedName, DnType, PublicKeyData, SerialNumber};

use super::{Certificate, KeyError, Kind, SigningKey};

impl SigningKey {
    pub(super) fn make(
        kind: Kind,
        cn: &str,
        from: i64,
        until: i64,
        serial: Option<Vec<u8>>,
    ) -> Result<Self, KeyError> {
        let private = match kind {
            Kind::Rsa2048 => PKey::from_rsa(Rsa::generate(2048)?)?,
            Kind::Rsa4096 => PKey::from_rsa(Rsa::generate(4096)?)?,
            Kind::P256 => {
                let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
                PKey::from_ec_key(EcKey::generate(&group)?)?
            }
        };
        let serial = match serial {
            Some(serial) => serial,
            None => {
                let mut bytes = [0u8; 16];
                getrandom::fill(&mut bytes).map_err(|e| KeyError::Random(e.to_string()))?;
                // Positive, and never shorter than 16 bytes in DER.
                bytes[0] = bytes[0] & 0x7f | 0x40;
                bytes.to_vec()
            }
        };
        let time = |at: i64| time::OffsetDateTime::from_unix_timestamp(at).map_err(|_| KeyError::Time);
        let signer = Signing::new(&private, kind)?;
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, cn);
        params.serial_number = Some(SerialNumber::from(serial));
        params.not_before = time(from)?;
        params.not_after = time(until)?;
        params.is_ca = rcgen::IsCa::NoCa;
        params.use_authority_key_identifier_extension = false;
        params.key_identifier_method =
            rcgen::KeyIdMethod::PreSpecified(openssl::sha::sha1(&signer.public).to_vec());
        let der = params.self_signed(&signer)?.der().to_vec();
        Ok(Self::new(private, Certificate::from_der(&der)?))
    }
}

/// An OpenSSL key that signs for rcgen.
struct Signing<'a> {
    private: &'a PKey<Private>,
    public: Vec<u8>,
    algorithm: &'static rcgen::SignatureAlgorithm,
}

impl<'a> Signing<'a> {
    fn new(private: &'a PKey<Private>, kind: Kind) -> Result<Self, KeyError> {
        let (public, algorithm) = match kind {
            Kind::Rsa2048 | Kind::Rsa4096 => {
                (private.rsa()?.public_key_to_der_pkcs1()?, &rcgen::PKCS_RSA_SHA256)
            }
            Kind::P256 => {
                let key = private.ec_key()?;
                let mut context = openssl::bn::BigNumContext::new()?;
                let form = openssl::ec::PointConversionForm::UNCOMPRESSED;
                (
                    key.public_key().to_bytes(key.group(), form, &mut context)?,
                    &rcgen::PKCS_ECDSA_P256_SHA256,
                )
            }
        };
        Ok(Self {
            private,
            public,
            algorithm,
        })
    }
}

impl PublicKeyData for Signing<'_> {
    fn der_bytes(&self) -> &[u8] {
        &self.public
    }
    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        self.algorithm
    }
}

impl rcgen::SigningKey for Signing<'_> {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Signer::new(MessageDigest::sha256(), self.private)
            .and_then(|mut signer| signer.sign_oneshot_to_vec(message))
            .map_err(|_| rcgen::Error::RemoteKeyError)
    }
}
