//! What nobody need act on, deflated: the page of a thousand results stays small, and a section is laid out when it is looked at.

use std::io::{self, Write};

use base64::prelude::{BASE64_STANDARD, Engine};
use flate2::{Compression, write::DeflateEncoder};
use maud::{Markup, PreEscaped, html};

use crate::judge::VerdictKind;

/// So many bytes of what somebody has to look at stand in the page as they are, to be read without a script and found by any tool.
const PLAIN: usize = 2 << 20;
/// What stands around the rest of a section until the page is written: where it may stay as it is, and where it is packed. Nothing that
/// is written to a page has either.
const STAYS: char = '\u{1}';
const GOES: char = '\0';

/// What stands behind a section's first sentence, ready to be put into it.
pub(super) fn rest(verdict: VerdictKind, text: &Markup) -> Markup {
    let matters = matches!(
        verdict,
        VerdictKind::Fail | VerdictKind::Inconclusive | VerdictKind::Warn
    );
    let mark = if matters { STAYS } else { GOES };
    let text = text.0.replace([STAYS, GOES], "\u{fffd}");
    PreEscaped(format!("{mark}{text}{mark}"))
}

/// Writes sections, and what is packed of them behind the last.
pub(super) struct Packing {
    left: usize,
    texts: DeflateEncoder<Vec<u8>>,
}

impl Packing {
    pub(super) fn new() -> Self {
        Self {
            left: PLAIN,
            texts: DeflateEncoder::new(Vec::new(), Compression::best()),
        }
    }

    /// Writes a section. A place takes the next of the texts; the script counts them.
    pub(super) fn section(&mut self, section: &str, out: &mut dyn Write) -> io::Result<()> {
        let mut parts = section.split([STAYS, GOES]);
        let [before, rest, after] = [(); 3].map(|()| parts.next().unwrap_or_default());
        out.write_all(before.as_bytes())?;
        let left = self.left.checked_sub(rest.len());
        if let Some(left) = left.filter(|_| section.contains(STAYS)) {
            self.left = left;
            out.write_all(rest.as_bytes())?;
        } else {
            self.texts.write_all(rest.as_bytes())?;
            self.texts.write_all(&[GOES as u8])?;
            let place = html! { div data-packed { noscript { p { "It is packed, and shown where scripts may run." } } } };
            out.write_all(place.0.as_bytes())?;
        }
        writeln!(out, "{after}")
    }

    /// Writes what was packed: Base64 of raw DEFLATE (RFC 1951), a zero behind each text.
    pub(super) fn end(self, out: &mut dyn Write) -> io::Result<()> {
        let texts = BASE64_STANDARD.encode(self.texts.finish()?);
        writeln!(
            out,
            r#"<script type="application/octet-stream" id="packed">{texts}</script>"#
        )
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::DeflateDecoder;

    use super::*;

    fn laid(sections: &[(VerdictKind, String)]) -> (String, String) {
        let (mut packing, mut page, mut end) = (Packing::new(), Vec::new(), Vec::new());
        for (verdict, text) in sections {
            let rest = rest(*verdict, &PreEscaped(text.clone()));
            packing.section(&format!("<p>{}</p>", rest.0), &mut page).unwrap();
        }
        packing.end(&mut end).unwrap();
        let end = String::from_utf8(end).unwrap();
        let (_, packed) = end.split_once("\"packed\">").unwrap();
        let packed = BASE64_STANDARD.decode(packed.split('<').next().unwrap()).unwrap();
        let mut texts = String::new();
        DeflateDecoder::new(packed.as_slice())
            .read_to_string(&mut texts)
            .unwrap();
        (String::from_utf8(page).unwrap(), texts)
    }

    #[test]
    fn what_somebody_has_to_look_at_stays_until_it_is_too_much() {
        let long = "x".repeat(PLAIN);
        let (page, texts) = laid(&[
            (VerdictKind::Pass, "passed".to_owned()),
            (VerdictKind::Fail, "failed".to_owned()),
            (VerdictKind::Warn, long.clone()),
            (VerdictKind::NotApplicable, String::new()),
            (VerdictKind::Fail, "failed too".to_owned()),
        ]);
        assert_eq!(texts, format!("passed\0{long}\0\0"));
        assert!(
            page.contains("<p>failed</p>\n") && page.contains("<p>failed too</p>\n"),
            "{page}"
        );
        assert_eq!(page.matches("<p><div data-packed>").count(), 3);
    }

    #[test]
    fn no_text_can_end_before_its_end() {
        let (page, texts) = laid(&[
            (VerdictKind::Fail, "one\0two".to_owned()),
            (VerdictKind::Pass, "one\u{1}two".to_owned()),
        ]);
        assert!(page.contains("one\u{fffd}two"));
        assert_eq!(texts, "one\u{fffd}two\0");
    }
}
