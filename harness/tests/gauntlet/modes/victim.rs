//! A victim that cannot be seen: whoever forges him is refused, or nobody can tell.
//!
//! A good SP cannot be judged either: without the proof that the victim can be seen, nothing that forges him passes.

use super::mode::{Mode, mode};
use crate::sp::{Page, Victim};

/// What is said: who cannot be seen.
const UNSEEN: &[&str] = &["victim|admin@contoso.example"];

/// The modes.
pub(crate) fn modes() -> Vec<Mode> {
    let unseen = |name, what, switch| mode(name, what, switch).unjudged(UNSEEN).flawed_blind(UNSEEN);
    vec![
        unseen(
            "victim-no-account",
            "accounts are made by hand, and the victim has none",
            |sp| {
                sp.victim = Victim::NoAccount;
            },
        ),
        unseen("victim-disabled", "the victim's account is disabled", |sp| {
            sp.victim = Victim::Disabled
        }),
        unseen("victim-forbidden", "the page answers 403 to the victim", |sp| {
            sp.victim = Victim::Forbidden
        }),
        unseen(
            "victim-second-factor",
            "the victim must give a second factor first",
            |sp| {
                sp.victim = Victim::SecondFactor;
            },
        ),
        unseen("victim-breaks", "the page answers 500 to the victim", |sp| {
            sp.victim = Victim::Breaks
        }),
        unseen(
            "victim-away",
            "the page leads the victim to the administrators' host",
            |sp| {
                sp.victim = Victim::Away;
            },
        ),
        unseen("victim-nameless", "the victim's page names nobody", |sp| {
            sp.victim = Victim::Nameless
        }),
        unseen(
            "victim-elsewhere",
            "the victim's name stands elsewhere on the page",
            |sp| {
                sp.page = Page::AdminsElsewhere;
            },
        ),
        // Nobody said where: to find two places would be kind.
        mode(
            "victim-elsewhere-found",
            "the same, and nobody says where",
            |sp| {
                sp.page = Page::AdminsElsewhere;
            },
        )
        .finds_by_itself()
        .green_or(UNSEEN)
        .flawed_not_green(),
    ]
}
