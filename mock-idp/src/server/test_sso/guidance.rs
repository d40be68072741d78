//! What an error message means, and what can be done about it in the application's configuration.

use crate::directory::{Principal, RuleError};
use crate::{Directory, ReplyUrl};

/// What a pasted message says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Guidance {
    pub(super) code: u32,
    /// What can be changed with one press, where something can.
    pub(super) fix: Option<Fix>,
}

/// A change of the configuration that mends an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fix {
    /// 700016: the request's Issuer becomes an Identifier.
    AddIdentifier(String),
    /// 50011: the URL becomes a Reply URL.
    AddReplyUrl(String),
    /// 50105: the person is assigned, with default access.
    Assign(String),
}

/// The longest message that is looked at, in bytes.
const LONGEST: usize = 16 * 1024;

/// Reads an error message as Azure shows it, with whatever was copied along.
pub(super) fn read(message: &str) -> Option<Guidance> {
    let message = message.get(..LONGEST).unwrap_or(message);
    let (_, after) = message.split_once("AADSTS")?;
    let digits: String = after.chars().take_while(char::is_ascii_digit).take(9).collect();
    let code = digits.parse().ok()?;
    let quoted = |before: &str, behind: &str| {
        let (_, rest) = after.split_once(before)?;
        let (value, _) = rest.split_once(behind)?;
        (!value.is_empty()).then(|| value.to_owned())
    };
    let fix = match code {
        700016 => quoted("identifier '", "' was not found").map(Fix::AddIdentifier),
        50011 => quoted("reply URL '", "' specified").map(Fix::AddReplyUrl),
        50105 => quoted("user '", "' is").map(Fix::Assign),
        _ => None,
    };
    Some(Guidance { code, fix })
}

impl Fix {
    /// What pressing the button does.
    pub(super) fn sentence(&self) -> String {
        match self {
            Self::AddIdentifier(identifier) => {
                format!("Adds {identifier} to the Identifiers of this application.")
            }
            Self::AddReplyUrl(url) => format!("Adds {url} to the Reply URLs of this application."),
            Self::Assign(account) => format!("Assigns {account} to this application, with default access."),
        }
    }

    /// What was done.
    pub(super) fn done(&self) -> String {
        match self {
            Self::AddIdentifier(identifier) => {
                format!("{identifier} is an Identifier of this application now.")
            }
            Self::AddReplyUrl(url) => format!("{url} is a Reply URL of this application now."),
            Self::Assign(account) => format!("{account} is assigned to this application now."),
        }
    }

    /// Does it.
    ///
    /// # Errors
    ///
    /// The rule that the value breaks, or that the account is none of this tenant.
    pub(super) fn apply(
        &self,
        directory: &mut Directory,
        tenant: &str,
        app_id: &str,
    ) -> Result<(), RuleError> {
        let gone = || RuleError::new("Application", "it is not there any more; go back to the portal");
        let tenant = directory.tenant_mut(tenant).ok_or_else(gone)?;
        if let Self::Assign(account) = self {
            let user = tenant.account(account).ok_or_else(|| {
                RuleError::new(
                    "Users and groups",
                    format!("there is no account `{account}` in this tenant"),
                )
            })?;
            let principal = Principal::User(user.object_id.clone());
            return tenant
                .assign(app_id, principal, None)
                .map(|_| ())
                .ok_or_else(gone);
        }
        let mut changed = tenant.application_by_id(app_id).ok_or_else(gone)?.clone();
        match self {
            Self::AddIdentifier(identifier) if !changed.identifiers.contains(identifier) => {
                changed.identifiers.push(identifier.clone());
            }
            Self::AddReplyUrl(url) if changed.reply_urls.iter().all(|known| &known.url != url) => {
                changed.reply_urls.push(ReplyUrl {
                    url: url.clone(),
                    index: None,
                    is_default: changed.reply_urls.is_empty(),
                });
            }
            _ => {}
        }
        tenant.check_application(&changed)?;
        let application = tenant.application_by_id_mut(app_id).ok_or_else(gone)?;
        *application = changed;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Aadsts, Application};

    #[test]
    fn the_messages_that_can_be_mended_say_how() {
        let errors = [
            (
                Aadsts::ApplicationNotFound {
                    identifier: "https://sp.example/it's".to_owned(),
                    tenant: "Contoso".to_owned(),
                },
                Fix::AddIdentifier("https://sp.example/it's".to_owned()),
            ),
            (
                Aadsts::ReplyUrlMismatch {
                    asked: "https://sp.example/acs".to_owned(),
                    identifier: "sp".to_owned(),
                },
                Fix::AddReplyUrl("https://sp.example/acs".to_owned()),
            ),
            (
                Aadsts::NotAssigned {
                    application: "Example".to_owned(),
                    app_id: "1".to_owned(),
                    account: "alice@contoso.example".to_owned(),
                },
                Fix::Assign("alice@contoso.example".to_owned()),
            ),
        ];
        for (error, fix) in errors {
            let pasted = format!("Request Id: 1\nMessage: {error}\nTimestamp: now");
            let expected = Guidance {
                code: error.code(),
                fix: Some(fix),
            };
            assert_eq!(read(&pasted), Some(expected));
        }
        let older =
            "AADSTS50105: The signed in user 'b@c.d' is not assigned to a role for the application 'x'(Y).";
        assert_eq!(
            read(older).and_then(|read| read.fix),
            Some(Fix::Assign("b@c.d".to_owned()))
        );
        assert_eq!(read("it does not work"), None);
        assert_eq!(read("AADSTS: x"), None);
    }

    #[test]
    fn a_fix_keeps_the_rules() {
        let mut directory = Directory::ephemeral().unwrap();
        let application = Application::new("https://sp.example");
        let (tenant, app_id) = (directory.tenants[0].id.clone(), application.app_id.clone());
        directory.tenants[0].applications.push(application);
        let mut apply = |fix: Fix| fix.apply(&mut directory, &tenant, &app_id);
        assert!(apply(Fix::AddReplyUrl("javascript:alert(1)".to_owned())).is_err());
        assert!(apply(Fix::AddIdentifier("two words".to_owned())).is_err());
        assert!(apply(Fix::Assign("nobody@contoso.example".to_owned())).is_err());
        for fix in [
            Fix::AddReplyUrl("https://sp.example/acs".to_owned()),
            Fix::AddIdentifier("urn:other".to_owned()),
            Fix::Assign("alice@contoso.example".to_owned()),
        ] {
            assert_eq!(apply(fix.clone()), Ok(()));
            assert_eq!(apply(fix), Ok(()), "twice does no harm");
        }
        let application = &directory.tenants[0].applications[0];
        assert_eq!(application.default_reply_url(), Some("https://sp.example/acs"));
        assert_eq!(application.identifiers.len(), 2);
        assert_eq!(application.assignments.len(), 1);
    }

    proptest! {
        #[test]
        fn no_message_is_too_strange(message in "\\PC{0,300}", code in any::<u64>()) {
            let _ = read(&message);
            let _ = read(&format!("AADSTS{code}{message}"));
        }
    }
}
