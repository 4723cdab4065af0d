//! The phrase pattern: what rule authors write instead of regular expressions.
//!
//! ```text
//! pattern = item { " " item }
//! item    = word               this word, whatever its case
//!         | word"*"            a word that starts so
//!         | "(" pattern { "|" pattern } ")" ["?"]   one of these; with "?" or nothing
//!         | "<" name ">"       a vocabulary entry, or a class of words (number, email, url, link)
//!         | "..." [count]      a gap inside the clause; with a count at most so many words
//! ```
//!
//! Patterns are made of words: punctuation, quotes, hyphens and spacing of the text do not matter, and a hyphen in a
//! pattern separates words just as a space does. A word in a pattern or a text ends before a possessive "'s".

use std::ops::Range;
use std::sync::Arc;

use super::lexicon::{Class, Lexicon, Symbol, WordTest};

/// A pattern, parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    pub(crate) sequence: Sequence,
}

/// Elements that follow each other.
pub(crate) type Sequence = Vec<Element>;

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Element {
    /// A word that passes a test.
    Word(Symbol),
    /// A vocabulary entry by its name.
    Name(String),
    /// Any words; `None` is without limit.
    Gap(Option<usize>),
    /// One of these, or where it is optional none of them.
    /// The options that are one word each stand in `words`, in order; all others in `options`.
    Choice { words: Arc<[Symbol]>, options: Vec<Sequence>, presence: Presence },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    Required,
    Optional,
}

/// Why a pattern can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PatternError {
    /// The bytes of the pattern that are wrong.
    pub at: Range<usize>,
    /// What was expected, in one sentence without a full stop.
    pub message: String,
}

/// The widest gap with a count.
pub(crate) const WIDEST_GAP: usize = 40;
/// The longest pattern, in bytes.
pub(crate) const LONGEST_PATTERN: usize = 2000;
/// How deep parentheses go.
const DEEPEST: usize = 8;

/// What is wrong with a pattern, if anything.
pub(crate) fn pattern_error(text: &str) -> Option<PatternError> {
    Pattern::parse(text, &mut Lexicon::new()).err()
}

impl Pattern {
    /// Reads a pattern; the lexicon learns its words.
    pub(crate) fn parse(text: &str, lexicon: &mut Lexicon) -> Result<Self, PatternError> {
        if text.len() > LONGEST_PATTERN {
            let message = format!("a pattern has at most {LONGEST_PATTERN} bytes, this one has {}", text.len());
            return Err(PatternError { at: 0..text.len(), message });
        }
        let mut parser = Parser { text, lexicon, offset: 0, depth: 0 };
        let sequence = parser.sequence()?;
        if parser.offset < text.len() {
            return Err(
                parser.error(1, "expected a word, `(`, `<` or `...`; a `)` or `|` here closes or divides nothing")
            );
        }
        let pattern = Self { sequence };
        pattern.check_ends(text)?;
        Ok(pattern)
    }

    /// All vocabulary names in it.
    pub(crate) fn names(&self) -> Vec<&str> {
        fn collect<'p>(sequence: &'p Sequence, names: &mut Vec<&'p str>) {
            for element in sequence {
                match element {
                    Element::Name(name) => names.push(name),
                    Element::Choice { options, .. } => options.iter().for_each(|option| collect(option, names)),
                    Element::Word(_) | Element::Gap(_) => {}
                }
            }
        }
        let mut names = Vec::new();
        collect(&self.sequence, &mut names);
        names
    }

    /// The tests of which one word passes one, where that is all that it asks for.
    pub(crate) fn one_word(&self) -> Option<&[Symbol]> {
        match self.sequence.as_slice() {
            [Element::Word(symbol)] => Some(std::slice::from_ref(symbol)),
            [Element::Choice { words, options, presence: Presence::Required }] if options.is_empty() => Some(words),
            _ => None,
        }
    }

    fn check_ends(&self, text: &str) -> Result<(), PatternError> {
        let error = |message: &str| Err(PatternError { at: 0..text.len(), message: message.to_owned() });
        match (self.sequence.first(), self.sequence.last()) {
            (Some(Element::Gap(_)), _) | (_, Some(Element::Gap(_))) => {
                error("a gap `...` stands between two words, not at an end of the pattern")
            }
            _ if self.sequence.iter().all(can_be_nothing) => {
                error("a pattern needs at least one word that must be there")
            }
            _ => Ok(()),
        }
    }
}

fn can_be_nothing(element: &Element) -> bool {
    match element {
        Element::Gap(_) | Element::Choice { presence: Presence::Optional, .. } => true,
        Element::Choice { options, .. } => options.iter().any(|option| option.iter().all(can_be_nothing)),
        Element::Word(_) | Element::Name(_) => false,
    }
}

struct Parser<'t> {
    text: &'t str,
    lexicon: &'t mut Lexicon,
    offset: usize,
    depth: usize,
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.offset..]
    }

    fn error(&self, length: usize, message: impl Into<String>) -> PatternError {
        let end = (self.offset + length).min(self.text.len());
        PatternError { at: self.offset.min(end)..end, message: message.into() }
    }

    fn skip_spaces(&mut self) {
        let spaces = self.rest().bytes().take_while(|byte| matches!(byte, b' ' | b'-' | b'\n')).count();
        self.offset += spaces;
    }

    fn sequence(&mut self) -> Result<Sequence, PatternError> {
        let mut sequence = Vec::new();
        loop {
            self.skip_spaces();
            match self.rest().bytes().next() {
                None | Some(b')' | b'|') => break,
                Some(b'(') => sequence.push(self.choice()?),
                Some(b'<') => sequence.push(self.name()?),
                Some(b'.') => sequence.push(self.gap()?),
                Some(_) => sequence.push(Element::Word(self.word()?)),
            }
        }
        if sequence.is_empty() {
            return Err(self.error(1, "expected a word, `(`, `<` or `...`"));
        }
        Ok(sequence)
    }

    fn choice(&mut self) -> Result<Element, PatternError> {
        if self.depth == DEEPEST {
            return Err(self.error(1, format!("parentheses go at most {DEEPEST} deep")));
        }
        let opened = self.offset;
        self.depth += 1;
        self.offset += 1;
        let mut words = Vec::with_capacity(8);
        let mut options = Vec::new();
        loop {
            match self.single_word() {
                Some(word) => words.push(word),
                None => match self.sequence()?.as_slice() {
                    [Element::Word(word)] => words.push(*word),
                    option => options.push(option.to_vec()),
                },
            }
            if !self.rest().starts_with('|') {
                break;
            }
            self.offset += 1;
        }
        words.sort_unstable();
        words.dedup();
        if !self.rest().starts_with(')') {
            let message = "this `(` is closed by no `)`".to_owned();
            return Err(PatternError { at: opened..opened + 1, message });
        }
        self.offset += 1;
        self.depth -= 1;
        let presence = match self.rest().starts_with('?') {
            true => {
                self.offset += 1;
                Presence::Optional
            }
            false => Presence::Required,
        };
        Ok(Element::Choice { words: words.into(), options, presence })
    }

    /// An option that is one word, which most are; nothing, and nothing read, if it is more.
    fn single_word(&mut self) -> Option<Symbol> {
        self.skip_spaces();
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'\'' | b'*') || !byte.is_ascii();
        let length = self.rest().bytes().take_while(is_part).count();
        if length == 0 || !matches!(self.rest().as_bytes().get(length), Some(b'|' | b')')) {
            return None;
        }
        let written = &self.rest()[..length];
        let stem = written.strip_suffix('*');
        let word = stem.unwrap_or(written);
        // A word in capitals, or with a star inside, is left to the slow way.
        if word.is_empty()
            || !word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'\'')
        {
            return None;
        }
        self.offset += length;
        let test = if stem.is_some() { WordTest::Stem(word) } else { WordTest::Exact(word) };
        Some(self.lexicon.symbol(test))
    }

    fn name(&mut self) -> Result<Element, PatternError> {
        let Some(length) = self.rest().find('>') else {
            return Err(self.error(1, "this `<` is closed by no `>`"));
        };
        let name = self.rest()[1..length].to_owned();
        if name.is_empty()
            || !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        {
            return Err(
                self.error(length + 1, "a name is made of lower-case letters, digits and hyphens: `<personal-data>`")
            );
        }
        self.offset += length + 1;
        Ok(Class::named(&name).map_or(Element::Name(name), |class| Element::Word(class.symbol())))
    }

    fn gap(&mut self) -> Result<Element, PatternError> {
        if !self.rest().starts_with("...") {
            return Err(self.error(1, "expected `...`, a gap; other punctuation means nothing in a pattern"));
        }
        let digits: String = self.rest()[3..].chars().take_while(char::is_ascii_digit).collect();
        let count = match digits.as_str() {
            "" => None,
            digits => match digits.parse::<usize>() {
                Ok(count) if (1..=WIDEST_GAP).contains(&count) => Some(count),
                _ => {
                    return Err(
                        self.error(3 + digits.len(), format!("a gap with a count spans 1 to {WIDEST_GAP} words"))
                    );
                }
            },
        };
        self.offset += 3 + digits.len();
        Ok(Element::Gap(count))
    }

    fn word(&mut self) -> Result<Symbol, PatternError> {
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'\'' || !byte.is_ascii();
        let length = self.rest().bytes().take_while(is_part).count();
        if length == 0 {
            let shown: String = self.rest().chars().take(1).collect();
            return Err(self.error(
                shown.len(),
                format!("`{shown}` means nothing in a pattern: patterns are made of words, `word*`, `(a|b)`, `(a)?`, `<name>` and `...`"),
            ));
        }
        let written = &self.rest()[..length];
        let folded =
            if written.bytes().all(|byte| byte.is_ascii_lowercase()) { None } else { Some(written.to_lowercase()) };
        let word = folded.as_deref().unwrap_or(written);
        self.offset += length;
        let after = self.rest().bytes().next();
        if after == Some(b'*') {
            self.offset += 1;
            if self.rest().bytes().next().is_some_and(|byte| is_part(&byte) || byte == b'*') {
                return Err(self.error(1, format!("a `*` ends a word: `{word}*` is any word that starts so")));
            }
            return Ok(self.lexicon.symbol(WordTest::Stem(word)));
        }
        if after == Some(b'?') {
            return Err(self.error(1, format!("write `({word})?` for a word that may be absent")));
        }
        Ok(self.lexicon.symbol(WordTest::Exact(word)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(pattern: &str) -> String {
        let error = Pattern::parse(pattern, &mut Lexicon::new()).unwrap_err();
        format!("{}..{} {}", error.at.start, error.at.end, error.message)
    }

    #[test]
    fn reads_every_element() {
        let mut lexicon = Lexicon::new();
        let pattern = Pattern::parse("Keep* (your|the)? <personal-data> ...5 opt-out", &mut lexicon).unwrap();
        let keep = Element::Word(lexicon.symbol(WordTest::Stem("keep")));
        let mut exact = |word| lexicon.symbol(WordTest::Exact(word));
        assert_eq!(
            pattern.sequence,
            vec![
                keep,
                Element::Choice {
                    words: Arc::from([exact("your"), exact("the")]),
                    options: Vec::new(),
                    presence: Presence::Optional,
                },
                Element::Name("personal-data".to_owned()),
                Element::Gap(Some(5)),
                Element::Word(exact("opt")),
                Element::Word(exact("out")),
            ]
        );
        assert_eq!(pattern.names(), ["personal-data"]);
        let number = Pattern::parse("<number>", &mut Lexicon::new()).unwrap();
        assert_eq!(number.sequence, vec![Element::Word(Class::Number.symbol())]);
    }

    #[test]
    fn says_what_is_wrong_and_where() {
        let messages: Vec<String> = [
            "",
            "(a|b",
            "a)",
            "a (b|)",
            "<Name>",
            "<open",
            "... a",
            "a ...99 b",
            "a, b",
            "(a)?",
            "a? b",
            "a . b",
            "a*b",
            "(a*b|c)",
            "a**",
        ]
        .into_iter()
        .map(message)
        .collect();
        insta::assert_snapshot!(messages.join("\n"), @"
        0..0 expected a word, `(`, `<` or `...`
        0..1 this `(` is closed by no `)`
        1..2 expected a word, `(`, `<` or `...`; a `)` or `|` here closes or divides nothing
        5..6 expected a word, `(`, `<` or `...`
        0..6 a name is made of lower-case letters, digits and hyphens: `<personal-data>`
        0..1 this `<` is closed by no `>`
        0..5 a gap `...` stands between two words, not at an end of the pattern
        2..7 a gap with a count spans 1 to 40 words
        1..2 `,` means nothing in a pattern: patterns are made of words, `word*`, `(a|b)`, `(a)?`, `<name>` and `...`
        0..4 a pattern needs at least one word that must be there
        1..2 write `(a)?` for a word that may be absent
        2..3 expected `...`, a gap; other punctuation means nothing in a pattern
        2..3 a `*` ends a word: `a*` is any word that starts so
        3..4 a `*` ends a word: `a*` is any word that starts so
        2..3 a `*` ends a word: `a*` is any word that starts so
        ");
        assert!(message(&"a ".repeat(2000)).contains("at most 2000 bytes"));
        assert!(message(&"(".repeat(9)).contains("at most 8 deep"));
    }
}
