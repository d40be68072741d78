//! The service provider's own time.

use jiff::{SignedDuration, Timestamp};

/// How far two honest clocks may differ: three minutes, the least that Kantara's saml2int asks for.
pub(crate) const SKEW: SignedDuration = SignedDuration::from_mins(3);

/// The machine's clock, put right or wrong by a constant.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    offset: SignedDuration,
}

impl Clock {
    pub(crate) fn new(offset: SignedDuration) -> Self {
        Clock { offset }
    }

    pub(crate) fn now(self) -> Timestamp {
        let now = Timestamp::now();
        now.checked_add(self.offset).unwrap_or(now)
    }
}

/// `later` after `t`, at the end of time if there is no such instant.
pub(crate) fn after(t: Timestamp, later: SignedDuration) -> Timestamp {
    t.checked_add(later).unwrap_or(Timestamp::MAX)
}

/// `earlier` before `t`, at the beginning of time if there is no such instant.
pub(crate) fn before(t: Timestamp, earlier: SignedDuration) -> Timestamp {
    t.checked_sub(earlier).unwrap_or(Timestamp::MIN)
}
