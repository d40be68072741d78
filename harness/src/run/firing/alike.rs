//! Answers that must look the same: whoever can tell them apart learns by asking what he may not know.

use super::shot::Shot;
use crate::judge::{fingerprint::fingerprint, observation::Page};

/// Which firing was answered otherwise than the first, and how, where each variant is answered the same way both times.
/// Pages that differ by themselves tell nobody anything.
pub(super) fn told_apart(shots: &[&Shot], again: &[Shot]) -> Option<(usize, String)> {
    let page = |shot: &Shot| shot.played.observation.journey.page.clone();
    let first: Vec<_> = shots.iter().map(|shot| page(shot)).collect::<Option<_>>()?;
    let second: Vec<_> = again.iter().map(page).collect::<Option<_>>()?;
    let at = differing(&first, &second)?;
    let name = |at: usize| shots[at].variant.clone().unwrap_or_default();
    let answer = |page: &Page| match page.title.is_empty() {
        true => page.status.to_string(),
        false => format!("{} “{}”", page.status, page.title),
    };
    Some((
        at,
        format!(
            "{} is answered by {}, {} by {}, and so they are when they are sent again",
            name(0),
            answer(&first[0]),
            name(at),
            match answer(&first[at]) == answer(&first[0]) {
                true => "other words".to_owned(),
                false => answer(&first[at]),
            }
        ),
    ))
}

/// The first page that is another than the first of all, where all come out the same again.
fn differing(first: &[Page], second: &[Page]) -> Option<usize> {
    let looks = |pages: &[Page]| pages.iter().map(fingerprint).collect::<Vec<_>>();
    let (first, second) = (looks(first), looks(second));
    match first == second {
        true => first.iter().position(|look| *look != first[0]),
        false => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(told: &[(u16, &str)]) -> Vec<Page> {
        let page = |(status, body): &(u16, &str)| Page {
            status: *status,
            body: (*body).to_owned(),
            ..Page::default()
        };
        told.iter().map(page).collect()
    }

    #[test]
    fn answers_differ_by_status_or_words_and_not_by_what_varies_anyhow() {
        let same = pages(&[(403, "refused 17"), (403, "refused 99")]);
        assert_eq!(differing(&same, &same), None);
        let status = pages(&[(403, "refused"), (403, "refused"), (400, "refused")]);
        assert_eq!(differing(&status, &status), Some(2));
        let words = pages(&[(403, "bad padding"), (403, "no signature")]);
        assert_eq!(differing(&words, &words), Some(1));
        let other = pages(&[(403, "bad padding"), (403, "zebra")]);
        assert_eq!(differing(&words, &other), None);
        assert_eq!(differing(&[], &[]), None);
    }
}
