//! A cookie on which a session rests. Its value stands in no sentence.

use crate::{
    driver::SameSite,
    judge::emitted::{
        random::{ENOUGH, FEW, random},
        seen::{Bearer, Held},
    },
};

pub(super) fn secure(bearer: &Bearer) -> Held {
    Held::unless(!bearer.cookie.secure, || {
        format!("the cookie {} has no Secure", bearer.cookie.name)
    })
}

pub(super) fn http_only(bearer: &Bearer) -> Held {
    Held::unless(!bearer.cookie.http_only, || {
        format!("the cookie {} has no HttpOnly", bearer.cookie.name)
    })
}

/// What its line said: a browser that was told nothing answers `Lax` when it is asked.
pub(super) fn same_site(bearer: &Bearer) -> Held {
    let name = &bearer.cookie.name;
    match &bearer.declared {
        Some(declared) => match declared.same_site.as_deref() {
            None => Held::Lacks(format!("the cookie {name} says nothing of SameSite")),
            Some(word) if ["lax", "strict"].contains(&word.to_ascii_lowercase().as_str()) => Held::Holds,
            Some(word) => Held::Lacks(format!("the cookie {name} has SameSite={word}")),
        },
        None if bearer.cookie.same_site == SameSite::None => {
            Held::Lacks(format!("the cookie {name} has SameSite=None"))
        }
        None => Held::CannotTell(format!("no answer was seen that set the cookie {name}")),
    }
}

pub(super) fn host_only(bearer: &Bearer) -> Held {
    let cookie = &bearer.cookie;
    Held::unless(!cookie.host_only, || {
        format!(
            "the cookie {} goes to every host of {}",
            cookie.name, cookie.domain
        )
    })
}

pub(super) fn entropy(bearer: &Bearer) -> Held {
    let values: Vec<&str> = bearer.values.iter().map(String::as_str).collect();
    let name = &bearer.cookie.name;
    if values.len() < FEW {
        return Held::CannotTell(format!(
            "{} logins came out, and fewer than {FEW} say nothing about what the cookie {name} holds",
            values.len()
        ));
    }
    let found = random(&values);
    Held::unless(found.bits < ENOUGH, || {
        format!(
            "of what the cookie {name} holds {} characters differ without a rule, which is {:.0} bits at most",
            found.places, found.bits
        )
    })
}
