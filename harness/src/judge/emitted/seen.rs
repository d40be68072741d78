//! What was captured, and what can be said of it.

use jiff::Timestamp;
use mock_idp::server::Live;
use saml::SpMetadata;
use scenarios::Base;

use crate::{
    driver::StoredCookie,
    judge::observation::{CookieSeen, Hop, Journey, Page, Probe},
};

/// Whether something has a property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    /// It has.
    Holds,
    /// It has not, and how it lacks it.
    Lacks(String),
    /// It cannot be seen here, and why.
    CannotTell(String),
}

/// All that the SP was seen to send by itself, and what it is held against.
#[derive(Clone, Debug, Default)]
pub(crate) struct Emitted {
    /// Its AuthnRequests, in the order in which they came.
    pub(crate) requests: Vec<Live>,
    /// Its metadata as it stands; none where the configuration describes the SP.
    pub(crate) document: Option<Document>,
    /// The same, as it was read.
    pub(crate) sp: SpMetadata,
    /// The Location in the IdP's metadata, for each tenant that the SP may trust.
    pub(crate) sso: Vec<String>,
    /// Other addresses at which the same IdP takes AuthnRequests.
    pub(crate) also: Vec<String>,
    /// The bases that it takes.
    pub(crate) taken: Vec<Base>,
    /// Names and addresses of everybody who signs in.
    pub(crate) people: Vec<String>,
    /// The host at which it is tested.
    pub(crate) host: String,
    /// What came of asking its assertion consumer services: the address, and why nobody answered.
    pub(crate) deaf: Vec<(String, String)>,
    /// What several flawless logins showed; none where nothing asked for it.
    pub(crate) sessions: Option<Sessions>,
    /// Its refusals of messages of different kinds, each with what it refused.
    pub(crate) refused: Vec<(&'static str, Page)>,
    /// When all of this was seen.
    pub(crate) now: Timestamp,
    /// Where the last sign-in was begun, if not where sign-ins are, and the way that the browser took.
    pub(crate) journey: Option<(Option<String>, Journey)>,
}

/// What several flawless logins showed of sessions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sessions {
    /// Why no more of them came out.
    pub(crate) broke: Option<String>,
    /// The SP is reached by HTTPS.
    pub(crate) https: bool,
    /// The cookies on which a session rests.
    pub(crate) bearers: Vec<Bearer>,
    /// One of them says in readable form who is signed in.
    pub(crate) readable: bool,
    /// The page that shows who is signed in, to somebody who is.
    pub(crate) page: Option<Page>,
    /// What the assertion consumer service answered the message.
    pub(crate) answer: Option<Hop>,
    /// Other spellings of the protected page's path.
    pub(crate) paths: Vec<OtherPath>,
}

/// A cookie without which nobody is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bearer {
    /// As the jar keeps it. Its value is told to nobody.
    pub(crate) cookie: StoredCookie,
    /// As its line declared it, where that was seen.
    pub(crate) declared: Option<CookieSeen>,
    /// Its value after each login.
    pub(crate) values: Vec<String>,
}

/// What another spelling of the protected page's path shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OtherPath {
    /// The address.
    pub(crate) url: String,
    /// To whoever is signed in.
    pub(crate) to_user: Probe,
    /// To nobody.
    pub(crate) to_nobody: Probe,
}

/// Metadata as it is published.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Document {
    /// The text.
    pub(crate) xml: String,
    /// The type that it is served as; none for a file.
    pub(crate) content_type: Option<String>,
    /// What was answered when it was asked for once more, or why nothing was; none for a file.
    pub(crate) again: Option<Result<String, String>>,
}

impl Held {
    /// It lacks the property where `wrong`.
    pub(super) fn unless(wrong: bool, how: impl FnOnce() -> String) -> Self {
        match wrong {
            true => Self::Lacks(how()),
            false => Self::Holds,
        }
    }

    /// All of several things: the first that lacks it decides; they have it where one was seen to have it.
    pub(super) fn all(each: impl IntoIterator<Item = Self>, none: &str) -> Self {
        let mut sum = Self::CannotTell(none.to_owned());
        let mut seen = false;
        for one in each {
            match one {
                Self::Lacks(_) => return one,
                Self::Holds => sum = Self::Holds,
                Self::CannotTell(_) if !seen && sum != Self::Holds => sum = one,
                Self::CannotTell(_) => {}
            }
            seen = true;
        }
        sum
    }
}

/// Text out of a message, short enough for a sentence.
pub(super) fn shown(text: &str) -> String {
    match text.char_indices().nth(200) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

/// Whether this names the machine itself, where plain HTTP harms nobody.
pub(super) fn is_local(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host.ends_with(".localhost")
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Whether an address is HTTPS, or of the machine itself.
pub(super) fn is_safe(location: &str) -> bool {
    url::Url::parse(location).is_ok_and(|url| {
        url.scheme() == "https" || url.scheme() == "http" && url.host_str().is_some_and(is_local)
    })
}
