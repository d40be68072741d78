//! What a request says of the page that it comes from (W3C Referrer Policy; Fetch, "append a request `Origin` header").

use reqwest::header::{HeaderMap, REFERRER_POLICY};
use url::Url;

/// A longer referrer is cut to its origin.
const LONGEST: usize = 4096;

/// A referrer policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::driver::http) enum Referrer {
    No,
    NoWhenDowngrade,
    Origin,
    OriginWhenCross,
    Same,
    StrictOrigin,
    #[default]
    StrictOriginWhenCross,
    Unsafe,
}

impl Referrer {
    /// Takes over what a header says: the last word that is known.
    pub(in crate::driver::http) fn take_header(&mut self, headers: &HeaderMap) {
        for value in headers.get_all(REFERRER_POLICY) {
            for word in String::from_utf8_lossy(value.as_bytes()).split(',') {
                if let Some(known) = Self::parse(word) {
                    *self = known;
                }
            }
        }
    }

    /// Takes over what a `meta` element says, which may use older words (HTML, section 4.2.5.1).
    pub(in crate::driver::http) fn take_meta(&mut self, content: &str) {
        let word = content.trim().to_ascii_lowercase();
        let known = match word.as_str() {
            "never" => Some(Self::No),
            "always" => Some(Self::Unsafe),
            "default" => Some(Self::default()),
            "origin-when-crossorigin" => Some(Self::OriginWhenCross),
            other => Self::parse(other),
        };
        *self = known.unwrap_or(*self);
    }

    fn parse(word: &str) -> Option<Self> {
        Some(match word.trim().to_ascii_lowercase().as_str() {
            "no-referrer" => Self::No,
            "no-referrer-when-downgrade" => Self::NoWhenDowngrade,
            "origin" => Self::Origin,
            "origin-when-cross-origin" => Self::OriginWhenCross,
            "same-origin" => Self::Same,
            "strict-origin" => Self::StrictOrigin,
            "strict-origin-when-cross-origin" => Self::StrictOriginWhenCross,
            "unsafe-url" => Self::Unsafe,
            _ => return None,
        })
    }

    /// What is said of `page` to `target`.
    pub(in crate::driver::http) fn said(self, page: &Url, target: &Url) -> Option<Url> {
        let mut whole = page.clone();
        whole.set_fragment(None);
        // Neither can fail: a page has a host.
        let _ = (whole.set_username(""), whole.set_password(None));
        let mut origin = whole.clone();
        origin.set_path("/");
        origin.set_query(None);
        if whole.as_str().len() > LONGEST {
            whole = origin.clone();
        }
        let same = page.origin() == target.origin();
        match self {
            Self::No => None,
            Self::Unsafe => Some(whole),
            Self::Origin => Some(origin),
            Self::OriginWhenCross => Some(if same { whole } else { origin }),
            Self::Same => same.then_some(whole),
            Self::NoWhenDowngrade => (!downgrade(page, target)).then_some(whole),
            Self::StrictOrigin => (!downgrade(page, target)).then_some(origin),
            Self::StrictOriginWhenCross => {
                let said = if same { whole } else { origin };
                (!downgrade(page, target)).then_some(said)
            }
        }
    }

    /// Whether the `Origin` of what writes is hidden from `target`.
    pub(in crate::driver::http) fn hides_origin(self, page: &Url, target: &Url) -> bool {
        match self {
            Self::No => true,
            Self::NoWhenDowngrade | Self::StrictOrigin | Self::StrictOriginWhenCross => {
                downgrade(page, target)
            }
            Self::Same => page.origin() != target.origin(),
            Self::Origin | Self::OriginWhenCross | Self::Unsafe => false,
        }
    }
}

fn downgrade(page: &Url, target: &Url) -> bool {
    page.scheme() == "https" && target.scheme() != "https"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_says_as_much_as_it_may() {
        let url = |text: &str| Url::parse(text).unwrap();
        let page = url("https://u:p@sp.example/a?b#c");
        let said = |policy: Referrer, target: &str| policy.said(&page, &url(target)).map(String::from);
        let whole = Some("https://sp.example/a?b".to_owned());
        let origin = Some("https://sp.example/".to_owned());
        assert_eq!(said(Referrer::default(), "https://sp.example/"), whole);
        assert_eq!(said(Referrer::default(), "https://idp.example/"), origin);
        assert_eq!(said(Referrer::default(), "http://sp.example/"), None);
        assert_eq!(said(Referrer::Unsafe, "http://idp.example/"), whole);
        assert_eq!(said(Referrer::Origin, "http://idp.example/"), origin);
        assert_eq!(said(Referrer::Same, "https://idp.example/"), None);
        assert_eq!(said(Referrer::No, "https://sp.example/"), None);
        assert!(Referrer::No.hides_origin(&page, &page));
        assert!(Referrer::default().hides_origin(&page, &url("http://sp.example/")));
    }
}
