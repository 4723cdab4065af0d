//! Programs: small automata over words, which patterns are compiled to.
//!
//! A pattern becomes a [`Program`]; a vocabulary entry is a program too, whose places serve every pattern that names it.
//! No state leads back to itself, so a run (`rule::reading`) visits each once.
//!
//! A program is a row of numbers. The built-in ones lie in the executable as they are run, so that nothing is made of them
//! at the start of a run that asks for few of them; those of a user's rules lie in one row, too.

use std::sync::Arc;

use super::lexicon::GroupId;

/// A vocabulary entry by its place in the rule set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct EntryId(pub(crate) usize);

/// The most words of a match of a vocabulary entry.
pub(super) const LONGEST_ENTRY: usize = 127;

/// What a program is written from.
#[derive(Debug)]
pub(super) struct Draft {
    /// Each leads to states before it; the last one is the entrance, the first ones accept.
    pub(super) states: Vec<Step>,
    /// How many states accept.
    pub(super) accepting: usize,
    /// What a text must hold, or it can't match: a word of each of these.
    pub(super) needs: Vec<Need>,
    /// The most words that a match has; nothing where there is no bound.
    pub(super) longest: Option<usize>,
    /// How a match can start.
    pub(super) opening: Opening,
    /// The vocabulary entries that it names.
    pub(super) entries: Vec<EntryId>,
}

/// The ways that lead out of a program's entrance.
#[derive(Debug, Default)]
pub(super) struct Opening {
    /// By a word of a group, in the order of the groups: the state after it.
    pub(super) words: Vec<(GroupId, usize)>,
    /// By a vocabulary entry: the state after it.
    pub(super) entries: Vec<(EntryId, usize)>,
}

/// A state, and where it leads to.
#[derive(Debug)]
pub(super) enum Step {
    /// One word of a group.
    Take(GroupId, usize),
    Entry(EntryId, usize),
    /// At most so many words of any kind; all there are where there is no number.
    Gap(Option<usize>, usize),
    Split(Vec<usize>),
    /// A match, which has so many words, where that is known.
    Accept(Option<usize>),
}

/// What a match holds one of: words of some groups, or some vocabulary entries.
#[derive(Clone, Debug, Default)]
pub(crate) struct Need {
    pub(super) groups: Arc<[GroupId]>,
    pub(super) entries: Arc<[EntryId]>,
    /// How many word tests they are: of two needs, the one with fewer is the rarer.
    pub(super) tests: usize,
}

/// A compiled pattern, or the compiled alternatives of a vocabulary entry.
#[derive(Debug)]
pub(crate) struct Program {
    /// The head, then the needs, which are asked for first, and of most programs nothing else; the states (two numbers each),
    /// the ways of all choices, the openings by words and by entries (two numbers each), the entries.
    numbers: Numbers,
    /// Where these start: one after another, from the needs to the entries.
    parts: [u32; PARTS],
}

/// The numbers of a program.
#[derive(Debug)]
enum Numbers {
    /// Of a built-in one.
    Builtin(&'static [u32]),
    /// Those at a place of a row that programs share.
    Read { row: Arc<[u32]>, start: u32, length: u32 },
}

/// A program as it is run: its numbers, wherever they lie.
#[derive(Clone, Copy, Debug)]
pub(super) struct Code<'p> {
    numbers: &'p [u32],
    parts: &'p [u32; PARTS],
}

/// The head: how many states accept, the most words of a match, and how many numbers each part has.
const HEAD: usize = 2 + PARTS;
const PARTS: usize = 6;

/// The parts of a program, in their order.
#[derive(Clone, Copy)]
enum Part {
    Needs,
    States,
    Ways,
    OpeningWords,
    OpeningEntries,
    Entries,
}

/// What stands for a number that is not there.
const NONE: u32 = u32::MAX;

/// How many bits of a state's second number tell its kind; the others tell the state that it leads to.
const KIND_BITS: u32 = 3;

/// A state of a program.
#[derive(Clone, Copy, Debug)]
pub(super) enum State<'p> {
    /// One word of a group.
    Take(GroupId, usize),
    Entry(EntryId, usize),
    /// At most so many words of any kind; all there are where there is no number.
    Gap(Option<usize>, usize),
    /// Any of these states.
    Split(&'p [u32]),
    /// A match, which has so many words, where that is known.
    Accept(Option<usize>),
}

/// What a match holds one of: words of some groups, or some vocabulary entries.
#[derive(Clone, Copy, Debug)]
pub(super) struct Needed<'p> {
    /// How many word tests they are: of two needs, the one with fewer is the rarer.
    pub(super) tests: usize,
    groups: &'p [u32],
    entries: &'p [u32],
}

/// The one thing that is needed.
pub(super) enum Only {
    Group(GroupId),
    Entry(EntryId),
}

impl<'p> Needed<'p> {
    /// What is needed, where there is no choice.
    pub(super) fn only(self) -> Option<Only> {
        match (self.groups, self.entries) {
            ([group], []) => Some(Only::Group(GroupId(*group))),
            ([], [entry]) => Some(Only::Entry(EntryId(*entry as usize))),
            _ => None,
        }
    }

    pub(super) fn groups(self) -> impl ExactSizeIterator<Item = GroupId> + 'p {
        self.groups.iter().map(|group| GroupId(*group))
    }

    pub(super) fn entries(self) -> impl ExactSizeIterator<Item = EntryId> + 'p {
        self.entries.iter().map(|entry| EntryId(*entry as usize))
    }
}

impl Program {
    /// Writes a program.
    pub(super) fn of(draft: &Draft) -> Self {
        let Draft { states, accepting, needs, longest, opening, entries } = draft;
        let mut parts: [Vec<u32>; PARTS] = [const { Vec::new() }; PARTS];
        let mut ways = Vec::new();
        let written = &mut parts[Part::States as usize];
        for state in states {
            let (operand, next, kind) = match state {
                Step::Take(group, next) => (group.0, *next, 0),
                Step::Entry(id, next) => (number(id.0), *next, 1),
                Step::Gap(most, next) => (optional(*most), *next, 2),
                Step::Accept(length) => (optional(*length), 0, 3),
                Step::Split(to) => {
                    let from = number(ways.len());
                    ways.push(number(to.len()));
                    ways.extend(to.iter().map(|way| number(*way)));
                    (from, 0, 4)
                }
            };
            written.extend([operand, number(next) << KIND_BITS | kind]);
        }
        parts[Part::Ways as usize] = ways;
        parts[Part::OpeningWords as usize].extend(opening.words.iter().flat_map(|(word, to)| [word.0, number(*to)]));
        parts[Part::OpeningEntries as usize]
            .extend(opening.entries.iter().flat_map(|(id, to)| [number(id.0), number(*to)]));
        parts[Part::Entries as usize].extend(entries.iter().map(|id| number(id.0)));
        for Need { groups, entries, tests } in needs {
            let written = &mut parts[Part::Needs as usize];
            written.extend([number(*tests), number(groups.len()), number(entries.len())]);
            written.extend(groups.iter().map(|group| group.0));
            written.extend(entries.iter().map(|id| number(id.0)));
        }
        let mut numbers = vec![number(*accepting), optional(*longest)];
        numbers.extend(parts.iter().map(|part| number(part.len())));
        numbers.extend(parts.iter().flatten());
        let parts = parts_of(&numbers);
        Self { numbers: Numbers::Read { length: number(numbers.len()), row: numbers.into(), start: 0 }, parts }
    }

    /// The program that a row of numbers starts with.
    pub(super) fn at_start(numbers: &'static [u32]) -> Self {
        let length = HEAD + numbers[2..HEAD].iter().map(|part| *part as usize).sum::<usize>();
        Self { numbers: Numbers::Builtin(&numbers[..length]), parts: parts_of(numbers) }
    }

    /// Puts programs that are asked one after another into one row, in this order: where they lie apart, a run with many of
    /// them takes some hundredths longer.
    pub(super) fn gather<'p>(programs: impl IntoIterator<Item = &'p mut Self>) {
        let programs: Vec<&mut Self> = programs.into_iter().collect();
        let row: Arc<[u32]> = programs.iter().flat_map(|program| program.numbers()).copied().collect();
        let mut start = 0;
        for program in programs {
            let length = number(program.numbers().len());
            program.numbers = Numbers::Read { row: Arc::clone(&row), start, length };
            start += length;
        }
    }

    /// All numbers, from which it can be read again.
    pub(super) fn numbers(&self) -> &[u32] {
        self.code().numbers
    }

    /// The program as it is run.
    #[inline]
    pub(super) fn code(&self) -> Code<'_> {
        let numbers = match &self.numbers {
            Numbers::Builtin(numbers) => numbers,
            Numbers::Read { row, start, length } => &row[*start as usize..][..*length as usize],
        };
        Code { numbers, parts: &self.parts }
    }
}

impl<'p> Code<'p> {
    #[inline]
    fn start(self, part: Part) -> usize {
        self.parts[part as usize] as usize
    }

    /// The numbers from the start of one part to that of another.
    fn between(self, part: Part, next: Part) -> &'p [u32] {
        &self.numbers[self.start(part)..self.start(next)]
    }

    /// How many states there are. Each leads to states before it; the last one is the entrance, the first ones accept.
    #[inline]
    pub(super) fn state_count(self) -> usize {
        (self.start(Part::Ways) - self.start(Part::States)) / 2
    }

    #[inline]
    pub(super) fn state(self, state: usize) -> State<'p> {
        let at = self.start(Part::States) + 2 * state;
        let (operand, second) = (self.numbers[at], self.numbers[at + 1]);
        let next = (second >> KIND_BITS) as usize;
        match second & ((1 << KIND_BITS) - 1) {
            0 => State::Take(GroupId(operand), next),
            1 => State::Entry(EntryId(operand as usize), next),
            2 => State::Gap(from_optional(operand), next),
            3 => State::Accept(from_optional(operand)),
            _ => {
                let from = self.start(Part::Ways) + operand as usize;
                State::Split(&self.numbers[from + 1..][..self.numbers[from] as usize])
            }
        }
    }

    /// How many states accept.
    #[inline]
    pub(super) fn accepting(self) -> usize {
        self.numbers[0] as usize
    }

    /// Whether a state accepts.
    #[inline]
    pub(super) fn accepts(self, state: usize) -> bool {
        state < self.accepting()
    }

    /// The most words that a match has; nothing where there is no bound.
    pub(super) fn longest(self) -> Option<usize> {
        from_optional(self.numbers[1])
    }

    /// What a text must hold, or it can't match: one of each of these.
    pub(super) fn needs(self) -> impl Iterator<Item = Needed<'p>> {
        let mut left = self.between(Part::Needs, Part::States);
        std::iter::from_fn(move || {
            let (&[tests, groups, entries], rest) = left.split_first_chunk()?;
            let (groups, rest) = rest.split_at(groups as usize);
            let (entries, rest) = rest.split_at(entries as usize);
            left = rest;
            Some(Needed { tests: tests as usize, groups, entries })
        })
    }

    /// How a match can start with a word: its group and the state after it, in the order of the groups.
    pub(super) fn opening_words(self) -> impl ExactSizeIterator<Item = (GroupId, usize)> {
        let words = self.between(Part::OpeningWords, Part::OpeningEntries).chunks_exact(2);
        words.map(|word| (GroupId(word[0]), word[1] as usize))
    }

    /// One of these.
    #[inline]
    pub(super) fn opening_word(self, at: usize) -> (GroupId, usize) {
        let at = self.start(Part::OpeningWords) + 2 * at;
        (GroupId(self.numbers[at]), self.numbers[at + 1] as usize)
    }

    /// How a match can start with a vocabulary entry, and the state after it.
    pub(super) fn opening_entries(self) -> impl ExactSizeIterator<Item = (EntryId, usize)> {
        let entries = self.between(Part::OpeningEntries, Part::Entries).chunks_exact(2);
        entries.map(|entry| (EntryId(entry[0] as usize), entry[1] as usize))
    }

    /// The group of its words, where every match is one word.
    pub(super) fn only_word(self) -> Option<GroupId> {
        let mut words = self.opening_words();
        match (words.next(), words.next(), self.opening_entries().next()) {
            (Some((group, next)), None, None) if self.accepts(next) && self.longest() == Some(1) => Some(group),
            _ => None,
        }
    }

    /// The vocabulary entries that it names.
    pub(super) fn entries(self) -> impl ExactSizeIterator<Item = EntryId> {
        self.numbers[self.start(Part::Entries)..].iter().map(|entry| EntryId(*entry as usize))
    }
}

/// Where the parts of a program start among its numbers.
fn parts_of(numbers: &[u32]) -> [u32; PARTS] {
    let mut at = number(HEAD);
    let mut parts = [0; PARTS];
    for (part, length) in parts.iter_mut().zip(&numbers[2..HEAD]) {
        *part = at;
        at += length;
    }
    parts
}

fn number(count: usize) -> u32 {
    u32::try_from(count).expect("internal: programs have bounded sizes")
}

/// Where there is no bound that fits, there is none.
fn optional(number: Option<usize>) -> u32 {
    number.and_then(|number| u32::try_from(number).ok()).unwrap_or(NONE)
}

fn from_optional(number: u32) -> Option<usize> {
    (number != NONE).then_some(number as usize)
}
