//! The service provider's own keys, made when it starts, and only for what it is told to do.

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
    /// Takes some tenths of a second for each key.
    pub(crate) fn make(config: &Config) -> Result<Self, KeyError> {
        let key = |wanted: bool| wanted.then(|| SigningKey::generate(Kind::Rsa2048)).transpose();
        Ok(OwnKeys {
            encryption: [config.encryption, config.next_encryption_key]
                .into_iter()
                .filter_map(|wanted| key(wanted).transpose())
                .collect::<Result<_, _>>()?,
            signing: match &config.signing_key {
                Some(own) if config.sign_requests => Some(own.clone()),
                _ => key(config.sign_requests)?,
            },
        })
    }
}
