//! Each property of cookies and pages: what has it, what lacks it, and what cannot be told.

use scenarios::WebProperty;

use super::holds;
use crate::{
    driver::{SameSite, StoredCookie},
    judge::{
        emitted::{Bearer, Emitted, Held, OtherPath, Sessions},
        observation::{CookieSeen, Hop, Journey, Page, Party, Probe},
    },
};

fn bearer(change: impl FnOnce(&mut Bearer)) -> Bearer {
    let mut bearer = Bearer {
        cookie: StoredCookie {
            name: "session".to_owned(),
            value: String::new(),
            domain: "sp.example".to_owned(),
            host_only: true,
            path: "/".to_owned(),
            secure: true,
            http_only: true,
            same_site: SameSite::Lax,
            ends: None,
        },
        declared: Some(CookieSeen {
            name: "session".to_owned(),
            secure: true,
            http_only: true,
            same_site: Some("Lax".to_owned()),
        }),
        values: (0u8..8).map(|n| hex(&openssl::sha::sha256(&[n]))).collect(),
    };
    change(&mut bearer);
    bearer
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn with(bearers: Vec<Bearer>) -> Sessions {
    Sessions {
        https: true,
        bearers,
        ..Sessions::default()
    }
}

fn held(property: WebProperty, sessions: Sessions) -> Held {
    let emitted = Emitted {
        sessions: Some(sessions),
        ..Emitted::default()
    };
    holds(property, &emitted)
}

fn lacks(held: &Held, word: &str) -> bool {
    matches!(held, Held::Lacks(why) if why.contains(word))
}

#[test]
fn the_cookie_that_bears_a_session_is_held_to_each_attribute() {
    use WebProperty as P;
    type Change = fn(&mut Bearer);
    let cases: [(P, Change, &str); 6] = [
        (P::CookieSecure, |b| b.cookie.secure = false, "Secure"),
        (P::CookieHttpOnly, |b| b.cookie.http_only = false, "HttpOnly"),
        (
            P::CookieHostOnly,
            |b| b.cookie.host_only = false,
            "every host of sp.example",
        ),
        (
            P::CookieSameSite,
            |b| b.declared.as_mut().unwrap().same_site = None,
            "nothing of SameSite",
        ),
        (
            P::CookieSameSite,
            |b| b.declared.as_mut().unwrap().same_site = Some("None".to_owned()),
            "SameSite=None",
        ),
        (
            P::CookieEntropy,
            |b| b.values = (0..8).map(|n| format!("5f2b00c1{n:04}")).collect(),
            "bits at most",
        ),
    ];
    for (property, change, word) in cases {
        assert_eq!(
            held(property, with(vec![bearer(|_| {})])),
            Held::Holds,
            "{property:?}"
        );
        let wrong = held(property, with(vec![bearer(|_| {}), bearer(change)]));
        assert!(lacks(&wrong, word), "{property:?}: {wrong:?}");
        let none = held(property, with(Vec::new()));
        assert!(matches!(none, Held::CannotTell(_)), "{property:?}");
    }
}

#[test]
fn over_plain_http_nothing_can_be_secure() {
    let sessions = Sessions {
        https: false,
        ..with(vec![bearer(|b| b.cookie.secure = false)])
    };
    let seen = held(WebProperty::CookieSecure, sessions);
    assert!(matches!(seen, Held::CannotTell(_)), "{seen:?}");
}

#[test]
fn no_sentence_holds_what_the_cookie_holds() {
    let sessions = with(vec![bearer(|b| {
        b.values = (0..8).map(|n| format!("topsecret{n}")).collect();
    })]);
    let seen = held(WebProperty::CookieEntropy, sessions);
    assert!(lacks(&seen, "session") && !lacks(&seen, "topsecret"), "{seen:?}");
}

fn page(headers: &[(&str, &str)], content_type: &str) -> Sessions {
    let headers = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Sessions {
        page: Some(Page {
            headers: headers.collect(),
            content_type: content_type.to_owned(),
            ..Page::default()
        }),
        ..Sessions::default()
    }
}

#[test]
fn the_signed_in_page_is_neither_stored_nor_framed() {
    use WebProperty as P;
    for (property, headers, right) in [
        (
            P::PageNotStored,
            vec![("cache-control", "No-Store, private")],
            true,
        ),
        (
            P::PageNotStored,
            vec![("cache-control", "private, max-age=600")],
            false,
        ),
        (P::PageNotStored, vec![], false),
        (P::PageNotFramed, vec![("x-frame-options", "SAMEORIGIN")], true),
        (
            P::PageNotFramed,
            vec![(
                "content-security-policy",
                "default-src 'self'; frame-ancestors 'none'",
            )],
            true,
        ),
        (
            P::PageNotFramed,
            vec![("content-security-policy", "default-src 'self'")],
            false,
        ),
    ] {
        let seen = held(property, page(&headers, "text/html"));
        assert_eq!(seen == Held::Holds, right, "{headers:?}: {seen:?}");
    }
    let api = held(P::PageNotFramed, page(&[], "application/json"));
    assert!(matches!(api, Held::CannotTell(_)), "{api:?}");
}

#[test]
fn a_login_is_answered_with_a_redirect_that_does_not_post() {
    for (status, right) in [(302, true), (303, true), (200, false), (307, false)] {
        let sessions = Sessions {
            answer: Some(hop("POST", Party::Sp, status, &["SAMLResponse"])),
            ..Sessions::default()
        };
        let seen = held(WebProperty::AnswerRedirects, sessions);
        assert_eq!(seen == Held::Holds, right, "{status}: {seen:?}");
    }
}

#[test]
fn another_spelling_of_the_path_is_open_only_where_it_leads_to_the_page() {
    let alice = Probe::SignedIn {
        identity: "alice".to_owned(),
        markers: Vec::new(),
    };
    let other = Probe::Unclear {
        why: "the probe page answered 200 without an identity".to_owned(),
        differs_from_anonymous: true,
    };
    for (to_user, to_nobody, right) in [
        (alice.clone(), Probe::SignedOut, true),
        (alice.clone(), other.clone(), false),
        (alice.clone(), alice.clone(), false),
        (other.clone(), other, true),
        (Probe::SignedOut, Probe::SignedOut, true),
    ] {
        let sessions = Sessions {
            paths: vec![OtherPath {
                url: "http://sp.example//me".to_owned(),
                to_user,
                to_nobody,
            }],
            ..Sessions::default()
        };
        let seen = held(WebProperty::PathsProtected, sessions.clone());
        assert_eq!(seen == Held::Holds, right, "{sessions:?}: {seen:?}");
    }
}

#[test]
fn a_posted_form_is_known_again_behind_the_idp_alone() {
    let kept = |hops: Vec<Hop>| {
        let journey = Journey {
            hops,
            ..Journey::default()
        };
        let emitted = Emitted {
            journey: Some((None, journey)),
            ..Emitted::default()
        };
        holds(WebProperty::PostKept, &emitted)
    };
    let first = || hop("POST", Party::Sp, 302, &["litmus"]);
    let idp = || hop("GET", Party::Idp, 200, &[]);
    assert!(lacks(
        &kept(vec![
            first(),
            idp(),
            hop("POST", Party::Sp, 303, &["SAMLResponse"])
        ]),
        "not posted"
    ));
    assert_eq!(
        kept(vec![first(), idp(), hop("POST", Party::Sp, 200, &["litmus"])]),
        Held::Holds
    );
}

fn hop(method: &str, party: Party, status: u16, fields: &[&str]) -> Hop {
    Hop {
        method: method.to_owned(),
        url: "http://sp.example/".to_owned(),
        party,
        status: Some(status),
        location: None,
        fields: fields.iter().map(|field| (*field).to_owned()).collect(),
        set_cookies: Vec::new(),
        elapsed: std::time::Duration::ZERO,
    }
}
