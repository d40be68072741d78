//! HTTP-Artifact (Bindings 3.6): the browser brings a reference, and the message is fetched from whoever issued that.
//!
//! Whatever comes back is a message as any other, and is judged as one: that it was fetched proves nothing over plain HTTP.

use jiff::SignedDuration;
use saml::artifact::{Artifact, ArtifactResolve, ArtifactResponse};
use saml::signature::{self, Template};
use saml::soap;

use crate::back_channel;
use crate::clock::after;
use crate::denial::Denial;
use crate::flaw::{Flaw, Flaws};
use crate::memory::secret;
use crate::state::{Settings, Sp};
use crate::trust::{Tenant, Trust};
use crate::whole;

/// How long a used artifact is remembered: longer than anybody keeps the message for it.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(1);

/// The message that an artifact stands for. It is asked for where the metadata of its issuer says, and nowhere else; once,
/// whether anything comes of it or not (Bindings 3.6.5.2).
pub(crate) async fn resolved(sp: &Sp, text: &str) -> Result<String, Denial> {
    let Settings { trust, flaws, .. } = sp.settings();
    let artifact = Artifact::parse(text).map_err(|why| Denial::Artifact(why.to_string()))?;
    let tenant = issuer(&artifact, &trust, flaws)?;
    let mut services = tenant.artifact_resolution.iter();
    let service = services
        .find(|service| service.index == artifact.endpoint)
        .ok_or(Denial::ArtifactEndpoint(artifact.endpoint))?;
    let now = sp.clock.now();
    if !flaws.has(Flaw::NoReplay) {
        sp.memory
            .use_once(&tenant.entity_id, text, after(now, REMEMBERED), now)
            .map_err(|why| match why {
                Denial::Replay => Denial::ArtifactUsed,
                other => other,
            })?;
    }
    let id = format!("_{}", &secret()[..40]);
    let answer = ask(sp, &service.location, &id, text).await?;
    let answer = soap::unwrap(&answer).map_err(|why| Denial::Exchange(why.to_string()))?;
    message_in(&answer, &id, tenant, &trust, flaws)
}

/// Whatever the first IdP answers: for the service provider that verifies nothing.
pub(crate) async fn anything(sp: &Sp, text: &str) -> Option<String> {
    let trust = sp.settings().trust;
    let service = trust.first()?.artifact_resolution.first()?;
    ask(sp, &service.location, "_id", text).await.ok()
}

/// Asks there for the message, and answers the envelope that comes back.
async fn ask(sp: &Sp, address: &str, id: &str, artifact: &str) -> Result<String, Denial> {
    let resolve = ArtifactResolve {
        id: id.to_owned(),
        issue_instant: Some(saml::instant::format(sp.clock.now())),
        destination: Some(address.to_owned()),
        issuer: Some(sp.entity_id.clone()),
        artifact: artifact.to_owned(),
    };
    let asked = soap::wrap(&signed(sp, &resolve)?);
    back_channel::post(address, asked, sp.settings().flaws).await
}

/// The IdP that issued it, by the SourceID.
fn issuer<'a>(artifact: &Artifact, trust: &'a Trust, flaws: Flaws) -> Result<&'a Tenant, Denial> {
    let named = trust.source(&artifact.source);
    let any = || trust.first().filter(|_| flaws.has(Flaw::IssuerUnbound));
    named.or_else(any).ok_or(Denial::ArtifactSource)
}

/// The message in an ArtifactResponse: of that IdP, signed by it, and for what was asked (Core 3.5.2, Profiles 4.1.4.4).
fn message_in(
    xml: &str,
    asked: &str,
    tenant: &Tenant,
    trust: &Trust,
    flaws: Flaws,
) -> Result<String, Denial> {
    let certificates = trust.certificates(&tenant.entity_id, flaws)?;
    let anywhere = flaws.has(Flaw::UnboundVerify);
    whole::verify(xml, "the ArtifactResponse", &certificates, flaws, anywhere)?;
    let response = ArtifactResponse::parse(xml).map_err(|why| Denial::Exchange(why.to_string()))?;
    let issuer = response.issuer.clone().unwrap_or_default();
    if issuer != tenant.entity_id && !flaws.has(Flaw::IssuerUnbound) {
        return Err(Denial::UntrustedIssuer(issuer));
    }
    match response.in_response_to.as_deref() {
        _ if flaws.has(Flaw::NoInResponseTo) => {}
        None if flaws.has(Flaw::InResponseToIfPresent) => {}
        Some(id) if id == asked => {}
        other => return Err(Denial::ArtifactResponse(other.map(str::to_owned))),
    }
    if !response.is_success() && !flaws.has(Flaw::NoStatus) {
        let code = response.status.first().cloned().unwrap_or_default();
        return Err(Denial::Status { code, message: None });
    }
    response.message.ok_or(Denial::ArtifactUnknown)
}

/// Signed where we have a key for that, so that nobody else gets the message for our artifact (Profiles 4.1.4.4).
fn signed(sp: &Sp, resolve: &ArtifactResolve) -> Result<String, Denial> {
    let xml = resolve.to_xml();
    let Some(key) = &sp.keys.signing else {
        return Ok(xml);
    };
    let behind = "</Issuer>";
    let at = xml.find(behind).map_or(xml.len(), |at| at + behind.len());
    let template = Template::azure(&resolve.id, key.certificate(), false).to_xml();
    let whole = saml::document::splice(&xml, at..at, &template);
    signature::sign(&whole, at, key).map_err(|why| Denial::Exchange(why.to_string()))
}
