//! Tiles: the passages of a document in a row of positions, with what is asked of them worked out when it is first asked.

use std::cell::{Cell, RefCell};
use std::ops::Range;

use crate::rule::lexicon::{GroupId, Lexicon, Symbol};
use crate::rule::positions::{self, Bounds, Extent, Gathered, Positions, Sets, Store, Stored, Stretch};
use crate::rule::program::{EntryId, Only, Program, State};
use crate::rule::words::{WordId, Words};

/// Of a passage that is longer, the first words are read. There is none: clauses and lead-ins have fewer bytes.
const LONGEST_PASSAGE: usize = positions::MOST - 1;

/// How many passages a tile has at most.
const MOST_PASSAGES: usize = 256;

/// A passage in its tile.
#[derive(Clone, Copy, Debug)]
pub(super) struct Laid {
    pub(super) tile: usize,
    /// The position of its first word.
    pub(super) first: usize,
    /// The position behind its last word.
    pub(super) end: usize,
    /// How many words belong to the lead-in.
    pub(super) lead_in: usize,
}

impl Laid {
    pub(super) fn stretch(self) -> Stretch {
        Stretch { first: self.first, end: self.end }
    }
}

/// Some passages in a row.
#[derive(Debug)]
pub(super) struct Tile<'l> {
    lexicon: &'l Lexicon,
    /// The places of its passages among those of the document.
    pub(super) passages: Range<usize>,
    pub(super) bounds: Box<Bounds>,
    /// For each group the number of its set in `sets`, counted from 1; 0 where no word is in it.
    numbers: Vec<u32>,
    /// How many groups a word is in.
    groups: usize,
    /// For each position the number of its passage in the tile.
    pub(super) passage_of: Vec<u16>,
    /// The passages of statements.
    pub(super) statements: Passages,
    /// The passages of sections' headings.
    pub(super) headings: Passages,
    /// For each word test the number of those before it that words pass; the last one stands for all.
    symbols: Vec<u32>,
    /// The positions of the words that pass a test, a test's after another's.
    positions: Vec<u32>,
    /// The tests that many words pass, in order.
    frequent: Vec<Frequent>,
    worked: Worked,
}

/// What was worked out of a tile, of what was asked for.
#[derive(Debug, Default)]
pub(super) struct Worked {
    /// The positions that hold a word of a group.
    sets: Asked<Positions>,
    /// The passages that do, by the same numbers.
    group_passages: Asked<Passages>,
    /// The passages that hold all that an entry needs.
    entry_candidates: Asked<Passages>,
    /// For each vocabulary entry which of `places` are its.
    entries: Vec<Option<(u32, u32)>>,
    /// The places of these entries, an entry's behind another's: for each length that its matches have, where they start.
    places: Vec<(usize, Positions)>,
    /// What the sets are in.
    store: Store,
}

impl Worked {
    /// Nothing, with the memory kept for another tile.
    fn cleared(mut self) -> Self {
        self.sets.clear();
        self.group_passages.clear();
        self.entry_candidates.clear();
        self.entries.clear();
        self.places.clear();
        self.store.clear();
        self
    }
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
pub(super) type Passages = [u64; MOST_PASSAGES / 64];

/// What was worked out of some things, of which a part is asked for.
#[derive(Debug)]
struct Asked<T> {
    /// For each thing the place of what was worked out, counted from 1; 0 where it was not asked for.
    places: Vec<Cell<u32>>,
    worked_out: RefCell<Vec<T>>,
}

impl<T> Default for Asked<T> {
    fn default() -> Self {
        Self { places: Vec::new(), worked_out: RefCell::default() }
    }
}

impl<T: Copy> Asked<T> {
    fn clear(&mut self) {
        self.places.clear();
        self.worked_out.get_mut().clear();
    }

    /// Makes room for so many things.
    fn prepare(&mut self, things: usize) {
        self.places.resize_with(things, Cell::default);
        self.worked_out.get_mut().reserve(things);
    }

    /// What is worked out of a thing when it is asked for first.
    #[inline]
    fn get_or_init(&self, thing: usize, work_out: impl FnOnce() -> T) -> T {
        match self.places[thing].get().checked_sub(1) {
            Some(place) => self.worked_out.borrow()[place as usize],
            None => self.keep(thing, work_out()),
        }
    }

    #[cold]
    fn keep(&self, thing: usize, found: T) -> T {
        let mut all = self.worked_out.borrow_mut();
        all.push(found);
        self.places[thing].set(u32::try_from(all.len()).expect("internal: a tile has few groups and entries"));
        found
    }
}

impl Tile<'_> {
    /// Whether there is room for what is worked out of it and of so many vocabulary entries.
    pub(super) fn is_prepared(&self, entries: usize) -> bool {
        self.worked.sets.places.len() == self.groups && self.worked.entries.len() == entries
    }

    /// Makes room for what is worked out, if there is none, with the memory of another tile: also of so many vocabulary
    /// entries.
    pub(super) fn prepare(&mut self, entries: usize, spare: &mut Vec<Worked>) {
        if self.is_prepared(entries) {
            return;
        }
        let mut worked = spare.pop().unwrap_or_default();
        worked.sets.prepare(self.groups);
        worked.group_passages.prepare(self.groups);
        worked.entry_candidates.prepare(entries);
        worked.entries.resize(entries, None);
        worked.store.prepare();
        self.worked = worked;
    }

    /// Lets go of all that was worked out, and leaves its memory to another tile.
    pub(super) fn forget(&mut self) -> Worked {
        std::mem::take(&mut self.worked).cleared()
    }

    /// What the sets that are worked out are in.
    pub(super) fn store(&self) -> &Store {
        &self.worked.store
    }

    /// Whether a word of a group can lead on to a state: where that takes another word, some passage must hold both.
    pub(super) fn goes_on(&self, group: GroupId, state: State<'_>) -> bool {
        let Some(passages) = self.passages_of(group) else { return false };
        match state {
            State::Take(next, _) => self.passages_of(next).is_some_and(|next| share(&passages, &next)),
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
    #[inline]
    pub(super) fn set(&self, group: GroupId) -> Option<Stored<'_>> {
        let number = self.numbers[group.idx()].checked_sub(1)? as usize;
        Some(self.worked.store.get(self.worked.sets.get_or_init(number, || self.positions_of(group))))
    }

    #[cold]
    fn positions_of(&self, group: GroupId) -> Positions {
        let mut set = Gathered::new();
        for words in self.words(group) {
            match words {
                Passing::Few(few) => few.iter().for_each(|position| set.insert(*position as usize)),
                Passing::Many(many) => set.add(&many.positions),
            }
        }
        set.finish(&self.worked.store)
    }

    /// Whether a vocabulary entry was looked for.
    pub(super) fn knows(&self, entry: EntryId) -> bool {
        self.worked.entries[entry.0].is_some()
    }

    /// Keeps where a vocabulary entry was found: for each length that its matches have, where they start.
    pub(super) fn keep_places(&mut self, entry: EntryId, places: &[(usize, Positions)]) {
        let place = |place| u32::try_from(place).expect("internal: the entries of a tile are few");
        let from = place(self.worked.places.len());
        self.worked.places.extend_from_slice(places);
        self.worked.entries[entry.0] = Some((from, place(self.worked.places.len())));
    }

    /// Where a vocabulary entry was found; nothing if it was not looked for.
    pub(super) fn places(&self, entry: EntryId) -> Option<Places<'_>> {
        let (from, end) = self.worked.entries[entry.0]?;
        Some(Places { found: &self.worked.places[from as usize..end as usize], store: &self.worked.store })
    }

    /// The passages that hold all that a program needs.
    pub(super) fn candidates(&self, program: &Program, programs: &[Program]) -> Passages {
        let mut candidates = [u64::MAX; MOST_PASSAGES / 64];
        for need in program.code().needs() {
            match need.only() {
                Some(Only::Group(group)) => match self.passages_of(group) {
                    Some(holding) => keep(&mut candidates, &holding),
                    None => return Passages::default(),
                },
                Some(Only::Entry(entry)) => keep(&mut candidates, &self.entry_candidates(entry, programs)),
                None => {
                    let mut holding = Passages::default();
                    need.groups()
                        .filter_map(|group| self.passages_of(group))
                        .for_each(|other| add(&mut holding, &other));
                    need.entries().for_each(|entry| add(&mut holding, &self.entry_candidates(entry, programs)));
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
    fn entry_candidates(&self, entry: EntryId, programs: &[Program]) -> Passages {
        self.worked.entry_candidates.get_or_init(entry.0, || self.candidates(&programs[entry.0], programs))
    }

    /// The passages that hold a word of a group; nothing if there is none in the tile.
    #[inline]
    fn passages_of(&self, group: GroupId) -> Option<Passages> {
        let number = self.numbers[group.idx()].checked_sub(1)? as usize;
        Some(self.worked.group_passages.get_or_init(number, || self.passages_with(group)))
    }

    #[cold]
    fn passages_with(&self, group: GroupId) -> Passages {
        let mut passages = Passages::default();
        for words in self.words(group) {
            match words {
                Passing::Few(few) => insert_passages(&mut passages, few, &self.passage_of),
                Passing::Many(many) => add(&mut passages, &many.passages),
            }
        }
        passages
    }
}

/// Adds the passages that positions are in.
fn insert_passages(passages: &mut Passages, positions: &[u32], passage_of: &[u16]) {
    positions.iter().for_each(|position| insert(passages, usize::from(passage_of[*position as usize])));
}

/// Adds a passage.
pub(super) fn insert(passages: &mut Passages, passage: usize) {
    passages[passage / 64] |= 1 << (passage % 64);
}

/// Takes a passage out.
pub(super) fn take(passages: &mut Passages, passage: usize) {
    passages[passage / 64] &= !(1 << (passage % 64));
}

/// Whether a passage is among others.
pub(super) fn holds(passages: &Passages, passage: usize) -> bool {
    passages[passage / 64] >> (passage % 64) & 1 != 0
}

/// Whether passages have one in common.
pub(super) fn share(passages: &Passages, others: &Passages) -> bool {
    passages.iter().zip(others).any(|(one, other)| one & other != 0)
}

/// Keeps those passages that others are among.
pub(super) fn keep(passages: &mut Passages, others: &Passages) {
    passages.iter_mut().zip(others).for_each(|(passages, others)| *passages &= others);
}

/// Adds passages.
fn add(passages: &mut Passages, others: &Passages) {
    passages.iter_mut().zip(others).for_each(|(passages, others)| *passages |= others);
}

/// Where a vocabulary entry is found in a tile.
#[derive(Clone, Copy, Debug)]
pub(super) struct Places<'t> {
    found: &'t [(usize, Positions)],
    store: &'t Store,
}

impl<'t> Places<'t> {
    /// For each length that its matches have, where they start.
    pub(super) fn each(self) -> impl Iterator<Item = (usize, Stored<'t>)> {
        self.found.iter().map(move |(length, starts)| (*length, self.store.get(*starts)))
    }

    /// Adds where it ends if it starts in an extent; whether there are any.
    pub(super) fn enter(self, sets: &mut Sets, extent: Extent, to: usize) -> bool {
        self.each().fold(false, |any, (length, starts)| sets.enter(starts, extent, length, to) || any)
    }

    /// Adds where it ends if it starts at a position of a set; whether there are any.
    pub(super) fn lead_on(self, sets: &mut Sets, set: usize, to: usize) -> bool {
        self.each().fold(false, |any, (length, starts)| sets.step(set, starts, length, to) || any)
    }

    /// Adds where it starts if it ends before a position of a set; whether there are any.
    pub(super) fn lead_back(self, sets: &mut Sets, set: usize, to: usize) -> bool {
        self.each().fold(false, |any, (length, starts)| sets.step_back(set, starts, length, to) || any)
    }
}

/// Lays passages out in tiles.
pub(super) struct LayOut<'l> {
    pub(super) lexicon: &'l Lexicon,
    pub(super) words: Words<'l>,
    pub(super) tiles: Vec<Tile<'l>>,
    pub(super) passages: Vec<Laid>,
    /// The words of the tile that is being filled, by their positions; nothing behind the last word of each passage.
    pub(super) open: Vec<Option<WordId>>,
}

impl LayOut<'_> {
    pub(super) fn add(&mut self, words: impl Iterator<Item = WordId>, lead_in: usize) {
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

    pub(super) fn close_tile(&mut self) {
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
        self.tiles.push(Tile {
            lexicon,
            passages,
            bounds,
            numbers,
            groups: count as usize,
            passage_of,
            statements: Passages::default(),
            headings: Passages::default(),
            symbols,
            positions,
            frequent,
            worked: Worked::default(),
        });
    }
}
