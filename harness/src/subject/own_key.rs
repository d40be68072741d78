//! The SP's own private key, as `[sp] key` names it.

use std::path::{Path, PathBuf};

use openssl::pkey::{PKey, Private};
use saml::{Certificate, SigningKey};
use thiserror::Error;

/// Why a key cannot be used.
#[derive(Debug, Error)]
pub(crate) enum OwnKeyError {
    /// No such file, or no right to it.
    #[error("{} cannot be read: {why}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        why: std::io::Error,
    },
    /// Something else.
    #[error("{} holds no private key in PEM that opens without a password; write it with `openssl pkey -in KEY -out FILE`", .0.display())]
    NoKey(PathBuf),
    /// Nobody says which certificate it has.
    #[error(
        "no certificate fits the key of {}, neither in the file nor in the SP's metadata; put the certificate behind the key", .0.display()
    )]
    NoCertificate(PathBuf),
}

/// A private key, and its certificate where the file has one.
pub(crate) struct OwnKey {
    path: PathBuf,
    private: PKey<Private>,
    certificate: Option<Certificate>,
}

impl OwnKey {
    /// One that is at hand.
    pub(crate) fn given(key: &SigningKey) -> Self {
        Self {
            path: PathBuf::new(),
            private: key.private().clone(),
            certificate: Some(key.certificate().clone()),
        }
    }

    /// Reads a PEM file. One that is encrypted is refused: nobody sits there to type a password.
    ///
    /// # Errors
    /// What [`OwnKeyError`] names.
    pub(crate) fn read(path: &Path) -> Result<Self, OwnKeyError> {
        let pem = std::fs::read(path).map_err(|why| OwnKeyError::Unreadable {
            path: path.to_owned(),
            why,
        })?;
        let private = PKey::private_key_from_pem_callback(&pem, |_| Ok(0));
        Ok(Self {
            private: private.map_err(|_| OwnKeyError::NoKey(path.to_owned()))?,
            certificate: Certificate::from_pem(&String::from_utf8_lossy(&pem)).ok(),
            path: path.to_owned(),
        })
    }

    /// The key with its certificate: the file's, or the first of these that fits.
    ///
    /// # Errors
    /// [`OwnKeyError::NoCertificate`].
    pub(crate) fn with_certificate(&self, published: &[Certificate]) -> Result<SigningKey, OwnKeyError> {
        let mut all = self.certificate.iter().chain(published);
        let key = all.find_map(|one| SigningKey::from_parts(self.private.clone(), one.clone()).ok());
        key.ok_or_else(|| OwnKeyError::NoCertificate(self.path.clone()))
    }
}

#[cfg(test)]
mod tests {
    use saml::key::Kind;

    use super::*;

    fn written(text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.pem");
        std::fs::write(&path, text).unwrap();
        (folder, path)
    }

    #[test]
    fn the_certificate_is_the_files_or_the_one_of_the_metadata_that_fits() {
        let [own, other] = [(); 2].map(|()| SigningKey::generate(Kind::Rsa2048).unwrap());
        let (key, certificate) = own.to_pem().unwrap();
        let published = [other.certificate().clone(), own.certificate().clone()];
        let (_folder, bare) = written(&key);
        let bare = OwnKey::read(&bare).unwrap();
        assert_eq!(
            bare.with_certificate(&published).unwrap().certificate(),
            own.certificate()
        );
        assert!(matches!(
            bare.with_certificate(&published[..1]),
            Err(OwnKeyError::NoCertificate(_))
        ));
        let (_folder, whole) = written(&format!("{key}{certificate}"));
        let whole = OwnKey::read(&whole).unwrap();
        assert_eq!(
            whole.with_certificate(&[]).unwrap().certificate(),
            own.certificate()
        );
    }

    #[test]
    fn what_is_no_key_or_asks_for_a_password_is_refused() {
        let own = SigningKey::generate(Kind::Rsa2048).unwrap();
        let cipher = openssl::symm::Cipher::aes_128_cbc();
        let locked = own
            .private()
            .private_key_to_pem_pkcs8_passphrase(cipher, b"secret")
            .unwrap();
        for text in [
            String::from_utf8(locked).unwrap(),
            "hello".to_owned(),
            String::new(),
        ] {
            let (_folder, path) = written(&text);
            assert!(
                matches!(OwnKey::read(&path), Err(OwnKeyError::NoKey(_))),
                "{text}"
            );
        }
        assert!(matches!(
            OwnKey::read(Path::new("/nowhere.pem")),
            Err(OwnKeyError::Unreadable { .. })
        ));
    }
}
