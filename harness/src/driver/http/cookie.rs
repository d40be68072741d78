//! One `Set-Cookie` line, read as Chromium reads it (RFC 6265bis, section 5.6). Whether it is kept is the jar's
//! business.

use crate::judge::observation::CookieSeen;

/// Name and value together, in bytes; a longer cookie is refused.
const PAIR: usize = 4096;
/// A longer attribute value is as good as absent.
const ATTRIBUTE: usize = 1024;

/// What `SameSite` comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SameSite {
    Strict,
    Lax,
    None,
    /// Absent, or a word that nobody knows: Lax, but for two minutes sent with cross-site POSTs too.
    Unspecified,
}

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
            "expires" => self.expires = date(value).or(self.expires),
            "max-age" => self.max_age = seconds(value).or(self.max_age),
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

/// A cookie date (RFC 6265bis, section 5.1.1): four kinds of token in any order and in any company.
fn date(text: &str) -> Option<i64> {
    let (mut time, mut day, mut month, mut year) = (None, None, None, None);
    let delimiter =
        |c: char| !c.is_ascii_alphanumeric() && c != ':' && !matches!(c, '\u{0}'..='\u{8}' | '\u{80}'..);
    for token in text.split(delimiter).filter(|token| !token.is_empty()) {
        if time.is_none()
            && let Some(found) = clock(token)
        {
            time = Some(found);
        } else if day.is_none()
            && let Some(found) = number(token, 1, 2)
        {
            day = Some(found);
        } else if month.is_none()
            && let Some(found) = month_number(token)
        {
            month = Some(found);
        } else if year.is_none()
            && let Some(found) = number(token, 2, 4)
        {
            year = Some(match found {
                70..=99 => found + 1900,
                0..=69 => found + 2000,
                other => other,
            });
        }
    }
    let (time, day, month, year) = (time?, day?, month?, year?);
    let sound = (1..=31).contains(&day) && year >= 1601;
    sound.then(|| days(year, month, day) * 86_400 + time)
}

/// The leading digits of a token, if there are so many of them.
fn number(token: &str, least: usize, most: usize) -> Option<i64> {
    let digits = token.bytes().take_while(u8::is_ascii_digit).count();
    if (least..=most).contains(&digits) {
        token.get(..digits)?.parse().ok()
    } else {
        None
    }
}

fn clock(token: &str) -> Option<i64> {
    let mut fields = token.splitn(3, ':');
    let exact = |field: &str| (field.len() <= 2).then(|| number(field, 1, 2)).flatten();
    let (hour, minute) = (exact(fields.next()?)?, exact(fields.next()?)?);
    let second = number(fields.next()?, 1, 2)?;
    (hour < 24 && minute < 60 && second < 60).then_some(hour * 3600 + minute * 60 + second)
}

fn month_number(token: &str) -> Option<i64> {
    const MONTHS: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let start = token.get(..3)?;
    (1..)
        .zip(MONTHS)
        .find(|(_, month)| start.eq_ignore_ascii_case(month))
        .map(|(number, _)| number)
}

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
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
    fn dates_of_every_age_are_understood() {
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "06 nov 1994 8:49:37",
        ] {
            assert_eq!(date(text), Some(784_111_777), "{text}");
        }
        assert_eq!(date("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(date("Thu, 29 Feb 2024 00:00:00 GMT"), Some(1_709_164_800));
        for text in [
            "",
            "yesterday",
            "32 Jan 2020 00:00:00",
            "1 Jan 1600 00:00:00",
            "1 Jan 2020 24:00:00",
        ] {
            assert_eq!(date(text), None, "{text}");
        }
    }

    #[test]
    fn max_age_goes_before_expires_and_nonsense_is_ignored() {
        let both = parse("a=b; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=5");
        assert_eq!(both.ends(10), Some(15));
        assert_eq!(parse("a=b; Max-Age=soon").ends(10), None);
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

        #[test]
        fn any_text_is_a_date_or_none(text in "\\PC{0,60}") {
            let _ = date(&text);
        }

        #[test]
        fn every_day_is_one_after_the_day_before(year in 1601..9999i64, month in 1..=12i64, day in 1..=27i64) {
            prop_assert_eq!(days(year, month, day) + 1, days(year, month, day + 1));
        }
    }
}
