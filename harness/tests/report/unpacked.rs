//! An HTML report as its script lays it out: with what is packed in its place.

use std::io::Read;

use base64::prelude::{BASE64_STANDARD, Engine};
use flate2::read::DeflateDecoder;

/// The page with every section in full.
pub(crate) fn unpacked(page: &str) -> String {
    let (before, after) = page.split_once(r#" id="packed">"#).unwrap();
    let (packed, _) = after.split_once("</script>").unwrap();
    let mut texts = String::new();
    DeflateDecoder::new(BASE64_STANDARD.decode(packed).unwrap().as_slice())
        .read_to_string(&mut texts)
        .unwrap();
    let places = before.matches(" data-part=").count();
    let all: Vec<&str> = texts.split('\0').filter(|text| !text.is_empty()).collect();
    assert_eq!(all.len(), places, "a place for each");
    let mut whole = page.replacen(packed, "", 1);
    for (number, text) in all.iter().enumerate() {
        let place = whole.find(&format!("<div data-part=\"{number}\">")).unwrap();
        let end = place + whole[place..].find("</div>").unwrap() + "</div>".len();
        whole.replace_range(place..end, text);
    }
    whole
}
