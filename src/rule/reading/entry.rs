//! The run of a vocabulary entry's program over a tile: all its places, with their lengths.

use super::tile::{Places, Tile};
use crate::rule::positions::{Extent, Positions, Sets};
use crate::rule::program::{Code, LONGEST_ENTRY, State};

/// The last run of a vocabulary entry's program, and the room for the next one. Its states are told apart by how long the
/// match is so far, so that where it starts is known from where it ends.
#[derive(Debug, Default)]
pub(super) struct RunByLength {
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
    /// What was found: for each length of the matches, where they start.
    found: Vec<(usize, Positions)>,
}

/// What marks a set that belongs to another state, as in the run of a phrase.
const SHARED: u16 = 1 << 15;

/// The lengths in a set of them, in order.
fn each_length(lengths: u128) -> impl Iterator<Item = usize> {
    let next = |left: &u128| Some(left & (left - 1)).filter(|left| *left != 0);
    let left = std::iter::successors(Some(lengths).filter(|lengths| *lengths != 0), next);
    left.map(|left| left.trailing_zeros() as usize)
}

impl RunByLength {
    /// Runs a program over a part of a tile: for each length of its matches, where they start.
    pub(super) fn run(&mut self, program: Code<'_>, tile: &Tile<'_>, extent: Extent) -> &[(usize, Positions)] {
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
                self.reach(next, 1, |sets, to| sets.enter(set, extent, 1, to));
            }
        }
        for (id, next) in program.opening_entries() {
            for (length, starts) in tile.places(id).into_iter().flat_map(Places::each) {
                self.reach(next, length, |sets, to| sets.enter(starts, extent, length, to));
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
        self.found.clear();
        for length in each_length(accepted).filter(|length| *length > 0) {
            self.reached.clear(0);
            for state in (0..program.accepting()).filter(|state| self.lengths[*state] >> length & 1 != 0) {
                self.reached.move_back(usize::from(self.numbers[state * self.stride + length] & !SHARED), length, 0);
            }
            self.found.push((length, self.reached.finished(0, tile.store())));
        }
        &self.found
    }

    fn visit(&mut self, program: Code<'_>, tile: &Tile<'_>, state: usize, length: usize) {
        let set = usize::from(self.numbers[state * self.stride + length] & !SHARED);
        match program.state(state) {
            State::Accept(_) => {}
            State::Take(group, next) => {
                if let Some(over) = tile.set(group) {
                    self.reach(next, length + 1, |sets, to| sets.step(set, over, 1, to));
                }
            }
            State::Entry(id, next) => {
                for (more, starts) in tile.places(id).into_iter().flat_map(Places::each) {
                    self.reach(next, length + more, |sets, to| sets.step(set, starts, more, to));
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
                        self.numbers[next * self.stride + length] = self.numbers[state * self.stride + length] | SHARED;
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
        if is_reached && *number & SHARED == 0 {
            add(&mut self.reached, usize::from(*number));
            return;
        }
        self.reached.reserve(self.sets + 1);
        self.reached.clear(self.sets);
        if is_reached {
            self.reached.add(usize::from(*number & !SHARED), self.sets);
        }
        if add(&mut self.reached, self.sets) {
            *number = u16::try_from(self.sets).expect("internal: an entry has few states");
            self.sets += 1;
            self.lengths[state] |= 1 << length;
            self.pending[state / 64] |= 1 << (state % 64);
        }
    }
}
