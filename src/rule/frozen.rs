//! The compiled form of built-in phrases: written when the program is built (`build.rs`), read at every start.
//!
//! A row of numbers, 32 bits each with the low byte first: the lexicon, the vocabulary entries with their programs, and the
//! programs of all phrases, found by a hash of what they are compiled from. Nothing else reads it, so it has no version.

use std::collections::HashMap;

use super::lexicon::{GroupId, Lexicon, Symbol, Table};
use super::program::{EntryId, Need, Opening, Program, State};

/// What phrases are known by: a hash of the patterns of which any may match.
pub(crate) fn key_of<T: AsRef<str>>(patterns: &[T]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut add = |number: u64| hash = (hash ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    for pattern in patterns.iter().map(AsRef::as_ref) {
        add(pattern.len() as u64);
        for chunk in pattern.as_bytes().chunks(8) {
            let mut bytes = [0; 8];
            bytes[..chunk.len()].copy_from_slice(chunk);
            add(u64::from_le_bytes(bytes));
        }
    }
    hash
}

/// Writes what was compiled: the entries in the order of their ids with their names, the phrases in the order of their
/// keys.
pub(crate) fn freeze(lexicon: &Lexicon, entries: &[(String, Program)], phrases: &[(u64, Program)]) -> Vec<u8> {
    let mut writer = Writer::default();
    lexicon.freeze(&mut writer);
    writer.count(entries.len());
    for (name, program) in entries {
        writer.text(name.as_bytes());
        program.freeze(&mut writer);
    }
    let mut programs = Writer::default();
    writer.count(phrases.len());
    for (key, program) in phrases {
        writer.number((key >> 32) as u32);
        writer.number((key & u64::from(u32::MAX)) as u32);
        writer.count(programs.bytes.len());
        program.freeze(&mut programs);
    }
    writer.bytes.extend(programs.bytes);
    writer.bytes
}

/// What was compiled when the program was built.
pub(crate) struct Thawed {
    pub(crate) lexicon: Lexicon,
    /// The entries in the order of their ids, with their names.
    pub(crate) entries: Vec<(String, Program)>,
    pub(crate) phrases: Phrases,
}

/// The phrases, by the hashes of what they were compiled from.
pub(crate) struct Phrases {
    /// How many there are, three numbers each, in the order of the hashes.
    count: usize,
    index: &'static [u8],
    programs: &'static [u8],
}

impl Phrases {
    /// The program of some patterns, if they are built in.
    pub(crate) fn program(&self, key: u64) -> Option<Program> {
        let key_at = |at: usize| {
            let mut reader = Reader { bytes: &self.index[at * 12..] };
            u64::from(reader.number()) << 32 | u64::from(reader.number())
        };
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low.midpoint(high);
            if key_at(middle) < key { low = middle + 1 } else { high = middle }
        }
        if low == self.count || key_at(low) != key {
            return None;
        }
        let from = Reader { bytes: &self.index[low * 12 + 8..] }.count();
        Some(Program::thaw(&mut Reader { bytes: &self.programs[from..] }))
    }
}

/// Reads what [`freeze`] wrote.
pub(crate) fn thaw(bytes: &'static [u8]) -> Thawed {
    let mut reader = Reader { bytes };
    let lexicon = Lexicon::thaw(&mut reader);
    let count = reader.count();
    let entry = |reader: &mut Reader| {
        let name = String::from_utf8_lossy(reader.text()).into_owned();
        (name, Program::thaw(reader))
    };
    let entries = (0..count).map(|_| entry(&mut reader)).collect();
    let count = reader.count();
    let (index, programs) = reader.bytes.split_at(count * 12);
    Thawed { lexicon, entries, phrases: Phrases { count, index, programs } }
}

/// A row of numbers that grows.
#[derive(Default)]
struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    fn number(&mut self, number: u32) {
        self.bytes.extend(number.to_le_bytes());
    }

    fn count(&mut self, count: usize) {
        self.number(u32::try_from(count).expect("internal: the built-in rules are small"));
    }

    /// A text, filled up to whole numbers.
    fn text(&mut self, text: &[u8]) {
        self.count(text.len());
        self.bytes.extend_from_slice(text);
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }

    fn numbers(&mut self, numbers: impl ExactSizeIterator<Item = u32>) {
        self.count(numbers.len());
        numbers.for_each(|number| self.number(number));
    }
}

/// A row of numbers that is read.
struct Reader {
    bytes: &'static [u8],
}

impl Reader {
    fn number(&mut self) -> u32 {
        let (first, rest) = self.bytes.split_first_chunk().expect("internal: what was frozen is whole");
        self.bytes = rest;
        u32::from_le_bytes(*first)
    }

    fn count(&mut self) -> usize {
        self.number() as usize
    }

    fn text(&mut self) -> &'static [u8] {
        let length = self.count();
        let (text, rest) = self.bytes.split_at(length.next_multiple_of(4));
        self.bytes = rest;
        &text[..length]
    }

    fn numbers(&mut self) -> impl ExactSizeIterator<Item = u32> + use<> {
        let count = self.count();
        let (numbers, rest) = self.bytes.split_at(count * 4);
        self.bytes = rest;
        numbers.chunks_exact(4).map(|bytes| u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }
}

/// What stands for a number that is not there.
const NONE: u32 = u32::MAX;

fn optional(number: Option<usize>) -> u32 {
    number.and_then(|number| u32::try_from(number).ok()).unwrap_or(NONE)
}

fn from_optional(number: u32) -> Option<usize> {
    (number != NONE).then_some(number as usize)
}

impl Program {
    fn freeze(&self, writer: &mut Writer) {
        let Self { states, accepting, needs, longest, opening, entries } = self;
        writer.count(*accepting);
        // Where there is no bound that fits, there is none.
        writer.number(optional(*longest));
        writer.count(needs.len());
        for Need { groups, entries, tests } in needs {
            writer.count(*tests);
            writer.numbers(groups.iter().map(|group| group.0));
            writer.numbers(entries.iter().map(|entry| entry.frozen()));
        }
        writer.count(states.len());
        for state in states {
            match state {
                State::Take(group, next) => [0, group.0, optional(Some(*next))].map(|number| writer.number(number)),
                State::Entry(id, next) => [1, id.frozen(), optional(Some(*next))].map(|number| writer.number(number)),
                State::Gap(most, next) => {
                    [2, optional(*most), optional(Some(*next))].map(|number| writer.number(number))
                }
                State::Accept(length) => [3, optional(*length), 0].map(|number| writer.number(number)),
                State::Split(ways) => {
                    writer.number(4);
                    writer.numbers(ways.iter().map(|way| optional(Some(*way))));
                    continue;
                }
            };
        }
        let Opening { words, entries: openings } = opening;
        writer.numbers(words.iter().map(|(group, _)| group.0));
        writer.numbers(words.iter().map(|(_, next)| optional(Some(*next))));
        writer.numbers(openings.iter().map(|(entry, _)| entry.frozen()));
        writer.numbers(openings.iter().map(|(_, next)| optional(Some(*next))));
        writer.numbers(entries.iter().map(|entry| entry.frozen()));
    }

    fn thaw(reader: &mut Reader) -> Self {
        let accepting = reader.count();
        let longest = from_optional(reader.number());
        let need = |reader: &mut Reader| Need {
            tests: reader.count(),
            groups: reader.numbers().map(GroupId).collect(),
            entries: reader.numbers().map(EntryId::thawed).collect(),
        };
        let needs = (0..reader.count()).map(|_| need(reader)).collect();
        let count = reader.count();
        let mut states = Vec::with_capacity(count);
        for _ in 0..count {
            states.push(match reader.number() {
                0 => State::Take(GroupId(reader.number()), reader.count()),
                1 => State::Entry(EntryId::thawed(reader.number()), reader.count()),
                2 => State::Gap(from_optional(reader.number()), reader.count()),
                3 => {
                    let length = from_optional(reader.number());
                    reader.number();
                    State::Accept(length)
                }
                _ => State::Split(reader.numbers().map(|way| way as usize).collect()),
            });
        }
        let words = reader.numbers().map(GroupId);
        let words = words.zip(reader.numbers().map(|next| next as usize)).collect();
        let openings = reader.numbers().map(EntryId::thawed);
        let openings = openings.zip(reader.numbers().map(|next| next as usize)).collect();
        let entries = reader.numbers().map(EntryId::thawed).collect();
        Self { states, accepting, needs, longest, opening: Opening { words, entries: openings }, entries }
    }
}

impl EntryId {
    fn frozen(self) -> u32 {
        optional(Some(self.0))
    }

    fn thawed(number: u32) -> Self {
        Self(number as usize)
    }
}

impl Lexicon {
    /// Writes it, closed.
    fn freeze(&self, writer: &mut Writer) {
        writer.number(self.count);
        for table in [&self.exact, &self.stems] {
            let words = table.words();
            writer.count(words.len());
            for (symbol, word) in words {
                writer.number(symbol.0);
                writer.text(word);
            }
        }
        writer.number(self.group_count);
        writer.numbers(self.group_starts.iter().copied());
        writer.numbers(self.groups.iter().map(|group| group.0));
        writer.numbers(self.test_starts.iter().copied());
        writer.numbers(self.tests.iter().map(|symbol| symbol.0));
    }

    fn thaw(reader: &mut Reader) -> Self {
        let count = reader.number();
        let [exact, stems] = [(); 2].map(|()| {
            let words = reader.count();
            let mut table = Table::with_room(words);
            for _ in 0..words {
                let symbol = Symbol(reader.number());
                table.insert(reader.text(), symbol);
            }
            table
        });
        Self {
            exact,
            stems,
            count,
            open_groups: HashMap::default(),
            group_count: reader.number(),
            group_starts: reader.numbers().collect(),
            groups: reader.numbers().map(GroupId).collect(),
            test_starts: reader.numbers().collect(),
            tests: reader.numbers().map(Symbol).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::rule::lexicon::WordTest;
    use crate::rule::pattern::Pattern;
    use crate::rule::program::{Compiler, compile_entries};

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
            let groups: Vec<&[GroupId]> = (0..lexicon.symbol_count()).map(|at| lexicon.groups_of(at)).collect();
            format!("{symbols:?} {groups:?} {programs:?}")
        };
        let before = shown(&lexicon, &[&programs[0], &programs[1], &program]);
        let names = ["data".to_owned(), "keep".to_owned()];
        let entries: Vec<(String, Program)> = names.into_iter().zip(programs).collect();
        let bytes = freeze(&lexicon, &entries, &[(3, Program::nothing()), (key_of(&texts), program)]);
        let Thawed { mut lexicon, entries, phrases } = thaw(bytes.leak());
        let program = phrases.program(key_of(&texts)).unwrap();
        assert_eq!(shown(&lexicon, &[&entries[0].1, &entries[1].1, &program]), before);
        assert_eq!(entries[1].0, "keep");
        assert!(phrases.program(key_of(&["<data>", "we"])).is_none());
        // A lexicon that was thawed learns on.
        let known = lexicon.symbol(WordTest::Exact("until"));
        assert_eq!(lexicon.symbol(WordTest::Exact("until")), known);
        let groups = lexicon.group_count();
        let group = lexicon.group(&[known]);
        assert_eq!(lexicon.group(&[known]), group);
        assert!(lexicon.group_count() <= groups + 1);
        lexicon.close();
        assert!(lexicon.groups_of(known.0 as usize).contains(&group));
    }
}
