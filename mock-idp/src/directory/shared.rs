//! The directory that a server serves, and where its changes are kept.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::store::Store;
use super::{Application, Directory, StoreError};

/// A directory that many read and some change. Readers get it as it stands, whole, and never wait for a writer; a change is
/// kept in the state folder before anybody sees it, or is not made at all.
#[derive(Clone)]
pub struct Shared(Arc<Inner>);

struct Inner {
    current: RwLock<Arc<Directory>>,
    /// Whoever holds this may change `current`.
    keeper: Mutex<Option<Store>>,
}

/// Why a change was not made.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError<E> {
    /// Whoever wanted it thought better of it.
    #[error(transparent)]
    Refused(E),
    /// It cannot be kept.
    #[error(transparent)]
    NotKept(#[from] StoreError),
}

impl From<Directory> for Shared {
    /// A directory whose changes are forgotten with it.
    fn from(directory: Directory) -> Self {
        Self::new(directory, None)
    }
}

impl Shared {
    /// The directory of this state folder, see [`Directory::open`]; every change is kept there.
    ///
    /// # Errors
    ///
    /// A folder that is damaged, or that cannot be read or written. The sentence says what to do.
    pub fn open(state: &Path) -> Result<Self, StoreError> {
        let (store, directory) = Store::open(state)?;
        Ok(Self::new(directory, Some(store)))
    }

    fn new(directory: Directory, store: Option<Store>) -> Self {
        Self(Arc::new(Inner {
            current: RwLock::new(Arc::new(directory)),
            keeper: Mutex::new(store),
        }))
    }

    /// The directory as it stands now.
    pub fn read(&self) -> Arc<Directory> {
        let current = self.0.current.read();
        current.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Changes it: all of what `change` does, or, where that or the keeping of it fails, nothing. An application that was
    /// changed counts its [`revision`](super::Application::revision) up.
    ///
    /// # Errors
    ///
    /// What `change` says, or the state folder that cannot be written.
    pub fn change<T, E>(
        &self,
        change: impl FnOnce(&mut Directory) -> Result<T, E>,
    ) -> Result<T, ChangeError<E>> {
        let mut keeper = self.0.keeper.lock().unwrap_or_else(PoisonError::into_inner);
        let before = match keeper.as_mut() {
            Some(store) => store.begin()?.map_or_else(|| self.read(), Arc::new),
            None => self.read(),
        };
        let mut after = Directory::clone(&before);
        let changed = change(&mut after);
        let value = match (changed, keeper.as_mut()) {
            (Err(refused), store) => {
                if let Some(store) = store {
                    store.abandon();
                }
                // What another process had written meanwhile is good to know all the same.
                self.set(before);
                return Err(ChangeError::Refused(refused));
            }
            (Ok(value), store) => {
                count(&before, &mut after);
                if let Some(store) = store {
                    store.commit(&after)?;
                }
                value
            }
        };
        self.set(Arc::new(after));
        Ok(value)
    }

    /// Reads anew what another process has written to the state folder meanwhile. Cheap where nothing was.
    ///
    /// # Errors
    ///
    /// The state folder cannot be read any more; the directory stays as it was.
    pub fn refresh(&self) -> Result<(), StoreError> {
        let mut keeper = self.0.keeper.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(store) = keeper.as_mut()
            && let Some(newer) = store.newer()?
        {
            self.set(Arc::new(newer));
        }
        Ok(())
    }

    fn set(&self, directory: Arc<Directory>) {
        *self.0.current.write().unwrap_or_else(PoisonError::into_inner) = directory;
    }
}

/// Counts up the revision of each application that differs.
fn count(before: &Directory, after: &mut Directory) {
    let text = |application: &Application| serde_json::to_string(application).unwrap_or_default();
    for application in after
        .tenants
        .iter_mut()
        .flat_map(|tenant| &mut tenant.applications)
    {
        if let Some((_, old)) = before.application(&application.app_id)
            && text(old) != text(application)
        {
            application.revision = old.revision + 1;
        }
    }
}
