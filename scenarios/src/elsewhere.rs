//! Whether an assertion can sign anybody in at this SP at all, whoever it speaks of. One that cannot proves nothing here,
//! validly signed as it is: the IdP made it for somebody else, or for something else.

use proofs::Identity;

/// The SP as an assertion names it.
pub(crate) struct Here<'a> {
    /// Its entityID.
    pub(crate) entity_id: &'a str,
    /// The URLs at which it takes responses.
    pub(crate) acs: Vec<&'a str>,
}

/// Why an assertion can sign nobody in here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Elsewhere {
    /// An AudienceRestriction names others only (Core 2.5.1.4).
    Audience,
    /// No SubjectConfirmation is bearer (Prof 4.1.4.2).
    NotBearer,
    /// Each bearer SubjectConfirmation has a Recipient that is another URL (Prof 4.1.4.3).
    Recipient,
    /// There is no AuthnStatement (Prof 4.1.4.2).
    NoSignIn,
}

/// The first reason for which an assertion can sign nobody in here; none where it can.
pub(crate) fn elsewhere(identity: &Identity, here: &Here<'_>) -> Option<Elsewhere> {
    let for_others = |audiences: &Vec<String>| audiences.iter().all(|audience| audience != here.entity_id);
    if identity.audiences.iter().any(for_others) {
        return Some(Elsewhere::Audience);
    }
    let mut bearer = identity
        .confirmations
        .iter()
        .filter(|confirmation| confirmation.is_bearer())
        .peekable();
    if bearer.peek().is_none() {
        return Some(Elsewhere::NotBearer);
    }
    // Without a Recipient it may be presented anywhere, as some SPs read it.
    let away = |recipient: &Option<String>| {
        let recipient = recipient.as_deref();
        recipient.is_some_and(|recipient| !here.acs.contains(&recipient))
    };
    if bearer.all(|confirmation| away(&confirmation.recipient)) {
        return Some(Elsewhere::Recipient);
    }
    (!identity.authn_statement).then_some(Elsewhere::NoSignIn)
}

#[cfg(test)]
mod tests {
    use proofs::Confirmation;

    use super::*;

    const SP: &str = "https://sp.example/metadata";
    const ACS: &str = "https://sp.example/acs";

    fn confirmation(method: &str, recipient: Option<&str>) -> Confirmation {
        Confirmation {
            method: format!("urn:oasis:names:tc:SAML:2.0:cm:{method}"),
            recipient: recipient.map(str::to_owned),
        }
    }

    fn found(change: impl FnOnce(&mut Identity)) -> Option<Elsewhere> {
        let mut identity = Identity {
            audiences: vec![vec!["urn:other".to_owned(), SP.to_owned()]],
            confirmations: vec![confirmation("bearer", Some(ACS))],
            authn_statement: true,
            ..Identity::default()
        };
        change(&mut identity);
        let here = Here {
            entity_id: SP,
            acs: vec![ACS],
        };
        elsewhere(&identity, &here)
    }

    #[test]
    fn an_assertion_for_this_sp_is_for_this_sp() {
        assert_eq!(found(|_| {}), None);
        assert_eq!(found(|it| it.audiences.clear()), None);
        assert_eq!(found(|it| it.confirmations[0].recipient = None), None);
        let another = Some("https://other-sp.example/acs");
        assert_eq!(
            found(|it| it.confirmations.push(confirmation("bearer", another))),
            None
        );
        assert_eq!(
            found(|it| it.confirmations.push(confirmation("sender-vouches", None))),
            None
        );
    }

    #[test]
    fn each_reason_alone_is_enough() {
        let others = || vec!["urn:other".to_owned()];
        assert_eq!(found(|it| it.audiences.push(others())), Some(Elsewhere::Audience));
        assert_eq!(
            found(|it| it.confirmations[0] = confirmation("sender-vouches", Some(ACS))),
            Some(Elsewhere::NotBearer)
        );
        assert_eq!(found(|it| it.confirmations.clear()), Some(Elsewhere::NotBearer));
        let away = Some("https://sp.example/acs/");
        assert_eq!(
            found(|it| it.confirmations[0] = confirmation("bearer", away)),
            Some(Elsewhere::Recipient)
        );
        assert_eq!(found(|it| it.authn_statement = false), Some(Elsewhere::NoSignIn));
    }
}
