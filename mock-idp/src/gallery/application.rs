//! From what a template says to what the directory holds.

use jiff::Timestamp;
use saml::key::KeyError;
use saml::names::name_id;

use super::claim;
use super::configure::Configured;
use super::facts::{GroupValue, Groups, GroupsClaim, NameIdFormat, Signed, SigningAlgorithm, SigningChange};
use crate::directory::{
    Application, Attribute, Claim, GroupClaims, NameIdClaim, On, ReplyUrl, Signing, SigningOption,
    Transformation, Value, WhichGroups,
};

impl Configured {
    /// The application, as an administrator would have it after the page's steps on Azure's side: added from the gallery, SAML
    /// selected with a certificate of its own, every field and claim set, nobody assigned yet. It stands in no tenant yet; whether it
    /// may is [`check_application`](crate::Tenant::check_application)'s.
    ///
    /// # Errors
    /// OpenSSL makes no key for the certificate.
    pub fn application(&self, now: Timestamp) -> Result<Application, KeyError> {
        let mut application = Application::from_template(&self.name, Some(&self.template));
        application.enable_saml(now)?;
        application.identifiers.clone_from(&self.identifiers);
        application.reply_urls = reply_urls(&self.reply_urls);
        application.sign_on_url.clone_from(&self.sign_on_url);
        application.relay_state.clone_from(&self.relay_state);
        application.logout_url.clone_from(&self.logout_url);
        self.claim(&mut application);
        Ok(application)
    }

    /// What the assertion says, and how it is signed.
    pub(super) fn claim(&self, application: &mut Application) {
        application.name_id = self.name_id.clone();
        application.group_claims.clone_from(&self.group_claims);
        application.signing = self.signing;
        for claim in &self.claims {
            let same = |known: &&mut Claim| known.wire_name() == claim.wire_name();
            match application.claims.iter_mut().find(same) {
                Some(known) => *known = claim.clone(),
                None => application.claims.push(claim.clone()),
            }
        }
    }
}

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
