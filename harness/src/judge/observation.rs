//! What was seen, and nothing of what was wanted: the transcript of one judged exchange.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Everything that one judged exchange showed, as the driver and the probe saw it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Observation {
    /// The journey of the judged step: from the first request to the page where it came to rest.
    pub journey: Journey,
    /// Who the SP believed was signed in, asked with the cookies that the journey left behind.
    pub probe: Probe,
    /// Hits on the out-of-band listener that carried this firing's token, as `METHOD path`.
    pub out_of_band: Vec<String>,
    /// Accounts that the SP lists now and did not list before.
    pub new_accounts: Vec<String>,
}

/// One walk through redirects and self-submitting forms.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Journey {
    /// Each request and its answer, in order.
    pub hops: Vec<Hop>,
    /// How the walk ended.
    pub ended: Ended,
    /// The last page, where one was answered.
    pub page: Option<Page>,
    /// What the browser's console said at level error (empty over plain HTTP).
    pub console: Vec<String>,
    /// Cookies that a browser withheld or did not keep, each with the reason (over plain HTTP only).
    #[serde(default)]
    pub lost_cookies: Vec<String>,
    /// Browser rules that stopped or changed the way, each with what it did; and what only a browser could have done (over
    /// plain HTTP only: a browser does not tell its rules).
    #[serde(default)]
    pub rules: Vec<String>,
    /// What the question lacked, where this is the way to the probe's page.
    #[serde(default)]
    pub lacked: Option<Lack>,
    /// A PNG of the page where the journey came to rest (browser only).
    #[serde(skip)]
    pub screenshot: Option<Vec<u8>>,
    /// Wall time from the first byte sent to the last byte read.
    pub elapsed: Duration,
}

impl Journey {
    /// This journey and the next one of the same browser, as one: the last page wins, and where the next came to none, the
    /// page stayed.
    #[must_use]
    pub fn then(mut self, next: Self) -> Self {
        self.hops.extend(next.hops);
        self.console.extend(next.console);
        self.lost_cookies.extend(next.lost_cookies);
        self.lost_cookies.dedup();
        self.rules.extend(next.rules);
        self.rules.dedup();
        Self {
            rules: self.rules,
            lacked: next.lacked,
            hops: self.hops,
            ended: next.ended,
            page: next.page.or(self.page),
            console: self.console,
            lost_cookies: self.lost_cookies,
            screenshot: next.screenshot.or(self.screenshot),
            elapsed: self.elapsed + next.elapsed,
        }
    }

    /// How it ended and where, as a sentence that says what to do where that is known: the end decides, never a guess.
    pub fn told(&self) -> String {
        let at = self
            .hops
            .last()
            .map_or_else(String::new, |hop| format!(" at {}", hop.url));
        let told = match (&self.ended, &self.page) {
            (Ended::Answered, Some(page)) => {
                let title = if page.title.is_empty() {
                    String::new()
                } else {
                    format!(" “{}”", page.title)
                };
                format!("it came to rest at {} ({}{title})", page.url, page.status)
            }
            (Ended::Answered, None) => format!("nothing was answered{at}"),
            (Ended::TimedOut, _) => {
                let waited = self.hops.last().map_or(0, |hop| hop.elapsed.as_secs());
                format!("it timed out after {waited} s{at}")
            }
            (Ended::NotAllowed(place), _) => format!(
                "the browser was sent to {place}, which is not on the allow-list: add it to [sp] allow if it is yours to test"
            ),
            (Ended::Unreachable(why), _) => format!("nobody could be reached{at} ({why}){}", mend(why)),
            (Ended::Reset(why), _) => format!("the connection was closed before a whole answer{at} ({why})"),
            (Ended::Limit(why), _) => format!("it did not come to an end: {why}"),
            (Ended::Harness(why), _) => format!("the harness failed: {why}"),
        };
        let told = match self.rules.as_slice() {
            [] => told,
            rules => format!("{told}; as in every browser: {}", rules.join(", ")),
        };
        match self.lost_cookies.as_slice() {
            [] => told,
            cookies => format!(
                "{told}; as in every browser these cookies were lost: {}",
                cookies.join(", ")
            ),
        }
    }
}

/// What a question to the probe's page lacked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "what", content = "why")]
pub enum Lack {
    /// The token: it stood nowhere where it was looked for.
    Token(String),
    /// What was waited for on the page did not come.
    Sight(String),
    /// What was waited for is not on the page as it came: only a script could put it there.
    Script(String),
}

impl Lack {
    /// What mends it, where somebody is signed in.
    pub fn mend(&self) -> &'static str {
        match self {
            Self::Token(_) => "set [sp.probe] token to where the SP gives its client the token",
            Self::Sight(_) | Self::Script(_) => {
                "set [sp.probe] wait-for to what the page shows in the end, to somebody and to nobody"
            }
        }
    }
}

impl std::fmt::Display for Lack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Token(why) | Self::Sight(why) | Self::Script(why) => f.write_str(why),
        }
    }
}

/// What mends an address that cannot be reached, as the rest of a sentence; empty where nothing tells.
pub(crate) fn mend(why: &str) -> &'static str {
    let why = why.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| why.contains(word));
    if says(&["certificate", "cert_", "self-signed", "self signed", "ssl", "tls"]) {
        ": name the CA that signed its certificate in [sp] ca"
    } else if says(&["name or service", "name_not_resolved", "dns", "lookup", "resolve"]) {
        ": give the name an address in [sp] resolve"
    } else {
        ""
    }
}

/// One request and its answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Hop {
    /// `GET` or `POST`.
    pub method: String,
    /// The absolute URL asked for.
    pub url: String,
    /// Whose server it is.
    pub party: Party,
    /// The status answered; none where the connection gave no answer.
    pub status: Option<u16>,
    /// The `Location` of a redirect.
    pub location: Option<String>,
    /// The names of the form fields sent, in order.
    pub fields: Vec<String>,
    /// Cookies that the answer set.
    pub set_cookies: Vec<CookieSeen>,
    /// Time to the complete answer.
    pub elapsed: Duration,
}

/// Whose server answered a hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Party {
    /// The service provider under test.
    Sp,
    /// The mock identity provider.
    Idp,
    /// Another host of the allow-list.
    Other,
}

/// A cookie as a `Set-Cookie` header declared it: never its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CookieSeen {
    /// The cookie's name.
    pub name: String,
    /// Whether `Secure` stood there.
    pub secure: bool,
    /// Whether `HttpOnly` stood there.
    pub http_only: bool,
    /// The `SameSite` attribute as written (`Lax`, `Strict`, `None`), if any.
    pub same_site: Option<String>,
}

/// How a journey ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "how", content = "why")]
pub enum Ended {
    /// A page came back that neither redirects nor submits itself.
    #[default]
    Answered,
    /// The connection was closed or reset before a whole answer.
    Reset(String),
    /// Nobody listens at the address, or its name cannot be resolved.
    Unreachable(String),
    /// The time limit ran out while waiting for the SP.
    TimedOut,
    /// A limit of the harness stopped it: too many hops, too many bytes.
    Limit(String),
    /// It led to a host that is not on the allow-list; nothing was sent there.
    NotAllowed(String),
    /// The harness itself could not go on (browser died, driver error): our fault, never the SP's.
    Harness(String),
}

/// The end of a sentence that begins with "it" or "the SP".
impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Answered => f.write_str("answered"),
            Self::Reset(why) => write!(f, "closed the connection before a whole answer: {why}"),
            Self::Unreachable(why) => write!(f, "cannot be reached: {why}"),
            Self::TimedOut => f.write_str("did not answer within the time limit"),
            Self::Limit(why) => write!(f, "did not come to an end: {why}"),
            Self::NotAllowed(place) => write!(f, "leads to {place}, which is not on the allow-list"),
            Self::Harness(why) => write!(f, "was not asked, for the harness failed: {why}"),
        }
    }
}

/// What the SP shows, as the end of such a sentence.
impl std::fmt::Display for Probe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::SignedIn { identity, .. } => write!(f, "`{identity}`"),
            Self::SignedOut => f.write_str("nobody"),
            Self::Unclear { why, .. } => write!(f, "nobody for sure ({why})"),
            Self::NotAsked => f.write_str("nothing, for it was not asked"),
        }
    }
}

/// A page as it came back.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Page {
    /// Its URL.
    pub url: String,
    /// Its status; a browser that cannot tell says 200.
    pub status: u16,
    /// Its `<title>`.
    pub title: String,
    /// Its content type, without parameters.
    pub content_type: String,
    /// Its headers, lower-case names, in order.
    pub headers: Vec<(String, String)>,
    /// Its body, at most 256 KiB of it.
    pub body: String,
    /// The payload of the bearer token that it was asked for with, as JSON; none if there was none, or it is no JWT.
    #[serde(skip)]
    pub claims: Option<String>,
}

/// Who the SP believes is signed in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum Probe {
    /// Nobody was asked.
    #[default]
    NotAsked,
    /// The protected page was refused.
    SignedOut,
    /// The protected page was shown, with this identity.
    SignedIn {
        /// The identity, as the rule found it (`identity` of `[sp.probe]`).
        identity: String,
        /// Names of the personas of which any marker value stands in the page.
        markers: Vec<String>,
    },
    /// The probe could not tell: it failed, timed out, or showed a page without an identity.
    Unclear {
        /// Why, in one sentence.
        why: String,
        /// Whether the page could have been seen only by a signed-in user (it differs from the anonymous one).
        differs_from_anonymous: bool,
    },
}
