//! The picture in short: a few lines under the cause of a run that could not begin.

use super::{
    model::plain,
    request::request,
    walk::{address, party},
};
use crate::{judge::observation::Hop, run::stage::Stage, said::said, text::locked};

/// What was seen of the first login that does not work, or else of the first; nothing where nobody came to try one.
pub(in crate::run) fn short(stage: &Stage) -> Vec<String> {
    let clues = locked(&stage.clues).clone();
    let broken = clues.logins.iter().find(|witness| !witness.works);
    let Some(witness) = broken.or(clues.logins.first()) else {
        return Vec::new();
    };
    let hops: Vec<String> = witness.journey.hops.iter().map(hop).collect();
    let mut lines = Vec::new();
    if !hops.is_empty() {
        lines.push(format!("the login: {}", hops.join(" → ")));
    }
    if let Some(live) = stage.answers.first() {
        let request = request(&live);
        let lines_of = request.lines.iter();
        let told: Vec<String> = lines_of.map(|(name, value)| format!("{name} {value}")).collect();
        lines.push(format!("its AuthnRequest: {}", told.join(" · ")));
    }
    for lost in witness.lost_cookies() {
        lines.push(format!(
            "a cookie was lost, as in every browser: {}",
            plain(&lost)
        ));
    }
    if let Some((page, words)) = witness.page().and_then(|page| Some((page, said(page).line()?))) {
        lines.push(format!("its page ({}) says: {}", page.status, plain(&words)));
    }
    lines.push("`samlitmus doctor` tells more of it, with the mends".to_owned());
    lines
}

fn hop(hop: &Hop) -> String {
    let status = hop
        .status
        .map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    let place = address(&hop.url);
    format!("{} {} {place} {status}", party(hop.party), hop.method)
}
