//! The run of a phrase's program over a tile: forward to where matches end, and back to where they start.

use std::cmp::Reverse;

use super::Match;
use super::tile::{Laid, Places, Tile};
use crate::rule::positions::{Extent, Sets, Stretch};
use crate::rule::program::{Code, State};

/// The last run of a program, and the room for the next one.
#[derive(Debug, Default)]
pub(super) struct Run {
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

/// Which of the matches that end at a word is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StartAt {
    Latest,
    Earliest,
}

/// What marks a set that belongs to another state: a choice leads to several states at once, most of which nothing else leads
/// to, so they have its set as long as nothing is added.
const SHARED: u32 = 1 << 31;

/// The number of a set, whoever's it is.
fn set_at(number: u32) -> usize {
    (number & !SHARED) as usize
}

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
    /// Runs a program forward from where its matches may start; whether it matches.
    pub(super) fn forward(&mut self, program: Code<'_>, tile: &Tile<'_>, extent: Extent) -> bool {
        let count = program.state_count();
        if self.numbers.len() < count {
            self.numbers.resize(count, 0);
        }
        self.sets = 0;
        self.pending.clear();
        self.pending.resize(count.div_ceil(64), 0);
        self.trail.clear();
        self.opened.clear();
        self.open(program, tile, extent);
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

    fn open(&mut self, program: Code<'_>, tile: &Tile<'_>, extent: Extent) {
        for (idx, (group, next)) in program.opening_words().enumerate() {
            if tile.goes_on(group, program.state(next))
                && let Some(set) = tile.set(group)
                && self.reach(next, |sets, to| sets.enter(set, extent, 1, to))
            {
                self.opened.push(idx);
            }
        }
        for (id, next) in program.opening_entries() {
            if let Some(places) = tile.places(id) {
                self.reach(next, |sets, to| places.enter(sets, extent, to));
            }
        }
    }

    fn visit(&mut self, program: Code<'_>, tile: &Tile<'_>, state: usize) {
        let set = self.set_of(state);
        match program.state(state) {
            State::Accept(_) => {}
            State::Take(group, next) => {
                if let Some(over) = tile.set(group) {
                    self.reach(next, |sets, to| sets.step(set, over, 1, to));
                }
            }
            State::Entry(id, next) => {
                if let Some(places) = tile.places(id) {
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
        set_at(self.numbers[state])
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
    fn of_known_length<'p>(&'p self, program: Code<'p>, stretch: Stretch) -> impl Iterator<Item = (usize, usize)> + 'p {
        let accepted = self.trail.iter().rev().copied().take_while(move |state| program.accepts(*state));
        accepted.flat_map(move |state| {
            let length = if let State::Accept(length) = program.state(state) { length } else { None };
            length.into_iter().flat_map(move |length| {
                let ends = self.reached.between(self.set_of(state), stretch.first, stretch.end + 1);
                ends.map(move |end| (end - length, end))
            })
        })
    }

    /// Where matches end.
    pub(super) fn ends<'p>(&'p self, program: Code<'p>) -> impl Iterator<Item = usize> + 'p {
        let accepted = self.trail.iter().rev().copied().take_while(move |state| program.accepts(*state));
        accepted.flat_map(|state| self.reached.each(self.set_of(state)))
    }

    /// Where the other matches in a stretch end.
    fn ends_of_any_length(&self, stretch: Stretch) -> Vec<usize> {
        match self.trail.last() {
            Some(0) => self.reached.between(self.set_of(0), stretch.first, stretch.end + 1).collect(),
            _ => Vec::new(),
        }
    }

    /// The matches in a passage, in order of their ends, each with the start that is asked for.
    pub(super) fn matches(
        &mut self,
        program: Code<'_>,
        tile: &Tile<'_>,
        passage: Laid,
        start_at: StartAt,
    ) -> Vec<Match> {
        let stretch = passage.stretch();
        let mut found: Vec<(usize, usize)> =
            self.of_known_length(program, stretch).map(|(start, end)| (end, start)).collect();
        for end in self.ends_of_any_length(stretch) {
            let start = self.only_opener(program, tile, passage, end).unwrap_or_else(|| {
                self.back(program, tile, passage, end);
                let Back { leads, starts, .. } = &self.back;
                let start = match start_at {
                    StartAt::Latest => leads.highest(*starts),
                    StartAt::Earliest => leads.lowest(*starts),
                };
                start.expect("internal: a match starts somewhere")
            });
            found.push((end, start));
        }
        match start_at {
            StartAt::Latest => found.sort_unstable_by_key(|(end, start)| (*end, Reverse(*start))),
            StartAt::Earliest => found.sort_unstable(),
        }
        found.dedup_by_key(|(end, _)| *end);
        let matched = |(end, start)| Match { start: start - passage.first, end: end - passage.first };
        found.into_iter().map(matched).collect()
    }

    /// The one position before an end at which a match can open, if there are not several.
    fn only_opener(&self, program: Code<'_>, tile: &Tile<'_>, passage: Laid, end: usize) -> Option<usize> {
        let longest = program.longest().unwrap_or(usize::MAX);
        let stretch = Stretch { first: passage.first.max(end.saturating_sub(longest)), end };
        let by_word = self.opened.iter().filter_map(|idx| tile.set(program.opening_word(*idx).0));
        let entries = program.opening_entries().filter_map(|(id, _)| tile.places(id));
        let by_entry = entries.flat_map(Places::each).map(|(_, starts)| starts);
        let mut openers = by_word.chain(by_entry).flat_map(|set| set.within(stretch)).filter(|at| *at < end);
        let first = openers.next()?;
        openers.all(|other| other == first).then_some(first)
    }

    /// Goes back from the end of matches to where they start.
    fn back(&mut self, program: Code<'_>, tile: &Tile<'_>, passage: Laid, end: usize) {
        let back = &mut self.back;
        back.begin(program.state_count());
        back.lead(0, |leads, to| {
            leads.insert(to, end);
            true
        });
        // The last of the trail accept. Most states were reached elsewhere only.
        let blocks = passage.stretch().blocks();
        let others = self.trail.iter().rev().copied().skip_while(|state| program.accepts(*state));
        let (reached, numbers) = (&self.reached, &self.numbers);
        for state in others.filter(|state| reached.touches(set_at(numbers[*state]), blocks)) {
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
                        && let Some(places) = tile.places(id)
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
                && let Some(places) = tile.places(id)
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
