//! Matching: patterns compiled to small automata, run over the words of a clause with its lead-in.
//!
//! A pattern becomes a [`Program`]; a vocabulary entry is a program too, whose occurrences are found once per clause
//! and then serve every pattern that names it. A run visits every state at most once per word and start that improves
//! it, so its cost is linear in the length of the clause, whatever the pattern: rule files from strangers can be slow
//! to read but not to match. For each word that a match can end at, the run keeps the latest start: the shortest
//! match, which is the best quotation.

use super::lexicon::{Lexicon, Symbol, Token, WordId, Words};
use super::pattern::{Element, Pattern, Presence, Sequence};
use crate::document::{ClauseId, Document, Heading, ProseSpan};

/// A vocabulary entry by its place in the rule set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct EntryId(pub(crate) usize);

/// A compiled pattern, or the compiled alternatives of a vocabulary entry.
#[derive(Debug)]
pub(crate) struct Program {
    states: Vec<State>,
    /// Groups of symbols; a text that lacks all symbols of a group can't match.
    needs: Vec<Vec<Symbol>>,
}

#[derive(Debug)]
enum State {
    Take(Symbol, usize),
    Entry(EntryId, usize),
    Any(usize),
    Split(Vec<usize>),
    Accept,
}

/// The most states of one program.
const MOST_STATES: usize = 20_000;

/// Finds a vocabulary entry by its name: its id, and the symbols of which every match of it holds one.
pub(crate) type EntryLookup<'c> = dyn Fn(&str) -> Option<(EntryId, Vec<Symbol>)> + 'c;

/// What compiling needs to know: the word tests so far, and the entries that patterns may name.
pub(crate) struct Compiler<'c> {
    pub(crate) lexicon: &'c mut Lexicon,
    pub(crate) entry: &'c EntryLookup<'c>,
}

/// A pattern that is too large to compile.
#[derive(Debug, thiserror::Error)]
#[error("the pattern is too large: it needs more than {MOST_STATES} states; name fewer alternatives, or narrower gaps")]
pub(crate) struct TooLarge;

impl Compiler<'_> {
    /// Compiles patterns of which any may match. Names that no entry has are left to the caller to have reported.
    pub(crate) fn compile<'p>(&mut self, patterns: impl IntoIterator<Item = &'p Pattern>) -> Result<Program, TooLarge> {
        let mut states = vec![State::Accept];
        let mut starts = Vec::new();
        let mut needs: Option<Vec<Vec<Symbol>>> = None;
        for pattern in patterns {
            starts.push(self.sequence(&pattern.sequence, 0, &mut states)?);
            let own = self.needs(&pattern.sequence);
            needs = Some(match needs {
                None => own,
                Some(others) => either(&others, &own),
            });
        }
        // The entrance is the last state.
        states.push(State::Split(starts));
        Ok(Program { states, needs: needs.unwrap_or_default() })
    }

    fn sequence(&mut self, sequence: &Sequence, next: usize, states: &mut Vec<State>) -> Result<usize, TooLarge> {
        let mut next = next;
        for element in sequence.iter().rev() {
            next = self.element(element, next, states)?;
        }
        Ok(next)
    }

    fn element(&mut self, element: &Element, next: usize, states: &mut Vec<State>) -> Result<usize, TooLarge> {
        let state = match element {
            Element::Word(test) => State::Take(self.lexicon.symbol(test), next),
            Element::Class(class) => State::Take(class.symbol(), next),
            Element::Name(name) => match (self.entry)(name) {
                Some((id, _)) => State::Entry(id, next),
                None => State::Split(Vec::new()),
            },
            Element::Gap(None) => {
                let any = states.len();
                states.push(State::Any(any + 1));
                State::Split(vec![next, any])
            }
            Element::Gap(Some(count)) => {
                let mut inner = next;
                for _ in 0..*count {
                    states.push(State::Any(inner));
                    states.push(State::Split(vec![next, states.len() - 1]));
                    inner = states.len() - 1;
                }
                return Ok(inner);
            }
            Element::Choice { options, presence } => {
                let mut ways = Vec::with_capacity(options.len() + 1);
                for option in options {
                    ways.push(self.sequence(option, next, states)?);
                }
                if *presence == Presence::Optional {
                    ways.push(next);
                }
                State::Split(ways)
            }
        };
        if states.len() >= MOST_STATES {
            return Err(TooLarge);
        }
        states.push(state);
        Ok(states.len() - 1)
    }

    fn needs(&mut self, sequence: &Sequence) -> Vec<Vec<Symbol>> {
        let mut needs = Vec::new();
        for element in sequence {
            match element {
                Element::Word(test) => needs.push(vec![self.lexicon.symbol(test)]),
                Element::Class(class) => needs.push(vec![class.symbol()]),
                Element::Name(name) => needs.extend((self.entry)(name).map(|(_, group)| group)),
                Element::Choice { options, presence: Presence::Required } => {
                    let groups: Vec<Option<Vec<Symbol>>> =
                        options.iter().map(|option| smallest(self.needs(option))).collect();
                    // An option that needs nothing makes the choice need nothing.
                    if let Some(groups) = groups.into_iter().collect::<Option<Vec<_>>>() {
                        needs.push(union(groups));
                    }
                }
                Element::Choice { presence: Presence::Optional, .. } | Element::Gap(_) => {}
            }
        }
        needs
    }
}

fn smallest(groups: Vec<Vec<Symbol>>) -> Option<Vec<Symbol>> {
    groups.into_iter().min_by_key(Vec::len)
}

fn union(groups: Vec<Vec<Symbol>>) -> Vec<Symbol> {
    let mut all: Vec<Symbol> = groups.into_iter().flatten().collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// What a text needs that matches one of two programs.
fn either(left: &[Vec<Symbol>], right: &[Vec<Symbol>]) -> Vec<Vec<Symbol>> {
    match (smallest(left.to_vec()), smallest(right.to_vec())) {
        (Some(left), Some(right)) => vec![union(vec![left, right])],
        _ => Vec::new(),
    }
}

impl Program {
    /// The smallest group of symbols of which every match holds one; empty if there is none.
    pub(crate) fn group(&self) -> Vec<Symbol> {
        smallest(self.needs.clone()).unwrap_or_default()
    }
}

/// A match: words `start..end` of a passage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Match {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Match {
    pub(crate) fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

/// The words that patterns run over: a clause's own after those of its lead-in, or a heading's.
#[derive(Debug)]
pub(crate) struct Passage {
    words: Vec<WordId>,
    /// Where each of its own words stands in its own prose.
    places: Vec<ProseSpan>,
    /// How many words belong to the lead-in.
    lead_in: usize,
    present: SymbolSet,
    /// For each vocabulary entry that was asked for: where it ends if it starts at word 0, 1, 2, ...
    entries: Vec<Option<Vec<Vec<usize>>>>,
}

impl Passage {
    fn new(words: Vec<WordId>, places: Vec<ProseSpan>, table: &Words<'_>, symbol_count: usize) -> Self {
        let mut present = SymbolSet::new(symbol_count);
        for word in &words {
            table.symbols(*word).iter().for_each(|symbol| present.insert(*symbol));
        }
        Self { lead_in: words.len() - places.len(), words, places, present, entries: Vec::new() }
    }

    /// Where the passage's own part of a match stands in its prose; nothing if all of it lies in the lead-in.
    pub(crate) fn own(&self, found: Match) -> Option<ProseSpan> {
        let end = found.end.checked_sub(self.lead_in).filter(|end| *end > 0)?;
        let start = found.start.saturating_sub(self.lead_in);
        Some(ProseSpan { start: self.places[start].start, end: self.places[end - 1].end })
    }
}

/// A document as patterns see it.
pub(crate) struct Reading<'r> {
    words: Words<'r>,
    entries: &'r [Program],
    clauses: Vec<Passage>,
    headings: Vec<Option<Passage>>,
    scratch: Scratch,
}

#[derive(Default)]
struct Scratch {
    /// For each word and state, one more than the latest start; 0 where the state was not reached.
    reached: Vec<u32>,
    stack: Vec<(usize, usize)>,
}

impl<'r> Reading<'r> {
    pub(crate) fn new(document: &Document, lexicon: &'r Lexicon, entries: &'r [Program]) -> Self {
        let mut words = Words::new(lexicon);
        let own: Vec<Vec<Token>> = document.clauses().iter().map(|clause| words.tokens(&clause.prose)).collect();
        let passages = document.clauses().iter().zip(&own).map(|(clause, tokens)| {
            let lead_in = clause.lead_in.iter().flat_map(|id| &own[id.0]);
            let ids = lead_in.chain(tokens).map(|token| token.word).collect();
            Passage::new(ids, tokens.iter().map(|token| token.at).collect(), &words, lexicon.len())
        });
        let clauses = passages.collect();
        let mut heading = |heading: &Heading| {
            let tokens = words.tokens(&heading.prose);
            let ids = tokens.iter().map(|token| token.word).collect();
            Passage::new(ids, tokens.iter().map(|token| token.at).collect(), &words, lexicon.len())
        };
        let headings = document.sections().iter().map(|section| section.heading.as_ref().map(&mut heading)).collect();
        Self { words, entries, clauses, headings, scratch: Scratch::default() }
    }

    pub(crate) fn passage(&self, clause: ClauseId) -> &Passage {
        &self.clauses[clause.0]
    }

    /// The matches in a clause with its lead-in, in order of their ends; they may overlap, and may lie in the lead-in
    /// altogether ([`Passage::own`] tells).
    pub(crate) fn in_clause(&mut self, program: &Program, clause: ClauseId) -> Vec<Match> {
        run(program, &mut self.clauses[clause.0], self.entries, &self.words, &mut self.scratch)
    }

    /// Whether a section's own heading matches.
    pub(crate) fn in_heading(&mut self, program: &Program, section: usize) -> bool {
        let Some(passage) = &mut self.headings[section] else { return false };
        !run(program, passage, self.entries, &self.words, &mut self.scratch).is_empty()
    }
}

fn run(
    program: &Program,
    passage: &mut Passage,
    entries: &[Program],
    words: &Words<'_>,
    scratch: &mut Scratch,
) -> Vec<Match> {
    if !program.needs.iter().all(|group| passage.present.any(group)) {
        return Vec::new();
    }
    for state in &program.states {
        if let State::Entry(id, _) = state {
            find_entry(*id, passage, entries, words);
        }
    }
    let count = passage.words.len();
    let states = program.states.len();
    scratch.reached.clear();
    scratch.reached.resize((count + 1) * states, 0);
    let mut matches = Vec::new();
    for at in 0..=count {
        // Starting here is the latest start there is, so it comes first.
        let start = u32::try_from(at + 1).expect("internal: a clause has a bounded number of words");
        reach(scratch, states, at, states - 1, start);
        let first = at * states;
        scratch
            .stack
            .extend((0..states - 1).filter(|state| scratch.reached[first + state] > 0).map(|state| (at, state)));
        while let Some((_, state)) = scratch.stack.pop() {
            let start = scratch.reached[first + state];
            match &program.states[state] {
                State::Accept => {}
                State::Split(ways) => ways.iter().for_each(|way| {
                    if scratch.reached[first + way] < start {
                        scratch.reached[first + way] = start;
                        scratch.stack.push((at, *way));
                    }
                }),
                State::Any(next) if at < count => later(scratch, states, at + 1, *next, start),
                State::Take(symbol, next) if at < count && words.symbols(passage.words[at]).contains(symbol) => {
                    later(scratch, states, at + 1, *next, start);
                }
                State::Entry(id, next) => {
                    let ends = passage.entries.get(id.0).and_then(Option::as_ref).and_then(|ends| ends.get(at));
                    for end in ends.into_iter().flatten() {
                        later(scratch, states, *end, *next, start);
                    }
                }
                State::Any(_) | State::Take(..) => {}
            }
        }
        let accepted = scratch.reached[first] as usize;
        if accepted > 0 && accepted - 1 < at {
            matches.push(Match { start: accepted - 1, end: at });
        }
    }
    matches
}

fn reach(scratch: &mut Scratch, states: usize, at: usize, state: usize, start: u32) {
    scratch.reached[at * states + state] = start;
    scratch.stack.push((at, state));
}

/// Marks a state as reached at a later word; it is visited when the run gets there.
fn later(scratch: &mut Scratch, states: usize, at: usize, state: usize, start: u32) {
    let reached = &mut scratch.reached[at * states + state];
    *reached = (*reached).max(start);
}

/// Finds all the places of a vocabulary entry in a passage, once.
fn find_entry(id: EntryId, passage: &mut Passage, entries: &[Program], words: &Words<'_>) {
    if passage.entries.get(id.0).is_some_and(Option::is_some) {
        return;
    }
    let program = &entries[id.0];
    let mut ends: Vec<Vec<usize>> = Vec::new();
    if program.needs.iter().all(|group| passage.present.any(group)) {
        for state in &program.states {
            if let State::Entry(inner, _) = state {
                find_entry(*inner, passage, entries, words);
            }
        }
        ends = (0..passage.words.len()).map(|start| ends_from(program, passage, words, start)).collect();
    }
    if passage.entries.len() <= id.0 {
        passage.entries.resize_with(id.0 + 1, || None);
    }
    passage.entries[id.0] = Some(ends);
}

/// Where the program can end if it starts at one word. Entries hold no gap without limit, so this looks a bounded
/// number of words ahead.
fn ends_from(program: &Program, passage: &Passage, words: &Words<'_>, start: usize) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut seen: Vec<(usize, usize)> = Vec::new();
    let mut stack = vec![(start, program.states.len() - 1)];
    while let Some((at, state)) = stack.pop() {
        match &program.states[state] {
            State::Accept => ends.push(at),
            State::Split(ways) => {
                if !seen.contains(&(at, state)) {
                    seen.push((at, state));
                    stack.extend(ways.iter().map(|way| (at, *way)));
                }
            }
            State::Any(next) if at < passage.words.len() => stack.push((at + 1, *next)),
            State::Take(symbol, next) => {
                if passage.words.get(at).is_some_and(|word| words.symbols(*word).contains(symbol)) {
                    stack.push((at + 1, *next));
                }
            }
            State::Entry(id, next) => {
                let inner = passage.entries.get(id.0).and_then(Option::as_ref).and_then(|ends| ends.get(at));
                stack.extend(inner.into_iter().flatten().map(|end| (*end, *next)));
            }
            State::Any(_) => {}
        }
    }
    ends.retain(|end| *end > start);
    ends.sort_unstable();
    ends.dedup();
    ends
}

/// A set of symbols.
#[derive(Debug)]
struct SymbolSet(Vec<u64>);

impl SymbolSet {
    fn new(count: usize) -> Self {
        Self(vec![0; count.div_ceil(64)])
    }

    fn insert(&mut self, symbol: Symbol) {
        self.0[symbol.0 as usize / 64] |= 1 << (symbol.0 % 64);
    }

    fn any(&self, symbols: &[Symbol]) -> bool {
        symbols.iter().any(|symbol| self.0[symbol.0 as usize / 64] & 1 << (symbol.0 % 64) != 0)
    }
}
