//! The compiled form of built-in phrases: written when the program is built (`build.rs`), used as it stands at every run.
//!
//! A row of numbers and a text beside it: the lexicon, the vocabulary entries with their programs, what the matches of
//! regular expressions hold, and the programs of all phrases, both found by a hash of what they are made from. Nothing else
//! reads it, so it has no version.

use std::borrow::Cow;
use std::collections::HashMap;

use super::lexicon::{Lexicon, Table};
use super::numbers::{Frozen, Written};
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

/// Writes what was compiled: the entries in the order of their ids with their names; the expressions in the order of their
/// keys; the phrases by their numbers, best in the order in which they are asked for, since that is how they will lie in
/// memory.
pub(crate) fn freeze(
    lexicon: &Lexicon,
    entries: &[(String, Program)],
    phrases: &[Program],
    expressions: &[(u64, Prefilter)],
) -> Written {
    let mut written = Written::default();
    lexicon.freeze(&mut written);
    written.count(entries.len());
    for (name, program) in entries {
        written.text(name);
        written.numbers.extend_from_slice(program.numbers());
    }
    written.count(expressions.len());
    for (key, prefilter) in expressions {
        written.long(*key);
        prefilter.freeze(&mut written);
    }
    let mut place = 0;
    written.count(phrases.len());
    for program in phrases {
        written.count(place);
        place += program.numbers().len();
    }
    phrases.iter().for_each(|program| written.numbers.extend_from_slice(program.numbers()));
    written
}

/// What was compiled when the program was built.
pub(crate) struct Thawed {
    pub(crate) lexicon: Lexicon,
    /// The entries in the order of their ids, with their names.
    pub(crate) entries: Vec<(&'static str, Program)>,
    pub(crate) phrases: Phrases,
}

/// The phrases by their numbers, and the regular expressions by their hashes.
pub(crate) struct Phrases {
    /// In the order of the hashes.
    expressions: Vec<(u64, Prefilter)>,
    /// For each phrase where its program starts.
    places: &'static [u32],
    programs: &'static [u32],
}

impl Phrases {
    /// What a phrase was compiled to.
    pub(crate) fn program(&self, number: usize) -> Program {
        Program::at_start(&self.programs[self.places[number] as usize..])
    }

    /// What is known of a regular expression, if it is built in.
    pub(crate) fn prefilter(&self, regex: &str) -> Option<&Prefilter> {
        let at = self.expressions.binary_search_by_key(&key_of(regex), |(key, _)| *key).ok()?;
        Some(&self.expressions[at].1)
    }
}

/// Reads what [`freeze`] wrote.
pub(crate) fn thaw(numbers: &'static [u32], text: &'static str) -> Thawed {
    let mut frozen = Frozen { numbers, text };
    let lexicon = Lexicon::thaw(&mut frozen);
    let count = frozen.count();
    let entries = (0..count).map(|_| (frozen.text(), program(&mut frozen))).collect();
    let count = frozen.count();
    let expressions = (0..count).map(|_| (frozen.long(), Prefilter::thaw(&mut frozen))).collect();
    let count = frozen.count();
    let (places, programs) = frozen.numbers.split_at(count);
    Thawed { lexicon, entries, phrases: Phrases { expressions, places, programs } }
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
        let mut table = || Table { slots: frozen.row(), places: frozen.row(), words: Cow::Borrowed(frozen.text()) };
        let [exact, stems] = [table(), table()];
        let [group_starts, groups, test_starts, tests] = [(); 4].map(|()| frozen.row());
        let open_groups = HashMap::default();
        Self { exact, stems, count, open_groups, group_count, group_starts, groups, test_starts, tests }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::rule::compiler::{Compiler, compile_entries};
    use crate::rule::lexicon::{GroupId, WordTest};
    use crate::rule::pattern::Pattern;

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
            format!("{symbols:?} {groups:?} {programs:?}")
        };
        let before = shown(&lexicon, &[&programs[0], &programs[1], &program]);
        let names = ["data".to_owned(), "keep".to_owned()];
        let entries: Vec<(String, Program)> = names.into_iter().zip(programs).collect();
        let phrases = [Program::nothing(), program, Program::nothing()];
        let regexes = [r"(?i)\[your (name|e-mail)\]$", "^[^ ]+ notice:?"];
        let mut expressions = regexes.map(|regex| (key_of(regex), Prefilter::of(regex)));
        expressions.sort_by_key(|(key, _)| *key);
        let Written { numbers, text } = freeze(&lexicon, &entries, &phrases, &expressions);
        let Thawed { mut lexicon, entries, phrases } = thaw(numbers.leak(), text.leak());
        for regex in regexes {
            assert_eq!(phrases.prefilter(regex), Some(&Prefilter::of(regex)));
            assert_ne!(phrases.prefilter(regex), Some(&Prefilter::default()));
        }
        assert_eq!(phrases.prefilter("another"), None);
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
