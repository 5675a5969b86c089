//! Dates, sizes and numbers in words: the pages hold no clock and no time zone.

use api::When;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use store::Millis;

/// A moment as somebody at `zone` sees it at `now`: today `14:05`, this year `12 Nov`, older `2024-11-12`.
pub fn when(at: Millis, now: Millis, zone: &TimeZone) -> When {
    let zoned = |millis| Timestamp::from_millisecond(millis).unwrap_or_default().to_zoned(zone.clone());
    let (at, now) = (zoned(at), zoned(now));
    let short = if at.date() == now.date() {
        "%H:%M"
    } else if at.year() == now.year() {
        "%-d %b"
    } else {
        "%Y-%m-%d"
    };
    When {
        iso: at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        short: at.strftime(short).to_string(),
        long: at.strftime("%a %-d %b %Y, %H:%M").to_string(),
    }
}

/// `512 bytes`, `34 KB`, `1.2 MB`, in steps of 1024 as file managers count.
pub fn size(bytes: i64) -> String {
    if bytes < 1024 {
        return if bytes == 1 { "1 byte".to_owned() } else { format!("{} bytes", bytes.max(0)) };
    }
    let mut value = bytes as f64;
    let mut unit = "";
    for next in ["KB", "MB", "GB", "TB"] {
        // 1023.6 KB would be rounded to a fourth digit, so the next unit begins a little early.
        if value < 1023.5 && !unit.is_empty() {
            break;
        }
        value /= 1024.0;
        unit = next;
    }
    // Whole numbers stay whole: `25 MB` and not `25.0 MB`.
    let tenths = (value * 10.0).round() / 10.0;
    if tenths < 10.0 && tenths.fract() != 0.0 { format!("{tenths:.1} {unit}") } else { format!("{value:.0} {unit}") }
}

/// How much of `quota` (0 for none) is used; more than all of it is 100.
pub fn percent(used: i64, quota: i64) -> Option<u8> {
    (quota > 0).then(|| u8::try_from((used.max(0) as i128 * 100 / quota as i128).min(100)).unwrap_or(100))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(text: &str) -> Millis {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn a_date_is_as_short_as_its_age_allows() {
        let now = millis("2026-11-12T20:00:00Z");
        let short = |at: &str| when(millis(at), now, &TimeZone::UTC).short;
        assert_eq!(short("2026-11-12T14:05:09Z"), "14:05");
        assert_eq!(short("2026-11-11T23:59:00Z"), "11 Nov");
        assert_eq!(short("2026-01-02T00:00:00Z"), "2 Jan");
        assert_eq!(short("2024-11-12T14:05:00Z"), "2024-11-12");
    }

    #[test]
    fn the_zone_decides_which_day_it_is() {
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        let seen = when(millis("2026-11-12T22:30:00Z"), millis("2026-11-12T23:00:00Z"), &zone);
        assert_eq!(seen.short, "00:30");
        assert_eq!(seen.iso, "2026-11-13T00:30:00+02:00");
        assert_eq!(seen.long, "Fri 13 Nov 2026, 00:30");
    }

    #[test]
    fn a_time_out_of_range_is_shown_and_not_fatal() {
        assert_eq!(when(i64::MAX, 0, &TimeZone::UTC).iso, "1970-01-01T00:00:00+00:00");
    }

    #[test]
    fn sizes_are_short() {
        for (bytes, words) in [
            (-5, "0 bytes"),
            (0, "0 bytes"),
            (1, "1 byte"),
            (1023, "1023 bytes"),
            (1024, "1 KB"),
            (1536, "1.5 KB"),
            (34 * 1024 + 300, "34 KB"),
            (1024 * 1024 - 1, "1 MB"),
            (25 * 1024 * 1024, "25 MB"),
            (i64::MAX, "8388608 TB"),
        ] {
            assert_eq!(size(bytes), words, "{bytes}");
        }
    }

    #[test]
    fn percent_of_a_quota() {
        assert_eq!(percent(10, 0), None);
        assert_eq!(percent(0, 10), Some(0));
        assert_eq!(percent(9, 10), Some(90));
        assert_eq!(percent(25, 10), Some(100));
        assert_eq!(percent(i64::MAX, i64::MAX), Some(100));
    }
}
