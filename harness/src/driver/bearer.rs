//! The client's half of an SP that gives tokens: holds the last one, for all tabs of a session.

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use url::Url;

use super::{setup::Setup, site::Site, token::TokenSource};
use crate::{
    judge::observation::{Ended, Journey, Page, Party},
    mask::known,
    text::locked,
};

/// So many tokens of a session are remembered, to be cut out of what is told.
const REMEMBERED: usize = 100;

/// Holds the token of one cookie jar, in one of its tabs.
pub(super) struct Bearer {
    source: Option<Arc<TokenSource>>,
    site: Site,
    /// The page where this tab rests; none where that is the IdP's, or none is known.
    rests: Option<Url>,
    /// This tab has seen the token where it rests: if it is not there any more, it was taken away.
    seen: bool,
    purse: Arc<Mutex<Purse>>,
}

#[derive(Default)]
struct Purse {
    held: Option<Held>,
    /// A page of the SP's own has given one.
    of_sp: bool,
    /// Thrown away: whatever still shows it.
    forgotten: Vec<String>,
    /// Every token that was ever held.
    known: Vec<String>,
}

struct Held {
    token: String,
    /// The page that gave it.
    of: Url,
}

/// Without the tokens.
impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bearer")
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

impl Bearer {
    pub(super) fn new(setup: &Setup) -> Self {
        Self {
            source: setup.token.clone().map(Arc::new),
            site: setup.site.clone(),
            rests: None,
            seen: false,
            purse: Arc::default(),
        }
    }

    /// The same token, in another tab.
    pub(super) fn tab(&self) -> Self {
        Self {
            source: self.source.clone(),
            site: self.site.clone(),
            rests: None,
            seen: false,
            purse: Arc::clone(&self.purse),
        }
    }

    /// Where tokens are looked for, if they are.
    pub(super) fn source(&self) -> Option<Arc<TokenSource>> {
        self.source.clone()
    }

    /// The page where this tab rests; none where that is the IdP's.
    pub(super) fn rests(&self) -> Option<Url> {
        self.rests.clone()
    }

    /// Where the cookie may be: the SP's hosts, and the one where this tab rests.
    pub(super) fn places(&self) -> Vec<Url> {
        self.site.sp().iter().chain(&self.rests).cloned().collect()
    }

    /// Takes the tokens that a journey shows, and knows from now on where it came to rest.
    pub(super) fn take(&mut self, journey: &Journey) {
        if self.source.is_none() {
            return;
        }
        if let Some(page) = journey.page.as_ref().filter(|_| journey.ended == Ended::Answered) {
            let url = Url::parse(&page.url).ok();
            self.rests = url.filter(|url| self.site.party(url) != Party::Idp);
        }
        let source = self.source.as_deref();
        if let (Some(TokenSource::Json(_)), Some(page)) = (source, &journey.page) {
            self.take_back(journey, page);
        }
        for (token, of) in source.map_or_else(Vec::new, |source| source.read(journey, &self.site)) {
            self.offer(token, of);
        }
    }

    /// The answer that gave the token gives none any more.
    fn take_back(&self, journey: &Journey, page: &Page) {
        let place = |url: &str| url.split(['?', '#']).next().unwrap_or_default().to_owned();
        let mut purse = locked(&self.purse);
        let same = |held: &Held| place(held.of.as_str()) == place(&page.url);
        if journey.ended == Ended::Answered && page.status < 500 && purse.held.as_ref().is_some_and(same) {
            purse.held = None;
        }
    }

    /// A page gives a token. A stranger's counts for nothing once the SP's own has given one, or a stranger of another origin.
    pub(super) fn offer(&mut self, token: String, of: Url) {
        let of_sp = self.site.party(&of) == Party::Sp;
        let mut purse = locked(&self.purse);
        let other = |held: &Held| held.of.origin() != of.origin();
        let strange = !of_sp && (purse.of_sp || purse.held.as_ref().is_some_and(other));
        if strange || purse.forgotten.contains(&token) {
            return;
        }
        purse.of_sp |= of_sp;
        if !purse.known.contains(&token) && purse.known.len() < REMEMBERED {
            purse.known.push(token.clone());
        }
        purse.held = Some(Held { token, of });
        self.seen = true;
    }

    /// A page that gave the token to this tab keeps it no more.
    pub(super) fn withdraw(&mut self, of: &Url) {
        let mut purse = locked(&self.purse);
        if self.seen
            && purse
                .held
                .as_ref()
                .is_some_and(|held| held.of.origin() == of.origin())
        {
            purse.held = None;
            self.seen = false;
        }
    }

    /// There is this token and no other, or none any more.
    pub(super) fn only(&mut self, found: Option<(String, Url)>) {
        locked(&self.purse).held = None;
        if let Some((token, of)) = found {
            self.offer(token, of);
        }
    }

    /// The token that is held.
    pub(super) fn token(&self) -> Option<String> {
        locked(&self.purse).held.as_ref().map(|held| held.token.clone())
    }

    /// Cuts every token that was ever held out of what is told of a journey. A picture that may show one goes.
    pub(super) fn cut_out(&self, journey: &mut Journey) {
        let purse = locked(&self.purse);
        let cut = |text: &mut String| match known(text, &purse.known) {
            Some(masked) => {
                *text = masked;
                true
            }
            None => false,
        };
        for hop in &mut journey.hops {
            cut(&mut hop.url);
            hop.location.as_mut().map(cut);
        }
        journey.console.iter_mut().for_each(|line| {
            cut(line);
        });
        if let Some(page) = &mut journey.page {
            cut(&mut page.url);
            cut(&mut page.title);
            page.headers.iter_mut().for_each(|(_, value)| {
                cut(value);
            });
            if cut(&mut page.body) {
                journey.screenshot = None;
            }
        }
    }

    /// Throws the token away.
    pub(super) fn forget(&self) {
        let mut purse = locked(&self.purse);
        if let Some(held) = purse.held.take() {
            purse.forgotten.push(held.token);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::guard::Guard;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn bearer() -> Bearer {
        let site = Site::new(&url("http://127.0.0.1:8080/me"), &url("http://localhost:8400/"));
        let mut setup = Setup::new(Guard::default(), site);
        setup.token = Some("url:?t".parse().unwrap());
        Bearer::new(&setup)
    }

    #[test]
    fn a_page_of_another_origin_never_overwrites_it() {
        let mut bearer = bearer();
        bearer.offer("stranger".to_owned(), url("http://127.0.0.1:9/"));
        assert_eq!(bearer.token().as_deref(), Some("stranger"));
        bearer.offer("sp".to_owned(), url("http://127.0.0.1:8080/a"));
        bearer.offer("evil".to_owned(), url("http://127.0.0.1:9/"));
        assert_eq!(bearer.token().as_deref(), Some("sp"));
        bearer.withdraw(&url("http://127.0.0.1:9/"));
        bearer.offer("next".to_owned(), url("http://127.0.0.1:8080/b"));
        assert_eq!(bearer.token().as_deref(), Some("next"));
        bearer.withdraw(&url("http://127.0.0.1:8080/c"));
        bearer.offer("evil".to_owned(), url("http://127.0.0.1:9/"));
        assert_eq!(bearer.token(), None);
    }

    #[test]
    fn what_is_forgotten_is_not_taken_again_by_any_tab() {
        let mut bearer = bearer();
        bearer.offer("one".to_owned(), url("http://127.0.0.1:8080/"));
        let tab = bearer.tab();
        tab.forget();
        bearer.offer("one".to_owned(), url("http://127.0.0.1:8080/"));
        assert_eq!(bearer.token(), None);
        bearer.offer("two".to_owned(), url("http://127.0.0.1:8080/"));
        assert_eq!(tab.token().as_deref(), Some("two"));
        assert!(!format!("{bearer:?}").contains("two"));
    }

    #[test]
    fn no_token_is_left_in_what_is_told_of_a_journey() {
        let token = "a+b/c=0123456789";
        let mut bearer = bearer();
        bearer.offer(token.to_owned(), url("http://127.0.0.1:8080/"));
        let page = Page {
            url: "http://127.0.0.1:8080/?t=a%2Bb%2Fc%3D0123456789".to_owned(),
            body: format!("{{\"x\":\"{token}\"}}"),
            headers: vec![("x-t".to_owned(), token.to_owned())],
            ..Page::default()
        };
        let mut journey = Journey {
            page: Some(page),
            console: vec![format!("x {token}")],
            screenshot: Some(Vec::new()),
            ..Journey::default()
        };
        bearer.cut_out(&mut journey);
        let told = format!("{journey:?}");
        assert!(
            !told.contains("0123456789") && journey.screenshot.is_none(),
            "{told}"
        );
    }
}
