//! Where a sign-in led the browser, against what it was to do. Pure.

use super::observation::{Ended, Journey, Party};

/// What the SP did that stood in no more than a RelayState: it sent the browser to a foreign site, or set a cookie.
pub(super) fn astray(journey: &Journey, relay_state: &str) -> Option<String> {
    let said = relay_state.to_ascii_lowercase();
    if let Ended::NotAllowed(place) = &journey.ended
        && said.contains(place.as_str())
    {
        return Some(place.clone());
    }
    // What the SP itself fetched is no hop of the browser's.
    let foreign = |url: &str| !url.is_empty() && said.contains(&url.to_ascii_lowercase());
    let mut others = journey.hops.iter().filter(|hop| hop.party == Party::Other);
    if let Some(led) = others.find(|hop| foreign(&hop.url)) {
        return Some(led.url.clone());
    }
    let mut cookies = journey.hops.iter().flat_map(|hop| &hop.set_cookies);
    let set = cookies
        .find(|cookie| said.contains(&format!("set-cookie: {}=", cookie.name.to_ascii_lowercase())))?;
    Some(format!("it set the cookie {}", set.name))
}

/// The address that is none of the web's, and to which the SP sent the browser: a script, or a page of its own.
pub(super) fn scripted(journey: &Journey) -> Option<String> {
    let mut led = journey.hops.iter().filter(|hop| hop.party == Party::Sp);
    let led = led.find_map(|hop| {
        let location = hop.location.as_deref()?;
        let said = location.trim_start().to_ascii_lowercase();
        ["javascript:", "data:"]
            .iter()
            .any(|scheme| said.starts_with(scheme))
            .then_some(location)
    })?;
    Some(led.chars().take(80).collect())
}

/// Where the browser came to rest, if that is not where it was to.
pub(super) fn elsewhere(journey: &Journey, to: &str) -> Option<String> {
    let page = journey.page.as_ref()?;
    (page.url != to).then(|| format!("it came to rest at {}, and was to come to {to}", page.url))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::judge::observation::{CookieSeen, Hop, Page};

    fn hop(party: Party, url: &str, cookie: &str) -> Journey {
        Journey {
            hops: vec![Hop {
                method: "GET".to_owned(),
                url: url.to_owned(),
                party,
                status: Some(200),
                location: None,
                fields: Vec::new(),
                set_cookies: vec![CookieSeen {
                    name: cookie.to_owned(),
                    secure: false,
                    http_only: true,
                    same_site: None,
                }],
                elapsed: Duration::ZERO,
            }],
            ..Journey::default()
        }
    }

    #[test]
    fn an_address_that_is_a_script_counts_and_one_of_the_web_does_not() {
        let to = |location: &str| {
            let mut journey = hop(Party::Sp, "http://sp/login", "x");
            journey.hops[0].location = Some(location.to_owned());
            scripted(&journey)
        };
        assert!(to("JavaScript:alert(1)").is_some() && to("data:text/html,x").is_some());
        assert_eq!(to("https://idp/?to=javascript:x"), None);
        assert_eq!(scripted(&hop(Party::Sp, "http://sp/", "x")), None);
    }

    #[test]
    fn a_foreign_site_counts_where_the_relay_state_named_it() {
        let left = |place: &str| Journey {
            ended: Ended::NotAllowed(place.to_owned()),
            ..Journey::default()
        };
        let strays = |place, state| astray(&left(place), state).is_some();
        assert!(strays("evil.example", "/\\EVIL.example/"));
        assert!(strays("data:", "data:text/html,x"));
        assert!(!strays("help.example", "https://evil.example/"));
        assert!(!strays("evil.example", "/account"));
        let listener = "http://127.0.0.1:8500/t1";
        assert!(astray(&hop(Party::Other, listener, "session"), listener).is_some());
        assert!(astray(&hop(Party::Sp, listener, "session"), listener).is_none());
    }

    #[test]
    fn a_cookie_counts_where_the_relay_state_set_it() {
        let seen = |cookie| hop(Party::Sp, "http://sp.example/acs", cookie);
        let state = "/account\r\nSet-Cookie: injected=1";
        assert!(astray(&seen("injected"), state).is_some());
        assert!(astray(&seen("session"), state).is_none());
    }

    #[test]
    fn whoever_asked_for_a_page_is_to_come_to_it() {
        let rests = |url: &str| Journey {
            page: Some(Page {
                url: url.to_owned(),
                ..Page::default()
            }),
            ..Journey::default()
        };
        assert_eq!(
            elsewhere(&rests("http://sp.example/a"), "http://sp.example/a"),
            None
        );
        assert!(elsewhere(&rests("http://sp.example/"), "http://sp.example/a").is_some());
    }
}
