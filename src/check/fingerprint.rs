//! Fingerprints: what stays the same about a finding when the policy is edited elsewhere.

use std::fmt;

use super::Finding;

/// A hash of the rule's id and of the words of the clause that the finding is about, in lower case and without
/// punctuation; of the id alone where something is missing. Lines, places and file names have no part in it, and it is
/// FNV-1a (64 bits), which is the same in every build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// The digits that show it.
    const DIGITS: usize = 16;

    /// Reads what [`fmt::Display`] writes; nothing if the text is none.
    pub fn parse(text: &str) -> Option<Self> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let well_formed = text.len() == Self::DIGITS && text.bytes().all(is_digit);
        well_formed.then(|| u64::from_str_radix(text, 16).ok()).flatten().map(Self)
    }

    pub(crate) fn of(rule: &str, words: &str) -> Self {
        let mut hash = Self(0xcbf2_9ce4_8422_2325);
        hash.add(rule);
        for word in words.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
            hash.add("\0");
            if word.is_ascii() {
                word.bytes().for_each(|byte| hash.add_byte(byte.to_ascii_lowercase()));
            } else {
                hash.add(&word.to_lowercase());
            }
        }
        hash
    }

    fn add(&mut self, text: &str) {
        text.bytes().for_each(|byte| self.add_byte(byte));
    }

    fn add_byte(&mut self, byte: u8) {
        self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// Makes the fingerprints of one document distinct: the second finding of a rule on the same words is another one.
pub(super) fn tell_apart(findings: &mut [Finding]) {
    let mut seen = std::collections::BTreeMap::new();
    for finding in findings {
        let count: &mut usize = seen.entry(finding.fingerprint).or_default();
        if *count > 0 {
            finding.fingerprint.add(&format!("\0#{count}"));
        }
        *count += 1;
    }
}
