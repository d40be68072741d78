//! What a mode is, and the words in which the tables say what must come of it.

use crate::sp::Sp;

/// One mode.
pub(crate) struct Mode {
    /// What it is called.
    pub(crate) name: &'static str,
    /// What the SP does, in one sentence.
    pub(crate) what: &'static str,
    /// Its switches.
    pub(crate) sp: Sp,
    /// `[sp.probe] identity`; none: left out.
    pub(crate) rule: Option<&'static str>,
    /// Whether `[sp] login` is configured.
    pub(crate) login: bool,
    /// It is fired at in the browser.
    pub(crate) browser: bool,
    /// `--timeout`, where the usual one would make it too slow.
    pub(crate) timeout: Option<&'static str>,
    /// What must come of it where the SP is right.
    pub(crate) good: Option<Good>,
    /// What must come of it where the SP is open to wrapping.
    pub(crate) flawed: Option<Flawed>,
}

/// What must come of an SP that is right: never a red that it does not deserve.
pub(crate) struct Good {
    /// The exit codes that are right.
    pub(crate) exits: &'static [i32],
    /// What must be said where it is not 0: of each line one of the words between bars, in any case.
    pub(crate) says: &'static [&'static str],
    /// The scenarios that are rightly red, by the beginning of their ids.
    pub(crate) reds: &'static [&'static str],
    /// So many ambers at least; where it is 0 and the SP conforms, none at all.
    pub(crate) ambers: u64,
}

/// What must come of an SP that is open to wrapping: never green.
pub(crate) struct Flawed {
    /// The exit codes that are right.
    pub(crate) exits: &'static [i32],
    /// What must be said, as for a good one.
    pub(crate) says: &'static [&'static str],
    /// So many wrappings at least are red.
    pub(crate) reds: usize,
    /// Whether a wrapping may pass: not where the victim cannot be seen.
    pub(crate) passes: bool,
}

/// A mode that is tested with `[sp.probe] identity = "json:/user"` and nothing expected of it yet.
pub(super) fn mode(name: &'static str, what: &'static str, switch: fn(&mut Sp)) -> Mode {
    let mut sp = Sp::default();
    switch(&mut sp);
    Mode {
        name,
        what,
        sp,
        rule: Some("json:/user"),
        login: true,
        browser: false,
        timeout: None,
        good: None,
        flawed: None,
    }
}

impl Mode {
    /// With this rule for the identity.
    pub(super) fn rule(self, rule: &'static str) -> Self {
        Self {
            rule: Some(rule),
            ..self
        }
    }

    /// With no rule for the identity.
    pub(super) fn finds_by_itself(self) -> Self {
        Self { rule: None, ..self }
    }

    /// In the browser.
    pub(super) fn in_browser(self) -> Self {
        Self {
            browser: true,
            ..self
        }
    }

    /// Without `[sp] login`.
    pub(super) fn idp_initiated(self) -> Self {
        Self { login: false, ..self }
    }

    /// With this time for a request.
    pub(super) fn timeout(self, timeout: &'static str) -> Self {
        Self {
            timeout: Some(timeout),
            ..self
        }
    }

    /// The SP that is right conforms.
    pub(super) fn green(self) -> Self {
        self.good(&[0], &[])
    }

    /// It conforms, or the harness says why it cannot judge.
    pub(super) fn green_or(self, says: &'static [&'static str]) -> Self {
        self.good(&[0, 3], says)
    }

    /// The harness cannot judge, and says why.
    pub(super) fn unjudged(self, says: &'static [&'static str]) -> Self {
        self.good(&[3], says)
    }

    /// It is rightly red by these scenarios, and by no others.
    pub(super) fn red(self, reds: &'static [&'static str], says: &'static [&'static str]) -> Self {
        self.good(&[1], says).with_good(|good| Good { reds, ..good })
    }

    /// It is red by these scenarios or cannot be judged: two sentences of the rules apply.
    pub(super) fn red_or_unjudged(
        self,
        reds: &'static [&'static str],
        says: &'static [&'static str],
    ) -> Self {
        self.good(&[1, 3], says).with_good(|good| Good { reds, ..good })
    }

    /// It has so many ambers.
    pub(super) fn ambers(self, ambers: u64) -> Self {
        self.with_good(|good| Good { ambers, ..good })
    }

    pub(super) fn good(self, exits: &'static [i32], says: &'static [&'static str]) -> Self {
        let good = Good {
            exits,
            says,
            reds: &[],
            ambers: 0,
        };
        Self {
            good: Some(good),
            ..self
        }
    }

    pub(super) fn with_good(self, change: impl FnOnce(Good) -> Good) -> Self {
        Self {
            good: self.good.map(change),
            ..self
        }
    }

    /// The same SP, open to wrapping, is red by most wrappings.
    pub(super) fn flawed_red(self) -> Self {
        self.flawed(&[1], &[], 10, true)
    }

    /// The same SP, open to wrapping, is red or not judged.
    pub(super) fn flawed_not_green(self) -> Self {
        self.flawed(&[1, 3], &[], 0, true)
    }

    /// The same SP, open to wrapping, is not judged, and nothing that forges the victim passes.
    pub(super) fn flawed_blind(self, says: &'static [&'static str]) -> Self {
        self.flawed(&[3], says, 0, false)
    }

    pub(super) fn flawed(
        self,
        exits: &'static [i32],
        says: &'static [&'static str],
        reds: usize,
        passes: bool,
    ) -> Self {
        let flawed = Flawed {
            exits,
            says,
            reds,
            passes,
        };
        Self {
            flawed: Some(flawed),
            ..self
        }
    }
}
