//! Matching: patterns compiled to small automata, run over the words of a clause with its lead-in.
//!
//! A pattern becomes a [`Program`]; a vocabulary entry is a program too, whose occurrences are found once per clause
//! and then serve every pattern that names it. A run visits every state at most once per word and start that improves
//! it, so its cost is linear in the length of the clause, whatever the pattern: rule files from strangers can be slow
//! to read but not to match. For each word that a match can end at, the run keeps the latest start: the shortest
//! match, which is the best quotation.

use std::cmp::Ordering;
use std::sync::Arc;

use super::lexicon::{Lexicon, Symbol, Token, WordId, Words};
use super::pattern::{Element, Pattern, Presence, Sequence};
use crate::document::{ClauseId, Document, Heading, ProseSpan};

/// A vocabulary entry by its place in the rule set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct EntryId(pub(crate) usize);

/// A compiled pattern, or the compiled alternatives of a vocabulary entry.
#[derive(Debug)]
pub(crate) struct Program {
    /// The last state is the entrance, the first one accepts.
    states: Vec<State>,
    /// Groups of symbols; a text that lacks all symbols of a group can't match.
    needs: Vec<Group>,
    /// How a match can start.
    opening: Opening,
    /// The vocabulary entries that it names.
    entries: Vec<EntryId>,
}

/// The ways that lead out of a program's entrance, so that a run need not try them all at every word.
#[derive(Debug, Default)]
struct Opening {
    /// By a word that passes a test, in the order of the tests: the state after it.
    words: Vec<(Symbol, usize)>,
    /// By a vocabulary entry: the state after it.
    entries: Vec<(EntryId, usize)>,
}

impl Opening {
    fn of(states: &[State]) -> Self {
        let mut opening = Self::default();
        let mut seen = vec![false; states.len()];
        let mut stack = vec![states.len() - 1];
        while let Some(state) = stack.pop() {
            if std::mem::replace(&mut seen[state], true) {
                continue;
            }
            match &states[state] {
                State::Take(symbol, next) => opening.words.push((*symbol, *next)),
                State::TakeAny(group, next) => opening.words.extend(group.iter().map(|symbol| (*symbol, *next))),
                State::Entry(id, next) => opening.entries.push((*id, *next)),
                // A match need not start with the words of a gap: one that starts after them is shorter.
                State::Gap(_, next) => stack.push(*next),
                State::Split(ways) => stack.extend(ways),
                State::Accept => {}
            }
        }
        opening.words.sort_unstable();
        opening
    }

    /// The words of a passage that open a match, with the states after them.
    fn places(&self, passage: &Passage) -> Vec<(usize, usize)> {
        let mut places = Vec::new();
        // Both lists are in the order of the symbols. Where one is much shorter, its symbols are looked up in the other;
        // else the two are merged.
        let (mut openings, mut symbols) = (self.words.as_slice(), passage.symbols.as_slice());
        while let (Some((opening, _)), Some((symbol, _))) = (openings.first(), symbols.first()) {
            match opening.cmp(symbol) {
                Ordering::Less => openings = skip(openings, symbols.len(), *symbol),
                Ordering::Greater => symbols = skip(symbols, openings.len(), *opening),
                Ordering::Equal => {
                    let same = openings.iter().take_while(|(other, _)| other == symbol).count();
                    let here = symbols.iter().take_while(|(other, _)| other == opening).count();
                    for (_, next) in &openings[..same] {
                        places.extend(symbols[..here].iter().map(|(_, at)| (*at, *next)));
                    }
                    (openings, symbols) = (&openings[same..], &symbols[here..]);
                }
            }
        }
        places
    }
}

/// The rest of a sorted list from a symbol on; by halving where the list is much longer than the one it is held against.
fn skip(list: &[(Symbol, usize)], against: usize, symbol: Symbol) -> &[(Symbol, usize)] {
    if list.len() > 8 * against {
        return &list[list.partition_point(|(other, _)| *other < symbol)..];
    }
    let count = list.iter().take_while(|(other, _)| *other < symbol).count();
    &list[count..]
}

/// Symbols of which a match holds at least one. Patterns that name an entry share the entry's.
pub(crate) type Group = Arc<[Symbol]>;

#[derive(Debug)]
enum State {
    Take(Symbol, usize),
    /// One word that passes any of several tests: a choice between words.
    TakeAny(Group, usize),
    Entry(EntryId, usize),
    /// At most so many words of any kind; all there are where there is no number.
    Gap(Option<usize>, usize),
    Split(Vec<usize>),
    Accept,
}

/// The most states of one program.
const MOST_STATES: usize = 20_000;

/// Finds a vocabulary entry by its name: its id, and the symbols of which every match of it holds one.
pub(crate) type EntryLookup<'c> = dyn Fn(&str) -> Option<(EntryId, Group)> + 'c;

/// What compiling needs to know: the entries that patterns may name.
pub(crate) struct Compiler<'c> {
    pub(crate) entry: &'c EntryLookup<'c>,
}

/// A pattern that is too large to compile.
#[derive(Debug, thiserror::Error)]
#[error("the pattern is too large: it needs more than {MOST_STATES} states; name fewer alternatives, or narrower gaps")]
pub(crate) struct TooLarge;

impl Compiler<'_> {
    /// Compiles patterns of which any may match. Names that no entry has are left to the caller to have reported.
    pub(crate) fn compile<'p>(&self, patterns: impl IntoIterator<Item = &'p Pattern>) -> Result<Program, TooLarge> {
        let mut states = vec![State::Accept];
        let mut starts = Vec::new();
        let mut needs = Vec::new();
        for pattern in patterns {
            starts.push(self.sequence(&pattern.sequence, 0, &mut states)?);
            needs.push(self.needs(&pattern.sequence));
        }
        let needs = match needs.len() {
            1 => needs.remove(0),
            // Whichever pattern matches, the smallest of its groups is there.
            _ => needs
                .into_iter()
                .map(smallest)
                .collect::<Option<Vec<Group>>>()
                .map(|groups| union(&groups))
                .into_iter()
                .collect(),
        };
        states.push(State::Split(starts));
        let opening = Opening::of(&states);
        let named = states.iter().filter_map(|state| if let State::Entry(id, _) = state { Some(*id) } else { None });
        let mut entries: Vec<EntryId> = named.collect();
        entries.sort_unstable();
        entries.dedup();
        Ok(Program { states, needs, opening, entries })
    }

    fn sequence(&self, sequence: &Sequence, next: usize, states: &mut Vec<State>) -> Result<usize, TooLarge> {
        let mut next = next;
        for element in sequence.iter().rev() {
            next = self.element(element, next, states)?;
        }
        Ok(next)
    }

    fn element(&self, element: &Element, next: usize, states: &mut Vec<State>) -> Result<usize, TooLarge> {
        let state = match element {
            Element::Word(symbol) => State::Take(*symbol, next),
            Element::Name(name) => match (self.entry)(name) {
                Some((id, _)) => State::Entry(id, next),
                None => State::Split(Vec::new()),
            },
            Element::Gap(count) => State::Gap(*count, next),
            Element::Choice { words, options, presence: Presence::Required } if options.is_empty() => {
                State::TakeAny(words.clone(), next)
            }
            Element::Choice { words, options, presence } => {
                let mut ways = Vec::with_capacity(options.len() + 2);
                if !words.is_empty() {
                    states.push(State::TakeAny(words.clone(), next));
                    ways.push(states.len() - 1);
                }
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

    fn needs(&self, sequence: &Sequence) -> Vec<Group> {
        let mut needs = Vec::new();
        for element in sequence {
            match element {
                Element::Word(symbol) => needs.push(Group::from([*symbol])),
                Element::Name(name) => needs.extend((self.entry)(name).map(|(_, group)| group)),
                Element::Choice { words, options, presence: Presence::Required } if options.is_empty() => {
                    needs.push(words.clone());
                }
                Element::Choice { words, options, presence: Presence::Required } => {
                    let words = (!words.is_empty()).then(|| Some(words.clone()));
                    let options = options.iter().map(|option| smallest(self.needs(option)));
                    let groups: Vec<Option<Group>> = words.into_iter().chain(options).collect();
                    // An option that needs nothing makes the choice need nothing.
                    needs.extend(groups.into_iter().collect::<Option<Vec<Group>>>().map(|groups| union(&groups)));
                }
                Element::Choice { presence: Presence::Optional, .. } | Element::Gap(_) => {}
            }
        }
        needs
    }
}

fn smallest(groups: Vec<Group>) -> Option<Group> {
    groups.into_iter().min_by_key(|group| group.len())
}

fn union(groups: &[Group]) -> Group {
    // A hostile vocabulary names one large entry thousands of times.
    let mut distinct: Vec<&Group> = groups.iter().collect();
    distinct.sort_unstable_by_key(|group| group.as_ptr());
    distinct.dedup_by_key(|group| group.as_ptr());
    let groups = distinct;
    let mut all: Vec<Symbol> = groups.iter().flat_map(|group| group.iter().copied()).collect();
    all.sort_unstable();
    all.dedup();
    all.into()
}

impl Program {
    /// The smallest group of symbols of which every match holds one; empty if there is none.
    pub(crate) fn group(&self) -> Group {
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
    /// The symbols with the words that have them, in order.
    symbols: Vec<(Symbol, usize)>,
    /// The vocabulary entries that were asked for, in order, each with the words that it starts at and ends before.
    entries: Vec<(EntryId, Vec<(usize, usize)>)>,
}

impl Passage {
    fn new(words: Vec<WordId>, places: Vec<ProseSpan>, table: &Words<'_>, symbol_count: usize) -> Self {
        let mut present = SymbolSet::new(symbol_count);
        let mut symbols = Vec::new();
        for (at, word) in words.iter().enumerate() {
            for symbol in table.symbols(*word) {
                present.insert(*symbol);
                symbols.push((*symbol, at));
            }
        }
        symbols.sort_unstable();
        Self { lead_in: words.len() - places.len(), words, places, present, symbols, entries: Vec::new() }
    }

    /// The words that a vocabulary entry starts at and ends before, in order.
    fn places_of(&self, id: EntryId) -> &[(usize, usize)] {
        match self.entries.binary_search_by_key(&id, |(known, _)| *known) {
            Ok(idx) => &self.entries[idx].1,
            Err(_) => &[],
        }
    }

    /// Where a vocabulary entry ends if it starts at a word.
    fn ends(&self, id: EntryId, start: usize) -> impl Iterator<Item = usize> + '_ {
        let found = self.places_of(id);
        let from = found.partition_point(|(at, _)| *at < start);
        found[from..].iter().take_while(move |(at, _)| *at == start).map(|(_, end)| *end)
    }

    /// Where the passage's own part of a match stands in its prose; nothing if all of it lies in the lead-in.
    pub(crate) fn own(&self, found: Match) -> Option<ProseSpan> {
        let end = found.end.checked_sub(self.lead_in).filter(|end| *end > 0)?;
        let start = found.start.saturating_sub(self.lead_in);
        Some(ProseSpan { start: self.places[start].start, end: self.places[end - 1].end })
    }

    /// Whether a match starts in the lead-in.
    pub(crate) fn is_introduced(&self, found: Match) -> bool {
        found.start < self.lead_in
    }
}

/// A document as patterns see it.
pub(crate) struct Reading<'r> {
    words: Words<'r>,
    entries: &'r [Program],
    clauses: Vec<Passage>,
    headings: Vec<Option<Passage>>,
    /// For each symbol, the statements that hold it, in order.
    postings: Vec<Vec<ClauseId>>,
    scratch: Scratch,
}

#[derive(Default)]
struct Scratch {
    /// For each word and state, the run that reached it last, and one more than the latest start of that run. Old runs
    /// are left standing: clearing the table for each clause would cost more than the run.
    reached: Vec<(u32, u32)>,
    run: u32,
    /// For each word, the states that were reached there and are still to be visited.
    pending: Vec<Vec<usize>>,
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
        let clauses: Vec<Passage> = passages.collect();
        let mut heading = |heading: &Heading| {
            let tokens = words.tokens(&heading.prose);
            let ids = tokens.iter().map(|token| token.word).collect();
            Passage::new(ids, tokens.iter().map(|token| token.at).collect(), &words, lexicon.len())
        };
        let mut postings: Vec<Vec<ClauseId>> = vec![Vec::new(); lexicon.len()];
        for (idx, passage) in clauses.iter().enumerate() {
            if document.clauses()[idx].kind.is_statement() {
                passage.present.for_each(|symbol| postings[symbol.0 as usize].push(ClauseId(idx)));
            }
        }
        let headings = document.sections().iter().map(|section| section.heading.as_ref().map(&mut heading)).collect();
        Self { words, entries, clauses, headings, postings, scratch: Scratch::default() }
    }

    pub(crate) fn passage(&self, clause: ClauseId) -> &Passage {
        &self.clauses[clause.0]
    }

    /// The statements that hold what a program needs most: a match is in one of them, or nowhere.
    pub(crate) fn candidates(&self, program: &Program) -> Vec<ClauseId> {
        let of = |symbol: &Symbol| &self.postings[symbol.0 as usize];
        let count = |group: &&Group| -> usize { group.iter().map(|symbol| of(symbol).len()).sum() };
        let Some(rarest) = program.needs.iter().min_by_key(count) else {
            return (0..self.clauses.len()).map(ClauseId).collect();
        };
        let mut found: Vec<ClauseId> = rarest.iter().flat_map(of).copied().collect();
        found.sort_unstable();
        found.dedup();
        found
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
    for id in &program.entries {
        find_entry(*id, passage, entries, words);
    }
    // Where a match can open: the word, the word after the opening, the state there.
    let opened = program.opening.places(passage).into_iter().map(|(at, next)| (at, at + 1, next));
    let by_entry = program.opening.entries.iter().flat_map(|(id, next)| {
        let found = passage.places_of(*id);
        found.iter().map(|(at, end)| (*at, *end, *next))
    });
    let mut openings: Vec<(usize, usize, usize)> = opened.chain(by_entry).collect();
    openings.sort_unstable();
    let Some((first, ..)) = openings.first().copied() else { return Vec::new() };
    let mut openings = openings.into_iter().peekable();

    let count = passage.words.len();
    let states = program.states.len();
    scratch.reset(count, states);
    let mut matches = Vec::new();
    for at in first..=count {
        let symbols = passage.words.get(at).map_or(&[][..], |word| words.symbols(*word));
        // A match that opens here has the latest start there is.
        let start = u32::try_from(at + 1).expect("internal: a clause has a bounded number of words");
        while let Some((_, end, next)) = openings.next_if(|(opening, ..)| *opening == at) {
            scratch.reach(states, end, next, start);
        }
        while let Some(state) = scratch.pending[at].pop() {
            let start = scratch.start(states, at, state);
            match &program.states[state] {
                State::Accept => {}
                State::Split(ways) => ways.iter().for_each(|way| scratch.reach(states, at, *way, start)),
                // Without a limit, the gap hands itself on from word to word: so the run stays linear.
                State::Gap(None, next) => {
                    scratch.reach(states, at, *next, start);
                    if at < count {
                        scratch.reach(states, at + 1, state, start);
                    }
                }
                State::Gap(Some(most), next) => {
                    (at..=count.min(at + most)).for_each(|at| scratch.reach(states, at, *next, start));
                }
                State::Take(symbol, next) if symbols.contains(symbol) => scratch.reach(states, at + 1, *next, start),
                State::TakeAny(group, next) if passes(symbols, group) => scratch.reach(states, at + 1, *next, start),
                State::Entry(id, next) => {
                    passage.ends(*id, at).for_each(|end| scratch.reach(states, end, *next, start));
                }
                State::Take(..) | State::TakeAny(..) => {}
            }
        }
        let accepted = scratch.start(states, at, 0) as usize;
        if accepted > 0 && accepted - 1 < at {
            matches.push(Match { start: accepted - 1, end: at });
        }
    }
    matches
}

impl Scratch {
    fn reset(&mut self, words: usize, states: usize) {
        let size = (words + 1) * states;
        if self.reached.len() < size {
            self.reached.resize(size, (0, 0));
        }
        self.run = self.run.checked_add(1).unwrap_or_else(|| {
            self.reached.fill((0, 0));
            1
        });
        self.pending.iter_mut().for_each(Vec::clear);
        self.pending.resize_with(self.pending.len().max(words + 1), Vec::new);
    }

    /// Marks a state as reached at a word, to be visited when the run gets there; again only by a later start.
    fn reach(&mut self, states: usize, at: usize, state: usize, start: u32) {
        let reached = &mut self.reached[at * states + state];
        if reached.0 != self.run || reached.1 < start {
            *reached = (self.run, start);
            self.pending[at].push(state);
        }
    }

    /// One more than the latest start that a state was reached by; 0 where it was not.
    fn start(&self, states: usize, at: usize, state: usize) -> u32 {
        let (run, start) = self.reached[at * states + state];
        if run == self.run { start } else { 0 }
    }
}

/// Whether a word with these symbols passes one of the tests.
fn passes(symbols: &[Symbol], tests: &[Symbol]) -> bool {
    symbols.iter().any(|symbol| tests.binary_search(symbol).is_ok())
}

/// Finds all the places of a vocabulary entry in a passage, once.
fn find_entry(id: EntryId, passage: &mut Passage, entries: &[Program], words: &Words<'_>) {
    if passage.entries.binary_search_by_key(&id, |(known, _)| *known).is_ok() {
        return;
    }
    let program = &entries[id.0];
    let mut found = Vec::new();
    if program.needs.iter().all(|group| passage.present.any(group)) {
        for inner in &program.entries {
            find_entry(*inner, passage, entries, words);
        }
        found = occurrences(program, passage, words);
    }
    // Finding the entries inside of it may have moved its place.
    if let Err(place) = passage.entries.binary_search_by_key(&id, |(known, _)| *known) {
        passage.entries.insert(place, (id, found));
    }
}

/// Where the program starts and ends in a passage, in order. Entries hold no gap without limit, so this looks a bounded
/// number of words ahead of each start.
fn occurrences(program: &Program, passage: &Passage, words: &Words<'_>) -> Vec<(usize, usize)> {
    // The start, the word that is to be looked at, the state.
    let opened = program.opening.places(passage).into_iter().map(|(start, next)| (start, start + 1, next));
    let by_entry = program.opening.entries.iter().flat_map(|(id, next)| {
        let found = passage.places_of(*id);
        found.iter().map(|(start, end)| (*start, *end, *next))
    });
    let mut found = Vec::new();
    // All ways to a state pass a split or a gap, so remembering those is enough to visit nothing twice.
    let mut seen: Vec<(usize, usize)> = Vec::new();
    let mut stack: Vec<(usize, usize)> = Vec::new();
    for (start, at, state) in opened.chain(by_entry) {
        seen.clear();
        stack.push((at, state));
        while let Some((at, state)) = stack.pop() {
            match &program.states[state] {
                State::Accept => found.push((start, at)),
                State::Split(ways) => {
                    if !seen.contains(&(at, state)) {
                        seen.push((at, state));
                        stack.extend(ways.iter().map(|way| (at, *way)));
                    }
                }
                State::Gap(most, next) => {
                    if !seen.contains(&(at, state)) {
                        seen.push((at, state));
                        let most = most.map_or(passage.words.len(), |most| passage.words.len().min(at + most));
                        stack.extend((at..=most).map(|at| (at, *next)));
                    }
                }
                State::Take(symbol, next) => {
                    if passage.words.get(at).is_some_and(|word| words.symbols(*word).contains(symbol)) {
                        stack.push((at + 1, *next));
                    }
                }
                State::TakeAny(group, next) => {
                    if passage.words.get(at).is_some_and(|word| passes(words.symbols(*word), group)) {
                        stack.push((at + 1, *next));
                    }
                }
                State::Entry(id, next) => stack.extend(passage.ends(*id, at).map(|end| (end, *next))),
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
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

    fn for_each(&self, mut visit: impl FnMut(Symbol)) {
        for (idx, bits) in (0_u32..).zip(&self.0) {
            let mut bits = *bits;
            while bits != 0 {
                visit(Symbol(64 * idx + bits.trailing_zeros()));
                bits &= bits - 1;
            }
        }
    }

    fn any(&self, symbols: &[Symbol]) -> bool {
        symbols.iter().any(|symbol| self.0[symbol.0 as usize / 64] & 1 << (symbol.0 % 64) != 0)
    }
}
