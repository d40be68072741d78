//! The cookies of a user context, by name.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use url::Url;

use super::{bidi::Refused, engine::User};
use crate::driver::stored_cookie::{SameSite, StoredCookie};

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

/// The cookies of a URL's host, in the order of their names.
pub(super) async fn of(user: &User, url: &Url, limit: Duration) -> Vec<StoredCookie> {
    let params = json!({"partition": partition(user)});
    let told = user.browser.bidi.send("storage.getCookies", params, limit).await;
    let host = url.host_str().unwrap_or_default();
    let mut here: Vec<StoredCookie> = told
        .iter()
        .filter_map(|told| told["cookies"].as_array())
        .flatten()
        .filter(|cookie| is_of(cookie, host))
        .filter_map(stored)
        .collect();
    here.sort_by(|one, other| (&one.name, &one.path).cmp(&(&other.name, &other.path)));
    here
}

/// Keeps a cookie, in place of one of the same name, domain and path.
pub(super) async fn put(user: &User, cookie: &StoredCookie, limit: Duration) -> Result<(), Refused> {
    let mut told = json!({
        "name": cookie.name, "value": {"type": "string", "value": cookie.value}, "path": cookie.path,
        "domain": if cookie.host_only { cookie.domain.clone() } else { format!(".{}", cookie.domain) },
        "httpOnly": cookie.http_only, "secure": cookie.secure, "sameSite": word(cookie.same_site),
    });
    if let Some(ends) = cookie.ends {
        told["expiry"] = ends.into();
    }
    let params = json!({"cookie": told, "partition": partition(user)});
    user.browser.bidi.send("storage.setCookie", params, limit).await?;
    Ok(())
}

/// A cookie as BiDi tells of it; none where it has no value that is text.
fn stored(cookie: &Value) -> Option<StoredCookie> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let domain = text(&cookie["domain"])?;
    let value = &cookie["value"];
    let value = match value["type"].as_str() {
        Some("base64") => String::from_utf8(STANDARD.decode(value["value"].as_str()?).ok()?).ok()?,
        _ => text(&value["value"])?,
    };
    Some(StoredCookie {
        name: text(&cookie["name"])?,
        value,
        host_only: !domain.starts_with('.'),
        domain: domain.trim_start_matches('.').to_owned(),
        path: text(&cookie["path"]).unwrap_or_else(|| "/".to_owned()),
        secure: cookie["secure"] == true,
        http_only: cookie["httpOnly"] == true,
        same_site: match cookie["sameSite"].as_str() {
            Some("strict") => SameSite::Strict,
            Some("lax") => SameSite::Lax,
            Some("none") => SameSite::None,
            _ => SameSite::Unspecified,
        },
        ends: cookie["expiry"].as_i64(),
    })
}

fn word(same_site: SameSite) -> &'static str {
    match same_site {
        SameSite::Strict => "strict",
        SameSite::Lax => "lax",
        SameSite::None => "none",
        SameSite::Unspecified => "default",
    }
}

/// Whether a host gets this cookie.
fn is_of(cookie: &Value, host: &str) -> bool {
    let domain = cookie["domain"].as_str().unwrap_or_default();
    match domain.strip_prefix('.') {
        Some(domain) => host == domain || host.ends_with(&format!(".{domain}")),
        None => host == domain,
    }
}

/// The value of the cookie of these that the first of the URLs has, and that URL: of several, what the longest path has.
fn nearest(cookies: &Value, of: &[Url]) -> Option<(String, Url)> {
    let cookies = cookies["cookies"].as_array()?;
    let longest = |url: &Url| {
        let mine = cookies
            .iter()
            .filter(|cookie| url.host_str().is_some_and(|host| is_of(cookie, host)));
        mine.max_by_key(|cookie| cookie["path"].as_str().map_or(0, str::len))
    };
    let value = |url: &Url| longest(url)?["value"]["value"].as_str().map(str::to_owned);
    of.iter().find_map(|url| Some((value(url)?, url.clone())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_read_as_it_is_told_of() {
        let told = json!({
            "domain": ".sp.example", "expiry": 1_900_000_000, "httpOnly": true, "name": "session", "path": "/app",
            "sameSite": "lax", "secure": false, "size": 9, "value": {"type": "base64", "value": "w6Q="},
        });
        let cookie = stored(&told).unwrap();
        assert_eq!((cookie.domain.as_str(), cookie.host_only), ("sp.example", false));
        assert_eq!((cookie.value.as_str(), cookie.path.as_str()), ("ä", "/app"));
        assert_eq!((cookie.same_site, cookie.http_only), (SameSite::Lax, true));
        assert_eq!(cookie.ends, Some(1_900_000_000));
        assert_eq!(stored(&json!({"name": "x", "domain": "sp.example"})), None);
    }

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
