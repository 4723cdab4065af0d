//! Alignment: which clause of the new version is which of the old one.
//!
//! A clause that stands in both versions with the same words is the same, wherever it went and however it is set. What
//! is left was edited, and is paired by how many words two clauses share; rare words count for more, since most clauses
//! of a policy speak of "we" and "your data".

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::document::{ClauseId, Document, ProseSpan};

/// Stretches of clauses to look away from.
pub(super) type Masks = BTreeMap<ClauseId, Vec<ProseSpan>>;

/// Two versions with the clauses that they share.
pub(super) struct Alignment<'d> {
    old: Side<'d>,
    new: Side<'d>,
    /// For each word, how much it says about a clause that it is in it.
    weights: Vec<u64>,
    /// For each word, the edited clauses of the new version that hold it.
    postings: Vec<Vec<ClauseId>>,
}

struct Side<'d> {
    document: &'d Document,
    /// By clause, its words; none where the clause states nothing.
    words: Vec<Vec<(usize, ProseSpan)>>,
    /// By clause, whether the other version lacks it.
    edited: Vec<bool>,
}

/// A clause before and after an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) old: ClauseId,
    pub(super) new: ClauseId,
    pub(super) likeness: Likeness,
}

/// How alike the unmasked words of two clauses are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Likeness {
    /// Most of what they say is the same.
    Similar,
    /// All but a few words are.
    Close,
    /// All words are, in the same order around the masks.
    Same,
}

/// A word that more edited clauses hold leads to no candidates: it is everywhere.
const COMMON: usize = 64;

/// From which share of common words on, in thousandths, clauses are a pair.
const SIMILAR: u64 = 600;
const CLOSE: u64 = 850;

/// A clause with fewer words than this, like a cell or a term, is told by what introduces it.
const FEW_WORDS: usize = 3;

impl<'d> Alignment<'d> {
    pub(super) fn of(old: &'d Document, new: &'d Document) -> Self {
        let mut numbers: HashMap<String, usize> = HashMap::new();
        let mut old = Side::read(old, &mut numbers);
        let mut new = Side::read(new, &mut numbers);
        old.cross_out(&mut new);

        let mut counts = vec![0_usize; numbers.len()];
        for clause in old.words.iter().chain(&new.words) {
            let distinct: BTreeSet<usize> = clause.iter().map(|(word, _)| *word).collect();
            distinct.into_iter().for_each(|word| counts[word] += 1);
        }
        let clauses = old.words.len() + new.words.len();
        let weights = counts.iter().map(|count| 1 + u64::from((clauses / (*count).max(1)).max(1).ilog2())).collect();
        let mut postings = vec![Vec::new(); numbers.len()];
        for clause in new.edited() {
            let distinct: BTreeSet<usize> = new.words[clause.0].iter().map(|(word, _)| *word).collect();
            distinct.into_iter().for_each(|word| postings[word].push(clause));
        }
        Self { old, new, weights, postings }
    }

    /// Whether a clause of the old version is not in the new one.
    pub(super) fn is_gone(&self, clause: ClauseId) -> bool {
        self.old.edited[clause.0]
    }

    /// Whether a clause of the new version is not in the old one.
    pub(super) fn is_new(&self, clause: ClauseId) -> bool {
        self.new.edited[clause.0]
    }

    /// Pairs the given edited clauses of the old version with edited ones of the new version, the most alike first; each
    /// is in at most one pair.
    pub(super) fn pairs(&self, clauses: &BTreeSet<ClauseId>, old_masks: &Masks, new_masks: &Masks) -> Vec<Pair> {
        let mut candidates = Vec::new();
        for clause in clauses.iter().filter(|clause| self.is_gone(**clause)) {
            let frame = self.old.frame(*clause, old_masks);
            for other in self.candidates(&frame) {
                let theirs = self.new.frame(other, new_masks);
                let share = self.share(&frame, &theirs);
                let likeness = match share {
                    _ if !frame.is_empty() && frame == theirs => Likeness::Same,
                    CLOSE.. => Likeness::Close,
                    SIMILAR.. => Likeness::Similar,
                    _ => continue,
                };
                candidates.push((likeness, share, Pair { old: *clause, new: other, likeness }));
            }
        }
        // Where several are as alike, the order of the clauses decides.
        candidates.sort_by_key(|(likeness, share, pair)| {
            let distance = pair.old.0.abs_diff(pair.new.0);
            (std::cmp::Reverse((*likeness, *share)), distance, pair.old, pair.new)
        });
        let (mut paired_old, mut paired_new) = (BTreeSet::new(), BTreeSet::new());
        let free = candidates.into_iter().map(|(.., pair)| pair).filter(|pair| {
            let free = !paired_old.contains(&pair.old) && !paired_new.contains(&pair.new);
            if free {
                paired_old.insert(pair.old);
                paired_new.insert(pair.new);
            }
            free
        });
        free.collect()
    }

    /// The edited clauses of the new version that share a word with a frame which is not everywhere.
    fn candidates(&self, frame: &[Option<usize>]) -> BTreeSet<ClauseId> {
        let rare = frame.iter().flatten().map(|word| &self.postings[*word]).filter(|clauses| clauses.len() <= COMMON);
        rare.flatten().copied().collect()
    }

    /// The share of common words by weight, in thousandths.
    fn share(&self, left: &[Option<usize>], right: &[Option<usize>]) -> u64 {
        let counted = |frame: &[Option<usize>]| {
            let mut counts: BTreeMap<usize, u64> = BTreeMap::new();
            frame.iter().flatten().for_each(|word| *counts.entry(*word).or_default() += 1);
            counts
        };
        let weight = |counts: &BTreeMap<usize, u64>| -> u64 {
            counts.iter().map(|(word, count)| count * self.weights[*word]).sum()
        };
        let (left, right) = (counted(left), counted(right));
        let common = left.iter().map(|(word, count)| self.weights[*word] * count.min(right.get(word).unwrap_or(&0)));
        let all = weight(&left) + weight(&right);
        (2000 * common.sum::<u64>()).checked_div(all).unwrap_or(0)
    }
}

impl<'d> Side<'d> {
    fn read(document: &'d Document, numbers: &mut HashMap<String, usize>) -> Self {
        let words: Vec<Vec<(usize, ProseSpan)>> = document
            .clauses()
            .iter()
            .map(|clause| match clause.kind.is_statement() {
                true => words(clause.prose.text(), numbers),
                false => Vec::new(),
            })
            .collect();
        let edited = words.iter().map(|words| !words.is_empty()).collect();
        Self { document, words, edited }
    }

    fn edited(&self) -> impl Iterator<Item = ClauseId> + '_ {
        (0..self.edited.len()).filter(|idx| self.edited[*idx]).map(ClauseId)
    }

    /// Marks the clauses that both sides have as unedited: the first with these words here with the first there.
    fn cross_out(&mut self, other: &mut Self) {
        let plain = |words: &[(usize, ProseSpan)]| -> Vec<usize> { words.iter().map(|(word, _)| *word).collect() };
        let mut places: BTreeMap<Vec<usize>, Vec<ClauseId>> = BTreeMap::new();
        let there: Vec<ClauseId> = other.edited().collect();
        for clause in there.into_iter().rev() {
            places.entry(plain(&other.words[clause.0])).or_default().push(clause);
        }
        let here: Vec<ClauseId> = self.edited().collect();
        for clause in here {
            if let Some(same) = places.get_mut(&plain(&self.words[clause.0])).and_then(Vec::pop) {
                self.edited[clause.0] = false;
                other.edited[same.0] = false;
            }
        }
    }

    /// The words of a clause, with nothing in place of each mask; where few are left, after those that introduce it.
    fn frame(&self, clause: ClauseId, masks: &Masks) -> Vec<Option<usize>> {
        let masks = masks.get(&clause).map_or(&[][..], Vec::as_slice);
        let mut frame = Vec::new();
        let mut last = None;
        for (word, at) in &self.words[clause.0] {
            match masks.iter().position(|mask| mask.start < at.end && at.start < mask.end) {
                None => {
                    frame.push(Some(*word));
                    last = None;
                }
                mask if mask == last => {}
                mask => {
                    frame.push(None);
                    last = mask;
                }
            }
        }
        if frame.iter().flatten().count() < FEW_WORDS {
            let before = &self.document.clause(clause).lead_in;
            let before = before.iter().flat_map(|clause| &self.words[clause.0]).map(|(word, _)| Some(*word));
            frame = before.chain(frame).collect();
        }
        frame
    }
}

/// The words of a text by their numbers, whatever their case and what stands between them.
fn words(text: &str, numbers: &mut HashMap<String, usize>) -> Vec<(usize, ProseSpan)> {
    let mut words = Vec::new();
    let mut start = 0;
    for piece in text.split(|c: char| !c.is_alphanumeric()) {
        if !piece.is_empty() {
            let next = numbers.len();
            let number = *numbers.entry(piece.to_lowercase()).or_insert(next);
            words.push((number, ProseSpan { start, end: start + piece.len() }));
        }
        start += piece.len();
        start += text[start..].chars().next().map_or(0, char::len_utf8);
    }
    words
}
