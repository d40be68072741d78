//! Who asks whom, and when.

use jiff::{SignedDuration, Timestamp};
use saml::{
    AuthnRequest,
    document::{child, parse, text},
    names::{name_id, ns},
};

use crate::judge::emitted::{
    seen::{Emitted, Held, shown},
    shape::is_name,
};

/// So far from now an IssueInstant may be.
const FRESH: SignedDuration = SignedDuration::from_mins(5);

pub(super) fn doctype(xml: &str) -> Held {
    // It can only stand before the document element, where nothing else begins so but in a comment.
    let before = xml.find("<!DOCTYPE").or_else(|| xml.find("<!doctype"));
    let comment = before.is_some_and(|at| xml[..at].rfind("<!--") > xml[..at].rfind("-->"));
    Held::unless(before.is_some() && !comment, || {
        "it has a document type declaration".to_owned()
    })
}

pub(super) fn id(id: &str) -> Held {
    Held::unless(!is_name(id), || match id {
        "" => "it has no ID".to_owned(),
        other => format!("its ID is `{}`, which is no XML name", shown(other)),
    })
}

pub(super) fn version(version: &str) -> Held {
    Held::unless(version != "2.0", || {
        format!("its Version is `{}`", shown(version))
    })
}

pub(super) fn instant(stated: Option<&str>, came: Timestamp) -> Held {
    let Some(stated) = stated else {
        return Held::Lacks("it has no IssueInstant".to_owned());
    };
    let Ok(issued) = saml::instant::parse(stated) else {
        return Held::Lacks(format!(
            "its IssueInstant is `{}`, which is no instant",
            shown(stated)
        ));
    };
    if !stated.trim().ends_with('Z') {
        return Held::Lacks(format!(
            "its IssueInstant is `{}`, which is not in UTC (it ends with no Z)",
            shown(stated)
        ));
    }
    let off = issued.duration_since(came);
    Held::unless(off.abs() > FRESH, || {
        let side = if off.is_negative() { "before" } else { "after" };
        format!(
            "its IssueInstant is `{}`, {} s {side} it came",
            shown(stated),
            off.abs().as_secs()
        )
    })
}

/// Without one nothing is wrong, unless it is signed (Bindings 3.4.5.2, 3.5.5.2).
pub(super) fn destination(stated: Option<&str>, signed: bool, sso: &[String], also: &[String]) -> Held {
    match stated {
        None => Held::unless(signed, || "it is signed, and has no Destination".to_owned()),
        Some(stated) => Held::unless(!sso.iter().chain(also).any(|known| known == stated), || {
            format!(
                "its Destination is `{}`, and it was sent to {}",
                shown(stated),
                sso.first().map_or("", String::as_str)
            )
        }),
    }
}

pub(super) fn issuer(xml: &str) -> Held {
    let Ok(tree) = parse(xml) else {
        return Held::CannotTell("the SP's AuthnRequest cannot be read".to_owned());
    };
    let Some(issuer) = child(tree.root_element(), ns::SAML, "Issuer") else {
        return Held::Lacks("it has no Issuer".to_owned());
    };
    if text(issuer).trim().is_empty() {
        return Held::Lacks("its Issuer is empty".to_owned());
    }
    match issuer.attribute("Format") {
        None | Some(name_id::ENTITY) => Held::Holds,
        Some(other) => Held::Lacks(format!("the Format of its Issuer is `{}`", shown(other))),
    }
}

pub(super) fn issuer_published(request: &AuthnRequest, emitted: &Emitted) -> Held {
    let (stated, right) = (
        request.issuer.as_deref().unwrap_or_default(),
        &emitted.sp.entity_id,
    );
    Held::unless(stated != right, || {
        format!(
            "the Issuer is `{}`, and the entityID is `{}`",
            shown(stated),
            shown(right)
        )
    })
}
