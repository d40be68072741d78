//! What nobody need act on, deflated: the page of a thousand results stays small, and a section is laid out when it is looked at.

use std::io::{self, Write};

use base64::{prelude::BASE64_STANDARD, write::EncoderWriter};
use flate2::{Compression, write::DeflateEncoder};
use maud::{Markup, html};

use crate::{judge::VerdictKind, report::spool::Spool};

/// So many bytes of what somebody has to look at stand in the page as they are, to be read without a script and found by any tool.
const PLAIN: usize = 2 << 20;
/// Between two packed texts; nothing that is written to a page has one.
const BETWEEN: &str = "\0";

/// The texts that are packed, in the order of their numbers.
pub(super) struct Packing {
    texts: Spool,
    count: usize,
    left: usize,
}

impl Packing {
    pub(super) fn new(texts: Spool) -> Self {
        Self {
            texts,
            count: 0,
            left: PLAIN,
        }
    }

    /// What stands in the section of a result with this verdict: the text itself, or the place that the script puts it in.
    pub(super) fn of(&mut self, verdict: VerdictKind, text: Markup) -> Markup {
        let matters = matches!(
            verdict,
            VerdictKind::Fail | VerdictKind::Inconclusive | VerdictKind::Warn
        );
        if matters && let Some(left) = self.left.checked_sub(text.0.len()) {
            self.left = left;
            return text;
        }
        let number = self.count;
        self.count += 1;
        self.texts
            .push(format!("{number:08}"), &text.0.replace(BETWEEN, "\u{fffd}"));
        html! { div data-part=(number) { noscript { p { "It is packed, and shown where scripts may run." } } } }
    }

    /// Writes all of it into the page: Base64 of raw DEFLATE (RFC 1951).
    pub(super) fn pour(&mut self, out: &mut dyn Write) -> io::Result<()> {
        write!(out, r#"<script type="application/octet-stream" id="packed">"#)?;
        let mut deflate = DeflateEncoder::new(
            EncoderWriter::new(&mut *out, &BASE64_STANDARD),
            Compression::best(),
        );
        self.texts.pour(&mut deflate, BETWEEN)?;
        deflate.finish()?.finish()?;
        writeln!(out, "</script>")
    }
}
