//! The words of a document, as patterns see them.

use std::hash::BuildHasher;
use std::ops::Range;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::digest::is_typographic;
use super::lexicon::{Class, Lexicon, Symbol, without_possessive};
use crate::document::{Prose, ProseSpan, as_it_looks};

/// A distinct word, as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct WordId(u32);

/// A word of a clause. A document has many, so it takes half the room that a span would.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) word: WordId,
    start: u32,
    end: u32,
}

impl Token {
    /// A word at a place; nothing if more than 4 GiB stand before its end, in a heading that has more words than are read.
    fn new(word: WordId, at: ProseSpan) -> Option<Self> {
        Some(Self { word, start: u32::try_from(at.start).ok()?, end: u32::try_from(at.end).ok()? })
    }

    /// Where it stands in the clause's prose.
    pub(crate) fn at(self) -> ProseSpan {
        ProseSpan { start: self.start as usize, end: self.end as usize }
    }
}

/// The words of documents, looked up in a lexicon.
#[derive(Debug)]
pub(crate) struct Words<'l> {
    lexicon: &'l Lexicon,
    known: KnownWords,
}

/// Distinct words with the symbols of each. Words that differ in class only are distinct. Policies share most of their words,
/// so those of one serve the next that is read with the same lexicon.
#[derive(Debug)]
pub(crate) struct KnownWords {
    table: HashTable<WordId>,
    hasher: DefaultHashBuilder,
    /// The words in lower case, one after another, each with a byte for its classes at the end.
    keys: Vec<u8>,
    words: Vec<Known>,
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

/// Words that take more bytes together are let go before the next document, however few they are.
const MOST_KEPT: usize = 1 << 18;

impl Default for KnownWords {
    fn default() -> Self {
        Self {
            // Room for the distinct words of a policy of usual size.
            table: HashTable::with_capacity(1024),
            hasher: DefaultHashBuilder::default(),
            keys: Vec::new(),
            words: Vec::new(),
            symbols: Vec::new(),
        }
    }
}

impl<'l> Words<'l> {
    /// Starts with words that are known from documents that were read with the same lexicon.
    pub(crate) fn new(lexicon: &'l Lexicon, known: KnownWords) -> Self {
        Self { lexicon, known }
    }

    /// What may be kept for the next document.
    pub(crate) fn into_known(self) -> KnownWords {
        if self.known.keys.len() > MOST_KEPT { KnownWords::default() } else { self.known }
    }

    /// The symbols whose tests a word passes.
    pub(crate) fn symbols(&self, word: WordId) -> &[Symbol] {
        &self.known.symbols[self.known.words[word.0 as usize].symbols.clone()]
    }

    /// Reads the words of a prose.
    pub(crate) fn read(&mut self, prose: &Prose, tokens: &mut Vec<Token>) {
        let text = prose.text();
        let mut links = prose.links().iter().peekable();
        each_word(text, |at, form| {
            while links.next_if(|link| link.label.end <= at.start).is_some() {}
            let link = links.peek().filter(|link| link.label.start < at.end).map(|link| &*link.target);
            let word = self.id(&text[at.start..at.end], form, link);
            tokens.extend(Token::new(word, at));
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
        let KnownWords { table, hasher, keys, words, symbols } = &mut self.known;
        // The key is written behind the others, and taken back if it is known.
        let from = keys.len();
        if word.is_ascii() {
            keys.extend(word.bytes().map(|byte| byte.to_ascii_lowercase()));
        } else {
            // A word that mixes scripts is read as it looks: whatever put the letters there must not hide it.
            let looks = as_it_looks(word);
            let lower: String = looks.as_deref().unwrap_or(word).chars().flat_map(char::to_lowercase).collect();
            keys.extend_from_slice(lower.as_bytes());
        }
        let end = keys.len();
        keys.push(classes);
        let (before, key) = keys.split_at(from);
        let hash = hasher.hash_one(key);
        let same = |id: &WordId| {
            let other = &words[id.0 as usize];
            other.hash == hash && before[other.key.clone()] == *key
        };
        if let Some(id) = table.find(hash, same) {
            keys.truncate(from);
            return *id;
        }
        let first = symbols.len();
        let of_classes = Class::ALL.into_iter().map(Class::symbol).filter(|symbol| classes & (1 << symbol.0) != 0);
        symbols.extend(of_classes);
        self.lexicon.symbols_of(&keys[from..end], symbols);
        let id = WordId(u32::try_from(words.len()).expect("internal: a document has fewer words than bytes"));
        words.push(Known { hash, key: from..keys.len(), symbols: first..symbols.len() });
        table.insert_unique(hash, id, |id| words[id.0 as usize].hash);
        id
    }
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
        // Most words stand between two spaces.
        let length = bytes[start..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let after = bytes.get(start + length);
        if after.is_none_or(|byte| *byte == b' ') {
            let at = ProseSpan { start, end: start + length };
            if length > 0 {
                tell(at, form_of(&bytes[at.start..at.end]));
            }
            start = at.end + 1;
            continue;
        }
        let rest = bytes[start + length..].iter().take_while(|byte| **byte != b' ').count();
        let chunk = ProseSpan { start, end: start + length + rest };
        start = chunk.end + 1;
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
    // Most chunks are a word with a comma or a full stop behind it; a bare "www." is an address.
    let inner = chunk.trim_end_matches(|c: char| c.is_ascii_punctuation() && c != '/');
    let marked = |byte: u8| matches!(byte, b'.' | b':');
    let whole = if inner.len() == 3 { chunk } else { inner };
    if !whole.bytes().any(marked) {
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
    let is_part = |c: char| !is_typographic(c) && c.is_alphanumeric() || c == '\'';
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
    fn addresses_are_one_word() {
        let shown = |text: &str| {
            let mut words = Vec::new();
            each_word(text, |at, form| words.push((text[at.start..at.end].to_owned(), form)));
            words
        };
        let address = |text: &str, form: Form| {
            let found: Vec<String> =
                shown(text).into_iter().filter(|(_, found)| *found == form).map(|(word, _)| word).collect();
            found.join(" ")
        };
        for (text, email) in [
            ("a@b.c", "a@b.c"),
            ("mailto:dpo+eu_1%2-x.y@sub.acme-x.example,", "dpo+eu_1%2-x.y@sub.acme-x.example"),
            ("<dpo@acme.example.->", "dpo@acme.example"),
            ("\u{FC}ber@m\u{FC}ller.example;", "\u{FC}ber@m\u{FC}ller.example"),
            ("(dpo@acme.example)/x", "dpo@acme.example"),
            ("dpo@acme", ""),
            ("dpo@acme.", ""),
            ("@acme.example", ""),
            ("dpo @ acme.example", ""),
        ] {
            assert_eq!(address(text, Form::Email), email, "{text}");
        }
        for (text, url) in [
            ("www.", "www"),
            ("See www.", "www"),
            ("(see:https://Acme.example/x?y).", "https://Acme.example/x?y"),
            ("HTTP://A.B", "HTTP://A.B"),
            ("http://a.b/,;)]>\"'!?:", "http://a.b/"),
            ("acme.com/privacy/,", "acme.com/privacy"),
            ("(sub.acme-x.museum)", "sub.acme-x.museum"),
            ("a.acme.com", "a.acme.com"),
            ("acme.c", ""),
            ("acme.company", ""),
            ("acme.COM", ""),
            ("ACME.com", ""),
            ("ab.com", ""),
            ("acme..com", ""),
            ("ac_me.com", ""),
            ("acme:com", ""),
            ("end.Then", ""),
            ("1.5", ""),
        ] {
            assert_eq!(address(text, Form::Url), url, "{text}");
        }
        let number = |text: &str| address(text, Form::Number);
        assert_eq!((number("2024, 1.5 30th A4 7"), number("6(1)(f)")), ("2024 1 5 7".to_owned(), "6 1".to_owned()));
        let words = |text: &str| address(text, Form::Word);
        assert_eq!(words("'tis 'twas' o'clock users' it's ''"), "tis twas o'clock users it's");
        assert_eq!(
            words("M\u{FC}ller's f\u{FC}r, wei\u{DF}\u{2026}na\u{EF}ve  to"),
            "M\u{FC}ller f\u{FC}r wei\u{DF} na\u{EF}ve to"
        );
        assert_eq!(words("x@acme: and (dpo@acme.example) too"), "x acme and too");
    }

    #[test]
    fn a_word_is_told_by_its_letters_its_form_and_its_link() {
        use super::super::lexicon::WordTest;
        use crate::document::{Document, Format};
        use crate::source::SourceFile;

        let mut lexicon = Lexicon::new();
        let policy = lexicon.symbol(WordTest::Exact("policy"));
        lexicon.close();
        let text = "Policy pol\u{131}cy p\u{43E}licy [our policy](/p) [policy](mailto:a@b.example) policy 7 a@b.example acme.com/ab";
        let source = SourceFile::new("a", text.as_bytes());
        let document = Document::parse(&source, Format::Markdown);
        let mut words = Words::new(&lexicon, KnownWords::default());
        let mut tokens = Vec::new();
        words.read(&document.clauses()[0].prose, &mut tokens);
        let [one, other, looks, our, linked, mailed, again, seven, email, plain] = tokens[..] else {
            panic!("{} words", tokens.len())
        };
        let symbols = |token: Token| words.symbols(token.word).to_vec();
        assert_eq!(symbols(one), [policy]);
        assert_eq!(symbols(other), []);
        // One word, whatever its case, and whatever letters it only looks to have.
        assert_eq!((one.word, one.word), (looks.word, again.word));
        assert_eq!(symbols(our), [Class::Link.symbol()]);
        assert_eq!(symbols(linked), [Class::Link.symbol(), policy]);
        assert_eq!(symbols(mailed), [Class::Email.symbol(), Class::Link.symbol(), policy]);
        assert_eq!(symbols(seven), [Class::Number.symbol()]);
        assert_eq!(symbols(email), [Class::Email.symbol()]);
        assert_eq!(symbols(plain), [Class::Url.symbol()]);
    }

    #[test]
    fn words_are_kept_for_the_next_document_up_to_so_many_bytes() {
        use crate::document::{Document, Format};
        use crate::source::SourceFile;

        let mut lexicon = Lexicon::new();
        lexicon.close();
        let kept = |known: KnownWords, text: String| {
            let document = Document::parse(&SourceFile::new("a", text.as_bytes()), Format::Markdown);
            let mut words = Words::new(&lexicon, known);
            let mut tokens = Vec::new();
            document.clauses().iter().for_each(|clause| words.read(&clause.prose, &mut tokens));
            (words.into_known(), tokens)
        };
        let (known, first) = kept(KnownWords::default(), "one two three".to_owned());
        let (known, again) = kept(known, "two three four".to_owned());
        let ids = |tokens: &[Token]| tokens.iter().map(|token| token.word.0).collect::<Vec<_>>();
        assert_eq!((ids(&first), ids(&again)), (vec![0, 1, 2], vec![1, 2, 3]));
        assert_eq!(known.words.len(), 4);
        // Few words can be long ones.
        let long: Vec<String> = (100..300).map(|number| format!("{number}{}", "a".repeat(2000))).collect();
        assert_eq!(kept(known, long.join("\n\n")).0.words.len(), 0);
    }
}
