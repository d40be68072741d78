//! The attack proves itself before it is fired: an independent verifier reads the forged bytes and must find
//! exactly what the recipe claims. An XSW whose genuine signature no longer verifies tests nothing.

use proofs::Identity;

use crate::{
    claim::{Claim, Claims},
    context::Context,
    elsewhere::{Here, elsewhere},
    expectation::Proves,
    fault::Fault,
    message::Message,
    persona::Persona,
    workbench::Workbench,
};

/// Holds a message to its claim. A recipe without one is a flawless login, and claims `strict`.
pub(crate) fn check(
    claim: Option<Proves>,
    message: &Message,
    bench: &Workbench,
    context: &Context<'_>,
) -> Result<(), Fault> {
    let claim = claim.unwrap_or(Proves::Strict);
    let people = &bench.people;
    let victim = people.of(Persona::Victim, || context.claims(Persona::Victim))?;
    let own = people.of(message.persona, || context.claims(message.persona))?;
    let issuer = context.tenant(Persona::Victim).entity_id();
    // A value that both have tells nobody.
    let telling: Vec<Claim> = context
        .identity_claims()
        .filter(|claim| victim.value(claim) != own.value(claim))
        .collect();
    let victims = |identity: &Identity| identity.issuer == issuer && names(identity, victim, &telling);
    let about_victim = message.proofs.genuine.iter().filter(|identity| victims(identity));
    let about_victim: Vec<&Identity> = about_victim.collect();
    if claim == Proves::Elsewhere {
        return check_elsewhere(message, &about_victim, context);
    }
    if message.persona != Persona::Victim && !about_victim.is_empty() {
        return refuse(
            "the victim's name stands in validly signed bytes; a session would prove nothing".to_owned(),
        );
    }
    let proofs = &message.proofs;
    let is = |identity: &Identity| is_personas(identity, message);
    match claim {
        Proves::Strict if !proofs.strict.iter().any(is) => refuse(format!(
            "a strict reader does not find {} signed: {}",
            message.name_id,
            proofs.why_not.as_deref().unwrap_or("somebody else is"),
        )),
        Proves::Genuine if !proofs.genuine.iter().any(is) => refuse_broken(message),
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

/// The victim is validly signed, and only where that can sign nobody in here; the persona is signed where it can.
fn check_elsewhere(
    message: &Message,
    about_victim: &[&Identity],
    context: &Context<'_>,
) -> Result<(), Fault> {
    let endpoints = context.sp.acs.iter().map(|acs| acs.location.as_str());
    let here = Here {
        entity_id: &context.sp.entity_id,
        acs: endpoints.chain(context.acs().ok()).collect(),
    };
    let mut own = message
        .proofs
        .genuine
        .iter()
        .filter(|i| is_personas(i, message))
        .peekable();
    if own.peek().is_none() {
        return refuse_broken(message);
    }
    if own.all(|identity| elsewhere(identity, &here).is_some()) {
        return refuse(format!(
            "the assertion about {} can sign nobody in here either; a refusal would prove nothing",
            message.name_id,
        ));
    }
    if about_victim.is_empty() {
        return refuse(
            "it claims that the victim is validly signed for elsewhere, and he is not signed".to_owned(),
        );
    }
    if let Some(usable) = about_victim
        .iter()
        .find(|identity| elsewhere(identity, &here).is_none())
    {
        return refuse(format!(
            "the assertion {} signs the victim in here: its audience, its bearer's Recipient and its AuthnStatement are \
             what this SP asks for",
            usable.assertion_id.as_deref().unwrap_or("without an ID"),
        ));
    }
    Ok(())
}

/// Whether an identity has a person's value of one of these claims.
fn names(identity: &Identity, person: &Claims, claims: &[Claim]) -> bool {
    claims.iter().any(|claim| {
        let Some(value) = person.value(claim) else {
            return false;
        };
        match claim {
            Claim::NameId => identity.name_id.as_deref() == Some(value),
            Claim::Attribute(name) => {
                let mut of_name = identity.attributes.iter().filter(|(other, _)| other == name);
                of_name.any(|(_, values)| values.iter().any(|known| known == value))
            }
        }
    })
}

fn is_personas(identity: &Identity, message: &Message) -> bool {
    identity.name_id.as_deref() == Some(message.name_id.as_str())
}

fn refuse_broken(message: &Message) -> Result<(), Fault> {
    let why_not = message.proofs.why_not.as_ref();
    refuse(format!(
        "the genuine signature over {} no longer verifies{}",
        message.name_id,
        why_not.map_or(String::new(), |why| format!(" ({why})")),
    ))
}

fn refuse(why: String) -> Result<(), Fault> {
    Err(Fault::SelfCheck(why))
}
