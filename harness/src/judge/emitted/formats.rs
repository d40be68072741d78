//! Names of the standard.

use saml::names::name_id;

/// Whether a name format is of the standard (Core 8.3), or as others have agreed on.
pub(super) fn known_format(format: &str) -> bool {
    let v1 = [
        "unspecified",
        "emailAddress",
        "X509SubjectName",
        "WindowsDomainQualifiedName",
    ];
    let v2 = [
        "unspecified",
        "kerberos",
        "entity",
        "persistent",
        "transient",
        "encrypted",
    ];
    let of = |prefix: &str, words: &[&str]| {
        format
            .strip_prefix(prefix)
            .is_some_and(|word| words.contains(&word))
    };
    format == name_id::UNSPECIFIED
        || of("urn:oasis:names:tc:SAML:1.1:nameid-format:", &v1)
        // `unspecified` of 2.0 is in no list, and every IdP takes it.
        || of("urn:oasis:names:tc:SAML:2.0:nameid-format:", &v2)
}
