//! Defined terms and abbreviations: defined and not used, used and not defined.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use memchr::memmem;

use super::{Flaw, Subject, Unit, word_count};
use crate::document::ProseSpan;
use crate::rule::digest::{CAPITALS, mark};

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
        if !subject.digest(unit).has(mark(b'"')) {
            continue;
        }
        let marks: Vec<usize> = text.match_indices('"').map(|(at, _)| at).collect();
        for pair in marks.chunks_exact(2) {
            let at = ProseSpan { start: pair[0] + 1, end: pair[1] };
            let after = &text[pair[1] + 1..];
            let bracket = text[..pair[0]].rfind('(').filter(|open| !text[*open..pair[0]].contains(')'));
            let introducing = bracket.map(|open| &text[open..pair[0]]);
            let in_brackets = introducing.is_some_and(|words| word_count(words) <= 5 && !names_otherwise(words))
                && after.starts_with(')');
            if in_brackets || defines(after.trim_start(), defining) {
                definitions.push(Definition { unit, at });
            }
        }
    }
    definitions
}

/// Whether words in brackets introduce an example, or another name that is given for those who know it.
fn names_otherwise(words: &str) -> bool {
    ["example", "e.g", "such as", "also known as", "also called", "formerly"].iter().any(|known| words.contains(known))
}

/// Whether a text starts with words that define, in whatever case.
fn defines(text: &str, defining: &[String]) -> bool {
    let letters = || text.chars().flat_map(char::to_lowercase);
    defining.iter().any(|words| {
        let mut letters = letters();
        words.chars().all(|letter| letters.next() == Some(letter))
    })
}

/// The most terms that are looked for in one document: each is looked for in all of it.
const MOST_TERMS: usize = 200;

/// Terms that are defined and stand nowhere else.
pub(super) fn unused(subject: Subject<'_>, defining: &[String]) -> Vec<Flaw> {
    let definitions = definitions(subject, defining);
    let mut stands_once: BTreeMap<String, bool> = BTreeMap::new();
    let mut flaws = Vec::new();
    for definition in &definitions {
        let term = definition.term().trim_end_matches([',', '.']);
        if !is_term(term) {
            continue;
        }
        let lower = term.to_lowercase();
        let stem = lower.trim_end_matches("(s)").trim_end_matches('s').trim_end_matches(['y', 'e', '\'']);
        let once = match stands_once.get(stem) {
            Some(once) => *once,
            None if stands_once.len() >= MOST_TERMS => false,
            None => {
                let once = memmem::find_iter(subject.form.lower().as_bytes(), stem).take(2).count() == 1;
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

/// The words that names of settings start with: "Reset Identifier".
const COMMANDS: [&str; 11] =
    ["Allow", "Block", "Clear", "Delete", "Disable", "Enable", "Limit", "Manage", "Opt", "Reset", "Turn"];

/// Whether what stands in quotation marks is a term: one to three words, each with a capital, and neither an abbreviation,
/// which is often given for those who know it, nor what a device calls a setting.
fn is_term(text: &str) -> bool {
    let capital = |word: &str| word.starts_with(char::is_uppercase);
    let capitals = |pair: &[u8]| pair.iter().all(u8::is_ascii_uppercase);
    let abbreviation =
        text.chars().take(2).all(char::is_uppercase) || !text.contains(' ') && text.as_bytes().windows(2).any(capitals);
    let setting = text.split_once(' ').is_some_and(|(first, _)| COMMANDS.contains(&first));
    (1..=3).contains(&text.split(' ').count())
        && text.split(' ').all(capital)
        && !abbreviation
        && !setting
        && text.len() >= 3
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
        if memmem::find_iter(subject.form.text().as_bytes(), term).take(OFTEN).count() < OFTEN {
            continue;
        }
        let mut places = Vec::new();
        for unit in subject.statements() {
            for at in uses(unit.text(), term) {
                // Only in the middle of a sentence does a capital say something.
                let before = unit.text()[..at.start].trim_end();
                let word = before.rsplit(' ').next().unwrap_or_default();
                let first = !before.contains(' ');
                // A longer name is another term.
                let after = unit.text()[at.end..].strip_prefix(' ');
                let longer = after.is_some_and(|after| after.starts_with(char::is_uppercase));
                if (first || word.starts_with(char::is_lowercase))
                    && before.ends_with(|c: char| c.is_lowercase() || c == ',')
                    && !longer
                {
                    places.push(unit.place(at));
                }
            }
        }
        if places.len() < OFTEN {
            continue;
        }
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
        if !units.iter().any(|unit| quoted(unit) || in_small(unit) || headed(unit)) {
            flaws.extend(Flaw::of_all(places, "places"));
        }
    }
    flaws.sort_by_key(|flaw| flaw.span);
    flaws
}

/// Whether a text that starts with a term goes on with words that define it.
fn explains(text: &str, term: &str, defining: &[String]) -> bool {
    defines(text.strip_prefix(term).unwrap_or(text).trim_start_matches(['s', '"', ' ', ':', ',']), defining)
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
    let spaced = OnceCell::new();
    let spaced = || spaced.get_or_init(|| subject.form.lower().replace('-', " ")).as_bytes();
    let mut places = Vec::new();
    for (acronym, (unit, at)) in first_uses(subject, acronyms) {
        let long_forms = acronyms.get(acronym).into_iter().flatten();
        let in_long = |form: &String| memmem::find(spaced(), form.as_bytes()).is_some();
        // In brackets or quotation marks it stands after words that it is short for, whatever they are.
        let explained = [format!("({acronym}"), format!("\"{acronym}\"")];
        let explains = |words: &String| memmem::find(subject.form.text().as_bytes(), words.as_bytes()).is_some();
        // A name in capitals is no abbreviation in a text that shouts.
        if unit.text().chars().any(char::is_lowercase)
            && !explained.iter().any(explains)
            && !long_forms.into_iter().any(in_long)
        {
            places.push(unit.place(at));
        }
    }
    places.sort();
    let names: Vec<String> = places.iter().map(|(_, name)| name.clone()).collect();
    let flaw = Flaw::of_all(places, "abbreviations");
    flaw.map(|flaw| if names.len() > 1 { flaw.labelled(names.join(", ")) } else { flaw }).into_iter().collect()
}

/// The first place of each abbreviation in a statement, outside of links.
fn first_uses<'s, 'a>(
    subject: Subject<'s>,
    acronyms: &'a BTreeMap<String, Vec<String>>,
) -> BTreeMap<&'a str, (Unit<'s>, ProseSpan)> {
    let mut first: BTreeMap<&str, (Unit<'_>, ProseSpan)> = BTreeMap::new();
    let in_text = |unit: Unit<'_>, at: &ProseSpan| {
        !unit.prose().links().iter().any(|link| link.label.start < at.end && at.start < link.label.end)
    };
    // Names with two capitals and no mark are found in one go.
    let is_plain = |name: &str| {
        name.bytes().all(|byte| byte.is_ascii_alphanumeric()) && name.bytes().filter(u8::is_ascii_uppercase).count() > 1
    };
    for unit in subject.statements().filter(|unit| subject.digest(*unit).has(CAPITALS)) {
        let words = unit.text().split(|c: char| !c.is_ascii_alphanumeric());
        let mut tried: BTreeSet<&str> = BTreeSet::new();
        for word in words.filter(|word| word.len() > 1) {
            if let Some((name, _)) = acronyms.get_key_value(word)
                && is_plain(name)
                && !first.contains_key(name.as_str())
                && tried.insert(name)
                && let Some(at) = uses(unit.text(), name).into_iter().find(|at| in_text(unit, at))
            {
                first.insert(name, (unit, at));
            }
        }
    }
    for name in acronyms.keys().filter(|name| !is_plain(name)) {
        let mut uses =
            subject.statements().flat_map(|unit| uses(unit.text(), name).into_iter().map(move |at| (unit, at)));
        first.extend(uses.find(|(unit, at)| in_text(*unit, at)).map(|found| (name.as_str(), found)));
    }
    first
}
