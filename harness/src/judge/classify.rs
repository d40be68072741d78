//! From what was seen to one word. Pure; identity decides, never a status alone.

use scenarios::Persona;

use crate::{
    judge::observation::{Ended, Observation, Page, Probe},
    judge::outcome::Outcome,
    subject::probe::fingerprint,
};

/// What the words depend on.
#[derive(Clone, Debug)]
pub(crate) struct Expectations<'a> {
    /// Who was asked for.
    pub(crate) persona: Persona,
    /// The NameID that the IdP issued for the judged message.
    pub(crate) name_id: &'a str,
    /// The NameIDs of the personas.
    pub(crate) people: &'a [(Persona, String)],
    /// The fingerprint with which this SP refuses, where it refuses with a 5xx.
    pub(crate) refusal: Option<&'a str>,
}

/// An outcome, with the detail that its sentence needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Classified {
    pub(crate) outcome: Outcome,
    pub(crate) detail: String,
    /// `nobody`, a persona, `mixed`, `other`: what a snapshot holds of an identity.
    pub(crate) identity: String,
    /// The refusal came as a 5xx of the calibrated kind.
    pub(crate) by_server_error: bool,
}

impl Classified {
    fn new(outcome: Outcome, detail: impl Into<String>) -> Self {
        Self {
            outcome,
            detail: detail.into(),
            identity: "nobody".to_owned(),
            by_server_error: false,
        }
    }

    fn of(outcome: Outcome, detail: &str, identity: &str) -> Self {
        Self {
            identity: identity.to_owned(),
            ..Self::new(outcome, detail)
        }
    }
}

/// How a refusal is known again: by status, title and text of its page, wherever the SP shows it.
pub(crate) fn mark(page: &Page) -> String {
    fingerprint(&Page {
        url: String::new(),
        ..page.clone()
    })
}

/// The word for an observation. `mark` is the way in which pages are compared.
pub(crate) fn classify(
    seen: &Observation,
    wanted: &Expectations<'_>,
    mark: impl Fn(&Page) -> String,
) -> Classified {
    if let Some(hit) = seen.out_of_band.first() {
        return Classified::new(Outcome::OutOfBand, hit.clone());
    }
    match &seen.probe {
        Probe::SignedIn { identity, markers } => session(identity, markers, wanted),
        Probe::SignedOut if !seen.new_accounts.is_empty() => {
            Classified::new(Outcome::SideEffect, seen.new_accounts.join(", "))
        }
        Probe::SignedOut => refusal(seen, wanted, mark),
        Probe::Unclear { why, .. } => match &seen.journey.ended {
            Ended::TimedOut => Classified::new(Outcome::Hang, ""),
            Ended::Reset(how) => Classified::new(Outcome::ServerError, how.clone()),
            _ => Classified::new(Outcome::Unobserved, why.clone()),
        },
        Probe::NotAsked => match &seen.journey.ended {
            Ended::TimedOut => Classified::new(Outcome::Hang, ""),
            _ => Classified::new(Outcome::Unobserved, "nobody asked who is signed in"),
        },
    }
}

fn session(identity: &str, markers: &[String], wanted: &Expectations<'_>) -> Classified {
    let same = |name: &str| name.trim().eq_ignore_ascii_case(identity.trim());
    let named = wanted
        .people
        .iter()
        .find(|(_, name)| same(name))
        .map(|(persona, _)| *persona);
    let asked_for = same(wanted.name_id) && named.is_none_or(|p| p == wanted.persona);
    let who = if asked_for { Some(wanted.persona) } else { named };
    let Some(who) = who else {
        return Classified::of(Outcome::SessionOther, identity, "other");
    };
    // The name of one person, and a value that only another one has.
    let stranger = markers
        .iter()
        .find(|marker| **marker != who.name() && **marker != wanted.persona.name());
    let foreign = markers.iter().any(|marker| marker != who.name());
    if foreign && who == wanted.persona {
        let other = stranger.or_else(|| markers.iter().find(|m| *m != who.name()));
        let detail = format!(
            "{identity} with values of {}",
            other.map_or("another person", String::as_str)
        );
        return Classified::of(Outcome::SessionMixed, &detail, "mixed");
    }
    let outcome = match who {
        Persona::Victim => Outcome::SessionVictim,
        Persona::Attacker => Outcome::SessionAttacker,
        who if who == wanted.persona => Outcome::SessionExpected,
        _ => Outcome::SessionOther,
    };
    Classified::of(outcome, identity, who.name())
}

fn refusal(seen: &Observation, wanted: &Expectations<'_>, mark: impl Fn(&Page) -> String) -> Classified {
    match &seen.journey.ended {
        Ended::TimedOut => Classified::new(Outcome::Hang, ""),
        Ended::Reset(how) => Classified::new(Outcome::ServerError, how.clone()),
        Ended::Unreachable(how) | Ended::Harness(how) => Classified::new(Outcome::Unobserved, how.clone()),
        Ended::Limit(how) => Classified::new(Outcome::ServerError, how.clone()),
        Ended::NotAllowed(host) => Classified::new(
            Outcome::Rejected,
            format!("and sent the browser to {host}, which is not on the allow-list"),
        ),
        Ended::Answered => match &seen.journey.page {
            Some(page) if page.status == 429 => Classified::new(Outcome::Blocked, "429 Too Many Requests"),
            Some(page) if page.status >= 500 => {
                let known = wanted.refusal == Some(mark(page).as_str());
                let detail = format!("{} {}", page.status, page.title).trim_end().to_owned();
                if known {
                    Classified {
                        by_server_error: true,
                        ..Classified::new(Outcome::Rejected, detail)
                    }
                } else {
                    Classified::new(Outcome::ServerError, detail)
                }
            }
            _ => Classified::new(Outcome::Rejected, ""),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::observation::Journey;

    fn people() -> Vec<(Persona, String)> {
        Persona::ALL
            .into_iter()
            .map(|p| (p, format!("{}@contoso.example", p.name())))
            .collect()
    }

    fn word(
        probe: Probe,
        journey: Journey,
        persona: Persona,
        name_id: &str,
        refusal: Option<&str>,
    ) -> Outcome {
        let seen = Observation {
            probe,
            journey,
            ..Observation::default()
        };
        let wanted = Expectations {
            persona,
            name_id,
            people: &people(),
            refusal,
        };
        classify(&seen, &wanted, |page| page.title.clone()).outcome
    }

    fn signed_in(identity: &str, markers: &[&str]) -> Probe {
        Probe::SignedIn {
            identity: identity.to_owned(),
            markers: markers.iter().map(|m| (*m).to_owned()).collect(),
        }
    }

    fn page(status: u16, title: &str) -> Journey {
        let page = Page {
            status,
            title: title.to_owned(),
            ..Page::default()
        };
        Journey {
            page: Some(page),
            ..Journey::default()
        }
    }

    #[test]
    fn identity_decides_whatever_the_status() {
        let probe = signed_in("victim@contoso.example", &["victim"]);
        let word = word(
            probe,
            page(500, "broken"),
            Persona::Attacker,
            "attacker@contoso.example",
            None,
        );
        assert_eq!(word, Outcome::SessionVictim);
    }

    #[test]
    fn a_name_that_only_begins_like_the_victims_is_the_attackers_own() {
        let issued = "victim@contoso.example.evil.example";
        let word = word(
            signed_in(issued, &[]),
            Journey::default(),
            Persona::Attacker,
            issued,
            None,
        );
        assert_eq!(word, Outcome::SessionAttacker);
    }

    #[test]
    fn one_persons_name_with_anothers_values_is_mixed() {
        let probe = signed_in("attacker@contoso.example", &["attacker", "victim"]);
        let word = word(
            probe,
            Journey::default(),
            Persona::Attacker,
            "attacker@contoso.example",
            None,
        );
        assert_eq!(word, Outcome::SessionMixed);
    }

    #[test]
    fn a_5xx_is_a_refusal_only_where_this_sp_refuses_so() {
        let alice = "alice@contoso.example";
        let known = word(
            Probe::SignedOut,
            page(500, "no"),
            Persona::Alice,
            alice,
            Some("no"),
        );
        assert_eq!(known, Outcome::Rejected);
        let other = word(
            Probe::SignedOut,
            page(500, "trace"),
            Persona::Alice,
            alice,
            Some("no"),
        );
        assert_eq!(other, Outcome::ServerError);
        let reset = Journey {
            ended: Ended::Reset("closed".to_owned()),
            ..Journey::default()
        };
        assert_eq!(
            word(Probe::SignedOut, reset, Persona::Alice, alice, Some("no")),
            Outcome::ServerError
        );
    }

    #[test]
    fn redirect_page_and_403_are_the_same_refusal() {
        for status in [200, 302, 400, 403] {
            let word = word(
                Probe::SignedOut,
                page(status, "x"),
                Persona::Alice,
                "a@b.example",
                None,
            );
            assert_eq!(word, Outcome::Rejected, "{status}");
        }
    }
}
