//! The seeds of a target, and changes to them: the same ones in every run, so that a failure can be repeated.

use std::path::Path;

/// What the grammars here turn on.
const TOKENS: &[&[u8]] = &[
    b"\r\n",
    b"\n",
    b"\r",
    b".",
    b"\r\n.\r\n",
    b" ",
    b"\0",
    b"@",
    b"<",
    b">",
    b"\"",
    b"\\",
    b"=",
    b"+",
    b";",
    b":",
    b",",
    b"\xff",
    "\u{202e}".as_bytes(),
    "\u{e9}".as_bytes(),
    b"BDAT 5\r\n",
    b" LAST",
    b"250-",
    b"250 ",
    b"99999999999999999999",
    b"=?utf-8?b?",
    b"?=",
];

/// Runs a judge over every seed of `target`, and over `changes` changed ones.
pub fn run(target: &str, changes: usize, judge: impl Fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds").join(target);
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let seeds: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(file).unwrap()).collect();
    assert!(seeds.len() >= 3, "{} seeds in {}", seeds.len(), folder.display());
    seeds.iter().for_each(|seed| judge(seed));
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let mut new = 0;
    for _ in 0..changes {
        let mut bytes = seeds[dice.below(seeds.len())].clone();
        for _ in 0..=dice.below(4) {
            change(&mut bytes, &seeds, &mut dice);
        }
        bytes.truncate(4096);
        new += usize::from(!seeds.contains(&bytes));
        judge(&bytes);
    }
    assert!(new * 4 > changes * 3, "only {new} of {changes} inputs were no seeds");
}

fn change(bytes: &mut Vec<u8>, seeds: &[Vec<u8>], dice: &mut Dice) {
    let at = dice.below(bytes.len() + 1);
    let end = (at + dice.below(20)).min(bytes.len());
    match dice.below(6) {
        0 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
        1 => drop(bytes.drain(at..end)),
        2 => {
            let piece = bytes[at..end].to_vec();
            bytes.splice(at..at, piece);
        }
        3 => {
            let other = &seeds[dice.below(seeds.len())];
            let from = dice.below(other.len() + 1);
            bytes.truncate(at);
            bytes.extend_from_slice(&other[from..]);
        }
        _ => {
            bytes.splice(at..at, TOKENS[dice.below(TOKENS.len())].iter().copied());
        }
    }
}

/// Xorshift: chance that is the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}
