//! The metadata as it is served: with whom to ask, how long it is good, and signed where there is a key.

use jiff::SignedDuration;
use saml::document::escape_attribute;
use saml::signature::{self, SignatureError, Template};

use crate::memory::secret;
use crate::state::Sp;

/// So long it may be kept.
const GOOD: SignedDuration = SignedDuration::from_hours(24 * 14);

/// The document; the signature is over its root (Metadata 3.1).
pub(crate) fn document(sp: &Sp) -> Result<String, SignatureError> {
    let bare = sp.metadata().to_xml();
    let until = saml::instant::format(sp.clock.now() + GOOD);
    let id = format!("_{}", &secret()[..40]);
    let own = format!(
        " ID=\"{id}\" validUntil=\"{}\" entityID=",
        escape_attribute(&until)
    );
    let whom = "<md:ContactPerson contactType=\"technical\"><md:EmailAddress>mailto:saml@sp.example</md:EmailAddress>\
                </md:ContactPerson></md:EntityDescriptor>";
    let whole = bare
        .replacen(" entityID=", &own, 1)
        .replace("</md:EntityDescriptor>", whom);
    match (&sp.keys.signing, whole.find('>')) {
        (Some(key), Some(end)) => {
            let (head, rest) = whole.split_at(end + 1);
            let signature = Template::azure(&id, key.certificate(), false).to_xml();
            signature::sign(&format!("{head}{signature}{rest}"), head.len(), key)
        }
        _ => Ok(whole),
    }
}
