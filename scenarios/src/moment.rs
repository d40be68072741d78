//! Instants as recipes write them: from now, in any precision, at any distance from Greenwich.

use jiff::{SignedDuration, Timestamp, tz::Offset};

/// What stands after `now` in a placeholder: a shift (`-2h`, `+90s`; units s, m, h, d), digits of the second
/// (`.7`; three where it does not say), a zone to express it in (`@+05:00`; `Z` where it does not say; `@` alone for UTC
/// without saying so). Each may be left out.
pub(crate) fn moment(now: Timestamp, after: &str) -> Option<String> {
    let (rest, zone) = match after.split_once('@') {
        Some((rest, zone)) => (rest, Some(zone)),
        None => (after, None),
    };
    let (shift, digits) = match rest.split_once('.') {
        Some((shift, digits)) => (shift, digits.parse().ok().filter(|digits| *digits <= 9)?),
        None => (rest, 3usize),
    };
    let instant = now.checked_add(SignedDuration::from_secs(seconds(shift)?)).ok()?;
    let local = Offset::from_seconds(zone.map_or(Some(0), offset)?)
        .ok()?
        .to_datetime(instant);
    let whole = local.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let nine = format!(".{:09}", local.subsec_nanosecond());
    let fraction = if digits == 0 { "" } else { &nine[..=digits] };
    Some(format!("{whole}{fraction}{}", zone.unwrap_or("Z")))
}

fn seconds(shift: &str) -> Option<i64> {
    let sign = match shift.as_bytes().first() {
        None => return Some(0),
        Some(b'+') => 1,
        Some(b'-') => -1,
        Some(_) => return None,
    };
    let (number, unit) = shift[1..].split_at_checked(shift.len().checked_sub(2)?)?;
    let unit = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    let amount: u32 = number.parse().ok()?;
    i64::from(amount).checked_mul(sign * unit)
}

/// The seconds of `+05:00`; none where no zone is named.
fn offset(zone: &str) -> Option<i32> {
    let sign = match zone.as_bytes().first() {
        None => return Some(0),
        Some(b'+') => 1,
        Some(b'-') => -1,
        Some(_) => return None,
    };
    let (hours, minutes) = zone[1..].split_once(':')?;
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    Some(sign * (hours * 3_600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn noon() -> Timestamp {
        "2026-01-05T12:00:00.123456789Z".parse().unwrap()
    }

    #[test]
    fn a_moment_is_shifted_cut_and_moved_to_a_zone() {
        for (after, written) in [
            ("", "2026-01-05T12:00:00.123Z"),
            ("-2h", "2026-01-05T10:00:00.123Z"),
            ("+90s.0", "2026-01-05T12:01:30Z"),
            (".7", "2026-01-05T12:00:00.1234567Z"),
            ("+1d.9@+00:00", "2026-01-06T12:00:00.123456789+00:00"),
            ("-1h@+05:00", "2026-01-05T16:00:00.123+05:00"),
            ("-1h@", "2026-01-05T11:00:00.123"),
        ] {
            assert_eq!(moment(noon(), after).as_deref(), Some(written), "{after}");
        }
        for nonsense in ["2h", "-h", "-2w", ".x", ".10", "@Z", "@+5", "-2é"] {
            assert_eq!(moment(noon(), nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn the_default_is_the_way_in_which_azure_writes() {
        assert_eq!(moment(noon(), ""), Some(saml::instant::format(noon())));
    }

    proptest! {
        #[test]
        fn whatever_the_zone_it_is_the_same_instant(hours in -14i32..=14, shift in 0u32..100_000, digits in 3usize..=9) {
            let zone = format!("{}{:02}:30", if hours < 0 { '-' } else { '+' }, hours.abs().min(13));
            let written = moment(noon(), &format!("-{shift}s.{digits}@{zone}")).unwrap();
            let plain = moment(noon(), &format!("-{shift}s.{digits}")).unwrap();
            prop_assert_eq!(saml::instant::parse(&written).unwrap(), saml::instant::parse(&plain).unwrap());
        }

        #[test]
        fn reading_never_panics(text in "\\PC{0,12}") {
            let _ = moment(noon(), &text);
        }
    }
}
