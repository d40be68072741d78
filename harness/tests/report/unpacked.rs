//! An HTML report as its script lays it out: with what is packed in its place.

use std::io::Read;

use base64::prelude::{BASE64_STANDARD, Engine};
use flate2::read::DeflateDecoder;

/// The page with every section in full.
pub(crate) fn unpacked(page: &str) -> String {
    let (_, after) = page.split_once(r#" id="packed">"#).unwrap();
    let (packed, _) = after.split_once("</script>").unwrap();
    let mut texts = String::new();
    DeflateDecoder::new(BASE64_STANDARD.decode(packed).unwrap().as_slice())
        .read_to_string(&mut texts)
        .unwrap();
    let mut whole = page.replacen(packed, "", 1);
    let mut texts = texts.split_terminator('\0');
    while let Some(place) = whole.find("<div data-packed>") {
        let end = place + whole[place..].find("</div>").unwrap() + "</div>".len();
        whole.replace_range(place..end, texts.next().expect("a text for each place"));
    }
    assert_eq!(texts.next(), None, "a place for each text");
    whole
}
