//! Where software for service providers usually publishes its metadata, begins a sign-in and shows who is signed in.

use url::Url;

/// Paths of metadata, by the software or framework that has them.
const METADATA: [&str; 34] = [
    "saml/metadata",
    "metadata",
    "saml2/metadata/",
    "mellon/metadata",
    "Shibboleth.sso/Metadata",
    "singlesignon/saml/metadata",
    "simplesaml/module.php/saml/sp/metadata.php/default-sp",
    "simplesaml/module.php/saml/sp/metadata/default-sp",
    "auth/saml/metadata",
    "auth/saml2/metadata",
    "users/saml/metadata",
    "users/auth/saml/metadata",
    "sso/saml/metadata",
    "sso/metadata",
    "sso/metadata/",
    "saml/metadata.xml",
    "saml/metadata/",
    "saml2/metadata",
    "metadata/",
    "metadata.xml",
    "metadata.php",
    "saml/sp/metadata",
    "saml/sp",
    "sp/metadata",
    "api/saml/metadata",
    "api/auth/saml/metadata",
    "api/v1/saml/metadata",
    "login/saml/metadata",
    "saml2/service-provider-metadata/default",
    "saml2/service-provider-metadata",
    "saml/metadata/alias/defaultAlias",
    "sustainsys.saml2",
    "Saml2",
    "saml/SAMLMetadata",
];

/// Paths that begin a sign-in.
const LOGIN: [&str; 28] = [
    "login",
    "saml/login",
    "saml2/login/",
    "mellon/login?ReturnTo=/",
    "Shibboleth.sso/Login",
    "singlesignon/saml/login",
    "auth/saml",
    "auth/saml/login",
    "auth/saml2/login",
    "users/auth/saml",
    "users/saml/sign_in",
    "saml/sso",
    "saml/signin",
    "saml",
    "sso",
    "sso/",
    "sso/login",
    "sso/saml",
    "login/saml",
    "login/sso",
    "saml2/authenticate/default",
    "Saml2/SignIn",
    "api/auth/saml/login",
    "api/saml/login",
    "signin",
    "sign-in",
    "auth/login",
    "accounts/login/",
];

/// Pages that mostly show who is signed in.
const WHO: [&str; 26] = [
    "me",
    "whoami",
    "account",
    "profile",
    "user",
    "api/me",
    "api/user",
    "api/whoami",
    "api/v1/me",
    "api/session",
    "api/profile",
    "api/account",
    "api/auth/session",
    "account/",
    "accounts/profile/",
    "users/me",
    "user/profile",
    "protected",
    "secure",
    "secure/",
    "dashboard",
    "home",
    "app",
    "settings",
    "attrs",
    "attributes",
];

/// Last parts of a path that begins a sign-in, next to its metadata or its ACS.
const SIBLINGS: [&str; 6] = ["login", "login/", "sso", "signin", "authenticate", ""];

/// Where the metadata may be.
pub(super) fn metadata(home: &Url) -> Vec<Url> {
    let mut all = siblings(home, &["metadata", "metadata/"]);
    all.extend(at(home, &METADATA));
    all
}

/// Where a sign-in may begin; `known` are URLs of the SP's own software.
pub(super) fn login(home: &Url, known: &[Url]) -> Vec<Url> {
    let mut all = vec![home.clone()];
    all.extend(known.iter().flat_map(|url| siblings(url, &SIBLINGS)));
    all.extend(at(home, &LOGIN));
    // A page that only a signed-in user sees leads there by itself.
    all.extend(who(home));
    unique(all)
}

/// Where it may be seen who is signed in.
pub(super) fn who(home: &Url) -> Vec<Url> {
    unique(at(home, &WHO))
}

/// Paths below the folder of a URL, if it has one, and below its origin.
fn at(home: &Url, paths: &[&str]) -> Vec<Url> {
    let below = |base: &str| -> Vec<Url> {
        let base = home.join(base);
        base.map_or_else(
            |_| Vec::new(),
            |base| paths.iter().filter_map(|path| base.join(path).ok()).collect(),
        )
    };
    let mut all = match home.path() == "/" {
        true => Vec::new(),
        false => below("."),
    };
    all.extend(below("/"));
    unique(all)
}

fn siblings(url: &Url, names: &[&str]) -> Vec<Url> {
    let folder = url.path().trim_matches('/').contains('/');
    match folder {
        true => names.iter().filter_map(|name| url.join(name).ok()).collect(),
        false => Vec::new(),
    }
}

/// Each once, in this order.
pub(super) fn unique(all: Vec<Url>) -> Vec<Url> {
    let mut known = std::collections::BTreeSet::new();
    all.into_iter().filter(|url| known.insert(url.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn an_application_below_a_folder_is_looked_for_there_and_at_the_top() {
        let all = metadata(&url("http://sp/app/"));
        assert_eq!(all[0], url("http://sp/app/saml/metadata"));
        assert!(all.contains(&url("http://sp/Shibboleth.sso/Metadata")));
        let all = login(&url("http://sp/"), &[url("http://sp/a/b/acs")]);
        assert_eq!(all[0], url("http://sp/"));
        assert_eq!(all[1], url("http://sp/a/b/login"));
        assert!(all.contains(&url("http://sp/mellon/login?ReturnTo=/")));
    }

    #[test]
    fn nothing_is_asked_twice() {
        let all = login(&url("http://sp/saml/login"), &[url("http://sp/saml/acs")]);
        assert_eq!(unique(all.clone()).len(), all.len());
    }
}
