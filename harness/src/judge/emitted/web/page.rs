//! What the SP answers: to whoever is signed in, to nobody, and to what it refuses.

use std::collections::BTreeSet;

use super::leak::leak;
use crate::judge::{
    emitted::seen::{Held, OtherPath, shown},
    fingerprint::fingerprint,
    observation::{Hop, Journey, Page, Party, Probe},
};

/// The field by which a posted form is known again.
const FIELD: &str = "litmus";

pub(super) fn not_stored(page: Option<&Page>) -> Held {
    let Some(page) = page else { return unseen() };
    let control = values(page, "cache-control");
    let says = |word: &str| control.iter().any(|value| value == word);
    Held::unless(!says("no-store"), || match control.as_slice() {
        [] => "the page that shows who is signed in has no Cache-Control".to_owned(),
        said => format!(
            "the page that shows who is signed in has Cache-Control: {}",
            shown(&said.join(", "))
        ),
    })
}

pub(super) fn not_framed(page: Option<&Page>) -> Held {
    let Some(page) = page else { return unseen() };
    let options = values(page, "x-frame-options");
    let policy = values(page, "content-security-policy");
    let framed = |policy: &str| {
        policy
            .split(';')
            .any(|rule| rule.trim().starts_with("frame-ancestors"))
    };
    let forbids = options
        .iter()
        .any(|option| ["deny", "sameorigin"].contains(&option.as_str()));
    let is_page = page.content_type.is_empty() || page.content_type.contains("html");
    if !is_page {
        return Held::CannotTell(format!(
            "the probe asks for {}, which no page frames; a page of the SP's would tell",
            page.content_type
        ));
    }
    Held::unless(!forbids && !policy.iter().any(|policy| framed(policy)), || {
        "the page that shows who is signed in has neither frame-ancestors nor X-Frame-Options".to_owned()
    })
}

pub(super) fn redirects(answer: Option<&Hop>) -> Held {
    match answer.and_then(|hop| Some((hop, hop.status?))) {
        None => Held::CannotTell("no answer of the assertion consumer service was seen".to_owned()),
        Some((_, 301..=303)) => Held::Holds,
        Some((_, status @ (307 | 308))) => {
            Held::Lacks(format!("it answers with {status}, which posts the message on"))
        }
        Some((_, status)) => Held::Lacks(format!("it answers with {status} and a page of its own")),
    }
}

/// A spelling that leads to the page, and shows nobody something that is neither a refusal nor the way to sign in.
pub(super) fn paths_protected(paths: &[OtherPath]) -> Held {
    let there = |path: &&OtherPath| matches!(path.to_user, Probe::SignedIn { .. });
    let open = paths.iter().filter(there).find(|path| {
        matches!(
            path.to_nobody,
            Probe::SignedIn { .. }
                | Probe::Unclear {
                    differs_from_anonymous: true,
                    ..
                }
        )
    });
    Held::unless(open.is_some(), || {
        open.map_or_else(String::new, |path| {
            format!(
                "{} leads to the protected page, and shows {} to whoever is not signed in",
                shown(&path.url),
                path.to_nobody
            )
        })
    })
}

pub(super) fn refusals_tell_nothing(refused: &[(&'static str, Page)]) -> Held {
    Held::all(
        refused.iter().map(|(kind, page)| match leak(&page.body) {
            None => Held::Holds,
            Some(what) => Held::Lacks(format!("its answer to {kind} shows {what}")),
        }),
        "no refusal was seen",
    )
}

pub(super) fn refusals_alike(refused: &[(&'static str, Page)]) -> Held {
    if refused.len() < 2 {
        return Held::CannotTell("fewer than two refusals were seen".to_owned());
    }
    let looks: BTreeSet<String> = refused.iter().map(|(_, page)| fingerprint(page)).collect();
    Held::unless(looks.len() > 1, || {
        format!("{} kinds of refusal look in {} ways", refused.len(), looks.len())
    })
}

pub(super) fn post_kept(journey: Option<&Journey>) -> Held {
    let Some(journey) = journey else {
        return Held::CannotTell("nobody signed in from there".to_owned());
    };
    if !journey.hops.iter().any(|hop| hop.party == Party::Idp) {
        return Held::CannotTell(format!(
            "a form that is posted there leads nobody to the IdP: {}",
            journey.told()
        ));
    }
    let behind = journey.hops.iter().skip_while(|hop| hop.party != Party::Idp);
    let again = behind
        .filter(|hop| hop.method == "POST")
        .any(|hop| hop.fields.iter().any(|field| field == FIELD));
    Held::unless(!again, || {
        "what was posted before the sign-in is not posted after it".to_owned()
    })
}

fn unseen() -> Held {
    Held::CannotTell("the page that shows who is signed in was not seen".to_owned())
}

/// What a header says, item by item, in small letters.
fn values(page: &Page, name: &str) -> Vec<String> {
    let named = page.headers.iter().filter(|(key, _)| key == name);
    named
        .flat_map(|(_, value)| value.split(','))
        .map(|item| item.trim().to_ascii_lowercase())
        .collect()
}
