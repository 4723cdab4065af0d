//! What a text holds, found in one pass over its bytes.

/// What a text holds: enough to know of most texts, without looking at them again, that something is not in them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Digest {
    /// The kinds of characters in it, as [`mark`] tells them.
    marks: u64,
    /// How many words it has: what stands between spaces and holds a letter or a digit.
    pub(crate) words: usize,
    /// How many of its words have more than six letters.
    pub(crate) long_words: usize,
    /// How many bytes its letters and digits take in lower case.
    pub(crate) key_length: usize,
}

/// Any digit from 0 to 9.
pub(crate) const DIGIT: u64 = 1 << 32;
/// Any letter from a to z.
const LOWER: u64 = 1 << 33;
/// Any letter from A to Z.
const UPPER: u64 = 1 << 34;
/// Any character outside of ASCII.
const FOREIGN: u64 = 1 << 35;
/// A word with two letters from A to Z, or more.
pub(crate) const CAPITALS: u64 = 1 << 36;

/// The kind of an ASCII character: punctuation marks have one each.
pub(crate) const fn mark(byte: u8) -> u64 {
    match byte {
        b'0'..=b'9' => DIGIT,
        b'a'..=b'z' => LOWER,
        b'A'..=b'Z' => UPPER,
        0x80.. => FOREIGN,
        b'!'..=b'/' => 1 << (byte - b'!'),
        b':'..=b'@' => 1 << (byte - b':' + 15),
        b'['..=b'`' => 1 << (byte - b'[' + 22),
        b'{'..=b'~' => 1 << (byte - b'{' + 28),
        _ => 0,
    }
}

const MARKS: [u64; 256] = {
    let mut marks = [0; 256];
    let mut byte = 0_u8;
    loop {
        marks[byte as usize] = mark(byte);
        if byte == u8::MAX {
            break marks;
        }
        byte += 1;
    }
};

/// What a byte adds to the counts of its word: letters, letters and digits, capitals.
const COUNTS: [u64; 256] = {
    let mut counts = [0; 256];
    let mut byte = 0_u8;
    while byte < 0x80 {
        counts[byte as usize] = (byte.is_ascii_alphabetic() as u64)
            | (byte.is_ascii_alphanumeric() as u64) << 20
            | (byte.is_ascii_uppercase() as u64) << 40;
        byte += 1;
    }
    counts
};

/// Longer words than this are counted letter by letter.
const COUNTED: usize = 1 << 20;

impl Digest {
    pub(crate) fn of(text: &str) -> Self {
        let mut digest = Self::default();
        let bytes = text.as_bytes();
        let mut start = 0;
        let (mut marks, mut counts) = (0, 0);
        for (at, byte) in bytes.iter().enumerate() {
            if *byte == b' ' {
                digest.add(text, start..at, marks, counts);
                (start, marks, counts) = (at + 1, 0, 0);
            } else {
                marks |= MARKS[usize::from(*byte)];
                counts += COUNTS[usize::from(*byte)];
            }
        }
        digest.add(text, start..bytes.len(), marks, counts);
        digest
    }

    fn add(&mut self, text: &str, word: std::ops::Range<usize>, marks: u64, counts: u64) {
        self.marks |= marks;
        let count = |shift: u32| usize::try_from(counts >> shift & 0xF_FFFF).unwrap_or_default();
        if count(40) > 1 {
            self.marks |= CAPITALS;
        }
        if marks & FOREIGN != 0 || word.len() >= COUNTED {
            let word = &text[word];
            self.words += usize::from(word.contains(char::is_alphanumeric));
            self.long_words += usize::from(word.chars().filter(|c| c.is_alphabetic()).count() > 6);
            let key = word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase);
            self.key_length += key.map(char::len_utf8).sum::<usize>();
        } else {
            self.words += usize::from(count(20) > 0);
            self.long_words += usize::from(count(0) > 6);
            self.key_length += count(20);
        }
    }

    /// Whether the text holds all of these kinds of characters.
    pub(crate) fn has(&self, marks: u64) -> bool {
        self.marks & marks == marks
    }

    /// Whether the text holds any of these kinds of characters.
    pub(crate) fn has_any(&self, marks: u64) -> bool {
        self.marks & marks != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_tells_what_a_text_holds() {
        let digest = Digest::of("We keep - \"Überweisungen\" (of BfDI) 3 years…");
        assert_eq!(digest.words, 7);
        assert_eq!(digest.long_words, 1);
        assert_eq!(digest.key_length, "wekeepüberweisungenofbfdi3years".len());
        assert!(digest.has(mark(b'(') | mark(b')') | mark(b'"') | mark(b'-') | DIGIT | CAPITALS));
        assert!(!digest.has_any(mark(b'[') | mark(b':') | mark(b'@')));
        assert!(!Digest::of("We Keep Data").has(CAPITALS));
        assert_eq!(Digest::of("").words, 0);
    }

    #[test]
    fn every_punctuation_mark_is_a_kind_of_its_own() {
        let punctuation = (0..0x80_u8).filter(u8::is_ascii_punctuation);
        let all = punctuation.clone().fold(0, |all, byte| all | mark(byte));
        assert_eq!(all.count_ones() as usize, punctuation.count());
        assert_eq!(all & (DIGIT | LOWER | UPPER | FOREIGN | CAPITALS), 0);
    }
}
