//! Locks and limits: what an SP allows an account, an address, a second.

use super::mode::{Mode, mode};
use crate::sp::{Acs, Limit};

/// What is said where the SP locked somebody out.
const LOCKED: &[&str] = &["lock|refus|captcha"];

/// The modes.
pub(crate) fn modes() -> Vec<Mode> {
    vec![
        // A success between the attacks keeps the account open; a harness that does not know that says so.
        mode(
            "account-lock",
            "an account is locked after 5 refusals in a row",
            |sp| {
                sp.limit = Limit::AccountLock(5);
            },
        )
        .green_or(LOCKED)
        .flawed_not_green(),
        mode(
            "account-lock-for-good",
            "an account is locked after 5 refusals, whatever stands between",
            |sp| {
                sp.limit = Limit::AccountLockForGood(5);
            },
        )
        .unjudged(LOCKED)
        .flawed_not_green(),
        // The attacker's own flawless login still works: only the victim's would tell.
        mode(
            "victim-lock",
            "an account is locked after 5 refusals that name it first",
            |sp| {
                sp.limit = Limit::VictimLock(5);
            },
        )
        .green_or(LOCKED)
        .flawed_not_green(),
        mode("address-lock", "the address is locked after 10 refusals", |sp| {
            sp.limit = Limit::AddressLock(10)
        })
        .unjudged(LOCKED)
        .flawed_not_green(),
        mode(
            "captcha",
            "after 8 refusals an account must solve a riddle",
            |sp| sp.limit = Limit::Captcha(8),
        )
        .unjudged(LOCKED)
        .flawed_not_green(),
        mode(
            "rate-429",
            "8 messages a second, then 429 with Retry-After",
            |sp| sp.limit = Limit::PerSecond(8),
        )
        .green()
        .flawed_red(),
        mode(
            "rate-503",
            "8 messages a second, then 503 with Retry-After",
            |sp| {
                sp.limit = Limit::PerSecondUnavailable(8);
            },
        )
        .green_or(&["503"])
        .flawed_not_green(),
        mode("warming-up", "the first two sign-ins are answered 503", |sp| {
            sp.limit = Limit::WarmingUp(2)
        })
        .green()
        .flawed_red(),
        mode(
            "one-session",
            "a new session ends the older ones of its account",
            |sp| {
                sp.limit = Limit::OneSession;
            },
        )
        .green()
        .flawed_red(),
        mode(
            "unique-first",
            "two first sign-ins of one person at once break one of them",
            |sp| {
                sp.limit = Limit::UniqueFirst;
            },
        )
        .green()
        .flawed_red(),
        mode(
            "created-then-again",
            "the first sign-in creates the account and asks to come again",
            |sp| {
                sp.limit = Limit::CreatedThenAgain;
            },
        )
        .green()
        .flawed_red(),
        mode(
            "one-at-a-time",
            "an account signs in once at a time, 409 for the other",
            |sp| {
                sp.limit = Limit::OneAtATime;
            },
        )
        .green()
        .flawed_red(),
        mode(
            "slower",
            "each message that waits makes the others slower",
            |sp| sp.limit = Limit::Slower(60),
        )
        .timeout("3s")
        .green()
        .flawed_red(),
        mode(
            "slows-down",
            "in the middle of the run everything begins to take several times as long",
            |sp| sp.limit = Limit::SlowsDown,
        )
        .timeout("3s")
        .green(),
        mode(
            "restarts",
            "the port is closed for a second in the middle of the run",
            |sp| {
                sp.limit = Limit::Restarts(150);
            },
        )
        .green_or(&["restart|went away|connect|reach|answer"])
        .flawed_not_green(),
        // The session is there, and nobody has its cookie: what is left is a connection that was dropped.
        mode(
            "takes-and-drops",
            "an attack is taken, and the connection dropped before an answer",
            |sp| {
                sp.acs = Acs::TakesAndDrops;
            },
        )
        .flawed(&[1, 3], &["connection|dropped|closed"], 0, false),
        mode(
            "takes-and-breaks-off",
            "an attack is taken, and the answer breaks off after its head",
            |sp| {
                sp.acs = Acs::TakesAndBreaksOff;
            },
        )
        .flawed_red(),
        mode("takes-and-fails", "an attack is taken, and answered 500", |sp| {
            sp.acs = Acs::TakesAndFails
        })
        .flawed_red(),
    ]
}
