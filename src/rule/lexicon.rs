//! The lexicon: the words that patterns ask for, and the words of a document as patterns see them.
//!
//! Every word test of every pattern gets a [`Symbol`]. A document's distinct words are looked up once each; from then
//! on matching compares numbers.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::document::{Prose, ProseSpan, as_it_looks};

/// A word test, or a class of words, as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Symbol(pub(crate) u32);

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
type Table = HashMap<String, Symbol, BuildHasherDefault<Fnv>>;

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

    fn finish(&self) -> u64 {
        self.0
    }
}

/// The word tests of a rule set.
#[derive(Debug)]
pub(crate) struct Lexicon {
    exact: Table,
    stems: Table,
    /// How long the longest stem is, in bytes: no longer starts of a word need be looked up.
    longest_stem: usize,
    count: u32,
}

impl Lexicon {
    pub(crate) fn new() -> Self {
        // Room for the built-in rules, so that the tables need not grow.
        let table = || Table::with_capacity_and_hasher(4096, BuildHasherDefault::default());
        Self { exact: table(), stems: table(), longest_stem: 0, count: Class::ALL.iter().map(|_| 1).sum() }
    }

    /// How many symbols there are.
    pub(crate) fn len(&self) -> usize {
        self.count as usize
    }

    /// The symbol of a word test, the same for the same test.
    pub(crate) fn symbol(&mut self, test: WordTest<'_>) -> Symbol {
        let (table, word) = match test {
            WordTest::Exact(word) => (&mut self.exact, without_possessive(word)),
            WordTest::Stem(word) => (&mut self.stems, word),
        };
        if let Some(symbol) = table.get(word) {
            return *symbol;
        }
        if let WordTest::Stem(stem) = test {
            self.longest_stem = self.longest_stem.max(stem.len());
        }
        let symbol = Symbol(self.count);
        self.count += 1;
        table.insert(word.to_owned(), symbol);
        symbol
    }

    /// The symbols whose tests a word passes, classes aside. The word is in lower case.
    fn symbols_of(&self, word: &str) -> Vec<Symbol> {
        let exact = self.exact.get(word).copied();
        let prefixes = word.char_indices().map(|(at, c)| &word[..at + c.len_utf8()]);
        let prefixes = prefixes.take_while(|prefix| prefix.len() <= self.longest_stem);
        exact.into_iter().chain(prefixes.filter_map(|prefix| self.stems.get(prefix).copied())).collect()
    }
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
    /// By the word in lower case with a character for its classes at the end.
    ids: HashMap<String, WordId>,
    key: String,
    symbols: Vec<Vec<Symbol>>,
}

impl<'l> Words<'l> {
    pub(crate) fn new(lexicon: &'l Lexicon) -> Self {
        Self { lexicon, ids: HashMap::new(), key: String::new(), symbols: Vec::new() }
    }

    /// The symbols of a word.
    pub(crate) fn symbols(&self, word: WordId) -> &[Symbol] {
        &self.symbols[word.0 as usize]
    }

    /// The words of a prose.
    pub(crate) fn tokens(&mut self, prose: &Prose) -> Vec<Token> {
        let mut links = prose.links().iter().peekable();
        let mut tokens = Vec::new();
        for (at, form) in words(prose.text()) {
            while links.next_if(|link| link.label.end <= at.start).is_some() {}
            let link = links.peek().filter(|link| link.label.start < at.end).map(|link| &*link.target);
            let word = self.id(&prose.text()[at.start..at.end], form, link);
            tokens.push(Token { word, at });
        }
        tokens
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
        self.key.clear();
        // A word that mixes scripts is read as it looks: whatever put the letters there must not hide it.
        let looks = as_it_looks(word);
        self.key.extend(looks.as_deref().unwrap_or(word).chars().flat_map(char::to_lowercase));
        let length = self.key.len();
        self.key.push(char::from(classes));
        if let Some(id) = self.ids.get(&self.key) {
            return *id;
        }
        let of_classes = Class::ALL.into_iter().map(Class::symbol).filter(|symbol| classes & (1 << symbol.0) != 0);
        let symbols = of_classes.chain(self.lexicon.symbols_of(&self.key[..length])).collect();
        let id = WordId(u32::try_from(self.symbols.len()).expect("internal: a document has fewer words than bytes"));
        self.symbols.push(symbols);
        self.ids.insert(self.key.clone(), id);
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

/// The words of a text with their places: runs of letters and digits, apostrophes inside them, and e-mail and web
/// addresses as one word each.
fn words(text: &str) -> Vec<(ProseSpan, Form)> {
    let mut found = Vec::new();
    for chunk in chunks(text) {
        let shown = &text[chunk.start..chunk.end];
        match address(shown) {
            Some((inner, form)) => {
                let at = ProseSpan { start: chunk.start + inner.start, end: chunk.start + inner.end };
                plain_words(text, ProseSpan { start: chunk.start, end: at.start }, &mut found);
                found.push((at, form));
                plain_words(text, ProseSpan { start: at.end, end: chunk.end }, &mut found);
            }
            None => plain_words(text, chunk, &mut found),
        }
    }
    found
}

fn chunks(text: &str) -> impl Iterator<Item = ProseSpan> {
    let mut start = 0;
    text.split(' ').map(move |chunk| {
        let span = ProseSpan { start, end: start + chunk.len() };
        start = span.end + 1;
        span
    })
}

/// The e-mail or web address in a chunk of text without spaces.
fn address(chunk: &str) -> Option<(ProseSpan, Form)> {
    if !chunk.contains(['.', ':']) {
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

fn plain_words(text: &str, stretch: ProseSpan, found: &mut Vec<(ProseSpan, Form)>) {
    let shown = &text[stretch.start..stretch.end];
    let is_part = |c: char| c.is_alphanumeric() || c == '\'';
    let mut offset = 0;
    for piece in shown.split(|c: char| !is_part(c)) {
        let start = offset + (piece.len() - piece.trim_start_matches('\'').len());
        let word = without_possessive(piece.trim_matches('\''));
        if !word.is_empty() {
            let at = ProseSpan { start: stretch.start + start, end: stretch.start + start + word.len() };
            let number = word.bytes().all(|byte| byte.is_ascii_digit());
            found.push((at, if number { Form::Number } else { Form::Word }));
        }
        offset += piece.len() + shown[offset + piece.len()..].chars().next().map_or(0, char::len_utf8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_their_forms() {
        let shown = |text: &str| {
            let words: Vec<String> = words(text)
                .into_iter()
                .map(|(at, form)| match form {
                    Form::Word => text[at.start..at.end].to_owned(),
                    form => format!("{}:{form:?}", &text[at.start..at.end]),
                })
                .collect();
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
        assert_eq!(lexicon.symbols_of("deletion"), [deletion, delete]);
        assert_eq!(lexicon.symbols_of("deleted"), [delete]);
        assert_eq!(lexicon.symbols_of("dele"), []);
    }
}
