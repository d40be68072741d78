//! What the IdP publishes, changed for the length of one flow and always changed back.

use std::sync::Arc;

use scenarios::{Publication, Published as Wanted};

use super::{
    answers::Answers,
    forging::{Forge, Order},
};

/// A change that is undone when this goes, however the flow ended.
pub(crate) struct Published {
    forge: Arc<Forge>,
    answers: Arc<Answers>,
    before: mock_idp::Keys,
}

impl Published {
    /// Nothing is changed yet.
    pub(crate) fn begin(forge: &Arc<Forge>, answers: &Arc<Answers>) -> Self {
        Self {
            before: forge.directory.read().contoso().keys.clone(),
            forge: forge.clone(),
            answers: answers.clone(),
        }
    }

    /// Publishes this from now on; the IdP vouches for its keys, and for no others.
    pub(crate) fn publish(&self, wanted: &Wanted, order: &Order) -> Result<(), String> {
        let publication = self
            .forge
            .with_context(order, None, None, |context| Publication::make(wanted, context));
        let publication = publication.map_err(|fault| fault.to_string())?;
        let changed = self.forge.directory.change(|directory| {
            let named = |name: &String| {
                let key = self.forge.keys.named(name, directory);
                key.map_err(|fault| fault.to_string())
            };
            let published = wanted.keys.iter().map(named).collect::<Result<Vec<_>, _>>()?;
            let tenant = directory
                .tenant_mut(mock_idp::directory::CONTOSO)
                .ok_or("the tenant is gone")?;
            tenant.keys.published = published;
            Ok::<_, String>(())
        });
        changed.map_err(|error| error.to_string())?;
        self.answers.publish(Some(publication));
        Ok(())
    }
}

impl Drop for Published {
    fn drop(&mut self) {
        self.answers.publish(None);
        let undone = self.forge.directory.change(|directory| {
            let tenant = directory
                .tenant_mut(mock_idp::directory::CONTOSO)
                .ok_or("the tenant is gone")?;
            tenant.keys = self.before.clone();
            Ok::<(), &str>(())
        });
        if let Err(error) = undone {
            tracing::error!(%error, "what the IdP publishes could not be changed back");
        }
    }
}
