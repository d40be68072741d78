//! Recipe and context to message, in the one order: draft, operations, signature, operations, wire.

use std::collections::BTreeMap;

use proofs::{Proofs, TrustedKey};

use crate::{
    apply,
    artifact::HandedOut,
    carriage::{self, Carriage},
    claim::{Claim, Claims, Values, values_below},
    context::Context,
    detached::{self, Detached, Detachment},
    encrypting::{encrypt, opened},
    exchange,
    expectation::Proves,
    fault::Fault,
    fill::Filling,
    logout::{self, SignedIn},
    message::{Message, Minted, Wire},
    octets::finish,
    operation::Operation,
    persona::Persona,
    recipe::{Base, Delivery, Kind, Recipe},
    self_check,
    signature::Signing,
    signing::{self, Spot},
    view::view,
    workbench::Workbench,
};

/// Makes the message of a recipe and holds it to what it claims.
///
/// # Errors
/// The recipe cannot be done, or the message is not what it claims: the harness's own fault, never the SP's.
pub fn forge(recipe: &Recipe, base: Base, context: &Context<'_>) -> Result<Message, Fault> {
    let (message, bench) = make(recipe, base, context)?;
    // A logout message signs nobody in, and there is no assertion in it to prove anybody.
    let nobody = (recipe.kind() != Kind::Response).then_some(Proves::Nothing);
    self_check::check(recipe.proves.or(nobody), &message, &bench, context)?;
    exchange::check(&message, context)?;
    Ok(message)
}

/// The same without the self-check, for those who want to see what it would refuse.
///
/// # Errors
/// The recipe cannot be done.
pub fn forge_unchecked(recipe: &Recipe, base: Base, context: &Context<'_>) -> Result<Message, Fault> {
    make(recipe, base, context).map(|(message, _)| message)
}

fn make(recipe: &Recipe, base: Base, context: &Context<'_>) -> Result<(Message, Workbench), Fault> {
    let base = match (recipe.kind(), recipe.base.unwrap_or(base)) {
        (Kind::Response, base) => base,
        // By HTTP-POST and SOAP it is the message that is signed, by HTTP-Redirect the query.
        (_, base) if base != Base::N && recipe.logout_by().is_some() => Base::R,
        _ => Base::N,
    };
    let made = mint(recipe, base, context)?;
    let (forged_values, values) = read(&opened(&made.bench.hidden, &made.forged));
    let proofs = prove(&made, recipe.proves, context)?;
    let artifact = hand_out(recipe.deliver.as_ref(), recipe.persona(), context)?;
    let message = Message {
        persona: recipe.persona(),
        kind: recipe.kind(),
        name_id: made.claims.name_id.clone(),
        base,
        issued: issued(recipe, &made, &forged_values, &proofs, context)?,
        proofs,
        forged_values,
        values,
        hidden: made.bench.hidden.clone(),
        wire: wire(
            &made.forged,
            recipe.kind(),
            recipe.deliver.as_ref(),
            artifact.as_ref(),
            &made.bench,
            context,
        )?,
        artifact,
        unsigned: made.unsigned,
        signed: made.signed,
        forged: made.forged,
        minted: made.minted,
    };
    Ok((message, made.bench))
}

/// Only the bytes: draft, operations, signature, operations. What a benchmark of minting measures.
///
/// # Errors
/// The recipe cannot be done.
pub fn mint_only(recipe: &Recipe, base: Base, context: &Context<'_>) -> Result<Vec<u8>, Fault> {
    mint(recipe, base, context).map(|made| made.forged)
}

/// A message that was kept, changed and wrapped up anew.
///
/// # Errors
/// An operation cannot be done.
pub fn reforge(
    message: &Message,
    operations: &[Operation],
    deliver: Option<&Delivery>,
    context: &Context<'_>,
) -> Result<Message, Fault> {
    let mut bench = Workbench::new(String::from_utf8_lossy(&message.forged).into_owned());
    bench.hidden.clone_from(&message.hidden);
    let forged = finish(&mut bench, operations, context)?;
    let (wire, artifact) = match (operations.is_empty(), deliver) {
        (true, None) => (message.wire.clone(), message.artifact.clone()),
        _ => {
            let artifact = hand_out(deliver, message.persona, context)?;
            let wire = wire(&forged, message.kind, deliver, artifact.as_ref(), &bench, context)?;
            (wire, artifact)
        }
    };
    let proofs = proofs_of(&forged, &bench, &context.trusted());
    Ok(Message {
        forged_values: read(&opened(&bench.hidden, &forged)).0,
        hidden: bench.hidden,
        forged,
        wire,
        artifact,
        proofs,
        ..message.clone()
    })
}

struct Made {
    /// What the IdP says of the persona before any operation.
    claims: Claims,
    minted: Minted,
    unsigned: String,
    signed: String,
    forged: Vec<u8>,
    bench: Workbench,
}

fn mint(recipe: &Recipe, base: Base, context: &Context<'_>) -> Result<Made, Fault> {
    let persona = recipe.persona();
    let mut response = context.draft(persona)?;
    let mut bench = Workbench::default();
    let own = Claims::of(&response);
    bench.people.of(persona, || Ok(own))?;
    if recipe.is_by_artifact() {
        let to = context.fill("{acs-artifact}", &bench)?;
        send_to(&mut response, &to);
    }
    if let Some(template) = &recipe.name_id {
        name(&mut response, template, &bench, context)?;
    }
    let claims = Claims::of(&response);
    bench.text = match recipe.kind() {
        Kind::Response => response.to_xml(),
        kind => {
            let service = recipe.deliver.clone().unwrap_or_default().service(kind);
            let to = context.fill(service, &bench)?;
            logout::text(kind, persona, SignedIn::last(context), Some(to), context)?
        }
    };
    apply::apply(&mut bench, &recipe.draft, context)?;
    let unsigned = bench.text.clone();
    let default = Signing {
        key: (persona == Persona::Outsider).then(|| "fabrikam".to_owned()),
        ..Signing::default()
    };
    let how = recipe.sign.as_ref().unwrap_or(&default);
    let places: &[&str] = match (recipe.kind(), base) {
        (_, Base::N) => &[],
        (Kind::LogoutRequest, _) => &["LogoutRequest"],
        (Kind::LogoutResponse, _) => &["LogoutResponse"],
        (Kind::Response, Base::A) => &["Response/Assertion"],
        (Kind::Response, Base::R) => &["Response"],
        (Kind::Response, Base::B) => &["Response/Assertion", "Response"],
    };
    let mut encrypting = recipe.encrypt.as_ref();
    for place in places {
        if *place == "Response"
            && let Some(how) = encrypting.take()
        {
            encrypt(
                &mut bench,
                &"Response/Assertion".parse().map_err(Fault::recipe)?,
                how,
                context,
            )?;
        }
        let at = place.parse().map_err(Fault::recipe)?;
        let known = match (recipe.draft.is_empty(), *place) {
            (true, "Response") => Spot::in_draft(&bench.text, "samlp:Response", &response.id),
            (true, _) => response
                .assertions
                .first()
                .and_then(|assertion| Spot::in_draft(&bench.text, "Assertion", &assertion.id)),
            (false, _) => None,
        };
        match known {
            Some(spot) => signing::sign_at(&mut bench, &at, spot, how, context)?,
            None => signing::sign(&mut bench, &at, how, context)?,
        }
    }
    if let Some(how) = encrypting {
        encrypt(
            &mut bench,
            &"Response/Assertion".parse().map_err(Fault::recipe)?,
            how,
            context,
        )?;
    }
    let signed = bench.text.clone();
    let forged = finish(&mut bench, &recipe.forge, context)?;
    let assertion = response.assertions.into_iter().next();
    Ok(Made {
        claims,
        minted: Minted {
            at: context.now,
            request: context.request.cloned(),
            response_id: response.id.clone(),
            assertion_id: assertion.map_or_else(String::new, |assertion| assertion.id),
        },
        unsigned,
        signed,
        forged,
        bench,
    })
}

/// Makes it a message for that ACS.
fn send_to(response: &mut saml::Response, acs: &str) {
    response.destination = Some(acs.to_owned());
    let subjects = response
        .assertions
        .iter_mut()
        .map(|assertion| &mut assertion.subject);
    for confirmation in subjects.flat_map(|subject| &mut subject.confirmations) {
        confirmation.recipient = Some(acs.to_owned());
    }
}

/// Makes the IdP issue another name, wherever this SP looks for one.
fn name(
    response: &mut saml::Response,
    template: &str,
    bench: &Workbench,
    context: &Context<'_>,
) -> Result<(), Fault> {
    let Some(assertion) = response.assertions.first_mut() else {
        return Ok(());
    };
    for claim in context.identity_claims() {
        let value = context.filled(Filling::text(template).as_value_of(&claim), bench)?;
        match claim {
            Claim::NameId => assertion.subject.name_id.get_or_insert_default().value = value,
            Claim::Attribute(name) => {
                let mut attributes = assertion.attributes.iter_mut();
                match attributes.find(|attribute| attribute.name == name) {
                    Some(attribute) => attribute.values = vec![value],
                    None => assertion.attributes.push(saml::assertion::Attribute {
                        name,
                        name_format: None,
                        values: vec![value],
                    }),
                }
            }
        }
    }
    Ok(())
}

/// What the IdP issued to the persona. A draft may hold what the victim is called as well, under a key of nobody's; what
/// another tenant's key proves, that tenant did issue.
fn issued(
    recipe: &Recipe,
    made: &Made,
    forged: &Values,
    proofs: &Proofs,
    context: &Context<'_>,
) -> Result<Values, Fault> {
    let own = made.claims.values();
    if recipe.draft.is_empty() {
        return Ok(own);
    }
    let mut issued = match recipe.forge.is_empty() {
        true => forged.clone(),
        false => read(&opened(&made.bench.hidden, made.signed.as_bytes())).0,
    };
    if recipe.persona() != Persona::Victim {
        let victim = made
            .bench
            .people
            .of(Persona::Victim, || context.claims(Persona::Victim))?
            .values();
        let proven = |value: &(Claim, String)| {
            let mut attributes = proofs.genuine.iter().flat_map(|identity| &identity.attributes);
            attributes
                .any(|(name, values)| value.0 == Claim::Attribute(name.clone()) && values.contains(&value.1))
        };
        issued.retain(|value| own.contains(value) || !victim.contains(value) || proven(value));
    }
    Ok(issued)
}

/// The values in a message as the most lenient reader finds them, and those that later steps may call by name. Neither where
/// no tree can hold the message.
fn read(message: &[u8]) -> (Values, BTreeMap<String, String>) {
    let utf16 = message.strip_prefix(&[0xff, 0xfe]).map(|body| {
        let (units, _) = body.as_chunks::<2>();
        char::decode_utf16(units.iter().map(|unit| u16::from_le_bytes(*unit)))
            .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect::<String>()
    });
    let text = utf16.map_or_else(|| String::from_utf8_lossy(message), Into::into);
    view(&text)
        .map(|tree| (values_below(tree.root()), named_values(&tree)))
        .unwrap_or_default()
}

/// The artifact of a message that travels by one.
fn hand_out(
    deliver: Option<&Delivery>,
    persona: Persona,
    context: &Context<'_>,
) -> Result<Option<HandedOut>, Fault> {
    let by_artifact = deliver.filter(|deliver| deliver.by == Some(Carriage::Artifact));
    let handed_out = by_artifact.map(|deliver| {
        let exchange = deliver.artifact.clone().unwrap_or_default();
        HandedOut::of(exchange, &context.tenant(persona).entity_id(), context)
    });
    handed_out.transpose()
}

fn wire(
    forged: &[u8],
    kind: Kind,
    deliver: Option<&Delivery>,
    artifact: Option<&HandedOut>,
    bench: &Workbench,
    context: &Context<'_>,
) -> Result<Wire, Fault> {
    let default = Delivery::default();
    let deliver = deliver.unwrap_or(&default);
    let mut response = carriage::written(forged, deliver.writing);
    if let Some(length) = deliver.base64_line.filter(|length| *length > 0) {
        let parted_by = deliver.base64_break.as_deref().unwrap_or("\r\n");
        response = carriage::in_lines(&response, length, parted_by);
    }
    let relay_state = match deliver.relay_state.as_deref() {
        None | Some("echo") => context.relay_state.map(str::to_owned),
        Some("none") => None,
        Some(text) => Some(context.fill(text, bench)?),
    };
    let logout_by = deliver.logout_by(kind);
    let posted = logout_by.is_some() || deliver.fields.is_some();
    let by_query = deliver.query.is_some() || (kind != Kind::Response && !posted);
    let default = Detached::default();
    let how = deliver.detached.as_ref().unwrap_or(&default);
    let detachment = Detachment {
        how,
        beside: detached::beside(how, context)?,
        by_query,
        message: forged,
        relay_state: relay_state.as_deref(),
        context,
        bench,
    };
    let query = match by_query {
        false => None,
        true => {
            let plain = || detached::flawless(kind, relay_state.is_some());
            let text = deliver.query.clone().unwrap_or_else(plain);
            Some(detachment.filled(&text, &text)?)
        }
    };
    let pairs = |pairs: &[(String, String)]| -> Result<Vec<(String, String)>, Fault> {
        let one = |(name, value): &(String, String)| {
            let value = match value.as_str() {
                "{SAMLResponse}" => response.clone(),
                "{RelayState}" => relay_state.clone().unwrap_or_default(),
                text if deliver.detached.is_some() => detachment.filled(text, "")?,
                text => context.fill(text, bench)?,
            };
            Ok((name.clone(), value))
        };
        // What says what the SP sent is not sent where it sent nothing.
        let said = |(_, value): &&(String, String)| value != "{RelayState}" || relay_state.is_some();
        pairs.iter().filter(said).map(one).collect()
    };
    let carried = |kind: Kind, response: String| match artifact {
        Some(handed_out) => ("SAMLart".to_owned(), handed_out.artifact.clone()),
        None if logout_by == Some(Carriage::Soap) => {
            let plain = String::from_utf8_lossy(forged).into_owned();
            (kind.parameter().to_owned(), plain)
        }
        None => (kind.parameter().to_owned(), response),
    };
    let fields = match &deliver.fields {
        _ if by_query => Vec::new(),
        None => std::iter::once(carried(kind, response.clone()))
            .chain(relay_state.clone().map(|state| ("RelayState".to_owned(), state)))
            .collect(),
        Some(fields) => pairs(fields)?,
    };
    let url = match &deliver.to {
        Some(to) => context.fill(to, bench)?,
        None if kind != Kind::Response => context.fill(deliver.service(kind), bench)?,
        None if artifact.is_some() => context.fill("{acs-artifact}", bench)?,
        None => context.acs()?.to_owned(),
    };
    let url = carriage::with_query(&url, &pairs(deliver.parameters.as_deref().unwrap_or_default())?);
    let mut headers = BTreeMap::new();
    for (name, value) in &deliver.headers {
        headers.insert(name.clone(), context.fill(value, bench)?);
    }
    Ok(Wire {
        url,
        fields,
        headers,
        query,
        by: deliver.by.unwrap_or_default(),
    })
}

fn prove(made: &Made, proves: Option<Proves>, context: &Context<'_>) -> Result<Proofs, Fault> {
    let trusted = context.trusted();
    let mut proofs = proofs_of(&made.forged, &made.bench, &trusted);
    if proofs.genuine.is_empty() && proves == Some(Proves::Unchecked) {
        // Bytes that no tree can hold (two documents in one) still carry what the IdP signed.
        proofs.genuine = proofs_of(made.signed.as_bytes(), &made.bench, &trusted).genuine;
    }
    Ok(proofs)
}

/// What a message proves to who can decrypt it.
fn proofs_of(message: &[u8], bench: &Workbench, trusted: &[TrustedKey]) -> Proofs {
    match bench.hidden.is_empty() {
        true => proofs::proofs(message, trusted),
        false => proofs::proofs_opened(message, &opened(&bench.hidden, message), trusted),
    }
}

fn named_values(tree: &roxmltree::Document<'_>) -> BTreeMap<String, String> {
    let find = |name: &str| {
        tree.root_element()
            .descendants()
            .find(|n| n.tag_name().name() == name)
    };
    let attribute = |element: &str, name: &str| Some(find(element)?.attribute(name)?.to_owned());
    [
        ("response_id", attribute("Response", "ID")),
        ("logout_id", attribute("LogoutRequest", "ID")),
        ("assertion_id", attribute("Assertion", "ID")),
        ("session_index", attribute("AuthnStatement", "SessionIndex")),
        ("name_id", find("NameID").map(saml::document::text)),
        ("name_id_format", attribute("NameID", "Format")),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name.to_owned(), value?)))
    .collect()
}
