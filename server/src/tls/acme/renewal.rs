//! When a certificate is fetched anew. No clock and no dice: both are handed in.

use std::time::Duration;
use store::Millis;

/// The waits after one failure, two and so on; the last one repeats. Authorities count failures by the hour.
const WAITS: [u64; 6] = [60, 5 * 60, 30 * 60, 2 * 3600, 6 * 3600, 12 * 3600];

/// When the next attempt is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Renewal {
    pub at: Millis,
}

impl Renewal {
    pub fn is_now(&self, now: Millis) -> bool {
        self.at <= now
    }
}

/// A number from 0 to 1 of eight thrown bytes: a thousand servers started by one script do not ask at one moment.
pub fn dice(thrown: [u8; 8]) -> f64 {
    f64::from(u32::from_le_bytes([thrown[0], thrown[1], thrown[2], thrown[3]])) / f64::from(u32::MAX)
}

/// When two thirds of the life are over; up to a twentieth of it sooner, as the dice fall.
pub fn at(not_before: Millis, not_after: Millis, dice: f64) -> Millis {
    let life = (not_after - not_before).max(0);
    not_before + life / 3 * 2 - (life as f64 / 20.0 * dice.clamp(0.0, 1.0)) as Millis
}

/// How long after the last of so many failures, and up to a quarter longer, as the dice fall.
pub fn wait(failures: u32, dice: f64) -> Duration {
    let index = usize::try_from(failures).unwrap_or(usize::MAX).clamp(1, WAITS.len()) - 1;
    Duration::from_secs(WAITS[index]).mul_f64(1.0 + dice.clamp(0.0, 1.0) / 4.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Millis = 86_400_000;

    #[test]
    fn ninety_days_are_renewed_after_sixty_and_a_week_after_four() {
        assert_eq!(at(0, 90 * DAY, 0.0), 60 * DAY);
        let early = at(0, 90 * DAY, 1.0);
        assert!(early > 55 * DAY && early < 60 * DAY, "{early}");
        assert!(at(0, 7 * DAY, 0.5) < 5 * DAY);
        assert_eq!(at(DAY, 0, 1.0), DAY, "a life that ends before it begins is over");
    }

    #[test]
    fn failures_make_it_wait_longer_and_never_for_ever() {
        let waits: Vec<u64> = (1..=9).map(|failures| wait(failures, 0.0).as_secs()).collect();
        assert!(waits.windows(2).all(|pair| pair[0] <= pair[1]), "{waits:?}");
        assert_eq!((waits[0], waits[8]), (60, 12 * 3600));
        assert_eq!(wait(0, 0.0), wait(1, 0.0));
        assert_eq!(wait(2, 1.0).as_secs(), 375);
    }

    #[test]
    fn the_dice_are_between_nothing_and_one() {
        assert_eq!(dice([0; 8]), 0.0);
        assert_eq!(dice([255; 8]), 1.0);
    }
}
