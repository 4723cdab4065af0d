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
/// problem. What stands there more often than twice is a form that is filled in for each of many things.
pub(super) fn paragraphs(subject: Subject<'_>, shortest: usize) -> Vec<Flaw> {
    let mut first_at: BTreeMap<String, (usize, Span)> = BTreeMap::new();
    let mut flaws: Vec<(usize, Flaw)> = Vec::new();
    let mut copies: BTreeMap<usize, usize> = BTreeMap::new();
    let mut run: Option<(usize, usize)> = None;
    for (idx, block) in subject.blocks().enumerate() {
        let text = text_of(block);
        if !block.iter().all(is_running_text) || word_count(&text) < shortest {
            continue;
        }
        let span = whole(block);
        let Some((earlier, first)) = first_at.get(&key(&text)).copied() else {
            first_at.insert(key(&text), (idx, span));
            continue;
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
