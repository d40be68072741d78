//! The SP's metadata. `document` is the text as a whole, `endpoints` its addresses, `keys` its certificates.

mod document;
mod endpoints;
mod keys;

#[cfg(test)]
mod tests;

use scenarios::MetadataProperty;

use super::{
    seen::{Document, Emitted, Held},
    shape,
};

pub(super) fn holds(property: MetadataProperty, emitted: &Emitted) -> Held {
    use MetadataProperty as P;
    let Some(published) = &emitted.document else {
        return Held::CannotTell("the SP's metadata was not read".to_owned());
    };
    let Document { xml, .. } = published;
    let sp = &emitted.sp;
    match property {
        P::MetadataSchema => match shape::metadata(xml.trim_start()) {
            Ok(()) => Held::Holds,
            Err(why) => Held::Lacks(why),
        },
        P::MetadataEntityId => document::entity_id(&sp.entity_id),
        P::MetadataAcsHttps => endpoints::acs_https(&sp.acs),
        P::MetadataAcsAnswers => endpoints::answers(&emitted.deaf),
        P::MetadataAcsIndex => endpoints::index(&sp.acs),
        P::MetadataAcsBinding => endpoints::acs_binding(&sp.acs),
        P::MetadataLogoutService => endpoints::logout(&sp.slo),
        P::MetadataHosts => endpoints::hosts(sp, &emitted.host),
        P::MetadataWantsSigned => document::wants_signed(sp.want_assertions_signed),
        P::MetadataWantsSignedKept => document::wants_signed_kept(sp.want_assertions_signed, &emitted.taken),
        P::MetadataSignsRequests => Held::CannotTell("that is seen of its AuthnRequests".to_owned()),
        P::MetadataKeyStrength => keys::each(sp, keys::strength),
        P::MetadataCertificateValid => keys::each(sp, |one| keys::valid(one, emitted.now)),
        P::MetadataCertificateHash => keys::each(sp, keys::hash),
        P::MetadataEncryptionKey => keys::encryption(sp),
        P::MetadataOwnKey => keys::each(sp, keys::own),
        P::MetadataNoSecret => keys::no_secret(xml),
        P::MetadataNameIdFormat => document::formats(&sp.name_id_formats),
        P::MetadataValidUntil => document::valid_until(xml, emitted.now),
        P::MetadataSignature => document::signature(xml, &sp.signing),
        P::MetadataContentType => document::content_type(published.content_type.as_deref()),
        P::MetadataContact => document::contact(xml),
        P::MetadataStable => document::stable(published),
    }
}
