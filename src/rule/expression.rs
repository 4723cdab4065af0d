//! The regular expressions of rules: compiled when they are first needed, and searched only where they may match.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use regex::{Regex, RegexBuilder};
use regex_automata::Match;
use regex_automata::nfa::thompson::NFA;
use regex_automata::nfa::thompson::backtrack::BoundedBacktracker;
use regex_automata::nfa::thompson::pikevm::PikeVM;

use super::automaton::{LARGEST_REGEX, automaton_of};
use super::digest::Digest;
use super::frozen::FrozenRegex;
use super::prefilter::Prefilter;
use crate::document::ProseSpan;

/// A regular expression that is compiled when it is first needed. It is known to compile: a user's was tried when the
/// rule file was read, and a test tries the built-in ones.
#[derive(Debug)]
pub(crate) struct LazyRegex {
    text: Cow<'static, str>,
    /// What is known of a built-in one.
    frozen: Option<FrozenRegex>,
    /// What every match holds: a text without it need not be searched, nor the expression be compiled.
    prefilter: OnceLock<Prefilter>,
    compiled: OnceLock<Compiled>,
    /// What searches the first few texts: it is slower, and made in a third of the time. Nothing if the expression is none,
    /// or too large.
    first: OnceLock<Option<BoundedBacktracker>>,
    /// How many bytes that has searched.
    searched: AtomicUsize,
}

/// What searches all texts but the first few.
#[derive(Debug)]
enum Compiled {
    Fast(Regex),
    /// Of an expression that grows too large where it is read backwards, which the fast way takes.
    Small(PikeVM),
}

/// When it pays to compile an expression for speed: after so many bytes.
const FEW: usize = 1 << 12;

impl LazyRegex {
    /// An expression of which nothing is known yet.
    pub(crate) fn new(text: &str) -> Self {
        Self::of(text.to_owned().into(), None)
    }

    /// A built-in expression.
    pub(crate) fn known(frozen: FrozenRegex) -> Self {
        Self::of(frozen.text.into(), Some(frozen))
    }

    fn of(text: Cow<'static, str>, frozen: Option<FrozenRegex>) -> Self {
        Self {
            text,
            frozen,
            prefilter: OnceLock::new(),
            compiled: OnceLock::new(),
            first: OnceLock::new(),
            searched: AtomicUsize::new(0),
        }
    }

    /// Tries it, within bounds that keep rule files of strangers harmless.
    pub(crate) fn compile(&self) -> Result<(), regex::Error> {
        match self.first() {
            Some(_) => Ok(()),
            // The fast way tells what is wrong.
            None => fast(&self.text).map(|_| ()),
        }
    }

    /// The matches in a text that are not empty.
    pub(crate) fn find_iter(&self, text: &str) -> Vec<ProseSpan> {
        if self.compiled.get().is_none()
            && self.searched.fetch_add(text.len(), Ordering::Relaxed) < FEW
            && let Some(first) = self.first()
            && text.len() <= first.max_haystack_len()
        {
            let mut cache = first.create_cache();
            let found = first.try_find_iter(&mut cache, text);
            return spans(found.map_while(Result::ok).map(range)).collect();
        }
        match self.compiled.get_or_init(|| self.compiled()) {
            Compiled::Fast(regex) => spans(regex.find_iter(text).map(|found| found.range())).collect(),
            Compiled::Small(small) => spans(small.find_iter(&mut small.create_cache(), text).map(range)).collect(),
        }
    }

    /// Whether a text may have a match; its digest tells what it holds.
    pub(crate) fn may_match(&self, text: &str, digest: &Digest) -> bool {
        self.prefilter().passes(text, digest)
    }

    /// Whether one of some texts may have a match, by what they hold together.
    pub(crate) fn may_match_one(&self, texts: &Digest) -> bool {
        self.prefilter().passes_one(texts)
    }

    fn first(&self) -> Option<&BoundedBacktracker> {
        self.first.get_or_init(|| BoundedBacktracker::new_from_nfa(self.automaton()?).ok()).as_ref()
    }

    fn automaton(&self) -> Option<NFA> {
        self.frozen.and_then(FrozenRegex::automaton).or_else(|| automaton_of(&self.text))
    }

    fn compiled(&self) -> Compiled {
        if let Ok(fast) = fast(&self.text) {
            return Compiled::Fast(fast);
        }
        let small = self.automaton().and_then(|automaton| PikeVM::new_from_nfa(automaton).ok());
        Compiled::Small(small.expect("internal: a rule's regular expression was tried before"))
    }

    fn prefilter(&self) -> &Prefilter {
        self.prefilter.get_or_init(|| self.frozen.map_or_else(|| Prefilter::of(&self.text), FrozenRegex::prefilter))
    }
}

/// Compiles an expression for speed.
fn fast(regex: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(regex).size_limit(LARGEST_REGEX).dfa_size_limit(LARGEST_REGEX).build()
}

fn range(found: Match) -> Range<usize> {
    found.range()
}

/// The matches that are not empty.
fn spans(found: impl Iterator<Item = Range<usize>>) -> impl Iterator<Item = ProseSpan> {
    found.filter(|range| !range.is_empty()).map(|Range { start, end }| ProseSpan { start, end })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first few texts are searched another way than all others.
    #[test]
    fn a_text_is_searched_alike_however_often() {
        let regex = LazyRegex::new(r"(?i)\bdata?\b|x*");
        let text = "Dat, data, datax. xx DATA";
        let spans = |found: Vec<ProseSpan>| found.iter().map(|span| &text[span.start..span.end]).collect::<Vec<_>>();
        let compiled = LazyRegex::new(&regex.text);
        compiled.searched.store(FEW, Ordering::Relaxed);
        let expected = ["Dat", "data", "x", "xx", "DATA"];
        assert_eq!(spans(compiled.find_iter(text)), expected);
        assert!(compiled.first.get().is_none());
        for _ in 0..=FEW / text.len() {
            assert!(regex.compiled.get().is_none());
            assert_eq!(spans(regex.find_iter(text)), expected);
        }
        assert_eq!(spans(regex.find_iter(text)), expected);
        assert!(regex.compiled.get().is_some());
        // A text that is too long for that way is searched all the same.
        let long = LazyRegex::new("[a-z]{9}");
        assert_eq!(long.find_iter(&"abcdefghi ".repeat(1 << 16)).len(), 1 << 16);
        assert!(long.compiled.get().is_some());
    }

    #[test]
    fn an_expression_that_is_too_large_is_no_expression() {
        let regex = LazyRegex::new(r"\w{1000}{100}");
        assert!(regex.compile().is_err());
        assert!(regex.first().is_none());
        assert!(LazyRegex::new("(").compile().is_err());
    }

    /// Characters of many bytes share their ends, and not their starts.
    #[test]
    fn an_expression_that_is_too_large_backwards_is_searched_all_the_same() {
        let regex = LazyRegex::new(r"\w{40}-");
        assert!(regex.compile().is_ok());
        assert!(fast(&regex.text).is_err());
        let text = format!("{}- ", "é".repeat(150));
        for _ in 0..=FEW / text.len() + 1 {
            assert_eq!(regex.find_iter(&text), [ProseSpan { start: 220, end: 301 }]);
        }
        assert!(matches!(regex.compiled.get(), Some(Compiled::Small(_))));
    }

    #[test]
    fn what_may_match_is_told_before_it_is_searched() {
        let regex = LazyRegex::new("cookies?:");
        let may_match = |text: &str| regex.may_match(text, &Digest::of(text));
        assert!(may_match("Our cookies: none"));
        assert!(!may_match("Our pixels: none"));
        assert!(!may_match("Our cookies"));
    }
}
