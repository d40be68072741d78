//! One `Set-Cookie` line, read as Chromium reads it (RFC 6265bis, section 5.6). Whether it is kept is the jar's
//! business.

use super::date::date;
use crate::{driver::stored_cookie::SameSite, judge::observation::CookieSeen};

/// Name and value together, in bytes; a longer cookie is refused.
const PAIR: usize = 4096;
/// A longer attribute value is as good as absent.
const ATTRIBUTE: usize = 1024;

/// A cookie as its line declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::driver) struct SetCookie {
    pub(super) name: String,
    pub(super) value: String,
    /// Lower case, without the leading dot; none where absent or empty. A lone dot is a domain that nobody has.
    pub(super) domain: Option<String>,
    pub(super) path: Option<String>,
    pub(super) secure: bool,
    pub(super) http_only: bool,
    pub(super) partitioned: bool,
    same_site: Option<String>,
    /// Seconds since 1970.
    expires: Option<i64>,
    /// Seconds from now.
    max_age: Option<i64>,
}

impl SetCookie {
    /// Reads a header's value; none where a browser would ignore the whole line.
    pub(in crate::driver) fn parse(line: &[u8]) -> Option<Self> {
        if line
            .iter()
            .any(|byte| (*byte < 0x20 && *byte != b'\t') || *byte == 0x7F)
        {
            return None;
        }
        let line = String::from_utf8_lossy(line);
        let mut parts = line.split(';');
        let pair = parts.next().unwrap_or_default();
        let (name, value) = pair.split_once('=').unwrap_or(("", pair));
        let (name, value) = (trim(name), trim(value));
        if name.contains('\t') || value.contains('\t') {
            return None;
        }
        if name.len() + value.len() > PAIR || (name.is_empty() && value.is_empty()) {
            return None;
        }
        let mut cookie = Self {
            name: name.to_owned(),
            value: value.to_owned(),
            domain: None,
            path: None,
            secure: false,
            http_only: false,
            partitioned: false,
            same_site: None,
            expires: None,
            max_age: None,
        };
        for attribute in parts {
            let (key, value) = attribute.split_once('=').unwrap_or((attribute, ""));
            cookie.take(&trim(key).to_ascii_lowercase(), trim(value));
        }
        Some(cookie)
    }

    fn take(&mut self, key: &str, value: &str) {
        if value.len() > ATTRIBUTE {
            return;
        }
        match key {
            "domain" if value.is_empty() => self.domain = None,
            "domain" => self.domain = Some(value.strip_prefix('.').unwrap_or(value).to_ascii_lowercase()),
            "path" => self.path = Some(value.to_owned()).filter(|path| path.starts_with('/')),
            "secure" => self.secure = true,
            "httponly" => self.http_only = true,
            "partitioned" => self.partitioned = true,
            "samesite" => self.same_site = Some(value.to_owned()),
            "expires" => self.expires = date(value),
            "max-age" => self.max_age = seconds(value),
            _ => {}
        }
    }

    pub(super) fn same_site(&self) -> SameSite {
        match self.same_site.as_deref().map(str::to_ascii_lowercase).as_deref() {
            Some("strict") => SameSite::Strict,
            Some("lax") => SameSite::Lax,
            Some("none") => SameSite::None,
            _ => SameSite::Unspecified,
        }
    }

    /// When it ends, in seconds since 1970; none at the end of the session. `Max-Age` goes before `Expires`;
    /// nothing lives longer than 400 days.
    pub(super) fn ends(&self, now: i64) -> Option<i64> {
        const LONGEST: i64 = 400 * 86_400;
        match (self.max_age, self.expires) {
            (Some(age), _) if age <= 0 => Some(i64::MIN),
            (Some(age), _) => Some(now.saturating_add(age.min(LONGEST))),
            (None, Some(instant)) => Some(instant.min(now.saturating_add(LONGEST))),
            (None, None) => None,
        }
    }

    pub(in crate::driver) fn seen(&self) -> CookieSeen {
        CookieSeen {
            name: self.name.clone(),
            secure: self.secure,
            http_only: self.http_only,
            same_site: self.same_site.clone(),
        }
    }
}

fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

/// A `Max-Age`: digits, perhaps with a minus sign; whatever overflows is as far away as can be.
fn seconds(value: &str) -> Option<i64> {
    let digits = value.strip_prefix('-').unwrap_or(value);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(value.parse().unwrap_or(if value.starts_with('-') {
        i64::MIN
    } else {
        i64::MAX
    }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(line: &str) -> SetCookie {
        SetCookie::parse(line.as_bytes()).unwrap()
    }

    #[test]
    fn a_line_of_an_ordinary_framework_is_read() {
        let cookie =
            parse("sid=a=b; Domain=.Sp.Example; Path=/x; Secure; HttpOnly; SameSite=Lax; Max-Age=60");
        assert_eq!((cookie.name.as_str(), cookie.value.as_str()), ("sid", "a=b"));
        assert_eq!(cookie.domain.as_deref(), Some("sp.example"));
        assert_eq!(cookie.path.as_deref(), Some("/x"));
        assert!(cookie.secure && cookie.http_only);
        assert_eq!(cookie.same_site(), SameSite::Lax);
        assert_eq!(cookie.ends(1000), Some(1060));
    }

    #[test]
    fn the_word_after_same_site_is_reported_as_written() {
        assert_eq!(
            parse("a=b; samesite=nOnE").seen().same_site.as_deref(),
            Some("nOnE")
        );
        assert_eq!(parse("a=b; SameSite=Whatever").same_site(), SameSite::Unspecified);
        assert_eq!(parse("a=b").seen().same_site, None);
    }

    #[test]
    fn max_age_goes_before_expires_and_nonsense_is_ignored() {
        let both = parse("a=b; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=5");
        assert_eq!(both.ends(10), Some(15));
        assert_eq!(parse("a=b; Max-Age=soon").ends(10), None);
        let again = "a=b; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Expires=soon; Max-Age=0; Max-Age=soon";
        assert_eq!(
            parse(again).ends(10),
            None,
            "the last of its name counts, whatever it says"
        );
        assert_eq!(parse("a=b; Max-Age=0").ends(10), Some(i64::MIN));
        assert_eq!(
            parse("a=b; Max-Age=-99999999999999999999").ends(10),
            Some(i64::MIN)
        );
        assert_eq!(
            parse("a=b; Max-Age=99999999999999999999").ends(10),
            Some(10 + 400 * 86_400)
        );
    }

    #[test]
    fn a_cookie_without_name_or_with_too_much_is_handled_as_browsers_do() {
        assert_eq!(parse("lonely").value, "lonely");
        assert_eq!(parse("=lonely").name, "");
        assert_eq!(SetCookie::parse(b"="), None);
        assert_eq!(SetCookie::parse(b"; Path=/"), None);
        assert!(SetCookie::parse(format!("a={}", "x".repeat(4095)).as_bytes()).is_some());
        assert_eq!(
            SetCookie::parse(format!("a={}", "x".repeat(4096)).as_bytes()),
            None
        );
        assert_eq!(SetCookie::parse(b"a=b\x01c"), None);
        assert_eq!(SetCookie::parse(b"a=b\tc"), None);
        assert_eq!(parse("a\t= b\t").value, "b");
        assert_eq!(parse(&format!("a=b; Path=/{}", "x".repeat(1024))).path, None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused_and_never_panic(line in prop::collection::vec(any::<u8>(), 0..200)) {
            let cookie = SetCookie::parse(&line);
            if let Some(cookie) = cookie {
                prop_assert!(cookie.name.len() + cookie.value.len() <= PAIR);
                let _ = cookie.ends(i64::MAX);
            }
        }

        #[test]
        fn any_attributes_are_read(line in "[a-z]{1,4}=[ -~]{0,8}(; ?(Domain|Path|Expires|Max-Age|SameSite|Secure)=?[ -~é]{0,30}){0,6}") {
            let cookie = SetCookie::parse(line.as_bytes()).expect("a pair stands in front");
            let _ = (cookie.ends(0), cookie.same_site(), cookie.seen());
        }
    }
}
