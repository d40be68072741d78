//! HTTP-Artifact, as a recipe writes it: what the browser carries in the stead of the message, and what that is exchanged for
//! (Bindings 3.6). `crate::exchange` does it.

use saml::{Artifact, artifact::source_id};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    context::Context,
    fault::Fault,
    operation::{self, Operation},
    signature::Signing,
    workbench::Workbench,
};

/// How an artifact is made, and what it is exchanged for. What is left out is as the standard has it: an artifact of the IdP's, good for
/// one exchange, and an ArtifactResponse that the IdP signs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Exchange {
    /// Whose SourceID stands in the artifact: an entityID, with placeholders.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Which ArtifactResolutionService the artifact names, by its index; 0 if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<u16>,
    /// The IdP answers each time that it is asked, not once.
    #[serde(skip_serializing_if = "operation::is_false")]
    pub reusable: bool,
    /// Operations on the ArtifactResponse before it is signed. It is the document element, and the message stands in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub draft: Vec<Operation>,
    /// How the ArtifactResponse is signed; by the key that signs messages if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign: Option<Signing>,
    /// Leaves the ArtifactResponse unsigned.
    #[serde(skip_serializing_if = "operation::is_false")]
    pub unsigned: bool,
    /// Operations on the signed ArtifactResponse.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub forge: Vec<Operation>,
}

/// An artifact that stands for a message.
#[derive(Clone, Debug, PartialEq)]
pub struct HandedOut {
    /// As SAMLart carries it.
    pub artifact: String,
    /// What it is exchanged for.
    pub exchange: Exchange,
}

impl HandedOut {
    /// A new one of this issuer.
    pub(crate) fn of(exchange: Exchange, issuer: &str, context: &Context<'_>) -> Result<Self, Fault> {
        let mut artifact = Artifact::issue(issuer)
            .map_err(|why| Fault::recipe(format!("the system gives no random bytes: {why}")))?;
        if let Some(source) = &exchange.source {
            artifact.source = source_id(&context.fill(source, &Workbench::default())?);
        }
        artifact.endpoint = exchange.endpoint.unwrap_or_default();
        Ok(Self {
            artifact: artifact.encode(),
            exchange,
        })
    }
}
