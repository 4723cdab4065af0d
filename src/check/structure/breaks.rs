//! Sentences that break off: where a link was lost, or a list is missing.

use super::headings::content_words;
use super::{Flaw, Subject, Unit};
use crate::document::{Clause, ClauseKind, HeadingOrigin, ProseSpan};
use crate::rule::Words;

/// Sentences that lack what they lead up to. A match in the middle of a sentence counts as it is; one at the end of a
/// sentence counts only if nothing goes on with it.
pub(super) fn cut_off(subject: Subject<'_>, sought: &Words) -> Vec<Flaw> {
    let sought = sought.narrowed(subject.form.whole());
    let introducing = subject.introducing();
    let mut places = Vec::new();
    let units = subject.units();
    for (idx, unit) in units.iter().enumerate() {
        let Unit::Clause(id, clause) = *unit else { continue };
        if !matches!(clause.kind, ClauseKind::Sentence | ClauseKind::ListItem) {
            continue;
        }
        let text = unit.text();
        let links = unit.prose().links();
        for found in sought.find(text, subject.digest(*unit)) {
            let linked = links.iter().any(|link| link.label.start < found.end && found.start < link.label.end);
            // A bracket that is left open is no way to introduce what comes.
            let at_end = found.end == text.len() && !text[found.start..].starts_with('(');
            let goes_on = introducing[id.0] || !ends_block(clause, units.get(idx + 1), subject);
            let (span, words) = unit.place(found);
            if !linked && !subject.is_unread_in(span) && (!at_end || text.ends_with(['.', '!', '?']) || !goes_on) {
                places.push((span, words));
            }
        }
    }
    // So many have one cause: all links of a text were lost.
    if places.len() > ONE_CAUSE {
        return Flaw::of_all(places, "places").into_iter().collect();
    }
    places.into_iter().map(|(span, words)| Flaw::at(span, words)).collect()
}

/// More sentences than this that break off are one problem.
const ONE_CAUSE: usize = 10;

/// Whether a clause ends its paragraph, and what comes next doesn't go on with it.
fn ends_block(clause: &Clause, next: Option<&Unit<'_>>, subject: Subject<'_>) -> bool {
    let Some(next) = next else { return !subject.is_unread_after(clause.span) };
    let same = matches!(next, Unit::Clause(_, next) if next.block == clause.block);
    let item = clause.kind == ClauseKind::Sentence
        && matches!(next, Unit::Clause(_, next) if matches!(next.kind, ClauseKind::ListItem | ClauseKind::Navigation));
    let continued = next.text().starts_with(|c: char| c.is_lowercase() || ",;.)".contains(c))
        || next.text().starts_with("http")
        || next.text().starts_with("www.")
        || next.text().contains('@');
    !same && !item && !continued && !subject.is_unread_between(clause.span, next.span())
}

/// Sentences that end in a colon right before a heading that is not below their own, or before the end. If there are
/// several, the document's headings are its lists.
pub(super) fn missing_lists(subject: Subject<'_>, announcing: &Words) -> Vec<Flaw> {
    let introducing = subject.introducing();
    let units = subject.units();
    let mut flaws = Vec::new();
    for (idx, unit) in units.iter().enumerate() {
        let Unit::Clause(id, clause) = *unit else { continue };
        if introducing[id.0] || !announces(clause) {
            continue;
        }
        let nothing_follows = match units.get(idx + 1) {
            None => !subject.is_unread_after(unit.span()),
            Some(next @ Unit::Heading(section, heading)) => {
                let below = subject.document.sections()[*section].parent == Some(clause.section);
                heading.origin == HeadingOrigin::Marked
                    && !below
                    && !is_announced(unit.text(), heading.prose.text())
                    && !starts_count(heading.prose.text())
                    && !is_deed(unit.text(), heading.prose.text())
                    && !subject.is_unread_between(unit.span(), next.span())
            }
            Some(Unit::Clause(..)) => false,
        };
        if nothing_follows && !announcing.find(unit.text(), subject.digest(*unit)).is_empty() {
            let text = unit.text();
            let (span, _) = unit.place(ProseSpan { start: last_words(text), end: text.len() });
            flaws.push(Flaw::at(span, text).labelled("nothing follows"));
        }
    }
    if flaws.len() > 1 {
        return Vec::new();
    }
    flaws
}

/// Whether a heading is the first of those things that a text says are following.
fn is_announced(text: &str, heading: &str) -> bool {
    let things = text.rsplit_once("following ").map(|(_, things)| content_words(things));
    things.is_some_and(|things| !things.is_disjoint(&content_words(heading)))
}

/// Words that headings start with and that say no deed.
const NO_DEEDS: [&str; 13] =
    ["About", "By", "For", "From", "How", "In", "On", "What", "When", "Where", "Who", "Why", "With"];

/// Whether a heading is a deed that a text leads up to: "Answering letters" after "for these purposes:", "Answer your
/// letters" after "in order to:".
fn is_deed(text: &str, heading: &str) -> bool {
    let mut words = heading.split(' ');
    let first = words.next().unwrap_or_default();
    let to_something = words.next().is_some_and(|word| ["our", "the", "you", "your"].contains(&word));
    if first.ends_with("ing") {
        return text.ends_with("purposes:");
    }
    to_something && text.ends_with(" to:") && !NO_DEEDS.contains(&first)
}

/// Whether a heading is the first of a numbered row.
fn starts_count(heading: &str) -> bool {
    let label = heading.trim_start_matches('(').split([' ', '.', ')', ':']).next().unwrap_or_default();
    ["1", "a", "A", "I", "i"].contains(&label)
}

/// Whether a clause ends as one does that announces something.
fn announces(clause: &Clause) -> bool {
    matches!(clause.kind, ClauseKind::Sentence | ClauseKind::ListItem) && clause.prose.text().ends_with(':')
}

/// Where the last few words of a text start.
fn last_words(text: &str) -> usize {
    text.rmatch_indices(' ').nth(5).map_or(0, |(at, _)| at + 1)
}
