//! The regular expressions of rules: compiled when they are first needed, and searched only where they may match.

use std::borrow::Cow;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use regex::{Regex, RegexBuilder};
use regex_automata::nfa::thompson::backtrack::BoundedBacktracker;

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
    compiled: OnceLock<Regex>,
    /// What searches the first few texts: it is slower, and made in a third of the time.
    first: OnceLock<Option<BoundedBacktracker>>,
    /// How many bytes that has searched.
    searched: AtomicUsize,
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

    /// Compiles it, within bounds that keep rule files of strangers harmless.
    pub(crate) fn compile(&self) -> Result<(), regex::Error> {
        if self.compiled.get().is_none() {
            let mut builder = RegexBuilder::new(&self.text);
            let regex = builder.size_limit(LARGEST_REGEX).dfa_size_limit(LARGEST_REGEX).build()?;
            self.compiled.get_or_init(|| regex);
        }
        Ok(())
    }

    /// The matches in a text that are not empty.
    pub(crate) fn find_iter(&self, text: &str) -> Vec<ProseSpan> {
        if self.compiled.get().is_none()
            && self.searched.fetch_add(text.len(), Ordering::Relaxed) < FEW
            && let Some(first) = self.first.get_or_init(|| self.backtracker())
            && text.len() <= first.max_haystack_len()
        {
            let mut cache = first.create_cache();
            let found = first.try_find_iter(&mut cache, text).map_while(Result::ok);
            return found.map(|found| (found.start(), found.end())).filter_map(not_empty).collect();
        }
        self.compile().expect("internal: a rule's regular expression was tried before");
        let found = self.compiled.get().into_iter().flat_map(|regex| regex.find_iter(text));
        found.map(|found| (found.start(), found.end())).filter_map(not_empty).collect()
    }

    /// Whether a text may have a match; its digest tells what it holds.
    pub(crate) fn may_match(&self, text: &str, digest: &Digest) -> bool {
        self.prefilter().passes(text, digest)
    }

    /// Whether one of some texts may have a match, by what they hold together.
    pub(crate) fn may_match_one(&self, texts: &Digest) -> bool {
        self.prefilter().passes_one(texts)
    }

    /// What searches the first few texts; nothing if the expression is none, or too large.
    fn backtracker(&self) -> Option<BoundedBacktracker> {
        let known = self.frozen.and_then(FrozenRegex::automaton);
        BoundedBacktracker::new_from_nfa(known.or_else(|| automaton_of(&self.text))?).ok()
    }

    fn prefilter(&self) -> &Prefilter {
        self.prefilter.get_or_init(|| self.frozen.map_or_else(|| Prefilter::of(&self.text), FrozenRegex::prefilter))
    }
}

fn not_empty((start, end): (usize, usize)) -> Option<ProseSpan> {
    (start < end).then_some(ProseSpan { start, end })
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
        compiled.compile().unwrap();
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
        assert!(regex.backtracker().is_none());
        assert!(LazyRegex::new("(").compile().is_err());
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
