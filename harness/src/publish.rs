//! What the IdP publishes, changed for the length of one flow and always changed back.

use std::sync::{Arc, PoisonError};

use scenarios::flow::Published as Wanted;

use crate::answers::Forge;

/// A change that is undone when this goes, however the flow ended.
pub(crate) struct Published {
    forge: Arc<Forge>,
    before: mock_idp::Keys,
}

impl Published {
    /// Publishes these keys, and signs with that one.
    pub(crate) fn change(forge: &Arc<Forge>, wanted: &Wanted) -> Result<Self, String> {
        let mut directory = forge.directory.write().unwrap_or_else(PoisonError::into_inner);
        let named = |name: &str| {
            forge
                .keys
                .named(name, &directory)
                .map_err(|fault| fault.to_string())
        };
        let published = wanted
            .keys
            .iter()
            .map(|name| named(name))
            .collect::<Result<Vec<_>, _>>()?;
        let active = named(&wanted.active)?;
        let domain = directory.contoso().domain.clone();
        let tenant = directory.tenant_mut(&domain).ok_or("the tenant is gone")?;
        let before = tenant.keys.clone();
        tenant.keys.published = published;
        tenant.keys.active = active;
        Ok(Self {
            forge: forge.clone(),
            before,
        })
    }
}

impl Drop for Published {
    fn drop(&mut self) {
        let mut directory = self
            .forge
            .directory
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let domain = directory.contoso().domain.clone();
        if let Some(tenant) = directory.tenant_mut(&domain) {
            tenant.keys = self.before.clone();
        }
    }
}
