//! Token-signing keys and which of them are in use.

use jiff::{SignedDuration, Timestamp};
use saml::key::SigningKey;

/// A tenant's two signing keys, the one that signs at the moment, and those that the metadata lists.
///
/// Azure's portal makes a new certificate inactive and switches over at once: that is changing `active`. The
/// metadata lists inactive ones too, from the moment when they are made: that is `published`.
#[derive(Clone)]
pub struct Keys {
    /// The key of an undisturbed tenant.
    pub k1: SigningKey,
    /// The key to roll over to.
    pub k2: SigningKey,
    /// The key that signs. [`Keys::k1`] at first.
    pub active: SigningKey,
    /// The keys whose certificates the federation metadata lists, in that order. [`Keys::k1`] alone at first.
    pub published: Vec<SigningKey>,
}

/// The keys that sign for one application: its own, or the tenant's.
#[derive(Clone)]
pub struct SigningKeys<'a> {
    /// The key that signs.
    pub active: &'a SigningKey,
    /// Those that the application's federation metadata lists, the active one among them.
    pub published: Vec<&'a SigningKey>,
}

/// The subject, and the issuer, of every certificate that Azure makes for an application.
pub(super) const SUBJECT: &str = "Microsoft Azure Federated SSO Certificate";
/// How long Azure's certificates live, in years.
pub(super) const YEARS: u32 = 3;
pub(super) const DAY: SignedDuration = SignedDuration::from_hours(24);

impl Keys {
    /// The first signs and is the only one published.
    pub fn new(k1: SigningKey, k2: SigningKey) -> Self {
        Self {
            active: k1.clone(),
            published: vec![k1.clone()],
            k1,
            k2,
        }
    }

    /// The same, as one application's.
    pub(crate) fn as_signing(&self) -> SigningKeys<'_> {
        SigningKeys {
            active: &self.active,
            published: self.published.iter().collect(),
        }
    }

    /// A new RSA-2048 key whose certificate lives for three years from the day before `now`: the service provider's clock may
    /// be behind ours.
    ///
    /// # Errors
    ///
    /// OpenSSL or the system's random source fails.
    pub fn make_one(now: Timestamp) -> Result<SigningKey, saml::key::KeyError> {
        SigningKey::generate_azure(SUBJECT, now - DAY, YEARS)
    }

    /// Two new keys.
    pub(super) fn generate(now: Timestamp) -> Result<Self, saml::key::KeyError> {
        Ok(Self::new(Self::make_one(now)?, Self::make_one(now)?))
    }
}
