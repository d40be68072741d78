//! `xs:dateTime` as SAML uses it (Core 1.3.3): written in UTC with milliseconds, read strictly.

use jiff::{Timestamp, civil::DateTime, tz::Offset};
use thiserror::Error;

/// A text that is no instant.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("`{0}` is not an xs:dateTime with a time zone, such as 2026-01-05T10:00:05.123Z")]
pub struct InstantError(String);

/// As Azure writes it: `2026-01-05T10:00:05.123Z`.
pub fn format(instant: Timestamp) -> String {
    instant.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// Reads an `xs:dateTime` that says its time zone; nothing else is an instant.
///
/// # Errors
/// Any other text, an impossible date, a missing zone.
pub fn parse(text: &str) -> Result<Timestamp, InstantError> {
    strict(text).ok_or_else(|| InstantError(text.chars().take(64).collect()))
}

fn strict(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    let shape = b"dddd-dd-ddTdd:dd:dd";
    if bytes.len() < shape.len() + 1 {
        return None;
    }
    let fits = shape
        .iter()
        .zip(bytes)
        .all(|(s, b)| if *s == b'd' { b.is_ascii_digit() } else { s == b });
    if !fits {
        return None;
    }
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i16>().ok();
    let mut rest = &text[shape.len()..];
    let mut nanoseconds = 0i32;
    if let Some(fraction) = rest.strip_prefix('.') {
        let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            return None;
        }
        let nine: String = fraction[..digits]
            .chars()
            .chain(std::iter::repeat('0'))
            .take(9)
            .collect();
        nanoseconds = nine.parse().ok()?;
        rest = &fraction[digits..];
    }
    let offset = match rest.as_bytes() {
        b"Z" => 0,
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2]
            if [h1, h2, m1, m2].iter().all(|b| b.is_ascii_digit()) =>
        {
            let digit = |b: &u8| i32::from(b - b'0');
            let (hours, minutes) = (digit(h1) * 10 + digit(h2), digit(m1) * 10 + digit(m2));
            if hours > 14 || minutes > 59 {
                return None;
            }
            (hours * 3600 + minutes * 60) * if *sign == b'-' { -1 } else { 1 }
        }
        _ => return None,
    };
    let small = |from, to| i8::try_from(number(from, to)?).ok();
    let local = DateTime::new(
        number(0, 4)?,
        small(5, 7)?,
        small(8, 10)?,
        small(11, 13)?,
        small(14, 16)?,
        small(17, 19)?,
        nanoseconds,
    )
    .ok()?;
    Offset::from_seconds(offset).ok()?.to_timestamp(local).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_zone_is_needed_and_an_offset_counts() {
        let noon = parse("2026-01-05T12:00:00Z").unwrap();
        assert_eq!(parse("2026-01-05T17:00:00.000+05:00").unwrap(), noon);
        for bad in [
            "",
            "tomorrow",
            "2026-01-05",
            "2026-01-05T12:00:00",
            "2026-13-45T99:99:99Z",
            "2026-01-05T12:00:00.Z",
            "2026-02-29T12:00:00Z",
            "2026-01-05T24:00:00Z",
            "2026-01-05t12:00:00z",
            " 2026-01-05T12:00:00Z",
            "2026-01-05T12:00:00Z ",
            "2026-01-05T12:00:00+0500",
            "2026-01-05T12:00:00+15:00",
            "+2026-01-05T12:00:00Z",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_fraction_may_have_any_number_of_digits() {
        let at = |text: &str| parse(text).unwrap().as_nanosecond();
        let second = at("2026-01-05T12:00:00Z");
        assert_eq!(at("2026-01-05T12:00:00.5Z") - second, 500_000_000);
        assert_eq!(at("2026-01-05T12:00:00.1234567Z") - second, 123_456_700);
        assert_eq!(at("2026-01-05T12:00:00.0000000019999Z") - second, 1);
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_to_the_millisecond(ms in 0i64..4_102_444_800_000) {
            let instant = Timestamp::from_millisecond(ms).unwrap();
            prop_assert_eq!(parse(&format(instant)).unwrap(), instant);
        }

        #[test]
        fn reading_never_panics(text in "\\PC{0,40}") {
            let _ = parse(&text);
        }
    }
}
