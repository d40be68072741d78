//! A flow that was played: what was seen, and why it may have broken off.

use std::{collections::BTreeMap, sync::Arc};

use jiff::SignedDuration;
use mock_idp::server::LogoutCame;
use scenarios::{Fault, Message, Persona, Recipe};

use crate::{
    judge::{
        emitted::Held,
        observation::{Journey, Observation},
        people::{Issued, Owner, People},
    },
    run::pace::Obstacle,
};

/// A flow that was played.
#[derive(Debug, Default)]
pub(crate) struct Played {
    /// What was seen.
    pub(crate) observation: Observation,
    /// The journey to the probe's page.
    pub(crate) looked: Option<Journey>,
    /// What the flow's logins issued, by person.
    pub(crate) issued_to: BTreeMap<Persona, Vec<String>>,
    /// The judged message.
    pub(crate) message: Option<Arc<Message>>,
    /// Why it could not be played to its end.
    pub(crate) broke: Option<Broke>,
    /// The judged recipe with everything filled in that a later run needs.
    pub(crate) recipe: Recipe,
    /// How far the SP's clock is ahead of ours, by its last AuthnRequest.
    pub(crate) sp_ahead: Option<SignedDuration>,
    /// How often the SP had been absent when it began.
    pub(crate) absences: usize,
    /// What stood in its way and says nothing about the message.
    pub(crate) obstacle: Option<Obstacle>,
    /// After so many steps of the sign-in the browser was at the IdP.
    pub(crate) arrived: Option<usize>,
    /// The step behind the IdP that found nothing to do.
    pub(crate) stopped: Option<Stopped>,
    /// The SP's logout message that came to the IdP.
    pub(crate) left: Option<LogoutCame>,
    /// Whether what the SP itself sent has the property that is judged.
    pub(crate) held: Option<Held>,
    /// Who was signed in in the judged jar before the judged step.
    pub(crate) was: Option<Persona>,
    /// Where the browser should have come to rest.
    pub(crate) leads_to: Option<String>,
}

/// A step behind the IdP that found nothing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stopped {
    /// Which, and why.
    pub(crate) why: String,
    /// A script might have made something of it.
    pub(crate) needs_browser: bool,
}

/// Why a flow could not be played to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Broke {
    /// The message is not what its recipe claims, or cannot be made: our fault.
    Fault(Fault),
    /// A step before the judged one did not come out.
    Precondition(String),
    /// Who should be signed in by then is not, or somebody is who should not be.
    Session(String),
    /// It can be done, but not over plain HTTP.
    NeedsBrowser(String),
    /// The driver failed: our fault.
    Driver(String),
}

impl std::fmt::Display for Broke {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Fault(fault) => write!(f, "the harness's own fault: {fault}"),
            Self::Precondition(why) | Self::Session(why) | Self::NeedsBrowser(why) | Self::Driver(why) => {
                f.write_str(why)
            }
        }
    }
}

impl Played {
    /// The values that the judged message issued.
    pub(crate) fn issued(&self) -> Vec<String> {
        self.message
            .as_ref()
            .map_or_else(Vec::new, |message| issued(message))
    }

    /// What the last question lacked, as the end of a sentence.
    pub(crate) fn lacked(&self) -> String {
        let lacked = self.looked.as_ref().and_then(|looked| looked.lacked.as_ref());
        lacked.map_or_else(String::new, |lacked| format!(", and {lacked}"))
    }

    /// Whom the probe shows, if anybody.
    pub(crate) fn owner(&self, people: &People, persona: Persona) -> Option<Owner> {
        use crate::judge::observation::Probe;
        match &self.observation.probe {
            Probe::SignedIn { identity, .. } if self.broke.is_none() => {
                let values = self.issued();
                let issued = Issued {
                    persona,
                    values: &values,
                };
                Some(people.owner(identity, &issued))
            }
            _ => None,
        }
    }

    /// Whether this person is signed in.
    pub(crate) fn is(&self, people: &People, persona: Persona) -> bool {
        self.owner(people, persona) == Some(Owner::Person(persona))
    }
}

/// Every value that the IdP issued in a message to the person who asked for it; an empty one where it issued nothing but white space.
pub(crate) fn issued(message: &Message) -> Vec<String> {
    let name_id = Some(&message.name_id).filter(|name| !name.is_empty());
    let all = name_id
        .into_iter()
        .chain(message.issued.iter().map(|(_, value)| value));
    let mut values: Vec<String> = all
        .map(|value| if value.trim().is_empty() { "" } else { value }.to_owned())
        .collect();
    values.sort();
    values.dedup();
    values
}
