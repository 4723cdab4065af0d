//! What a claim consists of: the words that a rule's patterns find in a clause, when two of them say the same, and when
//! they surely don't.

use std::cmp::Ordering;
use std::ops::RangeInclusive;

use crate::document::{ClauseId, Document, Prose, ProseSpan};
use crate::rule::{Additions, Content, Program, Reading};

/// A part of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    /// Where the words stand in their clause's prose.
    pub(crate) at: ProseSpan,
    /// What they say: the same for words that say the same.
    pub(crate) key: String,
    /// The words to show: what the reader sees, or the address that they lead to.
    pub(crate) shown: String,
    pub(crate) additions: Additions,
}

/// What a clause says of a claim, in the order of its words. What `unless` rules out as evidence says nothing.
pub(crate) fn said(
    contents: &[Content],
    unless: Option<&Program>,
    clause: ClauseId,
    document: &Document,
    reading: &mut Reading<'_>,
) -> Vec<Said> {
    let prose = &document.clause(clause).prose;
    let mut found: Vec<(ProseSpan, usize)> = Vec::new();
    for (idx, content) in contents.iter().enumerate() {
        let matches = reading.in_clause(&content.program, clause);
        let passage = reading.passage(clause);
        found.extend(
            matches.into_iter().filter_map(|found| Some((whole_number(prose.text(), passage.own(found)?), idx))),
        );
    }
    if found.is_empty() {
        return Vec::new();
    }
    let vetoes = unless.map(|unless| reading.longest_in_clause(unless, clause)).unwrap_or_default();
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
            let Content { name, additions, .. } = &contents[idx];
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
    let words = words_of(text);
    Length::of(&words).map_or_else(|| words.join(" "), Length::key)
}

fn words_of(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// What two values are to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    /// They are the same, or could be: two lengths of time that some way of counting makes equal, or values of which one
    /// can't be read.
    PerhapsEqual,
    /// The first length of time is shorter, however it is counted.
    Shorter,
    /// The first length of time is longer, however it is counted.
    Longer,
    /// They are two addresses or two names.
    Different,
}

/// Compares two values that are words of a policy, or addresses that words lead to.
pub(super) fn compare(left: &str, right: &str) -> Comparison {
    let (left_words, right_words) = (words_of(left), words_of(right));
    let differ = match (Length::of(&left_words), Length::of(&right_words)) {
        (Some(left), Some(right)) => {
            return match left.compare(right) {
                Ordering::Less => Comparison::Shorter,
                Ordering::Equal => Comparison::PerhapsEqual,
                Ordering::Greater => Comparison::Longer,
            };
        }
        (None, None) if left.contains('@') && right.contains('@') => left.to_lowercase() != right.to_lowercase(),
        (None, None) => {
            let is_counted = |word: &String| number(word).is_some() || is_unit(word);
            left_words != right_words && !left_words.iter().chain(&right_words).any(is_counted)
        }
        _ => false,
    };
    if differ { Comparison::Different } else { Comparison::PerhapsEqual }
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

/// A length of time, in the smallest unit that it is surely a multiple of: "30 days" and "a month" differ, "12 months" and
/// "one year" don't.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Length {
    Months(u64),
    Seconds(u64),
}

impl Length {
    fn of(words: &[String]) -> Option<Self> {
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
        match unit {
            "month" => Some(Self::Months(count)),
            "second" => Some(Self::Seconds(count)),
            _ => None,
        }
    }

    fn key(self) -> String {
        match self {
            Self::Months(count) => format!("{count} months"),
            Self::Seconds(count) => format!("{count} seconds"),
        }
    }

    /// How many seconds it can be. A month has from 28 to 31 days.
    fn seconds(self) -> RangeInclusive<u64> {
        match self {
            Self::Months(count) => {
                let of = |days: u64| count.saturating_mul(days).saturating_mul(86_400);
                of(28)..=of(31)
            }
            Self::Seconds(count) => count..=count,
        }
    }

    /// Compares two lengths, where no way of counting makes them equal.
    fn compare(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Months(left), Self::Months(right)) => left.cmp(&right),
            _ if self.seconds().end() < other.seconds().start() => Ordering::Less,
            _ if other.seconds().end() < self.seconds().start() => Ordering::Greater,
            _ => Ordering::Equal,
        }
    }
}

fn is_unit(word: &str) -> bool {
    let word = word.strip_suffix('s').unwrap_or(word);
    word == "month" || UNITS.iter().any(|(name, ..)| *name == word)
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
        let in_digits = number_in_digits(word);
        let in_both_ways = in_digits != last_in_digits;
        last_in_digits = in_digits;
        total = Some(match (word, total) {
            ("hundred", Some(before)) => before.checked_mul(100)?,
            // "thirty (30)" and "30 (thirty)" say it twice.
            (_, Some(before)) if in_both_ways && before == value => before,
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
        let of = |text: &str| Length::of(&words_of(text));
        for (left, right) in [
            ("12 months", "one year"),
            ("thirty (30) days", "30 day"),
            ("3 (three) years", "36 months"),
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
    fn values_are_told_apart_where_no_way_of_counting_makes_them_equal() {
        for (shorter, longer) in [
            ("30 days", "90 days"),
            ("one year", "14 months"),
            ("two weeks", "a month"),
            ("90 days", "one year"),
            ("72 hours", "30 days"),
        ] {
            assert_eq!(compare(shorter, longer), Comparison::Shorter, "{shorter}, {longer}");
            assert_eq!(compare(longer, shorter), Comparison::Longer, "{longer}, {shorter}");
        }
        for (left, right) in [("dpo@x.example", "privacy@x.example"), ("Linden Street", "Mill Lane")] {
            assert_eq!(compare(left, right), Comparison::Different, "{left}, {right}");
        }
        for (left, right) in [
            ("30 days", "a month"),
            ("four weeks", "1 month"),
            ("365 days", "one year"),
            ("90 days", "three months"),
            ("180 days", "6 months"),
            ("12 months", "1 year"),
            ("several years", "three years"),
            ("30 business days", "20 business days"),
            ("DPO@x.example", "dpo@x.example"),
            ("dpo@x.example", "30 days"),
            ("Linden Street", "linden street"),
        ] {
            assert_eq!(compare(left, right), Comparison::PerhapsEqual, "{left}, {right}");
            assert_eq!(compare(right, left), Comparison::PerhapsEqual, "{right}, {left}");
        }
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
