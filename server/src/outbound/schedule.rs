//! When to try again, and when to give up (RFC 5321 §4.5.4.1).

use crate::clock::span;
use crate::config::Config;
use store::Millis;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    Retry { at: Millis },
    GiveUp,
}

/// After `attempts` attempts, the last of them at `now`.
pub fn next(config: &Config, attempts: i64, now: Millis, expires_at: Millis) -> Next {
    if now >= expires_at {
        return Next::GiveUp;
    }
    let at = now.saturating_add(span(config.retry_after(attempts)));
    // One last look when the time is over, so that the bounce is not late by hours.
    Next::Retry { at: at.min(expires_at) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Millis = 60_000;
    const DAY: Millis = 24 * 60 * MINUTE;

    #[test]
    fn waits_grow_and_end_with_the_fifth_day() {
        let config = Config::default();
        let expires_at = 5 * DAY;
        let (mut now, mut attempts, mut waits) = (0, 0, Vec::new());
        loop {
            attempts += 1;
            match next(&config, attempts, now, expires_at) {
                Next::Retry { at } => {
                    waits.push((at - now) / MINUTE);
                    now = at;
                }
                Next::GiveUp => break,
            }
        }
        assert_eq!(waits[..9], [1, 5, 15, 30, 60, 120, 240, 480, 480]);
        assert_eq!(waits.iter().sum::<i64>(), 5 * 24 * 60, "the last attempt is at the end of the fifth day");
        assert!(waits.len() < 30, "{} attempts are a storm", waits.len());
    }

    #[test]
    fn a_message_whose_time_is_over_is_given_up_after_the_attempt_that_found_so() {
        assert_eq!(next(&Config::default(), 1, 1000, 1000), Next::GiveUp);
    }
}
