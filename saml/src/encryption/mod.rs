//! XML Encryption of assertions (XMLENC 1.1), by hand over OpenSSL: whoever tests an SP needs the padding, the tag
//! and the transport of the key in his own hands.

mod decrypt;
mod encrypt;

pub use decrypt::{Allowed, DecryptionError, decrypt, decrypt_node, decrypt_octets, one_element};
pub use encrypt::{EncryptionError, Material, Sealed, encrypt_assertion, encrypt_assertions_of, seal};

use openssl::{
    encrypt::{Decrypter, Encrypter},
    error::ErrorStack,
    hash::MessageDigest,
    pkey::{PKey, Private, Public},
    rsa::Padding,
    symm::Cipher,
};

use crate::names::enc;

/// How an assertion is encrypted; by default as Azure AD does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// What encrypts the assertion.
    pub data: DataAlgorithm,
    /// What encrypts the key of that.
    pub transport: KeyTransport,
    /// How the SP is told which of its keys is meant.
    pub hint: Hint,
}

/// What encrypts the data (XMLENC 1.1 section 5.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DataAlgorithm {
    /// AES-128 in CBC mode: hides, but does not protect from change.
    Aes128Cbc,
    /// AES-256 in CBC mode: hides, but does not protect from change.
    #[default]
    Aes256Cbc,
    /// AES-128 in Galois/Counter Mode.
    Aes128Gcm,
    /// AES-256 in Galois/Counter Mode.
    Aes256Gcm,
    /// Triple DES in CBC mode, whose blocks of eight octets are too small by now. For tests of SPs only.
    TripleDesCbc,
}

/// What encrypts the key of the data (XMLENC 1.1 section 5.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyTransport {
    /// RSA-OAEP with SHA-1, twice: `rsa-oaep-mgf1p` as everybody writes it.
    #[default]
    OaepSha1,
    /// RSA-OAEP with SHA-256, twice: `rsa-oaep` of XMLENC 1.1.
    OaepSha256,
    /// RSA-OAEP with SHA-256, its mask by SHA-1: `rsa-oaep` of XMLENC 1.1 where no mask function is named.
    OaepSha256Mgf1Sha1,
    /// RSAES-PKCS1-v1_5, which leaks keys to whoever may try often (Bleichenbacher). For tests of SPs only.
    Rsa15,
}

/// How the recipient's key is named in the EncryptedKey.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hint {
    /// Issuer and serial number of its certificate, within a SecurityTokenReference of WS-Security.
    #[default]
    IssuerSerial,
    /// The certificate.
    Certificate,
    /// Not at all.
    None,
}

impl DataAlgorithm {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Aes128Cbc,
        Self::Aes256Cbc,
        Self::Aes128Gcm,
        Self::Aes256Gcm,
        Self::TripleDesCbc,
    ];

    /// What stands in EncryptionMethod.
    pub fn uri(self) -> &'static str {
        match self {
            Self::Aes128Cbc => enc::AES128_CBC,
            Self::Aes256Cbc => enc::AES256_CBC,
            Self::Aes128Gcm => enc::AES128_GCM,
            Self::Aes256Gcm => enc::AES256_GCM,
            Self::TripleDesCbc => enc::TRIPLE_DES_CBC,
        }
    }

    /// Octets of its key.
    pub fn key_length(self) -> usize {
        self.cipher().key_len()
    }

    /// Octets of its initialization vector, which begins the encrypted data.
    pub fn iv_length(self) -> usize {
        if self.is_authenticated() { 12 } else { self.block() }
    }

    /// Whether a tag of 16 octets ends the encrypted data, without which no change is seen.
    pub fn is_authenticated(self) -> bool {
        matches!(self, Self::Aes128Gcm | Self::Aes256Gcm)
    }

    /// Octets of a block.
    fn block(self) -> usize {
        match self {
            Self::TripleDesCbc => 8,
            _ => BLOCK,
        }
    }

    fn cipher(self) -> Cipher {
        match self {
            Self::Aes128Cbc => Cipher::aes_128_cbc(),
            Self::Aes256Cbc => Cipher::aes_256_cbc(),
            Self::Aes128Gcm => Cipher::aes_128_gcm(),
            Self::Aes256Gcm => Cipher::aes_256_gcm(),
            Self::TripleDesCbc => Cipher::des_ede3_cbc(),
        }
    }
}

/// Octets of an AES block.
const BLOCK: usize = 16;

/// Octets of a GCM tag.
const TAG: usize = 16;

impl KeyTransport {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::OaepSha1,
        Self::OaepSha256,
        Self::OaepSha256Mgf1Sha1,
        Self::Rsa15,
    ];

    /// What stands in EncryptionMethod.
    pub fn uri(self) -> &'static str {
        match self {
            Self::OaepSha1 => enc::RSA_OAEP_MGF1P,
            Self::OaepSha256 | Self::OaepSha256Mgf1Sha1 => enc::RSA_OAEP,
            Self::Rsa15 => enc::RSA_1_5,
        }
    }

    /// The digest, and that of the mask; none without OAEP.
    fn digests(self) -> Option<(MessageDigest, MessageDigest)> {
        match self {
            Self::OaepSha1 => Some((MessageDigest::sha1(), MessageDigest::sha1())),
            Self::OaepSha256 => Some((MessageDigest::sha256(), MessageDigest::sha256())),
            Self::OaepSha256Mgf1Sha1 => Some((MessageDigest::sha256(), MessageDigest::sha1())),
            Self::Rsa15 => None,
        }
    }

    fn wrap(self, secret: &[u8], key: &PKey<Public>) -> Result<Vec<u8>, ErrorStack> {
        let mut rsa = Encrypter::new(key)?;
        match self.digests() {
            Some((digest, mask)) => {
                rsa.set_rsa_padding(Padding::PKCS1_OAEP)?;
                rsa.set_rsa_oaep_md(digest)?;
                rsa.set_rsa_mgf1_md(mask)?;
            }
            None => rsa.set_rsa_padding(Padding::PKCS1)?,
        }
        let mut out = vec![0; rsa.encrypt_len(secret)?];
        let length = rsa.encrypt(secret, &mut out)?;
        out.truncate(length);
        Ok(out)
    }

    fn unwrap(self, wrapped: &[u8], key: &PKey<Private>) -> Result<Vec<u8>, ErrorStack> {
        let mut rsa = Decrypter::new(key)?;
        match self.digests() {
            Some((digest, mask)) => {
                rsa.set_rsa_padding(Padding::PKCS1_OAEP)?;
                rsa.set_rsa_oaep_md(digest)?;
                rsa.set_rsa_mgf1_md(mask)?;
            }
            None => rsa.set_rsa_padding(Padding::PKCS1)?,
        }
        let mut out = vec![0; rsa.decrypt_len(wrapped)?];
        let length = rsa.decrypt(wrapped, &mut out)?;
        out.truncate(length);
        Ok(out)
    }
}

#[cfg(test)]
mod interop;
#[cfg(test)]
mod tests;
