//! A template's words in the directory's.

use saml::names::name_id;

use super::claim;
use super::facts::{GroupValue, Groups, GroupsClaim, NameIdFormat, Signed, SigningAlgorithm, SigningChange};
use crate::directory::{
    Attribute, GroupClaims, NameIdClaim, On, ReplyUrl, Signing, SigningOption, Transformation, Value,
    WhichGroups,
};

/// Several have an index each, as `AssertionConsumerServiceIndex` names them; the first is the default.
pub(super) fn reply_urls(urls: &[String]) -> Vec<ReplyUrl> {
    let numbered = urls.iter().zip(0..);
    numbered
        .map(|(url, at)| ReplyUrl {
            url: url.clone(),
            index: (urls.len() > 1).then_some(at),
            is_default: at == 0,
        })
        .collect()
}

/// An attribute as it is, or what a transformation makes of it.
pub(super) fn valued(attribute: Attribute, transformation: Option<claim::Transformation>) -> Value {
    let input = On::Attribute(attribute);
    match transformation {
        None => Value::Attribute(attribute),
        Some(claim::Transformation::ExtractMailPrefix) => {
            Value::Transformation(vec![Transformation::ExtractMailPrefix { input }])
        }
        Some(claim::Transformation::ToUppercase) => {
            Value::Transformation(vec![Transformation::ToUppercase { input }])
        }
        Some(claim::Transformation::ToLowercase) => {
            Value::Transformation(vec![Transformation::ToLowercase { input }])
        }
    }
}

/// The URI of a NameID format; none for "Default".
pub(super) fn format(format: NameIdFormat) -> Option<&'static str> {
    Some(match format {
        NameIdFormat::Default => return None,
        NameIdFormat::EmailAddress => name_id::EMAIL,
        NameIdFormat::Persistent => name_id::PERSISTENT,
        NameIdFormat::Transient => name_id::TRANSIENT,
        NameIdFormat::Unspecified => name_id::UNSPECIFIED,
        NameIdFormat::WindowsDomainQualifiedName => {
            let known = NameIdClaim::FORMATS.iter();
            return known.map(|(_, uri)| *uri).find(|uri| uri.contains("Windows"));
        }
    })
}

pub(super) fn group_claims(claim: &GroupsClaim) -> GroupClaims {
    GroupClaims {
        groups: match claim.which {
            Groups::All => WhichGroups::All,
            Groups::Security => WhichGroups::Security,
            Groups::DirectoryRoles => WhichGroups::DirectoryRoles,
            Groups::Assigned => WhichGroups::Assigned,
        },
        value: match claim.value {
            GroupValue::ObjectId => crate::directory::GroupValue::ObjectId,
            GroupValue::SamAccountName => crate::directory::GroupValue::SamAccountName,
            GroupValue::DisplayName => crate::directory::GroupValue::CloudDisplayName,
        },
        filter: None,
        name: claim.name.clone(),
        namespace: None,
        emit_as_roles: false,
        replace: None,
        cloud_display_names: false,
    }
}

pub(super) fn signing(change: SigningChange) -> Signing {
    Signing {
        option: match change.option {
            None | Some(Signed::Assertion) => SigningOption::Assertion,
            Some(Signed::Response) => SigningOption::Response,
            Some(Signed::Both) => SigningOption::Both,
        },
        sha1: change.algorithm == Some(SigningAlgorithm::Sha1),
    }
}
