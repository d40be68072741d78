//! The little of RFC 6265 that a server needs.

use axum::http::{HeaderMap, HeaderValue, header};

/// The value of the first cookie of that name, where the browser sent one that is not empty.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, value)| key.trim() == name && !value.trim().is_empty())
        .map(|(_, value)| value.trim())
}

/// A cookie of the browser's session. `Lax`, since `None` needs HTTPS.
pub(super) fn set(name: &str, value: &str, secure: bool) -> HeaderValue {
    header_value(&format!(
        "{name}={value}; Path=/; HttpOnly; {}",
        same_site(secure)
    ))
}

/// A cookie that outlives the browser.
pub(super) fn set_for(name: &str, value: &str, seconds: u64, secure: bool) -> HeaderValue {
    header_value(&format!(
        "{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; {}",
        same_site(secure)
    ))
}

/// Takes the cookie away.
pub(super) fn remove(name: &str, secure: bool) -> HeaderValue {
    header_value(&format!(
        "{name}=; Path=/; Max-Age=0; HttpOnly; {}",
        same_site(secure)
    ))
}

fn same_site(secure: bool) -> &'static str {
    match secure {
        true => "Secure; SameSite=None",
        false => "SameSite=Lax",
    }
}

fn header_value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("names and values of our cookies are letters, digits and dashes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_found_by_its_whole_name_among_several_headers() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("xticket=no; a=b=c"));
        headers.append(header::COOKIE, HeaderValue::from_static("ticket=; ticket=t-1"));
        headers.append(header::COOKIE, HeaderValue::from_bytes(b"garbage=\xff").unwrap());
        assert_eq!(cookie(&headers, "ticket"), Some("t-1"));
        assert_eq!(cookie(&headers, "a"), Some("b=c"));
        assert_eq!(cookie(&headers, "tick"), None);
    }
}
