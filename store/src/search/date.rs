//! Days of the calendar, as `before:` and `after:` name them.

const DAY: i64 = 24 * 60 * 60 * 1000;

/// The beginning of a day written YYYY-MM-DD, UTC, in Unix milliseconds. None when there is no such day.
pub(super) fn start_of_day(text: &str) -> Option<i64> {
    let mut parts = text.split('-');
    let year = number(parts.next()?, 4)?;
    let month = number(parts.next()?, 2)?;
    let day = number(parts.next()?, 2)?;
    if parts.next().is_some() || !(1..=12).contains(&month) || !(1..=length(year, month)).contains(&day) {
        return None;
    }
    // Days since 1970-01-01, counted in years that begin in March so that the leap day comes last.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * y + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400) + (153 * m + 2) / 5 + day - 1;
    Some((days - 719_468) * DAY)
}

fn number(text: &str, digits: usize) -> Option<i64> {
    let plain = !text.is_empty() && text.len() <= digits && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok())?
}

fn length(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::start_of_day;

    #[test]
    fn days_are_counted_as_the_calendar_does() {
        assert_eq!(start_of_day("1970-01-01"), Some(0));
        assert_eq!(start_of_day("2000-02-29"), Some(951_782_400_000));
        assert_eq!(start_of_day("2026-10-31"), Some(1_793_404_800_000));
        assert_eq!(start_of_day("2026-1-2"), start_of_day("2026-01-02"));
    }

    #[test]
    fn what_is_no_day_is_none() {
        for text in
            ["", "2026", "2026-02-29", "2026-13-01", "2026-00-10", "2026-01-32", "2026-01-01-01", "+026-01-01", "x"]
        {
            assert_eq!(start_of_day(text), None, "{text}");
        }
    }
}
