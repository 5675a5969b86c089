//! Mail to measure with: text that looks like text, the same for the same seed, and no two messages alike.

/// A row of numbers that depends on its seed alone (xorshift64*); good enough to choose words with.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        ((self.roll() >> 33) as usize) % bound
    }

    /// A fraction from 0 to 1.
    fn fraction(&mut self) -> f64 {
        (self.roll() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// How many different words people use in these messages.
const VOCABULARY: usize = 20_000;

const ONSETS: [&str; 20] =
    ["b", "c", "d", "f", "g", "h", "l", "m", "n", "p", "r", "s", "t", "v", "w", "st", "tr", "ch", "sh", "pr"];
const VOWELS: [&str; 8] = ["a", "e", "i", "o", "u", "ea", "ou", "ai"];
const CODAS: [&str; 10] = ["", "", "n", "r", "s", "t", "l", "m", "nd", "ck"];

/// The vocabulary, common words first and short.
pub struct Words(Vec<String>);

impl Words {
    pub fn new() -> Self {
        let mut dice = Dice::new(20);
        let word = |at: usize, dice: &mut Dice| {
            let syllables = 1 + usize::from(at > 60) + usize::from(at > 3_000);
            (0..syllables)
                .map(|_| [ONSETS[dice.below(20)], VOWELS[dice.below(8)], CODAS[dice.below(10)]].concat())
                .collect::<String>()
        };
        Self((0..VOCABULARY).map(|at| word(at, &mut dice)).collect())
    }

    /// A word, common ones far oftener than rare ones (as Zipf found it).
    fn pick<'a>(&'a self, dice: &mut Dice) -> &'a str {
        let at = (VOCABULARY as f64).powf(dice.fraction()) as usize - 1;
        &self.0[at.min(VOCABULARY - 1)]
    }

    fn sentence(&self, dice: &mut Dice, words: usize) -> String {
        let picked: Vec<_> = (0..words).map(|_| self.pick(dice)).collect();
        picked.join(" ")
    }

    /// A whole message of about `size` bytes, text in lines of common length, CRLF ends, no line that begins with a dot.
    pub fn message(&self, seed: u64, to: &str, size: usize) -> Vec<u8> {
        let mut dice = Dice::new(seed);
        let day = 1 + dice.below(28);
        let (hour, minute, second) = (dice.below(24), dice.below(60), dice.below(60));
        let subject_words = 2 + dice.below(7);
        let subject = self.sentence(&mut dice, subject_words);
        let from = format!("{}.{}@sender.test", self.pick(&mut dice), self.pick(&mut dice));
        let mut message = format!(
            "From: \"{}\" <{from}>\r\nTo: <{to}>\r\nSubject: {subject}\r\n\
             Date: Mon, {day:02} Mar 2026 {hour:02}:{minute:02}:{second:02} +0000\r\n\
             Message-ID: <{seed:016x}.{}@sender.test>\r\nMIME-Version: 1.0\r\n\
             Content-Type: text/plain; charset=utf-8\r\n\r\n",
            self.sentence(&mut dice, 2),
            dice.below(1_000_000_000),
        );
        let mut line = String::new();
        while message.len() + line.len() + 2 < size {
            line.push_str(self.pick(&mut dice));
            // A number now and then: dates, prices, telephone numbers.
            if dice.below(25) == 0 {
                line.push_str(&format!(" {}", dice.below(100_000)));
            }
            if line.len() > 66 {
                message.push_str(&line);
                message.push_str(if dice.below(8) == 0 { ".\r\n\r\n" } else { "\r\n" });
                line.clear();
            } else {
                line.push_str(if dice.below(12) == 0 { ", " } else { " " });
            }
        }
        message.push_str(line.trim_end());
        message.push_str("\r\n");
        message.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::Words;

    #[test]
    fn the_same_seed_gives_the_same_message_and_another_seed_another() {
        let words = Words::new();
        let one = words.message(7, "bob@comentum.test", 4096);
        assert_eq!(one, words.message(7, "bob@comentum.test", 4096));
        assert_ne!(one, words.message(8, "bob@comentum.test", 4096));
    }

    #[test]
    fn a_message_has_the_size_that_was_asked_for_and_needs_no_dot_stuffing() {
        let words = Words::new();
        for size in [4096, 100 * 1024] {
            let message = words.message(3, "bob@comentum.test", size);
            assert!(message.len().abs_diff(size) < 16, "{} for {size}", message.len());
            assert!(!message.windows(3).any(|three| three == b"\r\n."));
            assert!(message.ends_with(b"\r\n"));
        }
    }
}
