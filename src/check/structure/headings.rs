//! Headings: those with nothing under them, and what speaks of headings that are not there.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use super::{Flaw, Subject, Unit, key, word_count};
use crate::document::{Clause, ClauseKind, Heading, HeadingOrigin};
use crate::rule::{Patterns, Words};

/// Headings that the format marks, with neither text nor headings under them before the next of the same rank. Several of
/// one rank in a row are a list, or stand on the wrong rank: there only one that is alone says something. So are those of a
/// rank on which one ends as a list item does. But a colon promises text, also where one stands after the other.
pub(super) fn empty(subject: Subject<'_>) -> Vec<Flaw> {
    let units = subject.units();
    let sections = subject.document.sections().iter().filter_map(|section| section.heading.as_ref());
    let items = sections.filter(|heading| LIST_ITEM_ENDS.iter().any(|end| heading.prose.text().ends_with(end)));
    let item_levels: BTreeSet<u8> = items.map(|heading| heading.level).collect();
    let title = subject.document.title().map(|title| title.span);
    let mut higher = Vec::new();
    let mut same = Vec::new();
    for (idx, pair) in units.windows(2).enumerate() {
        let [Unit::Heading(_, heading), next @ Unit::Heading(_, following)] = pair else { continue };
        let before = idx.checked_sub(1).map(|before| units[before]);
        let ends_list = matches!(before, Some(Unit::Heading(_, before)) if before.level == heading.level);
        let is_title = title == Some(heading.span);
        let marked = heading.origin == HeadingOrigin::Marked && following.origin == HeadingOrigin::Marked;
        let stands_alone =
            marked && following.level <= heading.level && !is_title && !item_levels.contains(&heading.level);
        let is_empty = || !subject.is_unread_between(heading.span, next.span());
        if stands_alone && is_broken_promise(units, idx) && is_empty() {
            higher.push(Flaw::at(heading.span, heading.prose.text()));
        }
        // Two short lines in a row can be a title and what stands below it; a question may be answered elsewhere.
        if stands_alone
            && is_bare_title(heading.prose.text())
            && !is_numbered_below(heading.prose.text(), following.prose.text())
            && content_words(heading.prose.text()).is_disjoint(&content_words(following.prose.text()))
            && is_empty()
        {
            let flaw = Flaw::at(heading.span, heading.prose.text());
            match following.level < heading.level {
                true if ends_list => {}
                true => higher.push(flaw),
                false => same.push(flaw),
            }
        }
    }
    if same.len() == 1 {
        higher.append(&mut same);
    }
    higher.sort_by_key(|flaw| flaw.span);
    higher
}

/// Whether a heading with nothing under it ends in a colon, and so does one of its rank beside it with nothing under it. One
/// alone can announce the headings after it.
fn is_broken_promise(units: &[Unit<'_>], idx: usize) -> bool {
    let heading_at = |at: usize| match units.get(at) {
        Some(Unit::Heading(_, heading)) => Some(*heading),
        _ => None,
    };
    let Some(heading) = heading_at(idx) else { return false };
    let is_alike = |other: &Heading| other.level == heading.level && other.prose.text().ends_with(':');
    let before = idx.checked_sub(1).and_then(heading_at).is_some_and(is_alike);
    let after = || {
        let ends = heading_at(idx + 2).is_some_and(|next| next.level <= heading.level);
        ends && heading_at(idx + 1).is_some_and(is_alike)
    };
    heading.prose.text().strip_suffix(':').is_some_and(is_bare_title) && (before || after())
}

/// How headings end that are the items of a list.
const LIST_ITEM_ENDS: [&str; 3] = [";", "; and", "; or"];

/// Whether a heading only names a matter. A date, a sentence or an announcement can stand for itself.
fn is_bare_title(text: &str) -> bool {
    let unnumbered = text.trim_start_matches(|c: char| c.is_ascii_digit() || ". ()".contains(c));
    !text.ends_with([':', '.', '!', '?', ','])
        && word_count(text) <= 10
        && !unnumbered.contains(|c: char| c.is_ascii_digit() || c == '@')
}

/// Whether the number of a heading shows that it stands below another: "2.1" below "2", "a." below any.
fn is_numbered_below(heading: &str, next: &str) -> bool {
    let deeper = match (number_of(heading), number_of(next)) {
        (Some(number), Some(below)) => below.starts_with(&format!("{number}.")),
        (None, Some(below)) => below == "1",
        _ => false,
    };
    let label: String = next.trim_start_matches('(').chars().take(2).collect();
    deeper || label.starts_with(|c: char| c.is_ascii_alphabetic()) && label.ends_with(['.', ')']) || label == "1)"
}

// ------------------------------------------------------------------------------------------------------------------
// Contents entries

/// The most entries and the most headings, those alike counted once, of a document whose contents are looked at: each
/// entry is held against each heading. More are no contents that a reader can use.
const MOST_COMPARED: usize = 2000;

/// Entries of a contents list that no heading says anything like.
pub(super) fn broken_contents(subject: Subject<'_>) -> Vec<Flaw> {
    let document = subject.document;
    if document.contents().is_empty() {
        return Vec::new();
    }
    let headings: BTreeSet<BTreeSet<String>> = headings(subject).map(content_words).collect();
    let entries: BTreeSet<&str> = document.contents().iter().map(|id| document.clause(*id).prose.text()).collect();
    if entries.len() > MOST_COMPARED || headings.len() > MOST_COMPARED {
        return Vec::new();
    }
    let openings = OnceCell::new();
    let openings = || {
        openings.get_or_init(|| {
            let listed: BTreeSet<usize> = document.contents().iter().map(|id| document.clause(*id).block).collect();
            let others = subject.blocks().filter(|block| !listed.contains(&block.clauses[0].block));
            others.map(|block| title_key(&super::text_of(block.clauses))).collect::<BTreeSet<String>>()
        })
    };
    let is_broken = |text: &str| {
        let entry = content_words(text);
        let alike =
            |heading: &BTreeSet<String>| 2 * heading.intersection(&entry).count() >= entry.len().min(heading.len());
        if entry.is_empty() || headings.iter().any(alike) {
            return false;
        }
        let opening = title_key(text);
        let following = openings().range(opening.clone()..).next();
        !following.is_some_and(|clause| clause.starts_with(&opening))
    };
    // A link says by itself where it leads.
    let entries = document.contents().iter().map(|id| document.clause(*id));
    let bare: Vec<&Clause> = entries.filter(|clause| clause.prose.links().is_empty()).collect();
    let texts: BTreeSet<&str> = bare.iter().map(|clause| clause.prose.text()).collect();
    let broken: BTreeSet<&str> = texts.into_iter().filter(|text| is_broken(text)).collect();
    let flawed = bare.into_iter().filter(|clause| broken.contains(clause.prose.text()));
    flawed.map(|clause| Flaw::at(clause.span, clause.prose.text())).collect()
}

/// The key of a title without its number.
fn title_key(text: &str) -> String {
    key(text).trim_start_matches(|c: char| c.is_ascii_digit()).to_owned()
}

fn headings(subject: Subject<'_>) -> impl Iterator<Item = &str> {
    let headings = subject.document.sections().iter().filter_map(|section| section.heading.as_ref());
    headings.map(|heading| heading.prose.text())
}

/// The words of a title that tell it from others, cut to what stays the same in other forms of them.
pub(super) fn content_words(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() >= 4);
    words.map(|word| word.chars().take(5).flat_map(char::to_lowercase).collect()).collect()
}

// ------------------------------------------------------------------------------------------------------------------
// Cross-references

/// Fewer headings, or numbered headings, than this say nothing about which sections there are.
const ENOUGH_HEADINGS: usize = 3;

/// What may be the title of a section, in bytes.
const TITLE_LENGTH: std::ops::RangeInclusive<usize> = 4..=80;

/// Mentions of a section by its number or, in quotation marks, by its title, where no heading has it.
pub(super) fn broken_references(subject: Subject<'_>, sought: &Words) -> Vec<Flaw> {
    let sought = sought.narrowed(subject.form.whole());
    let numbers: BTreeSet<String> = headings(subject).filter_map(number_of).collect();
    let mut titles = Titles::new(subject);
    let mut flaws = Vec::new();
    for unit in subject.statements() {
        for found in sought.find(unit.text(), subject.digest(unit)) {
            let words = &unit.text()[found.start..found.end];
            let linked =
                unit.prose().links().iter().any(|link| link.label.start < found.end && found.start < link.label.end);
            let broken = match quoted(words) {
                // Very little or very much is no title.
                Some(title) if !TITLE_LENGTH.contains(&title.len()) => false,
                Some(title) => titles.are_told() && !titles.is_known(title, unit),
                None => last_number(words).is_some_and(|number| !is_numbered(number, &numbers)),
            };
            if broken && !linked {
                let (span, words) = unit.place(found);
                flaws.push(Flaw::at(span, words));
            }
        }
    }
    flaws
}

/// The number at the start of a heading: "4" of "4. Your rights", "2.1" of "2.1 Scope".
fn number_of(heading: &str) -> Option<String> {
    let heading = heading.strip_prefix("Section ").or_else(|| heading.strip_prefix("SECTION ")).unwrap_or(heading);
    let digits = heading.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let number = heading[..digits].trim_end_matches('.');
    (!number.is_empty() && !number.starts_with('.')).then(|| number.to_owned())
}

fn last_number(words: &str) -> Option<&str> {
    let number = words.rsplit(' ').next()?.trim_end_matches('.');
    number.starts_with(|c: char| c.is_ascii_digit()).then_some(number)
}

/// Whether a section has the number, or may have: of sections below those that are numbered nothing is known.
fn is_numbered(number: &str, numbers: &BTreeSet<String>) -> bool {
    let top = number.split('.').next().unwrap_or(number);
    let tops = numbers.iter().filter(|number| !number.contains('.')).count();
    numbers.len() < ENOUGH_HEADINGS
        || tops < ENOUGH_HEADINGS
        || numbers.contains(number)
        || numbers.contains(top)
        || !numbers.contains("1")
}

fn quoted(words: &str) -> Option<&str> {
    let (_, rest) = words.split_once('"')?;
    let (title, _) = rest.split_once('"')?;
    Some(title.trim_end_matches([',', '.']))
}

/// The most titles that are looked up in one document: each is looked for in all of it.
const MOST_TITLES: usize = 100;

/// What titles are looked for in, made when the first one is.
struct Titles<'s> {
    subject: Subject<'s>,
    /// The keys of the headings, those alike once, and the words that tell each from others.
    of_headings: OnceCell<BTreeSet<(String, BTreeSet<String>)>>,
    /// The keys of the clauses.
    texts: OnceCell<Vec<String>>,
    /// What was found of the titles that were looked for.
    known: BTreeMap<String, Known>,
}

/// What is known of a title.
#[derive(Clone, Copy)]
enum Known {
    /// A heading says something like it, or it is none.
    Fine,
    /// No heading does: the places of the first clause that holds its words, and of the first one that says something
    /// else and holds them, too.
    InTexts(Option<usize>, Option<usize>),
}

impl<'s> Titles<'s> {
    fn new(subject: Subject<'s>) -> Self {
        Self { subject, of_headings: OnceCell::new(), texts: OnceCell::new(), known: BTreeMap::new() }
    }

    /// Whether there are enough headings to say that one is missing.
    fn are_told(&self) -> bool {
        headings(self.subject).take(ENOUGH_HEADINGS).count() == ENOUGH_HEADINGS
    }

    /// Whether a heading says something like a title, or the words of it stand elsewhere. A single word may be the name of
    /// something else.
    fn is_known(&mut self, title: &str, unit: Unit<'_>) -> bool {
        let known = match self.known.get(title) {
            Some(known) => *known,
            None if self.known.len() >= MOST_TITLES => Known::Fine,
            None => {
                let known = self.look_up(title);
                self.known.insert(title.to_owned(), known);
                known
            }
        };
        match known {
            Known::Fine => true,
            Known::InTexts(first, other) => {
                other.is_some() || first.is_some_and(|first| self.texts()[first] != key(unit.text()))
            }
        }
    }

    fn look_up(&self, title: &str) -> Known {
        let sought = key(title);
        let words = content_words(title);
        let close = |heading: &str| heading.contains(&sought) || (heading.len() > 5 && sought.contains(heading));
        let shares = |heading: &BTreeSet<String>| 2 * heading.intersection(&words).count() > words.len();
        let says_so = |(key, words): &(String, BTreeSet<String>)| close(key) || shares(words);
        let of_headings = || headings(self.subject).map(|heading| (key(heading), content_words(heading))).collect();
        if !(2..=12).contains(&word_count(title)) || self.of_headings.get_or_init(of_headings).iter().any(says_so) {
            return Known::Fine;
        }
        let texts = self.texts();
        let mut holding = (0..texts.len()).filter(|idx| texts[*idx].contains(&sought));
        let first = holding.next();
        let other = first.and_then(|first| holding.find(|idx| texts[*idx] != texts[first]));
        Known::InTexts(first, other)
    }

    fn texts(&self) -> &[String] {
        let clauses = self.subject.document.clauses();
        self.texts.get_or_init(|| clauses.iter().map(|clause| key(clause.prose.text())).collect())
    }
}

/// The title, or what the text starts with, where no heading is one of those that there has to be one of.
pub(super) fn missing(subject: Subject<'_>, sought: &Patterns) -> Vec<Flaw> {
    let units = subject.units();
    let headings = subject.document.sections().iter().enumerate();
    let mut headings = headings.filter_map(|(idx, section)| Some((idx, section.heading.as_ref()?.prose.text())));
    let is_there = headings.any(|(idx, text)| sought.matches(text, subject.form.of_heading(idx)));
    let place = subject.document.title().map(|title| title.span).or_else(|| units.first().map(|unit| unit.span()));
    match place {
        Some(span) if !is_there => vec![Flaw::at(span, "")],
        _ => Vec::new(),
    }
}

/// Headings that stand before one that comes earlier in a list. Headings that are not in the list may stand anywhere, and
/// none of those that are need be there.
pub(super) fn misplaced(subject: Subject<'_>, order: &Patterns) -> Vec<Flaw> {
    let sections = subject.document.sections().iter().enumerate();
    let headings = sections.filter_map(|(idx, section)| Some((idx, section.heading.as_ref()?)));
    let rank = |idx, heading: &Heading| order.first_match(heading.prose.text(), subject.form.of_heading(idx));
    let listed: Vec<_> = headings.filter_map(|(idx, heading)| Some((rank(idx, heading)?, heading))).collect();
    // For each, the next one of a smaller rank, found from the end: those that can still be one stand on a stack, the
    // nearest on top, each of a smaller rank than those above it.
    let mut nearest: Vec<usize> = Vec::new();
    let mut flaws = Vec::new();
    for (idx, (rank, heading)) in listed.iter().enumerate().rev() {
        while nearest.last().is_some_and(|later| listed[*later].0 >= *rank) {
            nearest.pop();
        }
        if let Some(later) = nearest.last() {
            let flaw = Flaw::at(heading.span, heading.prose.text());
            flaws.push(flaw.with_related(vec![(listed[*later].1.span, "this belongs before it")]));
        }
        nearest.push(idx);
    }
    flaws.reverse();
    flaws
}

/// List items that are one question each, among at least two items of the same list that are statements.
pub(super) fn questions_in_lists(subject: Subject<'_>) -> Vec<Flaw> {
    let clauses = subject.document.clauses();
    let lists = clauses.chunk_by(|one, next| {
        let items = [one, next].map(|clause| clause.kind == ClauseKind::ListItem);
        items == [true, true] && one.section == next.section && one.lead_in == next.lead_in
    });
    // What answers a question in its own item stands in no list with it: the question introduces it.
    let mut in_block: BTreeMap<usize, usize> = BTreeMap::new();
    for clause in clauses {
        *in_block.entry(clause.block).or_default() += 1;
    }
    let is_question = |clause: &&Clause| clause.prose.text().ends_with('?');
    let is_statement = |clause: &&Clause| clause.prose.text().ends_with(['.', ';']);
    let mut flaws = Vec::new();
    for list in lists.filter(|list| list[0].kind == ClauseKind::ListItem) {
        let mut questions = list.iter().filter(is_question);
        if let (Some(question), None) = (questions.next(), questions.next())
            && in_block.get(&question.block) == Some(&1)
            && list.iter().filter(is_statement).count() >= 2
        {
            flaws.push(Flaw::at(question.span, question.prose.text()));
        }
    }
    flaws
}
