//! The cookies of a user context, by name.

use std::time::Duration;

use serde_json::{Value, json};
use url::Url;

use super::engine::User;

/// Whose cookies are meant, as BiDi's partition.
pub(super) fn partition(user: &User) -> Value {
    json!({"type": "storageKey", "userContext": user.context.id})
}

/// The value of a cookie that one of these URLs has, and the first that has one.
pub(super) async fn value(user: &User, name: &str, of: &[Url], limit: Duration) -> Option<(String, Url)> {
    let params = json!({"filter": {"name": name}, "partition": partition(user)});
    let told = user.browser.bidi.send("storage.getCookies", params, limit);
    nearest(&told.await.ok()?, of)
}

/// Deletes the cookies of a name. Where the browser does not, the token is forgotten all the same.
pub(super) async fn delete(user: &User, name: &str, limit: Duration) {
    let params = json!({"filter": {"name": name}, "partition": partition(user)});
    let _ = user
        .browser
        .bidi
        .send("storage.deleteCookies", params, limit)
        .await;
}

/// The value of the cookie of these that the first of the URLs has, and that URL: of several, what the longest path has.
fn nearest(cookies: &Value, of: &[Url]) -> Option<(String, Url)> {
    let cookies = cookies["cookies"].as_array()?;
    let of_host = |cookie: &&Value, host: &str| {
        let domain = cookie["domain"].as_str().unwrap_or_default();
        match domain.strip_prefix('.') {
            Some(domain) => host == domain || host.ends_with(&format!(".{domain}")),
            None => host == domain,
        }
    };
    let longest = |url: &Url| {
        let mine = cookies
            .iter()
            .filter(|cookie| url.host_str().is_some_and(|host| of_host(cookie, host)));
        mine.max_by_key(|cookie| cookie["path"].as_str().map_or(0, str::len))
    };
    let value = |url: &Url| longest(url)?["value"]["value"].as_str().map(str::to_owned);
    of.iter().find_map(|url| Some((value(url)?, url.clone())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_hosts_cookie_with_the_longest_path_is_meant() {
        let cookie = |domain: &str, path: &str, value: &str| json!({"domain": domain, "path": path, "value": {"value": value}});
        let cookies = json!({"cookies": [
            cookie("evil.example", "/a/b/c", "evil"),
            cookie(".sp.example", "/", "wide"),
            cookie("app.sp.example", "/a", "narrow"),
        ]});
        let of = |urls: &[&str]| {
            let urls: Vec<Url> = urls.iter().map(|url| Url::parse(url).unwrap()).collect();
            nearest(&cookies, &urls).map(|(value, _)| value)
        };
        assert_eq!(of(&["http://app.sp.example/x"]).as_deref(), Some("narrow"));
        assert_eq!(
            of(&["http://other.example/", "http://api.sp.example/"]).as_deref(),
            Some("wide")
        );
        assert_eq!(of(&["http://notsp.example/"]), None);
    }
}
