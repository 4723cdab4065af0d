//! What stands twice.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::{Flaw, MORE_PLACES, Run, Subject, key, text_of, word_count};
use crate::document::{Clause, ClauseKind, Format, Heading, HeadingOrigin};
use crate::source::Span;

/// Headings that say the same as one before them, under the same heading. All that say the same are one problem.
pub(super) fn headings(subject: Subject<'_>) -> Vec<Flaw> {
    // By what they stand under and what they say; each with the place of its section.
    let mut alike: BTreeMap<_, Vec<(usize, &Heading)>> = BTreeMap::new();
    let outline = Outline::of(subject);
    for (idx, section) in subject.document.sections().iter().enumerate() {
        if let Some(heading) = section.heading.as_ref().filter(|heading| is_heading(heading, subject.document.format()))
            && !outline.lists_contents[idx]
        {
            alike.entry((section.parent, heading.prose.text().to_lowercase())).or_default().push((idx, heading));
        }
    }
    let mut flaws = Vec::new();
    let mut copied = 0_usize;
    for headings in alike.values() {
        let [(one, first), (other, second), more @ ..] = headings.as_slice() else { continue };
        if outline.is_parted(subject, *one, *other) {
            continue;
        }
        copied += usize::from(outline.openings[*one] == outline.openings[*other]);
        let related = [(first.span, "the first one")].into_iter();
        let related = related.chain(more.iter().take(MORE_PLACES).map(|(_, heading)| (heading.span, "and here")));
        let label = if more.is_empty() { String::new() } else { format!("the second of {}", headings.len()) };
        flaws.push(Flaw::at(second.span, second.prose.text()).labelled(label).with_related(related.collect()));
    }
    // The same headings over other text are a form that is filled in for each of many things.
    if flaws.len() > ONE_CAUSE && 2 * copied < flaws.len() {
        return Vec::new();
    }
    flaws.sort_by_key(|flaw| flaw.span);
    as_one_if_many(flaws, "headings")
}

/// What stands right under the headings, by the places of the sections.
struct Outline<'s> {
    /// Whether there is something, and all of it is entries of a contents list.
    lists_contents: Vec<bool>,
    /// What it starts with.
    openings: Vec<Option<&'s str>>,
    /// The sections with a line that may be a title, the first one first.
    titled: Vec<usize>,
}

impl<'s> Outline<'s> {
    fn of(subject: Subject<'s>) -> Self {
        let count = subject.document.sections().len();
        let mut outline = Self { lists_contents: vec![false; count], openings: vec![None; count], titled: Vec::new() };
        for clause in subject.document.clauses() {
            let idx = clause.section.0;
            let is_entry = clause.kind == ClauseKind::Navigation;
            outline.lists_contents[idx] = is_entry && (outline.lists_contents[idx] || outline.openings[idx].is_none());
            outline.openings[idx].get_or_insert(clause.prose.text());
        }
        let may_be_title = |block: &Run<'_>| match block.clauses {
            [clause] => {
                clause.kind == ClauseKind::Sentence
                    && subject.words(*block) <= LONGEST_TITLE
                    && !clause.prose.text().ends_with(['.', '!', ':', ',', ';'])
            }
            _ => false,
        };
        outline.titled = subject.blocks().filter(may_be_title).map(|block| block.clauses[0].section.0).collect();
        outline.titled.sort_unstable();
        outline
    }

    /// Whether something between two sections looks like a heading that the second one is below, and is not marked as
    /// one.
    fn is_parted(&self, subject: Subject<'_>, first: usize, second: usize) -> bool {
        let sections = subject.document.sections();
        let origin = |idx: usize| sections[idx].heading.as_ref().map(|heading| heading.origin);
        if origin(first) != Some(HeadingOrigin::Marked) || origin(second) != Some(HeadingOrigin::Marked) {
            return false;
        }
        let title = self.titled.get(self.titled.partition_point(|idx| *idx < first));
        title.is_some_and(|idx| *idx < second)
            || (first + 1..second).any(|idx| origin(idx) == Some(HeadingOrigin::Inferred))
    }
}

/// How many words a line has at most that may be a title.
const LONGEST_TITLE: usize = 8;

/// Whether a heading is one beyond doubt: where a format has marks for headings, a short line may be a button or a name.
fn is_heading(heading: &Heading, format: Format) -> bool {
    let text = heading.prose.text();
    heading.origin == HeadingOrigin::Marked || format == Format::Plain && word_count(text) >= 2 && !text.ends_with(':')
}

/// Where much stands twice, a whole part of the text does: that is one problem.
fn as_one_if_many(flaws: Vec<Flaw>, counted: &str) -> Vec<Flaw> {
    if flaws.len() <= ONE_CAUSE {
        return flaws;
    }
    let places = flaws.into_iter().map(|flaw| (flaw.span, flaw.words)).collect();
    Flaw::of_all(places, counted).into_iter().collect()
}

/// More repetitions than this are one problem.
const ONE_CAUSE: usize = 3;

/// Paragraphs and list items that say the same as one before them. Several in a row that repeat several in a row are one
/// problem. What stands there more often than twice is a form that is filled in for each of many things.
pub(super) fn paragraphs(subject: Subject<'_>, shortest: usize) -> Vec<Flaw> {
    let blocks = subject.blocks().enumerate();
    let long =
        blocks.filter(|(_, block)| block.clauses.iter().all(is_running_text) && subject.words(*block) >= shortest);
    let long: Vec<_> = long.map(|(idx, block)| (idx, block.clauses, subject.key_length(block))).collect();
    // What says the same has as many letters: only where the numbers agree are the letters looked at.
    let mut lengths: Vec<usize> = long.iter().map(|(.., length)| *length).collect();
    lengths.sort_unstable();
    let is_single = |length: usize| {
        let at = lengths.partition_point(|other| *other < length);
        lengths.get(at + 1) != Some(&length)
    };
    let mut first_at: BTreeMap<String, (usize, Span)> = BTreeMap::new();
    let mut flaws: Vec<(usize, Flaw)> = Vec::new();
    let mut copies: BTreeMap<usize, usize> = BTreeMap::new();
    let mut run: Option<(usize, usize)> = None;
    for (idx, block, _) in long.into_iter().filter(|(.., length)| !is_single(*length)) {
        let text = text_of(block);
        let span = whole(block);
        let (earlier, first) = match first_at.entry(key(&text)) {
            Entry::Occupied(entry) => *entry.get(),
            Entry::Vacant(entry) => {
                entry.insert((idx, span));
                continue;
            }
        };
        *copies.entry(earlier).or_default() += 1;
        // Short blocks between them are not counted, so the run may leap a little.
        let goes_on =
            run.is_some_and(|(last, copied)| idx - last <= LEAP && earlier > copied && earlier - copied <= LEAP);
        run = Some((idx, earlier));
        if !goes_on {
            flaws.push((earlier, Flaw::at(span, text).with_related(vec![(first, "the first one")])));
        }
    }
    let twice = flaws.into_iter().filter(|(earlier, _)| copies.get(earlier) == Some(&1)).map(|(_, flaw)| flaw);
    as_one_if_many(twice.collect(), "paragraphs")
}

/// How many short blocks may stand between repeated ones that are one problem.
const LEAP: usize = 8;

fn is_running_text(clause: &Clause) -> bool {
    matches!(clause.kind, ClauseKind::Sentence | ClauseKind::ListItem)
}

fn whole(block: &[Clause]) -> Span {
    let spans = block.iter().map(|clause| clause.span);
    spans.reduce(Span::cover).unwrap_or(Span::new(0, 0))
}
