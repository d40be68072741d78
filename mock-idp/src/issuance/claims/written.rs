//! How Azure writes an attribute, and what the names of its own begin with.

use saml::assertion::Attribute;

/// The role claim.
pub(super) const ROLE: &str = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role";
/// What the sums of roles and groups begin with.
pub(super) const WS08: &str = "http://schemas.microsoft.com/ws/2008/06/identity/claims";

/// An attribute as Azure writes it: with a Name and nothing else.
pub(super) fn plain(name: &str, values: Vec<String>) -> Attribute {
    Attribute {
        name: name.to_owned(),
        name_format: None,
        values,
    }
}
