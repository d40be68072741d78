//! The protected page, asked with a session's cookies and token, and what it says.

use url::Url;

use super::{jwt, question::Question, rule::IdentityRule};
use crate::{
    driver::{ActError, Session},
    judge::{
        fingerprint::fingerprint,
        marker::{PersonaMarkers, stands_alone, stands_in, views},
        observation::{Ended, Journey, Lack, Page, Party, Probe},
    },
    text::contains,
};

/// What the protected page looks like to nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Anonymous {
    fingerprint: String,
    /// What the rule finds there (`Guest`).
    identity: Option<String>,
    /// The rule's place is there, and empty.
    blank: bool,
    /// Nobody has a token as well.
    token: bool,
}

/// Asks the protected page.
#[derive(Clone, Debug)]
pub struct Prober {
    question: Question,
    personas: Vec<PersonaMarkers>,
    anonymous: Option<Anonymous>,
}

impl Prober {
    /// Asks this question, and knows these people.
    pub fn new(question: Question, personas: Vec<PersonaMarkers>) -> Self {
        Self {
            question,
            personas,
            anonymous: None,
        }
    }

    /// Knows from now on what the page looks like to nobody: from a journey there without a session.
    #[must_use]
    pub fn with_anonymous(mut self, journey: &Journey) -> Self {
        let page = journey.page.as_ref().filter(|_| journey.ended == Ended::Answered);
        self.anonymous = page.map(|page| Anonymous {
            fingerprint: fingerprint(page),
            identity: self.identity(page, &[]),
            blank: self.question.identity.is_blank(page),
            token: !matches!(journey.lacked, Some(Lack::Token(_))),
        });
        self
    }

    /// Looks there from now on.
    #[must_use]
    pub fn with_rule(mut self, rule: IdentityRule, anonymous: Option<&Page>) -> Self {
        self.question.identity = rule;
        if let (Some(known), Some(page)) = (&mut self.anonymous, anonymous) {
            known.identity = self.question.identity.find(page);
            known.blank = self.question.identity.is_blank(page);
        }
        self
    }

    /// Where the identity is looked for.
    pub fn rule(&self) -> &IdentityRule {
        &self.question.identity
    }

    /// A URL without the token that may stand in it.
    pub fn without_token(&self, url: &str) -> String {
        match &self.question.token {
            Some(carried) => carried.source.without(url),
            None => url.to_owned(),
        }
    }

    /// Asks with a session's cookies, and with its token where it has one. Nothing is sent to the IdP, so asking signs nobody in.
    pub async fn look(&self, session: &mut Session) -> Journey {
        self.look_with(session, &[]).await
    }

    /// The same, with headers beyond the usual.
    pub async fn look_with(&self, session: &mut Session, extra: &[(String, String)]) -> Journey {
        for url in &self.question.before {
            let journey = session.peek(url).await;
            if journey.ended != Ended::Answered {
                return journey;
            }
        }
        let token = match &self.question.token {
            Some(_) => session.token().await,
            None => None,
        };
        let mut journey = match &self.question.url {
            Some(url) => {
                let headers = [&self.question.headers(token.as_deref()), extra].concat();
                session.ask(url, &headers).await
            }
            None => Journey::default(),
        };
        self.wait(session, &mut journey).await;
        let claims = token.as_deref().and_then(jwt::claims);
        match (&mut journey.page, &self.question.url, &token) {
            (Some(page), ..) => page.claims = claims,
            // The token is all that there is to read.
            (None, None, Some(_)) => {
                journey.page = Some(Page {
                    status: 200,
                    body: claims.clone().unwrap_or_default(),
                    claims,
                    ..Page::default()
                });
            }
            _ => {}
        }
        if let (None, Some(carried)) = (token, &self.question.token) {
            journey.lacked = Some(Lack::Token(format!("no token stood at {}", carried.source)));
        }
        journey
    }

    /// Waits for what the page shows only after a while.
    async fn wait(&self, session: &mut Session, journey: &mut Journey) {
        let Some(target) = &self.question.wait_for else {
            return;
        };
        let shown = journey.page.as_ref().is_some_and(|page| page.status < 400);
        let away = journey.hops.iter().any(|hop| hop.party == Party::Idp);
        if journey.ended != Ended::Answered || !shown || away {
            return;
        }
        match session.watch(target).await {
            Ok(came) => {
                journey.hops.extend(came.hops);
                journey.ended = came.ended;
                journey.page = came.page.or(journey.page.take());
            }
            Err(ActError::Missing(why)) => journey.lacked = Some(Lack::Sight(why)),
            Err(ActError::NeedsBrowser(why)) => journey.lacked = Some(Lack::Script(why)),
            Err(ActError::Harness(why)) => journey.ended = Ended::Harness(why),
        }
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
        // Without a token nobody is signed in, where nobody has one.
        let lacking = match &journey.lacked {
            Some(Lack::Token(_)) if !self.anonymous.as_ref().is_some_and(|nobody| nobody.token) => {
                Some(Probe::SignedOut)
            }
            Some(why) => Some(unclear(why.to_string())),
            None => None,
        };
        let page = match (&journey.ended, &journey.page) {
            (Ended::Answered, Some(page)) => page,
            (Ended::Answered, None) if self.question.url.is_none() => return Probe::SignedOut,
            (Ended::Answered, None) => return unclear("the probe page gave no answer".to_owned()),
            (Ended::TimedOut, _) => {
                return unclear(format!(
                    "the probe page {} did not answer within the time limit",
                    self.question.place()
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
        match (self.read(page, journey.hops.len() > 1, issued), lacking) {
            (
                Probe::Unclear {
                    differs_from_anonymous,
                    ..
                },
                Some(Probe::Unclear { why, .. }),
            ) => Probe::Unclear {
                why,
                differs_from_anonymous,
            },
            (Probe::Unclear { .. }, Some(lacking)) if page.status < 500 => lacking,
            (read, _) => read,
        }
    }

    fn read(&self, page: &Page, redirected: bool, issued: &[String]) -> Probe {
        let nobodys = |seen: &Anonymous| seen.fingerprint == fingerprint(page);
        let like_anonymous = self.anonymous.as_ref().is_some_and(nobodys);
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
            None if redirected && asks_to_sign_in(page) || asks_the_idp(page) => Probe::SignedOut,
            None if self.shows_a_blank_name(page, issued) => Probe::SignedIn {
                identity: String::new(),
                markers: self.markers(page),
            },
            None => Probe::Unclear {
                why: format!(
                    "the probe page answered {} without an identity at {}",
                    page.status, self.question.identity
                ),
                differs_from_anonymous: self.anonymous.is_some(),
            },
        }
    }

    /// Whether somebody is signed in by a name of nothing but white space: the message issued one, the place of the name is there
    /// and empty, and nobody is shown no such place.
    fn shows_a_blank_name(&self, page: &Page, issued: &[String]) -> bool {
        let to_nobody = |seen: &Anonymous| !seen.blank;
        issued.iter().any(String::is_empty)
            && self.anonymous.as_ref().is_some_and(to_nobody)
            && self.question.identity.is_blank(page)
    }

    fn identity(&self, page: &Page, issued: &[String]) -> Option<String> {
        if !matches!(self.question.identity, IdentityRule::Anywhere) {
            return self.question.identity.find(page);
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
        let claims = page.claims.as_deref().unwrap_or_default();
        let views: Vec<String> = [page.body.as_str(), claims].into_iter().flat_map(views).collect();
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

/// Whether a page carries an AuthnRequest: in a form to the IdP, or in an envelope for a client that speaks to it itself (Profiles 4.2).
fn asks_the_idp(page: &Page) -> bool {
    ["name=\"SAMLRequest\"", "AuthnRequest "]
        .iter()
        .any(|sign| contains(&page.body, sign))
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
        let question = Question::page("http://127.0.0.1/me", rule.parse().unwrap());
        Prober::new(question, personas)
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
    fn a_blank_name_is_a_session_where_one_was_issued_and_nobody_is_shown_an_empty_place() {
        let blank = journey(page(200, r#"{"nameId": "  "}"#));
        let unclear = |probe: Probe| matches!(probe, Probe::Unclear { .. });
        let issued = [String::new()];
        let refused = prober("json:/nameId").with_anonymous(&journey(page(401, "who?")));
        assert_eq!(refused.judge(&blank, &issued), signed_in("", &[]));
        assert!(unclear(
            refused.judge(&blank, &["alice@contoso.example".to_owned()])
        ));
        assert!(unclear(refused.judge(&journey(page(200, "{}")), &issued)));
        let greeted =
            prober("json:/nameId").with_anonymous(&journey(page(200, r#"{"nameId": "", "guest": true}"#)));
        assert!(unclear(greeted.judge(&blank, &issued)));
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
    fn who_is_answered_with_an_authn_request_is_not_signed_in() {
        let prober = prober("json:/nameId").with_anonymous(&journey(page(401, "who?")));
        for asks in [
            "<S:Envelope><S:Body><samlp:AuthnRequest ID=\"_1\"/></S:Body></S:Envelope>",
            "<form method=post action=http://idp><input type=hidden name=\"SAMLRequest\" value=PHNh></form>",
        ] {
            assert_eq!(prober.judge(&journey(page(200, asks)), &[]), Probe::SignedOut);
        }
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

    fn without_token(page: Page) -> Journey {
        Journey {
            lacked: Some(Lack::Token("no token stood at url:?t".to_owned())),
            ..journey(page)
        }
    }

    #[test]
    fn without_a_token_nobody_is_signed_in_unless_the_page_says_so() {
        let prober = prober("json:/nameId").with_anonymous(&without_token(page(401, "who?")));
        assert_eq!(
            prober.judge(&without_token(page(200, "{}")), &[]),
            Probe::SignedOut
        );
        let named = without_token(page(200, r#"{"nameId":"alice@contoso.example"}"#));
        assert_eq!(
            prober.judge(&named, &[]),
            signed_in("alice@contoso.example", &["alice"])
        );
        let broken = prober.judge(&without_token(page(503, "")), &[]);
        assert!(matches!(broken, Probe::Unclear { .. }), "{broken:?}");
    }

    #[test]
    fn where_nobody_has_a_token_too_its_absence_tells_nothing() {
        let prober = prober("json:/nameId").with_anonymous(&journey(page(200, r#"{"guest":true}"#)));
        let seen = prober.judge(&without_token(page(200, "{}")), &[]);
        assert!(
            matches!(&seen, Probe::Unclear { why, .. } if why.contains("url:?t")),
            "{seen:?}"
        );
    }

    #[test]
    fn a_claim_is_an_identity_where_the_api_takes_the_token() {
        let prober = prober("jwt:/sub").with_anonymous(&without_token(page(401, "who?")));
        let claims = |status: u16| {
            journey(Page {
                claims: Some(r#"{"sub":"alice@contoso.example"}"#.to_owned()),
                ..page(status, "ok")
            })
        };
        assert_eq!(
            prober.judge(&claims(200), &[]),
            signed_in("alice@contoso.example", &["alice"])
        );
        assert_eq!(prober.judge(&claims(401), &[]), Probe::SignedOut);
    }
}
