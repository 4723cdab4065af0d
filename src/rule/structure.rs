//! The checks of a document's form that a rule can name, each with its parameters.
//!
//! What a check looks for in words (patterns, names, limits) is data of the rule file; this type is what became of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use time::Duration;

use super::{Digest, LazyRegex};
use crate::document::ProseSpan;

/// Something about the form of the document.
#[derive(Debug)]
pub struct Structure {
    pub(crate) check: StructureCheck,
    pub(crate) message: String,
}

/// The checks of a document's form.
#[derive(Debug)]
pub(crate) enum StructureCheck {
    /// Day, month and year that are no day of the calendar.
    ImpossibleDate,
    /// The document's own date lies after today.
    FutureDate { own: Words },
    /// The document's own date lies too far back.
    StaleDate { own: Words, age: Duration },
    /// The document has no date of its own.
    NoDate { own: Words },
    /// Words that were to be replaced.
    Placeholder { words: Words },
    /// Text that was decoded in another encoding than it was written in.
    MisdecodedText,
    /// Characters that nobody sees, and that do something.
    HiddenCharacter,
    /// Words that mix Latin letters with others that look like them.
    MixedScript,
    /// Addresses at domains that belong to nobody.
    ExampleAddress { domains: Vec<String>, except: Patterns },
    /// Sentences that break off where something was lost.
    CutOffSentence { words: Words },
    /// Sentences that announce a list that is not there.
    MissingList { words: Words },
    /// Brackets that are opened and not closed, or closed and not opened.
    UnbalancedBracket,
    /// Quotations that are not closed.
    UnbalancedQuote,
    /// Headings that say the same as one before them, under the same heading.
    RepeatedHeading,
    /// A list item that is a question, among items that are none.
    QuestionInList,
    /// No heading of those that there has to be one of.
    MissingHeading { headings: Patterns },
    /// Headings that stand before one that comes earlier in a list.
    MisplacedHeading { order: Patterns },
    /// Headings with nothing under them.
    EmptySection,
    /// Paragraphs of at least so many words that say the same as one before them.
    RepeatedParagraph { words: usize },
    /// Mentions of sections that are not there.
    BrokenReference { words: Words },
    /// Entries of a contents list without a heading.
    BrokenContentsEntry,
    /// Links into the document that lead nowhere.
    BrokenAnchor,
    /// Links without a target.
    EmptyLink,
    /// Sentences with more than so many words.
    LongSentence { words: usize },
    /// Sections with more than so many words under one heading.
    LongSection { words: usize },
    /// Sections of at least so many words whose LIX is higher than so much.
    HardSection { words: usize, lix: usize },
    /// Terms that are used as if they were defined.
    UndefinedTerm { terms: Vec<String>, defining: Vec<String> },
    /// Terms that are defined and not used.
    UnusedTerm { defining: Vec<String> },
    /// Abbreviations that are never written out, with the words that they stand for.
    UndefinedAcronym { acronyms: BTreeMap<String, Vec<String>> },
    /// Suppressions that suppress nothing.
    UnusedSuppression,
    /// Suppressions that have run out.
    ExpiredSuppression,
    /// Suppressions that can't be read, or name what isn't there.
    MalformedSuppression,
}

impl StructureCheck {
    /// Whether it looks at suppressions: those are read after all rules have run.
    pub(crate) fn is_about_suppressions(&self) -> bool {
        matches!(self, Self::UnusedSuppression | Self::ExpiredSuppression | Self::MalformedSuppression)
    }
}

impl StructureCheck {
    /// Whether it can judge an English text only: it knows the names of months, or looks for words.
    pub(crate) fn reads_english(&self) -> bool {
        match self {
            Self::ImpossibleDate
            | Self::FutureDate { .. }
            | Self::StaleDate { .. }
            | Self::NoDate { .. }
            | Self::CutOffSentence { .. }
            | Self::MissingList { .. }
            | Self::BrokenReference { .. }
            | Self::LongSentence { .. }
            | Self::HardSection { .. }
            | Self::UndefinedTerm { .. }
            | Self::UnusedTerm { .. }
            | Self::UndefinedAcronym { .. } => true,
            Self::Placeholder { .. }
            | Self::MisdecodedText
            | Self::HiddenCharacter
            | Self::MixedScript
            | Self::ExampleAddress { .. }
            | Self::UnbalancedBracket
            | Self::UnbalancedQuote
            | Self::RepeatedHeading
            | Self::QuestionInList
            | Self::MissingHeading { .. }
            | Self::MisplacedHeading { .. }
            | Self::EmptySection
            | Self::RepeatedParagraph { .. }
            | Self::BrokenContentsEntry
            | Self::BrokenAnchor
            | Self::EmptyLink
            | Self::LongSection { .. }
            | Self::UnusedSuppression
            | Self::ExpiredSuppression
            | Self::MalformedSuppression => false,
        }
    }
}

/// Regular expressions any of which may match.
#[derive(Debug, Default)]
pub(crate) struct Patterns(pub(super) Vec<Arc<LazyRegex>>);

impl Patterns {
    /// The stretches of a text that one of them matches, in the order of the text; stretches that overlap are one.
    fn find(&self, text: &str, digest: &Digest) -> Vec<ProseSpan> {
        let mut found: Vec<ProseSpan> = Vec::new();
        for regex in self.0.iter().filter(|regex| regex.may_match(text, digest)) {
            found.extend(regex.find_iter(text));
        }
        if found.len() < 2 {
            return found;
        }
        found.sort_unstable();
        let mut merged: Vec<ProseSpan> = Vec::new();
        for span in found {
            match merged.last_mut() {
                Some(last) if span.start < last.end => last.end = last.end.max(span.end),
                _ => merged.push(span),
            }
        }
        merged
    }

    /// Those that may match one of some texts, by what these hold together.
    fn narrowed(&self, texts: &Digest) -> Self {
        Self(self.0.iter().filter(|regex| regex.may_match_one(texts)).cloned().collect())
    }

    /// The place in the list of the first one that matches somewhere.
    pub(crate) fn first_match(&self, text: &str, digest: &Digest) -> Option<usize> {
        self.0.iter().position(|regex| regex.may_match(text, digest) && !regex.find_iter(text).is_empty())
    }

    /// Whether one of them matches somewhere.
    pub(crate) fn matches(&self, text: &str, digest: &Digest) -> bool {
        self.first_match(text, digest).is_some()
    }
}

/// Words to be found, and what around them shows that they are meant otherwise.
#[derive(Debug, Default)]
pub(crate) struct Words {
    pub(crate) patterns: Patterns,
    /// A clause that one of these matches is left alone.
    pub(crate) except: Patterns,
}

impl Words {
    /// The same for some texts, without what can be in none of them by what they hold together.
    pub(crate) fn narrowed(&self, texts: &Digest) -> Self {
        Self { patterns: self.patterns.narrowed(texts), except: self.except.narrowed(texts) }
    }

    /// The stretches of a clause's or heading's prose that are found; its digest tells what it holds.
    pub(crate) fn find(&self, text: &str, digest: &Digest) -> Vec<ProseSpan> {
        let found = self.patterns.find(text, digest);
        if found.is_empty() || self.except.matches(text, digest) {
            return Vec::new();
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns(texts: &[&str]) -> Patterns {
        Patterns(texts.iter().map(|text| Arc::new(LazyRegex::new(text))).collect())
    }

    #[test]
    fn matches_that_overlap_are_one() {
        let found = |texts: &[&str], text: &str| {
            let spans = patterns(texts).find(text, &Digest::of(text));
            spans.iter().map(|span| text[span.start..span.end].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(found(&["c[a-z]", "ab"], "abcd abcd"), ["ab", "cd", "ab", "cd"]);
        assert_eq!(found(&["bc", "abc", "cd"], "abcd"), ["abcd"]);
        assert_eq!(found(&["abcd", "bc"], "abcd cd"), ["abcd"]);
        assert_eq!(found(&["x", "b"], "abcd"), ["b"]);
        assert_eq!(found(&[], "abcd"), [""; 0]);
    }

    #[test]
    fn the_first_pattern_that_matches_is_told() {
        let order = patterns(&["one", "two", "t"]);
        let first = |text: &str| order.first_match(text, &Digest::of(text));
        assert_eq!((first("two one"), first("the two"), first("the"), first("no")), (Some(0), Some(1), Some(2), None));
        assert!(order.matches("the", &Digest::of("the")) && !order.matches("no", &Digest::of("no")));
    }

    #[test]
    fn words_are_let_be_where_an_exception_matches() {
        let words = Words { patterns: patterns(&["xx+"]), except: patterns(&["example"]) };
        let found = |text: &str| words.find(text, &Digest::of(text)).len();
        assert_eq!((found("xx and xxx"), found("an example: xx"), found("an example")), (2, 0, 0));
    }
}
