//! Rows of numbers with a text beside them: how what is made when the program is built lies in the executable, and is read
//! again.

use std::borrow::Cow;

/// What is written when the program is built.
#[derive(Debug, Default)]
pub(crate) struct Written {
    pub(crate) numbers: Vec<u32>,
    pub(crate) text: String,
}

impl Written {
    /// A number of 64 bits, the upper half first.
    pub(super) fn long(&mut self, number: u64) {
        self.numbers.extend([(number >> 32) as u32, (number & u64::from(u32::MAX)) as u32]);
    }

    pub(super) fn count(&mut self, count: usize) {
        self.numbers.push(u32::try_from(count).expect("internal: the built-in rules are small"));
    }

    pub(super) fn text(&mut self, text: &str) {
        self.count(text.len());
        self.text.push_str(text);
    }

    /// Numbers after their count.
    pub(super) fn row(&mut self, numbers: &[u32]) {
        self.count(numbers.len());
        self.numbers.extend_from_slice(numbers);
    }
}

/// What is left to be read.
pub(super) struct Frozen {
    pub(super) numbers: &'static [u32],
    pub(super) text: &'static str,
}

impl Frozen {
    pub(super) fn number(&mut self) -> u32 {
        let (first, rest) = self.numbers.split_first().expect("internal: what was frozen is whole");
        self.numbers = rest;
        *first
    }

    pub(super) fn long(&mut self) -> u64 {
        u64::from(self.number()) << 32 | u64::from(self.number())
    }

    pub(super) fn count(&mut self) -> usize {
        self.number() as usize
    }

    pub(super) fn text(&mut self) -> &'static str {
        let (text, rest) = self.text.split_at(self.count());
        self.text = rest;
        text
    }

    pub(super) fn row(&mut self) -> Cow<'static, [u32]> {
        let count = self.count();
        let (row, rest) = self.numbers.split_at(count);
        self.numbers = rest;
        Cow::Borrowed(row)
    }
}
