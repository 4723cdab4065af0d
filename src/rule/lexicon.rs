//! The lexicon: the words that patterns ask for, and the words of a document as patterns see them.
//!
//! Every word test of every pattern gets a [`Symbol`]. A document's distinct words are looked up once each; from then
//! on matching compares numbers.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher};
use std::ops::Range;

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::document::{Prose, ProseSpan};

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

/// Symbols by words. The words are those of rule files, so nobody gains from making them collide.
type Table = HashMap<Vec<u8>, Symbol, BuildHasherDefault<Fnv>>;

/// FNV-1a, which is faster than the standard hash on words.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn write_u32(&mut self, number: u32) {
        self.0 = (self.0 ^ u64::from(number)).wrapping_mul(0x0000_0100_0000_01b3);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// The word tests of a rule set.
#[derive(Debug)]
pub(crate) struct Lexicon {
    exact: Table,
    stems: Table,
    count: u32,
    /// The groups by their tests, while rules are compiled.
    open_groups: HashMap<Box<[Symbol]>, GroupId, BuildHasherDefault<Fnv>>,
    group_count: u32,
    /// For each symbol where its groups start in `groups`, and one more for where the last ones end.
    group_starts: Vec<u32>,
    groups: Vec<GroupId>,
    /// For each group where its tests start in `tests`, and one more for where the last ones end.
    test_starts: Vec<u32>,
    tests: Vec<Symbol>,
}

impl Lexicon {
    pub(crate) fn new() -> Self {
        // Room for the built-in rules, so that the tables need not grow.
        let table = || Table::with_capacity_and_hasher(4096, BuildHasherDefault::default());
        Self {
            exact: table(),
            stems: table(),
            count: Class::ALL.iter().map(|_| 1).sum(),
            open_groups: HashMap::with_capacity_and_hasher(4096, BuildHasherDefault::default()),
            group_count: 0,
            group_starts: Vec::new(),
            groups: Vec::new(),
            test_starts: vec![0],
            tests: Vec::new(),
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
        if let Some(known) = self.open_groups.get(tests) {
            return *known;
        }
        let group = GroupId(self.group_count);
        self.group_count += 1;
        self.open_groups.insert(tests.into(), group);
        self.tests.extend_from_slice(tests);
        self.test_starts.push(place(self.tests.len()));
        group
    }

    /// Ends the making of groups: from now on each symbol knows those that it belongs to.
    pub(crate) fn close(&mut self) {
        self.open_groups = HashMap::default();
        let mut of_symbols: Vec<(Symbol, GroupId)> = Vec::with_capacity(self.tests.len());
        for group in (0..self.group_count).map(GroupId) {
            of_symbols.extend(self.tests(group).iter().map(|symbol| (*symbol, group)));
        }
        of_symbols.sort_unstable();
        self.groups = of_symbols.iter().map(|(_, group)| *group).collect();
        let starts = (0..=self.count).map(|symbol| place(of_symbols.partition_point(|(other, _)| other.0 < symbol)));
        self.group_starts = starts.collect();
    }

    /// The tests of a group, in order.
    pub(crate) fn tests(&self, group: GroupId) -> &[Symbol] {
        let at = group.idx();
        &self.tests[self.test_starts[at] as usize..self.test_starts[at + 1] as usize]
    }

    /// The groups that the test with a number is in, in order.
    pub(crate) fn groups_of(&self, at: usize) -> &[GroupId] {
        &self.groups[self.group_starts[at] as usize..self.group_starts[at + 1] as usize]
    }

    /// The symbol of a word test, the same for the same test.
    pub(crate) fn symbol(&mut self, test: WordTest<'_>) -> Symbol {
        let (table, word) = match test {
            WordTest::Exact(word) => (&mut self.exact, without_possessive(word)),
            WordTest::Stem(word) => (&mut self.stems, word),
        };
        if let Some(symbol) = table.get(word.as_bytes()) {
            return *symbol;
        }
        let symbol = Symbol(self.count);
        self.count += 1;
        table.insert(word.as_bytes().to_vec(), symbol);
        symbol
    }

    /// Adds the symbols whose tests a word passes, classes aside. The word is in lower case.
    fn symbols_of(&self, word: &[u8], symbols: &mut Vec<Symbol>) {
        symbols.extend(self.exact.get(word));
        // A stem is never a part of a character, so the pieces of one are looked up in vain.
        symbols.extend((1..=word.len()).filter_map(|length| self.stems.get(&word[..length])));
    }
}

/// A place in a list as long as rule files may be.
fn place(count: usize) -> u32 {
    u32::try_from(count).expect("internal: rule files have bounded sizes")
}

/// A distinct word of a document, as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct WordId(u32);

/// A word of a clause.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) word: WordId,
    pub(crate) at: ProseSpan,
}

/// The distinct words of a document with the symbols of each. Words that differ in class only are distinct.
#[derive(Debug)]
pub(crate) struct Words<'l> {
    lexicon: &'l Lexicon,
    table: HashTable<WordId>,
    hasher: DefaultHashBuilder,
    /// The words in lower case, one after another, each with a byte for its classes at the end.
    keys: Vec<u8>,
    known: Vec<Known>,
    /// The symbols of all words.
    symbols: Vec<Symbol>,
}

/// A word that is known.
#[derive(Debug)]
struct Known {
    hash: u64,
    key: Range<usize>,
    symbols: Range<usize>,
}

impl<'l> Words<'l> {
    pub(crate) fn new(lexicon: &'l Lexicon) -> Self {
        Self {
            lexicon,
            table: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            keys: Vec::new(),
            known: Vec::new(),
            symbols: Vec::new(),
        }
    }

    /// The symbols whose tests a word passes.
    pub(crate) fn symbols(&self, word: WordId) -> &[Symbol] {
        &self.symbols[self.known[word.0 as usize].symbols.clone()]
    }

    /// Reads the words of a prose.
    pub(crate) fn read(&mut self, prose: &Prose, tokens: &mut Vec<Token>) {
        let text = prose.text();
        let mut links = prose.links().iter().peekable();
        each_word(text, |at, form| {
            while links.next_if(|link| link.label.end <= at.start).is_some() {}
            let link = links.peek().filter(|link| link.label.start < at.end).map(|link| link.target.as_str());
            let word = self.id(&text[at.start..at.end], form, link);
            tokens.push(Token { word, at });
        });
    }

    fn id(&mut self, word: &str, form: Form, link: Option<&str>) -> WordId {
        let mut classes = 0_u8;
        let mut add = |class: Class| classes |= 1 << class.symbol().0;
        match form {
            Form::Word => {}
            Form::Number => add(Class::Number),
            Form::Email => add(Class::Email),
            Form::Url => add(Class::Url),
        }
        if let Some(target) = link {
            add(Class::Link);
            if target.starts_with("mailto:") {
                add(Class::Email);
            }
        }
        // The key is written behind the others, and taken back if it is known.
        let from = self.keys.len();
        if word.is_ascii() {
            self.keys.extend(word.bytes().map(|byte| byte.to_ascii_lowercase()));
        } else {
            let lower: String = word.chars().flat_map(char::to_lowercase).collect();
            self.keys.extend_from_slice(lower.as_bytes());
        }
        let end = self.keys.len();
        self.keys.push(classes);
        let (before, key) = self.keys.split_at(from);
        let hash = self.hasher.hash_one(key);
        let known = &self.known;
        let same = |id: &WordId| {
            let other = &known[id.0 as usize];
            other.hash == hash && before[other.key.clone()] == *key
        };
        if let Some(id) = self.table.find(hash, same) {
            self.keys.truncate(from);
            return *id;
        }
        let first = self.symbols.len();
        let of_classes = Class::ALL.into_iter().map(Class::symbol).filter(|symbol| classes & (1 << symbol.0) != 0);
        self.symbols.extend(of_classes);
        self.lexicon.symbols_of(&self.keys[from..end], &mut self.symbols);
        let id = WordId(u32::try_from(self.known.len()).expect("internal: a document has fewer words than bytes"));
        self.known.push(Known { hash, key: from..self.keys.len(), symbols: first..self.symbols.len() });
        let known = &self.known;
        self.table.insert_unique(hash, id, |id| known[id.0 as usize].hash);
        id
    }
}

fn without_possessive(word: &str) -> &str {
    if !word.contains('\'') {
        return word;
    }
    word.strip_suffix("'s")
        .filter(|bare| !bare.is_empty() && !matches!(*bare, "it" | "that" | "what" | "let"))
        .unwrap_or(word)
        .trim_end_matches('\'')
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Word,
    Number,
    Email,
    Url,
}

/// Tells the words of a text with their places: runs of letters and digits, apostrophes inside them, and e-mail and web
/// addresses as one word each.
fn each_word(text: &str, mut tell: impl FnMut(ProseSpan, Form)) {
    let bytes = text.as_bytes();
    let mut start = 0;
    while start < bytes.len() {
        let length = bytes[start..].iter().position(|byte| *byte == b' ').unwrap_or(bytes.len() - start);
        let chunk = ProseSpan { start, end: start + length };
        start = chunk.end + 1;
        if length == 0 {
            continue;
        }
        let shown = &bytes[chunk.start..chunk.end];
        if shown.iter().all(u8::is_ascii_alphanumeric) {
            tell(chunk, form_of(shown));
            continue;
        }
        match address(&text[chunk.start..chunk.end]) {
            Some((inner, form)) => {
                let at = ProseSpan { start: chunk.start + inner.start, end: chunk.start + inner.end };
                plain_words(text, ProseSpan { start: chunk.start, end: at.start }, &mut tell);
                tell(at, form);
                plain_words(text, ProseSpan { start: at.end, end: chunk.end }, &mut tell);
            }
            None => plain_words(text, chunk, &mut tell),
        }
    }
}

fn form_of(word: &[u8]) -> Form {
    if word.iter().all(u8::is_ascii_digit) { Form::Number } else { Form::Word }
}

/// The e-mail or web address in a chunk of text without spaces.
fn address(chunk: &str) -> Option<(ProseSpan, Form)> {
    // Most chunks are a word with a comma or a full stop behind it.
    let inner = chunk.trim_end_matches(|c: char| c.is_ascii_punctuation() && c != '/');
    let marked = |byte: u8| matches!(byte, b'.' | b':');
    if !inner.bytes().any(marked) && !(inner.len() == 3 && chunk.bytes().any(marked)) {
        return None;
    }
    if let Some(at) = chunk.find('@') {
        let local = |c: char| c.is_alphanumeric() || "._%+-".contains(c);
        let start =
            chunk[..at].char_indices().rev().take_while(|(_, c)| local(*c)).last().map_or(at, |(start, _)| start);
        let domain = |c: char| c.is_alphanumeric() || ".-".contains(c);
        let length = chunk[at + 1..].find(|c| !domain(c)).unwrap_or(chunk.len() - at - 1);
        let end = at + 1 + chunk[at + 1..at + 1 + length].trim_end_matches(['.', '-']).len();
        let whole = start < at && chunk[at + 1..end].contains('.');
        return whole.then_some((ProseSpan { start, end }, Form::Email));
    }
    let lower = chunk.to_ascii_lowercase();
    let start = ["http://", "https://", "www."].iter().filter_map(|opening| lower.find(opening)).min();
    if let Some(start) = start {
        let end =
            start + chunk[start..].trim_end_matches(['.', ',', ';', ')', ']', '>', '"', '\'', '!', '?', ':']).len();
        return (start < end).then_some((ProseSpan { start, end }, Form::Url));
    }
    let bare = chunk.trim_matches(|c: char| !c.is_alphanumeric());
    let host = bare.split('/').next().unwrap_or_default();
    let mut labels = host.rsplit('.');
    let top = labels.next().unwrap_or_default();
    let labels: Vec<&str> = labels.collect();
    let is_host = !labels.is_empty()
        && (2..=6).contains(&top.len())
        && top.bytes().all(|byte| byte.is_ascii_lowercase())
        && labels
            .iter()
            .all(|label| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))
        && labels.iter().any(|label| label.len() >= 3 && label.bytes().any(|byte| byte.is_ascii_lowercase()));
    let start = chunk.find(bare)?;
    is_host.then_some((ProseSpan { start, end: start + bare.len() }, Form::Url))
}

fn plain_words(text: &str, stretch: ProseSpan, tell: &mut impl FnMut(ProseSpan, Form)) {
    let is_part = |c: char| c.is_alphanumeric() || c == '\'';
    let shown = &text[stretch.start..stretch.end];
    let mut offset = 0;
    while offset < shown.len() {
        let rest = &shown[offset..];
        let length = match rest.bytes().position(|byte| !(byte.is_ascii_alphanumeric() || byte == b'\'')) {
            Some(at) if rest.as_bytes()[at].is_ascii() => at,
            Some(_) => rest.find(|c| !is_part(c)).unwrap_or(rest.len()),
            None => rest.len(),
        };
        let piece = &rest[..length];
        let start = offset + (piece.len() - piece.trim_start_matches('\'').len());
        let word = without_possessive(piece.trim_matches('\''));
        if !word.is_empty() {
            let at = ProseSpan { start: stretch.start + start, end: stretch.start + start + word.len() };
            tell(at, form_of(word.as_bytes()));
        }
        offset += length + rest[length..].chars().next().map_or(0, char::len_utf8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_their_forms() {
        let shown = |text: &str| {
            let mut words = Vec::new();
            each_word(text, |at, form| match form {
                Form::Word => words.push(text[at.start..at.end].to_owned()),
                form => words.push(format!("{}:{form:?}", &text[at.start..at.end])),
            });
            words.join(" ")
        };
        assert_eq!(shown("We don't opt-out (e.g. Art. 6(1)(f))."), "We don't opt out e g Art 6:Number 1:Number f");
        assert_eq!(shown("the authority's 'users' data"), "the authority users data");
        assert_eq!(shown("mail: <dpo@acme.example>, or"), "mail dpo@acme.example:Email or");
        assert_eq!(shown("see https://acme.example/a?b=1."), "see https://acme.example/a?b=1:Url");
        assert_eq!(shown("on Acme.com/privacy, U.S. and/or"), "on Acme.com/privacy:Url U S and or");
        assert_eq!(shown("30-day, 1,000"), "30:Number day 1:Number 000:Number");
    }

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
