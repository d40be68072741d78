//! The service provider's own keys, made when it starts, and only for what it is told to do.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use saml::SigningKey;
use saml::key::{KeyError, Kind};

use crate::config::Config;

/// Its keys. Signing and decrypting have one each: what one leaks says nothing about the other.
#[derive(Debug, Clone, Default)]
pub(crate) struct OwnKeys {
    /// Decrypt what was encrypted for us: the one in use, and the one that is to follow it.
    pub(crate) encryption: Vec<SigningKey>,
    /// Signs what is sent by HTTP-Redirect.
    pub(crate) signing: Option<SigningKey>,
}

impl OwnKeys {
    /// Takes some tenths of a second for each key that this process has not made yet.
    pub(crate) fn make(config: &Config) -> Result<Self, KeyError> {
        let key = |wanted: bool, role| wanted.then(|| of_process(role)).transpose();
        let given = |given: Option<&SigningKey>, wanted, role| match given {
            Some(own) if wanted => Ok(Some(own.clone())),
            _ => key(wanted, role),
        };
        let encryption = [
            given(config.encryption_key.as_ref(), config.encryption, "encryption")?,
            key(config.next_encryption_key, "next encryption")?,
        ];
        Ok(OwnKeys {
            encryption: encryption.into_iter().flatten().collect(),
            signing: given(config.signing_key.as_ref(), config.sign_requests, "signing")?,
        })
    }
}

/// The key for this, the same for every service provider in this process: to find primes costs more than to start one.
fn of_process(role: &'static str) -> Result<SigningKey, KeyError> {
    static MADE: Mutex<BTreeMap<&str, SigningKey>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(key) = made.get(role) {
        return Ok(key.clone());
    }
    let key = SigningKey::generate(Kind::Rsa2048)?;
    made.insert(role, key.clone());
    Ok(key)
}
