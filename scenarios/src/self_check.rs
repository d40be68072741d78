//! The attack proves itself before it is fired: an independent verifier reads the forged bytes and must find
//! exactly what the recipe claims. An XSW whose genuine signature no longer verifies tests nothing.

use crate::{context::Context, expectation::Proves, fault::Fault, message::Message, persona::Persona};

/// Holds a message to its claim. A recipe without one is a flawless login, and claims `strict`.
pub(crate) fn check(claim: Option<Proves>, message: &Message, context: &Context<'_>) -> Result<(), Fault> {
    let refuse = |why: String| Err(Fault::SelfCheck(why));
    let proofs = &message.proofs;
    let victim = context.name_id(Persona::Victim)?;
    let issuer = context.tenant(Persona::Victim).entity_id();
    let is = |identity: &proofs::Identity| identity.name_id.as_deref() == Some(message.name_id.as_str());
    if message.persona != Persona::Victim
        && proofs
            .genuine
            .iter()
            .any(|i| i.name_id.as_deref() == Some(&victim) && i.issuer == issuer)
    {
        return refuse(
            "the victim's name stands in validly signed bytes; a session would prove nothing".to_owned(),
        );
    }
    match claim.unwrap_or(Proves::Strict) {
        Proves::Strict if !proofs.strict.iter().any(is) => refuse(format!(
            "a strict reader does not find {} signed: {}",
            message.name_id,
            proofs.why_not.as_deref().unwrap_or("somebody else is"),
        )),
        Proves::Genuine if !proofs.genuine.iter().any(is) => refuse(format!(
            "the genuine signature over {} no longer verifies{}",
            message.name_id,
            proofs
                .why_not
                .as_ref()
                .map_or(String::new(), |why| format!(" ({why})")),
        )),
        Proves::Nothing if !proofs.genuine.is_empty() => refuse(format!(
            "it claims that nobody is signed in it, and {} is",
            proofs
                .genuine
                .iter()
                .filter_map(|i| i.name_id.as_deref())
                .collect::<Vec<_>>()
                .join(", "),
        )),
        _ => Ok(()),
    }
}
