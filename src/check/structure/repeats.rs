//! What stands twice.

use std::collections::BTreeMap;

use super::{Flaw, MORE_PLACES, Subject, key, text_of, word_count};
use crate::document::{Clause, ClauseKind, Format, Heading, HeadingOrigin};
use crate::source::Span;

/// Headings that say the same as one before them, under the same heading. All that say the same are one problem.
pub(super) fn headings(subject: Subject<'_>) -> Vec<Flaw> {
    // By what they stand under and what they say; each with the place of its section.
    let mut alike: BTreeMap<_, Vec<(usize, &Heading)>> = BTreeMap::new();
    for (idx, section) in subject.document.sections().iter().enumerate() {
        if let Some(heading) = section.heading.as_ref().filter(|heading| is_heading(heading, subject.document.format()))
            && !lists_contents(subject, idx)
        {
            alike.entry((section.parent, heading.prose.text().to_lowercase())).or_default().push((idx, heading));
        }
    }
    let unmarked = Unmarked::new(subject);
    let mut flaws = Vec::new();
    let mut copied = 0_usize;
    for headings in alike.values() {
        let [(one, first), (other, second), more @ ..] = headings.as_slice() else { continue };
        if unmarked.parts(subject, *one, *other) {
            continue;
        }
        copied += usize::from(opening(subject, *one) == opening(subject, *other));
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

/// Whether a section holds nothing but entries of a contents list.
fn lists_contents(subject: Subject<'_>, section: usize) -> bool {
    let own = subject.own(section);
    !own.is_empty() && own.iter().all(|clause| clause.kind == ClauseKind::Navigation)
}

/// What a section starts with.
fn opening(subject: Subject<'_>, section: usize) -> Option<&str> {
    subject.own(section).first().map(|clause| clause.prose.text())
}

/// What looks like a heading and is not marked as one: for each section, how many such headings and lines stand before
/// its own heading.
struct Unmarked {
    headings: Vec<usize>,
    lines: Vec<usize>,
}

impl Unmarked {
    fn new(subject: Subject<'_>) -> Self {
        let sections = subject.document.sections();
        let (mut headings, mut lines) = (vec![0; sections.len() + 1], vec![0; sections.len() + 1]);
        for (idx, section) in sections.iter().enumerate() {
            let inferred = section.heading.as_ref().is_some_and(|heading| heading.origin == HeadingOrigin::Inferred);
            headings[idx + 1] = headings[idx] + usize::from(inferred);
        }
        for block in subject.blocks().filter(|block| is_title_line(block)) {
            lines[block[0].section.0 + 1] += 1;
        }
        for idx in 0..sections.len() {
            lines[idx + 1] += lines[idx];
        }
        Self { headings, lines }
    }

    /// Whether something between two sections looks like a heading that the second one is below, and is not marked as one.
    fn parts(&self, subject: Subject<'_>, first: usize, second: usize) -> bool {
        let sections = subject.document.sections();
        let is_marked =
            |idx: usize| sections[idx].heading.as_ref().is_some_and(|heading| heading.origin == HeadingOrigin::Marked);
        is_marked(first)
            && is_marked(second)
            && (self.headings[second] > self.headings[first + 1] || self.lines[second] > self.lines[first])
    }
}

/// Whether a block is a short line that may be a title.
fn is_title_line(block: &[Clause]) -> bool {
    let text = block[0].prose.text();
    block.len() == 1
        && block[0].kind == ClauseKind::Sentence
        && word_count(text) <= LONGEST_TITLE
        && !text.ends_with(['.', '!', ':', ',', ';'])
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
/// lists of a section share, or what alone is repeated under the same label. Notices of one page each have to be whole.
pub(super) fn paragraphs(subject: Subject<'_>, shortest: usize) -> Vec<Flaw> {
    let notices = notices(subject);
    let blocks: Vec<&[Clause]> = subject.blocks().collect();
    let mut first_at: BTreeMap<String, usize> = BTreeMap::new();
    let mut runs: Vec<Run> = Vec::new();
    let mut copies: BTreeMap<usize, usize> = BTreeMap::new();
    for (idx, block) in blocks.iter().enumerate() {
        let text = text_of(block);
        if !block.iter().all(is_running_text) || word_count(&text) < shortest {
            continue;
        }
        let earlier = *first_at.entry(key(&text)).or_insert(idx);
        if earlier == idx {
            continue;
        }
        let first = blocks[earlier];
        let [one, other] = [first, block].map(|block| notices[block[0].section.0]);
        let are_of_two_notices = one.is_some() && other.is_some() && one != other;
        if are_of_two_notices || are_parallel(&first[0], &block[0]) {
            continue;
        }
        *copies.entry(earlier).or_default() += 1;
        match runs.last_mut().filter(|run| run.goes_on(earlier, idx)) {
            Some(run) => run.last = (earlier, idx),
            None => runs.push(Run { first: (earlier, idx), last: (earlier, idx) }),
        }
    }
    let is_field = |run: &Run| {
        let [one, other] = [run.first.0, run.first.1].map(|idx| label(subject, &blocks, idx));
        run.first == run.last && one.is_some() && one == other
    };
    let twice = runs.into_iter().filter(|run| copies.get(&run.first.0) == Some(&1) && !is_field(run));
    let flaws = twice.map(|run| {
        let [first, copy] = [run.first.0, run.first.1].map(|idx| blocks[idx]);
        Flaw::at(whole(copy), text_of(copy)).with_related(vec![(whole(first), "the first one")])
    });
    as_one_if_many(flaws.collect(), "paragraphs")
}

/// Paragraphs in a row that repeat others in a row, by their places: each a first one and its copy.
struct Run {
    first: (usize, usize),
    last: (usize, usize),
}

impl Run {
    /// Whether a paragraph and its copy go on with it. Short blocks between them are not counted, so it may leap a little;
    /// where a whole part stands twice, its copies stay as far from the first ones.
    fn goes_on(&self, earlier: usize, copy: usize) -> bool {
        let (last_earlier, last_copy) = self.last;
        let near = copy - last_copy <= LEAP && earlier > last_earlier && earlier - last_earlier <= LEAP;
        near || copy - earlier == last_copy - last_earlier
    }
}

/// What stands right over a block and names it: its heading without the number, or a short line.
fn label(subject: Subject<'_>, blocks: &[&[Clause]], idx: usize) -> Option<String> {
    let section = blocks[idx][0].section;
    let before = idx.checked_sub(1).map(|before| blocks[before]).filter(|before| before[0].section == section);
    let text = match before {
        Some(before) => Some(text_of(before)).filter(|text| word_count(text) <= LONGEST_TITLE && !text.ends_with('.')),
        None => subject.document.sections()[section.0].heading.as_ref().map(|heading| heading.prose.text().to_owned()),
    };
    text.map(|text| key(&text).trim_start_matches(|c: char| c.is_ascii_digit()).to_owned())
}

/// Whether two clauses are items of two lists in one section: what introduces each has to be answered in full.
fn are_parallel(one: &Clause, other: &Clause) -> bool {
    let items = [one, other].map(|clause| clause.kind == ClauseKind::ListItem && !clause.lead_in.is_empty());
    items == [true, true] && one.section == other.section && one.lead_in != other.lead_in
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
    for top in tops {
        let title = sections[top].heading.as_ref().filter(|_| below[top] >= SECTIONS_OF_A_NOTICE);
        notices.push(title.map(|title| {
            let title = key(title.prose.text());
            titles.iter().position(|known| *known == title).unwrap_or_else(|| {
                titles.push(title);
                titles.len() - 1
            })
        }));
    }
    if titles.len() > MOST_NOTICES { vec![None; sections.len()] } else { notices }
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
