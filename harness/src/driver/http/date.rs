//! The dates of cookies.

/// A cookie date (RFC 6265bis, section 5.1.1): four kinds of token in any order and in any company.
pub(super) fn date(text: &str) -> Option<i64> {
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
    let longest = days(year, month + 1, 1) - days(year, month, 1);
    let sound = (1..=longest).contains(&day) && year >= 1601;
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
    let (year, month) = if month > 12 { (year + 1, 1) } else { (year, month) };
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
            "31 Feb 2020 00:00:00",
            "1 Jan 1600 00:00:00",
            "1 Jan 2020 24:00:00",
        ] {
            assert_eq!(date(text), None, "{text}");
        }
    }

    proptest! {
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
