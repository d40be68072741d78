//! What calibration saw on its way, kept for whoever asks why it went so.

use scenarios::{Base, recipe::Start};

use super::firing::played::{Broke, Played};
use crate::judge::observation::{Journey, Page, Probe};

/// What calibration saw.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clues {
    /// One of alice's logins for each way of beginning one: the first that works, or else the one that tells why none does.
    pub(crate) logins: Vec<Witness>,
    /// How far the SP's clock is off, as a sentence, where it is too far.
    pub(crate) clock: Option<String>,
    /// How the SP answers what it cannot trust, beside a flawless message that does not sign alice in.
    pub(crate) contrast: Option<Contrast>,
    /// A browser may sign in where plain HTTP cannot.
    pub(crate) browser: Option<Need>,
}

/// Whether a script is needed to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// It is, and why.
    Sure(String),
    /// Nobody is signed in, and there are scripts on the page where it ended.
    Perhaps,
}

/// A login that was seen.
#[derive(Clone, Debug)]
pub(crate) struct Witness {
    /// Who began it.
    pub(crate) start: Start,
    /// What was signed.
    pub(crate) base: Base,
    /// Somebody is signed in.
    pub(crate) works: bool,
    /// From the first request to the page where it came to rest.
    pub(crate) journey: Journey,
    /// Whether the browser came to the IdP, and a message was made for it.
    pub(crate) delivered: bool,
    /// Why it could not be played to its end.
    pub(crate) broke: Option<String>,
    /// A browser might have come further.
    pub(crate) needs_browser: bool,
    /// The journey to the probe's page.
    pub(crate) looked: Option<Journey>,
    /// Whom that page shows.
    pub(crate) probe: Probe,
}

/// A flawless message that signs nobody in, held against one under a key that nobody trusts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Contrast {
    /// Both are answered in the same way.
    Same(String),
    /// The flawless one goes through, the other is refused: where each came to rest.
    Accepted(String, String),
    /// Both are refused, each in another way: where each came to rest.
    Otherwise(String, String),
}

impl Clues {
    /// Keeps a login.
    pub(crate) fn saw(&mut self, start: Start, base: Base, works: bool, played: &Played) {
        self.keep(Witness::of(start, base, works, played), |known| {
            works && !known.works
        });
    }

    /// Of the logins that do not work this one tells why: it stands for all that are begun so.
    pub(crate) fn rests_on(&mut self, start: Start, base: Base, played: &Played) {
        self.keep(Witness::of(start, base, false, played), |_| true);
    }

    /// One for each way of beginning; where there is one already `instead` decides.
    fn keep(&mut self, witness: Witness, instead: impl Fn(&Witness) -> bool) {
        let known = self.logins.iter_mut().find(|known| known.start == witness.start);
        match known {
            None => self.logins.push(witness),
            Some(known) if instead(known) => *known = witness,
            Some(_) => {}
        }
    }
}

impl Witness {
    fn of(start: Start, base: Base, works: bool, played: &Played) -> Self {
        Self {
            start,
            base,
            works,
            journey: Journey {
                screenshot: None,
                ..played.observation.journey.clone()
            },
            delivered: played.message.is_some(),
            broke: played.broke.as_ref().map(ToString::to_string),
            needs_browser: matches!(played.broke, Some(Broke::NeedsBrowser(_))),
            looked: played.looked.clone(),
            probe: played.observation.probe.clone(),
        }
    }

    /// The page of the SP's on which it came to rest.
    pub(crate) fn page(&self) -> Option<&Page> {
        use crate::judge::observation::Party;
        let idp = self
            .journey
            .hops
            .last()
            .is_some_and(|hop| hop.party == Party::Idp);
        self.journey.page.as_ref().filter(|_| !idp)
    }

    /// Cookies that were lost on the way, once each.
    pub(crate) fn lost_cookies(&self) -> Vec<String> {
        let looked = self.looked.iter().flat_map(|journey| &journey.lost_cookies);
        let mut lost: Vec<String> = self.journey.lost_cookies.iter().chain(looked).cloned().collect();
        lost.sort();
        lost.dedup();
        lost
    }
}
