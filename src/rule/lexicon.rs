//! The lexicon: the words that patterns ask for.
//!
//! Every word test of every pattern gets a [`Symbol`], and every choice between tests a [`GroupId`]. A document's distinct
//! words are looked up once each (`rule::words`); from then on matching compares numbers.

use std::borrow::Cow;
use std::collections::HashMap;

/// A word test, or a class of words, as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Symbol(pub(crate) u32);

/// A group of word tests, as a number: a word is in it if it passes one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct GroupId(pub(crate) u32);

impl GroupId {
    pub(crate) fn idx(self) -> usize {
        self.0 as usize
    }
}

/// How a pattern tests one word; the text is in lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WordTest<'t> {
    Exact(&'t str),
    Stem(&'t str),
}

/// Words that are told by their form or place and not by their letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// A number in digits.
    Number,
    /// An e-mail address, or a word that links to one.
    Email,
    /// A web address.
    Url,
    /// A word of a link.
    Link,
}

impl Class {
    /// All of them; their symbols come first in every lexicon.
    pub(crate) const ALL: [Self; 4] = [Self::Number, Self::Email, Self::Url, Self::Link];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Email => "email",
            Self::Url => "url",
            Self::Link => "link",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }

    pub(crate) fn symbol(self) -> Symbol {
        match self {
            Self::Number => Symbol(0),
            Self::Email => Symbol(1),
            Self::Url => Symbol(2),
            Self::Link => Symbol(3),
        }
    }
}

/// Symbols by words: a hash table with open addressing, in numbers, so that the one of the built-in rules lies in the
/// executable as it is asked.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// Slots of [`SLOT`] numbers, a power of two of them, at least one in two free: the upper half of the hash, and the
    /// number of the word's place, counted from 1; 0 where the slot is free.
    pub(super) slots: Cow<'static, [u32]>,
    /// The places of the words, [`PLACE`] numbers each: the symbol, where it starts in `words`, and how many bytes it has.
    pub(super) places: Cow<'static, [u32]>,
    /// The words, one after another.
    pub(super) words: Cow<'static, str>,
}

/// How many numbers a slot has.
const SLOT: usize = 2;

/// How many numbers a place has.
const PLACE: usize = 3;

/// FNV-1a: the hash of a word is one step from that of the word without its last byte, so that all beginnings of a word
/// are looked up at the cost of one. The words are those of rule files, so nobody gains from making them collide.
#[derive(Clone, Copy)]
struct Hash(u64);

impl Hash {
    const EMPTY: Self = Self(0xcbf2_9ce4_8422_2325);

    fn of(word: &[u8]) -> Self {
        word.iter().copied().fold(Self::EMPTY, Self::with)
    }

    fn with(self, byte: u8) -> Self {
        Self((self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
    }

    /// All bits depend on all bytes.
    fn mixed(self) -> u64 {
        self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

impl Table {
    /// A table that need not grow for so many words, a power of two.
    fn with_room(words: usize) -> Self {
        Self { slots: Cow::Owned(vec![0; 2 * words * SLOT]), ..Self::default() }
    }

    /// The slots that a word with a hash may stand in, the first one first.
    fn slots_of(&self, hash: u64) -> impl Iterator<Item = (usize, [u32; SLOT])> {
        let (slots, _) = self.slots.as_chunks();
        let mask = slots.len() - 1;
        (0..slots.len()).map(move |step| {
            let at = (hash as usize).wrapping_add(step) & mask;
            (at, slots[at])
        })
    }

    /// The symbol of a word by the number of its place, and its text.
    fn word(&self, number: u32) -> (Symbol, &[u8]) {
        let (places, _) = self.places.as_chunks();
        let [symbol, start, length] = places[number as usize - 1];
        (Symbol(symbol), &self.words.as_bytes()[start as usize..][..length as usize])
    }

    fn find(&self, hash: Hash, word: &[u8]) -> Option<Symbol> {
        let hash = hash.mixed();
        for (_, [tag, number]) in self.slots_of(hash) {
            if number == 0 {
                return None;
            }
            if tag == tag_of(hash) {
                let (symbol, known) = self.word(number);
                if known == word {
                    return Some(symbol);
                }
            }
        }
        None
    }

    /// Adds a word that is not in the table.
    fn insert(&mut self, word: &str, symbol: Symbol) {
        let number = place(self.places.len() / PLACE + 1);
        if 2 * number as usize > self.slots.len() / SLOT {
            self.grow();
        }
        self.places.to_mut().extend([symbol.0, place(self.words.len()), place(word.len())]);
        self.words.to_mut().push_str(word);
        self.put(Hash::of(word.as_bytes()).mixed(), number);
    }

    fn put(&mut self, hash: u64, number: u32) {
        let free = self.slots_of(hash).find_map(|(at, [_, number])| (number == 0).then_some(at));
        let at = SLOT * free.expect("internal: one slot in two is free");
        self.slots.to_mut()[at..at + SLOT].copy_from_slice(&[tag_of(hash), number]);
    }

    fn grow(&mut self) {
        let size = (2 * self.slots.len()).max(16 * SLOT);
        self.slots = Cow::Owned(vec![0; size]);
        for number in 1..=place(self.places.len() / PLACE) {
            let hash = Hash::of(self.word(number).1).mixed();
            self.put(hash, number);
        }
    }
}

/// The part of a hash that a slot keeps; the other one chooses the slot.
fn tag_of(hash: u64) -> u32 {
    (hash >> 32) as u32
}

/// The word tests of a rule set.
#[derive(Debug)]
pub(crate) struct Lexicon {
    pub(super) exact: Table,
    pub(super) stems: Table,
    pub(super) count: u32,
    /// The groups by their tests, while rules are compiled.
    pub(super) open_groups: HashMap<Box<[u32]>, GroupId>,
    pub(super) group_count: u32,
    /// For each symbol where its groups start in `groups`, and one more for where the last ones end; empty while groups are
    /// made.
    pub(super) group_starts: Cow<'static, [u32]>,
    pub(super) groups: Cow<'static, [u32]>,
    /// For each group where its tests start in `tests`, and one more for where the last ones end.
    pub(super) test_starts: Cow<'static, [u32]>,
    pub(super) tests: Cow<'static, [u32]>,
}

impl Lexicon {
    pub(crate) fn new() -> Self {
        // Room for the built-in rules, so that the tables need not grow.
        let table = || Table::with_room(4096);
        Self {
            exact: table(),
            stems: table(),
            count: Class::ALL.iter().map(|_| 1).sum(),
            open_groups: HashMap::with_capacity(4096),
            group_count: 0,
            group_starts: Cow::default(),
            groups: Cow::default(),
            test_starts: Cow::Borrowed(&[0]),
            tests: Cow::default(),
        }
    }

    /// How many groups there are.
    pub(crate) fn group_count(&self) -> usize {
        self.group_count as usize
    }

    /// How many symbols there are.
    pub(crate) fn symbol_count(&self) -> usize {
        self.count as usize
    }

    /// The group of some tests, in order; the same for the same tests.
    pub(crate) fn group(&mut self, tests: &[Symbol]) -> GroupId {
        if self.open_groups.is_empty() {
            // The groups that were made before are needed by name again.
            let known = (0..self.group_count).map(GroupId);
            self.open_groups = known.map(|group| (self.tests_of(group).into(), group)).collect();
        }
        let tests: Box<[u32]> = tests.iter().map(|test| test.0).collect();
        if let Some(known) = self.open_groups.get(&tests) {
            return *known;
        }
        self.group_starts = Cow::default();
        let group = GroupId(self.group_count);
        self.group_count += 1;
        self.tests.to_mut().extend_from_slice(&tests);
        self.test_starts.to_mut().push(place(self.tests.len()));
        self.open_groups.insert(tests, group);
        group
    }

    /// Ends the making of groups: from now on each symbol knows those that it belongs to.
    pub(crate) fn close(&mut self) {
        self.open_groups = HashMap::default();
        if !self.group_starts.is_empty() {
            return;
        }
        // `starts[n + 1]` counts the groups of symbol n, then tells where they start, and in the end where they end.
        let mut starts = vec![0_u32; self.count as usize + 2];
        self.tests.iter().for_each(|symbol| starts[*symbol as usize + 2] += 1);
        let mut total = 0;
        for start in &mut starts {
            total += *start;
            *start = total;
        }
        let mut groups = vec![0; self.tests.len()];
        for group in (0..self.group_count).map(GroupId) {
            for symbol in self.tests_of(group) {
                let place = &mut starts[*symbol as usize + 1];
                groups[*place as usize] = group.0;
                *place += 1;
            }
        }
        starts.pop();
        self.groups = Cow::Owned(groups);
        self.group_starts = Cow::Owned(starts);
    }

    /// The tests of a group, in order.
    pub(crate) fn tests(&self, group: GroupId) -> impl Iterator<Item = Symbol> + Clone {
        self.tests_of(group).iter().map(|test| Symbol(*test))
    }

    fn tests_of(&self, group: GroupId) -> &[u32] {
        let at = group.idx();
        &self.tests[self.test_starts[at] as usize..self.test_starts[at + 1] as usize]
    }

    /// The groups that the test with a number is in, in order.
    pub(crate) fn groups_of(&self, at: usize) -> impl Iterator<Item = GroupId> {
        let groups = &self.groups[self.group_starts[at] as usize..self.group_starts[at + 1] as usize];
        groups.iter().map(|group| GroupId(*group))
    }

    /// The symbol of a word test, the same for the same test.
    pub(crate) fn symbol(&mut self, test: WordTest<'_>) -> Symbol {
        let (table, word) = match test {
            WordTest::Exact(word) => (&mut self.exact, without_possessive(word)),
            WordTest::Stem(word) => (&mut self.stems, word),
        };
        if let Some(symbol) = table.find(Hash::of(word.as_bytes()), word.as_bytes()) {
            return symbol;
        }
        let symbol = Symbol(self.count);
        self.count += 1;
        table.insert(word, symbol);
        self.group_starts = Cow::default();
        symbol
    }

    /// Adds the symbols whose tests a word passes, classes aside. The word is in lower case.
    pub(super) fn symbols_of(&self, word: &[u8], symbols: &mut Vec<Symbol>) {
        symbols.extend(self.exact.find(Hash::of(word), word));
        // A stem ends with a character, so the pieces of one are looked up in vain.
        let mut hash = Hash::EMPTY;
        for (at, byte) in word.iter().enumerate() {
            hash = hash.with(*byte);
            symbols.extend(self.stems.find(hash, &word[..=at]));
        }
    }
}

/// A place in a list as long as rule files may be.
fn place(count: usize) -> u32 {
    u32::try_from(count).expect("internal: rule files have bounded sizes")
}

pub(super) fn without_possessive(word: &str) -> &str {
    if !word.contains('\'') {
        return word;
    }
    word.strip_suffix("'s")
        .filter(|bare| !bare.is_empty() && !matches!(*bare, "it" | "that" | "what" | "let"))
        .unwrap_or(word)
        .trim_end_matches('\'')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_passes_its_tests() {
        let mut lexicon = Lexicon::new();
        let delete = lexicon.symbol(WordTest::Stem("delet"));
        let deletion = lexicon.symbol(WordTest::Exact("deletion"));
        let symbols_of = |word: &str| {
            let mut symbols = Vec::new();
            lexicon.symbols_of(word.as_bytes(), &mut symbols);
            symbols
        };
        assert_eq!(symbols_of("deletion"), [deletion, delete]);
        assert_eq!(symbols_of("deleted"), [delete]);
        assert_eq!(symbols_of("dele"), []);
    }
}
