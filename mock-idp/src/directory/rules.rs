//! What Azure lets an administrator write. The portal and Microsoft Graph ask the same.

use super::{Application, Tenant, User};

/// Why a value is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct RuleError {
    /// The field, as the portal calls it.
    pub field: &'static str,
    /// What is wrong, and what to write.
    pub problem: String,
}

impl RuleError {
    /// A problem with a field.
    pub fn new(field: &'static str, problem: impl Into<String>) -> Self {
        Self {
            field,
            problem: problem.into(),
        }
    }
}

/// The longest Identifier or URL, in characters (Microsoft: "reply URL restrictions and limitations").
const LONGEST: usize = 256;
/// The most Reply URLs, and the most Identifiers.
const MOST: usize = 256;

impl Tenant {
    /// Whether this application may stand in this tenant, beside the others: names, Identifiers, URLs, mail addresses.
    ///
    /// # Errors
    ///
    /// The first rule that it breaks.
    pub fn check_application(&self, application: &Application) -> Result<(), RuleError> {
        let others = || {
            let others = self.applications.iter();
            others.filter(|other| other.app_id != application.app_id)
        };
        name("Name", &application.display_name)?;
        if application.identifiers.len() > MOST || application.reply_urls.len() > MOST {
            return Err(RuleError::new(
                "Reply URL",
                format!("at most {MOST} may be configured"),
            ));
        }
        for (at, identifier) in application.identifiers.iter().enumerate() {
            self::identifier(identifier)?;
            if application.identifiers[..at].contains(identifier) {
                return Err(RuleError::new(
                    "Identifier",
                    format!("`{identifier}` stands there twice"),
                ));
            }
            if let Some(other) = others().find(|other| other.identifiers.contains(identifier)) {
                return Err(RuleError::new(
                    "Identifier",
                    format!(
                        "`{identifier}` is used by the application {} already; it must be unique in the directory",
                        other.display_name
                    ),
                ));
            }
        }
        for reply in &application.reply_urls {
            web_address("Reply URL", &reply.url)?;
        }
        if let Some(url) = &application.sign_on_url {
            web_address("Sign on URL", url)?;
        }
        if let Some(url) = &application.logout_url {
            web_address("Logout Url", url)?;
        }
        if application.notification_emails.len() > 5 {
            return Err(RuleError::new(
                "Notification Email",
                "at most five addresses are told",
            ));
        }
        Ok(())
    }

    /// Whether this user may stand in this tenant, beside the others.
    ///
    /// # Errors
    ///
    /// The first rule that the user breaks.
    pub fn check_user(&self, user: &User) -> Result<(), RuleError> {
        const FIELD: &str = "User principal name";
        name("Display name", &user.display_name)?;
        let account = &user.user_principal_name;
        let (local, domain) = account
            .split_once('@')
            .ok_or_else(|| RuleError::new(FIELD, format!("write it as name@{}", self.domain)))?;
        let plain = |c: char| c.is_ascii_alphanumeric() || "'.-_!#^~".contains(c);
        if local.is_empty()
            || local.len() > 64
            || !local.chars().all(plain)
            || local.starts_with('.')
            || local.ends_with('.')
        {
            return Err(RuleError::new(
                FIELD,
                "before the @ it takes up to 64 letters, digits and ' . - _ ! # ^ ~, with no dot at either end",
            ));
        }
        if !self.owns(domain) {
            return Err(RuleError::new(
                FIELD,
                format!(
                    "`{domain}` is no verified domain of {}; use {}",
                    self.display_name, self.domain
                ),
            ));
        }
        let taken = self.users.iter().any(|other| {
            other.object_id != user.object_id && other.user_principal_name.eq_ignore_ascii_case(account)
        });
        match taken {
            true => Err(RuleError::new(
                FIELD,
                format!(
                    "another object with the same value for property userPrincipalName already exists: `{account}`"
                ),
            )),
            false => Ok(()),
        }
    }
}

/// An Identifier is any text without white space: a URL, a URN, or a bare word.
pub(crate) fn identifier(text: &str) -> Result<(), RuleError> {
    let problem = match text {
        "" => "it must not be empty",
        text if text.chars().count() > LONGEST => "it may have at most 256 characters",
        text if text.chars().any(|c| c.is_whitespace() || c.is_control()) => "it must not hold white space",
        text if text.contains('*') => "it must not hold a wildcard",
        _ => return Ok(()),
    };
    Err(RuleError::new("Identifier", problem))
}

/// An absolute https URL; http only for this machine (Microsoft: "redirect URI restrictions").
pub(crate) fn web_address(field: &'static str, text: &str) -> Result<(), RuleError> {
    let wrong = |problem: &str| Err(RuleError::new(field, format!("`{}` {problem}", shown(text))));
    if text.chars().count() > LONGEST {
        return wrong("has more than 256 characters");
    }
    if text
        .chars()
        .any(|c| c.is_whitespace() || c.is_control() || matches!(c, '"' | '<' | '>' | '\\'))
    {
        return wrong("holds characters that no URL has");
    }
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme @ ("https" | "http"), rest)) => (scheme, rest),
        _ => return wrong("is no absolute URL; begin it with https://"),
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(address) => address.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    if host.is_empty() || authority.contains('@') {
        return wrong("names no host");
    }
    if host.contains('*') {
        return wrong("holds a wildcard in its host");
    }
    let local = matches!(host, "localhost" | "127.0.0.1" | "::1")
        || host.ends_with(".localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|ip| is_private(&ip));
    match scheme {
        "http" if !local => wrong("must use https; http is for localhost and the addresses of test machines"),
        _ => Ok(()),
    }
}

/// Addresses that lead to nobody else: a mock must reach a service provider in a container.
fn is_private(address: &std::net::IpAddr) -> bool {
    match address {
        std::net::IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || v4.is_link_local(),
        std::net::IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local(),
    }
}

pub(crate) fn name(field: &'static str, text: &str) -> Result<(), RuleError> {
    match text.trim() {
        "" => Err(RuleError::new(field, "it must not be empty")),
        text if text.chars().count() > LONGEST => {
            Err(RuleError::new(field, "it may have at most 256 characters"))
        }
        text if text.chars().any(char::is_control) => {
            Err(RuleError::new(field, "it must not hold control characters"))
        }
        _ => Ok(()),
    }
}

fn shown(text: &str) -> String {
    text.chars()
        .take(80)
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_url_is_https_or_on_this_machine() {
        for good in [
            "https://sp.example/acs",
            "https://sp.example:8443/a?b=c#d",
            "http://localhost:8080/acs",
            "http://127.0.0.1/acs",
            "http://[::1]:80/acs",
            "http://172.17.0.2:8080/acs",
        ] {
            assert_eq!(web_address("Reply URL", good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "sp.example/acs",
            "http://sp.example/acs",
            "http://8.8.8.8/acs",
            "javascript:alert(1)",
            "https:///acs",
            "https://a@b/acs",
            "https://*.example/acs",
            "https://sp.example/a b",
            "https://sp.example/\"onload=",
        ] {
            assert!(web_address("Reply URL", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_identifier_may_be_a_bare_word() {
        for good in [
            "box.net",
            "urn:amazon:webservices",
            "https://sp.example/#2",
            "Dropbox",
        ] {
            assert_eq!(identifier(good), Ok(()), "{good}");
        }
        for bad in ["", "two words", "https://*.example", &"x".repeat(257)] {
            assert!(identifier(bad).is_err(), "{bad}");
        }
    }
}
