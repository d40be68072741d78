//! What the IdP publishes, changed for the length of one flow and always changed back.

use std::sync::Arc;

use scenarios::flow::Published as Wanted;

use super::forging::Forge;

/// A change that is undone when this goes, however the flow ended.
pub(crate) struct Published {
    forge: Arc<Forge>,
    before: mock_idp::Keys,
}

impl Published {
    /// Publishes these keys, and signs with that one.
    pub(crate) fn change(forge: &Arc<Forge>, wanted: &Wanted) -> Result<Self, String> {
        let before = forge.directory.change(|directory| {
            let named = |name: &str| {
                forge
                    .keys
                    .named(name, directory)
                    .map_err(|fault| fault.to_string())
            };
            let published = wanted
                .keys
                .iter()
                .map(|name| named(name))
                .collect::<Result<Vec<_>, _>>()?;
            let active = named(&wanted.active)?;
            let tenant = directory
                .tenant_mut(mock_idp::directory::CONTOSO)
                .ok_or("the tenant is gone")?;
            let before = tenant.keys.clone();
            tenant.keys.published = published;
            tenant.keys.active = active;
            Ok::<_, String>(before)
        });
        Ok(Self {
            forge: forge.clone(),
            before: before.map_err(|error| error.to_string())?,
        })
    }
}

impl Drop for Published {
    fn drop(&mut self) {
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
