//! How a request travels.

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use mock_idp::server::{Binding, Live};
use url::form_urlencoded;

use crate::judge::{
    emitted::seen::{Emitted, Held, shown},
    observation::{Ended, Party},
};

/// The most bytes of a RelayState (Bindings 3.4.3, 3.5.3).
const RELAY_STATE: usize = 80;

pub(super) fn encoding(live: &Live) -> Held {
    if let Some(why) = &live.unreadable {
        return Held::Lacks(why.clone());
    }
    let query = match live.binding {
        Binding::Redirect => live.raw_query.as_deref().unwrap_or_default(),
        Binding::Post | Binding::IdpInitiated => return Held::Holds,
    };
    let lines = form_urlencoded::parse(query.as_bytes())
        .any(|(name, value)| name == "SAMLRequest" && value.contains(['\n', '\r']));
    Held::unless(lines, || {
        "the Base64 of its SAMLRequest has line feeds in it".to_owned()
    })
}

pub(super) fn relay_state(stated: Option<&str>) -> Held {
    let length = stated.map_or(0, str::len);
    Held::unless(length > RELAY_STATE, || {
        format!("its RelayState has {length} bytes")
    })
}

/// What stands in a RelayState, plain or in Base64, names nobody and no session.
pub(super) fn opaque(stated: Option<&str>, people: &[String]) -> Held {
    let Some(stated) = stated else { return Held::Holds };
    for view in views(stated) {
        let named = people
            .iter()
            .find(|one| !one.is_empty() && view.contains(one.as_str()));
        if let Some(who) = named {
            return Held::Lacks(format!("its RelayState has `{}` in it", shown(who)));
        }
        let lower = view.to_ascii_lowercase();
        let key = |name: &&&str| {
            [format!("\"{name}\""), format!("{name}=")]
                .iter()
                .any(|key| lower.contains(key.as_str()))
        };
        if let Some(name) = SESSIONS.iter().find(key) {
            return Held::Lacks(format!("its RelayState has a `{name}` in it"));
        }
    }
    Held::Holds
}

/// A text as it stands, and what its parts are in Base64.
fn views(text: &str) -> Vec<String> {
    let decoded = text.split(['.', '|', '&', '=', ';']).filter_map(|part| {
        let standard: String = part
            .chars()
            .map(|c| match c {
                '-' => '+',
                '_' => '/',
                other => other,
            })
            .collect();
        let bytes = STANDARD_NO_PAD.decode(standard).ok()?;
        String::from_utf8(bytes).ok()
    });
    std::iter::once(text.to_owned()).chain(decoded).collect()
}

pub(super) fn top_level(fetched_for: Option<&str>) -> Held {
    match fetched_for {
        None => Held::CannotTell("the browser does not say what it fetches for".to_owned()),
        Some("document") => Held::Holds,
        Some(other) => Held::Lacks(format!("it came as what a browser calls `{}`", shown(other))),
    }
}

/// Names of parameters that carry a session, wherever they are seen.
const SESSIONS: [&str; 10] = [
    "session",
    "sessionid",
    "session_id",
    "sid",
    "jsessionid",
    "phpsessid",
    "token",
    "access_token",
    "id_token",
    "jwt",
];
/// What Microsoft documents for hints at who signs in, and where.
const HINTS: [&str; 4] = ["login_hint", "domain_hint", "whr", "username"];

pub(super) fn user_data(query: Option<&str>, relay_state: Option<&str>, people: &[String]) -> Held {
    let named = |value: &str| {
        people
            .iter()
            .find(|one| !one.is_empty() && value.contains(one.as_str()))
            .cloned()
    };
    if let Some(who) = relay_state.and_then(named) {
        return Held::Lacks(format!("its RelayState has `{}` in it", shown(&who)));
    }
    for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        let lower = name.to_ascii_lowercase();
        if SESSIONS.contains(&lower.as_str()) {
            return Held::Lacks(format!("its address has a parameter `{}`", shown(&name)));
        }
        if let Some(who) = named(&value).filter(|_| !HINTS.contains(&lower.as_str())) {
            return Held::Lacks(format!(
                "its parameter `{}` has `{}` in it",
                shown(&name),
                shown(&who)
            ));
        }
    }
    Held::Holds
}

/// Where the browser came to the IdP.
pub(super) fn location(emitted: &Emitted) -> Held {
    let Some((_, journey)) = &emitted.journey else {
        return Held::CannotTell("no sign-in was begun".to_owned());
    };
    let Some(hop) = journey.hops.iter().find(|hop| hop.party == Party::Idp) else {
        return Held::CannotTell("the browser did not come to the identity provider".to_owned());
    };
    let asked = hop.url.split(['?', '#']).next().unwrap_or_default();
    Held::unless(!emitted.sso.iter().any(|known| known == asked), || {
        format!(
            "the browser was sent to `{}`, and the metadata says {}",
            shown(asked),
            emitted.sso.first().map_or("", String::as_str)
        )
    })
}

/// Whether the browser stayed away from what only the address of a foreign site's making named.
pub(super) fn stays(emitted: &Emitted) -> Held {
    let Some((Some(begun), journey)) = &emitted.journey else {
        return Held::CannotTell("no sign-in was begun at an address of its own".to_owned());
    };
    if let Ended::NotAllowed(place) = &journey.ended
        && begun.contains(place.as_str())
    {
        return Held::Lacks(format!(
            "begun at {}, it sent the browser to {}",
            shown(begun),
            shown(place)
        ));
    }
    let foreign = journey
        .hops
        .iter()
        .filter(|hop| hop.party == Party::Other)
        .find(|hop| {
            let host = url::Url::parse(&hop.url)
                .ok()
                .and_then(|url| url.host_str().map(str::to_owned));
            host.is_some_and(|host| begun.contains(&host))
        });
    Held::unless(foreign.is_some(), || {
        let led = foreign.map_or("", |hop| hop.url.as_str());
        format!("begun at {}, it sent the browser to {}", shown(begun), shown(led))
    })
}
