//! Screenshots: each picture once, and no more of them than a page can bear.

use std::collections::HashMap;

use base64::prelude::{BASE64_STANDARD, Engine};
use maud::{Markup, html};

/// The most bytes of one screenshot.
const ONE: usize = 512 << 10;
/// The most bytes of all screenshots of failures, and of all others.
const FAILURES: usize = 768 << 10;
const OTHERS: usize = 128 << 10;

/// What becomes of a screenshot.
pub(super) enum Picture {
    /// It is shown.
    Shown,
    /// It is shown in the section of this name.
    Seen(String),
    /// It is no PNG, or too large.
    Unfit,
    /// There is no room any more.
    NoRoom,
}

/// The pictures of a page.
pub(super) struct Pictures {
    seen: HashMap<[u8; 32], String>,
    left: [usize; 2],
}

impl Default for Pictures {
    fn default() -> Self {
        Self {
            seen: HashMap::new(),
            left: [OTHERS, FAILURES],
        }
    }
}

impl Pictures {
    /// Decides about the next one, in the section of this name.
    pub(super) fn next(&mut self, png: Option<&[u8]>, anchor: &str, failure: bool) -> Picture {
        let Some(png) = png.filter(|png| png.starts_with(b"\x89PNG\r\n\x1a\n") && png.len() <= ONE) else {
            return Picture::Unfit;
        };
        let digest = openssl::sha::sha256(png);
        if let Some(seen) = self.seen.get(&digest) {
            return Picture::Seen(seen.clone());
        }
        let left = &mut self.left[usize::from(failure)];
        match left.checked_sub(png.len()) {
            None => Picture::NoRoom,
            Some(rest) => {
                *left = rest;
                self.seen.insert(digest, anchor.to_owned());
                Picture::Shown
            }
        }
    }
}

/// A screenshot in its section.
pub(super) fn shown(picture: &Picture, png: Option<&[u8]>) -> Markup {
    html! {
        @match picture {
            Picture::Shown => {
                img.shot loading="lazy" alt="The page where the journey came to rest"
                    src={ "data:image/png;base64," (BASE64_STANDARD.encode(png.unwrap_or_default())) };
            }
            Picture::Seen(anchor) => p { "The same picture as in " a href={ "#" (anchor) } { (anchor) } "." },
            Picture::Unfit => p.quiet { "The screenshot is left out: it is no PNG of at most 512 KiB." },
            Picture::NoRoom => {
                p.quiet { "The screenshot is left out: the page would grow too large. Run this scenario alone to see it." }
            }
        }
    }
}
