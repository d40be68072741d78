//! An EncryptedAssertion, opened: the message as it was before its Assertion was encrypted (Core 2.3.4).

use roxmltree::Node;
use saml::SigningKey;
use saml::document::{children, splice};
use saml::encryption::{Allowed, DataAlgorithm, KeyTransport, decrypt_node};
use saml::names::ns;

use crate::denial::Denial;
use crate::message::Message;

/// What is taken: AES-256 and RSA-OAEP. RSA-1_5 tells an attacker too much about what it decrypts.
const ALLOWED: Allowed<'static> = Allowed {
    data: &[DataAlgorithm::Aes256Cbc, DataAlgorithm::Aes256Gcm],
    transport: &[KeyTransport::OaepSha1, KeyTransport::OaepSha256],
};

/// The text of the message with the Assertion in the place of its EncryptedAssertion; nothing where none is
/// encrypted, or we publish no key.
///
/// Decrypting proves nothing: anybody can encrypt for us. What comes out is judged as if it had come in the clear. Its
/// own signature is verified in this text, that of the Response in the text as it was sent, which holds the
/// ciphertext.
pub(crate) fn opened(
    message: &Message<'_>,
    response: Node<'_, '_>,
    key: Option<&SigningKey>,
) -> Result<Option<String>, Denial> {
    let Some(key) = key else { return Ok(None) };
    let encrypted: Vec<_> = children(response, ns::SAML, "EncryptedAssertion").collect();
    let in_the_clear = children(response, ns::SAML, "Assertion").count();
    match encrypted[..] {
        [] => Ok(None),
        [one] if in_the_clear == 0 => {
            // A log of ours may say why; the browser sees the same page whatever it is.
            let plain = decrypt_node(one, key, ALLOWED).map_err(|why| Denial::Decryption(why.to_string()))?;
            Ok(Some(splice(message.text, one.range(), &plain)))
        }
        _ => Err(Denial::AssertionCount(encrypted.len() + in_the_clear)),
    }
}
