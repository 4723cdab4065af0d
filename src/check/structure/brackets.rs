//! Brackets and quotation marks that have no partner.

use std::collections::BTreeSet;

use super::{Flaw, Run, Subject};
use crate::document::{Clause, ProseSpan};
use crate::rule::digest::mark;
use crate::source::Span;

/// A mark in a paragraph.
#[derive(Clone, Copy)]
struct Mark<'s> {
    character: char,
    clause: &'s Clause,
    /// The place of its clause.
    place: usize,
    /// The byte of the clause's text.
    at: usize,
}

impl<'s> Mark<'s> {
    /// What stands before it in its clause.
    fn before(&self) -> &'s str {
        &self.clause.prose.text()[..self.at]
    }

    /// What stands after it in its clause.
    fn after(&self) -> &'s str {
        &self.clause.prose.text()[self.at + self.character.len_utf8()..]
    }

    fn span(&self) -> Span {
        self.clause.prose.span(ProseSpan { start: self.at, end: self.at + self.character.len_utf8() })
    }
}

/// The brackets or quotation marks of some clauses, in the order of the text: those marks are ASCII characters.
fn marks<'s>(subject: Subject<'s>, run: Run<'s>, sought: &[u8]) -> Vec<Mark<'s>> {
    let sought_kinds = sought.iter().fold(0, |kinds, character| kinds | mark(*character));
    let mut marks = Vec::new();
    for (idx, (clause, digest)) in run.clauses.iter().zip(subject.digests(run)).enumerate() {
        if digest.has_any(sought_kinds) {
            let bytes = clause.prose.text().bytes().enumerate().filter(|(_, byte)| mark(*byte) & sought_kinds != 0);
            let place = run.first + idx;
            marks.extend(bytes.map(|(at, byte)| Mark { character: char::from(byte), clause, place, at }));
        }
    }
    marks
}

const BRACKETS: [(char, char); 2] = [('(', ')'), ('[', ']')];

/// Brackets that have no partner in their paragraph, unless the section around it makes up for it: a bracket may hold
/// several list items.
pub(super) fn unbalanced(subject: Subject<'_>) -> Vec<Flaw> {
    let mut flaws: Vec<Flaw> = Vec::new();
    for section in subject.runs_of_sections() {
        let marks = marks(subject, section, b"()[]");
        for (open, close) in BRACKETS {
            let of_kind = marks.iter().filter(|mark| [open, close].contains(&mark.character) && !is_no_bracket(mark));
            let of_kind: Vec<Mark<'_>> = of_kind.copied().collect();
            let mut lonely: Vec<Mark<'_>> = Vec::new();
            for block in of_kind.chunk_by(|one, next| one.clause.block == next.clause.block) {
                // Where all have partners, so do those that are no labels, with the help of the labels.
                if without_partner(block.iter().copied(), open).is_empty() {
                    continue;
                }
                let (labels, sure): (Vec<Mark<'_>>, Vec<Mark<'_>>) = block.iter().copied().partition(is_enumerator);
                lonely.extend(closed_by_labels(without_partner(sure.into_iter(), open), &labels, open));
            }
            // Opened in one paragraph and closed in a later one.
            for mark in without_partner(lonely.into_iter(), open).into_iter().filter(|mark| !is_lost_link(mark)) {
                flaws.push(Flaw::at(mark.span(), around(&mark)).labelled(match mark.character == open {
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

fn without_partner<'s>(marks: impl Iterator<Item = Mark<'s>>, open: char) -> Vec<Mark<'s>> {
    let mut opened: Vec<Mark<'s>> = Vec::new();
    let mut lonely: Vec<Mark<'s>> = Vec::new();
    for mark in marks {
        if mark.character == open {
            opened.push(mark);
        } else if opened.pop().is_none() {
            lonely.push(mark);
        }
    }
    lonely.extend(opened);
    lonely.sort_by_key(Mark::span);
    lonely
}

/// What stays lonely of some brackets where "a)" may close one: each may be of an enumeration or close the last bracket
/// before it that nothing else does. One that follows the label before it, "b)" after "a)", is of an enumeration.
fn closed_by_labels<'s>(lonely: Vec<Mark<'s>>, labels: &[Mark<'s>], open: char) -> Vec<Mark<'s>> {
    if labels.is_empty() {
        return lonely;
    }
    let (openings, mut left): (Vec<Mark<'s>>, Vec<Mark<'s>>) =
        lonely.into_iter().partition(|mark| mark.character == open);
    let mut openings = openings.into_iter().peekable();
    let mut opened: Vec<Mark<'s>> = Vec::new();
    // The labels of one sign, "a" or "1", that are of an enumeration.
    let mut counted: BTreeSet<u8> = BTreeSet::new();
    for mark in labels {
        while let Some(opening) = openings.next_if(|opening| opening.span() < mark.span()) {
            opened.push(opening);
        }
        let sign = match label_of(mark).as_bytes() {
            [sign] => Some(*sign),
            _ => None,
        };
        let counts = sign.is_some_and(|sign| counted.contains(&(sign - 1)));
        if counts || opened.pop().is_none() {
            counted.extend(sign);
        }
    }
    left.extend(opened);
    left.extend(openings);
    left.sort_by_key(Mark::span);
    left
}

/// Whether a bracket opens where a link was lost, which is another problem.
fn is_lost_link(mark: &Mark<'_>) -> bool {
    mark.character == '(' && (mark.after().starts_with(' ') || mark.after().is_empty())
}

/// Whether a bracket is part of a smiley.
fn is_no_bracket(mark: &Mark<'_>) -> bool {
    let before = mark.before();
    let eyes = [":", ";", ":-", ";-", "=", ":'"].iter().any(|eyes| before.ends_with(eyes));
    eyes && (before.ends_with('-') || before.trim_end_matches([':', ';', '=', '-', '\'']).ends_with(' '))
}

/// Whether a closing bracket follows the number or letter of an enumeration that no bracket opens: "a)", "1)", "iv)".
fn is_enumerator(mark: &Mark<'_>) -> bool {
    let before = mark.before();
    let opened = || before[..before.len() - last_piece(mark).len()].ends_with('(');
    let label = label_of(mark);
    mark.character == ')'
        && !label.is_empty()
        && (label.len() <= 2 && label.chars().all(char::is_alphanumeric)
            || label.len() <= 5 && label.chars().all(|c| "ivxIVX.0123456789".contains(c)))
        && !opened()
}

/// What stands right before a mark.
fn last_piece<'s>(mark: &Mark<'s>) -> &'s str {
    mark.before().rsplit([' ', '(', ')', ']', ',', ';', ':', '|', '\u{A7}']).next().unwrap_or_default()
}

/// The number or letter before a mark; where the space before a number was lost, "data1)", the number, and where a letter
/// stands after a full stop, "12.4.d)", "data.b)", the letter.
fn label_of<'s>(mark: &Mark<'s>) -> &'s str {
    let piece = last_piece(mark).trim_end_matches('.');
    if let Some((before, letter)) = piece.rsplit_once('.')
        && matches!(letter.as_bytes(), [b'a'..=b'z'])
        && (before.chars().all(|c| c == '.' || c.is_ascii_digit())
            || before.len() > 3 && before.chars().all(char::is_lowercase))
    {
        return letter;
    }
    let word = piece.trim_end_matches(|c: char| c.is_ascii_digit());
    let glued = word.len() < piece.len() && !word.is_empty() && word.chars().all(char::is_alphabetic);
    if glued { &piece[word.len()..] } else { piece }
}

/// The words around a mark, which it is known by.
fn around(mark: &Mark<'_>) -> String {
    let before = mark.before().rsplit(' ').find(|word| !word.is_empty()).unwrap_or_default();
    let after = mark.after().split(' ').find(|word| !word.is_empty()).unwrap_or_default();
    format!("{before}{}{after}", mark.character)
}

/// Quotations that are opened and not closed: an odd number of marks in a paragraph, and in its section. A quotation of
/// several paragraphs has a mark at the start of each.
pub(super) fn unclosed_quotes(subject: Subject<'_>) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for section in subject.runs_of_sections() {
        let marks = marks(subject, section, b"\"");
        let mut odd: Vec<Vec<Mark<'_>>> = Vec::new();
        for block in marks.chunk_by(|one, next| one.clause.block == next.clause.block) {
            if starts_next_block(section, &block[0]) {
                continue;
            }
            let quotes: Vec<Mark<'_>> =
                block.iter().copied().filter(|mark| !is_inches(mark) && !is_arrow(mark, subject)).collect();
            if quotes.len() % 2 == 1 {
                odd.push(quotes);
            }
        }
        if let [quotes] = odd.as_slice()
            && let Some(mark) = lonely_quote(quotes).filter(|mark| !is_typed(mark))
        {
            flaws.push(Flaw::at(mark.span(), around(mark)));
        }
    }
    flaws
}

/// Whether the paragraph after that of a mark starts with a quotation mark.
fn starts_next_block(section: Run<'_>, mark: &Mark<'_>) -> bool {
    let rest = &section.clauses[mark.place - section.first..];
    let next = rest.iter().find(|clause| clause.block != mark.clause.block);
    next.is_some_and(|next| next.prose.text().starts_with('"'))
}

/// Whether a mark is one that pages also use for arrows: "More »".
fn is_arrow(mark: &Mark<'_>, subject: Subject<'_>) -> bool {
    ["\u{AB}", "\u{BB}", "&raquo;", "&laquo;"].contains(&subject.source.slice(mark.span()))
}

/// Whether the partner of a mark is typed as two apostrophes.
fn is_typed(mark: &Mark<'_>) -> bool {
    mark.after().contains("''") || mark.before().contains("''")
}

/// Whether a mark says inches or seconds.
fn is_inches(mark: &Mark<'_>) -> bool {
    mark.before().ends_with(|c: char| c.is_ascii_digit()) && !mark.before().contains('"')
}

/// Of an odd number of marks, the one that breaks the turn of opening and closing ones.
fn lonely_quote<'m, 's>(quotes: &'m [Mark<'s>]) -> Option<&'m Mark<'s>> {
    let opens = |mark: &Mark<'_>| mark.before().is_empty() || mark.before().ends_with([' ', '(', '[', '-', '/']);
    let mut open: Option<&Mark<'s>> = None;
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
