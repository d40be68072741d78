//! Who the SP believes is signed in: a page that only a signed-in user sees, asked with a session's cookies.

use std::sync::{Arc, OnceLock};

use url::Url;

use super::{
    fingerprint::fingerprint,
    marker::{PersonaMarkers, stands_in, views},
    rule::{IdentityRule, RuleError},
};
use crate::{
    driver::Session,
    judge::observation::{Ended, Journey, Page, Party, Probe},
};

/// What the protected page looks like to nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Anonymous {
    fingerprint: String,
    /// What the rule finds there (`Guest`).
    identity: Option<String>,
}

/// Asks the protected page.
#[derive(Clone, Debug)]
pub struct Prober {
    url: String,
    rule: IdentityRule,
    /// The place where `anywhere` first found a NameID.
    found: Arc<OnceLock<IdentityRule>>,
    personas: Vec<PersonaMarkers>,
    anonymous: Option<Anonymous>,
}

impl Prober {
    /// Asks the page at `url` for the identity that stands where `rule` says, or anywhere: then the first person
    /// who is seen signed in shows where to look from then on.
    ///
    /// # Errors
    ///
    /// [`RuleError`] for a rule that cannot be read.
    pub fn new(url: &str, rule: Option<&str>, personas: Vec<PersonaMarkers>) -> Result<Self, RuleError> {
        Ok(Self {
            url: url.to_owned(),
            rule: rule.map_or(Ok(IdentityRule::Anywhere), str::parse)?,
            found: Arc::default(),
            personas,
            anonymous: None,
        })
    }

    /// Knows from now on what the page looks like to nobody: from a journey there without a session.
    #[must_use]
    pub fn with_anonymous(mut self, journey: &Journey) -> Self {
        let page = journey.page.as_ref().filter(|_| journey.ended == Ended::Answered);
        self.anonymous = page.map(|page| Anonymous {
            fingerprint: fingerprint(page),
            identity: self.identity(page),
        });
        self
    }

    /// Where the identity is looked for.
    pub fn rule(&self) -> &IdentityRule {
        self.found.get().unwrap_or(&self.rule)
    }

    /// Asks with a session's cookies. Nothing is sent to the IdP, so asking signs nobody in.
    pub async fn ask(&self, session: &mut Session) -> Probe {
        let journey = session.peek(&self.url).await;
        let probe = self.judge(&journey);
        if let (IdentityRule::Anywhere, Probe::SignedIn { identity, .. }, Some(page)) =
            (self.rule(), &probe, &journey.page)
            && let Some(rule) = IdentityRule::locate(page, identity)
        {
            let _ = self.found.set(rule);
        }
        probe
    }

    /// What a journey to the protected page says.
    pub fn judge(&self, journey: &Journey) -> Probe {
        if journey.hops.iter().any(|hop| hop.party == Party::Idp) {
            return Probe::SignedOut;
        }
        let unclear = |why: String| Probe::Unclear {
            why,
            differs_from_anonymous: false,
        };
        let page = match (&journey.ended, &journey.page) {
            (Ended::Answered, Some(page)) => page,
            (Ended::Answered, None) => return unclear("the probe page gave no answer".to_owned()),
            (Ended::TimedOut, _) => {
                return unclear("the probe page did not answer within the time limit".to_owned());
            }
            (Ended::NotAllowed(place), _) => {
                return unclear(format!(
                    "the probe page leads to {place}, which is not on the allow-list"
                ));
            }
            (Ended::Reset(why) | Ended::Unreachable(why) | Ended::Limit(why) | Ended::Harness(why), _) => {
                return unclear(format!("the probe page could not be read: {why}"));
            }
        };
        self.read(page, journey.hops.len() > 1)
    }

    fn read(&self, page: &Page, redirected: bool) -> Probe {
        let like_anonymous = self
            .anonymous
            .as_ref()
            .is_some_and(|seen| seen.fingerprint == fingerprint(page));
        if like_anonymous || matches!(page.status, 401 | 403 | 404) {
            return Probe::SignedOut;
        }
        if page.status >= 500 || page.status == 429 {
            let why = format!("the probe page answered {}", page.status);
            return Probe::Unclear {
                why,
                differs_from_anonymous: false,
            };
        }
        let guest = self.anonymous.as_ref().and_then(|seen| seen.identity.as_deref());
        match self.identity(page) {
            Some(identity) if guest == Some(identity.as_str()) => Probe::SignedOut,
            Some(identity) => Probe::SignedIn {
                identity,
                markers: self.markers(page),
            },
            None if redirected && asks_to_sign_in(page) => Probe::SignedOut,
            None => Probe::Unclear {
                why: format!(
                    "the probe page answered {} without an identity at {}",
                    page.status,
                    self.rule()
                ),
                differs_from_anonymous: self.anonymous.is_some(),
            },
        }
    }

    fn identity(&self, page: &Page) -> Option<String> {
        match self.rule() {
            IdentityRule::Anywhere => {
                let views = views(&page.body);
                let persona = self.personas.iter().find(|persona| stands_in(persona, &views))?;
                Some(persona.name_id.clone())
            }
            rule => rule.find(page),
        }
    }

    /// The personas of whom any value stands on the page.
    fn markers(&self, page: &Page) -> Vec<String> {
        let views = views(&page.body);
        let there = self.personas.iter().filter(|persona| stands_in(persona, &views));
        there.map(|persona| persona.name.clone()).collect()
    }
}

/// Whether a page that a redirect led to looks like a sign-in page.
fn asks_to_sign_in(page: &Page) -> bool {
    let path = Url::parse(&page.url)
        .map(|url| url.path().to_ascii_lowercase())
        .unwrap_or_default();
    let named = [
        "login", "logon", "signin", "sign-in", "sign_in", "sso", "saml", "auth",
    ];
    named.iter().any(|name| path.contains(name)) || crate::text::contains(&page.body, "type=\"password\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::observation::Hop;

    fn prober(rule: &str) -> Prober {
        let person = |name: &str| PersonaMarkers {
            name: name.to_owned(),
            name_id: format!("{name}@contoso.example"),
            markers: vec![format!("Marker-{name}"), String::new()],
        };
        let personas = ["alice", "attacker", "victim"].map(person).into();
        Prober::new("http://127.0.0.1/me", Some(rule), personas).unwrap()
    }

    fn page(status: u16, body: &str) -> Page {
        Page {
            url: "http://127.0.0.1/me".to_owned(),
            status,
            body: body.to_owned(),
            ..Page::default()
        }
    }

    fn hop(party: Party) -> Hop {
        Hop {
            method: "GET".to_owned(),
            url: "http://127.0.0.1/me".to_owned(),
            party,
            status: Some(200),
            location: None,
            fields: Vec::new(),
            set_cookies: Vec::new(),
            elapsed: std::time::Duration::ZERO,
        }
    }

    fn journey(page: Page) -> Journey {
        Journey {
            page: Some(page),
            hops: vec![hop(Party::Sp)],
            ..Journey::default()
        }
    }

    fn signed_in(identity: &str, markers: &[&str]) -> Probe {
        let markers = markers.iter().map(|name| (*name).to_owned()).collect();
        Probe::SignedIn {
            identity: identity.to_owned(),
            markers,
        }
    }

    #[test]
    fn an_identity_and_everybodys_values_are_found() {
        let body = r#"{"nameId": "alice@contoso.example", "name": "Marker-alice", "also": "Marker-victim"}"#;
        let seen = prober("json:/nameId").judge(&journey(page(200, body)));
        assert_eq!(seen, signed_in("alice@contoso.example", &["alice", "victim"]));
    }

    #[test]
    fn anywhere_finds_who_stands_there() {
        let seen = prober("anywhere").judge(&journey(page(200, "<p>Hello, Marker-victim!")));
        assert_eq!(seen, signed_in("victim@contoso.example", &["victim"]));
    }

    #[test]
    fn refusals_and_ways_to_the_idp_mean_signed_out() {
        let prober = prober("json:/nameId");
        for status in [401, 403, 404] {
            let refused = journey(page(status, r#"{"nameId":"x"}"#));
            assert_eq!(prober.judge(&refused), Probe::SignedOut, "{status}");
        }
        let mut away = journey(page(302, ""));
        away.hops.push(hop(Party::Idp));
        assert_eq!(prober.judge(&away), Probe::SignedOut);
    }

    #[test]
    fn the_anonymous_page_means_signed_out_and_so_does_the_anonymous_name() {
        let guest = journey(page(200, "<b id=user>Guest</b> 12:30"));
        let prober = prober("css:#user").with_anonymous(&guest);
        for same in [
            "<b id=user>Guest</b> 12:31",
            "<b id=user>Guest</b> tip of the day",
        ] {
            assert_eq!(prober.judge(&journey(page(200, same))), Probe::SignedOut);
        }
        let alice = page(200, "<b id=user>alice@contoso.example</b>");
        assert_eq!(
            prober.judge(&journey(alice)),
            signed_in("alice@contoso.example", &["alice"])
        );
    }

    #[test]
    fn an_anonymous_answer_of_any_status_is_known_again() {
        let prober = prober("json:/nameId").with_anonymous(&journey(page(500, "no session 1")));
        assert_eq!(
            prober.judge(&journey(page(500, "no session 2"))),
            Probe::SignedOut
        );
        assert!(matches!(
            prober.judge(&journey(page(500, "other"))),
            Probe::Unclear { .. }
        ));
    }

    #[test]
    fn a_redirect_to_a_sign_in_page_means_signed_out() {
        let mut there = journey(Page {
            url: "http://127.0.0.1/login?next=/me".to_owned(),
            ..page(200, "Hi")
        });
        there.hops.push(hop(Party::Sp));
        assert_eq!(prober("json:/nameId").judge(&there), Probe::SignedOut);
    }

    #[test]
    fn what_cannot_be_told_is_unclear_and_says_why() {
        let prober = prober("json:/nameId");
        let unclear = |journey: &Journey| match prober.judge(journey) {
            Probe::Unclear { why, .. } => why,
            other => panic!("{other:?}"),
        };
        assert!(unclear(&journey(page(503, ""))).contains("503"));
        assert!(unclear(&journey(page(200, "{}"))).contains("json:/nameId"));
        let ended = |ended| Journey {
            ended,
            ..Journey::default()
        };
        assert!(unclear(&ended(Ended::TimedOut)).contains("time limit"));
        assert!(unclear(&ended(Ended::NotAllowed("x.example".to_owned()))).contains("x.example"));
    }
}
