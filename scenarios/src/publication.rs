//! What the IdP publishes in the stead of its usual metadata, as a flow writes it, and how it becomes a document.
//!
//! It is made as a message is: Azure's document, operations, signature, operations, bytes.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    apply,
    context::Context,
    fault::Fault,
    octets::finish,
    operation::{self, Operation},
    selector::Selector,
    signature::Signing,
    signing,
    view::view,
    workbench::Workbench,
};

/// The mark with which Azure's document begins.
const MARK: &[u8] = b"\xef\xbb\xbf";
/// The parameter that tells one redirect from the next.
const HOP: &str = "hop=";

/// What the IdP publishes. What is left out is as Azure has it: a byte order mark, two roles of WS-Federation before the SAML one,
/// one key, signed by that.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Published {
    /// The names of the keys in it, for signing: those that the IdP vouches for. K1 if left out.
    #[serde(default = "k1", skip_serializing_if = "is_k1")]
    pub keys: Vec<String>,
    /// Operations on the document before it is signed. Its document element is EntityDescriptor.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub draft: Vec<Operation>,
    /// How the document element is signed; by K1 if left out, whichever keys are in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign: Option<Signing>,
    /// Leaves it unsigned.
    #[serde(default, skip_serializing_if = "operation::is_false")]
    pub unsigned: bool,
    /// Operations on the signed text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forge: Vec<Operation>,
    /// The HTTP status with which it comes; 200 if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Redirects on the way to it, each to the same address once more: their HTTP statuses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redirects: Vec<u16>,
    /// Where the last redirect leads instead: a URL, with placeholders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

fn k1() -> Vec<String> {
    vec!["K1".to_owned()]
}

fn is_k1(keys: &[String]) -> bool {
    keys == ["K1"]
}

impl Default for Published {
    fn default() -> Self {
        Self {
            keys: k1(),
            draft: Vec::new(),
            sign: None,
            unsigned: false,
            forge: Vec::new(),
            status: None,
            redirects: Vec::new(),
            to: None,
        }
    }
}

/// What is served at the metadata's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    status: u16,
    redirects: Vec<u16>,
    to: Option<String>,
    body: Arc<[u8]>,
}

/// One answer at the metadata's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// The HTTP status.
    pub status: u16,
    /// Where a redirect leads.
    pub location: Option<String>,
    /// The document, whatever it is; empty with a redirect.
    pub body: Arc<[u8]>,
}

impl Publication {
    /// Makes what is to be published.
    ///
    /// # Errors
    /// A key is unknown, an operation cannot be done, or the document cannot be signed.
    pub fn make(wanted: &Published, context: &Context<'_>) -> Result<Self, Fault> {
        let mut bench = Workbench::new(usual(wanted, context)?);
        apply::apply(&mut bench, &wanted.draft, context)?;
        if !wanted.unsigned {
            let how = wanted.sign.clone().unwrap_or_default();
            let whole = document_element(&bench.text)?;
            signing::sign(&mut bench, &whole, &how, context)?;
        }
        let body = finish(&mut bench, &wanted.forge, context)?;
        let is_recoded = matches!(wanted.forge.last(), Some(Operation::Recode(_)));
        let body = match is_recoded {
            true => body,
            false => [MARK, &body].concat(),
        };
        let to = wanted.to.as_ref().map(|to| context.fill(to, &bench));
        Ok(Self {
            status: wanted.status.unwrap_or(200),
            redirects: wanted.redirects.clone(),
            to: to.transpose()?,
            body: body.into(),
        })
    }

    /// What is answered at this path with its query: the next redirect, or the document behind the last.
    pub fn at(&self, place: &str) -> Served {
        let (path, query) = place.split_once('?').unwrap_or((place, ""));
        let came = query.split('&').find_map(|pair| pair.strip_prefix(HOP));
        let came: usize = came.and_then(|number| number.parse().ok()).unwrap_or(0);
        let Some(status) = self.redirects.get(came) else {
            return Served {
                status: self.status,
                location: None,
                body: self.body.clone(),
            };
        };
        let next = came.saturating_add(1);
        let last = next == self.redirects.len();
        let again = format!("{path}?{HOP}{next}");
        Served {
            status: *status,
            location: Some(self.to.clone().filter(|_| last).unwrap_or(again)),
            body: Arc::default(),
        }
    }

    /// The document.
    pub fn body(&self) -> &[u8] {
        &self.body
    }
}

/// Azure's document with these keys in it, unsigned and without its mark.
fn usual(wanted: &Published, context: &Context<'_>) -> Result<String, Fault> {
    let mut tenant = context.directory.contoso().clone();
    let keys = wanted.keys.iter();
    let keys = keys.map(|name| context.keys.named(name, context.directory));
    tenant.keys.published = keys.collect::<Result<_, _>>()?;
    let cannot = |why: &dyn std::fmt::Display| Fault::recipe(format!("the metadata cannot be made: {why}"));
    let signed =
        mock_idp::federation_metadata(&tenant, context.origin, None).map_err(|error| cannot(&error))?;
    let signed = signed.strip_prefix(MARK).unwrap_or(&signed).to_vec();
    let signed = String::from_utf8(signed).map_err(|error| cannot(&error))?;
    let tree = view(&signed)?;
    let signature = tree.root_element().children();
    let mut signature = signature.filter(|node| node.tag_name().name() == "Signature");
    let range = signature.next().map_or(0..0, |node| node.range());
    Ok(saml::document::splice(&signed, range, ""))
}

fn document_element(text: &str) -> Result<Selector, Fault> {
    let tree = view(text)?;
    let name = tree.root_element().tag_name().name();
    name.parse().map_err(Fault::recipe)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn publication(redirects: &[u16], to: Option<&str>) -> Publication {
        Publication {
            status: 200,
            redirects: redirects.to_vec(),
            to: to.map(str::to_owned),
            body: b"<EntityDescriptor/>".as_slice().into(),
        }
    }

    #[test]
    fn each_redirect_leads_to_the_next_and_the_last_to_the_document() {
        let published = publication(&[301, 307], None);
        let first = published.at("/t/metadata.xml?appid=1");
        assert_eq!(
            (first.status, first.location.as_deref()),
            (301, Some("/t/metadata.xml?hop=1"))
        );
        let second = published.at(first.location.as_deref().unwrap());
        assert_eq!(
            (second.status, second.location.as_deref()),
            (307, Some("/t/metadata.xml?hop=2"))
        );
        let third = published.at(second.location.as_deref().unwrap());
        assert_eq!((third.status, third.location), (200, None));
        assert_eq!(&*third.body, published.body());
    }

    #[test]
    fn the_last_redirect_may_lead_elsewhere() {
        let published = publication(&[302], Some("http://elsewhere/"));
        assert_eq!(
            published.at("/m?hop=0").location.as_deref(),
            Some("http://elsewhere/")
        );
        assert_eq!(published.at("/m?hop=x").status, 302);
    }
}
