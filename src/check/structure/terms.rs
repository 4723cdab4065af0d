//! Defined terms and abbreviations: defined and not used, used and not defined.

use std::collections::BTreeMap;

use super::{Flaw, Subject, Unit, word_count};
use crate::document::ProseSpan;

/// A term at the place where it is defined.
struct Definition<'s> {
    unit: Unit<'s>,
    at: ProseSpan,
}

impl Definition<'_> {
    fn term(&self) -> &str {
        &self.unit.text()[self.at.start..self.at.end]
    }
}

/// The terms that the document defines: in quotation marks at the end of brackets, `Acme Ltd (the "Company")`, or before
/// words that define, `"Site" means`.
fn definitions<'s>(subject: Subject<'s>, defining: &[String]) -> Vec<Definition<'s>> {
    let mut definitions = Vec::new();
    for unit in subject.statements() {
        let text = unit.text();
        let marks: Vec<usize> = text.match_indices('"').map(|(at, _)| at).collect();
        for pair in marks.chunks_exact(2) {
            let at = ProseSpan { start: pair[0] + 1, end: pair[1] };
            let after = &text[pair[1] + 1..];
            let bracket = text[..pair[0]].rfind('(').filter(|open| !text[*open..pair[0]].contains(')'));
            let in_brackets =
                bracket.is_some_and(|open| word_count(&text[open..pair[0]]) <= 5) && after.starts_with(')');
            let defines = starts_with_any(after.trim_start(), defining);
            if in_brackets || defines {
                definitions.push(Definition { unit, at });
            }
        }
    }
    definitions
}

/// The most terms that are looked for in one document: each is looked for in all of it.
const MOST_TERMS: usize = 200;

/// Terms that are defined and stand nowhere else.
pub(super) fn unused(subject: Subject<'_>, defining: &[String]) -> Vec<Flaw> {
    let definitions = definitions(subject, defining);
    let texts: Vec<String> = subject.units().into_iter().map(|unit| unit.text().to_lowercase()).collect();
    let mut stands_once: BTreeMap<String, bool> = BTreeMap::new();
    let mut flaws = Vec::new();
    for definition in &definitions {
        let term = definition.term().trim_end_matches([',', '.']);
        if !is_term(term) {
            continue;
        }
        let lower = term.to_lowercase();
        let stem = lower.trim_end_matches('s').trim_end_matches(['y', 'e', '\'']);
        let once = match stands_once.get(stem) {
            Some(once) => *once,
            None if stands_once.len() >= MOST_TERMS => false,
            None => {
                let once = texts.iter().flat_map(|text| text.matches(stem)).take(2).count() == 1;
                stands_once.insert(stem.to_owned(), once);
                once
            }
        };
        if once {
            let (span, words) = definition.unit.place(definition.at);
            flaws.push(Flaw::at(span, words));
        }
    }
    flaws
}

/// Whether what stands in quotation marks is a term: one to three words, each with a capital, and no abbreviation, which is
/// often given for those who know it.
fn is_term(text: &str) -> bool {
    let capital = |word: &str| word.starts_with(char::is_uppercase);
    let abbreviation = text.chars().take(2).all(char::is_uppercase);
    (1..=3).contains(&text.split(' ').count()) && text.split(' ').all(capital) && !abbreviation && text.len() >= 3
}

/// How many definitions a document has that defines its terms.
const DEFINING_DOCUMENT: usize = 2;

/// How often a term stands with a capital where it is used as one.
const OFTEN: usize = 3;

/// Of the terms given, those that a document which defines others uses with a capital, never without one, and doesn't
/// define.
pub(super) fn undefined(subject: Subject<'_>, terms: &[String], defining: &[String]) -> Vec<Flaw> {
    let definitions = definitions(subject, defining);
    if definitions.iter().filter(|definition| is_term(definition.term())).count() < DEFINING_DOCUMENT {
        return Vec::new();
    }
    let units = subject.units();
    let mut flaws = Vec::new();
    for term in terms {
        let quoted = |unit: &Unit<'_>| {
            let text = unit.text();
            text.match_indices(term.trim_end_matches('s')).any(|(at, _)| {
                let before = &text[..at];
                before.matches('"').count() % 2 == 1 || explains(&text[at..], term, defining)
            })
        };
        let headed =
            |unit: &Unit<'_>| matches!(unit, Unit::Heading(..)) && unit.text().contains(term.trim_end_matches('s'));
        let small = term.to_lowercase();
        let in_small = |unit: &Unit<'_>| !uses(unit.text(), &small).is_empty();
        if units.iter().any(|unit| quoted(unit) || in_small(unit) || headed(unit)) {
            continue;
        }
        let mut places = Vec::new();
        for unit in subject.statements() {
            for at in uses(unit.text(), term) {
                // Only in the middle of a sentence does a capital say something.
                let before = unit.text()[..at.start].trim_end();
                let word = before.rsplit(' ').next().unwrap_or_default();
                let first = !before.contains(' ');
                if (first || word.starts_with(char::is_lowercase))
                    && before.ends_with(|c: char| c.is_lowercase() || c == ',')
                {
                    places.push(unit.place(at));
                }
            }
        }
        if places.len() >= OFTEN {
            flaws.extend(Flaw::of_all(places, "places"));
        }
    }
    flaws.sort_by_key(|flaw| flaw.span);
    flaws
}

/// Whether a text that starts with a term goes on with words that define it.
fn explains(text: &str, term: &str, defining: &[String]) -> bool {
    let rest = text.strip_prefix(term).unwrap_or(text).trim_start_matches(['s', '"', ' ', ':', ',']);
    starts_with_any(rest, defining)
}

/// Whether a text starts with one of some words in lower case, whatever its own case. No more of it is looked at than
/// they are long.
fn starts_with_any(text: &str, words: &[String]) -> bool {
    let longest = words.iter().map(|words| words.chars().count()).max().unwrap_or(0);
    let start: String = text.chars().take(longest).flat_map(char::to_lowercase).collect();
    words.iter().any(|words| start.starts_with(words.as_str()))
}

/// The places of a word or words, letter by letter, that stand by themselves.
fn uses(text: &str, word: &str) -> Vec<ProseSpan> {
    let alone = |at: usize| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(|c| c.is_alphanumeric() || "-&./@_".contains(c))
            && !after.is_some_and(|c| c.is_alphanumeric() || "-&/@_".contains(c))
    };
    let found = text.match_indices(word).map(|(at, _)| at).filter(|at| alone(*at));
    found.map(|start| ProseSpan { start, end: start + word.len() }).collect()
}

/// Abbreviations that are used and nowhere written out; all of them are one problem.
pub(super) fn undefined_acronyms(subject: Subject<'_>, acronyms: &BTreeMap<String, Vec<String>>) -> Vec<Flaw> {
    let units = subject.units();
    let texts: Vec<String> = units.iter().map(|unit| unit.text().to_lowercase().replace('-', " ")).collect();
    let mut places = Vec::new();
    for (acronym, long_forms) in acronyms {
        if texts.iter().any(|text| long_forms.iter().any(|form| text.contains(form.as_str()))) {
            continue;
        }
        // In brackets or quotation marks it stands after words that it is short for, whatever they are.
        let explained = [format!("({acronym}"), format!("\"{acronym}\"")];
        if units.iter().any(|unit| explained.iter().any(|explained| unit.text().contains(explained.as_str()))) {
            continue;
        }
        let in_text = |unit: Unit<'_>, at: &ProseSpan| {
            !unit.prose().links().iter().any(|link| link.label.start < at.end && at.start < link.label.end)
        };
        let first = subject.statements().find_map(|unit| {
            let uses = uses(unit.text(), acronym);
            Some((unit, uses.into_iter().find(|at| in_text(unit, at))?))
        });
        // A name in capitals is no abbreviation in a text that shouts.
        if let Some((unit, at)) = first.filter(|(unit, _)| unit.text().chars().any(char::is_lowercase)) {
            places.push(unit.place(at));
        }
    }
    places.sort();
    let names: Vec<String> = places.iter().map(|(_, name)| name.clone()).collect();
    let flaw = Flaw::of_all(places, "abbreviations");
    flaw.map(|flaw| if names.len() > 1 { flaw.labelled(names.join(", ")) } else { flaw }).into_iter().collect()
}
