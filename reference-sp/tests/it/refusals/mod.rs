//! What the hardened service provider refuses, each for its own reason. Message by message, the reason is the
//! test: a message that is refused by accident proves nothing.

mod document;
mod once;
mod signature;
mod subject;
mod time;

use saml::assertion::Confirmation;
use saml::names::{alg, method, name_id, status};
use saml::response::{Issuer, Response};

use crate::kit::browser::{Browser, deliver};
use crate::kit::*;
use reference_sp::{Config, ReferenceSp};

/// What a misbehaving IdP says, signed as it should be.
async fn says(sp: &ReferenceSp, because: &str, change: impl FnOnce(&mut Response)) {
    let mut message = response(sp, tenant(), ALICE);
    change(&mut message);
    let because_of = deliver(sp, &sign_assertion(&message.to_xml(), tenant())).await;
    because_of.is_refused(because);
}

/// A genuine message that somebody changed afterwards.
async fn tampered(sp: &ReferenceSp, because: &str, change: impl FnOnce(&str) -> String) {
    let genuine = flawless(sp, ATTACKER);
    let changed = change(&genuine);
    assert_ne!(genuine, changed, "nothing was changed");
    deliver(sp, &changed).await.is_refused(because);
}

/// A message in the shape of an attack, signed by the tenant after the change.
async fn written(sp: &ReferenceSp, because: &str, change: impl FnOnce(&str) -> String) {
    let plain = response(sp, tenant(), ALICE).to_xml();
    let changed = change(&plain);
    assert_ne!(plain, changed, "nothing was changed");
    deliver(sp, &sign_assertion(&changed, tenant()))
        .await
        .is_refused(because);
}

fn conditions(message: &mut Response) -> &mut saml::assertion::Conditions {
    message.assertions[0].conditions.as_mut().unwrap()
}

fn confirmation(message: &mut Response) -> &mut Confirmation {
    &mut message.assertions[0].subject.confirmations[0]
}

fn name(message: &mut Response) -> &mut saml::assertion::NameId {
    message.assertions[0].subject.name_id.as_mut().unwrap()
}

fn authn(message: &mut Response) -> &mut saml::assertion::Authn {
    message.assertions[0].authn.as_mut().unwrap()
}
