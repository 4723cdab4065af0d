//! What every match of a regular expression holds, so that texts without it need not be searched, nor the expression be
//! compiled for them.
//!
//! What is not known rules nothing out. Letters are compared without their case, whatever the expression says.

mod expression;

use std::borrow::Cow;

use super::digest::{Digest, mark, prefix};
use super::numbers::{Frozen, Written};
use expression::{Sought, marks_of, rarity, read};

/// What every match of a regular expression holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Prefilter {
    /// The punctuation marks and digits that every match holds.
    marks: u64,
    /// The marks that one of the literals holds each: a text with none of them has no match. Nothing if a literal has none.
    one_of: u64,
    /// The same of those that stand after a space.
    one_first: u64,
    /// The kinds of characters that a text ends with that has a match. Nothing if it may end with any.
    ends: u64,
    /// A match holds one of these; nothing is known if there are none.
    literals: Vec<Literal>,
}

/// A text that a match may hold.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Literal {
    /// In lower case, of characters that have one case only if they are outside of ASCII.
    text: Cow<'static, str>,
    place: Place,
    marks: u64,
    /// Those of them that stand after a space.
    firsts: u64,
    /// The first three characters of the words in it, as a digest keeps them.
    prefixes: Cow<'static, [u32]>,
    /// The place of its rarest character.
    rarest: usize,
}

/// Where a literal stands in the searched text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Anywhere,
    Start,
    End,
}

impl Prefilter {
    /// What the matches of a regular expression hold, as far as it is known.
    pub(crate) fn of(regex: &str) -> Self {
        let Some(mut node) = read(regex) else { return Self::default() };
        let (marks, ends) = (node.marks(), node.ends);
        let sought = node.best().map(|set| set.sought).unwrap_or_default();
        let literals: Vec<Literal> = sought.into_iter().map(Literal::new).collect();
        let kinds = |kind: &dyn Fn(&Literal) -> u64| {
            let whole = literals.iter().all(|literal| kind(literal) != 0);
            if whole { literals.iter().fold(0, |kinds, literal| kinds | kind(literal)) } else { 0 }
        };
        Self {
            marks,
            one_of: kinds(&|literal| literal.marks),
            one_first: kinds(&|literal| literal.firsts),
            ends,
            literals,
        }
    }

    /// Whether a text may have a match; its digest tells what it holds.
    pub(crate) fn passes(&self, text: &str, digest: &Digest) -> bool {
        let ends = || text.bytes().last().map_or(0, ends_with);
        digest.has_folded()
            || self.is_held(digest)
                && (self.ends == 0 || self.ends & ends() != 0)
                && (self.literals.is_empty() || self.literals.iter().any(|literal| literal.is_in(text, digest)))
    }

    /// Whether one of some texts may have a match, by what they hold together.
    pub(crate) fn passes_one(&self, texts: &Digest) -> bool {
        texts.has_folded()
            || self.is_held(texts)
                && (self.literals.is_empty() || self.literals.iter().any(|literal| literal.is_held(texts)))
    }

    /// Whether what is known of every match is held.
    fn is_held(&self, digest: &Digest) -> bool {
        digest.has(self.marks)
            && (self.one_of == 0 || digest.has_any(self.one_of))
            && (self.one_first == 0 || digest.has_any_first(self.one_first))
    }
}

impl Prefilter {
    pub(super) fn freeze(&self, written: &mut Written) {
        let Self { marks, one_of, one_first, ends, literals } = self;
        [marks, one_of, one_first, ends].into_iter().for_each(|kinds| written.long(*kinds));
        written.count(literals.len());
        for Literal { text, place, marks, firsts, prefixes, rarest } in literals {
            written.text(text);
            written.count(*place as usize);
            written.long(*marks);
            written.long(*firsts);
            written.row(prefixes);
            written.count(*rarest);
        }
    }

    pub(super) fn thaw(frozen: &mut Frozen) -> Self {
        let [marks, one_of, one_first, ends] = [(); 4].map(|()| frozen.long());
        let literal = |frozen: &mut Frozen| Literal {
            text: Cow::Borrowed(frozen.text()),
            place: match frozen.count() {
                0 => Place::Anywhere,
                1 => Place::Start,
                _ => Place::End,
            },
            marks: frozen.long(),
            firsts: frozen.long(),
            prefixes: Cow::Borrowed(frozen.row()),
            rarest: frozen.count(),
        };
        let literals = (0..frozen.count()).map(|_| literal(frozen)).collect();
        Self { marks, one_of, one_first, ends, literals }
    }
}

/// The kind of the last character of a text, without regard to case.
fn ends_with(byte: u8) -> u64 {
    mark(byte.to_ascii_lowercase())
}

impl Literal {
    fn new(sought: Sought) -> Self {
        let prefixes = sought.words().map(|at| prefix(sought.text.as_bytes(), at)).collect();
        let bytes = sought.text.as_bytes();
        let rarest = (0..bytes.len()).max_by_key(|at| rarity(bytes[*at])).unwrap_or_default();
        let firsts = bytes.windows(2).filter(|pair| pair[0] == b' ' && !pair[1].is_ascii_alphabetic());
        let firsts = firsts.fold(0, |firsts, pair| firsts | mark(pair[1]));
        Self { marks: marks_of(&sought.text), firsts, prefixes, rarest, place: sought.place, text: sought.text.into() }
    }

    /// Whether what is known of it is held.
    fn is_held(&self, digest: &Digest) -> bool {
        digest.has(self.marks)
            && digest.has_first(self.firsts)
            && self.prefixes.iter().all(|prefix| digest.may_have_word(*prefix))
    }

    fn is_in(&self, text: &str, digest: &Digest) -> bool {
        if !self.is_held(digest) {
            return false;
        }
        let (bytes, sought) = (text.as_bytes(), self.text.as_bytes());
        let Some(last) = bytes.len().checked_sub(sought.len()) else { return false };
        let is_at = |at: usize| bytes[at..at + sought.len()].eq_ignore_ascii_case(sought);
        match self.place {
            Place::Start => is_at(0),
            Place::End => is_at(last),
            Place::Anywhere => {
                let rarest = sought[self.rarest];
                let found = memchr::memchr2_iter(rarest, rarest.to_ascii_uppercase(), bytes);
                let starts = found.filter_map(|at| at.checked_sub(self.rarest));
                starts.take_while(|at| *at <= last).any(is_at)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::Regex;

    use super::*;

    fn passes(regex: &str, text: &str) -> bool {
        Prefilter::of(regex).passes(text, &Digest::of(text))
    }

    #[test]
    fn a_text_without_what_a_match_holds_is_told() {
        for (regex, met, not_met) in [
            (r"(?i-u)\b(updated?|revis(ed|ion))( on)?\b", "Last Revision", "We review and upload"),
            (r"(?i)(?-u:\b)see,? [^.]+", "(See, above", "seen oversee. it"),
            (r"\[(your |the )?name\]", "To [your Name]", "To [your name"),
            (r"\b(to|at) [.,;]( |$)", "Write to .", "Write to us. Or not."),
            (r"\b(please|for more[a-z ]*) (visit|e-?mail)$", "For more facts e-mail", "Please visit us"),
            (r"^(date|version)\b", "Version 2", "The version"),
            (r"\b(policy|notice):$", "This is the notice:", "The notice: this"),
            (r"[Xx]{3,}|\.{4}", "A XXX b", "X xx. ... x"),
            (r"\d+ [Ss]ections? [0-9]", "1 section 2", "sections"),
            (r"(?i)\b(write|mail|visit|call|fax|go) ([a-z]+ )?(to|at)$", "Call us at", "Write to us at our office."),
            (r"(?x) \b (?<office> main\ office ) # where it is", "the main office", "the office"),
            (r"[^ ]*(?:株式会社|\(주\))", "Example (주)", "Example (Ltd)"),
            (r"(?i)\bmaße[nr]\b|株", "in MAẞEN", "式会社, der Stoff"),
            (r"(?i)skip", "\u{17F}\u{212A}ip", "ship"),
            (r"^x{2,}y", "xxxy", "xy"),
            (r"x{0}abc", "zabc", "zab"),
            (r"[a-z][a-z]abc", "xyabc", "abx"),
            (r"^[a-z]?bcd", "abcd", "the cd"),
            (r"^(ab){2}c", "ababc", "abababc"),
            (r"(one|two)\.$", "Or two.", "Or two.)"),
        ] {
            assert!(passes(regex, met), "{regex}: {met}");
            assert!(!passes(regex, not_met), "{regex}: {not_met}");
        }
    }

    /// A bracket or a quotation mark by itself: not in a group or a class, not one of several, not one that may be absent.
    #[test]
    fn a_mark_is_held_by_every_match() {
        for (regex, mark) in [
            (r#"(?i)see,? "[^"]{4,}""#, Some('"')),
            (r"\{\{[^{}]+\}\}", Some('{')),
            (r"(?i)\[(your|our)? name\]", Some('[')),
            (r"\( *\)", Some('(')),
            (r"\[x\]|_{6,}", None),
            (r"(\[x\])?y", None),
            (r#"x"?y"#, None),
            (r#"[("]x"#, None),
            (r"x{2,3}", None),
            (r"[\]\[]x\(", Some('(')),
        ] {
            // Holds all that the expressions speak of, but for the brackets and quotation marks.
            let text = "see, your name x xx xxx y ______ ]x)";
            let with = |mark: char| {
                format!("{text} \" ( ) [ ] {{ }} {{{{a}}}} [x] [your name] [ name] see \"xyzw\" ]x( (x {mark}")
            };
            assert!(passes(regex, &with('.')), "{regex}");
            if let Some(mark) = mark {
                assert!(!passes(regex, &with('.').replace(mark, "")), "{regex}");
            }
        }
    }

    #[test]
    fn of_what_is_not_known_nothing_is_said() {
        for regex in ["(?m)^b", "(?m:b$)", "(?R)b$", r"\p{Lu}", "[[:alpha:]]", "[é]", "É", "b*", "b|", "", "b("] {
            assert!(passes(regex, "a"), "{regex}");
        }
    }

    fn regex() -> impl Strategy<Value = String> {
        let part = prop_oneof![
            4 => "[abks]{1,3}",
            2 => "[ .(,:]".prop_map(|mark| regex::escape(&mark)),
            1 => Just(r"\b".to_owned()),
            1 => Just(".".to_owned()),
            1 => Just("[a-c.]".to_owned()),
            1 => Just("[^a]".to_owned()),
            1 => Just("^".to_owned()),
            1 => Just("$".to_owned()),
            1 => Just("(?i)".to_owned()),
            1 => Just(r"(?-u:\b)".to_owned()),
        ];
        part.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 1..4).prop_map(|row| row.concat()),
                prop::collection::vec(inner.clone(), 1..4).prop_map(|texts| format!("({})", texts.join("|"))),
                (inner, prop_oneof![Just("?"), Just("*"), Just("+"), Just("{2}"), Just("{1,2}"), Just("{2,}?")])
                    .prop_map(|(inner, count)| format!("(?:{inner}){count}")),
            ]
        })
    }

    proptest! {
        #[test]
        fn no_match_is_missed(regex in regex(), texts in prop::collection::vec("[abcksABKS .(,:é\u{17F}_-]{0,12}", 1..24)) {
            let Ok(compiled) = Regex::new(&regex) else { return Ok(()) };
            let prefilter = Prefilter::of(&regex);
            let mut whole = Digest::default();
            for text in &texts {
                let matches = compiled.find_iter(text).any(|found| !found.is_empty());
                let digest = Digest::of(text);
                prop_assert!(!matches || prefilter.passes(text, &digest), "{regex}: {text:?} {prefilter:?}");
                whole.include(&digest);
                prop_assert!(!matches || prefilter.passes_one(&whole), "{regex}: {texts:?} {prefilter:?}");
            }
        }
    }
}
