//! Whether this SP reads what is encrypted for it, and by which algorithms.

use saml::encryption::{DataAlgorithm, Hint, KeyTransport, Options};
use scenarios::{
    Base, Persona, Recipe,
    encryption::Encryption,
    recipe::{Delivery, Start},
};

use crate::{
    event::Calibration,
    run::{
        firing::{fire, single},
        learned::Learned,
        stage::Stage,
    },
    text::locked,
};

/// What is tried, in this order: the mode that protects what it hides, and Azure's.
const WAYS: [Options; 2] = [
    Options {
        data: DataAlgorithm::Aes256Gcm,
        transport: KeyTransport::OaepSha1,
        hint: Hint::IssuerSerial,
    },
    Options {
        data: DataAlgorithm::Aes256Cbc,
        transport: KeyTransport::OaepSha1,
        hint: Hint::IssuerSerial,
    },
];

/// Signs alice in with an encrypted assertion, where the SP publishes a certificate for that. What is forged in an encrypted
/// assertion and refused says something only where a flawless one is taken.
pub(super) async fn encryption(stage: &Stage, learned: &Learned, told: &mut Calibration, base: Base) {
    if stage.forge.sp.encryption.is_empty() {
        return;
    }
    for way in WAYS {
        *locked(&stage.forge.encryption) = Some(way);
        let recipe = Recipe {
            encrypt: Some(Encryption::default()),
            deliver: Some(Delivery {
                start: Some(learned.start.unwrap_or(Start::Idp)),
                ..Delivery::default()
            }),
            ..Recipe::default()
        };
        let played = fire(stage, &stage.driver, learned, &single(recipe), base, None).await;
        if played.is(&learned.people, Persona::Alice) {
            told.encryption = true;
            return;
        }
    }
    *locked(&stage.forge.encryption) = None;
    told.notes.push(
        "the SP publishes a certificate for encryption, and takes no assertion that is encrypted for it by AES-256 (GCM or CBC) and RSA-OAEP: what is forged under encryption was not fired"
            .to_owned(),
    );
}
