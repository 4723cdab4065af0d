//! The compiled form of built-in phrases: written when the program is built (`build.rs`), used as it stands at every run.
//!
//! A row of numbers and a text beside it: the lexicon, the vocabulary entries with their programs, and by their numbers the
//! regular expressions with what their matches hold and what searches for them, the lists of phrases and the programs of
//! patterns. Nothing else reads it, so it has no version.

use std::borrow::Cow;
use std::collections::HashMap;

use regex_automata::nfa::thompson::NFA;

use super::automaton;
use super::lexicon::{Lexicon, Table};
use super::numbers::{Frozen, Written};
use super::phrase::NumberedPhrase;
use super::prefilter::Prefilter;
use super::program::Program;

/// What a regular expression is known by: a hash of it.
pub(crate) fn key_of(regex: &str) -> u64 {
    let mut hash = regex.len() as u64;
    for chunk in regex.as_bytes().chunks(8) {
        let mut bytes = [0; 8];
        bytes[..chunk.len()].copy_from_slice(chunk);
        hash = (hash ^ u64::from_le_bytes(bytes)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    }
    hash
}

/// What is written of the rules of one language, beside its lexicon.
pub(crate) struct Contents {
    /// The vocabulary entries in the order of their ids, with their names.
    pub(crate) entries: Vec<(String, Program)>,
    /// The patterns by their numbers, best in the order in which they are asked for, since that is how they will lie in
    /// memory.
    pub(crate) patterns: Vec<Program>,
    /// The regular expressions by their numbers, which are in the order of their keys.
    pub(crate) expressions: Vec<Expression>,
    /// Lists of phrases by their numbers.
    pub(crate) lists: Vec<Vec<NumberedPhrase>>,
}

/// What is known of a regular expression.
pub(crate) struct Expression {
    pub(crate) text: String,
    pub(crate) prefilter: Prefilter,
    /// Nothing where it is none, or too large.
    pub(crate) automaton: Option<NFA>,
}

impl Expression {
    pub(crate) fn of(text: &str) -> Self {
        Self { text: text.to_owned(), prefilter: Prefilter::of(text), automaton: automaton::automaton_of(text) }
    }
}

/// Writes what was compiled.
pub(crate) fn freeze(lexicon: &Lexicon, contents: &Contents) -> Written {
    let Contents { entries, patterns, expressions, lists } = contents;
    let mut written = Written::default();
    lexicon.freeze(&mut written);
    written.count(entries.len());
    for (name, program) in entries {
        written.text(name);
        written.numbers.extend_from_slice(program.numbers());
    }
    // What is read when it is asked for comes last, behind the places at which its parts start.
    let mut last = Written::default();
    written.count(expressions.len());
    for Expression { text, prefilter, automaton } in expressions {
        written.long(key_of(text));
        written.place(&last);
        last.text(text);
        prefilter.freeze(&mut last);
        match automaton {
            Some(automaton) => {
                written.count(last.numbers.len());
                automaton::freeze(automaton, &mut last);
            }
            None => written.numbers.push(NONE),
        }
    }
    written.count(lists.len());
    for list in lists {
        written.place(&last);
        last.count(list.len());
        list.iter().for_each(|phrase| phrase.freeze(&mut last));
    }
    written.count(patterns.len());
    for program in patterns {
        written.count(last.numbers.len());
        last.numbers.extend_from_slice(program.numbers());
    }
    written.numbers.append(&mut last.numbers);
    written.text.push_str(&last.text);
    written
}

/// What was compiled when the program was built.
pub(crate) struct Thawed {
    pub(crate) lexicon: Lexicon,
    /// The entries in the order of their ids, with their names.
    pub(crate) entries: Vec<(&'static str, Program)>,
    pub(crate) phrases: Phrases,
}

/// Patterns, regular expressions and lists of phrases by their numbers.
pub(crate) struct Phrases {
    /// For each expression its key, its place and that of its automaton.
    expressions: &'static [[u32; 5]],
    /// For each list its place.
    lists: &'static [[u32; 2]],
    /// For each pattern where its program starts.
    patterns: &'static [u32],
    /// What the places are places in.
    last: Frozen,
}

/// What stands for the place of an automaton that is not there.
const NONE: u32 = u32::MAX;

/// What is known of a regular expression that is built in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FrozenRegex {
    pub(crate) text: &'static str,
    prefilter: Frozen,
    automaton: Option<Frozen>,
}

impl FrozenRegex {
    /// What its matches hold.
    pub(crate) fn prefilter(mut self) -> Prefilter {
        Prefilter::thaw(&mut self.prefilter)
    }

    /// What searches for it, where it has one.
    pub(crate) fn automaton(self) -> Option<NFA> {
        self.automaton.map(automaton::thaw)
    }
}

impl Phrases {
    /// What a pattern was compiled to.
    pub(crate) fn program(&self, number: usize) -> Program {
        Program::at_start(&self.last.numbers[self.patterns[number] as usize..])
    }

    /// A list of phrases.
    pub(crate) fn list(&self, number: usize) -> impl ExactSizeIterator<Item = NumberedPhrase> + use<> {
        let [numbers, text] = self.lists[number];
        let mut list = self.last.behind(numbers as usize, text as usize);
        (0..list.count()).map(move |_| NumberedPhrase::thaw(&mut list))
    }

    /// A regular expression.
    pub(crate) fn regex(&self, number: usize) -> FrozenRegex {
        let [_, _, numbers, text, automaton] = self.expressions[number];
        let mut prefilter = self.last.behind(numbers as usize, text as usize);
        let automaton = (automaton != NONE).then(|| self.last.behind(automaton as usize, 0));
        FrozenRegex { text: prefilter.text(), prefilter, automaton }
    }

    /// The regular expression that reads so, if it is built in.
    pub(crate) fn regex_of(&self, text: &str) -> Option<FrozenRegex> {
        let key = |[high, low, ..]: &[u32; 5]| u64::from(*high) << 32 | u64::from(*low);
        let number = self.expressions.binary_search_by_key(&key_of(text), key).ok()?;
        Some(self.regex(number))
    }
}

/// Reads what [`freeze`] wrote.
pub(crate) fn thaw(numbers: &'static [u32], text: &'static str) -> Thawed {
    let mut frozen = Frozen { numbers, text };
    let lexicon = Lexicon::thaw(&mut frozen);
    let count = frozen.count();
    let entries = (0..count).map(|_| (frozen.text(), program(&mut frozen))).collect();
    let expressions = frozen.rows();
    let lists = frozen.rows();
    let patterns = frozen.row();
    Thawed { lexicon, entries, phrases: Phrases { expressions, lists, patterns, last: frozen } }
}

fn program(frozen: &mut Frozen) -> Program {
    let program = Program::at_start(frozen.numbers);
    frozen.numbers = &frozen.numbers[program.numbers().len()..];
    program
}

impl Lexicon {
    /// Writes it, closed.
    fn freeze(&self, written: &mut Written) {
        let Self { exact, stems, count, open_groups: _, group_count, .. } = self;
        written.numbers.extend([*count, *group_count]);
        for Table { slots, places, words } in [exact, stems] {
            written.row(slots);
            written.row(places);
            written.text(words);
        }
        [&self.group_starts, &self.groups, &self.test_starts, &self.tests].into_iter().for_each(|row| written.row(row));
    }

    fn thaw(frozen: &mut Frozen) -> Self {
        let [count, group_count] = [frozen.number(), frozen.number()];
        let mut table =
            || Table { slots: frozen.row().into(), places: frozen.row().into(), words: Cow::Borrowed(frozen.text()) };
        let [exact, stems] = [table(), table()];
        let [group_starts, groups, test_starts, tests] = [(); 4].map(|()| frozen.row().into());
        let open_groups = HashMap::default();
        Self { exact, stems, count, open_groups, group_count, group_starts, groups, test_starts, tests }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::rule::builtin;
    use crate::rule::compiler::{Compiler, compile_entries};
    use crate::rule::lexicon::{GroupId, WordTest};
    use crate::rule::pattern::Pattern;
    use crate::rule::phrase::{Numbered, Within};

    /// The build script makes automata with other features of the crates than the program could have.
    #[test]
    fn built_in_expressions_are_those_that_would_be_made_now() {
        for language in [None, Some("de")] {
            let phrases = builtin::frozen(language).unwrap().phrases;
            assert!(phrases.expressions.len() > 10);
            for number in 0..phrases.expressions.len() {
                let regex = phrases.regex(number);
                let made = automaton::automaton_of(regex.text);
                assert!(made.is_some(), "{}", regex.text);
                assert_eq!(format!("{:?}", regex.automaton()), format!("{made:?}"), "{}", regex.text);
            }
        }
    }

    #[test]
    fn what_is_thawed_is_what_was_frozen() {
        let mut lexicon = Lexicon::new();
        let read = |text: &str, lexicon: &mut Lexicon| Pattern::parse(text, lexicon).unwrap();
        let vocabulary = BTreeMap::from([
            ("data".to_owned(), vec![read("data", &mut lexicon), read("personal (data|inform*)", &mut lexicon)]),
            ("keep".to_owned(), vec![read("(keep|store) ...3 <data>", &mut lexicon)]),
        ]);
        let (ids, programs, _) = compile_entries(&vocabulary, &mut lexicon, |_, _| {});
        let entry = |name: &str| ids.get(name).map(|id| programs[id.0].named(*id));
        let texts = ["we <keep> ... (for|until) (the)? end", "<data>"];
        let patterns = texts.map(|text| read(text, &mut lexicon));
        let program = Compiler { entry: &entry }.compile(&patterns, &mut lexicon).unwrap();
        lexicon.close();
        let shown = |lexicon: &Lexicon, programs: &[&Program]| {
            let symbols = ["personal", "information", "keep", "until"].map(|word| {
                let mut symbols = Vec::new();
                lexicon.symbols_of(word.as_bytes(), &mut symbols);
                symbols
            });
            let groups_of = |at| lexicon.groups_of(at).collect();
            let groups: Vec<Vec<GroupId>> = (0..lexicon.symbol_count()).map(groups_of).collect();
            let programs: Vec<&[u32]> = programs.iter().map(|program| program.numbers()).collect();
            format!("{symbols:?} {groups:?} {programs:?}")
        };
        let before = shown(&lexicon, &[&programs[0], &programs[1], &program]);
        let names = ["data".to_owned(), "keep".to_owned()];
        let entries: Vec<(String, Program)> = names.into_iter().zip(programs).collect();
        let patterns = vec![Program::nothing(), program, Program::nothing()];
        let regexes = [r"(?i)\[your (name|e-mail)\]$", "^[^ ]+ notice:?"];
        let mut expressions = Vec::from(regexes.map(Expression::of));
        expressions.sort_by_key(|expression| key_of(&expression.text));
        let near = |with, value| NumberedPhrase {
            search: Numbered::Regex(1),
            heading: Some(0),
            with,
            not: Some(2),
            not_under: None,
            value,
        };
        let within = [Within::Clause, Within::Section, Within::Document, Within::Clauses(0), Within::Clauses(7)];
        let mut list: Vec<NumberedPhrase> = within.map(|within| near(Some((1, within)), None)).to_vec();
        list.push(near(None, Some("honoured".into())));
        list.push(NumberedPhrase { not_under: Some(0), ..NumberedPhrase::sure(Numbered::Pattern(1)) });
        let lists = vec![Vec::new(), list, vec![NumberedPhrase::sure(Numbered::Pattern(2))]];
        let contents = Contents { entries, patterns, expressions, lists };
        let Written { numbers, text } = freeze(&lexicon, &contents);
        let Thawed { mut lexicon, entries, phrases } = thaw(numbers.leak(), text.leak());
        for (number, Expression { text, prefilter, automaton }) in contents.expressions.iter().enumerate() {
            let thawed = phrases.regex(number).automaton();
            assert_eq!(format!("{thawed:?}"), format!("{automaton:?}"));
            assert_eq!(phrases.regex(number).text, text);
            assert_eq!(phrases.regex_of(text).map(FrozenRegex::prefilter).as_ref(), Some(prefilter));
            assert_ne!(*prefilter, Prefilter::default());
        }
        assert!(phrases.regex_of("another").is_none());
        for (number, list) in contents.lists.iter().enumerate() {
            assert_eq!(phrases.list(number).collect::<Vec<_>>(), *list);
        }
        let program = phrases.program(1);
        assert_eq!(shown(&lexicon, &[&entries[0].1, &entries[1].1, &program]), before);
        assert_eq!(entries[1].0, "keep");
        for number in [0, 2] {
            assert_eq!(phrases.program(number).numbers(), Program::nothing().numbers());
        }
        // A lexicon that was thawed learns on.
        let known = lexicon.symbol(WordTest::Exact("until"));
        assert_eq!(lexicon.symbol(WordTest::Exact("until")), known);
        let groups = lexicon.group_count();
        let group = lexicon.group(&[known]);
        assert_eq!(lexicon.group(&[known]), group);
        assert!(lexicon.group_count() <= groups + 1);
        lexicon.close();
        assert!(lexicon.groups_of(known.0 as usize).any(|of| of == group));
    }
}
