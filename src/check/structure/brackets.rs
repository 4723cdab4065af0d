//! Brackets and quotation marks that have no partner.

use super::{Flaw, Subject};
use crate::document::{Clause, ProseSpan};
use crate::source::Span;

/// A mark in a paragraph.
struct Mark {
    character: char,
    /// What stands before it in its clause, and after it.
    before: String,
    after: String,
    span: Span,
}

/// The brackets or quotation marks of some clauses, in the order of the text.
fn marks(clauses: &[Clause], sought: &[char]) -> Vec<Mark> {
    let mut marks = Vec::new();
    for clause in clauses {
        let text = clause.prose.text();
        for (at, character) in text.char_indices().filter(|(_, character)| sought.contains(character)) {
            let end = at + character.len_utf8();
            marks.push(Mark {
                character,
                before: text[..at].to_owned(),
                after: text[end..].to_owned(),
                span: clause.prose.span(ProseSpan { start: at, end }),
            });
        }
    }
    marks
}

const BRACKETS: [(char, char); 2] = [('(', ')'), ('[', ']')];

/// Brackets that have no partner in their paragraph, unless the section around it makes up for it: a bracket may hold
/// several list items.
pub(super) fn unbalanced(subject: Subject<'_>) -> Vec<Flaw> {
    let mut flaws: Vec<Flaw> = Vec::new();
    let sought: Vec<char> = BRACKETS.iter().flat_map(|(open, close)| [*open, *close]).collect();
    let sections = subject.document.clauses().chunk_by(|one, next| one.section == next.section);
    for section in sections {
        for (open, close) in BRACKETS {
            let mut lonely: Vec<Mark> = Vec::new();
            for block in section.chunk_by(|one, next| one.block == next.block) {
                let marks = marks(block, &sought).into_iter();
                let of_kind = marks.filter(|mark| [open, close].contains(&mark.character) && !is_no_bracket(mark));
                let (labels, sure): (Vec<Mark>, Vec<Mark>) = of_kind.partition(is_enumerator);
                lonely.extend(closed_by_labels(without_partner(sure.into_iter(), open), &labels, open));
            }
            // Opened in one paragraph and closed in a later one.
            for mark in without_partner(lonely.into_iter(), open).into_iter().filter(|mark| !is_lost_link(mark)) {
                flaws.push(Flaw::at(mark.span, around(&mark)).labelled(match mark.character == open {
                    true => "not closed",
                    false => "not opened",
                }));
            }
        }
    }
    flaws.sort_by_key(|flaw| flaw.span);
    // So many have one cause: a habit of the writer, or a text that is no prose.
    if flaws.len() > ONE_CAUSE {
        let places = flaws.into_iter().map(|flaw| (flaw.span, flaw.words)).collect();
        return Flaw::of_all(places, "brackets").into_iter().collect();
    }
    flaws
}

/// More brackets than this that have no partner are one problem.
const ONE_CAUSE: usize = 10;

fn without_partner(marks: impl Iterator<Item = Mark>, open: char) -> Vec<Mark> {
    let mut opened: Vec<Mark> = Vec::new();
    let mut lonely: Vec<Mark> = Vec::new();
    for mark in marks {
        if mark.character == open {
            opened.push(mark);
        } else if opened.pop().is_none() {
            lonely.push(mark);
        }
    }
    lonely.extend(opened);
    lonely.sort_by_key(|mark| mark.span);
    lonely
}

/// What stays lonely of some brackets where "a)" may close one: each may be of an enumeration or close the last bracket
/// before it that nothing else does. One that follows the label before it, "b)" after "a)", is of an enumeration.
fn closed_by_labels(lonely: Vec<Mark>, labels: &[Mark], open: char) -> Vec<Mark> {
    let mut lonely = lonely;
    let mut counted: Vec<&str> = Vec::new();
    for mark in labels {
        let label = label_of(mark);
        let counts = counted.iter().any(|earlier| comes_next(earlier, label));
        let opening = lonely.iter().rposition(|other| other.character == open && other.span < mark.span);
        match opening.filter(|_| !counts) {
            Some(opening) => {
                lonely.remove(opening);
            }
            None => counted.push(label),
        }
    }
    lonely
}

/// Whether a label of one sign follows another: "b" follows "a", "2" follows "1".
fn comes_next(label: &str, next: &str) -> bool {
    match (label.as_bytes(), next.as_bytes()) {
        ([one], [other]) => one.is_ascii_alphanumeric() && one + 1 == *other,
        _ => false,
    }
}

/// Whether a bracket opens where a link was lost, which is another problem.
fn is_lost_link(mark: &Mark) -> bool {
    mark.character == '(' && (mark.after.starts_with(' ') || mark.after.is_empty())
}

/// Whether a bracket is part of a smiley.
fn is_no_bracket(mark: &Mark) -> bool {
    let eyes = [":", ";", ":-", ";-", "=", ":'"].iter().any(|eyes| mark.before.ends_with(eyes));
    eyes && (mark.before.ends_with('-') || mark.before.trim_end_matches([':', ';', '=', '-', '\'']).ends_with(' '))
}

/// Whether a closing bracket follows the number or letter of an enumeration that no bracket opens: "a)", "1)", "iv)".
fn is_enumerator(mark: &Mark) -> bool {
    let opened = mark.before[..mark.before.len() - last_piece(mark).len()].ends_with('(');
    let label = label_of(mark);
    mark.character == ')'
        && !opened
        && !label.is_empty()
        && (label.len() <= 2 && label.chars().all(char::is_alphanumeric)
            || label.len() <= 5 && label.chars().all(|c| "ivxIVX.0123456789".contains(c)))
}

/// What stands right before a mark.
fn last_piece(mark: &Mark) -> &str {
    mark.before.rsplit([' ', '(', ')', ']', ',', ';', ':', '|', '\u{A7}']).next().unwrap_or_default()
}

/// The number or letter before a mark; where the space before a number was lost, "data1)", the number.
fn label_of(mark: &Mark) -> &str {
    let piece = last_piece(mark).trim_end_matches('.');
    let word = piece.trim_end_matches(|c: char| c.is_ascii_digit());
    let glued = word.len() < piece.len() && !word.is_empty() && word.chars().all(char::is_alphabetic);
    if glued { &piece[word.len()..] } else { piece }
}

/// The words around a mark, which it is known by.
fn around(mark: &Mark) -> String {
    let before = mark.before.rsplit(' ').find(|word| !word.is_empty()).unwrap_or_default();
    let after = mark.after.split(' ').find(|word| !word.is_empty()).unwrap_or_default();
    format!("{before}{}{after}", mark.character)
}

/// Quotations that are opened and not closed: an odd number of marks in a paragraph, and in its section. A quotation of
/// several paragraphs has a mark at the start of each.
pub(super) fn unclosed_quotes(subject: Subject<'_>) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    let sections = subject.document.clauses().chunk_by(|one, next| one.section == next.section);
    for section in sections {
        let mut odd: Vec<Vec<Mark>> = Vec::new();
        let blocks: Vec<&[Clause]> = section.chunk_by(|one, next| one.block == next.block).collect();
        for (idx, block) in blocks.iter().enumerate() {
            if blocks.get(idx + 1).is_some_and(|next| next[0].prose.text().starts_with('"')) {
                continue;
            }
            let quotes: Vec<Mark> =
                marks(block, &['"']).into_iter().filter(|mark| !is_inches(mark) && !is_arrow(mark, subject)).collect();
            if quotes.len() % 2 == 1 {
                odd.push(quotes);
            }
        }
        if let [quotes] = odd.as_slice()
            && let Some(mark) = lonely_quote(quotes).filter(|mark| !is_typed(mark))
        {
            flaws.push(Flaw::at(mark.span, around(mark)));
        }
    }
    flaws
}

/// Whether a mark is one that pages also use for arrows: "More »".
fn is_arrow(mark: &Mark, subject: Subject<'_>) -> bool {
    ["\u{AB}", "\u{BB}", "&raquo;", "&laquo;"].contains(&subject.source.slice(mark.span))
}

/// Whether the partner of a mark is typed as two apostrophes.
fn is_typed(mark: &Mark) -> bool {
    mark.after.contains("''") || mark.before.contains("''")
}

/// Whether a mark says inches or seconds.
fn is_inches(mark: &Mark) -> bool {
    mark.before.ends_with(|c: char| c.is_ascii_digit()) && !mark.before.contains('"')
}

/// Of an odd number of marks, the one that breaks the turn of opening and closing ones.
fn lonely_quote(quotes: &[Mark]) -> Option<&Mark> {
    let opens = |mark: &Mark| mark.before.is_empty() || mark.before.ends_with([' ', '(', '[', '-', '/']);
    let mut open: Option<&Mark> = None;
    for mark in quotes {
        match (open, opens(mark)) {
            (None, true) => open = Some(mark),
            (None, false) => return Some(mark),
            (Some(_), false) => open = None,
            (Some(before), true) => return Some(before),
        }
    }
    open
}
