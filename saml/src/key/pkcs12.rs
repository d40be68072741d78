//! PKCS 12 files (RFC 7292), as Windows and OpenSSL export a key with its certificate.

use openssl::{
    error::ErrorStack,
    pkcs12::{ParsedPkcs12_2, Pkcs12},
    pkey::Id,
    provider::Provider,
};

use super::{
    Certificate, KeyError, SigningKey,
    der::{INTEGER, OCTETS, Value},
};

/// So many octets are read as a PKCS 12 file.
const MAX: usize = 256 << 10;

/// So often a password may be hashed. Exporters ask for 2,000 to 600,000 rounds; a second has some millions.
const ROUNDS: u64 = 5_000_000;

/// So deep a PKCS 12 file is looked into; a real one has some twelve levels.
const DEPTH: usize = 32;

impl SigningKey {
    /// A key and its certificate out of a PKCS 12 file (.pfx, .p12). Further certificates, the chain, are left
    /// aside; of several keys OpenSSL shows the first. Files of old Windows versions (RC2) are read where OpenSSL
    /// has its legacy provider.
    ///
    /// # Errors
    /// Not such a file; another password; no RSA key or no certificate that belongs to it; more rounds of
    /// hashing than any exporter asks for (seen where the parts of the file are DER).
    pub fn from_pkcs12(bytes: &[u8], password: &str) -> Result<Self, KeyError> {
        if bytes.len() > MAX {
            return Err(KeyError::TooLarge(MAX));
        }
        let file = Pkcs12::from_der(bytes).map_err(|_| KeyError::NotPkcs12)?;
        // As OpenSSL writes it, since files in BER are common.
        if Value::first(&file.to_der()?).is_some_and(|value| slow(value, DEPTH)) {
            return Err(KeyError::Holds("asks to hash its password for too long"));
        }
        // A password with a NUL would end there, in C.
        if password.contains('\0') {
            return Err(KeyError::Password);
        }
        let found = open(&file, password)?;
        let private = found.pkey.ok_or(KeyError::Holds("holds no private key"))?;
        if private.id() != Id::RSA {
            return Err(KeyError::Holds("holds a key that is not RSA"));
        }
        let certificate = found
            .cert
            .ok_or(KeyError::Holds("holds no certificate of its key"))?;
        Self::from_parts(private, Certificate::from_der(&certificate.to_der()?)?)
    }
}

fn open(file: &Pkcs12, password: &str) -> Result<ParsedPkcs12_2, KeyError> {
    let refused = match file.parse2(password) {
        Ok(found) => return Ok(found),
        Err(refused) => refused,
    };
    if wrong_password(&refused) {
        return Err(KeyError::Password);
    }
    let Ok(_legacy) = Provider::try_load(None, "legacy", true) else {
        return Err(KeyError::OpenSsl(refused));
    };
    file.parse2(password)
        .map_err(|refused| match wrong_password(&refused) {
            true => KeyError::Password,
            false => KeyError::OpenSsl(refused),
        })
}

fn wrong_password(refused: &ErrorStack) -> bool {
    let says = |reason: &str| refused.errors().iter().any(|e| e.reason() == Some(reason));
    says("mac verify failure")
}

/// Whether a salt is followed by more rounds than are made: in the parameters of an encryption and in MacData.
fn slow(value: Value<'_>, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else {
        return true;
    };
    let mut before = None;
    for inner in children(value) {
        let rounds = inner.content.iter().fold(0u64, |sum, byte| {
            sum.saturating_mul(256).saturating_add(u64::from(*byte))
        });
        if inner.tag == INTEGER && before == Some(OCTETS) && rounds > ROUNDS {
            return true;
        }
        if slow(inner, depth) {
            return true;
        }
        before = Some(inner.tag);
    }
    false
}

/// What a value is made of; in these files octets, too, are made of values where they happen to be DER.
fn children(value: Value<'_>) -> impl Iterator<Item = Value<'_>> {
    let wraps = |value: Value<'_>| {
        value.tag == OCTETS
            && Value::first(value.content).is_some_and(|v| v.whole.len() == value.content.len())
    };
    let open = value.is_constructed() || wraps(value);
    open.then(|| value.values()).into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Kind;
    use openssl::{hash::MessageDigest, nid::Nid};
    use proptest::prelude::*;

    fn file(
        key: &SigningKey,
        certificate: &SigningKey,
        with: impl FnOnce(&mut openssl::pkcs12::Pkcs12Builder),
    ) -> Vec<u8> {
        let mut builder = Pkcs12::builder();
        builder.pkey(key.private()).cert(&certificate.certificate().x509);
        with(&mut builder);
        builder.build2("s3cret").unwrap().to_der().unwrap()
    }

    #[test]
    fn a_key_comes_out_of_its_file_with_its_certificate() {
        let key = SigningKey::generate(Kind::Rsa2048).unwrap();
        let bytes = file(&key, &key, |_| {});
        let again = SigningKey::from_pkcs12(&bytes, "s3cret").unwrap();
        assert_eq!(again.certificate(), key.certificate());
        assert!(again.private().public_eq(key.private()));
        // BER of no stated length, as Firefox and Java libraries write it.
        let ber = [&[0x30, 0x80][..], &bytes[4..], &[0, 0]].concat();
        assert!(SigningKey::from_pkcs12(&ber, "s3cret").is_ok());
        let refused = |password: &str| SigningKey::from_pkcs12(&bytes, password).unwrap_err();
        assert!(matches!(refused("other"), KeyError::Password));
        assert!(matches!(refused(""), KeyError::Password));
        assert!(matches!(refused("s3cret\0x"), KeyError::Password));
        let old = file(&key, &key, |builder| {
            builder
                .key_algorithm(Nid::PBE_WITHSHA1AND3_KEY_TRIPLEDES_CBC)
                .cert_algorithm(Nid::PBE_WITHSHA1AND3_KEY_TRIPLEDES_CBC)
                .mac_md(MessageDigest::sha1());
        });
        assert!(SigningKey::from_pkcs12(&old, "s3cret").is_ok());
    }

    #[test]
    fn a_file_of_an_old_windows_is_read_where_openssl_still_can() {
        let Ok(legacy) = Provider::try_load(None, "legacy", true) else {
            return;
        };
        let key = SigningKey::generate(Kind::Rsa2048).unwrap();
        let old = file(&key, &key, |builder| {
            builder
                .key_algorithm(Nid::PBE_WITHSHA1AND3_KEY_TRIPLEDES_CBC)
                .cert_algorithm(Nid::PBE_WITHSHA1AND40BITRC2_CBC)
                .mac_md(MessageDigest::sha1());
        });
        drop(legacy);
        assert!(SigningKey::from_pkcs12(&old, "s3cret").is_ok());
        assert!(matches!(
            SigningKey::from_pkcs12(&old, "other"),
            Err(KeyError::Password)
        ));
    }

    #[test]
    fn a_file_that_cannot_sign_for_an_idp_says_why() {
        let curve = SigningKey::generate(Kind::P256).unwrap();
        let why = SigningKey::from_pkcs12(&file(&curve, &curve, |_| {}), "s3cret").unwrap_err();
        assert!(why.to_string().contains("not RSA"), "{why}");
        let key = SigningKey::generate(Kind::Rsa2048).unwrap();
        let mut only_certificate = Pkcs12::builder();
        only_certificate.cert(&key.certificate().x509);
        let bytes = only_certificate.build2("s3cret").unwrap().to_der().unwrap();
        let why = SigningKey::from_pkcs12(&bytes, "s3cret").unwrap_err();
        assert!(why.to_string().contains("no private key"), "{why}");
        assert!(matches!(
            SigningKey::from_pkcs12(key.certificate().der(), ""),
            Err(KeyError::NotPkcs12)
        ));
        assert!(matches!(
            SigningKey::from_pkcs12(&[0; MAX + 1], ""),
            Err(KeyError::TooLarge(_))
        ));
    }

    #[test]
    fn a_file_may_not_keep_us_hashing() {
        let key = SigningKey::generate(Kind::Rsa2048).unwrap();
        let bytes = file(&key, &key, |builder| {
            builder.key_iter(77_777).mac_iter(66_666);
        });
        for rounds in [77_777u32, 66_666] {
            let [_, a, b, c] = rounds.to_be_bytes();
            let mut bytes = bytes.clone();
            // The same number of octets, so that every length around stays right.
            let at = bytes.windows(5).position(|w| w == [INTEGER, 3, a, b, c]).unwrap();
            bytes[at + 2] = 0x7f;
            let why = SigningKey::from_pkcs12(&bytes, "s3cret").unwrap_err();
            assert!(why.to_string().contains("too long"), "{why}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn garbage_is_an_error_and_never_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(SigningKey::from_pkcs12(&bytes, "").is_err());
        }
    }
}
