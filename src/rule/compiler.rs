//! The compiler: patterns become programs, each vocabulary entry after those that it names.

use std::collections::BTreeMap;

use super::lexicon::{GroupId, Lexicon, Symbol};
use super::pattern::{Element, Pattern, Presence, Sequence};
use super::program::{Draft, EntryId, LONGEST_ENTRY, Need, Opening, Program, Step};

impl Opening {
    fn of(states: &[Step]) -> Self {
        let mut opening = Self::default();
        let mut seen = vec![false; states.len()];
        let mut stack = vec![states.len() - 1];
        while let Some(state) = stack.pop() {
            if std::mem::replace(&mut seen[state], true) {
                continue;
            }
            match &states[state] {
                Step::Take(group, next) => opening.words.push((*group, *next)),
                Step::Entry(id, next) => opening.entries.push((*id, *next)),
                // A match need not start with the words of a gap: one that starts after them is shorter.
                Step::Gap(_, next) => stack.push(*next),
                Step::Split(ways) => stack.extend(ways),
                Step::Accept(_) => {}
            }
        }
        opening.words.sort_unstable();
        opening.words.dedup();
        opening.entries.sort_unstable();
        opening.entries.dedup();
        opening
    }
}

impl Need {
    /// Of one word that passes one of these tests.
    fn word(tests: &[Symbol], lexicon: &mut Lexicon) -> Self {
        Self { groups: [lexicon.group(tests)].into(), tests: tests.len(), ..Self::default() }
    }

    /// Of a vocabulary entry, every match of which holds something else in turn.
    fn entry(entry: &Named) -> Self {
        match entry.word {
            Some(group) => Self { groups: [group].into(), tests: entry.tests, ..Self::default() },
            None => Self { entries: [entry.id].into(), tests: entry.tests, ..Self::default() },
        }
    }
}

/// What is known about a vocabulary entry that a pattern names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named {
    pub(crate) id: EntryId,
    /// How many word tests there are for the rarest thing that its matches hold.
    pub(crate) tests: usize,
    /// The most words that a match has.
    pub(crate) longest: usize,
    /// The group of its words, where it matches one word at a time: then it is looked for like a word.
    word: Option<GroupId>,
}

/// The most states of one program; of a vocabulary entry's, counted once for each length that a match can have.
const MOST_STATES: usize = 20_000;

/// How deep vocabulary entries may name others: what looks for one looks for those that it names first.
const DEEPEST_ENTRY: usize = 50;

/// Compiles vocabulary entries, each after those that it names: their ids by their names, their programs in the order of
/// the ids, and the names of those that name themselves, directly or by way of others. Names that no entry has match
/// nothing. What is too large is told, and matches nothing.
pub(crate) fn compile_entries<'v>(
    vocabulary: &'v BTreeMap<String, Vec<Pattern>>,
    lexicon: &mut Lexicon,
    mut too_large: impl FnMut(&str, TooLarge),
) -> (BTreeMap<String, EntryId>, Vec<Program>, Vec<&'v String>) {
    let mut ids: BTreeMap<String, EntryId> = BTreeMap::new();
    let mut programs: Vec<Program> = Vec::new();
    let mut depths: Vec<usize> = Vec::new();
    let mut left: Vec<&String> = vocabulary.keys().collect();
    while !left.is_empty() {
        let before = left.len();
        left.retain(|name| {
            let patterns = &vocabulary[*name];
            let names = patterns.iter().flat_map(Pattern::names);
            let ready = names.filter(|name| vocabulary.contains_key(*name)).all(|name| ids.contains_key(name));
            if !ready {
                return true;
            }
            let known = |name: &str| ids.get(name).map(|id| programs[id.0].named(*id));
            let compiler = Compiler { entry: &known };
            let compiled = compiler.compile(patterns, lexicon).and_then(Program::of_entry).and_then(|program| {
                let depth = program.code().entries().map(|id| depths[id.0] + 1).max().unwrap_or_default();
                if depth > DEEPEST_ENTRY { Err(TooLarge::Depth) } else { Ok((program, depth)) }
            });
            let (program, depth) = compiled.unwrap_or_else(|error| {
                too_large(name, error);
                (Program::nothing(), 0)
            });
            ids.insert((*name).clone(), EntryId(programs.len()));
            programs.push(program);
            depths.push(depth);
            false
        });
        if left.len() == before {
            break;
        }
    }
    // Entries of a cycle never match; their names are known, so that only the cycle itself is reported.
    for name in &left {
        ids.insert((*name).clone(), EntryId(programs.len()));
        programs.push(Program::nothing());
    }
    (ids, programs, left)
}

/// Finds a vocabulary entry by its name.
pub(crate) type EntryLookup<'c> = dyn Fn(&str) -> Option<Named> + 'c;

/// What compiling needs to know: the entries that patterns may name, and the groups of words that they share.
pub(crate) struct Compiler<'c> {
    pub(crate) entry: &'c EntryLookup<'c>,
}

/// Why something is too large to compile.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TooLarge {
    /// A pattern or the patterns of an entry.
    #[error(
        "the pattern is too large: it needs more than {MOST_STATES} states; name fewer alternatives, or narrower gaps"
    )]
    States,
    /// What an entry matches.
    #[error("a match of the entry may have more than {LONGEST_ENTRY} words; name fewer gaps, or narrower ones")]
    Words,
    /// The entries that an entry names, those that they name, and so on.
    #[error("the entry names entries that name others, more than {DEEPEST_ENTRY} deep; write out some of them")]
    Depth,
}

impl Compiler<'_> {
    /// Compiles patterns of which any may match. Names that no entry has are left to the caller to have reported.
    pub(crate) fn compile<'p>(
        &self,
        patterns: impl IntoIterator<Item = &'p Pattern>,
        lexicon: &mut Lexicon,
    ) -> Result<Program, TooLarge> {
        let patterns: Vec<&Pattern> = patterns.into_iter().collect();
        let mut lengths: Vec<Option<usize>> = patterns.iter().map(|pattern| length(&pattern.sequence)).collect();
        lengths.sort_unstable();
        lengths.dedup();
        if lengths.first() != Some(&None) {
            lengths.insert(0, None);
        }
        let mut states: Vec<Step> = lengths.iter().copied().map(Step::Accept).collect();
        let accepting = states.len();
        let mut starts = Vec::new();
        let mut needs = Vec::new();
        // Patterns of one word each are one choice between words.
        let mut words: Vec<Symbol> = Vec::new();
        for pattern in &patterns {
            if let Some(of_one) = pattern.one_word() {
                words.extend(of_one);
                continue;
            }
            let accept = lengths.binary_search(&length(&pattern.sequence)).unwrap_or_default();
            starts.push(self.sequence(&pattern.sequence, accept, &mut states, lexicon)?);
            needs.push(self.needs(&pattern.sequence, lexicon));
        }
        if !words.is_empty() {
            words.sort_unstable();
            words.dedup();
            let accept = lengths.binary_search(&Some(1)).unwrap_or_default();
            states.push(Step::Take(lexicon.group(&words), accept));
            starts.push(states.len() - 1);
            needs.push(vec![Need::word(&words, lexicon)]);
        }
        let needs: Vec<Need> = match needs.len() {
            1 => {
                // The rarer ones rule out more, so they are asked for first.
                let mut needs: Vec<Need> = needs.remove(0);
                needs.sort_by_key(|need| need.tests);
                needs
            }
            // Whichever pattern matches, the rarest of its needs is there.
            _ => needs
                .into_iter()
                .map(rarest)
                .collect::<Option<Vec<Need>>>()
                .map(|needs| union(&needs))
                .into_iter()
                .collect(),
        };
        states.push(Step::Split(starts));
        let opening = Opening::of(&states);
        let longest = patterns.iter().map(|pattern| self.longest(&pattern.sequence));
        let longest = longest.reduce(|one, other| Some(one?.max(other?))).flatten();
        let named = states.iter().filter_map(|state| if let Step::Entry(id, _) = state { Some(*id) } else { None });
        let mut entries: Vec<EntryId> = named.collect();
        entries.sort_unstable();
        entries.dedup();
        Ok(Program::of(&Draft { states, accepting, needs, longest, opening, entries }))
    }

    fn sequence(
        &self,
        sequence: &Sequence,
        next: usize,
        states: &mut Vec<Step>,
        lexicon: &mut Lexicon,
    ) -> Result<usize, TooLarge> {
        let mut next = next;
        for element in sequence.iter().rev() {
            next = self.element(element, next, states, lexicon)?;
        }
        Ok(next)
    }

    fn element(
        &self,
        element: &Element,
        next: usize,
        states: &mut Vec<Step>,
        lexicon: &mut Lexicon,
    ) -> Result<usize, TooLarge> {
        let state = match element {
            Element::Word(symbol) => Step::Take(lexicon.group(&[*symbol]), next),
            Element::Name(name) => match (self.entry)(name) {
                Some(Named { word: Some(group), .. }) => Step::Take(group, next),
                Some(named) => Step::Entry(named.id, next),
                None => Step::Split(Vec::new()),
            },
            Element::Gap(count) => Step::Gap(*count, next),
            Element::Choice { words, options, presence: Presence::Required } if options.is_empty() => {
                Step::Take(lexicon.group(words), next)
            }
            Element::Choice { words, options, presence } => {
                let mut ways = Vec::with_capacity(options.len() + 2);
                if !words.is_empty() {
                    states.push(Step::Take(lexicon.group(words), next));
                    ways.push(states.len() - 1);
                }
                for option in options {
                    ways.push(self.sequence(option, next, states, lexicon)?);
                }
                if *presence == Presence::Optional {
                    ways.push(next);
                }
                Step::Split(ways)
            }
        };
        if states.len() >= MOST_STATES {
            return Err(TooLarge::States);
        }
        states.push(state);
        Ok(states.len() - 1)
    }

    /// The most words that a match of a sequence has.
    fn longest(&self, sequence: &Sequence) -> Option<usize> {
        sequence.iter().try_fold(0_usize, |sum, element| {
            let words = match element {
                Element::Word(_) => 1,
                Element::Name(name) => (self.entry)(name).map_or(0, |named| named.longest),
                Element::Gap(most) => (*most)?,
                Element::Choice { options, .. } => {
                    options.iter().try_fold(1, |most, option| Some(self.longest(option)?.max(most)))?
                }
            };
            Some(sum.saturating_add(words))
        })
    }

    fn needs(&self, sequence: &Sequence, lexicon: &mut Lexicon) -> Vec<Need> {
        let mut needs = Vec::new();
        for element in sequence {
            match element {
                Element::Word(symbol) => needs.push(Need::word(&[*symbol], lexicon)),
                Element::Name(name) => needs.extend((self.entry)(name).as_ref().map(Need::entry)),
                Element::Choice { words, options, presence: Presence::Required } if options.is_empty() => {
                    needs.push(Need::word(words, lexicon));
                }
                Element::Choice { words, options, presence: Presence::Required } => {
                    let words = (!words.is_empty()).then(|| Some(Need::word(words, lexicon)));
                    let options: Vec<Option<Need>> =
                        options.iter().map(|option| rarest(self.needs(option, lexicon))).collect();
                    // An option that needs nothing makes the choice need nothing.
                    needs.extend(
                        words.into_iter().chain(options).collect::<Option<Vec<Need>>>().map(|needs| union(&needs)),
                    );
                }
                Element::Choice { presence: Presence::Optional, .. } | Element::Gap(_) => {}
            }
        }
        needs
    }
}

/// How many words every match of a sequence has, where that is one number.
fn length(sequence: &Sequence) -> Option<usize> {
    sequence.iter().try_fold(0, |sum, element| match element {
        Element::Word(_) => Some(sum + 1),
        Element::Choice { words, options, presence: Presence::Required } => {
            let mut lengths = words.first().map(|_| Some(1)).into_iter().chain(options.iter().map(length));
            let first = lengths.next()??;
            lengths.all(|length| length == Some(first)).then_some(sum + first)
        }
        Element::Name(_) | Element::Gap(_) | Element::Choice { presence: Presence::Optional, .. } => None,
    })
}

fn rarest(needs: Vec<Need>) -> Option<Need> {
    needs.into_iter().min_by_key(|need| need.tests)
}

fn union(needs: &[Need]) -> Need {
    let mut groups: Vec<GroupId> = needs.iter().flat_map(|need| need.groups.iter().copied()).collect();
    groups.sort_unstable();
    groups.dedup();
    let mut entries: Vec<EntryId> = needs.iter().flat_map(|need| need.entries.iter().copied()).collect();
    entries.sort_unstable();
    entries.dedup();
    Need { groups: groups.into(), entries: entries.into(), tests: needs.iter().map(|need| need.tests).sum() }
}

impl Program {
    /// A program that never matches.
    pub(crate) fn nothing() -> Self {
        Self::of(&Draft {
            states: vec![Step::Accept(None), Step::Split(Vec::new())],
            accepting: 1,
            needs: vec![Need::default()],
            longest: Some(0),
            opening: Opening::default(),
            entries: Vec::new(),
        })
    }

    /// The program as a vocabulary entry's, if it is small enough.
    fn of_entry(self) -> Result<Self, TooLarge> {
        let longest = self.code().longest().filter(|longest| *longest <= LONGEST_ENTRY).ok_or(TooLarge::Words)?;
        if self.code().state_count() * (longest + 1) > MOST_STATES { Err(TooLarge::States) } else { Ok(self) }
    }

    /// What patterns that name it need to know, given its id.
    pub(crate) fn named(&self, id: EntryId) -> Named {
        let code = self.code();
        let tests = code.needs().map(|need| need.tests).min().unwrap_or_default();
        Named { id, tests, longest: code.longest().unwrap_or(usize::MAX), word: code.only_word() }
    }
}
