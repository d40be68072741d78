//! A logout message by HTTP-POST: which of the two it is.

use crate::denial::Denial;
use crate::flaw::Flaws;
use crate::logout::kind::Kind;
use crate::message::decode;

/// The one message of a form: which it is, its text, and the RelayState beside it.
pub(crate) fn read(
    fields: &[(String, String)],
    flaws: Flaws,
) -> Result<(Kind, String, Option<String>), Denial> {
    let field = |name: &str| {
        let mut values = fields.iter().filter(|(key, _)| key == name);
        match (values.next(), values.next()) {
            (value, None) => Ok(value.map(|(_, value)| value.as_str())),
            _ => Err(Denial::LogoutParameters),
        }
    };
    let (kind, message) = match (field("SAMLRequest")?, field("SAMLResponse")?) {
        (Some(message), None) => (Kind::Request, message),
        (None, Some(message)) => (Kind::Response, message),
        _ => return Err(Denial::LogoutParameters),
    };
    let relay_state = field("RelayState")?.map(str::to_owned);
    Ok((kind, decode(message, flaws)?, relay_state))
}
