//! What a claim consists of: the words that a rule's `compare:` finds in a clause, and when two of them say the same.

use crate::document::{ClauseId, Document, Prose, ProseSpan};
use crate::rule::{Additions, Content, Disclosure, Reading};

/// A part of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    /// Where the words stand in their clause's prose.
    pub(super) at: ProseSpan,
    /// What they say: the same for words that say the same.
    pub(super) key: String,
    /// The words to show: what the reader sees, or the address that they lead to.
    pub(super) shown: String,
    pub(super) additions: Additions,
}

/// What a clause says of a claim, in the order of its words. What `unless:` rules out as evidence says nothing.
pub(super) fn said(
    disclosure: &Disclosure,
    clause: ClauseId,
    document: &Document,
    reading: &mut Reading<'_>,
) -> Vec<Said> {
    let prose = &document.clause(clause).prose;
    let mut found: Vec<(ProseSpan, usize)> = Vec::new();
    for (idx, content) in disclosure.compare.iter().enumerate() {
        let matches = reading.in_clause(&content.program, clause);
        let passage = reading.passage(clause);
        found.extend(
            matches.into_iter().filter_map(|found| Some((whole_number(prose.text(), passage.own(found)?), idx))),
        );
    }
    if found.is_empty() {
        return Vec::new();
    }
    let vetoes = disclosure.unless.as_ref().map(|unless| reading.in_clause(unless, clause)).unwrap_or_default();
    let passage = reading.passage(clause);
    let vetoes: Vec<ProseSpan> = vetoes.into_iter().filter_map(|veto| passage.own(veto)).collect();
    found.retain(|(at, _)| !vetoes.iter().any(|veto| overlap(*veto, *at)));
    // Of matches that overlap the one that starts first stays, of those that start together the longest.
    found.sort_by_key(|(at, idx)| (at.start, std::cmp::Reverse(at.end), *idx));
    let mut said: Vec<Said> = Vec::new();
    for (at, idx) in found {
        if said.last().is_none_or(|last| last.at.end <= at.start) {
            let address = address(prose, at);
            let shown = address.clone().unwrap_or_else(|| prose.text()[at.start..at.end].to_owned());
            let Content { name, additions, .. } = &disclosure.compare[idx];
            let (name, additions) = (name.clone(), *additions);
            said.push(Said { at, key: name.or(address).unwrap_or_else(|| key_of(&shown)), shown, additions });
        }
    }
    said
}

fn overlap(left: ProseSpan, right: ProseSpan) -> bool {
    left.start < right.end && right.start < left.end
}

/// The match with the number that it starts with made whole: a pattern that asks for "four months" is found in "twenty
/// four months", too.
fn whole_number(text: &str, at: ProseSpan) -> ProseSpan {
    let mut start = at.start;
    let first = text[start..].split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    if number(first).is_none() {
        return at;
    }
    loop {
        let before = text[..start].trim_end_matches([' ', '-', '.', ',']);
        let between = &text[before.len()..start];
        let word = before.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        let joined = between.chars().count() == 1 && (between == " " || between == "-" || number_in_digits(word));
        if !joined || number(word).is_none() {
            return ProseSpan { start, end: at.end };
        }
        start = before.len() - word.len();
    }
}

fn number_in_digits(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// The address that words lead to, where they are a link that sends mail.
fn address(prose: &Prose, at: ProseSpan) -> Option<String> {
    let mut links = prose.links().iter().filter(|link| overlap(link.label, at));
    let address = links.find_map(|link| link.target.strip_prefix("mailto:"))?;
    Some(address.split('?').next().unwrap_or_default().to_lowercase())
}

/// What words say by themselves: addresses and words in lower case, lengths of time by how long they are.
fn key_of(text: &str) -> String {
    if text.contains('@') {
        return text.to_lowercase();
    }
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty());
    let words: Vec<String> = words.map(str::to_lowercase).collect();
    length_of_time(&words).unwrap_or_else(|| words.join(" "))
}

/// The units that others are counted in, with how many of the next one they are.
const UNITS: [(&str, u64, &str); 6] = [
    ("year", 12, "month"),
    ("week", 7, "day"),
    ("second", 1, "second"),
    ("minute", 60, "second"),
    ("hour", 3600, "second"),
    ("day", 86_400, "second"),
];

/// A length of time as a number of the smallest unit that it is surely a multiple of: months, else seconds. "30 days"
/// and "a month" differ, "12 months" and "one year" don't.
fn length_of_time(words: &[String]) -> Option<String> {
    let (unit, rest) = words.split_last()?;
    let mut unit = unit.strip_suffix('s').unwrap_or(unit);
    let mut count = count(rest.iter().map(String::as_str).filter(|word| !["calendar", "full"].contains(word)))?;
    while let Some((_, factor, smaller)) = UNITS.iter().find(|(name, ..)| *name == unit) {
        count = count.checked_mul(*factor)?;
        if unit == *smaller {
            break;
        }
        unit = smaller;
    }
    ["month", "second"].contains(&unit).then(|| format!("{count} {unit}s"))
}

/// The number that words and digits name.
fn count<'w>(words: impl Iterator<Item = &'w str>) -> Option<u64> {
    let mut total: Option<u64> = None;
    let mut last_in_digits = false;
    for word in words {
        let value = number(word)?;
        // Two numbers in digits next to each other are a range or a decimal.
        if last_in_digits && number_in_digits(word) {
            return None;
        }
        last_in_digits = number_in_digits(word);
        total = Some(match (word, total) {
            ("hundred", Some(before)) => before.checked_mul(100)?,
            // "thirty (30)" says it twice.
            (_, Some(before)) if last_in_digits && before == value => before,
            (_, before) => before.unwrap_or(0).checked_add(value)?,
        });
    }
    total
}

/// The number that one word names.
fn number(word: &str) -> Option<u64> {
    const NAMES: [&str; 21] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
        "twenty",
    ];
    const TENS: [&str; 7] = ["thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    let word = word.to_lowercase();
    if number_in_digits(&word) {
        return word.parse().ok();
    }
    let of = |names: &[&str], first: u64, step: u64| {
        let at = names.iter().position(|name| *name == word)?;
        Some(first + step * u64::try_from(at).ok()?)
    };
    match word.as_str() {
        "a" | "an" => Some(1),
        "hundred" => Some(100),
        _ => of(&NAMES, 0, 1).or_else(|| of(&TENS, 30, 10)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_compared_by_their_amount() {
        let of = |text: &str| length_of_time(&text.split(' ').map(str::to_owned).collect::<Vec<_>>());
        for (left, right) in [
            ("12 months", "one year"),
            ("thirty 30 days", "30 day"),
            ("twenty four hours", "1 day"),
            ("two weeks", "14 days"),
            ("a year", "12 months"),
            ("one hundred eighty days", "180 calendar days"),
        ] {
            assert_eq!(of(left), of(right), "{left}, {right}");
            assert!(of(left).is_some(), "{left}");
        }
        assert_ne!(of("30 days"), of("1 month"));
        assert_ne!(of("30 days"), of("30 business days"));
        assert_eq!(of("6 12 months"), None);
    }

    #[test]
    fn a_number_is_taken_whole() {
        let whole = |text: &str, words: &str| {
            let start = text.find(words).unwrap();
            let at = whole_number(text, ProseSpan { start, end: start + words.len() });
            text[at.start..at.end].to_owned()
        };
        assert_eq!(whole("kept for twenty-four months", "four months"), "twenty-four months");
        assert_eq!(whole("kept for 1.5 years", "5 years"), "1.5 years");
        assert_eq!(whole("in 2024. 5 years later", "5 years"), "5 years");
        assert_eq!(whole("kept thirty (30 days)", "30 days"), "30 days");
    }
}
