//! The SP as an application of the run's IdP: its metadata uploaded, over what somebody has configured in the state folder.

use mock_idp::{
    Directory,
    directory::{PublicCertificate, Verification},
};
use saml::SpMetadata;

/// Registers the SP in every tenant. What an administrator set up for it before stays: its other identifiers and Reply URLs, and
/// whether its requests must be signed. An SP that says it signs is held to that, as Azure holds it once verification
/// certificates are required. Says whether the configured application requires them by itself.
pub(super) fn register(directory: &mut Directory, sp: &SpMetadata) -> bool {
    let mut required = false;
    for tenant in &mut directory.tenants {
        let before = tenant.application(&sp.entity_id).cloned();
        tenant.adopt(sp);
        let mut all = tenant.applications.iter_mut();
        let Some(now) = all.find(|known| known.is_named(&sp.entity_id)) else {
            continue;
        };
        if let Some(before) = before {
            required |= before.verification.required;
            let identifiers = before.identifiers.into_iter();
            let more: Vec<_> = identifiers.filter(|one| !now.identifiers.contains(one)).collect();
            now.identifiers.extend(more);
            for mut reply in before.reply_urls {
                if now.reply_urls.iter().all(|known| known.url != reply.url) {
                    // The default and the indexes are the metadata's.
                    reply.is_default = false;
                    reply.index = None;
                    now.reply_urls.push(reply);
                }
            }
            now.verification = before.verification;
        }
        if sp.authn_requests_signed && !now.verification.required {
            now.verification = advertised(sp);
        }
    }
    required
}

/// What the metadata asks an administrator to require. SHA-1 is a box that he may tick.
fn advertised(sp: &SpMetadata) -> Verification {
    Verification {
        required: true,
        allow_sha1: true,
        certificates: sp.signing.iter().cloned().map(PublicCertificate::new).collect(),
    }
}

#[cfg(test)]
mod tests {
    use mock_idp::{Application, ReplyUrl};

    use super::*;

    fn sp(signs: bool) -> SpMetadata {
        SpMetadata {
            entity_id: "urn:sp".to_owned(),
            authn_requests_signed: signs,
            ..SpMetadata::default()
        }
    }

    fn registered(before: Option<Application>, signs: bool) -> (bool, Application) {
        let mut directory = Directory::ephemeral().unwrap();
        directory.tenants[0].applications.extend(before);
        let required = register(&mut directory, &sp(signs));
        let application = directory.tenants[0].application("urn:sp").unwrap().clone();
        (required, application)
    }

    #[test]
    fn an_sp_that_says_it_signs_is_held_to_it_and_no_other() {
        let (required, application) = registered(None, true);
        assert!(!required && application.verification.required);
        assert!(!registered(None, false).1.verification.required);
    }

    #[test]
    fn what_an_administrator_configured_stays() {
        let mut before = Application::new("urn:sp");
        before.identifiers.push("urn:other".to_owned());
        before.reply_urls.push(ReplyUrl {
            url: "https://sp.example/second".to_owned(),
            index: Some(0),
            is_default: true,
        });
        before.verification.required = true;
        let (required, application) = registered(Some(before), false);
        assert!(required && application.verification.required);
        assert_eq!(application.identifiers, ["urn:sp", "urn:other"]);
        let reply = &application.reply_urls[0];
        assert_eq!((reply.index, reply.is_default), (None, false));
    }
}
