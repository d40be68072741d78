//! The algorithms by their identifiers (XML Signature 1.1, section 6; RFC 9231), computed by OpenSSL.

use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use openssl::bn::BigNum;
use openssl::ecdsa::EcdsaSig;
use openssl::error::ErrorStack;
use openssl::md::{Md, MdRef};
use openssl::pkey::{Id, PKey, Public};
use openssl::pkey_ctx::PkeyCtx;
use openssl::rsa::Padding;
use openssl::sha;
use openssl::sign::RsaPssSaltlen;

/// Larger keys than these are not tried, since a message may bring its own.
const KEY_BITS: u32 = 8_192;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    /// The hash that a `ds:DigestMethod` names.
    pub(crate) fn of(uri: &str) -> Option<Self> {
        Some(match uri {
            "http://www.w3.org/2000/09/xmldsig#sha1" => Self::Sha1,
            "http://www.w3.org/2001/04/xmlenc#sha256" => Self::Sha256,
            "http://www.w3.org/2001/04/xmldsig-more#sha384" => Self::Sha384,
            "http://www.w3.org/2001/04/xmlenc#sha512" => Self::Sha512,
            _ => return None,
        })
    }

    pub(crate) fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => sha::sha1(bytes).to_vec(),
            Self::Sha256 => sha::sha256(bytes).to_vec(),
            Self::Sha384 => sha::sha384(bytes).to_vec(),
            Self::Sha512 => sha::sha512(bytes).to_vec(),
        }
    }

    fn md(self) -> &'static MdRef {
        match self {
            Self::Sha1 => Md::sha1(),
            Self::Sha256 => Md::sha256(),
            Self::Sha384 => Md::sha384(),
            Self::Sha512 => Md::sha512(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    RsaPkcs1,
    RsaPss,
    Ecdsa,
}

/// A signature algorithm with a public key. Those with a shared secret have no place here: a public key is no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SignatureAlgorithm {
    scheme: Scheme,
    hash: Hash,
}

impl SignatureAlgorithm {
    /// The algorithm that a `ds:SignatureMethod` names.
    pub(crate) fn of(uri: &str) -> Option<Self> {
        if uri == "http://www.w3.org/2000/09/xmldsig#rsa-sha1" {
            return Some(Self {
                scheme: Scheme::RsaPkcs1,
                hash: Hash::Sha1,
            });
        }
        let (scheme, hash) = if let Some(name) = uri.strip_prefix("http://www.w3.org/2001/04/xmldsig-more#") {
            let (scheme, hash) = name.split_once('-')?;
            let scheme = match scheme {
                "rsa" => Scheme::RsaPkcs1,
                "ecdsa" => Scheme::Ecdsa,
                _ => return None,
            };
            // RSA with SHA-1 has the older identifier alone.
            (
                scheme,
                Some(hash).filter(|hash| *hash != "sha1" || scheme == Scheme::Ecdsa)?,
            )
        } else {
            let name = uri.strip_prefix("http://www.w3.org/2007/05/xmldsig-more#")?;
            (Scheme::RsaPss, name.strip_suffix("-rsa-MGF1")?)
        };
        let hash = match hash {
            "sha1" => Hash::Sha1,
            "sha256" => Hash::Sha256,
            "sha384" => Hash::Sha384,
            "sha512" => Hash::Sha512,
            _ => return None,
        };
        Some(Self { scheme, hash })
    }

    /// Whether a strict reader of SAML allows it: RSA with PKCS#1 v1.5, and ECDSA with SHA-256. SHA-1 is among them because
    /// Entra ID still offers it.
    pub(crate) fn is_common(self) -> bool {
        match self.scheme {
            Scheme::RsaPkcs1 => true,
            Scheme::Ecdsa => self.hash == Hash::Sha256,
            Scheme::RsaPss => false,
        }
    }

    /// Whether `value` is the signature by `key` over `signed`.
    pub(crate) fn verifies(self, key: &PKey<Public>, signed: &[u8], value: &[u8]) -> bool {
        let fitting = match self.scheme {
            Scheme::Ecdsa => key.id() == Id::EC,
            Scheme::RsaPkcs1 | Scheme::RsaPss => key.id() == Id::RSA,
        };
        // What OpenSSL objects to in a hostile value is, for us, a signature that does not hold.
        fitting && key.bits() <= KEY_BITS && self.verify(key, signed, value).unwrap_or(false)
    }

    fn verify(self, key: &PKey<Public>, signed: &[u8], value: &[u8]) -> Result<bool, ErrorStack> {
        let mut context = PkeyCtx::new(key)?;
        context.verify_init()?;
        let digest = self.hash.digest(signed);
        match self.scheme {
            Scheme::Ecdsa => {
                let half = key.ec_key()?.group().order_bits().div_ceil(8) as usize;
                if value.len() != 2 * half {
                    return Ok(false);
                }
                let (r, s) = value.split_at(half);
                let pair = EcdsaSig::from_private_components(BigNum::from_slice(r)?, BigNum::from_slice(s)?)?;
                return context.verify(&digest, &pair.to_der()?);
            }
            Scheme::RsaPkcs1 => context.set_rsa_padding(Padding::PKCS1)?,
            Scheme::RsaPss => {
                context.set_rsa_padding(Padding::PKCS1_PSS)?;
                context.set_rsa_mgf1_md(self.hash.md())?;
                context.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH)?;
            }
        }
        context.set_signature_md(self.hash.md())?;
        context.verify(&digest, value)
    }
}

const FORGIVING: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Base64 as the most forgiving decoders read it: whatever is not of the alphabet is skipped.
pub(crate) fn base64_forgiving(text: &str) -> Option<Vec<u8>> {
    let kept: Vec<u8> = text
        .bytes()
        .filter(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
        .collect();
    FORGIVING.decode(kept).ok()
}

/// Base64 as XML Schema defines it: white space apart, canonical and padded.
pub(crate) fn base64_strict(text: &str) -> Option<Vec<u8>> {
    let kept: Vec<u8> = text
        .bytes()
        .filter(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
        .collect();
    STANDARD.decode(kept).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_read_exactly() {
        let more = "http://www.w3.org/2001/04/xmldsig-more#";
        for name in ["rsa-sha256", "rsa-sha384", "rsa-sha512", "ecdsa-sha256"] {
            assert!(
                SignatureAlgorithm::of(&format!("{more}{name}"))
                    .unwrap()
                    .is_common(),
                "{name}"
            );
        }
        assert!(
            SignatureAlgorithm::of("http://www.w3.org/2000/09/xmldsig#rsa-sha1")
                .unwrap()
                .is_common()
        );
        let pss = SignatureAlgorithm::of("http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1").unwrap();
        assert!(!pss.is_common());
        for name in ["hmac-sha256", "rsa-sha1", "rsa-md5", "", "rsa"] {
            assert_eq!(SignatureAlgorithm::of(&format!("{more}{name}")), None, "{name}");
        }
        for uri in ["", "urn:none", "http://www.w3.org/2000/09/xmldsig#hmac-sha1"] {
            assert_eq!(SignatureAlgorithm::of(uri), None, "{uri}");
        }
    }

    #[test]
    fn base64_is_strict_or_forgiving() {
        assert_eq!(base64_strict("aGk\r\n = "), Some(b"hi".to_vec()));
        for sloppy in ["aGk", "aGl=", "a!Gk="] {
            assert_eq!(base64_strict(sloppy), None, "{sloppy}");
            assert_eq!(base64_forgiving(sloppy), Some(b"hi".to_vec()), "{sloppy}");
        }
    }
}
