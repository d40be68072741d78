//! Reading the instants of a message and holding them against the clock.

use jiff::Timestamp;
use roxmltree::Node;

use crate::clock::{SKEW, after, before};
use crate::denial::Denial;
use crate::flaw::{Flaw, Flaws};

/// The instant that a message is judged at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Instants {
    pub(crate) now: Timestamp,
    ignored: bool,
    fail_open: bool,
}

/// The span in which something is valid: from `begin` until just before `end`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) begin: Option<Timestamp>,
    pub(crate) end: Option<Timestamp>,
}

impl Instants {
    pub(crate) fn new(now: Timestamp, flaws: Flaws) -> Self {
        Instants {
            now,
            ignored: flaws.has(Flaw::NoTime),
            fail_open: flaws.has(Flaw::TimeParseFailOpen),
        }
    }

    /// An optional instant. What is present must be a UTC instant as Core 1.3.3 has it: one that cannot be read
    /// is refused, never skipped.
    pub(crate) fn optional(
        self,
        node: Node<'_, '_>,
        what: &'static str,
    ) -> Result<Option<Timestamp>, Denial> {
        match node.attribute(what) {
            _ if self.ignored => Ok(None),
            None => Ok(None),
            Some(value) => saml::instant::parse(value)
                .or_else(|error| if self.fail_open { Ok(self.now) } else { Err(error) })
                .map(Some)
                .map_err(|_| Denial::InstantMalformed {
                    what,
                    value: value.to_owned(),
                }),
        }
    }

    /// An instant that must be there and must not lie in the future: IssueInstant, AuthnInstant.
    pub(crate) fn past(self, node: Node<'_, '_>, what: &'static str) -> Result<Option<Timestamp>, Denial> {
        let instant = self.optional(node, what)?;
        match instant {
            _ if self.ignored => Ok(None),
            None => Err(Denial::InstantMissing(what)),
            Some(t) if t > after(self.now, SKEW) => Err(Denial::Future {
                what,
                value: t.to_string(),
            }),
            Some(_) => Ok(instant),
        }
    }

    /// NotBefore and NotOnOrAfter of an element (Core 2.5.1.2): now lies between them, give or take the skew.
    pub(crate) fn window(self, node: Node<'_, '_>) -> Result<Window, Denial> {
        let begin = self.optional(node, "NotBefore")?;
        let end = self.optional(node, "NotOnOrAfter")?;
        if let (Some(begin), Some(end)) = (begin, end)
            && begin >= end
        {
            return Err(Denial::EmptyWindow(if node.tag_name().name() == "Conditions" {
                "Conditions"
            } else {
                "SubjectConfirmationData"
            }));
        }
        match (begin, end) {
            (Some(t), _) if t > after(self.now, SKEW) => Err(Denial::Future {
                what: "NotBefore",
                value: t.to_string(),
            }),
            (_, Some(t)) if self.has_passed(t) => Err(Denial::Expired {
                what: "NotOnOrAfter",
                value: t.to_string(),
            }),
            _ => Ok(Window { begin, end }),
        }
    }

    /// Whether the instant is past by more than two honest clocks may differ.
    pub(crate) fn has_passed(self, t: Timestamp) -> bool {
        !self.ignored && t <= before(self.now, SKEW)
    }

    pub(crate) fn are_ignored(self) -> bool {
        self.ignored
    }
}
