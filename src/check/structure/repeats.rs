//! What stands twice.

use std::cell::OnceCell;
use std::collections::BTreeMap;

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
    /// Those with a heading that nothing marks as one, the first one first.
    inferred: Vec<usize>,
}

impl<'s> Outline<'s> {
    fn of(subject: Subject<'s>) -> Self {
        let count = subject.document.sections().len();
        let origins = subject.document.sections().iter().map(|section| Some(section.heading.as_ref()?.origin));
        let inferred = origins.enumerate().filter(|(_, origin)| *origin == Some(HeadingOrigin::Inferred));
        let mut outline = Self {
            lists_contents: vec![false; count],
            openings: vec![None; count],
            titled: Vec::new(),
            inferred: inferred.map(|(idx, _)| idx).collect(),
        };
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
        let is_marked =
            |idx: usize| sections[idx].heading.as_ref().is_some_and(|heading| heading.origin == HeadingOrigin::Marked);
        let is_any =
            |of: &[usize], from: usize| of.get(of.partition_point(|idx| *idx < from)).is_some_and(|idx| *idx < second);
        is_marked(first) && is_marked(second) && (is_any(&self.titled, first) || is_any(&self.inferred, first + 1))
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
/// problem. What stands there more often than twice is a form that is filled in for each of many things, and so is what two
/// lists share, or what alone is repeated under the same label. Notices of one page each have to be whole.
pub(super) fn paragraphs(subject: Subject<'_>, shortest: usize) -> Vec<Flaw> {
    let blocks: Vec<Run<'_>> = subject.blocks().collect();
    let is_long = |block: &Run<'_>| block.clauses.iter().all(is_running_text) && subject.words(*block) >= shortest;
    let long = blocks.iter().enumerate().filter(|(_, block)| is_long(block));
    let long: Vec<_> = long.map(|(idx, block)| (idx, block.clauses, subject.key_length(*block))).collect();
    // What says the same has as many letters: only where the numbers agree are the letters looked at.
    let mut lengths: Vec<usize> = long.iter().map(|(.., length)| *length).collect();
    lengths.sort_unstable();
    let is_single = |length: usize| {
        let at = lengths.partition_point(|other| *other < length);
        lengths.get(at + 1) != Some(&length)
    };
    let known_notices = OnceCell::new();
    let notice = |clause: &Clause| known_notices.get_or_init(|| notices(subject))[clause.section.0];
    let mut first_at: BTreeMap<String, usize> = BTreeMap::new();
    let mut rows: Vec<Row> = Vec::new();
    let mut copies: BTreeMap<usize, usize> = BTreeMap::new();
    for (idx, block, _) in long.into_iter().filter(|(.., length)| !is_single(*length)) {
        let earlier = *first_at.entry(key(&text_of(block))).or_insert(idx);
        if earlier == idx {
            continue;
        }
        let [one, other] = [&blocks[earlier].clauses[0], &block[0]];
        let are_of_two_notices = matches!((notice(one), notice(other)), (Some(one), Some(other)) if one != other);
        if are_of_two_notices || are_parallel(subject, one, other) {
            continue;
        }
        *copies.entry(earlier).or_default() += 1;
        match rows.last_mut().filter(|row| row.goes_on(earlier, idx)) {
            Some(row) => row.last = (earlier, idx),
            None => rows.push(Row { first: (earlier, idx), last: (earlier, idx) }),
        }
    }
    let is_field = |row: &Row| {
        let labels = || [row.first.0, row.first.1].map(|idx| label(subject, &blocks, idx));
        row.first == row.last && matches!(labels(), [Some(one), Some(other)] if one == other)
    };
    let twice = rows.into_iter().filter(|row| copies.get(&row.first.0) == Some(&1) && !is_field(row));
    let flaws = twice.map(|row| {
        let [first, copy] = [row.first.0, row.first.1].map(|idx| blocks[idx].clauses);
        Flaw::at(whole(copy), text_of(copy)).with_related(vec![(whole(first), "the first one")])
    });
    as_one_if_many(flaws.collect(), "paragraphs")
}

/// Paragraphs in a row that repeat others in a row, by their places: each a first one and its copy.
struct Row {
    first: (usize, usize),
    last: (usize, usize),
}

impl Row {
    /// Whether a paragraph and its copy go on with it. Short blocks between them are not counted, so it may leap a little;
    /// where a whole part stands twice, its copies stay as far from the first ones.
    fn goes_on(&self, earlier: usize, copy: usize) -> bool {
        let (last_earlier, last_copy) = self.last;
        let near = copy - last_copy <= LEAP && earlier > last_earlier && earlier - last_earlier <= LEAP;
        near || copy - earlier == last_copy - last_earlier
    }
}

/// What stands right over a block and names it: its heading without the number, or a short line.
fn label(subject: Subject<'_>, blocks: &[Run<'_>], idx: usize) -> Option<String> {
    let section = blocks[idx].clauses[0].section;
    let before = idx.checked_sub(1).map(|before| blocks[before]);
    let text = match before.filter(|before| before.clauses[0].section == section) {
        Some(before) if subject.words(before) > LONGEST_TITLE => None,
        Some(before) => Some(text_of(before.clauses)).filter(|text| !text.ends_with('.')),
        None => subject.document.sections()[section.0].heading.as_ref().map(|heading| heading.prose.text().to_owned()),
    };
    text.map(|text| key(&text).trim_start_matches(|c: char| c.is_ascii_digit()).to_owned())
}

/// Whether two clauses are items of two lists in one section, or of two that are introduced in other words: what introduces
/// each has to be answered in full.
fn are_parallel(subject: Subject<'_>, one: &Clause, other: &Clause) -> bool {
    let items = [one, other].map(|clause| clause.kind == ClauseKind::ListItem && !clause.lead_in.is_empty());
    let clauses = subject.document.clauses();
    let [words, others] = [one, other].map(|clause| clause.lead_in.iter().map(|id| clauses[id.0].prose.text()));
    items == [true, true] && one.lead_in != other.lead_in && (one.section == other.section || words.ne(others))
}

/// For each section the notice of the page that it belongs to, by its place. Headings of the highest rank are titles of
/// notices where there are few of them that say different things, with several headings right under each; where there are
/// many, they are chapters.
fn notices(subject: Subject<'_>) -> Vec<Option<usize>> {
    let sections = subject.document.sections();
    // The sections stand in the order of their headings, so a parent comes before those below it.
    let mut tops: Vec<usize> = Vec::new();
    let mut below = vec![0_usize; sections.len()];
    for (idx, section) in sections.iter().enumerate() {
        let parent = section.parent.map(|id| id.0).filter(|parent| *parent > 0);
        tops.push(parent.map_or(idx, |parent| tops[parent]));
        if let Some(parent) = parent {
            below[parent] += 1;
        }
    }
    let mut titles: Vec<String> = Vec::new();
    let mut notices: Vec<Option<usize>> = Vec::new();
    for (idx, top) in tops.into_iter().enumerate() {
        let title = sections[top].heading.as_ref().filter(|_| below[top] >= SECTIONS_OF_A_NOTICE);
        let notice = title.filter(|_| top == idx).map(|title| {
            let title = key(title.prose.text());
            titles.iter().position(|known| *known == title).unwrap_or_else(|| {
                titles.push(title);
                titles.len() - 1
            })
        });
        if titles.len() > MOST_NOTICES {
            return vec![None; sections.len()];
        }
        // What stands below a title is of its notice.
        notices.push(if top == idx { notice } else { notices[top] });
    }
    notices
}

/// How many headings stand right under the title of a notice at least.
const SECTIONS_OF_A_NOTICE: usize = 3;

/// How many notices a page has at most.
const MOST_NOTICES: usize = 3;

/// How many short blocks may stand between repeated ones that are one problem.
const LEAP: usize = 8;

fn is_running_text(clause: &Clause) -> bool {
    matches!(clause.kind, ClauseKind::Sentence | ClauseKind::ListItem)
}

fn whole(block: &[Clause]) -> Span {
    let spans = block.iter().map(|clause| clause.span);
    spans.reduce(Span::cover).unwrap_or(Span::new(0, 0))
}
