//! From an artifact to the ArtifactResponse with its message. It answers a request of the SP's, so it is made when that comes; it is
//! tried when the message is forged.

use saml::{ArtifactResponse, names::status};

use crate::{
    apply, artifact::HandedOut, context::Context, fault::Fault, fill::fresh_id, message::Message,
    octets::finish, persona::Persona, signature::Signing, signing, view::view, workbench::Workbench,
};

/// The ArtifactResponse with this message, for the ArtifactResolve of this ID.
///
/// # Errors
/// The message travels by no artifact or is no text, or an operation cannot be done.
pub fn exchanged(message: &Message, asked: &str, context: &Context<'_>) -> Result<String, Fault> {
    let Some(HandedOut { exchange, .. }) = &message.artifact else {
        return Err(Fault::recipe("the message travels by no artifact"));
    };
    let text = std::str::from_utf8(&message.forged)
        .map_err(|_| Fault::recipe("what an artifact is exchanged for must be UTF-8"))?;
    let response = ArtifactResponse {
        id: fresh_id()?,
        in_response_to: Some(asked.to_owned()),
        issue_instant: Some(saml::instant::format(context.now)),
        destination: None,
        issuer: Some(context.tenant(message.persona).entity_id()),
        status: vec![status::SUCCESS.to_owned()],
        message: Some(text.to_owned()),
    };
    let mut bench = Workbench::new(response.to_xml());
    apply::apply(&mut bench, &exchange.draft, context)?;
    if !exchange.unsigned {
        let usual = Signing {
            key: (message.persona == Persona::Outsider).then(|| "fabrikam".to_owned()),
            ..Signing::default()
        };
        let how = exchange.sign.as_ref().unwrap_or(&usual);
        let whole = "ArtifactResponse".parse().map_err(Fault::recipe)?;
        signing::sign(&mut bench, &whole, how, context)?;
    }
    let octets = finish(&mut bench, &exchange.forge, context)?;
    String::from_utf8(octets).map_err(|_| Fault::recipe("an ArtifactResponse must be UTF-8"))
}

/// Tries the exchange: the message comes out of the ArtifactResponse with what it proves, and the ArtifactResponse is signed where
/// nothing says that it is not.
pub(crate) fn check(message: &Message, context: &Context<'_>) -> Result<(), Fault> {
    let Some(HandedOut { exchange, .. }) = &message.artifact else {
        return Ok(());
    };
    let text = exchanged(message, &fresh_id()?, context)?;
    let trusted = context.trusted();
    let carried = ArtifactResponse::parse(&text)
        .ok()
        .and_then(|response| response.message);
    let untouched = exchange.draft.is_empty() && exchange.forge.is_empty();
    match carried {
        None if untouched => return refuse("the ArtifactResponse does not hold the message"),
        Some(carried) if message.hidden.is_empty() => {
            let proofs = proofs::proofs(carried.as_bytes(), &trusted);
            if proofs.genuine != message.proofs.genuine {
                return refuse("the message in the ArtifactResponse proves somebody else than it does alone");
            }
        }
        _ => {}
    }
    let root = view(&text)?.root_element().range();
    let covered = proofs::coverage(&text, &trusted);
    let is_signed = covered
        .iter()
        .any(|one| one.verifies && one.covers.as_ref() == Some(&root));
    match (
        exchange.unsigned,
        exchange.sign.is_none() && exchange.forge.is_empty(),
    ) {
        (true, _) if is_signed => refuse("the ArtifactResponse is signed, and it should not be"),
        (false, true) if !is_signed => refuse("the signature over the ArtifactResponse does not verify"),
        _ => Ok(()),
    }
}

fn refuse(why: &str) -> Result<(), Fault> {
    Err(Fault::SelfCheck(why.to_owned()))
}
