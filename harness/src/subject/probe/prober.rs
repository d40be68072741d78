//! The protected page, asked with a session's cookies, and what it says.

use url::Url;

use super::rule::{IdentityRule, RuleError};
use crate::{
    driver::Session,
    judge::{
        fingerprint::fingerprint,
        marker::{PersonaMarkers, stands_alone, stands_in, views},
        observation::{Ended, Journey, Page, Party, Probe},
    },
    text::contains,
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
    personas: Vec<PersonaMarkers>,
    anonymous: Option<Anonymous>,
}

impl Prober {
    /// Asks the page at `url` for the identity that stands where `rule` says, or anywhere.
    ///
    /// # Errors
    ///
    /// [`RuleError`] for a rule that cannot be read.
    pub fn new(url: &str, rule: Option<&str>, personas: Vec<PersonaMarkers>) -> Result<Self, RuleError> {
        Ok(Self {
            url: url.to_owned(),
            rule: rule.map_or(Ok(IdentityRule::Anywhere), str::parse)?,
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
            identity: self.identity(page, &[]),
        });
        self
    }

    /// Looks there from now on.
    #[must_use]
    pub fn with_rule(mut self, rule: IdentityRule, anonymous: Option<&Page>) -> Self {
        self.rule = rule;
        if let (Some(known), Some(page)) = (&mut self.anonymous, anonymous) {
            known.identity = self.rule.find(page);
        }
        self
    }

    /// Where the identity is looked for.
    pub fn rule(&self) -> &IdentityRule {
        &self.rule
    }

    /// Asks with a session's cookies. Nothing is sent to the IdP, so asking signs nobody in.
    pub async fn look(&self, session: &mut Session) -> Journey {
        session.peek(&self.url).await
    }

    /// What a journey to the protected page says; `issued` are the values of the message that may have led there.
    pub fn judge(&self, journey: &Journey, issued: &[String]) -> Probe {
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
                return unclear(format!(
                    "the probe page {} did not answer within the time limit",
                    self.url
                ));
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
        self.read(page, journey.hops.len() > 1, issued)
    }

    fn read(&self, page: &Page, redirected: bool, issued: &[String]) -> Probe {
        let like_anonymous = self
            .anonymous
            .as_ref()
            .is_some_and(|seen| seen.fingerprint == fingerprint(page));
        if like_anonymous || matches!(page.status, 401 | 403 | 404) {
            return Probe::SignedOut;
        }
        if page.status >= 500 || page.status == 429 {
            let why = format!("the probe answered {}", page.status);
            return Probe::Unclear {
                why,
                differs_from_anonymous: false,
            };
        }
        let guest = self.anonymous.as_ref().and_then(|seen| seen.identity.as_deref());
        match self.identity(page, issued) {
            Some(identity) if guest == Some(identity.as_str()) => Probe::SignedOut,
            Some(identity) => Probe::SignedIn {
                identity,
                markers: self.markers(page),
            },
            None if redirected && asks_to_sign_in(page) => Probe::SignedOut,
            None => Probe::Unclear {
                why: format!(
                    "the probe page answered {} without an identity at {}",
                    page.status, self.rule
                ),
                differs_from_anonymous: self.anonymous.is_some(),
            },
        }
    }

    fn identity(&self, page: &Page, issued: &[String]) -> Option<String> {
        if !matches!(self.rule, IdentityRule::Anywhere) {
            return self.rule.find(page);
        }
        let views = views(&page.body);
        let there = |value: &&String| value.len() > 2 && views.iter().any(|view| stands_alone(view, value));
        let own = issued
            .iter()
            .filter(there)
            .max_by_key(|value| (value.contains('@'), value.len()));
        let known = || self.personas.iter().find(|persona| stands_in(persona, &views));
        own.cloned()
            .or_else(|| known().map(|persona| persona.name_id.clone()))
    }

    /// The personas of whom any value stands on the page.
    pub fn markers(&self, page: &Page) -> Vec<String> {
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
    named.iter().any(|name| path.contains(name)) || contains(&page.body, "type=\"password\"")
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
        let seen = prober("json:/nameId").judge(&journey(page(200, body)), &[]);
        assert_eq!(seen, signed_in("alice@contoso.example", &["alice", "victim"]));
    }

    #[test]
    fn anywhere_finds_who_stands_there() {
        let seen = prober("anywhere").judge(&journey(page(200, "<p>Hello, Marker-victim!")), &[]);
        assert_eq!(seen, signed_in("victim@contoso.example", &["victim"]));
    }

    #[test]
    fn refusals_and_ways_to_the_idp_mean_signed_out() {
        let prober = prober("json:/nameId");
        for status in [401, 403, 404] {
            let refused = journey(page(status, r#"{"nameId":"x"}"#));
            assert_eq!(prober.judge(&refused, &[]), Probe::SignedOut, "{status}");
        }
        let mut away = journey(page(302, ""));
        away.hops.push(hop(Party::Idp));
        assert_eq!(prober.judge(&away, &[]), Probe::SignedOut);
    }

    #[test]
    fn the_anonymous_page_means_signed_out_and_so_does_the_anonymous_name() {
        let guest = journey(page(200, "<b id=user>Guest</b> 12:30"));
        let prober = prober("css:#user").with_anonymous(&guest);
        for same in [
            "<b id=user>Guest</b> 12:31",
            "<b id=user>Guest</b> tip of the day",
        ] {
            assert_eq!(prober.judge(&journey(page(200, same)), &[]), Probe::SignedOut);
        }
        let alice = page(200, "<b id=user>alice@contoso.example</b>");
        assert_eq!(
            prober.judge(&journey(alice), &[]),
            signed_in("alice@contoso.example", &["alice"])
        );
    }

    #[test]
    fn an_anonymous_answer_of_any_status_is_known_again() {
        let prober = prober("json:/nameId").with_anonymous(&journey(page(500, "no session 1")));
        assert_eq!(
            prober.judge(&journey(page(500, "no session 2")), &[]),
            Probe::SignedOut
        );
        assert!(matches!(
            prober.judge(&journey(page(500, "other")), &[]),
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
        assert_eq!(prober("json:/nameId").judge(&there, &[]), Probe::SignedOut);
    }

    #[test]
    fn what_cannot_be_told_is_unclear_and_says_why() {
        let prober = prober("json:/nameId");
        let unclear = |journey: &Journey| match prober.judge(journey, &[]) {
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
