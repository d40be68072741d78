//! How much slower than at their swiftest flawless logins are: what the machine, and not a message, makes of a time.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use scenarios::recipe::Start;

/// No login is called slower than so many times: what waits for that long is no wait for a busy machine.
const SLOWEST: u32 = 8;

/// The swiftest flawless login so far, for each side that may begin it.
#[derive(Debug)]
pub(crate) struct Swiftest {
    /// Microseconds.
    by_sp: AtomicU64,
    by_idp: AtomicU64,
}

impl Default for Swiftest {
    fn default() -> Self {
        Self {
            by_sp: AtomicU64::new(u64::MAX),
            by_idp: AtomicU64::new(u64::MAX),
        }
    }
}

impl Swiftest {
    /// A flawless login came out, and took so long.
    pub(crate) fn saw(&self, start: Start, took: Duration) {
        self.of(start).fetch_min(micros(took), Ordering::Relaxed);
    }

    /// How many times as long as the swiftest one such a login takes, in whole numbers: 1 where it is as fast, or the first.
    pub(crate) fn slower(&self, start: Start, took: Duration) -> u32 {
        let swiftest = self.of(start).load(Ordering::Relaxed).max(1);
        let times = u32::try_from(micros(took) / swiftest).unwrap_or(u32::MAX);
        times.clamp(1, SLOWEST)
    }

    fn of(&self, start: Start) -> &AtomicU64 {
        match start {
            Start::Sp => &self.by_sp,
            Start::Idp => &self.by_idp,
        }
    }
}

fn micros(took: Duration) -> u64 {
    u64::try_from(took.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_weighed_by_the_swiftest_of_its_kind() {
        let ms = Duration::from_millis;
        let swiftest = Swiftest::default();
        assert_eq!(
            swiftest.slower(Start::Sp, ms(900)),
            1,
            "the first is as fast as any"
        );
        for took in [80, 40, 60] {
            swiftest.saw(Start::Sp, ms(took));
        }
        swiftest.saw(Start::Idp, ms(10));
        assert_eq!(swiftest.slower(Start::Sp, ms(30)), 1);
        assert_eq!(swiftest.slower(Start::Sp, ms(79)), 1);
        assert_eq!(swiftest.slower(Start::Sp, ms(125)), 3);
        assert_eq!(swiftest.slower(Start::Idp, ms(30)), 3);
        assert_eq!(swiftest.slower(Start::Sp, ms(60_000)), SLOWEST);
    }
}
