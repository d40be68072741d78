//! What calibration learned about an SP, and what firing and judging rest on.

use std::{collections::BTreeMap, sync::Arc};

use scenarios::{Base, Need, Persona, recipe::Start};

use crate::{
    config::Steps,
    judge::{emitted::Emitted, landing::Landing, observation::Page, people::People, refusal::Refusals},
};

/// What the SP turned out to be able to do, and how it is read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Learned {
    /// The bases that sign a user in.
    pub(crate) bases: Vec<Base>,
    /// Who begins, where a recipe does not say.
    pub(crate) start: Option<Start>,
    /// The way in, where the configured URL is only its beginning.
    pub(crate) way: Option<Steps>,
    /// After so many steps of the way the browser is at the IdP.
    pub(crate) arrives: Option<usize>,
    /// What it can do beyond.
    pub(crate) can: Vec<Need>,
    /// Everybody whom a session could belong to, and what the probe shows of them.
    pub(crate) people: People,
    /// People whose values stand on everybody's page.
    pub(crate) bystanders: Vec<String>,
    /// How it refuses.
    pub(crate) refusals: Refusals,
    /// The pages by which it refused messages of several kinds, each with what it refused.
    pub(crate) refused: Vec<(&'static str, Page)>,
    /// Where an accepted login comes to rest, and nobody else does.
    pub(crate) landing: Option<Landing>,
    /// Who cannot be seen by the probe even after a genuine login, and why.
    pub(crate) unseen: BTreeMap<Persona, String>,
    /// The SAML Attribute that it takes as identity, where that is not the NameID.
    pub(crate) claim: Option<String>,
    /// It takes the attribute, and never looks at the NameID.
    pub(crate) ignores_name_id: bool,
    /// So many flows at once, where the account or the SP bears no more.
    pub(crate) jobs: Option<usize>,
    /// So many refusals at most between two flawless logins, where more lock somebody out.
    pub(crate) batch: Option<usize>,
    /// What it was seen to send by itself.
    pub(crate) emitted: Arc<Emitted>,
    /// What keeps this run from conforming, whatever is fired, one sentence each.
    pub(crate) causes: Vec<String>,
}

impl Learned {
    /// The base of controls for a scenario: its own where the SP accepts it, the first accepted otherwise.
    pub(crate) fn control_base(&self, base: Base) -> Option<Base> {
        if self.bases.contains(&base) {
            Some(base)
        } else {
            self.bases.first().copied()
        }
    }
}
