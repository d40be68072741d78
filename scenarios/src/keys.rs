//! The keys that recipes call by name. Those that no directory holds are made when first asked for.

use std::sync::{Arc, OnceLock};

use mock_idp::Directory;
use saml::key::{Kind, SigningKey};

use crate::{authority::Authority, fault::Fault};

/// Keys by name.
#[derive(Clone, Default)]
pub struct KeyRing {
    made: Arc<Made>,
    sp: Option<SigningKey>,
}

#[derive(Default)]
struct Made {
    rogue: OnceLock<SigningKey>,
    clone: OnceLock<SigningKey>,
    tenant: OnceLock<SigningKey>,
    p256: OnceLock<SigningKey>,
    rsa4096: OnceLock<SigningKey>,
    tls: OnceLock<SigningKey>,
    authority: OnceLock<Authority>,
}

impl KeyRing {
    /// The names that [`KeyRing::named`] knows.
    pub const NAMES: [&'static str; 12] = [
        "K1", "K2", "rogue", "clone", "fabrikam", "tenant", "p256", "rsa4096", "tls", "ca", "leaf", "sp",
    ];

    /// The same with the SP's own key, which recipes call `sp`.
    #[must_use]
    pub fn with_sp(self, key: SigningKey) -> Self {
        Self {
            sp: Some(key),
            ..self
        }
    }

    /// A key by its name, see [`crate::signature::Signing::key`].
    ///
    /// # Errors
    /// An unknown name, or OpenSSL cannot make a key.
    pub fn named(&self, name: &str, directory: &Directory) -> Result<SigningKey, Fault> {
        let contoso = &directory.contoso().keys;
        let made = &self.made;
        match name {
            "K1" => Ok(contoso.k1.clone()),
            "K2" => Ok(contoso.k2.clone()),
            "fabrikam" => Ok(directory.fabrikam().keys.active.clone()),
            "rogue" => once(&made.rogue, || SigningKey::generate(Kind::Rsa2048)),
            "clone" => once(&made.clone, || {
                SigningKey::generate_like(contoso.k1.certificate())
            }),
            "tenant" => once(&made.tenant, || SigningKey::generate(Kind::Rsa2048)),
            "p256" => once(&made.p256, || SigningKey::generate(Kind::P256)),
            "rsa4096" => once(&made.rsa4096, || SigningKey::generate(Kind::Rsa4096)),
            "tls" => once(&made.tls, || SigningKey::generate(Kind::Rsa2048)),
            "ca" => once(&made.authority, Authority::make).map(|authority| authority.ca),
            "leaf" => once(&made.authority, Authority::make).map(|authority| authority.leaf),
            "sp" => self
                .sp
                .clone()
                .ok_or_else(|| Fault::recipe("the SP's own key is not known here")),
            _ => Err(Fault::recipe(format!(
                "no key is called {name}; there are {}",
                Self::NAMES.join(", ")
            ))),
        }
    }
}

fn once<T: Clone>(
    cell: &OnceLock<T>,
    make: impl FnOnce() -> Result<T, saml::key::KeyError>,
) -> Result<T, Fault> {
    if let Some(key) = cell.get() {
        return Ok(key.clone());
    }
    let key = make().map_err(|e| Fault::recipe(format!("a key cannot be made: {e}")))?;
    Ok(cell.get_or_init(|| key).clone())
}
