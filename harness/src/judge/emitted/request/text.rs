//! The text of a request.

use mock_idp::server::Live;

/// What came, decoded where that was possible.
pub(super) fn text(live: &Live) -> &str {
    let text = live.request_xml.as_deref().or(live.parameter.as_deref());
    text.unwrap_or_default()
}
