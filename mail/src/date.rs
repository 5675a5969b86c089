//! Dates as a header writes them.

use mail_parser::DateTime;
use std::time::{SystemTime, UNIX_EPOCH};

const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// RFC 5322 §3.3 date-time in UTC: `Thu, 1 Jan 1970 00:00:00 +0000`. Times before 1970 are written as 1970.
pub fn rfc5322(at: SystemTime) -> String {
    let seconds = at.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let date = DateTime::from_timestamp(i64::try_from(seconds).unwrap_or(0));
    let day = DAYS[usize::from(date.day_of_week()) % 7];
    let month = MONTHS[(usize::from(date.month) + 11) % 12];
    let (year, hour, minute, second) = (date.year, date.hour, date.minute, date.second);
    format!("{day}, {} {month} {year} {hour:02}:{minute:02}:{second:02} +0000", date.day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn dates_read_as_rfc_5322_wants_them() {
        for (seconds, written) in [
            (0, "Thu, 1 Jan 1970 00:00:00 +0000"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 +0000"),
            (1_893_455_999, "Mon, 31 Dec 2029 23:59:59 +0000"),
        ] {
            assert_eq!(rfc5322(UNIX_EPOCH + Duration::from_secs(seconds)), written);
        }
        assert_eq!(rfc5322(UNIX_EPOCH - Duration::from_secs(9)), "Thu, 1 Jan 1970 00:00:00 +0000");
    }
}
