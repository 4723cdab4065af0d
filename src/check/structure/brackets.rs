//! Brackets and quotation marks that have no partner.

use super::{Flaw, Subject};
use crate::document::{Clause, ProseSpan};
use crate::source::Span;

/// A mark in a paragraph.
#[derive(Clone, Copy)]
struct Mark<'c> {
    character: char,
    /// What stands before it in its clause, and after it.
    before: &'c str,
    after: &'c str,
    span: Span,
}

/// The brackets or quotation marks of some clauses, in the order of the text.
fn marks<'c>(clauses: &'c [Clause], sought: &[char]) -> Vec<Mark<'c>> {
    let mut marks = Vec::new();
    for clause in clauses {
        let text = clause.prose.text();
        for (at, character) in text.char_indices().filter(|(_, character)| sought.contains(character)) {
            let end = at + character.len_utf8();
            marks.push(Mark {
                character,
                before: &text[..at],
                after: &text[end..],
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
    let mut flaws = Vec::new();
    let sought: Vec<char> = BRACKETS.iter().flat_map(|(open, close)| [*open, *close]).collect();
    let sections = subject.document.clauses().chunk_by(|one, next| one.section == next.section);
    for section in sections {
        for (open, close) in BRACKETS {
            let mut lonely: Vec<Mark<'_>> = Vec::new();
            for block in section.chunk_by(|one, next| one.block == next.block) {
                let of_kind = || {
                    let marks = marks(block, &sought).into_iter();
                    marks.filter(|mark| [open, close].contains(&mark.character) && !is_no_bracket(mark))
                };
                // "a)" may be an enumeration, or close a bracket: a text that either reading balances is balanced.
                let all = without_partner(of_kind(), open);
                let counted = without_partner(of_kind().filter(|mark| !is_enumerator(mark)), open);
                lonely.extend(if all.len() < counted.len() { all } else { counted });
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
    flaws
}

fn without_partner<'c>(marks: impl Iterator<Item = Mark<'c>>, open: char) -> Vec<Mark<'c>> {
    let mut opened: Vec<Mark<'_>> = Vec::new();
    let mut lonely: Vec<Mark<'_>> = Vec::new();
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

/// Whether a bracket opens where a link was lost, which is another problem.
fn is_lost_link(mark: &Mark<'_>) -> bool {
    mark.character == '(' && (mark.after.starts_with(' ') || mark.after.is_empty())
}

/// Whether a bracket is part of a smiley.
fn is_no_bracket(mark: &Mark<'_>) -> bool {
    let eyes = [":", ";", ":-", ";-", "=", ":'"].iter().any(|eyes| mark.before.ends_with(eyes));
    eyes && (mark.before.ends_with('-') || mark.before.trim_end_matches([':', ';', '=', '-', '\'']).ends_with(' '))
}

/// Whether a closing bracket follows the number or letter of an enumeration that no bracket opens: "a)", "1)", "iv)".
fn is_enumerator(mark: &Mark<'_>) -> bool {
    let label = mark.before.rsplit([' ', '(', ',', ';', ':', '|']).next().unwrap_or_default();
    let opened = mark.before[..mark.before.len() - label.len()].ends_with('(');
    let label = label.trim_end_matches('.');
    mark.character == ')'
        && !opened
        && !label.is_empty()
        && (label.len() <= 2 && label.chars().all(char::is_alphanumeric)
            || label.len() <= 5 && label.chars().all(|c| "ivxIVX.0123456789".contains(c)))
}

/// How much of a word beside a mark is kept, in characters: a text without spaces has one word, and many marks.
const LONGEST_WORD: usize = 40;

/// The words around a mark, which it is known by.
fn around(mark: &Mark<'_>) -> String {
    let before = mark.before.rsplit(' ').find(|word| !word.is_empty()).unwrap_or_default();
    let after = mark.after.split(' ').find(|word| !word.is_empty()).unwrap_or_default();
    let from = before.char_indices().rev().nth(LONGEST_WORD - 1).map_or(0, |(at, _)| at);
    let to = after.char_indices().nth(LONGEST_WORD).map_or(after.len(), |(at, _)| at);
    format!("{}{}{}", &before[from..], mark.character, &after[..to])
}

/// Quotations that are opened and not closed: an odd number of marks in a paragraph, and in its section. A quotation of
/// several paragraphs has a mark at the start of each.
pub(super) fn unclosed_quotes(subject: Subject<'_>) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    let sections = subject.document.clauses().chunk_by(|one, next| one.section == next.section);
    for section in sections {
        let mut odd: Vec<Vec<Mark<'_>>> = Vec::new();
        let blocks: Vec<&[Clause]> = section.chunk_by(|one, next| one.block == next.block).collect();
        for (idx, block) in blocks.iter().enumerate() {
            if blocks.get(idx + 1).is_some_and(|next| next[0].prose.text().starts_with('"')) {
                continue;
            }
            let quotes: Vec<Mark<'_>> =
                marks(block, &['"']).into_iter().filter(|mark| !is_inches(mark) && !is_arrow(mark, subject)).collect();
            if quotes.len() % 2 == 1 {
                odd.push(quotes);
            }
        }
        if let [quotes] = odd.as_slice()
            && let Some(mark) = lonely_quote(quotes)
        {
            flaws.push(Flaw::at(mark.span, around(mark)));
        }
    }
    flaws
}

/// Whether a mark is one that pages also use for arrows: "More »".
fn is_arrow(mark: &Mark<'_>, subject: Subject<'_>) -> bool {
    ["\u{AB}", "\u{BB}", "&raquo;", "&laquo;"].contains(&subject.source.slice(mark.span))
}

/// Whether a mark says inches or seconds.
fn is_inches(mark: &Mark<'_>) -> bool {
    mark.before.ends_with(|c: char| c.is_ascii_digit()) && !mark.before.contains('"')
}

/// Of an odd number of marks, the one that breaks the turn of opening and closing ones.
fn lonely_quote<'q, 'c>(quotes: &'q [Mark<'c>]) -> Option<&'q Mark<'c>> {
    let opens = |mark: &Mark<'_>| mark.before.is_empty() || mark.before.ends_with([' ', '(', '[', '-', '/']);
    let mut open: Option<&Mark<'_>> = None;
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
