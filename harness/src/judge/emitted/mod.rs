//! What the SP sends by itself: its AuthnRequests, its metadata, its cookies and pages. Captured once, held against many rules. Pure.
//!
//! `request`, `metadata` and `web` have a function for each property of what was `seen`; `shape` is what the schemas allow, `formats` which
//! names the standard has, `random` how much of a name could be chance.

mod formats;
mod metadata;
mod random;
mod request;
mod seen;
mod shape;
mod web;

use scenarios::{MetadataProperty, Property};

pub(crate) use self::seen::{Bearer, Document, Emitted, Held, OtherPath, Sessions};

/// Whether what was captured has the property.
pub(crate) fn holds(property: Property, emitted: &Emitted) -> Held {
    match property {
        Property::Request(property) => request::holds(property, emitted),
        Property::Metadata(MetadataProperty::MetadataSignsRequests) if emitted.document.is_some() => {
            request::signed_as_said(emitted)
        }
        Property::Metadata(property) => metadata::holds(property, emitted),
        Property::Web(property) => web::holds(property, emitted),
        Property::LogoutRequestNames | Property::LogoutRequestSigned | Property::LogoutResponseSigned => {
            Held::CannotTell("nobody signed out".to_owned())
        }
    }
}
