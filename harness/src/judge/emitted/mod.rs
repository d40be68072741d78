//! What the SP sends by itself: its AuthnRequests and its metadata. Captured once, held against many rules. Pure.
//!
//! `request` and `metadata` have a function for each property of what was `seen`; `shape` is what the schemas allow, `formats` which
//! names the standard has.

mod formats;
mod metadata;
mod request;
mod seen;
mod shape;

use scenarios::{MetadataProperty, Property};

pub(crate) use self::seen::{Document, Emitted, Held};

/// Whether what was captured has the property.
pub(crate) fn holds(property: Property, emitted: &Emitted) -> Held {
    match property {
        Property::Request(property) => request::holds(property, emitted),
        Property::Metadata(MetadataProperty::MetadataSignsRequests) if emitted.document.is_some() => {
            request::signed_as_said(emitted)
        }
        Property::Metadata(property) => metadata::holds(property, emitted),
        Property::LogoutRequestNames | Property::LogoutRequestSigned | Property::LogoutResponseSigned => {
            Held::CannotTell("nobody signed out".to_owned())
        }
    }
}
