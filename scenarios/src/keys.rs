//! The keys that recipes call by name. Those that no directory holds are made when first asked for, or ahead of time.

use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError},
};

use jiff::Timestamp;
use mock_idp::{Directory, Keys};
use saml::key::{KeyError, Kind, SigningKey};

use crate::{
    authority::{self, Authority},
    fault::Fault,
};

/// Keys by name.
#[derive(Clone, Default)]
pub struct KeyRing {
    made: Arc<Made>,
    /// Its certificate is that of one directory's key.
    clone: Arc<Slot<SigningKey>>,
    sp: Sp,
}

/// The SP's own key.
#[derive(Clone, Default)]
enum Sp {
    #[default]
    Unknown,
    Known(SigningKey),
    /// There is no SP; any key will do.
    OnPaper,
}

#[derive(Default)]
struct Made {
    rogue: Slot<SigningKey>,
    tenant: Slot<SigningKey>,
    p256: Slot<SigningKey>,
    dsa: Slot<SigningKey>,
    rsa1024: Slot<SigningKey>,
    rsa4096: Slot<SigningKey>,
    rsa_e3: Slot<SigningKey>,
    encryption: Slot<SigningKey>,
    tls: Slot<SigningKey>,
    authority: Slot<Authority>,
    expired: Slot<SigningKey>,
    future: Slot<SigningKey>,
    md5: Slot<SigningKey>,
    sp: Slot<SigningKey>,
}

impl KeyRing {
    /// The names that [`KeyRing::named`] knows.
    pub const NAMES: [&'static str; 20] = [
        "K1",
        "K2",
        "rogue",
        "clone",
        "fabrikam",
        "tenant",
        "p256",
        "dsa",
        "rsa1024",
        "rsa4096",
        "rsa-e3",
        "encryption",
        "tls",
        "ca",
        "leaf",
        "sibling",
        "expired",
        "future",
        "md5",
        "sp",
    ];

    /// The keys of this process: whoever asks for one by name gets the same, in whichever run. They are nobody's but the recipes', so that
    /// a run learns nothing from another one's.
    pub fn of_process() -> Self {
        static MADE: LazyLock<Arc<Made>> = LazyLock::new(Arc::default);
        Self {
            made: MADE.clone(),
            ..Self::default()
        }
    }

    /// The same with the SP's own key, which recipes call `sp`.
    #[must_use]
    pub fn with_sp(self, key: SigningKey) -> Self {
        Self {
            sp: Sp::Known(key),
            ..self
        }
    }

    /// Whether the SP's own key is known.
    pub fn knows_sp(&self) -> bool {
        !matches!(self.sp, Sp::Unknown)
    }

    /// Whether there need be no SP.
    pub fn is_on_paper(&self) -> bool {
        matches!(self.sp, Sp::OnPaper)
    }

    /// The same for an SP that need not exist: its key is made when it is first asked for.
    #[must_use]
    pub fn with_sp_on_paper(self) -> Self {
        Self {
            sp: Sp::OnPaper,
            ..self
        }
    }

    /// Makes the keys of these names ahead of time, all at once: finding the primes of one takes from a tenth of a second to
    /// some ten seconds, which nobody should wait for in the middle of a sign-in. See [`crate::Scenario::keys`]. Names that are
    /// unknown, or stand for nothing here, are left to [`KeyRing::named`] to complain of.
    ///
    /// # Errors
    /// OpenSSL cannot make a key.
    pub fn warm<'n>(
        &self,
        names: impl IntoIterator<Item = &'n str>,
        directory: &Directory,
    ) -> Result<(), Fault> {
        // One authority holds all three.
        let one = |name| {
            if matches!(name, "leaf" | "sibling") {
                "ca"
            } else {
                name
            }
        };
        let known = |name: &&str| match *name {
            "sp" => !matches!(self.sp, Sp::Unknown),
            name => Self::NAMES.contains(&name),
        };
        let names: BTreeSet<&str> = names.into_iter().map(one).filter(known).collect();
        at_once(names, |name| self.named(name, directory))?;
        Ok(())
    }

    /// A key by its name, see [`crate::signature::Signing::key`].
    ///
    /// # Errors
    /// An unknown name, or OpenSSL cannot make a key.
    pub fn named(&self, name: &str, directory: &Directory) -> Result<SigningKey, Fault> {
        let contoso = &directory.contoso().keys;
        let made = &self.made;
        match name {
            "K1" => Ok(contoso.k1.clone()),
            "K2" => Ok(contoso.k2.clone()),
            "fabrikam" => Ok(directory.fabrikam().keys.active.clone()),
            "rogue" => made.rogue.get(rsa2048),
            "clone" => self
                .clone
                .get(|| SigningKey::generate_like(contoso.k1.certificate())),
            "tenant" => made.tenant.get(rsa2048),
            "p256" => made.p256.get(|| SigningKey::generate(Kind::P256)),
            "dsa" => made.dsa.get(authority::dsa1024),
            "rsa1024" => made.rsa1024.get(authority::rsa1024),
            "rsa4096" => made.rsa4096.get(|| SigningKey::generate(Kind::Rsa4096)),
            "rsa-e3" => made.rsa_e3.get(authority::rsa_e3),
            "encryption" => made.encryption.get(rsa2048),
            "tls" => made.tls.get(rsa2048),
            "ca" => made.authority.get(Authority::make).map(|authority| authority.ca),
            "leaf" => made
                .authority
                .get(Authority::make)
                .map(|authority| authority.leaf),
            "sibling" => made
                .authority
                .get(Authority::make)
                .map(|authority| authority.sibling),
            "expired" => made.expired.get(authority::expired),
            "future" => made.future.get(authority::future),
            "md5" => made.md5.get(authority::md5),
            "sp" => match &self.sp {
                Sp::Known(key) => Ok(key.clone()),
                Sp::OnPaper => made.sp.get(rsa2048),
                Sp::Unknown => Err(Fault::recipe("the SP's own key is not known here")),
            },
            _ => Err(Fault::recipe(format!(
                "no key is called {name}; there are {}",
                Self::NAMES.join(", ")
            ))),
        }
    }
}

/// A directory for messages that nobody sends, with no more keys than these names need: where neither the second key nor the
/// second tenant's is called by name, the first stands for it.
///
/// # Errors
/// OpenSSL cannot make a key.
pub fn directory_on_paper(names: &BTreeSet<&str>) -> Result<Directory, Fault> {
    let now = Timestamp::now();
    let wanted = ["K1", "K2", "fabrikam"].map(|name| (name, name == "K1" || names.contains(name)));
    let wanted = wanted
        .into_iter()
        .filter_map(|(name, wanted)| wanted.then_some(name));
    let made = at_once(wanted, |_| Keys::make_one(now).map_err(cannot))?;
    let key = |name: &str| {
        let named = made.iter().find(|(other, _)| *other == name);
        let (_, key) = named.or(made.first()).expect("K1 is always made");
        key.clone()
    };
    let fabrikam = key("fabrikam");
    Ok(Directory::with_keys(
        Keys::new(key("K1"), key("K2")),
        Keys::new(fabrikam.clone(), fabrikam),
    ))
}

/// Makes something for each name, each in a thread of its own.
fn at_once<'n, T: Send>(
    names: impl IntoIterator<Item = &'n str>,
    make: impl Fn(&str) -> Result<T, Fault> + Sync,
) -> Result<Vec<(&'n str, T)>, Fault> {
    std::thread::scope(|scope| {
        let make = &make;
        let started: Vec<_> = names
            .into_iter()
            .map(|name| (name, scope.spawn(move || make(name))))
            .collect();
        let ended = started.into_iter().map(|(name, thread)| {
            let made = thread
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            made.map(|made| (name, made))
        });
        ended.collect()
    })
}

/// What is made once, by whoever asks first; others who ask meanwhile wait for it.
struct Slot<T> {
    made: OnceLock<T>,
    making: Mutex<()>,
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self {
            made: OnceLock::new(),
            making: Mutex::new(()),
        }
    }
}

impl<T: Clone> Slot<T> {
    fn get(&self, make: impl FnOnce() -> Result<T, KeyError>) -> Result<T, Fault> {
        if let Some(made) = self.made.get() {
            return Ok(made.clone());
        }
        let _making = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = self.made.get() {
            return Ok(made.clone());
        }
        let made = make().map_err(cannot)?;
        Ok(self.made.get_or_init(|| made).clone())
    }
}

fn rsa2048() -> Result<SigningKey, KeyError> {
    SigningKey::generate(Kind::Rsa2048)
}

#[expect(clippy::needless_pass_by_value, reason = "map_err hands the error over")]
fn cannot(error: KeyError) -> Fault {
    Fault::recipe(format!("a key cannot be made: {error}"))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn number(key: &SigningKey) -> String {
        key.certificate().base64()
    }

    #[test]
    fn what_was_made_ahead_of_time_is_what_a_recipe_gets() {
        let directory = directory_on_paper(&BTreeSet::new()).unwrap();
        let ring = KeyRing::default().with_sp_on_paper();
        ring.warm(["p256", "rogue", "leaf", "ca", "sp", "nobody's"], &directory)
            .unwrap();
        let slots = [&ring.made.p256, &ring.made.rogue, &ring.made.sp].map(|slot| slot.made.get());
        for (name, made) in ["p256", "rogue", "sp"].into_iter().zip(slots) {
            let asked_for = ring.named(name, &directory).unwrap();
            assert_eq!(number(made.unwrap()), number(&asked_for), "{name}");
        }
        assert!(ring.made.authority.made.get().is_some());
        assert!(ring.made.tls.made.get().is_none(), "nobody named it");
        KeyRing::default().warm(["sp"], &directory).unwrap();
    }

    #[test]
    fn a_key_is_made_once_however_many_ask_for_it() {
        let slot = Slot::default();
        let made = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| slot.get(|| Ok(made.fetch_add(1, Ordering::SeqCst))).unwrap());
            }
        });
        assert_eq!(made.into_inner(), 1);
    }

    #[test]
    fn a_directory_on_paper_has_the_keys_that_were_named() {
        let one = directory_on_paper(&BTreeSet::from(["rogue"])).unwrap();
        let keys = &one.contoso().keys;
        assert_eq!(number(&keys.k1), number(&keys.k2));
        assert_eq!(number(&keys.k1), number(&one.fabrikam().keys.active));
        let all = directory_on_paper(&BTreeSet::from(["K2", "fabrikam"])).unwrap();
        let keys = [
            &all.contoso().keys.k1,
            &all.contoso().keys.k2,
            &all.fabrikam().keys.active,
        ];
        let different: BTreeSet<String> = keys.into_iter().map(number).collect();
        assert_eq!(different.len(), 3);
    }
}
