//! Rows of numbers with a text beside them: how what is made when the program is built lies in the executable, and is read
//! again.

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

    /// Where something starts that is written somewhere else: behind so many numbers and so many bytes of the text.
    pub(super) fn place(&mut self, elsewhere: &Self) {
        self.count(elsewhere.numbers.len());
        self.count(elsewhere.text.len());
    }

    /// Numbers after their count.
    pub(super) fn row(&mut self, numbers: &[u32]) {
        self.count(numbers.len());
        self.numbers.extend_from_slice(numbers);
    }
}

/// What is left to be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frozen {
    pub(super) numbers: &'static [u32],
    pub(super) text: &'static str,
}

impl Frozen {
    /// What lies behind so many numbers and so many bytes of the text.
    pub(super) fn behind(self, numbers: usize, text: usize) -> Self {
        Self { numbers: &self.numbers[numbers..], text: &self.text[text..] }
    }

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

    pub(super) fn row(&mut self) -> &'static [u32] {
        let count = self.count();
        let (row, rest) = self.numbers.split_at(count);
        self.numbers = rest;
        row
    }

    /// Rows of the same length, after their count.
    pub(super) fn rows<const LENGTH: usize>(&mut self) -> &'static [[u32; LENGTH]] {
        let count = self.count();
        let (rows, rest) = self.numbers.split_at(count * LENGTH);
        self.numbers = rest;
        rows.as_chunks().0
    }
}
