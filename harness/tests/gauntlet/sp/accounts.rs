//! What the SP remembers: accounts, sessions, requests, refusals. All of it shared state, which is the point.

use std::{
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    time::{Duration, Instant},
};

use super::{
    chance::random,
    message::{Denial, Said},
    switches::{Key, Limit, Style},
};

/// Who is signed in.
#[derive(Clone, Debug)]
pub(crate) struct Who {
    /// The value that is the identity.
    pub(crate) key: String,
    /// The number of the account.
    pub(crate) number: usize,
    /// A second factor is still missing.
    pub(crate) pending: bool,
    /// NameID, where it is shown beside the key.
    pub(crate) name_id: String,
}

impl Who {
    /// Whether this is the scenarios' victim, by any of his values.
    pub(crate) fn is_victim(&self) -> bool {
        is_victim(&self.key)
    }

    /// The identity as the SP writes it.
    pub(crate) fn written(&self, style: Style) -> String {
        let key = &self.key;
        match style {
            Style::Whole => key.clone(),
            Style::Lower => key.to_lowercase(),
            Style::Upper => key.to_uppercase(),
            Style::LocalPart => key.split('@').next().unwrap_or_default().to_owned(),
            Style::Cut(most) if key.chars().count() > most => {
                key.chars().take(most).chain("...".chars()).collect()
            }
            Style::Cut(_) => key.clone(),
            Style::Number => self.number.to_string(),
        }
    }
}

/// Whether a value is the victim's own: his account, or his display name.
pub(crate) fn is_victim(value: &str) -> bool {
    ["admin@contoso.example", "Victim Marker-d85c"].contains(&value)
}

/// The people for whom an administrator creates accounts, where accounts are created by hand: the victim is not one.
pub(crate) fn is_known(value: &str) -> bool {
    let known = [
        "alice@contoso.example",
        "attacker@contoso.example",
        "B.Simon@contoso.example",
    ];
    known.contains(&value)
}

/// The identity of a message.
pub(crate) fn key(said: &Said, key: Key) -> Result<String, Denial> {
    let value = match key {
        Key::NameId => Some(&said.name_id),
        Key::Claim(name) => said.claims.get(name),
        Key::MailBesideNameId => said.claims.get("emailaddress"),
    };
    let value = value.map(|value| value.trim().to_owned()).unwrap_or_default();
    if value.is_empty() {
        Err(Denial::NoIdentity)
    } else {
        Ok(value)
    }
}

#[derive(Debug)]
struct Account {
    number: usize,
}

/// Everything that is remembered.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    sessions: HashMap<String, Who>,
    accounts: BTreeMap<String, Account>,
    creating: HashSet<String>,
    busy: HashSet<String>,
    refused: HashMap<String, u32>,
    refusals: u32,
    requests: HashSet<String>,
    used: HashSet<String>,
    recent: VecDeque<Instant>,
    /// Messages that came in.
    pub(crate) messages: u32,
    /// Lots that were drawn.
    pub(crate) drawn: u32,
    /// Everything takes long by now.
    pub(crate) slow: bool,
    /// Requests of all kinds.
    pub(crate) asked: u32,
    /// Questions for the page.
    pub(crate) probed: u32,
    /// The last who signed in.
    pub(crate) last: Option<Who>,
    /// What the page showed first.
    pub(crate) cached: Option<String>,
}

impl Ledger {
    /// Remembers a request of ours.
    pub(crate) fn ask(&mut self, id: String) {
        self.requests.insert(id);
    }

    /// Takes requests and Assertion out of circulation.
    pub(crate) fn use_up(&mut self, said: &Said) -> Result<(), Denial> {
        if said.answers.iter().any(|id| !self.requests.contains(id)) {
            return Err(Denial::Request);
        }
        if !self.used.insert(said.assertion.clone()) {
            return Err(Denial::Replay);
        }
        for id in &said.answers {
            self.requests.remove(id);
        }
        Ok(())
    }

    /// Counts a refusal of a message in which these names stand.
    pub(crate) fn refuse(&mut self, claimed: &[String], limit: Limit) {
        self.refusals += 1;
        let counted = match limit {
            Limit::VictimLock(_) => claimed.get(..1).unwrap_or_default(),
            _ => claimed,
        };
        for name in counted {
            *self.refused.entry(name.clone()).or_default() += 1;
        }
    }

    /// Whether whoever a message names first may not even try.
    pub(crate) fn locked(&self, claimed: &[String], limit: Limit) -> Option<Denial> {
        let refused = claimed.first().and_then(|name| self.refused.get(name)).copied();
        let refused = refused.unwrap_or_default();
        match limit {
            Limit::AccountLock(most) | Limit::AccountLockForGood(most) | Limit::VictimLock(most)
                if refused >= most =>
            {
                Some(Denial::Locked)
            }
            Limit::AddressLock(most) if self.refusals >= most => Some(Denial::Locked),
            Limit::Captcha(most) if refused >= most => Some(Denial::Riddle),
            _ => None,
        }
    }

    /// Whether one more message in this second is too much.
    pub(crate) fn too_many(&mut self, most: usize) -> bool {
        let now = Instant::now();
        while self
            .recent
            .front()
            .is_some_and(|at| now - *at > Duration::from_secs(1))
        {
            self.recent.pop_front();
        }
        let full = self.recent.len() >= most;
        if !full {
            self.recent.push_back(now);
        }
        full
    }

    /// Begins a sign-in of an account; false where one is under way.
    pub(crate) fn begin(&mut self, key: &str) -> bool {
        self.busy.insert(key.to_owned())
    }

    /// Ends it.
    pub(crate) fn end(&mut self, key: &str) {
        self.busy.remove(key);
    }

    /// Begins to create an account; none where it is there, false where another does.
    pub(crate) fn create(&mut self, key: &str) -> Option<bool> {
        (!self.accounts.contains_key(key)).then(|| self.creating.insert(key.to_owned()))
    }

    /// Signs somebody in: his session's name.
    pub(crate) fn sign_in(&mut self, key: &str, said: &Said, limit: Limit, pending: bool) -> String {
        let next = 1000 + self.accounts.len();
        let account = self
            .accounts
            .entry(key.to_owned())
            .or_insert(Account { number: next });
        let who = Who {
            key: key.to_owned(),
            number: account.number,
            pending,
            name_id: said.name_id.clone(),
        };
        self.creating.remove(key);
        if limit == Limit::OneSession {
            self.sessions.retain(|_, session| session.key != key);
        }
        if matches!(limit, Limit::AccountLock(_) | Limit::VictimLock(_)) {
            self.refused.remove(&said.name_id);
        }
        self.last = Some(who.clone());
        let id = random(16);
        self.sessions.insert(id.clone(), who);
        id
    }

    /// Who a session belongs to.
    pub(crate) fn session(&self, id: Option<&str>) -> Option<Who> {
        self.sessions.get(id?).cloned()
    }

    /// The process ends: what was in memory is gone.
    pub(crate) fn forget(&mut self) {
        self.sessions.clear();
        self.requests.clear();
        self.busy.clear();
        self.creating.clear();
    }

    /// The names of all accounts.
    pub(crate) fn names(&self) -> impl Iterator<Item = &String> {
        self.accounts.keys()
    }
}
