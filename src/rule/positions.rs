//! Sets of positions, and what a step of a program does to a whole set at once.
//!
//! Positions are words of passages that are laid out one after another, each with one more position behind its last word.
//! A tile has [`MOST`] of them, in [`BLOCKS`] blocks of 64 bits: bit `p % 64` of block `p / 64` stands for position `p`.
//! A set tells in one number which of its blocks hold anything, for most hold nothing and need not be looked at. No step
//! leads from one passage into the next.

use std::cell::RefCell;

/// How many blocks a set has.
pub(super) const BLOCKS: usize = 64;

/// How many positions there are.
pub(super) const MOST: usize = 64 * BLOCKS;

/// The widths that a gap is put together from, as powers of two: 1, 2, 4, 8, 16, 32 words.
const STRIDES: usize = 6;

/// Sets that are not changed any more, one behind another: there are thousands, and most of them are small.
#[derive(Debug, Default)]
pub(super) struct Store(RefCell<Vec<u64>>);

/// How many blocks the sets of most tiles have together.
const USUAL: usize = 1 << 16;

/// The place of a set in its store.
#[derive(Clone, Copy, Debug)]
pub(super) struct Positions {
    /// The blocks that hold something, as bits.
    filled: u64,
    /// Where the first of these blocks lies; the others come behind it.
    first: u32,
}

/// A set in its store.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stored<'s> {
    set: Positions,
    store: &'s Store,
}

impl Store {
    /// Adds a set by its blocks that hold something.
    fn add(&self, filled: u64, block: impl Fn(usize) -> u64) -> Positions {
        let mut blocks = self.0.borrow_mut();
        let first = u32::try_from(blocks.len()).expect("internal: the sets of a tile are few");
        blocks.extend(bits(filled).map(block));
        Positions { filled, first }
    }

    pub(super) fn clear(&mut self) {
        self.0.get_mut().clear();
    }

    /// Makes room for the sets of a tile, as many as most tiles have: growing step by step would copy them again and again.
    pub(super) fn prepare(&mut self) {
        self.0.get_mut().reserve(USUAL);
    }

    /// A set that was added.
    pub(super) fn get(&self, set: Positions) -> Stored<'_> {
        Stored { set, store: self }
    }
}

impl Stored<'_> {
    /// Tells some blocks that hold something, in order.
    fn each(self, blocks: u64, mut tell: impl FnMut(usize, u64)) {
        let stored = self.store.0.borrow();
        for block in bits(blocks) {
            tell(block, stored[self.place(block)]);
        }
    }

    /// Where a block lies that holds something.
    fn place(self, block: usize) -> usize {
        self.set.first as usize + (self.set.filled & !(u64::MAX << block)).count_ones() as usize
    }

    /// A block.
    fn block(self, block: usize) -> u64 {
        if self.set.filled >> block & 1 == 0 { 0 } else { self.store.0.borrow()[self.place(block)] }
    }
}

impl<'s> Stored<'s> {
    /// The positions of a stretch, in order.
    pub(super) fn within(self, stretch: Stretch) -> impl Iterator<Item = usize> + 's {
        bits(self.set.filled & stretch.blocks())
            .flat_map(move |block| bits(stretch.cut(block, self.block(block))).map(move |bit| block * 64 + bit))
    }
}

/// A set in the making.
#[derive(Debug)]
pub(super) struct Gathered {
    filled: u64,
    blocks: [u64; BLOCKS],
}

impl Gathered {
    pub(super) fn new() -> Self {
        Self { filled: 0, blocks: [0; BLOCKS] }
    }

    pub(super) fn insert(&mut self, position: usize) {
        self.filled |= 1 << (position / 64);
        self.blocks[position / 64] |= 1 << (position % 64);
    }

    /// Adds the positions of another set.
    pub(super) fn add(&mut self, other: &Self) {
        self.filled |= other.filled;
        self.blocks.iter_mut().zip(&other.blocks).for_each(|(block, other)| *block |= other);
    }

    /// The set as it is now.
    pub(super) fn finish(&self, store: &Store) -> Positions {
        store.add(self.filled, |block| self.blocks[block])
    }
}

/// The positions of one passage, or of a whole tile: from a first one to a last one, which no word stands at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    pub(super) first: usize,
    pub(super) end: usize,
}

impl Stretch {
    /// The blocks that it has a part of, as bits.
    pub(super) fn blocks(self) -> u64 {
        (u64::MAX << (self.first / 64)) & (u64::MAX >> (63 - self.end / 64))
    }

    /// The part of a block that lies in it.
    fn cut(self, block: usize, bits: u64) -> u64 {
        let from = if block == self.first / 64 { u64::MAX << (self.first % 64) } else { u64::MAX };
        let to = if block == self.end / 64 { u64::MAX >> (63 - self.end % 64) } else { u64::MAX };
        bits & from & to
    }
}

/// Where matches may start.
#[derive(Clone, Copy, Debug)]
pub(super) enum Extent {
    Stretch(Stretch),
    /// Some blocks, as bits.
    Blocks(u64),
}

impl Extent {
    fn blocks(self) -> u64 {
        match self {
            Self::Stretch(stretch) => stretch.blocks(),
            Self::Blocks(blocks) => blocks,
        }
    }

    /// The part of a block that lies in it.
    #[inline]
    fn cut(self, block: usize, bits: u64) -> u64 {
        match self {
            Self::Stretch(stretch) => stretch.cut(block, bits),
            Self::Blocks(_) => bits,
        }
    }
}

/// Where gaps may lead to: the bounds of passages, which no gap crosses.
#[derive(Debug)]
pub(super) struct Bounds {
    /// For each stride the positions that it may lead to: those with so many positions of their passage before them.
    strides: [[u64; BLOCKS]; STRIDES],
}

impl Bounds {
    /// The bounds of passages that start at some positions.
    pub(super) fn new(starts: impl Iterator<Item = usize>) -> Self {
        let mut one = [u64::MAX; BLOCKS];
        starts.for_each(|start| one[start / 64] &= !(1 << (start % 64)));
        let mut strides = [one; STRIDES];
        for power in 1..STRIDES {
            let half = strides[power - 1];
            let by = 1 << (power - 1);
            // A stride is two halves, the first of which may lead to where the second one starts.
            for block in 0..BLOCKS {
                let before = if block == 0 { 0 } else { half[block - 1] };
                strides[power][block] = half[block] & ((half[block] << by) | (before >> (64 - by)));
            }
        }
        Self { strides }
    }

    /// A block and the next one.
    fn pair(&self, power: usize, block: usize) -> u128 {
        let stride = &self.strides[power];
        join(stride[block], stride.get(block + 1).copied().unwrap_or_default())
    }
}

fn join(low: u64, high: u64) -> u128 {
    u128::from(low) | u128::from(high) << 64
}

/// The widest stride that leaves no position out, of a gap that is covered so far.
fn stride(covered: usize, most: usize) -> usize {
    ((most - covered).min(covered + 1).ilog2() as usize).min(STRIDES - 1)
}

/// The sets that a run works with, one for each state. What a set held in the run before is still there until it is
/// cleared.
#[derive(Debug, Default)]
pub(super) struct Sets {
    filled: Vec<u64>,
    blocks: Vec<u64>,
}

/// Few runs work with more sets.
const MANY: usize = 512;

impl Sets {
    /// Makes room for so many sets.
    #[inline]
    pub(super) fn reserve(&mut self, sets: usize) {
        if self.filled.len() < sets {
            self.grow(sets);
        }
    }

    #[cold]
    fn grow(&mut self, sets: usize) {
        if self.filled.is_empty() {
            // Memory that is asked for as zeros is not there before it is written to.
            let sets = sets.max(MANY);
            (self.filled, self.blocks) = (vec![0; sets], vec![0; sets * BLOCKS]);
        } else {
            let sets = sets.next_power_of_two();
            self.filled.resize(sets, 0);
            self.blocks.resize(sets * BLOCKS, 0);
        }
    }

    pub(super) fn clear(&mut self, set: usize) {
        self.filled[set] = 0;
    }

    #[inline]
    fn put(&mut self, set: usize, block: usize, bits: u64) {
        let place = &mut self.blocks[set * BLOCKS + block];
        let filled = &mut self.filled[set];
        *place = if *filled >> block & 1 == 0 { bits } else { *place | bits };
        *filled |= 1 << block;
    }

    pub(super) fn insert(&mut self, set: usize, position: usize) {
        self.put(set, position / 64, 1 << (position % 64));
    }

    /// Whether a set has positions in some blocks, told as bits.
    pub(super) fn touches(&self, set: usize, blocks: u64) -> bool {
        self.filled[set] & blocks != 0
    }

    /// The positions of a set, in order.
    pub(super) fn each(&self, set: usize) -> impl Iterator<Item = usize> + '_ {
        bits(self.filled[set])
            .flat_map(move |block| bits(self.blocks[set * BLOCKS + block]).map(move |bit| block * 64 + bit))
    }

    /// The positions of a set from one on and before another, in order.
    pub(super) fn between(&self, set: usize, first: usize, end: usize) -> impl Iterator<Item = usize> + '_ {
        let stretch = Stretch { first, end: end.saturating_sub(1) };
        let blocks = if first < end { self.filled[set] & stretch.blocks() } else { 0 };
        bits(blocks).flat_map(move |block| {
            bits(stretch.cut(block, self.blocks[set * BLOCKS + block])).map(move |bit| block * 64 + bit)
        })
    }

    /// The first position of a set.
    pub(super) fn lowest(&self, set: usize) -> Option<usize> {
        self.each(set).next()
    }

    /// The last position of a set.
    pub(super) fn highest(&self, set: usize) -> Option<usize> {
        let block = 63_usize.checked_sub(self.filled[set].leading_zeros() as usize)?;
        let bits = self.blocks[set * BLOCKS + block];
        Some(block * 64 + 63 - bits.leading_zeros() as usize)
    }

    /// Adds a set to another; whether it holds anything.
    pub(super) fn add(&mut self, set: usize, to: usize) -> bool {
        for block in bits(self.filled[set]) {
            self.put(to, block, self.blocks[set * BLOCKS + block]);
        }
        self.filled[set] != 0
    }

    /// Adds the positions so many words behind those of a part of a set; whether there are any.
    pub(super) fn enter(&mut self, set: Stored<'_>, extent: Extent, by: usize, to: usize) -> bool {
        let mut any = false;
        set.each(set.set.filled & extent.blocks(), |block, bits| {
            any |= self.put_behind(to, block, extent.cut(block, bits), by);
        });
        any
    }

    /// Adds the positions so many words behind those that two sets share; whether there are any.
    pub(super) fn step(&mut self, set: usize, over: Stored<'_>, by: usize, to: usize) -> bool {
        let mut any = false;
        over.each(self.filled[set] & over.set.filled, |block, bits| {
            any |= self.put_behind(to, block, self.blocks[set * BLOCKS + block] & bits, by);
        });
        any
    }

    #[inline]
    fn put_behind(&mut self, to: usize, block: usize, bits: u64, by: usize) -> bool {
        let (low, high) = (bits << (by % 64), bits >> 1 >> (63 - by % 64));
        let block = block + by / 64;
        if low != 0 {
            self.put(to, block, low);
        }
        if high != 0 {
            self.put(to, block + 1, high);
        }
        bits != 0
    }

    /// Adds the positions so many words before those of a set, where another set holds them; whether there are any.
    pub(super) fn step_back(&mut self, set: usize, over: Stored<'_>, by: usize, to: usize) -> bool {
        let mut any = false;
        for block in bits(self.filled[set]) {
            let (low, high) = halves(join(0, self.blocks[set * BLOCKS + block]) >> (by % 64));
            let Some(block) = block.checked_sub(by / 64) else { continue };
            let moved = high & over.block(block);
            if moved != 0 {
                self.put(to, block, moved);
                any = true;
            }
            if let Some(before) = block.checked_sub(1)
                && low & over.block(before) != 0
            {
                self.put(to, before, low & over.block(before));
                any = true;
            }
        }
        any
    }

    /// Adds the next positions of the passages; whether there are any.
    pub(super) fn advance(&mut self, set: usize, bounds: &Bounds, to: usize) -> bool {
        let inner = &bounds.strides[0];
        let mut any = false;
        for block in bits(self.filled[set]) {
            let (low, high) = halves(u128::from(self.blocks[set * BLOCKS + block]) << 1);
            if low & inner[block] != 0 {
                self.put(to, block, low & inner[block]);
                any = true;
            }
            if high != 0 && block + 1 < BLOCKS && high & inner[block + 1] != 0 {
                self.put(to, block + 1, high & inner[block + 1]);
                any = true;
            }
        }
        any
    }

    /// Adds a set's positions, each moved back by so many words. None lies further to the front.
    pub(super) fn move_back(&mut self, set: usize, by: usize, to: usize) {
        for block in bits(self.filled[set]) {
            let (low, high) = halves(join(0, self.blocks[set * BLOCKS + block]) >> (by % 64));
            let block = block - by / 64;
            if high != 0 {
                self.put(to, block, high);
            }
            if low != 0 {
                self.put(to, block - 1, low);
            }
        }
    }

    /// A set as it is now, which is not changed any more.
    pub(super) fn finished(&self, set: usize, store: &Store) -> Positions {
        store.add(self.filled[set], |block| self.blocks[set * BLOCKS + block])
    }

    /// Adds a set widened by a gap: with each position the next ones of its passage, at most so many; all of them where
    /// there is no number. No number is greater than 63.
    pub(super) fn widen(&mut self, set: usize, most: Option<usize>, bounds: &Bounds, to: usize) {
        for block in bits(self.filled[set]) {
            let bits = self.blocks[set * BLOCKS + block];
            match most {
                None => self.fill(block, bits, bounds, to),
                Some(most) => {
                    let mut widened = u128::from(bits);
                    let mut covered = 0;
                    while covered < most {
                        let power = stride(covered, most);
                        widened |= (widened << (1 << power)) & bounds.pair(power, block);
                        covered += 1 << power;
                    }
                    let (low, high) = halves(widened);
                    self.put(to, block, low);
                    if high != 0 {
                        self.put(to, block + 1, high);
                    }
                }
            }
        }
    }

    fn fill(&mut self, block: usize, bits: u64, bounds: &Bounds, to: usize) {
        let inner = &bounds.strides[0];
        let mut filled = bits;
        for power in 0..STRIDES {
            filled |= (filled << (1 << power)) & bounds.strides[power][block];
        }
        self.put(to, block, filled);
        let mut next = block + 1;
        while filled >> 63 != 0 && next < BLOCKS {
            // The ones at the low end of the block: what is left of the passage.
            filled = inner[next] & !inner[next].wrapping_add(1);
            if filled != 0 {
                self.put(to, next, filled);
            }
            next += 1;
        }
    }

    /// Adds a set widened backwards: with each position those before it, at most so many, down to a first one.
    pub(super) fn widen_back(&mut self, set: usize, most: Option<usize>, first: usize, to: usize) {
        let Some(last) = self.highest(set) else { return };
        let stretch = Stretch { first, end: last };
        match most {
            None => {
                for block in bits(stretch.blocks()) {
                    self.put(to, block, stretch.cut(block, u64::MAX));
                }
            }
            Some(most) => {
                for block in bits(self.filled[set]) {
                    let mut widened = join(0, self.blocks[set * BLOCKS + block]);
                    let mut covered = 0;
                    while covered < most {
                        let power = stride(covered, most);
                        widened |= widened >> (1 << power);
                        covered += 1 << power;
                    }
                    let (low, high) = halves(widened);
                    self.put(to, block, stretch.cut(block, high));
                    if low != 0 && block > first / 64 {
                        self.put(to, block - 1, stretch.cut(block - 1, low));
                    }
                }
            }
        }
    }
}

fn halves(pair: u128) -> (u64, u64) {
    ((pair & u128::from(u64::MAX)) as u64, (pair >> 64) as u64)
}

/// The places of the ones in a row of blocks, in order.
pub(super) fn each(blocks: &[u64]) -> impl Iterator<Item = usize> + '_ {
    blocks.iter().enumerate().flat_map(|(at, block)| bits(*block).map(move |bit| at * 64 + bit))
}

/// The places of the ones in a number, the lowest first.
fn bits(number: u64) -> impl Iterator<Item = usize> {
    let mut left = number;
    std::iter::from_fn(move || {
        (left != 0).then(|| {
            let bit = left.trailing_zeros() as usize;
            left &= left - 1;
            bit
        })
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    const WHOLE: Stretch = Stretch { first: 0, end: MOST - 1 };

    /// Positions about the bounds of blocks.
    fn positions() -> impl Strategy<Value = BTreeSet<usize>> {
        proptest::collection::btree_set((0..4_usize, 0..64_usize).prop_map(|(block, bit)| block * 64 + bit), 0..20)
    }

    fn gathered<'s>(positions: &BTreeSet<usize>, store: &'s Store) -> Stored<'s> {
        // From two sets, to which positions were added by themselves.
        let [mut even, mut odd] = [Gathered::new(), Gathered::new()];
        for position in positions {
            if position % 2 == 0 { &mut even } else { &mut odd }.insert(*position);
        }
        even.add(&odd);
        // Behind another one.
        odd.finish(store);
        store.get(even.finish(store))
    }

    /// Sets of which the one of a number holds some positions, and the others what is left of another run.
    fn sets(number: usize, positions: &BTreeSet<usize>) -> Sets {
        let mut sets = Sets::default();
        sets.reserve(3);
        sets.blocks.fill(u64::MAX);
        positions.iter().for_each(|position| sets.insert(number, *position));
        sets
    }

    fn held(sets: &Sets, number: usize) -> BTreeSet<usize> {
        sets.each(number).collect()
    }

    /// The position after the passage that a position is in.
    fn end_of(position: usize, starts: &BTreeSet<usize>) -> usize {
        starts.range(position + 1..).next().copied().unwrap_or(MOST)
    }

    proptest! {
        #[test]
        fn a_step_is_so_many_positions(set in positions(), over in positions(), by in 1..140_usize, starts in positions()) {
            let store = Store::default();
            let both = &set & &over;
            let mut found = sets(1, &set);
            prop_assert_eq!(found.step(1, gathered(&over, &store), by, 0), !both.is_empty());
            prop_assert_eq!(held(&found, 0), both.iter().map(|at| at + by).collect());
            let back: BTreeSet<usize> = set.iter().filter_map(|at| at.checked_sub(by)).collect();
            let back = &back & &over;
            prop_assert_eq!(found.step_back(1, gathered(&over, &store), by, 2), !back.is_empty());
            prop_assert_eq!(held(&found, 2), back);
            let next: BTreeSet<usize> = set.iter().map(|at| at + 1).filter(|at| !starts.contains(at)).collect();
            found.clear(2);
            prop_assert_eq!(found.advance(1, &Bounds::new(starts.iter().copied()), 2), !next.is_empty());
            prop_assert_eq!(held(&found, 2), next);
            found.clear(2);
            found.move_back(0, by, 2);
            let finished = found.finished(2, &store);
            prop_assert_eq!(store.get(finished).within(WHOLE).collect::<BTreeSet<_>>(), both);
        }

        #[test]
        fn a_part_is_entered(set in positions(), first in 0..200_usize, length in 0..100_usize) {
            let stretch = Stretch { first, end: first + length };
            let store = Store::default();
            let part: BTreeSet<usize> = set.range(first..=first + length).copied().collect();
            let mut found = sets(1, &BTreeSet::new());
            prop_assert_eq!(found.enter(gathered(&set, &store), Extent::Stretch(stretch), 1, 0), !part.is_empty());
            prop_assert_eq!(held(&found, 0), part.iter().map(|at| at + 1).collect());
            found.clear(2);
            let blocks: BTreeSet<usize> = set.iter().copied().filter(|at| stretch.blocks() >> (at / 64) & 1 != 0).collect();
            let extent = Extent::Blocks(stretch.blocks());
            prop_assert_eq!(found.enter(gathered(&set, &store), extent, 1, 2), !blocks.is_empty());
            prop_assert_eq!(held(&found, 2), blocks.iter().map(|at| at + 1).collect());
            prop_assert_eq!(gathered(&set, &store).within(stretch).collect::<BTreeSet<_>>(), part);
            let inside: BTreeSet<usize> = set.range(first..first + length).copied().collect();
            prop_assert_eq!(sets(1, &set).between(1, first, first + length).collect::<BTreeSet<_>>(), inside);
        }

        #[test]
        fn a_gap_ends_with_its_passage(set in positions(), starts in positions(), most in proptest::option::of(1_usize..41)) {
            // The passage that starts last ends before the last position.
            let starts = &starts | &BTreeSet::from([0, 300]);
            let bounds = Bounds::new(starts.iter().copied());
            let reach = |at: usize| most.map_or(usize::MAX, |most| at + most + 1).min(end_of(at, &starts));
            let widened: BTreeSet<usize> = set.iter().flat_map(|at| *at..reach(*at)).collect();
            let mut found = sets(1, &set);
            found.widen(1, most, &bounds, 0);
            prop_assert_eq!(held(&found, 0), widened);
        }

        #[test]
        fn a_gap_back_ends_at_the_first_position(set in positions(), first in 0..256_usize, most in proptest::option::of(1_usize..41)) {
            let set: BTreeSet<usize> = set.range(first..).copied().collect();
            let reach = |at: usize| most.map_or(first, |most| at.saturating_sub(most).max(first));
            let widened: BTreeSet<usize> = set.iter().flat_map(|at| reach(*at)..=*at).collect();
            let mut found = sets(1, &set);
            found.widen_back(1, most, first, 0);
            prop_assert_eq!(held(&found, 0), widened);
        }

        #[test]
        fn a_set_tells_its_positions(set in positions(), other in positions()) {
            let mut found = sets(1, &set);
            prop_assert_eq!(found.lowest(1), set.first().copied());
            prop_assert_eq!(found.highest(1), set.last().copied());
            prop_assert_eq!(held(&found, 1), set.clone());
            other.iter().for_each(|at| found.insert(0, *at));
            found.add(1, 0);
            prop_assert_eq!(held(&found, 0), &set | &other);
        }
    }
}
