//! Reading: programs run over all the words of a document at once.
//!
//! The passages of a document (a clause's words after those of its lead-in, a heading's words) are laid out in a row of
//! positions, cut into tiles, and for each group of words a tile has the set of positions that hold one
//! (`rule::positions`). A run goes through a program's states, from its openings on: what a state was reached at is one
//! set, and a word, a gap or a choice takes a whole set to the next one. Each state is visited once a tile, so the cost is
//! linear in the length of the text, whatever the pattern, and rule files from strangers can be slow to read but not to
//! match.
//!
//! For each word that a match can end at, the latest start is told: the shortest match, which is the best quotation. It is
//! found by going back from the end through the states that were reached.

use std::cell::OnceCell;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use super::lexicon::{GroupId, Lexicon, Symbol};
use super::positions::{self, Bounds, Gathered, Positions, Sets, Stretch};
use super::program::{EntryId, LONGEST_ENTRY, Only, Program, State};
use super::words::{Token, WordId, Words};
use crate::document::{ClauseId, Document, ProseSpan};

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

/// The words of a clause's lead-in and then its own, as matches count them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Passage<'r> {
    /// How many words belong to the lead-in.
    lead_in: usize,
    /// Where each of its own words stands in its own prose.
    own: &'r [Token],
}

impl Passage<'_> {
    /// Where the passage's own part of a match stands in its prose; nothing if all of it lies in the lead-in.
    pub(crate) fn own(&self, found: Match) -> Option<ProseSpan> {
        let end = found.end.checked_sub(self.lead_in).filter(|end| *end > 0)?;
        let start = found.start.saturating_sub(self.lead_in);
        Some(ProseSpan { start: self.own[start].at.start, end: self.own[end - 1].at.end })
    }

    /// Whether a match starts in the lead-in.
    pub(crate) fn is_introduced(&self, found: Match) -> bool {
        found.start < self.lead_in
    }
}

/// Of a passage that is longer, the first words are read. There is none: clauses and lead-ins have fewer bytes.
const LONGEST_PASSAGE: usize = positions::MOST - 1;

/// How many passages a tile has at most.
const MOST_PASSAGES: usize = 256;

/// So many passages are run over one by one, more of them with all the others.
const FEW_PASSAGES: u32 = 4;

/// A passage in its tile.
#[derive(Clone, Copy, Debug)]
struct Laid {
    tile: usize,
    /// The position of its first word.
    first: usize,
    /// The position behind its last word.
    end: usize,
    /// How many words belong to the lead-in.
    lead_in: usize,
}

impl Laid {
    fn stretch(self) -> Stretch {
        Stretch { first: self.first, end: self.end }
    }
}

/// Some passages in a row.
#[derive(Debug)]
struct Tile<'l> {
    lexicon: &'l Lexicon,
    /// The places of its passages in [`Reading::passages`].
    passages: Range<usize>,
    bounds: Box<Bounds>,
    /// For each group the number of its set in `sets`, counted from 1; 0 where no word is in it.
    numbers: Vec<u32>,
    /// The positions that hold a word of a group, for the groups that were asked for.
    sets: Vec<OnceCell<Positions>>,
    /// The passages that do, by the same numbers.
    group_passages: Vec<OnceCell<Passages>>,
    /// The passages that hold all that an entry needs, for the entries that were asked for.
    entry_candidates: Vec<OnceCell<Passages>>,
    /// For each position the number of its passage in the tile.
    passage_of: Vec<u16>,
    /// The passages of statements.
    statements: Passages,
    /// For each word test the number of those before it that words pass; the last one stands for all.
    symbols: Vec<u32>,
    /// The positions of the words that pass a test, a test's after another's.
    positions: Vec<u32>,
    /// The tests that many words pass, in order.
    frequent: Vec<Frequent>,
    /// The places of the vocabulary entries that were asked for.
    entries: Vec<Option<Box<Places>>>,
}

/// A test that many words of a tile pass, which many groups hold: where these words are is gathered once.
#[derive(Debug)]
struct Frequent {
    test: Symbol,
    positions: Gathered,
    passages: Passages,
}

/// A test that fewer words pass is no frequent one.
const MANY: usize = 24;

/// The words that pass a test.
enum Passing<'t> {
    /// Where they are, in order.
    Few(&'t [u32]),
    Many(&'t Frequent),
}

/// Passages of a tile, as bits.
type Passages = [u64; MOST_PASSAGES / 64];

impl Tile<'_> {
    /// Whether a word of a group can lead on to a state: where that takes another word, some passage must hold both.
    fn goes_on(&self, group: GroupId, state: State<'_>) -> bool {
        let Some(passages) = self.passages_of(group) else { return false };
        match state {
            State::Take(next, _) => self.passages_of(next).is_some_and(|next| share(passages, next)),
            State::Entry(..) | State::Gap(..) | State::Split(_) | State::Accept(_) => true,
        }
    }

    /// The positions of the words that pass a test, in order.
    fn passing(&self, test: Symbol) -> &[u32] {
        let at = test.0 as usize;
        &self.positions[self.symbols[at] as usize..self.symbols[at + 1] as usize]
    }

    /// The words of a group, by its tests.
    fn words(&self, group: GroupId) -> impl Iterator<Item = Passing<'_>> {
        self.lexicon.tests(group).map(|test| {
            let words = self.passing(test);
            let frequent = || self.frequent.binary_search_by_key(&test, |frequent| frequent.test).ok();
            let frequent = if words.len() < MANY { None } else { frequent() };
            frequent.map_or(Passing::Few(words), |at| Passing::Many(&self.frequent[at]))
        })
    }

    /// The positions that hold a word of a group; nothing if there is none in the tile.
    fn set(&self, group: GroupId) -> Option<&Positions> {
        let number = self.numbers[group.idx()].checked_sub(1)? as usize;
        let set = self.sets[number].get_or_init(|| {
            let mut set = Gathered::new();
            for words in self.words(group) {
                match words {
                    Passing::Few(few) => few.iter().for_each(|position| set.insert(*position as usize)),
                    Passing::Many(many) => set.add(&many.positions),
                }
            }
            set.finish()
        });
        Some(set)
    }

    /// The passages that hold all that a program needs.
    fn candidates(&self, program: &Program, programs: &[Program]) -> Passages {
        let mut candidates = [u64::MAX; MOST_PASSAGES / 64];
        for need in program.needs() {
            match need.only() {
                Some(Only::Group(group)) => match self.passages_of(group) {
                    Some(holding) => keep(&mut candidates, holding),
                    None => return Passages::default(),
                },
                Some(Only::Entry(entry)) => keep(&mut candidates, self.entry_candidates(entry, programs)),
                None => {
                    let mut holding = Passages::default();
                    need.groups()
                        .filter_map(|group| self.passages_of(group))
                        .for_each(|other| add(&mut holding, other));
                    need.entries().for_each(|entry| add(&mut holding, self.entry_candidates(entry, programs)));
                    keep(&mut candidates, &holding);
                }
            }
            if candidates == Passages::default() {
                break;
            }
        }
        candidates
    }

    /// The passages that hold all that an entry needs.
    fn entry_candidates(&self, entry: EntryId, programs: &[Program]) -> &Passages {
        self.entry_candidates[entry.0].get_or_init(|| self.candidates(&programs[entry.0], programs))
    }

    /// The passages that hold a word of a group; nothing if there is none in the tile.
    fn passages_of(&self, group: GroupId) -> Option<&Passages> {
        let number = self.numbers[group.idx()].checked_sub(1)? as usize;
        let passages = self.group_passages[number].get_or_init(|| {
            let mut passages = Passages::default();
            for words in self.words(group) {
                match words {
                    Passing::Few(few) => insert_passages(&mut passages, few, &self.passage_of),
                    Passing::Many(many) => add(&mut passages, &many.passages),
                }
            }
            passages
        });
        Some(passages)
    }
}

/// Adds the passages that positions are in.
fn insert_passages(passages: &mut Passages, positions: &[u32], passage_of: &[u16]) {
    for position in positions {
        let passage = passage_of[*position as usize];
        passages[usize::from(passage) / 64] |= 1 << (passage % 64);
    }
}

/// Whether passages have one in common.
fn share(passages: &Passages, others: &Passages) -> bool {
    passages.iter().zip(others).any(|(one, other)| one & other != 0)
}

/// Keeps those passages that others are among.
fn keep(passages: &mut Passages, others: &Passages) {
    passages.iter_mut().zip(others).for_each(|(passages, others)| *passages &= others);
}

/// Adds passages.
fn add(passages: &mut Passages, others: &Passages) {
    passages.iter_mut().zip(others).for_each(|(passages, others)| *passages |= others);
}

/// Where a vocabulary entry is found in a tile: for each length that its matches have, where they start.
#[derive(Debug, Default)]
struct Places(Vec<(usize, Positions)>);

impl Places {
    /// Adds where it ends if it starts in a stretch; whether there are any.
    fn enter(&self, sets: &mut Sets, stretch: Stretch, to: usize) -> bool {
        self.0.iter().fold(false, |any, (length, starts)| sets.enter(starts, stretch, *length, to) || any)
    }

    /// Adds where it ends if it starts at a position of a set; whether there are any.
    fn lead_on(&self, sets: &mut Sets, set: usize, to: usize) -> bool {
        self.0.iter().fold(false, |any, (length, starts)| sets.step(set, starts, *length, to) || any)
    }

    /// Adds where it starts if it ends before a position of a set; whether there are any.
    fn lead_back(&self, sets: &mut Sets, set: usize, to: usize) -> bool {
        self.0.iter().fold(false, |any, (length, starts)| sets.step_back(set, starts, *length, to) || any)
    }
}

/// A document as patterns see it.
pub(crate) struct Reading<'r> {
    programs: &'r [Program],
    tokens: Vec<Token>,
    /// For each passage the place of its first own word in `tokens`, and one more for the end of the last one's.
    own: Vec<usize>,
    /// The clauses in their order, then the sections' headings.
    passages: Vec<Laid>,
    /// How many clauses there are.
    clauses: usize,
    tiles: Vec<Tile<'r>>,
    room: Room,
    rooms: &'r Rooms,
}

/// What runs work with. It grows to what the largest program needs, so it goes from one document to the next.
#[derive(Debug, Default)]
struct Room {
    run: Run,
    lengths: RunByLength,
}

/// Rooms that no reading uses at the moment.
#[derive(Debug, Default)]
pub(crate) struct Rooms(Mutex<Vec<Room>>);

impl Rooms {
    fn take(&self) -> Room {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    fn put(&self, room: Room) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(room);
    }
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        self.rooms.put(std::mem::take(&mut self.room));
    }
}

impl<'r> Reading<'r> {
    pub(crate) fn new(document: &Document, lexicon: &'r Lexicon, programs: &'r [Program], rooms: &'r Rooms) -> Self {
        let mut words = Words::new(lexicon);
        let mut tokens = Vec::new();
        let mut own = vec![0];
        for clause in document.clauses() {
            words.read(&clause.prose, &mut tokens);
            own.push(tokens.len());
        }
        let entries = programs.len();
        let mut layout = LayOut { lexicon, words, entries, tiles: Vec::new(), passages: Vec::new(), open: Vec::new() };
        for (idx, clause) in document.clauses().iter().enumerate() {
            let of = |id: usize| &tokens[own[id]..own[id + 1]];
            let lead_in = clause.lead_in.iter().flat_map(|id| of(id.0));
            let introducing = lead_in.clone().count();
            layout.add(lead_in.chain(of(idx)).map(|token| token.word), introducing);
        }
        // Sections without a heading have an empty passage.
        for section in document.sections() {
            let from = tokens.len();
            if let Some(heading) = &section.heading {
                layout.words.read(&heading.prose, &mut tokens);
            }
            own.push(tokens.len());
            layout.add(tokens[from..].iter().map(|token| token.word), 0);
        }
        layout.close_tile();
        let LayOut { mut tiles, passages, .. } = layout;
        for (at, _) in document.clauses().iter().enumerate().filter(|(_, clause)| clause.kind.is_statement()) {
            let tile = &mut tiles[passages[at].tile];
            let place = at - tile.passages.start;
            tile.statements[place / 64] |= 1 << (place % 64);
        }
        let clauses = document.clauses().len();
        Self { programs, tokens, own, passages, clauses, tiles, room: rooms.take(), rooms }
    }

    pub(crate) fn passage(&self, clause: ClauseId) -> Passage<'_> {
        self.passage_at(clause.0)
    }

    fn passage_at(&self, at: usize) -> Passage<'_> {
        Passage { lead_in: self.passages[at].lead_in, own: &self.tokens[self.own[at]..self.own[at + 1]] }
    }

    /// The statements that match, in order, each with its matches as [`Reading::in_clause`] gives them.
    pub(crate) fn matches(&mut self, program: &Program) -> Vec<(ClauseId, Vec<Match>)> {
        let mut found = Vec::new();
        for idx in 0..self.tiles.len() {
            let tile = &self.tiles[idx];
            let mut candidates = tile.candidates(program, self.programs);
            keep(&mut candidates, &tile.statements);
            let count: u32 = candidates.iter().map(|bits| bits.count_ones()).sum();
            if count == 0 {
                continue;
            }
            self.find_entries(program, idx);
            let tile = &self.tiles[idx];
            if count > FEW_PASSAGES {
                if !self.room.run.forward(program, tile, Stretch::WHOLE) {
                    continue;
                }
                let mut ends = Passages::default();
                for end in self.room.run.ends(program) {
                    let passage = tile.passage_of[end];
                    ends[usize::from(passage) / 64] |= 1 << (passage % 64);
                }
                keep(&mut candidates, &ends);
            }
            for at in positions::each(&candidates) {
                let at = tile.passages.start + at;
                let passage = self.passages[at];
                if count > FEW_PASSAGES || self.room.run.forward(program, tile, passage.stretch()) {
                    found.push((ClauseId(at), self.room.run.matches(program, tile, passage)));
                }
            }
        }
        found
    }

    /// Whether a clause with its lead-in matches.
    pub(crate) fn is_in_clause(&mut self, program: &Program, clause: ClauseId) -> bool {
        self.is_in(program, clause.0)
    }

    /// The matches in a clause with its lead-in, in order of their ends; they may overlap, and may lie in the lead-in
    /// altogether ([`Passage::own`] tells).
    pub(crate) fn in_clause(&mut self, program: &Program, clause: ClauseId) -> Vec<Match> {
        self.found_in(program, clause.0)
    }

    /// Whether a section's own heading matches.
    pub(crate) fn in_heading(&mut self, program: &Program, section: usize) -> bool {
        self.is_in(program, self.clauses + section)
    }

    /// Where a section's own heading matches, in its prose.
    pub(crate) fn places_in_heading(&mut self, program: &Program, section: usize) -> Vec<ProseSpan> {
        let found = self.found_in(program, self.clauses + section);
        let passage = self.passage_at(self.clauses + section);
        found.into_iter().filter_map(|found| passage.own(found)).collect()
    }

    fn found_in(&mut self, program: &Program, at: usize) -> Vec<Match> {
        match self.is_in(program, at) {
            true => {
                let passage = self.passages[at];
                self.room.run.matches(program, &self.tiles[passage.tile], passage)
            }
            false => Vec::new(),
        }
    }

    fn is_in(&mut self, program: &Program, at: usize) -> bool {
        let passage = self.passages[at];
        let idx = passage.tile;
        let place = at - self.tiles[idx].passages.start;
        if self.tiles[idx].candidates(program, self.programs)[place / 64] >> (place % 64) & 1 == 0 {
            return false;
        }
        self.find_entries(program, idx);
        self.room.run.forward(program, &self.tiles[idx], passage.stretch())
    }

    /// Finds the vocabulary entries that a program names in a tile, each once.
    fn find_entries(&mut self, program: &Program, tile: usize) {
        for id in program.entries() {
            if self.tiles[tile].entries[id.0].is_none() {
                let places = self.places(id, tile);
                self.tiles[tile].entries[id.0] = Some(Box::new(places));
            }
        }
    }

    fn places(&mut self, id: EntryId, idx: usize) -> Places {
        let programs = self.programs;
        let program = &programs[id.0];
        if self.tiles[idx].candidates(program, programs) == Passages::default() {
            return Places::default();
        }
        self.find_entries(program, idx);
        self.room.lengths.run(program, &self.tiles[idx])
    }
}

/// Lays passages out in tiles.
struct LayOut<'l> {
    lexicon: &'l Lexicon,
    words: Words<'l>,
    /// How many vocabulary entries there are.
    entries: usize,
    tiles: Vec<Tile<'l>>,
    passages: Vec<Laid>,
    /// The words of the tile that is being filled, by their positions; nothing behind the last word of each passage.
    open: Vec<Option<WordId>>,
}

impl LayOut<'_> {
    fn add(&mut self, words: impl Iterator<Item = WordId>, lead_in: usize) {
        let mut first = self.open.len();
        self.open.extend(words.take(LONGEST_PASSAGE).map(Some));
        let from = self.tiles.last().map_or(0, |tile| tile.passages.end);
        if self.open.len() >= positions::MOST || self.passages.len() - from == MOST_PASSAGES {
            // It starts the next tile.
            let words = self.open.split_off(first);
            self.close_tile();
            self.open = words;
            first = 0;
        }
        let end = self.open.len();
        self.open.push(None);
        self.passages.push(Laid { tile: self.tiles.len(), first, end, lead_in });
    }

    fn close_tile(&mut self) {
        let from = self.tiles.last().map_or(0, |tile| tile.passages.end);
        let passages = from..self.passages.len();
        if passages.is_empty() {
            return;
        }
        let lexicon = self.lexicon;
        // No gap leads out of the last passage, either: what may be absent can leave one at the end of a pattern.
        let behind = Some(self.open.len()).filter(|behind| *behind < positions::MOST);
        let firsts = self.passages[passages.clone()].iter().map(|passage| passage.first);
        let bounds = Box::new(Bounds::new(firsts.chain(behind)));
        // The positions are sorted by the symbols of their words, by counting these first: `symbols[n + 1]` counts symbol
        // n, then tells where its positions start, and in the end where they end, which is where those of n + 1 start.
        let mut symbols = vec![0_u32; lexicon.symbol_count() + 2];
        let each = || (0_u32..).zip(&self.open).filter_map(|(at, word)| Some((at, self.words.symbols((*word)?))));
        for (_, passed) in each() {
            passed.iter().for_each(|symbol| symbols[symbol.0 as usize + 2] += 1);
        }
        let mut numbers = vec![0_u32; lexicon.group_count()];
        let mut count = 0;
        let mut total = 0;
        for (at, number) in symbols[2..].iter_mut().enumerate() {
            if *number == 0 {
                continue;
            }
            for group in lexicon.groups_of(at) {
                let number = &mut numbers[group.idx()];
                if *number == 0 {
                    count += 1;
                    *number = count;
                }
            }
        }
        for number in &mut symbols[1..] {
            total += *number;
            *number = total;
        }
        let mut positions = vec![0_u32; total as usize];
        for (at, passed) in each() {
            for symbol in passed {
                let place = &mut symbols[symbol.0 as usize + 1];
                positions[*place as usize] = at;
                *place += 1;
            }
        }
        let sets = std::iter::repeat_with(OnceCell::new).take(count as usize).collect();
        let group_passages = std::iter::repeat_with(OnceCell::new).take(count as usize).collect();
        let entry_candidates = std::iter::repeat_with(OnceCell::new).take(self.entries).collect();
        self.open.clear();
        let mut passage_of = Vec::with_capacity(self.open.len());
        for (passage, laid) in (0_u16..).zip(&self.passages[passages.clone()]) {
            passage_of.resize(laid.end + 1, passage);
        }
        let words_of = |at: usize| &positions[symbols[at] as usize..symbols[at + 1] as usize];
        let tests = (0..lexicon.symbol_count()).filter(|at| words_of(*at).len() >= MANY);
        let frequent = tests.map(|at| {
            let mut gathered = Gathered::new();
            words_of(at).iter().for_each(|position| gathered.insert(*position as usize));
            let mut passages = Passages::default();
            insert_passages(&mut passages, words_of(at), &passage_of);
            Frequent { test: Symbol(at as u32), positions: gathered, passages }
        });
        let frequent = frequent.collect();
        let statements = Passages::default();
        let entries = std::iter::repeat_with(|| None).take(self.entries).collect();
        self.tiles.push(Tile {
            lexicon,
            passages,
            bounds,
            numbers,
            sets,
            group_passages,
            entry_candidates,
            passage_of,
            statements,
            symbols,
            positions,
            frequent,
            entries,
        });
    }
}

/// The last run of a program, and the room for the next one.
#[derive(Debug, Default)]
struct Run {
    /// For each state the number of the set of positions that it was reached at, where it was; with [`SHARED`] where that is
    /// another state's.
    numbers: Vec<u32>,
    /// The sets of the states that were reached, in the order in which they were.
    reached: Sets,
    /// How many sets there are.
    sets: u32,
    /// The states that were reached and are still to be visited, as bits.
    pending: Vec<u64>,
    /// The states that were visited, the last of the program first.
    trail: Vec<usize>,
    /// The openings by words that led somewhere, by their places.
    opened: Vec<usize>,
    back: Back,
}

/// What marks a set that belongs to another state: a choice leads to several states at once, most of which nothing else leads
/// to, so they have its set as long as nothing is added.
const SHARED: u32 = 1 << 31;

/// The way back from one end of a match.
#[derive(Debug, Default)]
struct Back {
    /// For each state that leads to the end the positions from which it does; then where the matches start.
    leads: Sets,
    /// For each state the number of the last way back that came by it, and of its set then.
    numbers: Vec<(u32, usize)>,
    number: u32,
    /// How many sets there are.
    sets: usize,
    /// The number of the set of starts.
    starts: usize,
}

impl Run {
    /// Runs a program forward; whether it matches.
    fn forward(&mut self, program: &Program, tile: &Tile<'_>, stretch: Stretch) -> bool {
        let count = program.state_count();
        if self.numbers.len() < count {
            self.numbers.resize(count, 0);
        }
        self.sets = 0;
        self.pending.clear();
        self.pending.resize(count.div_ceil(64), 0);
        self.trail.clear();
        self.opened.clear();
        self.open(program, tile, stretch);
        for word in (0..self.pending.len()).rev() {
            while self.pending[word] != 0 {
                let bit = 63 - self.pending[word].leading_zeros() as usize;
                self.pending[word] ^= 1 << bit;
                self.trail.push(word * 64 + bit);
                self.visit(program, tile, word * 64 + bit);
            }
        }
        self.trail.last().is_some_and(|state| program.accepts(*state))
    }

    fn open(&mut self, program: &Program, tile: &Tile<'_>, stretch: Stretch) {
        for (idx, (group, next)) in program.opening_words().enumerate() {
            if tile.goes_on(group, program.state(next))
                && let Some(set) = tile.set(group)
                && self.reach(next, |sets, to| sets.enter(set, stretch, 1, to))
            {
                self.opened.push(idx);
            }
        }
        for (id, next) in program.opening_entries() {
            if let Some(places) = &tile.entries[id.0] {
                self.reach(next, |sets, to| places.enter(sets, stretch, to));
            }
        }
    }

    fn visit(&mut self, program: &Program, tile: &Tile<'_>, state: usize) {
        let set = self.set_of(state);
        match program.state(state) {
            State::Accept(_) => {}
            State::Take(group, next) => {
                if let Some(over) = tile.set(group) {
                    self.reach(next, |sets, to| sets.step(set, over, 1, to));
                }
            }
            State::Entry(id, next) => {
                if let Some(places) = &tile.entries[id.0] {
                    self.reach(next, |sets, to| places.lead_on(sets, set, to));
                }
            }
            State::Gap(most, next) => {
                self.reach(next, |sets, to| {
                    sets.widen(set, most, &tile.bounds, to);
                    true
                });
            }
            State::Split(ways) => {
                for next in ways.iter().map(|way| *way as usize) {
                    if self.pending[next / 64] >> (next % 64) & 1 == 0 {
                        self.numbers[next] = self.numbers[state] | SHARED;
                        self.pending[next / 64] |= 1 << (next % 64);
                    } else {
                        self.reach(next, |sets, to| sets.add(set, to));
                    }
                }
            }
        }
    }

    /// The number of the set of a state that was reached.
    fn set_of(&self, state: usize) -> usize {
        (self.numbers[state] & !SHARED) as usize
    }

    /// Adds positions to those that a state is reached at; whether there are any to be added.
    fn reach(&mut self, state: usize, add: impl FnOnce(&mut Sets, usize) -> bool) -> bool {
        let is_reached = self.pending[state / 64] >> (state % 64) & 1 != 0;
        if is_reached && self.numbers[state] & SHARED == 0 {
            return add(&mut self.reached, self.numbers[state] as usize);
        }
        let number = self.sets as usize;
        self.reached.reserve(number + 1);
        self.reached.clear(number);
        if is_reached {
            self.reached.add(self.set_of(state), number);
        }
        let any = add(&mut self.reached, number);
        // A set that would be the other one again is left to the next state.
        if any {
            self.numbers[state] = self.sets;
            self.sets += 1;
            self.pending[state / 64] |= 1 << (state % 64);
        }
        any
    }

    /// The matches of known lengths in a stretch: where they start and where they end.
    fn of_known_length<'p>(
        &'p self,
        program: &'p Program,
        stretch: Stretch,
    ) -> impl Iterator<Item = (usize, usize)> + 'p {
        let accepted = self.trail.iter().rev().copied().take_while(|state| program.accepts(*state));
        accepted.flat_map(move |state| {
            let length = if let State::Accept(length) = program.state(state) { length } else { None };
            length.into_iter().flat_map(move |length| {
                let ends = self.reached.between(self.set_of(state), stretch.first, stretch.end + 1);
                ends.map(move |end| (end - length, end))
            })
        })
    }

    /// Where matches end.
    fn ends<'p>(&'p self, program: &'p Program) -> impl Iterator<Item = usize> + 'p {
        let accepted = self.trail.iter().rev().copied().take_while(|state| program.accepts(*state));
        accepted.flat_map(|state| self.reached.each(self.set_of(state)))
    }

    /// Where the other matches in a stretch end.
    fn ends_of_any_length(&self, stretch: Stretch) -> Vec<usize> {
        match self.trail.last() {
            Some(0) => self.reached.between(self.set_of(0), stretch.first, stretch.end + 1).collect(),
            _ => Vec::new(),
        }
    }

    /// The matches in a passage, in order of their ends, each with the latest start.
    fn matches(&mut self, program: &Program, tile: &Tile<'_>, passage: Laid) -> Vec<Match> {
        let stretch = passage.stretch();
        let mut found: Vec<(usize, usize)> =
            self.of_known_length(program, stretch).map(|(start, end)| (end, start)).collect();
        for end in self.ends_of_any_length(stretch) {
            let start = self.only_opener(program, tile, passage, end).unwrap_or_else(|| {
                self.back(program, tile, passage, end);
                self.back.leads.highest(self.back.starts).expect("internal: a match starts somewhere")
            });
            found.push((end, start));
        }
        found.sort_unstable_by_key(|(end, start)| (*end, std::cmp::Reverse(*start)));
        found.dedup_by_key(|(end, _)| *end);
        let matched = |(end, start)| Match { start: start - passage.first, end: end - passage.first };
        found.into_iter().map(matched).collect()
    }

    /// The one position before an end at which a match can open, if there are not several.
    fn only_opener(&self, program: &Program, tile: &Tile<'_>, passage: Laid, end: usize) -> Option<usize> {
        let longest = program.longest().unwrap_or(usize::MAX);
        let stretch = Stretch { first: passage.first.max(end.saturating_sub(longest)), end };
        let by_word = self.opened.iter().filter_map(|idx| tile.set(program.opening_word(*idx).0));
        let entries = program.opening_entries().filter_map(|(id, _)| tile.entries[id.0].as_ref());
        let by_entry = entries.flat_map(|places| &places.0).map(|(_, starts)| starts);
        let mut openers = by_word.chain(by_entry).flat_map(|set| set.within(stretch)).filter(|at| *at < end);
        let first = openers.next()?;
        openers.all(|other| other == first).then_some(first)
    }

    /// Goes back from the end of matches to where they start.
    fn back(&mut self, program: &Program, tile: &Tile<'_>, passage: Laid, end: usize) {
        let back = &mut self.back;
        back.begin(program.state_count());
        back.lead(0, |leads, to| {
            leads.insert(to, end);
            true
        });
        // The last of the trail accept.
        for state in self.trail.iter().rev().copied().skip_while(|state| program.accepts(*state)) {
            match program.state(state) {
                State::Accept(_) => {}
                State::Take(group, next) => {
                    if let Some(from) = back.set_of(next)
                        && let Some(over) = tile.set(group)
                    {
                        back.lead(state, |leads, to| leads.step_back(from, over, 1, to));
                    }
                }
                State::Entry(id, next) => {
                    if let Some(from) = back.set_of(next)
                        && let Some(places) = &tile.entries[id.0]
                    {
                        back.lead(state, |leads, to| places.lead_back(leads, from, to));
                    }
                }
                State::Gap(most, next) => {
                    if let Some(from) = back.set_of(next) {
                        back.lead(state, |leads, to| {
                            leads.widen_back(from, most, passage.first, to);
                            true
                        });
                    }
                }
                State::Split(ways) => {
                    let (numbers, marked) = (&back.numbers, back.number);
                    let leading = ways.iter().filter_map(|next| set_of(numbers, marked, *next as usize));
                    let leading: Vec<usize> = leading.collect();
                    back.lead(state, |leads, to| {
                        for from in &leading {
                            leads.add(*from, to);
                        }
                        !leading.is_empty()
                    });
                }
            }
        }
        back.starts = back.sets;
        back.leads.reserve(back.starts + 1);
        back.leads.clear(back.starts);
        for (group, next) in self.opened.iter().map(|idx| program.opening_word(*idx)) {
            if let Some(from) = back.set_of(next)
                && let Some(over) = tile.set(group)
            {
                back.leads.step_back(from, over, 1, back.starts);
            }
        }
        for (id, next) in program.opening_entries() {
            if let Some(from) = back.set_of(next)
                && let Some(places) = &tile.entries[id.0]
            {
                places.lead_back(&mut back.leads, from, back.starts);
            }
        }
    }
}

impl Back {
    /// Starts a way back through a program with so many states.
    fn begin(&mut self, states: usize) {
        if self.numbers.len() < states {
            self.numbers.resize(states, (0, 0));
        }
        self.number = self.number.checked_add(1).unwrap_or_else(|| {
            self.numbers.fill((0, 0));
            1
        });
        self.sets = 0;
    }

    /// The number of the set of a state that leads to the end; nothing if it does not.
    fn set_of(&self, state: usize) -> Option<usize> {
        set_of(&self.numbers, self.number, state)
    }

    /// Makes a state's set of the positions from which it leads to the end, where there are any.
    fn lead(&mut self, state: usize, add: impl FnOnce(&mut Sets, usize) -> bool) {
        self.leads.reserve(self.sets + 1);
        self.leads.clear(self.sets);
        if add(&mut self.leads, self.sets) {
            self.numbers[state] = (self.number, self.sets);
            self.sets += 1;
        }
    }
}

fn set_of(numbers: &[(u32, usize)], number: u32, state: usize) -> Option<usize> {
    let (marked, set) = numbers[state];
    (marked == number).then_some(set)
}

/// The last run of a vocabulary entry's program, and the room for the next one. Its states are told apart by how long the
/// match is so far, so that where it starts is known from where it ends.
#[derive(Debug, Default)]
struct RunByLength {
    /// For each state the lengths at which it was reached, as bits.
    lengths: Vec<u128>,
    /// For each state and each length that a match can have the number of the set of positions that it was reached at,
    /// where it was. They are few: a vocabulary entry has bounded states, counted once for each length.
    numbers: Vec<u16>,
    /// How many lengths a match can have, none included.
    stride: usize,
    /// The sets; the first two serve to go through a gap and to go back, and are no state's.
    reached: Sets,
    sets: usize,
    /// The states that were reached and are still to be visited, as bits.
    pending: Vec<u64>,
}

/// As [`SHARED`].
const SHARED_BY_LENGTH: u16 = 1 << 15;

/// The lengths in a set of them, in order.
fn each_length(lengths: u128) -> impl Iterator<Item = usize> {
    let next = |left: &u128| Some(left & (left - 1)).filter(|left| *left != 0);
    let left = std::iter::successors(Some(lengths).filter(|lengths| *lengths != 0), next);
    left.map(|left| left.trailing_zeros() as usize)
}

impl RunByLength {
    /// Runs a program over a tile: for each length of its matches, where they start.
    fn run(&mut self, program: &Program, tile: &Tile<'_>) -> Places {
        let count = program.state_count();
        self.lengths.clear();
        self.lengths.resize(count, 0);
        self.stride = program.longest().unwrap_or(LONGEST_ENTRY) + 1;
        self.numbers.resize(self.numbers.len().max(count * self.stride), 0);
        self.sets = 2;
        self.pending.clear();
        self.pending.resize(count.div_ceil(64), 0);
        for (group, next) in program.opening_words() {
            if tile.goes_on(group, program.state(next))
                && let Some(set) = tile.set(group)
            {
                self.reach(next, 1, |sets, to| sets.enter(set, Stretch::WHOLE, 1, to));
            }
        }
        for (id, next) in program.opening_entries() {
            for (length, starts) in tile.entries[id.0].iter().flat_map(|places| &places.0) {
                self.reach(next, *length, |sets, to| sets.enter(starts, Stretch::WHOLE, *length, to));
            }
        }
        for word in (0..self.pending.len()).rev() {
            while self.pending[word] != 0 {
                let bit = 63 - self.pending[word].leading_zeros() as usize;
                self.pending[word] ^= 1 << bit;
                let state = word * 64 + bit;
                if !program.accepts(state) {
                    each_length(self.lengths[state]).for_each(|length| self.visit(program, tile, state, length));
                }
            }
        }
        let accepted = self.lengths[..program.accepting()].iter().fold(0, |all, lengths| all | lengths);
        let mut places = Vec::new();
        for length in each_length(accepted).filter(|length| *length > 0) {
            self.reached.clear(0);
            for state in (0..program.accepting()).filter(|state| self.lengths[*state] >> length & 1 != 0) {
                self.reached.move_back(
                    usize::from(self.numbers[state * self.stride + length] & !SHARED_BY_LENGTH),
                    length,
                    0,
                );
            }
            places.push((length, self.reached.finished(0)));
        }
        Places(places)
    }

    fn visit(&mut self, program: &Program, tile: &Tile<'_>, state: usize, length: usize) {
        let set = usize::from(self.numbers[state * self.stride + length] & !SHARED_BY_LENGTH);
        match program.state(state) {
            State::Accept(_) => {}
            State::Take(group, next) => {
                if let Some(over) = tile.set(group) {
                    self.reach(next, length + 1, |sets, to| sets.step(set, over, 1, to));
                }
            }
            State::Entry(id, next) => {
                for (more, starts) in tile.entries[id.0].iter().flat_map(|places| &places.0) {
                    self.reach(next, length + more, |sets, to| sets.step(set, starts, *more, to));
                }
            }
            State::Gap(most, next) => {
                self.reach(next, length, |sets, to| sets.add(set, to));
                let mut from = set;
                for more in 1..=most.unwrap_or_default() {
                    let through = more % 2;
                    self.reached.clear(through);
                    if !self.reached.advance(from, &tile.bounds, through) {
                        break;
                    }
                    self.reach(next, length + more, |sets, to| sets.add(through, to));
                    from = through;
                }
            }
            State::Split(ways) => {
                for next in ways.iter().map(|way| *way as usize) {
                    if self.lengths[next] >> length & 1 == 0 {
                        self.numbers[next * self.stride + length] =
                            self.numbers[state * self.stride + length] | SHARED_BY_LENGTH;
                        self.lengths[next] |= 1 << length;
                        self.pending[next / 64] |= 1 << (next % 64);
                    } else {
                        self.reach(next, length, |sets, to| sets.add(set, to));
                    }
                }
            }
        }
    }

    /// Adds positions to those that a state is reached at with a length, if there are any to be added.
    fn reach(&mut self, state: usize, length: usize, add: impl FnOnce(&mut Sets, usize) -> bool) {
        let number = &mut self.numbers[state * self.stride + length];
        let is_reached = self.lengths[state] >> length & 1 != 0;
        if is_reached && *number & SHARED_BY_LENGTH == 0 {
            add(&mut self.reached, usize::from(*number));
            return;
        }
        self.reached.reserve(self.sets + 1);
        self.reached.clear(self.sets);
        if is_reached {
            self.reached.add(usize::from(*number & !SHARED_BY_LENGTH), self.sets);
        }
        if add(&mut self.reached, self.sets) {
            *number = u16::try_from(self.sets).expect("internal: an entry has few states");
            self.sets += 1;
            self.lengths[state] |= 1 << length;
            self.pending[state / 64] |= 1 << (state % 64);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;
    use crate::document::Format;
    use crate::rule::compiler::{Compiler, compile_entries};
    use crate::rule::pattern::{Element, Pattern, Presence};
    use crate::source::SourceFile;

    /// How far a match has come: to a word, and whether it has any yet.
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    struct At {
        word: usize,
        opened: bool,
    }

    /// What patterns mean, told by trying all that they could match.
    struct Meaning<'m> {
        lexicon: &'m Lexicon,
        vocabulary: &'m BTreeMap<String, Vec<Pattern>>,
    }

    impl Meaning<'_> {
        fn passes(&self, word: Option<&String>, tests: &[Symbol]) -> bool {
            let mut passed = Vec::new();
            word.inspect(|word| self.lexicon.symbols_of(word.as_bytes(), &mut passed));
            tests.iter().any(|test| passed.contains(test))
        }

        /// The ends of all matches that start at a word.
        fn ends(&self, pattern: &Pattern, words: &[String], start: usize) -> BTreeSet<usize> {
            let before = BTreeSet::from([At { word: start, opened: false }]);
            self.after_all(&pattern.sequence, words, before).into_iter().map(|at| at.word).collect()
        }

        fn after_all(&self, sequence: &[Element], words: &[String], before: BTreeSet<At>) -> BTreeSet<At> {
            sequence
                .iter()
                .fold(before, |before, element| before.iter().flat_map(|at| self.after(element, words, *at)).collect())
        }

        fn after(&self, element: &Element, words: &[String], at: At) -> BTreeSet<At> {
            let opened = |word: usize| At { word, opened: true };
            match element {
                Element::Word(test) => {
                    self.passes(words.get(at.word), &[*test]).then_some(opened(at.word + 1)).into_iter().collect()
                }
                Element::Name(name) => {
                    let patterns = self.vocabulary[name].iter();
                    patterns.flat_map(|pattern| self.ends(pattern, words, at.word)).map(opened).collect()
                }
                // A gap stands between two words: where what may be absent before it is, it is absent, too.
                Element::Gap(_) if !at.opened => BTreeSet::from([at]),
                Element::Gap(most) => {
                    let last = most.map_or(words.len(), |most| at.word + most).min(words.len());
                    (at.word..=last).map(opened).collect()
                }
                Element::Choice { words: tests, options, presence } => {
                    let options = options.iter();
                    let mut after: BTreeSet<At> =
                        options.flat_map(|option| self.after_all(option, words, BTreeSet::from([at]))).collect();
                    after.extend(self.passes(words.get(at.word), tests).then_some(opened(at.word + 1)));
                    after.extend((*presence == Presence::Optional).then_some(at));
                    after
                }
            }
        }

        /// The latest start of each end.
        fn matches(&self, patterns: &[Pattern], words: &[String]) -> Vec<Match> {
            let mut starts = BTreeMap::new();
            for start in 0..words.len() {
                let ends = patterns.iter().flat_map(|pattern| self.ends(pattern, words, start));
                ends.for_each(|end| _ = starts.insert(end, start));
            }
            starts.into_iter().map(|(end, start)| Match { start, end }).collect()
        }
    }

    fn words_of(text: &str) -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
    }

    /// Patterns, and what some of their parts are.
    fn pattern(names: &'static [&'static str]) -> impl Strategy<Value = String> {
        let word = prop::sample::select(vec!["data", "dat*", "keep", "k*", "user", "users", "we", "share"]);
        let part = if names.is_empty() {
            word.prop_map(str::to_owned).boxed()
        } else {
            prop_oneof![3 => word, 1 => prop::sample::select(names)].prop_map(str::to_owned).boxed()
        };
        let row = |part: BoxedStrategy<String>| {
            let gap = prop::sample::select(vec![" ", " ", " ", " ... ", " ...1 ", " ...3 "]);
            (part.clone(), prop::collection::vec((gap, part), 0..3))
                .prop_map(|(first, rest)| rest.into_iter().fold(first, |text, (gap, part)| text + gap + &part))
        };
        let part = part.prop_recursive(2, 12, 3, move |inner| {
            let options = prop::collection::vec(row(inner), 1..4);
            (options, any::<bool>())
                .prop_map(|(options, optional)| format!("({}){}", options.join("|"), if optional { "?" } else { "" }))
        });
        row(part.boxed())
    }

    /// Policies with headings, sentences, and items in items, made of the words that the patterns look for.
    fn policy() -> impl Strategy<Value = String> {
        let words = vec!["data", "dates", "keep", "kind", "user", "users", "we", "share", "bread"];
        let words = prop::collection::vec(prop::sample::select(words), 1..9).prop_map(|words| words.join(" "));
        let frame = prop::sample::select(vec![
            ("# ", ""),
            ("", "."),
            ("", "."),
            ("", ":"),
            ("We bake. ", ": or not. Or so."),
            ("- ", ""),
            ("- ", ";"),
            ("  - ", "."),
        ]);
        let blocks = prop::collection::vec((frame, words), 1..14);
        let shown = |blocks: Vec<((&str, &str), String)>| {
            blocks.iter().map(|((before, after), words)| format!("{before}{words}{after}\n\n")).collect::<String>()
        };
        // The long ones take more than one tile.
        (blocks.prop_map(shown), prop_oneof![30 => Just(1), 1 => Just(60)]).prop_map(|(text, times)| text.repeat(times))
    }

    proptest! {
        #[test]
        fn what_is_found_is_what_patterns_mean(
            texts in prop::collection::vec(pattern(&["<one>", "<two>"]), 1..3),
            one in prop::collection::vec(pattern(&[]), 1..3),
            two in prop::collection::vec(pattern(&["<one>"]), 1..3),
            policy in policy(),
        ) {
            let mut lexicon = Lexicon::new();
            let mut read = |texts: &[String]| texts.iter().map(|text| Pattern::parse(text, &mut lexicon)).collect();
            let counted = |texts: &[String]| texts.iter().map(|text| text.replace("... ", "...2 ")).collect::<Vec<_>>();
            let (patterns, one, two): (Result<Vec<Pattern>, _>, Result<_, _>, Result<_, _>) =
                (read(&texts), read(&counted(&one)), read(&counted(&two)));
            // Some have no word that must be there, and are no patterns.
            let (Ok(patterns), Ok(one), Ok(two)) = (patterns, one, two) else { return Ok(()) };
            let vocabulary = BTreeMap::from([("one".to_owned(), one), ("two".to_owned(), two)]);
            let mut too_large = false;
            let (ids, programs, _) = compile_entries(&vocabulary, &mut lexicon, |_, _| too_large = true);
            if too_large {
                return Ok(());
            }
            let entry = |name: &str| ids.get(name).map(|id| programs[id.0].named(*id));
            let program = Compiler { entry: &entry }.compile(&patterns, &mut lexicon).unwrap();
            lexicon.close();

            let document = Document::parse(&SourceFile::new("a", policy.as_bytes()), Format::Markdown);
            let rooms = Rooms::default();
            let mut reading = Reading::new(&document, &lexicon, &programs, &rooms);
            let meaning = Meaning { lexicon: &lexicon, vocabulary: &vocabulary };
            let of = |id: &ClauseId| words_of(document.clause(*id).prose.text());
            let mut expected = Vec::new();
            for (idx, clause) in document.clauses().iter().enumerate() {
                let id = ClauseId(idx);
                let lead_in: Vec<String> = clause.lead_in.iter().flat_map(of).collect();
                let words: Vec<String> = lead_in.iter().cloned().chain(of(&id)).collect();
                let matches = meaning.matches(&patterns, &words);
                prop_assert_eq!(reading.in_clause(&program, id), matches.clone(), "{:?}", words);
                prop_assert_eq!(reading.is_in_clause(&program, id), !matches.is_empty());
                let passage = reading.passage(id);
                for found in &matches {
                    prop_assert_eq!(passage.is_introduced(*found), found.start < lead_in.len());
                    let own = passage.own(*found).map(|at| words_of(&clause.prose.text()[at.start..at.end]));
                    let shown = &words[found.start.max(lead_in.len()).min(found.end)..found.end];
                    prop_assert_eq!(own, (found.end > lead_in.len()).then(|| shown.to_vec()));
                }
                if !matches.is_empty() && clause.kind.is_statement() {
                    expected.push((id, matches));
                }
            }
            prop_assert_eq!(reading.matches(&program), expected);
            for (idx, section) in document.sections().iter().enumerate() {
                let heading = section.heading.as_ref().map_or("", |heading| heading.prose.text());
                let words = words_of(heading);
                let matches = meaning.matches(&patterns, &words);
                prop_assert_eq!(reading.in_heading(&program, idx), !matches.is_empty());
                let places = reading.places_in_heading(&program, idx);
                let shown: Vec<Vec<String>> = places.iter().map(|at| words_of(&heading[at.start..at.end])).collect();
                let expected: Vec<Vec<String>> =
                    matches.iter().map(|found| words[found.start..found.end].to_vec()).collect();
                prop_assert_eq!(shown, expected);
            }
        }
    }
}
