//! The page where a journey came to rest, with what a person did to it since.

use encoding_rs::Encoding;
use scraper::Html;
use url::Url;

use super::{
    click::click,
    edit::{Edits, Outcome},
    fill::fill,
    find::{Wanted, find},
    page::Page,
    submit::submit,
};
use crate::driver::{
    act::{Act, ActError},
    http::outbound::Outbound,
    page::{TAGS, is_bomb},
};

/// A page at rest. It is kept as text: a tree is built when somebody does something.
#[derive(Clone, Debug)]
pub(in crate::driver::http) struct Resting {
    url: Url,
    html: String,
    encoding: &'static Encoding,
    edits: Edits,
}

impl Resting {
    /// A page as it came; `html` is empty where it is none that holds elements.
    pub(in crate::driver::http) fn new(url: Url, html: String, encoding: &'static Encoding) -> Self {
        Self {
            url,
            html,
            encoding,
            edits: Edits::new(),
        }
    }

    /// Does something, and says which request comes of it, if any.
    ///
    /// # Errors
    /// It cannot be done, or not without a script.
    pub(in crate::driver::http) fn act(&mut self, act: &Act) -> Result<Option<Outbound>, ActError> {
        if is_bomb(&self.html) {
            return Err(ActError::NeedsBrowser(format!(
                "the page has more than {TAGS} tags, and is read by a browser only"
            )));
        }
        let document = Html::parse_document(&self.html);
        let page = Page::of(&document, &self.url, self.encoding, &self.edits);
        let outcome = match act {
            Act::Click(target) => click(&page, find(&page, target, Wanted::Anything)?),
            Act::Fill(target, text) => fill(&page, find(&page, target, Wanted::Anything)?, text),
            Act::Submit(target) => submit(&page, find(&page, target, Wanted::Form)?),
            Act::WaitFor(target) => find(&page, target, Wanted::Anything).map(|_| page.stays()),
        };
        match outcome? {
            Outcome::Goes(request) => Ok(Some(*request)),
            Outcome::Stays(edits) => {
                self.edits = edits;
                Ok(None)
            }
        }
    }
}
