//! What a text holds, found in one pass over its bytes.

/// What a text holds: enough to know of most texts, without looking at them again, that something is not in them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Digest {
    /// The kinds of characters in it, as [`mark()`] tells them.
    marks: u64,
    /// Those of the characters that stand after a space, or first.
    firsts: u64,
    /// How many words it has: what stands between spaces and holds a letter or a digit.
    pub(crate) words: usize,
    /// How many of its words have more than six letters.
    pub(crate) long_words: usize,
    /// How many bytes its letters and digits take in lower case.
    pub(crate) key_length: usize,
    /// The first three characters of its words, as [`prefix`] tells them: a bit for each.
    prefixes: [u64; PREFIXES / 64],
}

/// How many kinds of first characters of words are told apart.
const PREFIXES: usize = 512;

/// The kind of the three characters from a place on, where a word starts: a letter or a digit after neither. Capitals are
/// the same as small letters.
pub(super) fn prefix(bytes: &[u8], at: usize) -> u32 {
    let letter = |at: usize| u32::from(bytes.get(at).copied().unwrap_or_default() | 0x20);
    let three = letter(at) << 16 | letter(at + 1) << 8 | letter(at + 2);
    three.wrapping_mul(0x9E37_79B1) >> 23
}

/// Any digit from 0 to 9.
pub(crate) const DIGIT: u64 = 1 << 32;
/// Any letter from a to z.
const LOWER: u64 = 1 << 33;
/// Any letter from A to Z.
const UPPER: u64 = 1 << 34;
/// Any character outside of ASCII.
const FOREIGN: u64 = 1 << 35;
/// Any control character.
const CONTROL: u64 = 1 << 37;
/// Any of the two letters outside of ASCII that are the same as "s" and "k" where case does not matter.
const FOLDED: u64 = 1 << 38;
/// A word with two letters from A to Z, or more.
pub(crate) const CAPITALS: u64 = 1 << 36;

/// The kind of a character, which of ASCII punctuation marks each has its own.
pub(crate) fn mark(byte: u8) -> u64 {
    MARKS[usize::from(byte)]
}

const fn kind(byte: u8) -> u64 {
    match byte {
        b'0'..=b'9' => DIGIT,
        b'a'..=b'z' => LOWER,
        b'A'..=b'Z' => UPPER,
        0x80.. => FOREIGN,
        b'!'..=b'/' => 1 << (byte - b'!'),
        b':'..=b'@' => 1 << (byte - b':' + 15),
        b'['..=b'`' => 1 << (byte - b'[' + 22),
        b'{'..=b'~' => 1 << (byte - b'{' + 28),
        b' ' => 0,
        0..b' ' | 0x7F => CONTROL,
    }
}

const MARKS: [u64; 256] = {
    let mut marks = [0; 256];
    let mut byte = 0_u8;
    loop {
        marks[byte as usize] = kind(byte);
        if byte == u8::MAX {
            break marks;
        }
        byte += 1;
    }
};

/// Whether a character is one of the typographic marks beside ASCII's: dashes, quotation marks, dots and spaces of several
/// widths. None is a letter or a digit, which takes Unicode's tables long to tell.
pub(super) fn is_typographic(character: char) -> bool {
    ('\u{2000}'..='\u{206F}').contains(&character)
}

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
                marks |= mark(*byte);
                counts += COUNTS[usize::from(*byte)];
            }
        }
        digest.add(text, start..bytes.len(), marks, counts);
        digest
    }

    /// Adds what another text holds, as far as it tells that something is in neither.
    pub(crate) fn include(&mut self, other: &Self) {
        self.marks |= other.marks;
        self.firsts |= other.firsts;
        self.prefixes.iter_mut().zip(&other.prefixes).for_each(|(prefixes, others)| *prefixes |= others);
    }

    fn add(&mut self, text: &str, word: std::ops::Range<usize>, marks: u64, counts: u64) {
        if word.is_empty() {
            return;
        }
        self.marks |= marks;
        let count = |shift: u32| usize::try_from(counts >> shift & 0xF_FFFF).unwrap_or_default();
        if count(40) > 1 {
            self.marks |= CAPITALS;
        }
        let bytes = text.as_bytes();
        let is_part = |at: usize| bytes[at].is_ascii_alphanumeric();
        self.firsts |= mark(bytes[word.start]);
        if is_part(word.start) {
            self.add_prefix(prefix(bytes, word.start));
        }
        if marks & !(LOWER | UPPER | DIGIT) != 0 {
            let starts = (word.start + 1..word.end).filter(|at| is_part(*at) && !is_part(at - 1));
            starts.for_each(|at| self.add_prefix(prefix(bytes, at)));
        }
        let length = word.len();
        let word = &text[word];
        let is_counted = marks & FOREIGN == 0 || word.chars().all(|c| c.is_ascii() || is_typographic(c));
        if !is_counted || length >= COUNTED {
            if word.contains(['\u{17F}', '\u{212A}']) {
                self.marks |= FOLDED;
            }
            let (mut letters, mut parts) = (0, 0);
            for character in word.chars() {
                let is_letter = character.is_alphabetic();
                if is_letter || character.is_numeric() {
                    letters += usize::from(is_letter);
                    parts += 1;
                    self.key_length += character.to_lowercase().map(char::len_utf8).sum::<usize>();
                }
            }
            self.words += usize::from(parts > 0);
            self.long_words += usize::from(letters > 6);
        } else {
            self.words += usize::from(count(20) > 0);
            self.long_words += usize::from(count(0) > 6);
            self.key_length += count(20);
        }
    }

    fn add_prefix(&mut self, prefix: u32) {
        self.prefixes[prefix as usize / 64] |= 1 << (prefix % 64);
    }

    /// Whether a word of the text may start with characters of this kind.
    pub(super) fn may_have_word(&self, prefix: u32) -> bool {
        self.prefixes[prefix as usize / 64] & 1 << (prefix % 64) != 0
    }

    /// Whether the text holds all of these kinds of characters after a space, or first.
    pub(super) fn has_first(&self, marks: u64) -> bool {
        self.firsts & marks == marks
    }

    /// Whether the text holds any of these kinds of characters after a space, or first.
    pub(super) fn has_any_first(&self, marks: u64) -> bool {
        self.firsts & marks != 0
    }

    /// Whether the text holds characters outside of ASCII.
    pub(crate) fn is_foreign(&self) -> bool {
        self.marks & FOREIGN != 0
    }

    /// Whether the text holds letters outside of ASCII that are letters of ASCII where case does not matter.
    pub(super) fn has_folded(&self) -> bool {
        self.marks & FOLDED != 0
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
    fn no_typographic_mark_is_a_letter_or_a_digit() {
        let marks: Vec<char> = ('\0'..=char::MAX).filter(|c| is_typographic(*c)).collect();
        assert!(marks.contains(&'\u{2019}') && marks.contains(&'\u{2013}'));
        assert!(marks.iter().all(|mark| !mark.is_alphanumeric()));
    }

    #[test]
    fn every_punctuation_mark_is_a_kind_of_its_own() {
        let punctuation = (0..0x80_u8).filter(u8::is_ascii_punctuation);
        let all = punctuation.clone().fold(0, |all, byte| all | mark(byte));
        assert_eq!(all.count_ones() as usize, punctuation.count());
        assert_eq!(all & (DIGIT | LOWER | UPPER | FOREIGN | CONTROL | CAPITALS), 0);
    }

    /// What a digest counts, counted letter by letter.
    fn counted(text: &str) -> (usize, usize, usize) {
        let words = || text.split(' ').filter(|word| word.contains(char::is_alphanumeric));
        let letters = |word: &&str| word.chars().filter(|c| c.is_alphabetic()).count() > 6;
        let key = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase);
        (words().count(), words().filter(letters).count(), key.map(char::len_utf8).sum())
    }

    #[test]
    fn words_are_counted_with_their_letters() {
        for text in [
            "one",
            " one  two ",
            "letters lettersX letter7 (letters) 1234567 12345678",
            "\u{C4}nderung \u{C4}nderun \u{2026} \u{2026}a",
            "\u{E9}\u{E8} \u{3B1}",
            "\u{201C}letters\u{201D} \u{201C}l\u{E9}tter\u{201D} \u{2014} a\u{2019}b",
            "- -- ... a-b",
            "\u{20AC} 5 \u{20AC}5 \u{2122}",
        ] {
            let digest = Digest::of(text);
            assert_eq!((digest.words, digest.long_words, digest.key_length), counted(text), "{text}");
        }
        // Words that are too long for the counts of a byte.
        for length in [COUNTED - 1, COUNTED, COUNTED + 1] {
            let digest = Digest::of(&"a".repeat(length));
            assert_eq!((digest.words, digest.long_words, digest.key_length), (1, 1, length));
        }
    }

    #[test]
    fn a_digest_tells_kinds_of_characters_and_where_they_stand() {
        let kinds = [
            ("a", LOWER),
            ("Z", UPPER),
            ("0", DIGIT),
            ("\u{E9}", FOREIGN),
            ("\u{7F}", CONTROL),
            ("\u{1}", CONTROL),
            ("[", mark(b'[')),
        ];
        for (text, kind) in kinds {
            for (of, held) in kinds {
                assert_eq!(Digest::of(of).has(kind), held == kind, "{text} {of}");
                assert_eq!(Digest::of(of).has_any(kind), held == kind, "{text} {of}");
            }
            let (first, later) = (Digest::of(&format!("{text}. ")), Digest::of(&format!(". .{text}")));
            assert_eq!((first.has_first(kind), later.has_first(kind)), (true, false), "{text}");
            assert_eq!((first.has_any_first(kind | DIGIT), later.has_any_first(kind)), (true, false), "{text}");
            assert!(first.has(kind | mark(b'.')) && !first.has(kind | mark(b',')));
            assert!(first.has_any(kind | mark(b',')));
            assert!(!first.has_first(kind | mark(b'.')));
        }
        assert!(Digest::of("\u{E9}").is_foreign() && !Digest::of("e").is_foreign());
        assert!(Digest::of("a EU").has(CAPITALS) && Digest::of("aEuU").has(CAPITALS));
        assert!(!Digest::of("E U").has(CAPITALS));
    }

    #[test]
    fn words_may_start_where_letters_follow_none() {
        let digest = Digest::of("Personal e-mail (addresses) \"7days\"");
        let may_start = |word: &str| digest.may_have_word(prefix(word.as_bytes(), 0));
        for word in ["personal", "PERSON", "e-mail", "mail", "addresses", "7days"] {
            assert!(may_start(word), "{word}");
        }
        for word in ["ersonal", "ail", "dresses", "days", "data"] {
            assert!(!may_start(word), "{word}");
        }
    }
}
