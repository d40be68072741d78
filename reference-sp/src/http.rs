//! Cookies, redirects and headers.

use axum::http::StatusCode;
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};

use crate::flaw::Flaw;
use crate::state::Sp;

/// Names the session. Never readable by a script, and new at every sign-in.
pub(crate) const SESSION_COOKIE: &str = "sp_session";

/// Names the browser, so that it can finish only the sign-ins which it began.
pub(crate) const BROWSER_COOKIE: &str = "sp_browser";

/// The longest path that a sign-in leads back to, in bytes.
const LONGEST_PATH: usize = 2048;

/// The value of a cookie that the browser sent.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

/// A cookie that lasts as long as the browser runs.
pub(crate) fn set_cookie(sp: &Sp, name: &str, value: &str) -> (HeaderName, String) {
    let secure = if sp.is_https() { "; Secure" } else { "" };
    let flags = match sp.settings().flaws.has(Flaw::CookieFlags) {
        true => String::new(),
        false => format!("; HttpOnly; SameSite=Lax{secure}"),
    };
    (header::SET_COOKIE, format!("{name}={value}; Path=/{flags}"))
}

/// The same cookie, ended.
pub(crate) fn drop_cookie(sp: &Sp, name: &str) -> (HeaderName, String) {
    let (header, kept) = set_cookie(sp, name, "");
    (header, format!("{kept}; Max-Age=0"))
}

/// 303: go there with GET.
pub(crate) fn see_other(location: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

/// Where a browser is sent to carry a message by HTTP-Redirect, signed where we have a key for that (Bindings 3.4.4).
/// The address may have a query of its own.
pub(crate) fn by_redirect(
    sp: &Sp,
    address: &str,
    kind: &str,
    xml: &str,
    relay_state: Option<&str>,
) -> String {
    let mut query = saml::binding::redirect_query(kind, xml, relay_state);
    let signs = !sp.settings().flaws.has(Flaw::RequestUnsigned);
    if let Some(key) = sp.keys.signing.as_ref().filter(|_| signs) {
        match saml::binding::sign_query(&query, key) {
            Ok(signed) => query = signed,
            Err(error) => tracing::error!(%error, "a message is sent unsigned"),
        }
    }
    let separator = if address.contains('?') { '&' } else { '?' };
    format!("{address}{separator}{query}")
}

/// The path as a Location on this origin, or nothing when it could lead elsewhere (relay-state guard).
pub(crate) fn local(path: &str) -> Option<String> {
    let leaves = path.starts_with("//") || path.contains('\\') || path.chars().any(char::is_control);
    if !path.starts_with('/') || leaves || path.len() > LONGEST_PATH {
        return None;
    }
    let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'`');
    let encode = |byte: u8| {
        if plain(byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    Some(path.bytes().map(encode).collect())
}

/// 303 to any address, wherever it leads, for a switch: as a server that writes its headers as text. What follows a line break is
/// a header of its own, and what no header can hold is percent-encoded.
pub(crate) fn see_anywhere(address: &str) -> Response {
    let encode = |byte: u8| match byte {
        b'\t' | b' '..=b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    let mut lines = address.split(['\r', '\n']);
    let location: String = lines.next().unwrap_or_default().bytes().map(encode).collect();
    let mut response = see_other(&location);
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        if let (Ok(name), Ok(value)) = (name.trim().parse::<HeaderName>(), value.trim().parse()) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

/// The headers that every answer bears: no caching, no framing, no scripts.
pub(crate) async fn harden(mut response: Response) -> Response {
    const HEADERS: [(HeaderName, &str); 5] = [
        (header::CACHE_CONTROL, "no-store"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'",
        ),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    for (name, value) in HEADERS {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_ours_is_kept() {
        assert_eq!(local("/account?tab=1#x").as_deref(), Some("/account?tab=1#x"));
        assert_eq!(local("/päge?q=日").as_deref(), Some("/p%C3%A4ge?q=%E6%97%A5"));
    }

    #[test]
    fn nothing_leads_to_another_site() {
        let elsewhere = [
            "https://evil.example/",
            "//evil.example/",
            "/\\evil.example",
            "\\/\\/evil.example",
            "///evil.example",
            "https:evil.example",
            "javascript:alert(1)",
            "evil.example",
            "",
            "/\tevil",
            "/a\r\nSet-Cookie: x=1",
            " /account",
        ];
        for target in elsewhere {
            assert_eq!(local(target), None, "{target:?}");
        }
        assert_eq!(local(&format!("/{}", "a".repeat(LONGEST_PATH))), None);
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::COOKIE,
            HeaderValue::from_static("xsp_session=no; sp_session=yes; b=c"),
        );
        assert_eq!(cookie(&headers, SESSION_COOKIE), Some("yes"));
        assert_eq!(cookie(&headers, BROWSER_COOKIE), None);
    }
}
